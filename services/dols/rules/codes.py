"""Which words may a request and its assessments be described with?

Each list is versioned: a code that was written is read for ever.

Law: Mental Capacity Act 2005 Sch A1 para 12 for the requirements and the reasons that follow from
them, 62, 64, 96 and 117 for why an authorisation ceases, 102 for who asks for a review, 104-107 for
its grounds, Sch 1A para 2 for who is ineligible; the national DoLS return for the results.
"""

from collections.abc import Mapping

from shared.facts import Code


def _list(name: str, **labels: str) -> dict[Code, str]:
    return {Code(f"{name}:{word.replace('_', '-')}"): label for word, label in labels.items()}


HOSPITAL = Code("setting@1:hospital")
CARE_HOME = Code("setting@1:care-home")
MENTAL_HEALTH_WARD = Code("setting@1:mental-health-ward")
SETTING_UNKNOWN = Code("setting@1:unknown")
SETTINGS = _list(
    "setting@1",
    hospital="a hospital",
    care_home="a care home",
    mental_health_ward="a mental health ward of a hospital",
    unknown="not said",
)

HIGH, MEDIUM, LOW = (Code(f"priority-band@1:{it}") for it in ("high", "medium", "low"))
BANDS: Mapping[Code, str] = {HIGH: "High", MEDIUM: "Medium", LOW: "Low"}

SCORERS = _list(
    "priority-by@1",
    receipt="on receipt, on the managing authority's own answers",
    staff="by a person",
    circumstances="again, on what the managing authority told since",
    lapse="again, since the urgent authorisation ended",
    time="again, since a date came that counts",
)

BEST_INTERESTS = Code("assessor-role@1:best-interests")
MENTAL_HEALTH = Code("assessor-role@1:mental-health")
ROLES = {BEST_INTERESTS: "best interests assessor", MENTAL_HEALTH: "mental health assessor"}

BIA = Code("assessor-kind@1:bia")
SECTION_12 = Code("assessor-kind@1:mental-health")
AMHP = Code("assessor-kind@1:amhp")
KINDS = {
    BIA: "best interests assessor",
    SECTION_12: "mental health assessor (doctor approved under MHA s12)",
    AMHP: "approved mental health professional",
}

COUNCIL = Code("assessor-employer@1:council")
EMPLOYERS = _list(
    "assessor-employer@1",
    council="the council",
    nhs="an NHS body",
    provider="a care provider",
    independent="nobody: independent",
)

AGE, NO_REFUSALS = Code("requirement@1:age"), Code("requirement@1:no-refusals")
CAPACITY, DISORDER = Code("requirement@1:mental-capacity"), Code("requirement@1:mental-health")
ELIGIBILITY, INTERESTS = (
    Code("requirement@1:eligibility"), Code("requirement@1:best-interests")
)  # fmt: skip
REQUIREMENTS: Mapping[Code, str] = {
    AGE: "18 or over",
    DISORDER: "has a mental disorder",
    CAPACITY: "lacks capacity to decide on being there for this care",
    NO_REFUSALS: "no valid refusal stands against it",
    ELIGIBILITY: "not ineligible under Schedule 1A",
    INTERESTS: "it is a deprivation of liberty, in their best interests, necessary, proportionate",
}

NOT_ASSESSED = Code("assessment-result@1:not-assessed")
SATISFIED = Code("assessment-result@1:satisfied")
NOT_SATISFIED = Code("assessment-result@1:not-satisfied")
EQUIVALENT = Code("assessment-result@1:equivalent")
RESULTS: Mapping[Code, int] = {NOT_ASSESSED: 0, SATISFIED: 1, NOT_SATISFIED: 2, EQUIVALENT: 3}
"""As the national return counts them."""

WITHDRAWN = Code("not-granted-reason@1:withdrawn")
REASONS: Mapping[Code, Code | None] = {
    Code("not-granted-reason@1:age"): AGE,
    Code("not-granted-reason@1:no-mental-disorder"): DISORDER,
    Code("not-granted-reason@1:has-capacity"): CAPACITY,
    Code("not-granted-reason@1:refusal-conflict"): NO_REFUSALS,
    Code("not-granted-reason@1:ineligible"): ELIGIBILITY,
    Code("not-granted-reason@1:not-in-best-interests"): INTERESTS,
    Code("not-granted-reason@1:not-a-deprivation"): INTERESTS,
    Code("not-granted-reason@1:died"): None,
    Code("not-granted-reason@1:moved"): None,
    WITHDRAWN: None,
    Code("not-granted-reason@1:circumstances-changed"): None,
    Code("not-granted-reason@1:wrong-supervisory-body"): None,
    Code("not-granted-reason@1:duplicate"): None,
    Code("not-granted-reason@1:superseded-by-court"): None,
}
"""With the requirement that was not satisfied, where one was not. That there is no deprivation
fails the best interests requirement: para 16(2) begins with it."""

