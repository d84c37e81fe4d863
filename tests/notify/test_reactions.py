"""Does a partner hear the same of their case, whichever topic is heard first?"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.notify.decisions.contribution import Contributions, owed
from services.notify.decisions.correspondence import Correspondence
from services.notify.events import (
    DeliveryOwed,
    EventAwaited,
    QuestionAsked,
    QuestionClosed,
    RequestEnded,
    TaskMoved,
)
from services.notify.published import publish
from services.notify.reactions import REACTIONS, lane_of_task
from services.notify.rules import replies
from services.notify.rules.disclosure import type_of
from shared.contracts import dols, enquiry, intake, notify, registry, triage
from shared.decider import Stream
from shared.facts import Code, Recorded
from shared.sealed import Sealed
from shared.time.calendar import calendar
from tests.notify import a
from tests.support.story import SOMEBODY

ON = date(2026, 11, 2)
WORDS: Sealed[str] = Sealed(subject=a.ADULT, audience="adult", box=b"")
REQUEST = uuid4()


@dataclass
class Notify:
    """The service in memory: its streams, and its own messages heard again."""

    facts: dict[Stream[Any, Any, Any], list[Any]] = field(default_factory=lambda: defaultdict(list))
    states: dict[Stream[Any, Any, Any], Any] = field(default_factory=dict)

    def hear(self, *letters: Recorded[Any]) -> "Notify":
        for said in letters:
            for it in REACTIONS:
                if it.when is type(said.fact) and (command := it.then(said)) is not None:
                    self.do(it.on(said), command, said)
        return self

    def do(self, stream: Stream[Any, Any, Any], command: Any, said: Recorded[Any]) -> None:
        act = replace(said.act, causation=said.act.id)
        for fact in stream.decider.decide(command, self.states.get(stream), act):
            self.facts[stream].append(fact)
            self.states[stream] = stream.decider.evolve(self.states.get(stream), fact, act)
            if message := publish(fact, SOMEBODY):
                self.hear(a.said(message, stream.case, said.recorded_at))

    def told(self, lane: UUID = a.LANE) -> list[tuple[UUID, str]]:
        """Give what each partner is told of a case, in order."""
        of = (it for stream, them in self.facts.items() if stream.case == lane for it in them)
        owed = [it for it in of if isinstance(it, DeliveryOwed)]
        numbers = defaultdict[UUID, list[int]](list)
        for it in owed:
            numbers[it.partner].append(it.sequence)
        assert all(them == list(range(1, len(them) + 1)) for them in numbers.values())
        return [(it.partner, type_of(it.happening.event)) for it in owed]

    def state(self, kind: type[Any]) -> Sequence[Any]:
        return [it for it in self.states.values() if isinstance(it, kind)]


def at(hours: float) -> Any:
    return a.RECORDED_AT + timedelta(hours=hours)


RECEIVED = intake.ReferralReceived(sender=a.HOME, adults=1, immediate_danger=False)
ADDED = intake.InformationReceived(adult=a.ADULT, answers=intake.RiskAnswers(), words=WORDS)
RECOGNISED = triage.ConcernRecognised(contact=a.LANE)
DECIDED = triage.Section42Decided(
    contact=a.LANE, outcome=Code("section-42-outcome@1:s42-enquiry"),
    outcome_class=Code("outcome-class@1:proceeding"), opens_enquiry=True, decided_on=ON,
    band=Code("band@1:amber"),
)  # fmt: skip
DECIDED_1 = triage.Section42Decided1(
    contact=a.LANE, outcome=Code("section-42-outcome@1:s42-enquiry"),
    outcome_class=Code("outcome-class@1:proceeding"), opens_enquiry=True, decided_on=ON,
)  # fmt: skip
REOPENED = triage.ConcernReopened(contact=a.LANE)
KIND = Code("enquiry-kind@1:section-42")
OPENED = enquiry.EnquiryOpened(contact=a.LANE, kind=KIND, opened_on=ON)
CONCLUDED = enquiry.EnquiryConcluded(
    contact=a.LANE, kind=KIND, outcome=Code("risk-outcome@1:no-risk"), concluded_on=ON
)
CLOSED = enquiry.EnquiryClosed(
    contact=a.LANE, reason=Code("closing-reason@1:completed"), closed_on=ON
)
REOPENED_ENQUIRY = enquiry.EnquiryReopened(contact=a.LANE)
CAUSED = enquiry.EnquiryCaused(partner=a.POLICE, due_on=date(2026, 11, 16))
ACCEPTED = enquiry.CausedEnquiryAnswered(answer=Code("caused-enquiry-answer@1:accepted"))
REMINDED = enquiry.PartnerReminded(due_on=date(2026, 11, 16))
REPORTED = enquiry.ReportReceived(received_on=ON)
ASSESSED = enquiry.ReportAssessed(
    verdict=Code("report-verdict@1:returned"), due_on=date(2026, 11, 30)
)
RECALLED = enquiry.CausedEnquiryRecalled(recalled_on=ON)
LATE = enquiry.LateReportReceived(partner=a.POLICE, received_on=ON)
CONSIDERED = enquiry.LateReportConsidered(partner=a.POLICE, considered_on=ON)

INTAKE = [
    a.said(RECEIVED, a.LANE, at(0)), *(a.said(ADDED, a.LANE, at(it)) for it in (1, 3, 5.5, 8))
]  # fmt: skip


def reached(number: int, hour: float) -> Recorded[Any]:
    """Give what triage says when the nth addition is with the concern."""
    return a.said(triage.InformationAdded(), a.ADULT, at(hour), cause=INTAKE[number].act.id)


TRIAGE = [
    a.said(RECOGNISED, a.ADULT, at(0)), reached(1, 1.1), a.said(DECIDED_1, a.ADULT, at(2)),
    reached(2, 3.1), a.said(triage.InformationConsidered(), a.ADULT, at(4)),
    a.said(REOPENED, a.ADULT, at(5)), a.said(DECIDED, a.ADULT, at(6)),
    reached(3, 6.1),  # told before the last decision, and still on its way when it was made
    reached(4, 8.1),
]  # fmt: skip
ENQUIRY = [
    a.said(it, a.ADULT, at(3 + hour))
    for hour, it in enumerate(
        (
            OPENED,
            CAUSED,
            ACCEPTED,
            REMINDED,
            REPORTED,
            ASSESSED,
            RECALLED,
            LATE,
            CONSIDERED,
            CONCLUDED,
            CLOSED,
            REOPENED_ENQUIRY,
        )
    )
]
HOME_HEARS = [
    "referral.received", "contribution.received", "contribution.received",
    "contribution.received", "contribution.received", "concern.recognised", "decision.made",
    "contribution.considered", "contribution.considered", "decision.reopened", "decision.made",
    "enquiry.opened", "enquiry.concluded", "enquiry.closed", "enquiry.reopened",
]  # fmt: skip
POLICE_HEAR = [
    "task.assigned", "task.reminded", "report.received", "report.assessed", "task.recalled",
    "report.received", "report.assessed",
]  # fmt: skip


@given(some.permutations([*"i" * len(INTAKE), *"t" * len(TRIAGE), *"e" * len(ENQUIRY)]))
def test_any_order_of_topics_tells_the_same(order: Sequence[str]) -> None:
    left = {"i": iter(INTAKE), "t": iter(TRIAGE), "e": iter(ENQUIRY)}
    service = Notify().hear(*(next(left[topic]) for topic in order))

    told = service.told()
    assert told[0] == (a.HOME, "referral.received")
    assert Counter(told) == Counter((a.HOME, it) for it in HOME_HEARS)
    assert service.told(lane_of_task(a.ADULT)) == [(a.POLICE, it) for it in POLICE_HEAR]
    (theirs,) = service.state(Contributions)
    # What came to triage after the last decision, whenever it was told.
    assert sorted(it.told_at for it in theirs.open) == [at(5.5), at(8)]
    assert len(owed(theirs, calendar())) == 1
    of_a_case = ("concern.recognised", "decision.made", "decision.reopened", "decision.made")
    assert [it for _, it in told if it in of_a_case] == list(of_a_case)


def test_what_is_told_is_about_the_adult_and_says_when_it_was_so() -> None:
    service = Notify().hear(INTAKE[0], TRIAGE[2])
    facts = next(them for stream, them in service.facts.items() if stream.case == a.LANE)
    decided = facts[-1].happening
    assert (decided.about, decided.occurred_at, decided.known_at) == (a.ADULT, at(2), at(2))


def test_of_a_referral_whose_sender_is_not_named_nothing_is_ever_told() -> None:
    unnamed = intake.ReferralReceived1(adults=1, immediate_danger=False)
    service = Notify().hear(a.said(unnamed, a.LANE), *TRIAGE, *ENQUIRY[:1])
    assert service.told() == []
    (lane,) = service.state(Correspondence)
    assert lane.partner is None
    assert len(lane.awaited) == 5
    waits = [it for them in service.facts.values() for it in them if isinstance(it, EventAwaited)]
    assert len(waits) == len(lane.awaited)


def test_a_partner_asked_to_enquire_owes_step_by_step() -> None:
    service = Notify().hear(*ENQUIRY)
    moved = [it for them in service.facts.values() for it in them if isinstance(it, TaskMoved)]
    assert [it.stage.partition(":")[2] for it in moved] == [
        "assigned", "accepted", "reported", "returned", "recalled", "reported", "report-accepted"
    ]  # fmt: skip
    assert {it.partner for it in moved} == {a.POLICE}


def test_a_verdict_on_a_late_report_is_told_to_who_made_it_and_to_nobody_asked_since() -> None:
    accepted = replace(ASSESSED, verdict=Code("report-verdict@1:accepted"), due_on=None)
    anew = replace(CAUSED, partner=a.HOME)
    letters = [a.said(it, a.ADULT) for it in (CAUSED, RECALLED, REPORTED, anew, accepted)]
    service = Notify().hear(*letters)
    assert service.told(lane_of_task(a.ADULT)) == [
        (a.POLICE, "task.assigned"), (a.POLICE, "task.recalled"), (a.POLICE, "report.received"),
        (a.HOME, "task.assigned"), (a.POLICE, "report.assessed"),
    ]  # fmt: skip
    (lane,) = service.state(Correspondence)
    assert lane.stages == {a.POLICE: replies.REPORT_ACCEPTED, a.HOME: replies.ASSIGNED}
    service.hear(a.said(ACCEPTED, a.ADULT), a.said(REPORTED, a.ADULT), a.said(ASSESSED, a.ADULT))
    (lane,) = service.state(Correspondence)
    assert (lane.partner, lane.stages[a.HOME]) == (a.HOME, replies.RETURNED)
    assert lane.stages[a.POLICE] == replies.REPORT_ACCEPTED


def _stages(*said: Any) -> tuple[list[tuple[UUID, str]], dict[UUID, Code]]:
    service = Notify().hear(*(a.said(it, a.ADULT) for it in said))
    (lane,) = service.state(Correspondence)
    return service.told(lane_of_task(a.ADULT)), dict(lane.stages)


def test_a_late_report_is_told_to_who_made_it_though_another_report_waits() -> None:
    """Also where both wait for us: neither hears what was said of the other's."""
    anew = replace(CAUSED, partner=a.HOME)
    told, stages = _stages(CAUSED, RECALLED, anew, LATE, REPORTED, CONSIDERED, ASSESSED)
    assert told == [
        (a.POLICE, "task.assigned"), (a.POLICE, "task.recalled"), (a.HOME, "task.assigned"),
        (a.POLICE, "report.received"), (a.HOME, "report.received"),
        (a.POLICE, "report.assessed"), (a.HOME, "report.assessed"),
    ]  # fmt: skip
    assert stages == {a.POLICE: replies.REPORT_ACCEPTED, a.HOME: replies.RETURNED}


