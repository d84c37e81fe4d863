"""How does an enquiry go on, step by step, until it is closed?

On each working day each step that is owed happens or does not: the case's own dice say. What is
owed is read from the list of enquiries, so whatever happened to one, somebody takes it on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from deploy.demo.people import Dice
from deploy.demo.scenario.days import local
from deploy.demo.scenario.parts import LEADS, MANAGERS
from deploy.demo.scenario.plan import dice_of
from deploy.demo.scenario.town import Act, Town

METHODS = tuple(f"enquiry-method@1:{it}" for it in
                ("conversation-with-adult", "visit", "records", "professionals"))  # fmt: skip
ASKED = (("royal-trent-hospital", "nhs"), ("nightingale-care", "provider"),
         ("mercia-police", "police"), ("riverside-housing", "housing"))  # fmt: skip
LIST = ("enquiry", "/v1/partners")
TYPES = ("neglect-and-acts-of-omission", "physical-abuse", "financial-or-material-abuse",
         "psychological-abuse", "self-neglect", "domestic-abuse")  # fmt: skip
PLACES = ("own-home", "care-home-residential", "care-home-nursing", "hospital-acute")
SOURCES = ("service-provider", "other-known", "other-unknown")
ACTIONS = ("A second carer at night, for as long as the bruises are new.",
           "The bank card stays with the daughter who does the shopping.",
           "District nurse looks at the heel twice a week.")  # fmt: skip
OWNERS = ("adult-social-care", "provider", "nhs", "family-or-friend")
WISH = "Wants the shouting to stop, and the same carer as before."
NOT_ASKED = "closing-guard@1:desired-outcomes-not-asked"
NO_ADVOCACY = "closing-guard@1:advocacy-not-asked"
NOT_CONCLUDED = "closing-guard@1:not-concluded"
TOLD: Mapping[str, tuple[str, str]] = {
    "none": ("information-effect@1:none", "Rang the sender: it was known from the first visit."),
    "findings": ("information-effect@1:findings", "The weekend is asked about as well."),
}
"""What may change with what a sender tells, and why."""


def entries(town: Town) -> Sequence[Act]:
    """List the partners who may be asked to make an enquiry."""
    return [
        town.act("list", MANAGERS[0], LIST, LIST[1], {
            "partner": name, "organisation": name.replace("-", " ").title(),
            "partner_kind": f"partner-kind@1:{kind}",
        }, name)
        for name, kind in ASKED
    ]  # fmt: skip


@dataclass(frozen=True)
class Step:
    """An enquiry on a day, and the dice that say what happens."""

    town: Town
    row: Mapping[str, Any]
    now: datetime
    thrown: str
    """When the dice fall: once a day, or oftener in a town that is looked at."""

    @property
    def today(self) -> date:
        """Give the London date."""
        return local(self.now).date()

    @property
    def case(self) -> str:
        """Give the enquiry."""
        return str(self.row["enquiry"])

    @property
    def lead(self) -> str:
        """Give who leads it, or will."""
        return self.of("lead").pick(LEADS)

    @property
    def manager(self) -> str:
        """Give the manager who answers for it."""
        return self.of("manager").pick(MANAGERS)

    def of(self, what: str) -> Dice:
        """Give the case's own dice for something that is so once and for all."""
        return dice_of(self.town.seed, what, self.case)

    def comes(self, what: str, chance: int) -> bool:
        """Say whether something happens this time."""
        return dice_of(self.town.seed, what, self.case, self.thrown).chance(chance)

    def act(self, path: str, who: str, body: Mapping[str, Any], etag: int | None = None) -> Act:
        """Give a command on the enquiry as it is seen now."""
        where, version = ("enquiry", f"/v1/enquiries/{self.case}/{path}"), self.row["version"]
        return self.town.act(path, who, where, self.case, body, version, etag=etag)

    def seen(self, path: str, who: str, body: Mapping[str, Any]) -> Act:
        """Give a command that is taken only if the enquiry is still as it is seen now."""
        return self.act(path, who, body, self.row["version"])

    def once(self, path: str, who: str, body: Mapping[str, Any]) -> Act:
        """Give a command that is done once on an enquiry, however it stands by then."""
        where = ("enquiry", f"/v1/enquiries/{self.case}/{path}")
        return self.town.act(path, who, where, self.case, body)


Rule = Callable[[Step], Sequence[Act]]


async def look(town: Town, now: datetime, thrown: str | None = None) -> Sequence[Act]:
    """Take the steps of a day, or of a throw of the dice."""
    return choose(town, await town.all_of("enquiry", "/v1/enquiries", MANAGERS[0]), now, thrown)


