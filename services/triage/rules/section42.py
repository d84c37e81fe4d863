"""Does the section 42 duty arise, and which outcomes do the answers allow?

The duty is on reasonable cause to suspect, not on proof, and on where the adult is, not on where
they ordinarily live. A named person answers the three tests; this only says which outcomes the
answers leave open.

Law: Care Act 2014 s42(1)(a)-(c), s42(2); s76(7).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.facts import Code

Answer = Literal["met", "not-met", "unknown"]

NEEDS = Code("section-42-test@1:needs-care-and-support")
AT_RISK = Code("section-42-test@1:at-risk-of-abuse-or-neglect")
UNABLE = Code("section-42-test@1:unable-to-protect-themselves")


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreeTests:
    """Reasonable cause to suspect, limb by limb."""

    needs_care_and_support: Answer
    """s42(1)(a): whether or not the authority is meeting any of those needs."""

    at_risk_of_abuse_or_neglect: Answer
    """s42(1)(b): is experiencing it, or is at risk of it."""

    unable_to_protect_themselves: Answer
    """s42(1)(c): as a result of those needs, against the abuse or neglect or the risk of it."""

    @property
    def by_test(self) -> Mapping[Code, Answer]:
        """Give each answer under the code of its test."""
        return {
            NEEDS: self.needs_care_and_support,
            AT_RISK: self.at_risk_of_abuse_or_neglect,
            UNABLE: self.unable_to_protect_themselves,
        }

    @property
    def answers(self) -> set[Answer]:
        """Give the answers without their questions."""
        return set(self.by_test.values())

    @property
    def duty_arises(self) -> bool:
        """True where all three are met; two out of three is no duty."""
        return self.answers == {"met"}

    @property
    def not_met(self) -> tuple[Code, ...]:
        """Name the tests that are not met, for a sender who asks why."""
        return tuple(test for test, answer in self.by_test.items() if answer == "not-met")


PROCEEDING = Code("outcome-class@1:proceeding")
PASSED_ON = Code("outcome-class@1:passed-on")
ADVICE_GIVEN = Code("outcome-class@1:advice-given")
"""All that the sender of a referral is told of what became of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What may follow, and what it takes."""

    meaning: str
    duty: bool | None
    """True: all three tests must be met. False: they must not. None: either."""
    class_for_sender: Code
    opens_enquiry: bool = False
    concludes_at_once: bool = False
    """The enquiry is opened and concluded in one act."""
    names_a_route: bool = False
    needs_one_not_met_of: tuple[Code, ...] = ()

    @property
    def allows_unknown(self) -> bool:
        """True for enquiries only: they are how a council finds out. Anything else closes."""
        return self.opens_enquiry


OUTCOMES: Mapping[Code, Outcome] = {
    # s42(2): the authority must make, or cause to be made, whatever enquiries it thinks necessary.
    Code("section-42-outcome@1:s42-enquiry"): Outcome(
        meaning="The duty arises and an enquiry is opened.",
        duty=True,
        opens_enquiry=True,
        class_for_sender=PROCEEDING,
    ),
    # s42(2) sets no form: gathering information can itself be the enquiry. It counts as one.
    Code("section-42-outcome@1:s42-met-response-sufficient"): Outcome(
        meaning="The duty arises, and what was found out already answers what must be done.",
        duty=True,
        opens_enquiry=True,
        concludes_at_once=True,
        class_for_sender=PROCEEDING,
    ),
    # No duty under s42(1), or not known yet: a power, where the council thinks it proportionate.
    Code("section-42-outcome@1:other-enquiry"): Outcome(
        meaning="Not all three tests are met, but an enquiry is proportionate.",
        duty=False,
        opens_enquiry=True,
        class_for_sender=PROCEEDING,
    ),
    # Where s42(1) is met the council must enquire (s42(2)): it cannot signpost the duty away.
    Code("section-42-outcome@1:nfa-signpost"): Outcome(
        meaning="No enquiry; the adult is pointed to a named route.",
        duty=False,
        names_a_route=True,
        class_for_sender=PASSED_ON,
    ),
    # A refusal does not by itself switch off the duty: s42(1) does not ask for consent. So the
    # tests may be met or not, and the reasons, which every decision has, must carry it: capacity,
    # no coercion, no vital or public interest.
    Code("section-42-outcome@1:nfa-adult-declines"): Outcome(
        meaning="The adult, with capacity and not coerced, declines; nothing overrides that.",
        duty=None,
        class_for_sender=ADVICE_GIVEN,
    ),
    # s42(1)(a) or (b) absent. That (c) alone is not met makes a concern without a duty.
    Code("section-42-outcome@1:not-a-concern"): Outcome(
        meaning="No needs for care and support, or no abuse, neglect or risk of it.",
        duty=False,
        needs_one_not_met_of=(NEEDS, AT_RISK),
        class_for_sender=ADVICE_GIVEN,
    ),
    # s42(1) "in its area": the duty lies where the abuse happens, whatever the tests say.
    Code("section-42-outcome@1:transfer-area"): Outcome(
        meaning="It happened in another council's area and went there.",
        duty=None,
        class_for_sender=PASSED_ON,
    ),
    # s42(1) "an adult": under 18 it is for children's services.
    Code("section-42-outcome@1:child"): Outcome(
        meaning="The person is under 18; children's services have it.",
        duty=None,
        class_for_sender=PASSED_ON,
    ),
    # s76(7): section 42 does not apply in prison or approved premises.
    Code("section-42-outcome@1:excluded-setting"): Outcome(
        meaning="The adult is in prison or approved premises, which have it.",
        duty=None,
        class_for_sender=PASSED_ON,
    ),
    Code("section-42-outcome@1:duplicate"): Outcome(
        meaning="Another concern is about the same; this one was passed on to it.",
        duty=None,
        class_for_sender=PASSED_ON,
    ),
}

INFORMATION_ONLY = Code("signpost-route@1:information-only")

ROUTES: Mapping[Code, str] = {
    Code("signpost-route@1:needs-assessment"): "needs assessment (Care Act 2014 s9)",
    Code("signpost-route@1:carers-assessment"): "carer's assessment (Care Act 2014 s10)",
    Code("signpost-route@1:provider-quality"): "care provider quality or contracts team",
    Code("signpost-route@1:cqc"): "Care Quality Commission",
    Code("signpost-route@1:nhs-patient-safety"): "NHS patient safety route (PSIRF)",
    Code("signpost-route@1:complaint"): "complaint",
    Code("signpost-route@1:police"): "police, 101",
    Code("signpost-route@1:domestic-abuse"): "domestic abuse service or MARAC",
    Code("signpost-route@1:fraud-reporting"): "fraud reporting and trading standards",
    Code("signpost-route@1:mental-health-crisis"): "mental health crisis service",
    Code("signpost-route@1:substance-misuse"): "substance misuse service",
    Code("signpost-route@1:housing"): "housing or homelessness service",
    Code("signpost-route@1:fire-service-home-visit"): "fire service home visit",
    Code("signpost-route@1:varm"): "vulnerable adult risk management meeting (VARM)",
    Code("signpost-route@1:dols-team"): "Deprivation of Liberty Safeguards team",
    Code("signpost-route@1:opg"): "Office of the Public Guardian (attorney or deputy)",
    Code("signpost-route@1:dwp"): "Department for Work and Pensions (appointee)",
    Code("signpost-route@1:childrens-mash"): "children's multi-agency safeguarding hub",
    Code("signpost-route@1:prevent"): "Prevent",
    INFORMATION_ONLY: "information only",
}
"""Where an adult may be pointed to without an enquiry."""

Problem = Literal[
    "outcome-unknown",
    "answer-unknown",
    "outcome-contradicts-tests",
    "route-missing",
    "route-unknown",
]


def problem(tests: ThreeTests, outcome: Code, route: Code | None) -> Problem | None:
    """Give the first reason why `outcome` cannot stand on these answers, or None."""
    if outcome not in OUTCOMES:
        return "outcome-unknown"
    what = OUTCOMES[outcome]
    if "unknown" in tests.answers and not what.allows_unknown:
        return "answer-unknown"
    if _contradicts(tests, what):
        return "outcome-contradicts-tests"
    if what.names_a_route and route is None:
        return "route-missing"
    return "route-unknown" if route is not None and route not in ROUTES else None


def told_to_sender(outcome: Code, route: Code | None) -> Code:
    """Give the outcome class that the referral's sender is told, and no more.

    Raises:
        KeyError: no such outcome; `problem` finds that first.
    """
    # Information only passes nobody on: the sender must not think that a service has it now.
    told = OUTCOMES[outcome].class_for_sender
    return ADVICE_GIVEN if (told, route) == (PASSED_ON, INFORMATION_ONLY) else told


def _contradicts(tests: ThreeTests, what: Outcome) -> bool:
    """Say whether the answers rule the outcome out."""
    if what.duty is not None and what.duty is not tests.duty_arises:
        return True
    absent = what.needs_one_not_met_of
    return bool(absent) and set(absent).isdisjoint(tests.not_met)
