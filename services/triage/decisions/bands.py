"""May a person set the band of a concern, and who stands behind taking it out of Red?

A second person agrees in an act of their own, after they have seen what the first one saw. Until
then the concern is Red and all is owed to it that is owed to Red, and the answer as well.
"""

from collections.abc import Sequence

from services.triage import events
from services.triage.decisions.commands import (
    OVERRIDE_REFUSALS,
    AlreadyProposed,
    AnswerLowering,
    NothingProposed,
    OverrideBand,
    SecondPersonIsTheFirst,
)
from services.triage.decisions.state import Waiting
from services.triage.decisions.timely import not_judged_since, not_unseen
from services.triage.events import ConcernFact
from services.triage.rules.overriding import may_override, needs_second_person, same_person
from services.triage.rules.risk_tool import RANK
from shared.facts import Act


def of_its_band(
    command: OverrideBand | AnswerLowering, waiting: Waiting, act: Act
) -> Sequence[ConcernFact]:
    """Give that a band was set, that it was proposed to a second person, or what they answered.

    Raises:
        BandUnknown, RoleMayNotLower: it may not be set so, or by them.
        SecondPersonIsTheFirst: nobody agrees with themselves; to take it back is theirs.
        ToldMoreSince, JudgedSince: it would pass over what came since.
        AlreadyProposed: somebody else proposed it, so they agree by an answer.
        NothingProposed: nothing waits for an answer, or did not at that time.
    """
    match command:
        case OverrideBand():
            return _overridden(command, waiting, act)
        case AnswerLowering():
            return _answered(command, waiting, act)


def _overridden(command: OverrideBand, waiting: Waiting, act: Act) -> Sequence[ConcernFact]:
    why_not = may_override(
        waiting.band,
        command.band,
        role=act.role,
        person=act.actor,
        second_person=command.second_person,
    )
    if why_not:
        raise OVERRIDE_REFUSALS[why_not]
    if command.band == waiting.band:
        return ()
    if RANK[command.band] < RANK[waiting.band]:  # up is never too late
        not_unseen(waiting, act)
        not_judged_since(waiting, act)
    if needs_second_person(waiting.band, command.band):
        return _proposed(command, waiting, act)
    overridden = events.BandOverridden(
        was=waiting.band,
        band=command.band,
        second_person=command.second_person,
        reasons=command.reasons,
    )
    return (overridden,)


def _proposed(command: OverrideBand, waiting: Waiting, act: Act) -> Sequence[ConcernFact]:
    before = waiting.proposal
    if before and before.band == command.band:
        if same_person(before.by, act.actor):
            return ()
        raise AlreadyProposed
    proposed = events.BandLoweringProposed(
        was=waiting.band, band=command.band, asked=command.second_person, reasons=command.reasons
    )
    return (proposed,)


def _answered(command: AnswerLowering, waiting: Waiting, act: Act) -> Sequence[ConcernFact]:
    proposal = waiting.proposal
    if proposal is None or act.effective_at < proposal.at:
        raise NothingProposed
    said = events.BandLoweringAnswered(agrees=command.agrees, reasons=command.reasons)
    if not command.agrees:
        return (said,)
    if same_person(proposal.by, act.actor):
        raise SecondPersonIsTheFirst
    not_unseen(waiting, act)
    not_judged_since(waiting, act)
    lowered = events.BandOverridden(
        was=waiting.band, band=proposal.band, second_person=act.actor, reasons=proposal.reasons
    )
    return (said, lowered)
