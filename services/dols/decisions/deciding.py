"""May this happen to a request?

Law: Mental Capacity Act 2005 Sch A1 paras 16 and 50 (who is no longer a detained resident is given
no authorisation), 52 and 63 (one begins when it is given, or later), 77 (one request to extend an
urgent one, and no more), 84-87 (an extension, or none).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from services.dols import events
from services.dols.decisions import commands as want
from services.dols.decisions import refusals
from services.dols.decisions import state as now
from services.dols.decisions.assessing import (
    assessed,
    disinterested,
    heard,
    listed,
    needed,
    not_employed_by_both,
    staffed,
)
from services.dols.decisions.ceasing import until_its_end
from services.dols.decisions.commands import RequestCommand
from services.dols.decisions.evolving import evolve
from services.dols.decisions.owing import owed
from services.dols.decisions.passing import passed
from services.dols.decisions.placing import found, mistaken, placed
from services.dols.decisions.reviewing import reviewed
from services.dols.decisions.scoring import IN_TIME, ON_CIRCUMSTANCES, ON_RECEIPT, scored
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.rules import clocks, codes, legal_test
from services.dols.rules.fields import ASKABLE
from services.dols.rules.independence import assessor_id
from services.dols.rules.reading import UrgentGiven
from services.dols.rules.requirements import all_met, may_be_refused
from shared.decider import DeadlinePassed, Decider
from shared.facts import Act
from shared.refusals import NotFound
from shared.sealed import Sealed
from shared.time.calendar import calendar, london_date

Facts = Sequence[RequestFact]


def decide(command: RequestCommand, state: Request | None, act: Act) -> Facts:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    match command:
        case want.ReceiveRequest(received=received):
            return () if state else _received(received, act)
        case (
            want.WithdrawRequest()
            | want.ConsiderCircumstances()
            | want.TellCircumstances()
            | want.AnswerQuestions()
        ):
            return _heard(command, state, act)
        case (
            want.AskQuestion()
            | want.SettleQuestion()
            | want.ConfirmPresence()
            | want.DescribePlace()
            | want.FindLocationMistaken()
            | want.Prioritise()
        ):
            return _looked(command, _open(state, act), act)
        case want.ExtendUrgent():
            return _extended(command, _open(state, act), act)
        case want.RefuseExtension():
            return _not_extended(command, _open(state, act), act)
        case (
            want.OfferAllocation()
            | want.AllocateAssessor()
            | want.DeclineOffer()
            | want.ReleaseAssessor()
        ):
            return staffed(command, _open(state, act), act)
        case want.HearRegister(standing=standing):
            return heard(standing, state) if state else ()
        case want.AssessRequirement():
            return assessed(command, _open(state, act), act)
        case want.GrantAuthorisation() | want.RefuseAuthorisation():
            return _decided(command, _to_decide(state, act), act)
        case want.SuspendAuthorisation() | want.ResumeAuthorisation() | want.CeaseAuthorisation():
            return until_its_end(command, _there(state, act), act)
        case want.AskReview() | want.CompleteReview():
            return reviewed(command, _there(state, act), act)
        case DeadlinePassed():
            return passed(command, state, act)


def _there(state: Request | None, act: Act) -> Request:
    if state is None:
        raise NotFound
    # A slip of the year would let a clock run for decades, and each of its times pass at once.
    if london_date(act.effective_at) < state.received_on:
        raise refusals.BeforeItsReceipt
    return state


def _open(state: Request | None, act: Act) -> Request:
    there = _there(state, act)
    if there.ended:
        raise refusals.RequestDecided
    return there


def _as_recorded(act: Act, recorded_at: datetime) -> None:
    """Refuse a decision that is dated back beyond the day on which it is recorded.

    What is decided begins at the earliest when it is given (52 and 63), and the national return
    counts 21 days to the day of signing off: neither is for the signatory to choose afterwards.
    """
    if london_date(act.effective_at) < london_date(recorded_at):
        raise refusals.DecisionDatedBack


def _to_decide(state: Request | None, act: Act) -> Request:
    waits = _open(state, act)
    if assessor_id(act.actor) in waits.assessed_by:
        raise refusals.AssessedByYourself
    return waits


# What the managing authority sends, and how urgent it is


def _received(received: events.RequestReceived, act: Act) -> Facts:
    state = evolve(None, received, act)
    return received, scored(state, received.answers, ON_RECEIPT, act)


def _heard(
    command: want.OfTheSender | want.ConsiderCircumstances, state: Request | None, act: Act
) -> Facts:
    match command:
        case want.TellCircumstances():
            return _told(command, _there(state, act), act)
        case want.AnswerQuestions():
            there = _there(state, act)
            return *_answered(command, there, act), *_told(command.telling, there, act)
        case want.WithdrawRequest(reasons=reasons):
            if _open(state, act).withdrawn_at:
                raise refusals.RequestWithdrawnAlready
            return (events.RequestWithdrawn(reasons=reasons),)
        case want.ConsiderCircumstances(reasons=reasons):
            told_at = _there(state, act).told_at
            if told_at is None or act.effective_at < told_at:  # before it, nobody can have seen it
                raise refusals.NothingWasTold
            return (events.CircumstancesConsidered(reasons=reasons),)


def _answered(command: want.AnswerQuestions, state: Request, act: Act) -> Facts:
    """Close the questions of which nothing is missing any more; the others stay open."""
    asked = {code for it in state.questions for code in it.missing}
    told = events.FieldsTold(fields=tuple(it for it in command.fields if it in asked))
    left = evolve(state, told, act).questions
    done = tuple(it.id for it in left if not it.missing)
    answered = events.InformationAnswered(questions=done, others=command.others)
    return (told, answered) if told.fields else (answered,)


def _looked(command: want.OfACoordinator, state: Request, act: Act) -> Facts:
    match command:
        case want.ConfirmPresence(reasons=reasons):
            return _present(reasons, state, act)
        case want.DescribePlace(run_by_council=said):
            return found(said, state, act)
        case want.FindLocationMistaken():
            return mistaken(command, state, act)
        case want.AskQuestion():
            if state.withdrawn_at:  # nobody owes anything for it any more
                raise refusals.RequestWithdrawnAlready
            return (_asked(command, act),)
        case want.SettleQuestion():
            return _settled(command, state, act)
        case want.Prioritise(answers=answers, evidence=evidence):
            return (scored(state, answers, now.BY_STAFF, act, evidence),)


def _asked(command: want.AskQuestion, act: Act) -> events.InformationRequested:
    """Ask for what a request should hold (reg 16); no clock of the law waits for the answer."""
    for each in command.missing:
        listed(ASKABLE, each)
    return events.InformationRequested(
        question=act.id,
        missing=command.missing,
        words=command.words,
        due_at=clocks.answer_due(command.recorded_at, calendar()),
    )


def _settled(command: want.SettleQuestion, state: Request, act: Act) -> Facts:
    """Close a question whose answer is still owed, as it came in words or is needed no more."""
    asked = {it.id: it.asked_at for it in state.questions_owed}
    asked_at = asked.get(command.question)
    if asked_at is None or act.effective_at < asked_at:
        raise refusals.QuestionNotOpen
    return (events.QuestionSettled(question=command.question, reasons=command.reasons),)


def _present(reasons: Sealed[str], state: Request, act: Act) -> Facts:
    """Take back that the person is gone: found since it was told last, and not before."""
    told_at = state.gone_at and state.gone_told_at
    if told_at is None or act.effective_at < told_at:
        raise refusals.NotToldGone
    return (events.PresenceConfirmed(reasons=reasons),)


def _told(command: want.TellCircumstances, state: Request, act: Act) -> Facts:
    told = command.told
    if state.ended:
        return (told,)
    after = evolve(state, told, act)
    answers = state.answers.with_news(told.answers)
    dated, place = _dated(command.urgent, after, act), placed(command, after, act)
    for it in dated:
        after = evolve(after, it, act)
    return told, *dated, *place, scored(after, answers, ON_CIRCUMSTANCES, act)


def _dated(told: UrgentGiven | None, state: Request, act: Act) -> Facts:
    """Count an urgent authorisation from the day told, where so far the day was assumed.

    What was decided on the assumed day stands: one that was extended ends as it was told.
    """
    urgent = state.urgent
    if urgent is None or not urgent.day_assumed or urgent.extended or not (told and told.given_on):
        return ()
    named = (urgent.ends_on - urgent.given_on).days + 1 if told.days is None else told.days
    given_on = told.day(state.received_on)
    ends_on = clocks.urgent_ends(given_on, named)
    dated = events.UrgentDated(given_on=given_on, ends_on=ends_on)
    if urgent.lapsed or ends_on >= london_date(act.effective_at):
        return (dated,)
    return dated, events.UrgentLapsed(ended_on=ends_on, late=False)


def _extended(command: want.ExtendUrgent, state: Request, act: Act) -> Facts:
    """Extend it where the managing authority asked in time and it is still needed (para 84).

    That there are exceptional reasons, and that it is essential, is for the signatory to find.
    """
    _as_recorded(act, command.recorded_at)
    urgent = _to_extend(needed(state), act)
    ends_on = urgent.ends_on + command.days * clocks.DAY
    if ends_on != clocks.extended_until(urgent.given_on, urgent.ends_on, command.days):
        raise refusals.ExtensionTooLong
    extended = events.UrgentExtended(ends_on=ends_on, reasons=command.reasons)
    return extended, scored(evolve(state, extended, act), state.answers, IN_TIME, act)


def _to_extend(state: Request, act: Act) -> now.Urgent:
    urgent = state.urgent
    if urgent is None:
        raise refusals.NoUrgentAuthorisation
    if urgent.extended:
        raise refusals.UrgentExtendedBefore
    if urgent.extension_refused:  # and no other may be asked for (para 77(4))
        raise refusals.ExtensionRefusedBefore
    if urgent.lapsed or london_date(act.effective_at) > urgent.ends_on:
        raise refusals.UrgentHasEnded
    if not urgent.extension_requested:
        raise refusals.ExtensionNotRequested
    return urgent


def _not_extended(command: want.RefuseExtension, state: Request, act: Act) -> Facts:
    """Do not extend it, and say why: the managing authority is owed the reasons (para 86)."""
    _as_recorded(act, command.recorded_at)
    _to_extend(state, act)
    return (events.ExtensionRefused(reasons=command.reasons),)


# How it ends


def _decided(command: want.OfTheEnd, state: Request, act: Act) -> Facts:
    match command:
        case want.GrantAuthorisation():
            return _granted(command, state, act)
        case want.RefuseAuthorisation():
            return _not_granted(command, state, act)


def _granted(command: want.GrantAuthorisation, state: Request, act: Act) -> Facts:
    """Give one where all six are met and the person is still there (paras 16, 50)."""
    today = london_date(act.effective_at)
    _as_recorded(act, command.recorded_at)
    if not all_met(needed(state).results):
        raise refusals.RequirementsNotMet
    _independently(state.assessed, state)
    _rests_on_what_holds(state.assessed, command.starts_on, act)
    _within(command.starts_on, command.ends_on, today, state.recommended_days)
    granted = events.AuthorisationGranted(
        legal_test=legal_test.in_force(act.effective_at),
        decided_on=today,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        conditions=command.conditions,
        words=command.words,
    )
    return (granted,)


def _independently(assessed: Iterable[now.Assessed], state: Request) -> None:
    """Refuse what rests on an assessor who may turn out not to be independent (para 129).

    An interest that was entered after they assessed may have been there before: whoever has a role
    still is taken back first, and the reason for it says whether what they found counts.
    """
    since = {it.standing.assessor: it.heard.interests for it in state.allocations}
    for it in assessed:
        disinterested((*it.interests, *since.get(it.assessor, ())), state)
        if it.requirement == codes.INTERESTS:
            not_employed_by_both(it.employer, state)


def _rests_on_what_holds(
    assessed: Sequence[now.Assessed], starts_on: date, act: Act
) -> None:  # fmt: skip
    test = legal_test.in_force(act.effective_at)
    for it in assessed:
        if it.at > act.effective_at:
            raise refusals.DecidedBeforeAssessed
        if it.requirement == codes.INTERESTS and it.tests != {test}:
            raise refusals.AssessedUnderFormerTest
        if it.requirement != codes.AGE and starts_on > clocks.good_until(it.on):
            raise refusals.AssessmentTooOld


def _within(starts_on: date, ends_on: date, today: date, recommended: int | None) -> None:
    if starts_on < today:
        raise refusals.StartsTooEarly
    if ends_on < starts_on:
        raise refusals.EndsBeforeItStarts
    if ends_on > clocks.last_day_of_a_year(starts_on):
        raise refusals.LongerThanAYear
    if ends_on > clocks.longest_end(starts_on, recommended):
        raise refusals.LongerThanRecommended


def _not_granted(command: want.RefuseAuthorisation, state: Request, act: Act) -> Facts:
    listed(codes.REASONS, command.reason)
    _as_recorded(act, command.recorded_at)
    if command.reason == codes.WITHDRAWN and state.withdrawn_at is None:
        raise refusals.NobodyWithdrew
    if not may_be_refused(command.reason, state.results):
        raise refusals.ReasonNotBorneOut
    failed = codes.REASONS[command.reason]
    rests_on = [it for it in state.assessed if it.requirement == failed]
    _independently(rests_on, state)
    if any(london_date(act.effective_at) > clocks.good_until(it.on) for it in rests_on):
        raise refusals.AssessmentTooOld
    ended = events.AuthorisationNotGranted(
        reason=command.reason,
        legal_test=legal_test.in_force(act.effective_at),
        decided_on=london_date(act.effective_at),
        words=command.words,
    )
    return (ended,)


request = Decider(
    kind="request", facts=RequestFact, decide=decide, evolve=evolve, owed=owed,
    times=clocks.CURRENT.code,
)  # fmt: skip