def test_what_a_partner_was_asked_for_anew_is_owed_still_when_their_earlier_report_comes() -> None:
    told, stages = _stages(CAUSED, RECALLED, CAUSED, LATE, CONSIDERED)
    assert [it for _, it in told[-2:]] == ["report.received", "report.assessed"]
    assert stages == {a.POLICE: replies.ASSIGNED}


def test_a_managing_authority_hears_how_far_its_request_is() -> None:
    test = Code("legal-test@1:agni-2026")
    reason = Code("not-granted-reason@1:withdrawn")
    service = Notify().hear(
        a.said(
            dols.AssessorAllocated(role=Code("assessor-role@1:mental-health"), allocated_on=ON),
            REQUEST,
        ),
        a.said(dols.RequestReceived(sender=a.HOME, urgent=True, received_on=ON), REQUEST),
        a.said(dols.InformationRequested(question=uuid4(), due_on=ON), REQUEST),
        a.said(dols.ExtensionRefused(refused_on=ON), REQUEST),
        a.said(dols.UrgentExtended(extended_on=ON, ends_on=date(2026, 11, 15)), REQUEST),
        a.said(
            dols.AuthorisationGranted(legal_test=test, decided_on=ON, starts_on=ON, ends_on=ON),
            REQUEST,
        ),
        a.said(
            dols.AuthorisationNotGranted(reason=reason, legal_test=test, decided_on=ON), REQUEST
        ),
        a.said(dols.AuthorisationEnding(ends_on=ON, days_left=7), REQUEST),
        a.said(dols.AuthorisationEnded(ended_on=ON), REQUEST),
        a.said(dols.AuthorisationSuspended(suspended_on=ON, ceases_on=date(2026, 11, 29)), REQUEST),
        a.said(dols.AuthorisationResumed(resumed_on=ON), REQUEST),
        a.said(dols.AuthorisationCeased(reason=Code("cease@1:died"), ceased_on=ON), REQUEST),
        a.said(
            dols.ReviewAsked(
                asked_by=Code("review-asked-by@1:the-person"),
                grounds=(Code("review-ground@1:conditions"),),
                asked_on=ON,
            ),
            REQUEST,
        ),
        a.said(
            dols.ReviewCompleted(outcome=Code("review-outcome@1:varied"), completed_on=ON), REQUEST
        ),
    )
    assert [it for _, it in service.told(REQUEST)] == [
        "dols.received", "dols.allocated", "dols.question-asked", "dols.not-extended",
        "dols.extended", "dols.granted", "dols.not-granted", "dols.ending", "dols.ended",
        "dols.suspended", "dols.resumed", "dols.ceased", "dols.review-started", "dols.reviewed",
    ]  # fmt: skip


