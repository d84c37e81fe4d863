"""What was decided of a request, and what becomes of what was granted until its end?"""

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