def choose(
    town: Town, rows: Sequence[Any], now: datetime, thrown: str | None = None
) -> Sequence[Act]:
    """Give the steps that are taken: one for each enquiry at most."""
    thrown = thrown or f"{local(now):%Y-%m-%d}"
    return [act for row in rows for act in taken(Step(town, row, now, thrown))]


def taken(step: Step) -> Sequence[Act]:
    """Give what is done about what an enquiry is owed; most days nothing is."""
    owed = {it["kind"]: it["due_at"] for it in step.row["due"]}
    for kind, rule in RULES.items():
        if kind in owed and (kind != "review" or _is_near(step, owed[kind])):
            return rule(step)
    return ()


def _is_near(step: Step, due_at: str) -> bool:
    return local(datetime.fromisoformat(due_at)).date() <= step.today + timedelta(days=1)


def _looked(step: Step) -> Sequence[Act]:
    said = {"reasons": "Read with the new decision: the enquiry goes on as it is."}
    return (step.seen("decision-review", step.manager, said),)


def _considered(step: Step) -> Sequence[Act]:
    """Say what changes with what the sender told since; what was seen of it, and no more."""
    open_question = NOT_CONCLUDED in step.row["missing"] and step.of("told").chance(300)
    effect, why = TOLD["findings" if open_question else "none"]
    return (step.seen("consideration", step.lead, {"effect": effect, "reasons": why}),)


def _stands(step: Step) -> Sequence[Act]:
    said = {"reasons": "Read with what came since: what was concluded stands."}
    return (step.seen("decision-review", step.manager, said),)


def _led(step: Step) -> Sequence[Act]:
    if not step.comes("lead", step.town.plan.chances.lead_a_day):
        return ()
    return (step.act("lead", step.manager, {"lead": step.lead}),)


def _planned(step: Step) -> Sequence[Act]:
    if not step.comes("plan", step.town.plan.chances.plan_a_day):
        return ()
    said = {"purpose": "Find out what happens on the late shift.", "methods": METHODS[:3]}
    return (*_wishes(step), *_advocacy(step), step.act("plan", step.lead, said))


def _expressed(step: Step) -> bool:
    return step.of("wishes").chance(750)


def _wishes(step: Step) -> Sequence[Act]:
    """Ask the adult what they want, where nobody did."""
    if NOT_ASKED not in step.row["missing"]:
        return ()
    answer = "expressed" if _expressed(step) else "none-expressed"
    words = {"words": WISH} if _expressed(step) else {}
    said = {"answer": f"desired-outcomes@1:{answer}"} | words
    return (step.act("desired-outcomes", step.lead, said),)


def _advocacy(step: Step) -> Sequence[Act]:
    """Look at whether the adult needs an independent advocate, where nobody did, and arrange it."""
    if NO_ADVOCACY not in step.row["missing"]:
        return ()
    difficult, alone = step.of("difficulty").chance(300), step.of("suitable").chance(400)
    said = {"difficulty": f"substantial-difficulty@1:{_yes(answer=difficult)}"}
    if difficult:
        said |= {"individual": f"appropriate-individual@1:{_yes(answer=not alone)}"}
    if difficult and alone:
        said |= {"advocate": "independent-advocate@1:arranged"}
    return (step.act("advocacy", step.lead, said),)


def _yes(*, answer: bool) -> str:
    return "yes" if answer else "no"


def _reported(step: Step) -> Sequence[Act]:
    """Let the partner who was asked accept, and report some days later."""
    accepted = {"answer": "caused-enquiry-answer@1:accepted"}
    answered = step.once("caused-enquiry/answer", step.lead, accepted)
    if answered.key not in step.town.ledger.yes:
        return (answered,)
    if not step.comes("report", step.town.plan.chances.report_a_day):
        return ()
    said = {"report": "Both questions are answered; the rota and three statements are attached."}
    return (step.act("caused-enquiry/report", step.lead, said),)


def _report_answered(step: Step) -> Sequence[Act]:
    returned = step.comes("verdict", step.town.plan.chances.returned)
    said = {"verdict": "report-verdict@1:accepted"}
    if returned:
        said = {"verdict": "report-verdict@1:returned", "reasons": "The second question is open."}
    return (step.act("caused-enquiry/assessment", step.lead, said),)


def _caused(step: Step) -> Sequence[Act]:
    partner, _ = step.of("asked").pick(ASKED)
    said = {
        "partner": partner,
        "conflict_check": "conflict-check@1:clear",
        "questions": ["Who was on shift that night?", "What changed since?"],
    }  # fmt: skip
    return (step.act("caused-enquiry", step.manager, said),)