DECLINED = _list(
    "offer-declined@1",
    no_time="no time",
    not_independent="not independent of the person or the place",
    too_far="too far away",
    other="another reason",
)

RELEASED = _list(
    "assessor-released@1",
    suspended="suspended in the register",
    no_longer_eligible="no longer of that kind in the register",
    interest="has a financial interest in the place or the care, or works there",
    related="related to the person, or to somebody with an interest in the care",
    involved="involved in the person's care, or in decisions about it",
    was_not_eligible="was not eligible when they assessed",
    gave_back="gave it back",
    other="another reason",
)
BARRING = {
    Code(f"assessor-released@1:{it}")
    for it in ("interest", "related", "involved", "was-not-eligible")
}
"""Why a role was taken back, and of which also what was found by then no longer counts: that was
not found by who may (Sch A1 para 129). Who was suspended since, found it while they still might."""

INELIGIBLE = _list(
    "ineligible@1",
    detained="detained in a hospital under the Mental Health Act (case A)",
    on_leave="liable to be detained in a hospital, and what that requires conflicts (case B)",
    community_treatment="on a community treatment order, and what it requires conflicts (case C)",
    guardianship="under guardianship, and what it requires conflicts (case D)",
)
"""Why an authorisation is suspended. Not because a patient objects (Sch 1A para 5): that suspends
nothing, and is for a review (Sch A1 para 91(4))."""

ELAPSED = Code("cease@1:suspension-elapsed")
CEASES_BY_A_PERSON = _list(
    "cease@1",
    died="the person died",
    discharged_or_moved="the person left the place: an authorisation does not travel",
    no_longer_qualifies="a requirement is no longer met",
    court_order="a court ended it (para 64(3))",
    replaced="another authorisation took its place (para 62(2))",
)
"""Why an authorisation ceased before its end, as a person records it."""

TERMINATED = Code("cease@1:review")
CEASES = CEASES_BY_A_PERSON | {
    ELAPSED: "suspended for 28 days, and nobody said eligible again",
    TERMINATED: "a review ended it, since a requirement is no longer met (para 117)",
}

MANAGING_AUTHORITY = Code("review-asked-by@1:managing-authority")
REVIEWS_ASKED_BY_STAFF = _list(
    "review-asked-by@1",
    on_paper="the managing authority, on paper",
    the_person="the person",
    representative="their representative",
    supervisory_body="the council itself (para 102(1))",
)
"""For whom somebody of the council asks for a review."""

REVIEWS_ASKED_BY = REVIEWS_ASKED_BY_STAFF | {
    MANAGING_AUTHORITY: "the managing authority, by its own system"
}

REVIEW_GROUNDS = _list(
    "review-ground@1",
    not_met="a requirement is no longer met (para 105)",
    reason_changed="the reason why a requirement is met is another one (para 106)",
    conditions="the person's case has changed, so that conditions are to be varied (para 107)",
)
"""All that there are (para 104). Which of them holds of which requirement is found in the review
itself (para 109)."""

UNCHANGED, VARIED, TERMINATES = (
    Code(f"review-outcome@1:{it}") for it in ("unchanged", "varied", "terminated")
)
REVIEW_OUTCOMES = {
    UNCHANGED: "it goes on as it was",
    VARIED: "it goes on, with other conditions or for another reason",
    TERMINATES: "it ceased",
}

COPIES_IF_GRANTED = (
    "the person", "the representative", "the managing authority", "the IMCA, if there is one",
    "every interested person whom the assessor consulted",
)  # fmt: skip
"""Sch A1 para 57, as soon as practicable."""

COPIES_IF_NOT = (
    "the person", "the managing authority", "the IMCA, if there is one",
    "every interested person whom the assessor consulted",
)  # fmt: skip
"""Sch A1 para 58."""
