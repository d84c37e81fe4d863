"""May this be entered in the register of assessors, and what then does it say?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.dols.events import AssessorChanged, AssessorFact, AssessorRegistered
from services.dols.rules import codes
from services.dols.rules.independence import Standing
from shared.decider import Decider
from shared.facts import Act, Code
from shared.refusals import NotFound, Refusal


@dataclass(frozen=True, kw_only=True)
class RegisterAssessor:
    """Enter an assessor."""

    registered: AssessorRegistered


@dataclass(frozen=True, kw_only=True)
class ChangeAssessor:
    """Enter what changed: all that is so from now on."""

    changed: AssessorChanged


AssessorCommand = RegisterAssessor | ChangeAssessor


class AlreadyRegistered(Refusal):
    """The assessor is in the register: change what it says instead."""


class KindNotListed(Refusal):
    """An assessor is of kinds, and has an employer, of our lists."""


@dataclass(frozen=True, kw_only=True)
class Assessor:
    """What the register says of an assessor."""

    name: str
    kinds: tuple[Code, ...]
    trained_on: date
    employer: Code
    interests: tuple[str, ...]
    weekly_capacity: int
    suspended: bool = False

    def standing(self, id: UUID, version: int) -> Standing:
        """Give what a check rests on: what is said here, and at which version."""
        return Standing(
            assessor=id,
            version=version,
            kinds=self.kinds,
            trained_on=self.trained_on,
            employer=self.employer,
            interests=self.interests,
            suspended=self.suspended,
        )


def decide(
    command: AssessorCommand, state: Assessor | None, _act: Act
) -> Sequence[AssessorFact]:  # fmt: skip
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    match command:
        case RegisterAssessor(registered=fact):
            _listed(fact)
            if state is not None:
                raise AlreadyRegistered
            return (fact,)
        case ChangeAssessor(changed=fact):
            _listed(fact)
            if state is None:
                raise NotFound
            return () if _changed(state, fact) == state else (fact,)


def _listed(fact: AssessorFact) -> None:
    if not fact.kinds or not {*fact.kinds} <= codes.KINDS.keys():
        raise KindNotListed
    if fact.employer not in codes.EMPLOYERS:
        raise KindNotListed


def evolve(state: Assessor | None, happened: AssessorFact, _act: Act) -> Assessor:
    """Give the state after `happened`. Never refuses: facts are facts."""
    match happened:
        case AssessorRegistered():
            return state or Assessor(
                name=happened.name,
                kinds=happened.kinds,
                trained_on=happened.trained_on,
                employer=happened.employer,
                interests=happened.interests,
                weekly_capacity=happened.weekly_capacity,
            )
        case AssessorChanged():
            if state is None:
                raise ValueError("the register begins with an entry")
            return _changed(state, happened)


def _changed(state: Assessor, fact: AssessorChanged) -> Assessor:
    return Assessor(
        name=state.name,
        kinds=fact.kinds,
        trained_on=fact.trained_on,
        employer=fact.employer,
        interests=fact.interests,
        weekly_capacity=fact.weekly_capacity,
        suspended=fact.suspended,
    )


assessor = Decider(kind="assessor", facts=AssessorFact, decide=decide, evolve=evolve)
