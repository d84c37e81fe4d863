"""What happened to a concern, line by line?"""

from dataclasses import replace
from typing import get_args

import pytest

from services.triage.events import ConcernFact
from services.triage.projections.history import lines, says
from services.triage.rules.counting import POLICIES
from services.triage.rules.risk_tool import AMBER, RED
from services.triage.rules.section42 import OUTCOMES, ROUTES
from shared.facts import Code
from tests.triage import a

TOLD = {
    "missed": (a.missed_look, "Missed: look, due Tue 3 Nov 17:00."),
    "missed, noticed late": (
        replace(a.missed_look, late=True),
        "Missed: look, due Tue 3 Nov 17:00. Noticed late: the service stood still.",
    ),
    "escalated": (a.escalated, "Escalated to the head of service."),
    "recognised": (a.recognised, f"Counted as a concern. {POLICIES[a.counting].says}"),
    "scored": (
        a.scored(),
        "Scored on the referrer's own answers: 8 points, amber, confidence full, with srt-1.0.0.",
    ),
    "screened": (
        a.screened(a.red),
        "Scored by a screener: 17 points, red, confidence full, with srt-1.0.0.",
    ),
    "scored again": (
        a.scored(a.green, Code("scorer@1:added-information")),
        "Scored again, on what the sender added: 1 points, green, confidence full, with srt-1.0.0.",
    ),
    "overridden": (a.overridden, "A person set the band from amber to red, with reasons."),
    "lowered": (
        replace(a.overridden, was=RED, band=AMBER, second_person="kim"),
        "A person set the band from red to amber, with reasons. kim stands behind it too.",
    ),
    "proposed": (
        a.proposed,
        "A lower band was proposed, amber, with reasons: it is red until a second person agrees.",
    ),
    "proposed to somebody": (
        replace(a.proposed, asked="kim"),
        (
            "A lower band was proposed, amber, asking kim, with reasons: it is red until a second"
            " person agrees."
        ),
    ),
    "agreed": (a.agreed, "A second person agrees, with reasons."),
    "not agreed": (
        a.refused,
        "The lower band was not agreed to, with reasons: the band stays as it is.",
    ),
    "added": (a.added, "The sender told more."),
    "withdrawn": (
        a.withdrawn,
        "The sender took the referral back; whether the duty arises is ours to decide.",
    ),
    "decided": (a.decided, "Section 42 decided. The duty arises and an enquiry is opened."),
    "decided once": (a.decided_1, "Section 42 decided. The duty arises and an enquiry is opened."),
    "signposted": (
        replace(a.decided, tests=a.two_met, outcome=a.signpost, route=a.varm),
        f"Section 42 decided. {OUTCOMES[a.signpost].meaning} Route: {ROUTES[a.varm]}.",
    ),
    "considered": (
        a.considered,
        "What was told after the decision was looked at: it changes nothing.",
    ),
    "reopened": (a.reopened, "Opened again, with reasons."),
}


@pytest.mark.parametrize(("fact", "line"), TOLD.values(), ids=TOLD)
def test_each_fact_is_told_in_plain_words(fact: ConcernFact, line: str) -> None:
    assert says(fact) == line


def test_every_kind_of_fact_has_its_words() -> None:
    assert {type(fact) for fact, _ in TOLD.values()} == {*get_args(ConcernFact)}


def test_a_line_says_who_did_it_in_what_role_and_when() -> None:
    first = a.recorded(*a.waiting)
    history = [*first, *a.recorded(a.decided, act=a.later(hours=3), since=2)]
    told = lines(history)

    assert [it.version for it in told] == [1, 2, 3]
    assert told[2].fact == "triage.section-42-decided/2"
    assert (told[2].by, told[2].role) == ("sam", "safeguarding-adults-manager")
    assert told[2].effective_at == a.later(hours=3).effective_at


def test_no_line_quotes_what_people_wrote() -> None:
    told = " ".join(it.says for it in lines(a.recorded(*a.EVERY_FACT)))
    assert "Bruises" not in told
    assert "Hollowell" not in told
