"""What happened to an enquiry, line by line?"""

from dataclasses import replace
from typing import Any, get_args

import pytest

from services.enquiry.events import EnquiryFact
from services.enquiry.projections.history import line, says
from services.enquiry.rules import codes
from services.enquiry.rules.opening import OTHER
from shared.facts import Code
from tests.enquiry import a

PLAN = "Its review is on 7 Dec 2026."
ASKED = "royal-derby, an NHS organisation, was asked to make an enquiry, due 16 Nov 2026 17:00."
DIFFICULTY, ALONE = "difficulty in being involved", "no appropriate person is there"
CARRIED = "as it is opened again, its lead has to say what that changes"
BOARDS_LEAD = "partner lead of the Safeguarding Adults Board"
TOLD: dict[str, tuple[EnquiryFact, str]] = {
    "opened": (
        a.opened, "Opened by a decision, as an enquiry under section 42. The concern was amber."
    ),
    "opened, another": (
        replace(a.opened_1, kind=OTHER), "Opened by a decision, as another enquiry."
    ),
    "needs no advocate": (
        a.advocacy,
        f"The adult has no substantial {DIFFICULTY}; no independent advocate is arranged.",
    ),
    "has an advocate": (
        a.supported,
        f"The adult has substantial {DIFFICULTY}; {ALONE}; an independent advocate is arranged.",
    ),
    "led": (a.led, "Led by lena."),
    "planned": (a.planned, "Planned: a visit."),
    "asked": (
        a.asked,
        "Was the adult asked what they want? Yes they were asked and outcomes were expressed.",
    ),
    "assessed": (a.assessed, "What the adult wants: partially achieved."),
    "caused": (
        a.caused,
        ASKED,
    ),
    "caused, checked": (
        replace(a.caused, conflict_check=codes.CLEAR),
        f"{ASKED} No conflict was found.",
    ),
    "accepted": (a.accepted, "The partner accepted to make it."),
    "declined": (a.declined, "The partner declined to make it."),
    "reminded": (
        a.reminded, "The partner was reminded of the report that is due 16 Nov 2026 17:00."
    ),
    "reported": (a.reported, "The partner reported."),
    "returned": (a.returned, "The report was returned, expected back by 16 Nov 2026 17:00."),
    "good": (a.good, "The report was accepted."),
    "recalled": (a.recalled, "What was asked of the partner was taken back, with reasons."),
    "late": (a.late, "A report came late, of the partner who was asked last."),
    "late, of another": (
        a.late_of_another, "A report came late, of the partner who was asked earlier."
    ),
    "late, as once": (
        a.late_1, "A report came late, of the partner who was asked last."
    ),
    "considered": (a.considered, "What came late was looked at, with reasons."),
    "considered, as once": (a.considered_1, "What came late was looked at, with reasons."),
    "concluded": (
        a.concluded, "Concluded. Risk identified and action taken; a safety plan is needed."
    ),
    "concluded at once": (
        a.at_once, "Concluded as it was opened; what was found is not recorded yet."
    ),
    "plan, as once": (
        a.safe_1, f"A safety plan with action 1, in place of any earlier one. {PLAN}"
    ),
    "plan": (a.safe, f"A safety plan with action 1. {PLAN}"),
    "plan, of more": (
        replace(a.safe, first=2, actions=(a.weigh, a.orphan), review_on=None),
        "A safety plan with actions 2 to 3.",
    ),
    "ended": (a.ended, "Action 1 is done."),
    "replaced": (replace(a.ended, how=codes.REPLACED), "Action 1 is replaced."),
    "reviewed": (a.reviewed, "The safety plan was reviewed; the next review is on 11 Jan 2027."),
    "reviewed, the last time": (
        replace(a.reviewed, next_review_on=None),
        "The safety plan was reviewed; it was the last review.",
    ),
    "closed": (
        a.closed,
        "Closed. The enquiry and its plan are complete. The adult: told. The referrer: told.",
    ),
    "reopened": (a.reopened, "Opened again, with reasons."),
    "reopened, as once": (a.reopened_1, "Opened again, with reasons."),
    "added": (a.added, "The sender told more: somebody has to look at what it changes."),
    "carried over": (
        a.carried,
        f"What the sender told while it was closed was not looked at: {CARRIED}.",
    ),
    "weighed": (
        a.weighed, "What the sender told was looked at, with reasons: it changes nothing."
    ),
    "undone": (
        a.undone, "The concern was opened again: the decision behind this no longer stands."
    ),
    "again": (
        a.again,
        "Decided anew as other-enquiry: it asks for another enquiry. The concern was amber.",
    ),
    "again, as once": (
        a.again_1, "Decided anew as other-enquiry: it asks for another enquiry."
    ),
    "again, for none": (
        replace(a.again_1, outcome=a.signpost, kind=None),
        "Decided anew as nfa-signpost: it asks for no enquiry.",
    ),
    "looked": (a.looked, "A manager looked at what that means for the enquiry, with reasons."),
    "missed": (a.missed, "Missed: it is planned, due 9 Nov 2026 17:00."),
    "escalated": (
        a.escalated, "Escalated to the safeguarding adults manager: missed that it is planned."
    ),
    "told the Board": (
        a.told_the_board,
        f"Escalated to the {BOARDS_LEAD}: missed that a partner's report is here.",
    ),
    "noted": (
        a.noted,
        f"The {BOARDS_LEAD} took note: missed that a partner's report is here.",
    ),
    "missed, noticed late": (
        replace(a.missed, late=True),
        "Missed: it is planned, due 9 Nov 2026 17:00. Noticed late: the service stood still.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("fact", "told"), TOLD.values(), ids=TOLD)
def test_each_fact_is_told_in_plain_words(fact: EnquiryFact, told: str) -> None:
    assert says(fact) == told


def test_every_kind_of_fact_has_its_words() -> None:
    assert {type(fact) for fact, _ in TOLD.values()} == {*get_args(EnquiryFact)}


@pytest.mark.parametrize(
    ("listed", "fact", "member"),
    [
        (codes.WISHES, a.asked, "answer"),
        (codes.ACHIEVED, a.assessed, "achieved"),
        (codes.PARTNERS, a.caused, "partner_kind"),
        (codes.CLOSING_REASONS, a.closed, "reason"),
        (codes.FEEDBACK, a.closed, "referrer_told"),
        (codes.EFFECTS, a.weighed, "effect"),
    ],
    ids=["wishes", "achieved", "partners", "closing", "feedback", "effects"],
)
def test_no_word_of_a_list_is_without_a_line(
    listed: dict[Code, str], fact: EnquiryFact, member: str
) -> None:
    for code, label in listed.items():
        changed: Any = {member: code}
        assert label.lower() in says(replace(fact, **changed)).lower()


def test_a_line_says_who_did_it_in_what_role_and_when() -> None:
    (happened,) = a.recorded(a.planned, act=a.later(a.LEADS, hours=3))
    told = line(happened)
    assert (told.version, told.fact) == (1, "enquiry.plan-agreed/1")
    assert (told.by, told.role) == ("lena", "enquiry-lead")
    assert (told.effective_at, told.recorded_at) == (happened.act.effective_at,) * 2
