"""What was decided of a request, and what becomes of what was granted until its end?

Law: Mental Capacity Act 2005 Sch A1 paras 50 (the decision), 62-64 (how long one is in force),
91-97 (its suspension) and 101-125 (its review).
"""

from datetime import date

from shared.facts import Code, fact
from shared.sealed import Sealed


@fact("dols.authorisation-granted/1")
class AuthorisationGranted:
    """A signatory gave a standard authorisation."""

    legal_test: Code
    decided_on: date
    starts_on: date
    ends_on: date
    conditions: Sealed[tuple[str, ...]] | None
    words: Sealed[str] | None


@fact("dols.authorisation-not-granted/1")
class AuthorisationNotGranted:
    """A signatory ended the request without an authorisation."""

    reason: Code
    legal_test: Code
    decided_on: date
    words: Sealed[str] | None


@fact("dols.authorisation-ending/1")
class AuthorisationEnding:
    """The managing authority was reminded that what was granted ends soon."""

    ends_on: date
    days_left: int
    late: bool


@fact("dols.authorisation-ended/1")
class AuthorisationEnded:
    """What was granted came to its end: a person finds out what follows."""

    ended_on: date
    """Its last day."""

    late: bool


@fact("dols.authorisation-suspended/1")
class AuthorisationSuspended:
    """The managing authority gave notice that the person is not eligible any more.

    From then on what was granted is suspended. It ends none the later for it.
    """

    ground: Code
    """Of `ineligible@1`."""

    ceases_on: date
    """In London: at its end, the 28th day, it ceases unless the person is eligible again."""

    reasons: Sealed[str]


@fact("dols.authorisation-resumed/1")
class AuthorisationResumed:
    """The managing authority gave notice that the person is eligible again.

    From then on what was granted is suspended no more. Its last day is the one that was granted.
    """

    reasons: Sealed[str]


@fact("dols.authorisation-ceased/1")
class AuthorisationCeased:
    """What was granted ceased before its end: nothing is authorised by it any more."""

    reason: Code
    """Of `cease@1`."""

    ceased_on: date
    """In London: its last day, as far as it went."""

    words: Sealed[str] | None
    """None where time itself ended it, or a review did, which has words of its own."""

    late: bool


@fact("dols.review-asked/1")
class ReviewAsked:
    """A review of what was granted was asked for: whether it may go on, and as it is."""

    asked_by: Code
    """Of `review-asked-by@1`."""

    grounds: tuple[Code, ...]
    """Of `review-ground@1`."""

    requirements: tuple[Code, ...]
    """Of `requirement@1`: what it is about, as far as that was said."""

    reasons: Sealed[str]
    joins: bool
    """A review was open already, and this is a part of it."""


@fact("dols.review-completed/1")
class ReviewCompleted:
    """A signatory completed a review. Where it terminates, a fact beside this says that it ceased.

    What was assessed within it was assessed elsewhere.
    """

    outcome: Code
    """Of `review-outcome@1`."""

    completed_on: date
    """In London."""

    conditions: Sealed[tuple[str, ...]] | None
    """All that hold from then on; None where those that were set stay as they are."""

    words: Sealed[str]
