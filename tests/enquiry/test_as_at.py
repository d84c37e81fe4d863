"""Can an enquiry be told as at any time, whatever of it was not yet known or not yet so?"""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from services.enquiry.decisions import commands as want
from services.enquiry.decisions import enquiry
from services.enquiry.events import EnquiryClosed, EnquiryConcluded, EnquiryReopened2
from services.enquiry.projections.enquiry import view, words
from services.enquiry.rules import codes
from tests.enquiry import a
from tests.support.lived import lived, parts
from tests.support.story import SOMEBODY

BEGUN = [(a.opened,), (a.opened, a.at_once), a.under_way, a.found, a.ready]
WISHES: tuple[tuple[Any, Any], ...] = tuple(
    (it, SOMEBODY)
    for it in (
        *a.ON_AN_OPEN_ONE, *a.ON_ANY, a.heard, want.HearReopening(), want.HearAddition(),
        replace(a.heard, outcome=a.signpost, opens_enquiry=False),
        want.AnswerCausedEnquiry(answer=codes.DECLINED, words=a.words()),
        want.AssessReport(verdict=codes.RETURNED, due_on=None, reasons=a.words()),
        replace(a.asking, answer=codes.NOT_ASKED),
        replace(a.report, earlier=True),
        replace(a.establishing, advocacy=a.alone),
        replace(a.planning_safety, actions=(a.weigh, a.orphan)),
        replace(a.planning_safety, endings=(replace(a.ending, words=a.words()),)),
    )
)  # fmt: skip
histories = lived(enquiry, a.ADULT, BEGUN, WISHES)


@given(some.data())
def test_whatever_is_left_out_of_an_enquiry_the_rest_is_told(data: some.DataObject) -> None:
    part = data.draw(parts(data.draw(histories)))
    known, written = view(a.ADULT, part), words(part)
    assert known
    assert known.version == len(part)
    assert bool(known.due) or known.stage == "enquiry-stage@1:closed"
    assert len(written.reviews) <= len(part)
    facts = [it.fact for it in part]
    if known.conclusion:
        assert any(isinstance(it, EnquiryConcluded) for it in facts)
    ends = [it for it in facts if isinstance(it, EnquiryClosed | EnquiryReopened2)]
    closed = bool(ends) and isinstance(ends[-1], EnquiryClosed)
    assert (known.stage == "enquiry-stage@1:closed") is closed
    assert bool(known.closing_reason) is closed


@given(some.data())
def test_outcomes_are_not_met_before_the_adult_said_any(data: some.DataObject) -> None:
    known = view(a.ADULT, data.draw(parts(data.draw(histories))))
    assert known
    assert known.desired_outcomes == codes.EXPRESSED or known.outcomes_achieved is None
