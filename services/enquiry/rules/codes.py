"""Which words may an enquiry be described with?

Each list is versioned: a code that was written is read for ever. The labels are those of the
national collection where it has the list, so that a return is a count and no translation.

Law: none; the Safeguarding Adults Collection's tables SG2a, SG2b, SG2c, SG2e, SG3a and SG4a, as
published for 2024-25, and the council's own lists.
"""

from shared.facts import Code


def _list(name: str, **labels: str) -> dict[Code, str]:
    return {Code(f"{name}:{word.replace('_', '-')}"): label for word, label in labels.items()}


RISK_TYPES = _list(
    "risk-type@1",
    physical_abuse="Physical Abuse",
    sexual_abuse="Sexual Abuse",
    psychological_abuse="Psychological Abuse",
    financial_or_material_abuse="Financial or Material Abuse",
    discriminatory_abuse="Discriminatory Abuse",
    organisational_abuse="Organisational Abuse",
    neglect_and_acts_of_omission="Neglect and Acts of Omission",
    domestic_abuse="Domestic Abuse",
    sexual_exploitation="Sexual Exploitation",
    modern_slavery="Modern Slavery",
    self_neglect="Self-Neglect",
)
RISK_SOURCES = _list(
    "risk-source@1",
    service_provider="Service Provider",
    other_known="Other - Known to individual",
    other_unknown="Other - Unknown to individual",
)
RISK_LOCATIONS = _list(
    "risk-location@1",
    own_home="Own Home",
    in_the_community="In the Community",
    community_service="Community Service",
    care_home_nursing="Care Home - Nursing",
    care_home_residential="Care Home - Residential",
    hospital_acute="Hospital - Acute",
    hospital_mental_health="Hospital - Mental Health",
    hospital_community="Hospital - Community",
    other="Other",
)

IDENTIFIED = _list(
    "risk-outcome@1",
    identified_action_taken="Risk identified and action taken",
    identified_no_action="Risk identified and no action taken",
)
"""Those of which the collection also asks what became of the risk."""
RISK_OUTCOMES = IDENTIFIED | _list(
    "risk-outcome@1",
    inconclusive_action_taken="Risk Assessment inconclusive and action taken",
    inconclusive_no_action="Risk Assessment inconclusive and no action taken",
    none_identified_action_taken="No risk identified and action taken",
    none_identified_no_action="No risk identified and no action taken",
    ceased_at_request="Enquiry ceased at individual's request and no action taken",
)
RISK_NOT_RECORDED = Code("risk-outcome@1:not-recorded")
"""Stands where an enquiry was concluded in the act that opened it: no row of a return."""

RISK_RESULTS = _list(
    "risk-result@1", remained="Risk remained", reduced="Risk reduced", removed="Risk removed"
)
RESULT_NOT_APPLICABLE = Code("risk-result@1:not-applicable")

LACKED = Code("mental-capacity@1:lacked")
CAPACITIES = _list(
    "mental-capacity@1",
    lacked="Yes, they lacked capacity",
    did_not_lack="No, they did not lack capacity",
    do_not_know="Don't know",
    not_recorded="Not recorded",
)
CAPACITY_NOT_RECORDED = Code("mental-capacity@1:not-recorded")

SUPPORTED = Code("advocate@1:supported")
SUPPORT = _list(
    "advocate@1",
    supported="support provided by an advocate, family or friend",
    not_supported="no support provided",
    not_recorded="Not recorded",
)
SUPPORT_NOT_RECORDED = Code("advocate@1:not-recorded")
SUPPORT_NOT_APPLICABLE = Code("advocate@1:not-applicable")
"""The collection asks it of those who lacked capacity, and of nobody else."""

