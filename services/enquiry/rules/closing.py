"""What stands in the way of closing an enquiry?

Nothing closes silently: whatever others still owe, or we owe to the adult, is looked at first. What
its sender told since may be new abuse, so that is looked at too. It stands in nobody's way to a
conclusion, but what changes one puts it in doubt, and so does a report that it was drawn without.

Law: Care Act 2014 s68 on advocates; else statutory guidance, chapter 14, on plans, and a local
rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.facts import Code


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How far an enquiry is, as far as closing it goes."""

    decision_changed: bool
    caused_enquiry_open: bool
    late_report_waits: bool
    information_waits: bool
    desired_outcomes_asked: bool
    advocacy_asked: bool
    advocate_missing: bool
    concluded: bool
    findings_complete: bool
    wishes_since: bool
    conclusion_in_doubt: bool
    plan_needed: bool
    plan_recorded: bool
    actions_without_owner: bool
    actions_live: bool
    review_set: bool


DECISION_CHANGED = Code("closing-guard@1:decision-changed")
CAUSED_ENQUIRY_OPEN = Code("closing-guard@1:caused-enquiry-open")
LATE_REPORT = Code("closing-guard@1:late-report-not-considered")
INFORMATION = Code("closing-guard@1:information-not-considered")
OUTCOMES_NOT_ASKED = Code("closing-guard@1:desired-outcomes-not-asked")
ADVOCACY_NOT_ASKED = Code("closing-guard@1:advocacy-not-asked")
ADVOCATE_MISSING = Code("closing-guard@1:advocate-not-arranged")
NOT_CONCLUDED = Code("closing-guard@1:not-concluded")
FINDINGS_INCOMPLETE = Code("closing-guard@1:findings-incomplete")
WISHES_SINCE = Code("closing-guard@1:wishes-since-conclusion")
CONCLUSION_IN_DOUBT = Code("closing-guard@1:conclusion-in-doubt")
PLAN_MISSING = Code("closing-guard@1:safety-plan-missing")
ACTION_WITHOUT_OWNER = Code("closing-guard@1:action-without-owner")
REVIEW_NOT_SET = Code("closing-guard@1:review-not-set")
ACTION_LIVE = Code("closing-guard@1:action-live")

GUARDS: Mapping[Code, str] = {
    DECISION_CHANGED: "The decision that opened it was changed, and no manager has looked.",
    CAUSED_ENQUIRY_OPEN: "A partner still makes an enquiry for us.",
    LATE_REPORT: "A partner's report came late, and no manager has looked at it.",
    INFORMATION: "The sender told more, and nobody has said what it changes.",
    OUTCOMES_NOT_ASKED: "The adult was not asked what they want, and nobody said why.",
    ADVOCACY_NOT_ASKED: "Nobody looked at whether the adult needs an independent advocate.",
    ADVOCATE_MISSING: "The adult needs an independent advocate, and has none.",
    NOT_CONCLUDED: "It is not concluded.",
    FINDINGS_INCOMPLETE: "What was found is not recorded.",
    WISHES_SINCE: "What the adult wants was recorded since, and the conclusion does not say it.",
    CONCLUSION_IN_DOUBT: "It was opened again, or what was told or reported since may change it,"
    " and no manager has concluded again or said that it stands.",
    PLAN_MISSING: "A safety plan is needed, and there is none.",
    ACTION_WITHOUT_OWNER: "An action of the safety plan has no owner.",
    REVIEW_NOT_SET: "The safety plan has no date for its review.",
    ACTION_LIVE: "An action of the safety plan is neither done nor transferred.",
}
"""In the order in which they are named."""


def missing(it: Standing) -> tuple[Code, ...]:
    """Name all that stands in the way of closing."""
    plan = it.plan_recorded
    holds = {
        DECISION_CHANGED: it.decision_changed,
        CAUSED_ENQUIRY_OPEN: it.caused_enquiry_open,
        LATE_REPORT: it.late_report_waits,
        INFORMATION: it.information_waits,
        OUTCOMES_NOT_ASKED: not it.desired_outcomes_asked,
        # What was concluded before this was asked stays concluded.
        ADVOCACY_NOT_ASKED: not it.advocacy_asked and not it.findings_complete,
        ADVOCATE_MISSING: it.advocate_missing,
        NOT_CONCLUDED: not it.concluded,
        FINDINGS_INCOMPLETE: it.concluded and not it.findings_complete,
        WISHES_SINCE: it.concluded and it.wishes_since,
        CONCLUSION_IN_DOUBT: it.concluded and it.conclusion_in_doubt,
        PLAN_MISSING: it.plan_needed and not plan,
        ACTION_WITHOUT_OWNER: plan and it.actions_without_owner,
        REVIEW_NOT_SET: plan and not it.review_set,
        ACTION_LIVE: plan and it.actions_live,
    }
    return tuple(guard for guard in GUARDS if holds[guard])
