"""What do safeguarding adults managers decide?

What a screener has looked at, in the order of the queue, in office hours; what is Red also outside.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import cycle
from typing import Any

from deploy.demo.scenario.days import in_the_office
from deploy.demo.scenario.parts import MANAGERS
from deploy.demo.scenario.plan import dice_of
from deploy.demo.scenario.screeners import RED, band
from deploy.demo.scenario.town import Act, Town

MET, NOT_MET, UNKNOWN = "met", "not-met", "unknown"
TESTS = ("needs_care_and_support", "at_risk_of_abuse_or_neglect", "unable_to_protect_themselves")
ROUTE = "signpost-route@1:"
NO_DUTY: Sequence[tuple[tuple[str, str, str], str, str | None]] = (
    ((MET, MET, NOT_MET), "nfa-signpost", f"{ROUTE}needs-assessment"),
    ((MET, NOT_MET, NOT_MET), "nfa-signpost", f"{ROUTE}provider-quality"),
    ((MET, UNKNOWN, MET), "other-enquiry", None),
    ((MET, MET, NOT_MET), "nfa-adult-declines", None),
    ((NOT_MET, NOT_MET, NOT_MET), "not-a-concern", None),
)
EVIDENCE = "Read with the care plan and the call of this morning."
REASONS = "Talked through with the adult where that was safe; reasons as in the three answers."
CONSIDERED = "Read what was told since; it changes nothing, and the sender hears that."
ENQUIRIES = ("s42-enquiry", "s42-met-response-sufficient", "other-enquiry")
"""The outcomes that open an enquiry."""


def choose(town: Town, rows: Sequence[Any], now: datetime) -> Sequence[Act]:
    """Give the decisions of this round, within what the managers on duty can do."""
    ready = [row for row in rows if is_ready(row)]
    if not in_the_office(now):
        return [acted(town, MANAGERS[0], row) for row in ready if band(row) == RED]
    most = town.plan.crew.decided_a_round * len(MANAGERS)
    return [acted(town, who, row) for who, row in zip(cycle(MANAGERS), ready[:most], strict=False)]


def is_ready(row: Any) -> bool:
    """Say whether a screener has looked, so that it can be decided."""
    looked_at = row["scored_by"] == "scorer@1:screener" and not row["news"]
    return bool(row["after_decision"]) or looked_at


def acted(town: Town, who: str, row: Any) -> Act:
    """Decide on a concern, or consider what was told of a decided one."""
    case = str(row["concern"])
    if row["after_decision"]:
        where = ("triage", f"/v1/concerns/{case}/consideration")
        said = {"reasons": CONSIDERED}
        seen = row["version"]
        return town.act("consideration", who, where, case, said, seen, etag=seen)
    where = ("triage", f"/v1/concerns/{case}/section-42-decision")
    return town.act("decision", who, where, case, decision(town, case), etag=row["version"])


def opened_by(town: Town, acts: Sequence[Act]) -> Sequence[str]:
    """Give the concerns that become enquiries by these acts."""
    decided = (act.case for act in acts if act.did == "decision")
    return [case for case in decided if _outcome(town, case) in ENQUIRIES]


def _outcome(town: Town, case: str) -> str:
    return str(decision(town, case)["outcome"]).rpartition(":")[2]


def decision(town: Town, case: str) -> dict[str, Any]:
    """Give what is decided on a concern: its own dice say."""
    dice, chances = dice_of(town.seed, "decision", case), town.plan.chances
    if dice.chance(chances.duty):
        answers, route = (MET, MET, MET), None
        outcome = ENQUIRIES[1 if dice.chance(chances.response_sufficient) else 0]
    else:
        answers, outcome, route = dice.pick(NO_DUTY)
    tests = {
        test: {"answer": answer, "evidence": EVIDENCE}
        for test, answer in zip(TESTS, answers, strict=True)
    }
    said = {"tests": tests, "outcome": f"section-42-outcome@1:{outcome}", "reasons": REASONS}
    return said | ({"route": route} if route else {})
