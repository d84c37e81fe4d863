"""What is known of one concern?"""

from dataclasses import replace
from datetime import UTC, date, datetime

from services.triage.projections.concern import ConcernView, view, words
from services.triage.rules.risk_tool import AMBER, RED
from shared.facts import Code
from tests.support.story import SOMEBODY
from tests.triage import a


def seen(*facts: object) -> ConcernView:
    found = view(a.ADULT, a.recorded(*facts))
    assert found is not None
    return found


def test_of_nothing_nothing_is_known() -> None:
    assert view(a.ADULT, []) is None
    assert view(a.ADULT, a.recorded(a.recognised)) is None, "it is scored in the same act"


def test_a_concern_shows_its_score_term_by_term() -> None:
    known = seen(*a.waiting)
    assert (known.state, known.version, known.rating.band) == ("waiting", 2, AMBER)
    assert known.rating.scored_by == "scorer@1:referrer"
    assert sum(term.points for term in known.rating.score.terms) == known.rating.score.total == 8
    assert "Total 8: Amber is 7 to 13." in known.rating.says
    assert known.decision is None


def test_a_concern_shows_by_when_it_must_be_looked_at_and_decided() -> None:
    known = seen(*a.waiting)  # Monday 2 November 2026, 9:00
    assert known.look_due_at == datetime(2026, 11, 3, 17, tzinfo=UTC)
    assert known.decision_due_at == datetime(2026, 11, 4, 17, tzinfo=UTC)
    assert known.rank_reason == "Amber, due Wed 4 Nov 17:00: Amber and Green go by due time"


def test_the_band_shown_is_the_one_a_person_set() -> None:
    known = seen(*a.waiting, a.overridden)
    assert known.rating.band == RED
    assert known.rating.score.band == AMBER


def test_news_and_a_withdrawal_are_shown() -> None:
    known = seen(*a.waiting, a.added, a.added, a.withdrawn)
    assert (known.news, known.withdrawn) == (2, True)
    assert not seen(*a.waiting).withdrawn


def test_a_decision_names_its_policy_and_who_made_it() -> None:
    decision = seen(*a.waiting, a.decided).decision
    assert decision is not None
    assert decision.policy == Code("section-42-policy@1:care-act-2014")
    assert (decision.decided_by, decision.decided_on) == ("sam", date(2026, 11, 2))
    assert decision.meaning == "The duty arises and an enquiry is opened."
    assert decision.not_met == ()


def test_a_decision_names_the_test_that_was_not_met() -> None:
    signposted = replace(a.decided, tests=a.two_met, outcome=a.signpost, route=a.varm)
    decision = seen(*a.waiting, signposted).decision
    assert decision is not None
    assert decision.not_met == ("section-42-test@1:unable-to-protect-themselves",)
    assert decision.route == a.varm


def test_the_last_decision_counts() -> None:
    other = replace(a.decided, outcome=Code("section-42-outcome@1:s42-met-response-sufficient"))
    known = seen(*a.waiting, a.decided, a.reopened, other)
    assert known.decision is not None
    assert known.decision.outcome == other.outcome


def test_opened_again_it_waits_and_has_no_decision() -> None:
    known = seen(*a.waiting, a.decided, a.reopened)
    assert (known.state, known.decision) == ("waiting", None)


def test_everything_that_people_wrote_can_be_found() -> None:
    shut = words(a.recorded(*a.EVERY_FACT))
    assert shut.added == [a.added.words]
    assert shut.one_each == {
        "considered_reasons": a.consideration.reasons,
        "details": a.details,
        "source_of_risk": a.source,
        "referrer": a.referrer,
        "score_evidence": a.words(),
        "band_reasons": a.lowered.reasons,
        "proposal_reasons": a.proposed.reasons,
        "second_person_reasons": a.refused.reasons,
        "decision_reasons": a.words(),
        "needs_care_and_support": a.evidence.needs_care_and_support,
        "at_risk_of_abuse_or_neglect": a.evidence.at_risk_of_abuse_or_neglect,
        "unable_to_protect_themselves": None,
        "reopening_reasons": a.reopening.reasons,
    }


def test_a_screeners_evidence_outlives_a_score_on_added_information() -> None:
    again = a.scored(a.red, Code("scorer@1:added-information"))
    shut = words(a.recorded(*a.waiting, a.screened(), a.added, again))
    assert shut.one_each["score_evidence"] == a.words()


def test_seventeen_is_flagged() -> None:
    turning = replace(a.recognised, transition=True)
    assert seen(turning, a.scored()).transition
    assert not seen(*a.waiting).transition
    assert SOMEBODY.effective_at == seen(*a.waiting).received_at


def test_told_more_of_it_is_shown_by_when_somebody_looks_as_in_the_queue() -> None:
    told = [*a.recorded(*a.waiting, a.decided), *a.recorded(a.added, act=a.later(days=14), since=3)]
    known = view(a.ADULT, told)
    assert known is not None
    assert known.look_due_at == datetime(2026, 11, 17, 17, tzinfo=UTC)
    assert known.rank_reason == "Amber, due Tue 17 Nov 17:00: Amber and Green go by due time"
    assert [it.due_at for it in known.due if it.kind == "look"] == [known.look_due_at]