TEST, OTHER_QUESTION = Code("legal-test@1:agni-2026"), uuid4()
REQUESTED = dols.RequestReceived(sender=a.HOME, urgent=True, received_on=ON)
ASKS = dols.InformationRequested(question=a.QUESTION, due_on=date(2026, 11, 5))
ENDS = {
    "dols.granted": dols.AuthorisationGranted(
        legal_test=TEST, decided_on=ON, starts_on=ON, ends_on=ON
    ),
    "dols.not-granted": dols.AuthorisationNotGranted(
        reason=Code("not-granted-reason@1:died"), legal_test=TEST, decided_on=ON
    ),
}


def asked_of(*letters: Any) -> tuple[list[Any], list[str]]:
    """Give what is kept of questions where dols says these, and what its sender is told."""
    service = Notify().hear(*(a.said(it, REQUEST) for it in letters))
    kinds = (QuestionAsked, QuestionClosed, RequestEnded)
    kept = [it for them in service.facts.values() for it in them if isinstance(it, kinds)]
    return kept, [it for _, it in service.told(REQUEST)]


def test_a_managing_authority_owes_the_answer_to_a_question_until_dols_says_it_is_closed() -> None:
    asked = QuestionAsked(question=a.QUESTION, due_on=date(2026, 11, 5))
    closing = dols.QuestionsClosed(questions=(a.QUESTION, OTHER_QUESTION))
    assert asked_of(REQUESTED, ASKS) == ([asked], ["dols.received", "dols.question-asked"])
    assert asked_of(REQUESTED, ASKS, closing) == (
        [asked, QuestionClosed(question=a.QUESTION), QuestionClosed(question=OTHER_QUESTION)],
        ["dols.received", "dols.question-asked"],
    )


