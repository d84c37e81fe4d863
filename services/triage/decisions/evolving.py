"""What is so of a concern after something happened to it?"""

from dataclasses import replace
from datetime import datetime

from services.triage import events
from services.triage.decisions.state import (
    SCREENER,
    Concern,
    Decided,
    Proposal,
    Recognised,
    Waiting,
    as_waiting,
    known,
)
from services.triage.events import ConcernFact
from services.triage.rules.overriding import after_score
from services.triage.rules.waits import ESCALATION, SECOND_PERSON, Wait
from shared.decider import Deadline
from shared.facts import Act, Code


def evolve(state: Concern | None, happened: ConcernFact, act: Act) -> Concern:
    """Give the state after `happened`. Never refuses: facts are facts.

    As at another time some facts are left out: what is said of one not yet known changes nothing.
    """
    if isinstance(state, Recognised) and not isinstance(happened, events.ConcernScored):
        return state
    match happened:
        case events.ConcernRecognised():
            return Recognised(contact=happened.contact, received_at=act.effective_at)
        case events.ConcernScored():
            return _after_score(state, happened, act)
        case events.BandOverridden():
            judged = _set(as_waiting(state), happened.band, act)
            return replace(state, waited=judged) if isinstance(state, Decided) else judged
        case events.BandLoweringProposed() | events.BandLoweringAnswered():
            return _after_a_proposal(known(state), happened, act)
        case events.Section42Decided():
            waited = replace(as_waiting(state), told_at=None, proposal=None)
            return Decided(waited=waited, outcome=happened.outcome, decided_at=act.effective_at)
        case events.ConcernReopened():
            waiting = as_waiting(state)
            return replace(waiting, wait=Wait.begun(waiting.band, act.effective_at))
        case events.InformationAdded() | events.InformationConsidered() | events.WithdrawalNoted():
            return _after_news(known(state), happened, act)
        case events.DeadlineMissed(kind=kind, due_at=due_at):
            return _without(known(state), Deadline(kind.rpartition(":")[2], due_at))
        case events.ConcernEscalated(to=to, due_at=due_at):
            return _without(known(state), Deadline(ESCALATION + to.rpartition(":")[2], due_at))


def _after_a_proposal(
    state: Concern, happened: events.BandLoweringProposed | events.BandLoweringAnswered, act: Act
) -> Concern:
    if not isinstance(state, Waiting):
        return state
    if isinstance(happened, events.BandLoweringAnswered):
        return replace(state, proposal=None)
    proposal = Proposal(
        by=act.actor, band=happened.band, reasons=happened.reasons, at=act.effective_at
    )
    return replace(state, wait=_looked(state, state.wait), proposal=proposal)


def _after_news(
    state: Concern,
    happened: events.InformationAdded | events.InformationConsidered | events.WithdrawalNoted,
    act: Act,
) -> Concern:
    match happened, state:
        case events.InformationAdded(), _:
            return _told_more(state, act)
        case events.InformationConsidered(), Decided(waited=waited):
            return replace(state, waited=replace(waited, told_at=None), told_more=None)
        case events.WithdrawalNoted(), Waiting(told_at=told_at):
            return replace(state, told_at=_later(told_at, act))
        case _:
            return state


def _told_more(state: Concern, act: Act) -> Waiting | Decided:
    was = as_waiting(state)
    told_at = _later(was.told_at, act)
    if not isinstance(state, Decided):
        return replace(was, told_at=told_at, wait=was.wait.told(act.effective_at))
    if again := state.told_more:
        again = again.told(act.effective_at)
    else:
        again = Wait.begun(was.band, act.effective_at)
    return replace(state, waited=replace(was, told_at=told_at), told_more=again)


def _without(state: Concern, deadline: Deadline) -> Concern:
    match state:
        case Waiting(proposal=proposal) if deadline.kind == SECOND_PERSON:
            missed = proposal and replace(proposal, missed_at=deadline.due_at)
            return replace(state, proposal=missed)
        case Waiting(wait=wait):
            return replace(state, wait=wait.without(deadline))
        case Decided(told_more=Wait() as again):
            return replace(state, told_more=again.without(deadline))
        case Recognised() | Decided():
            return state


def _after_score(state: Concern | None, happened: events.ConcernScored, act: Act) -> Concern:
    match known(state):
        case Recognised(contact=contact, received_at=received_at):
            return Waiting(
                contact=contact,
                received_at=received_at,
                score=happened.score,
                wait=Wait.begun(happened.score.band, act.effective_at),
            )
        case Waiting() as waiting:
            return _scored_anew(waiting, happened, act)
        case Decided(waited=waited, told_more=again) as decided:
            now = _scored_anew(waited, happened, act)
            raised = again and again.moved(now.band, act.effective_at)
            return replace(decided, waited=now, told_more=raised)


def _scored_anew(waiting: Waiting, happened: events.ConcernScored, act: Act) -> Waiting:
    band = after_score(waiting.band, happened.score.band, waiting.set_to)
    wait = waiting.wait.moved(band, act.effective_at)
    if happened.scored_by != SCREENER:
        return replace(waiting, score=happened.score, wait=wait)
    return replace(
        waiting,
        score=happened.score,
        wait=wait.checked(act.effective_at),
        judged_at=_later(waiting.judged_at, act),
        told_at=None,
    )


def _set(waiting: Waiting, band: Code, act: Act) -> Waiting:
    wait = _looked(waiting, waiting.wait.moved(band, act.effective_at))
    judged_at = _later(waiting.judged_at, act)
    return replace(waiting, wait=wait, set_to=band, judged_at=judged_at, proposal=None)


def _looked(waiting: Waiting, wait: Wait) -> Wait:
    # Where more was told they may have set it without reading that.
    return wait.seen() if waiting.told_at is None else wait


def _later(one: datetime | None, act: Act) -> datetime:
    return max(one or act.effective_at, act.effective_at)