def _on_to_conclusion(step: Step) -> Sequence[Act]:
    chances = step.town.plan.chances
    reported = str(step.row["stage"]).endswith("reported")
    if step.of("caused").chance(chances.caused) and not reported:
        return _caused(step)
    if not step.comes("conclusion", chances.conclusion_a_day):
        return ()
    return _concluded(step)


def _concluded(step: Step) -> Sequence[Act]:
    findings, chance = _findings(step), step.town.plan.chances.safety_plan_needed
    at_risk = not findings["result"].endswith("not-applicable")
    needed = at_risk and step.of("safety plan").chance(chance)
    plan = f"safety-plan@1:{'needed' if needed else 'not-needed'}"
    said = {"findings": findings, "plan": plan, "words": "Found as the reports say."}
    how = step.of("achieved").weighted((("fully", 60), ("partly", 30), ("not-achieved", 10)))
    achieved = {"achieved": f"outcomes-achieved@1:{how}"}
    heard = (step.once("outcomes-achieved", step.lead, achieved),) if _expressed(step) else ()
    told = (*_wishes(step), *heard, *_advocacy(step))
    return (*told, step.act("conclusion", step.manager, said))


def _findings(step: Step) -> Mapping[str, Any]:
    dice = step.of("findings")
    risk = {"type": f"risk-type@1:{dice.pick(TYPES)}",
            "source": f"risk-source@1:{dice.pick(SOURCES)}",
            "location": f"risk-location@1:{dice.pick(PLACES)}"}  # fmt: skip
    found, lacked = dice.chance(700), dice.chance(320)
    outcome = "identified-action-taken" if found else "none-identified-no-action"
    result = dice.weighted((("reduced", 60), ("removed", 25), ("remained", 15)))
    return {
        "risks": [risk],
        "outcome": f"risk-outcome@1:{outcome}",
        "result": f"risk-result@1:{result if found else 'not-applicable'}",
        "capacity": f"mental-capacity@1:{'lacked' if lacked else 'did-not-lack'}",
        "advocate": f"advocate@1:{'supported' if lacked else 'not-applicable'}",
    }


def _with_findings(step: Step) -> Sequence[Act]:
    if not step.comes("findings", step.town.plan.chances.conclusion_a_day * 3):
        return ()
    return _concluded(step)


def _safety_planned(step: Step) -> Sequence[Act]:
    dice = step.of("actions")
    planned = [
        {"what": what, "owner": f"action-owner@1:{dice.pick(OWNERS)}",
         "due_on": f"{step.today + timedelta(days=14)}"}
        for what in ACTIONS[: _actions(step)]
    ]  # fmt: skip
    said = {"actions": planned, "first_review_on": f"{step.today + timedelta(days=35)}"}
    return (step.act("safety-plan", step.lead, said),)


def _actions(step: Step) -> int:
    return 1 + step.of("how many actions").below(len(ACTIONS))


def _acted(step: Step) -> Sequence[Act]:
    if not step.comes("action", step.town.plan.chances.action_a_day):
        return ()
    ended = {"how": "action-ending@1:done"}
    return [
        step.town.act(
            "safety-plan/endings", step.lead,
            ("enquiry", f"/v1/enquiries/{step.case}/safety-plan/endings"), step.case,
            ended | {"action": number}, number,
        )
        for number in range(1, _actions(step) + 1)
    ]  # fmt: skip


def _reviewed(step: Step) -> Sequence[Act]:
    said = {"words": "Looked at with the adult: the plan holds."}
    if any(it["kind"] == "action" for it in step.row["due"]):
        said |= {"next_review_on": f"{step.today + timedelta(days=42)}"}
    return (step.act("safety-plan/reviews", step.lead, said),)


def _closed(step: Step) -> Sequence[Act]:
    due = step.comes("closure", step.town.plan.chances.closure_a_day)
    if step.row["missing"] or not due:
        return ()
    said = {
        "reason": "closing-reason@1:completed", "adult_told": "feedback@1:told",
        "referrer_told": "feedback@1:told", "words": "The adult said it is as they wished.",
    }  # fmt: skip
    return (step.act("closure", step.manager, said),)


RULES: Mapping[str, Rule] = {
    "look": _looked,
    "information": _considered,
    "doubt": _stands,
    "lead": _led,
    "plan": _planned,
    "report-answer": _report_answered,
    "report": _reported,
    "findings": _with_findings,
    "safety-plan": _safety_planned,
    "conclusion": _on_to_conclusion,
    "review": _reviewed,
    "action": _acted,
    "closure": _closed,
}
"""By what is owed; the first that is, is done first."""