EXPRESSED = Code("desired-outcomes@1:expressed")
NOT_ASKED = Code("desired-outcomes@1:not-asked")
WISHES = _list(
    "desired-outcomes@1",
    expressed="Yes they were asked and outcomes were expressed",
    none_expressed="Yes they were asked but no outcomes were expressed",
    not_asked="No",
)
WISHES_NOT_RECORDED = Code("desired-outcomes@1:not-recorded")
ACHIEVED = _list(
    "outcomes-achieved@1",
    fully="Fully Achieved",
    partly="Partially Achieved",
    not_achieved="Not Achieved",
)

DIFFICULTY = Code("substantial-difficulty@1:yes")
DIFFICULTY_UNKNOWN = Code("substantial-difficulty@1:unknown")
DIFFICULTIES = _list(
    "substantial-difficulty@1",
    yes="the adult has substantial difficulty in being involved",
    no="the adult has no substantial difficulty in being involved",
    unknown="it is not known whether the adult has difficulty in being involved",
)
INDIVIDUAL = Code("appropriate-individual@1:yes")
INDIVIDUAL_UNKNOWN = Code("appropriate-individual@1:unknown")
INDIVIDUALS = _list(
    "appropriate-individual@1",
    yes="an appropriate person supports them",
    no="no appropriate person is there",
    unknown="whether an appropriate person is there is not known",
)
NO_ADVOCATE = Code("independent-advocate@1:not-arranged")
ARRANGED = Code("independent-advocate@1:arranged")
DECLINES = Code("independent-advocate@1:declined")
ADVOCATES = _list(
    "independent-advocate@1",
    arranged="an independent advocate is arranged",
    not_arranged="no independent advocate is arranged",
    declined="the adult wants no independent advocate",
)

METHODS = _list(
    "enquiry-method@1",
    conversation_with_adult="a conversation with the adult",
    visit="a visit",
    records="reading records",
    professionals="asking professionals",
    meeting="a meeting of those involved",
    caused_enquiry="an enquiry that a partner is asked to make",
)

PARTNERS = _list(
    "partner-kind@1",
    provider="a care provider",
    nhs="an NHS organisation",
    police="the police",
    council="another council",
    housing="a housing organisation",
    other="another organisation",
)
UNCHECKED = {Code(f"partner-kind@1:{kind}") for kind in ("nhs", "police", "council")}
"""Public bodies. Whoever else is asked may have a stake, however they are described."""
CLEAR = Code("conflict-check@1:clear")

ACCEPTED = Code("caused-enquiry-answer@1:accepted")
DECLINED = Code("caused-enquiry-answer@1:declined")
GOOD = Code("report-verdict@1:accepted")
RETURNED = Code("report-verdict@1:returned")

NEEDED = Code("safety-plan@1:needed")
NOT_NEEDED = Code("safety-plan@1:not-needed")
"""A remaining risk can be right: the adult may choose it."""
PLAN_NOT_RECORDED = Code("safety-plan@1:not-recorded")
OWNERS = _list(
    "action-owner@1",
    adult_social_care="adult social care",
    adult="the adult",
    family_or_friend="family or friend",
    provider="the care provider",
    nhs="the NHS",
    police="the police",
    housing="housing",
    advocate="the advocate",
    other="another organisation",
)
ENDINGS = _list("action-ending@1", done="done", transferred="transferred")
REPLACED = Code("action-ending@1:replaced")
"""By what a new plan says, and so only in the act that records one."""

UNCHANGED = Code("information-effect@1:none")
IN_DOUBT = {Code(f"information-effect@1:{effect}") for effect in ("findings", "protection")}
"""What changes a conclusion that was drawn before it was told."""
EFFECTS = _list(
    "information-effect@1",
    none="it changes nothing",
    findings="it changes what is asked or was found",
    protection="it changes what keeps the adult safe",
    new_concern="it tells of other abuse or neglect, which is referred as a concern of its own",
)

CLOSING_REASONS = _list(
    "closing-reason@1",
    completed="The enquiry and its plan are complete.",
    plan_transferred="Another team or service has what is left.",
    at_request="The adult asked for it to end.",
    adult_died="The adult died.",
)
FEEDBACK = _list("feedback@1", told="told", waived="not told, for a reason")