def test_who_takes_a_request_back_owes_no_answer_and_is_not_told_what_they_did() -> None:
    kept, told = asked_of(REQUESTED, ASKS, dols.RequestWithdrawn(withdrawn_on=ON))
    assert kept[1:] == [RequestEnded(), QuestionClosed(question=a.QUESTION)]
    assert told == ["dols.received", "dols.question-asked"]


@pytest.mark.parametrize("event", ENDS)
def test_a_decision_is_told_and_ends_what_was_asked(event: str) -> None:
    kept, told = asked_of(REQUESTED, ASKS, ENDS[event])
    assert kept[1:] == [RequestEnded(), QuestionClosed(question=a.QUESTION)]
    assert told == ["dols.received", "dols.question-asked", event]


@pytest.mark.parametrize(
    ("answer", "event"),
    [
        (dols.UrgentExtended(extended_on=ON, ends_on=date(2026, 11, 15)), "dols.extended"),
        (dols.ExtensionRefused(refused_on=ON), "dols.not-extended"),
    ],
)
def test_the_answer_to_a_request_for_an_extension_is_told_by_the_right_to_it(
    answer: Any, event: str
) -> None:
    request = dols.RequestReceived(sender=a.HOME, urgent=True, received_on=ON)
    early = Notify().hear(a.said(answer, REQUEST))
    assert early.told(REQUEST) == [], "nobody is told before it is known whose request it is"
    service = early.hear(a.said(request, REQUEST))
    assert service.told(REQUEST) == [(a.HOME, "dols.received"), (a.HOME, event)]
    owed = [it for them in service.facts.values() for it in them if isinstance(it, DeliveryOwed)]
    assert owed[-1].disclosure == "disclosure@1:extension-notice"


