"""May this happen to a referral, and what then is so?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.intake.decisions.commands import (
    AlreadyPromoted,
    AlreadyWithdrawn,
    AmendReferral,
    BeforeItWasTold,
    BeforeTheReferral,
    HearOutcome,
    HearReopening,
    PromoteContact,
    ReceiveReferral,
    RedirectContact,
    RedirectionUnknown,
    ReferralCommand,
    WithdrawReferral,
)
from services.intake.decisions.state import Contact, Held, Promoted, Redirected, Referral
from services.intake.events import (
    ContactHeld,
    ContactPromoted,
    ContactRedirected,
    DeadlineMissed,
    InformationKept,
    InformationPassedOn,
    LookEscalated,
    OutcomeHeard,
    OutcomeReopened,
    Part,
    ReferralAmended,
    ReferralAmended2,
    ReferralFact,
    ReferralReceived,
    ReferralWithdrawn,
    WithdrawalPassedOn,
)
from services.intake.rules.looks import TARGETS, Look
from services.intake.rules.promotion import CURRENT, NAMED_LATER, REDIRECTIONS, Hold
from shared.decider import Deadline, DeadlinePassed, Decider
from shared.facts import Act, Code
from shared.refusals import AwaitingCause, NotFound
from shared.time.calendar import Calendar, calendar, london_date

__all__ = [
    "BY_A_PERSON",
    "HELD",
    "REDIRECTED",
    "AlreadyPromoted",
    "AlreadyWithdrawn",
    "AmendReferral",
    "BeforeItWasTold",
    "BeforeTheReferral",
    "Contact",
    "HearOutcome",
    "HearReopening",
    "Held",
    "PromoteContact",
    "Promoted",
    "ReceiveReferral",
    "RedirectContact",
    "Redirected",
    "RedirectionUnknown",
    "Referral",
    "ReferralCommand",
    "WithdrawReferral",
    "decide",
    "evolve",
    "owed",
    "referral",
]

BY_A_PERSON = Code("promotion@1:by-a-person")
HELD = Code("contact@1:held")
REDIRECTED = Code("contact@1:redirected")


def decide(command: ReferralCommand, state: Referral | None, act: Act) -> Sequence[ReferralFact]:
    """Give the facts that `command` leads to, none where it is so already, or refuse it."""
    match command:
        case ReceiveReferral(received=received, parts=parts, empty=empty):
            return () if state else (received, *(_by_policy(part, empty=empty) for part in parts))
        case AmendReferral():
            return _amended(command, _theirs(state, act))
        case WithdrawReferral():
            return _withdrawn(command, _since_it_came(_theirs(state, act), act))
        case PromoteContact():
            return _promoted(command, state, _contact(state, command.adult, act))
        case RedirectContact():
            return _redirected(command, _contact(state, command.adult, act), act)
        case HearOutcome():
            return _heard(command, state)
        case HearReopening():
            return _reopened(command, state)
        case DeadlinePassed():
            return _passed(command, state)


def _by_policy(part: Part, *, empty: bool) -> ContactPromoted | ContactHeld:
    way = CURRENT.decide(age=part.age, empty=empty)
    if isinstance(way, Hold):
        return ContactHeld(part=part, policy=way.policy, reason=way.reason)
    return ContactPromoted(
        part=part, policy=way.policy, transition=way.transition, was=None, reasons=None
    )


def _theirs(state: Referral | None, act: Act) -> Referral:
    if state is None or state.sender != act.actor:
        raise NotFound
    return state


def _since_it_came(referral: Referral, act: Act) -> Referral:
    if london_date(act.effective_at) < london_date(referral.received_at):
        raise BeforeTheReferral  # or the clocks of its concern would have run for long
    return referral


def _amended(command: AmendReferral, referral: Referral) -> Sequence[ReferralFact]:
    return (
        command.amended,
        *(_added(command, adult, contact) for adult, contact in referral.contacts.items()),
        *(_named_later(part) for part in command.further if part.adult not in referral.contacts),
    )


def _added(
    command: AmendReferral, adult: UUID, contact: Contact
) -> InformationPassedOn | InformationKept:
    kind = InformationPassedOn if isinstance(contact, Promoted) else InformationKept
    return kind(adult=adult, answers=command.answers[adult], words=command.words[adult])


def _named_later(part: Part) -> ContactHeld:
    # Nobody whom an addition names is nobody's; whether they are new, only a person can see.
    return ContactHeld(part=part, policy=CURRENT.code, reason=NAMED_LATER)


def _withdrawn(command: WithdrawReferral, referral: Referral) -> Sequence[ReferralFact]:
    if referral.withdrawn:
        raise AlreadyWithdrawn
    passed_on = (WithdrawalPassedOn(adult=adult) for adult in referral.promoted)
    return (ReferralWithdrawn(reasons=command.reasons), *passed_on)


def _contact(state: Referral | None, adult: UUID, act: Act) -> Held | Redirected:
    contact = _since_it_came(state, act).contacts.get(adult) if state else None
    match contact:
        case None:
            raise NotFound
        case Promoted():
            raise AlreadyPromoted
        case Held() | Redirected():
            return contact


def _was(contact: Held | Redirected) -> Code:
    return HELD if isinstance(contact, Held) else REDIRECTED


def _promoted(
    command: PromoteContact, state: Referral | None, contact: Held | Redirected
) -> Sequence[ReferralFact]:
    adult = command.adult
    hidden = state is not None and state.anonymous
    promoted = ContactPromoted(
        part=replace(contact.part, referrer=None) if hidden else contact.part,
        policy=BY_A_PERSON,
        transition=contact.part.age in CURRENT.transition_ages,
        was=_was(contact),
        reasons=command.reasons,
    )
    # What the sender said while triage did not have this adult is said to triage now.
    added = (
        InformationPassedOn(adult=adult, answers=it.answers, words=it.words) for it in contact.kept
    )
    withdrawn = (WithdrawalPassedOn(adult=adult),) if state and state.withdrawn else ()
    return (promoted, *added, *withdrawn)


def _redirected(
    command: RedirectContact, contact: Held | Redirected, act: Act
) -> Sequence[ReferralFact]:
    if command.to not in REDIRECTIONS:
        raise RedirectionUnknown
    if contact.news and contact.told_at and act.effective_at < contact.told_at:
        raise BeforeItWasTold  # dated back, it would pass over words that nobody had read
    if isinstance(contact, Redirected) and contact.to == command.to and not contact.news:
        return ()
    redirected = ContactRedirected(
        adult=command.adult, was=_was(contact), to=command.to, reasons=command.reasons
    )
    return (redirected,)


def _heard(command: HearOutcome, state: Referral | None) -> Sequence[ReferralFact]:
    contact = state.contacts.get(command.adult) if state else None
    if not isinstance(contact, Promoted):
        raise AwaitingCause
    heard = OutcomeHeard(
        adult=command.adult,
        again=contact.outcome_class is not None,
        outcome_class=command.outcome_class,
        decided_on=command.decided_on,
    )
    return (heard,)


def _reopened(command: HearReopening, state: Referral | None) -> Sequence[ReferralFact]:
    contact = state.contacts.get(command.adult) if state else None
    if not isinstance(contact, Promoted):
        raise AwaitingCause
    # A decision that we never heard of was counted nowhere.
    return (OutcomeReopened(adult=command.adult),) if contact.outcome_class else ()


def owed(state: Referral, calendar: Calendar) -> frozenset[Deadline]:
    """Give by when a person has to look at those who wait for one; who waits is owed it always.

    Also where the referral was taken back: what it told us may still bind us.
    """
    return frozenset(look.owed(calendar) for _, look in _waiting(state))


def _waiting(state: Referral) -> Sequence[tuple[UUID, Look]]:
    return [
        (adult, it.look)
        for adult, it in state.contacts.items()
        if isinstance(it, Held | Redirected) and it.look
    ]


Passed = DeadlineMissed | LookEscalated


def _passed(command: DeadlinePassed, state: Referral | None) -> Sequence[Passed]:
    """Say it of each adult who was owed a look by then: adults of one referral may share a time."""
    due, days = command.deadline, calendar()
    return [
        fact
        for adult, look in (_waiting(state) if state else ())
        if look.owed(days) == due
        for fact in _missed(adult, look, command, days)
    ]


def _missed(
    adult: UUID, look: Look, command: DeadlinePassed, calendar: Calendar
) -> Sequence[Passed]:
    due_at, late = command.deadline.due_at, command.late
    kind = Code(f"deadline@1:{command.deadline.kind}")
    return (
        DeadlineMissed(adult=adult, kind=kind, due_at=due_at, late=late),
        *(
            LookEscalated(adult=adult, to=to, due_at=due_at, late=late)
            for to in look.to_tell(due_at, calendar)
        ),
    )


def evolve(state: Referral | None, happened: ReferralFact, act: Act) -> Referral:
    """Give the state after `happened`. Never refuses: facts are facts.

    As at another time some facts are left out: what is said of one not yet known changes nothing.
    """
    if isinstance(happened, ReferralReceived):
        return Referral(
            sender=act.actor,
            received_at=act.effective_at,
            received=happened,
            checks=happened.checks,
        )
    if state is None:
        raise ValueError("a referral begins with its receipt")
    match happened:
        case ContactPromoted(part=part):
            return _with(state, part.adult, Promoted())
        case ContactHeld(part=part):
            look = Look.begun(act.effective_at).told(part.answers.signals, act.effective_at)
            return _with(state, part.adult, Held(part=part, look=look))
        case ContactRedirected() | InformationKept() | DeadlineMissed() | LookEscalated():
            return _still_here(state, happened, act)
        case ReferralAmended(checks=checks):
            # The first version of the fact did not say.
            asked = isinstance(happened, ReferralAmended2) and happened.anonymous
            count, hidden = state.amendments + 1, state.anonymous or asked
            return replace(state, amendments=count, checks=state.checks + checks, anonymous=hidden)
        case ReferralWithdrawn():
            return replace(state, withdrawn=True)
        case OutcomeReopened(adult=adult):
            return _in_triage(state, adult, Promoted())
        case OutcomeHeard(adult=adult, outcome_class=outcome, decided_on=on):
            return _in_triage(state, adult, Promoted(outcome_class=outcome, decided_on=on))
        case InformationPassedOn() | WithdrawalPassedOn():
            return state


OfOneHere = ContactRedirected | InformationKept | DeadlineMissed | LookEscalated


def _still_here(state: Referral, happened: OfOneHere, act: Act) -> Referral:
    contact = state.contacts.get(happened.adult)
    if contact is None or isinstance(contact, Promoted):
        return state
    return _with(state, happened.adult, _after(contact, happened, act.effective_at))


def _after(contact: Held | Redirected, happened: OfOneHere, at: datetime) -> Held | Redirected:
    kept, look = contact.kept, contact.look
    match happened:
        case InformationKept(answers=answers):
            look = (look or Look.begun(at)).told(answers.signals, at)
            return replace(contact, kept=(*kept, happened), told_at=at, look=look)
        case DeadlineMissed(due_at=due_at):
            return replace(contact, look=look.missed(due_at)) if look else contact
        case LookEscalated(to=to):
            return replace(contact, look=look.escalated(to)) if look else contact
        case ContactRedirected(to=to):
            known, told_at = len(kept), contact.told_at
            return Redirected(part=contact.part, to=to, kept=kept, known=known, told_at=told_at)


def _in_triage(state: Referral, adult: UUID, now: Promoted) -> Referral:
    known = isinstance(state.contacts.get(adult), Promoted)
    return _with(state, adult, now) if known else state


def _with(state: Referral, adult: UUID, contact: Contact) -> Referral:
    return replace(state, contacts={**state.contacts, adult: contact})


referral = Decider(
    kind="referral", facts=ReferralFact, decide=decide, evolve=evolve, owed=owed, times=TARGETS
)
