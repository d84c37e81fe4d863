"""Can a concern be told as at any time, whatever of it was not yet known or not yet so?"""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from services.triage.decisions import Decided, Recognised, Waiting, concern
from services.triage.events import BandOverridden, ConcernReopened, Section42Decided
from services.triage.projections.concern import view, words
from services.triage.projections.history import lines
from services.triage.rules.risk_tool import AMBER, GREEN, RED
from services.triage.rules.score import Answers
from shared.facts import Recorded
from shared.time.calendar import calendar
from tests.support.lived import lived, parts
from tests.support.story import SOMEBODY
from tests.triage import a

WISHES: tuple[tuple[Any, Any], ...] = (
    (a.scoring, a.SCREENS),
    (replace(a.scoring, answers=a.green), a.SCREENS),
    *((replace(a.override, band=it, second_person="kim"), SOMEBODY) for it in (GREEN, AMBER, RED)),
    (a.lowering, SOMEBODY),
    *((it, a.SECOND) for it in (a.agreement, a.refusal)),
    (a.addition, SOMEBODY),
    (replace(a.addition, answers=Answers(signals=(a.danger,))), SOMEBODY),
    (a.withdrawal, SOMEBODY),
    (a.decision, SOMEBODY),
    (replace(a.decision, tests=a.two_met, outcome=a.signpost, route=a.varm), SOMEBODY),
    (a.consideration, SOMEBODY),
    (a.reopening, SOMEBODY),
)
histories = lived(concern, a.ADULT, [(a.recognised, a.scored())], WISHES)


def last_of(part: Any, *kinds: type) -> Recorded[Any] | None:
    return next((it for it in reversed(part) if isinstance(it.fact, kinds)), None)


@given(some.data())
def test_whatever_is_left_out_of_a_concern_the_rest_is_told(data: some.DataObject) -> None:
    part = data.draw(parts(data.draw(histories)))
    state, known = concern.fold(part), view(a.ADULT, part)
    assert len(lines(part)) == len(part)
    assert words(part).one_each["details"] == a.details
    if isinstance(state, Recognised):
        assert known is None, "of a concern without a score nothing can be told"
        return
    assert state
    assert known
    assert known.version == len(part)
    assert [it.due_at for it in known.due] == sorted(
        it.due_at for it in concern.owed(state, calendar())
    )


@given(some.data())
def test_a_decision_stands_until_it_is_opened_again_whatever_else_is_left_out(
    data: some.DataObject,
) -> None:
    part = data.draw(parts(data.draw(histories)))
    scored = isinstance(concern.fold(part[:2]), Waiting)
    last = last_of(part, Section42Decided, ConcernReopened)
    if scored and last:
        decided = isinstance(last.fact, Section42Decided)
        assert isinstance(concern.fold(part), Decided) is decided


def test_a_band_set_between_two_decisions_leaves_the_first_one_standing() -> None:
    """The reopening is left out: it was not so by then."""
    band = BandOverridden(was=AMBER, band=RED, second_person=None, reasons=a.words())
    known = view(a.ADULT, a.recorded(a.recognised, a.scored(), a.decided, band))
    assert known
    assert (known.state, known.rating.band) == ("decided", RED)