def test_what_we_do_not_hear_we_leave_out_on_purpose() -> None:
    kinds: list[Any] = [it.when for it in REACTIONS]
    heard = {it.stored_as for it in kinds}
    assert set(registry()) - heard == {
        "intake.contact-promoted/1", "intake.referral-withdrawn/1", "triage.concern-scored/1",
        "dols.requirement-assessed/1",
    }  # fmt: skip


@pytest.mark.parametrize("answer", ["accepted", "declined"])
def test_how_a_partner_answered_is_kept_and_not_told_back(answer: str) -> None:
    said = enquiry.CausedEnquiryAnswered(answer=Code(f"caused-enquiry-answer@1:{answer}"))
    service = Notify().hear(ENQUIRY[1], a.said(said, a.ADULT))
    assert service.told(lane_of_task(a.ADULT)) == [(a.POLICE, "task.assigned")]


def test_our_own_message_is_heard_like_any_other() -> None:
    said = notify.ContributionAnswered(contact=a.LANE, how=Code("contribution-answer@1:considered"))
    service = Notify().hear(INTAKE[0], a.said(said, a.ADULT))
    assert service.told()[-1] == (a.HOME, "contribution.considered")


def test_a_sender_hears_that_nobody_will_answer_what_they_added() -> None:
    said = notify.ContributionClosed(contact=a.LANE, why=a.WHY)
    service = Notify().hear(INTAKE[0], a.said(said, a.ADULT))
    assert service.told()[-1] == (a.HOME, "contribution.closed")


def test_a_sender_hears_that_an_adult_was_passed_on_before_they_are_known_as_well() -> None:
    said = intake.ContactRedirected(adult=a.ADULT)
    service = Notify().hear(a.said(said, a.LANE), INTAKE[0])
    assert service.told() == [(a.HOME, "referral.received"), (a.HOME, "referral.redirected")]
