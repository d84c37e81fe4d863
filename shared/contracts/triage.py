"""What does triage tell the others? The concern is the message's case, `contact` its referral."""

from datetime import date
from uuid import UUID

from shared.facts import Code, fact


@fact("triage.concern-recognised/1")
class ConcernRecognised:
    """An adult of a contact is counted as a concern."""

    contact: UUID
    """The referral that it comes from."""


@fact("triage.concern-scored/1")
class ConcernScored:
    """A concern's risk was scored, so it has its place in the queue."""

    contact: UUID
    """The referral that it comes from."""

    tool: Code
    """Of `risk-tool@1`: the version of the tool that made the score."""

    band: Code
    """Of `band@1`: how soon somebody must look."""


@fact("triage.section-42-decided/1")
class Section42Decided1:
    """It was decided whether the section 42 duty arises. What was said before the next version.

    Law: Care Act 2014 s42(1), s42(2).
    """

    contact: UUID
    """The referral that it comes from."""

    outcome: Code
    """Of `section-42-outcome@1`."""

    outcome_class: Code
    """Of `outcome-class@1`: what the sender may be told."""

    opens_enquiry: bool
    """Under section 42 or not: an enquiry is to be opened."""

    decided_on: date
    """In London, the day that counts in law."""


@fact("triage.section-42-decided/2")
class Section42Decided:
    """It was decided whether the section 42 duty arises, and what follows.

    Law: Care Act 2014 s42(1), s42(2).
    """

    contact: UUID
    """The referral that it comes from."""

    outcome: Code
    """Of `section-42-outcome@1`."""

    outcome_class: Code
    """Of `outcome-class@1`: what the sender may be told."""

    opens_enquiry: bool
    """Under section 42 or not: an enquiry is to be opened."""

    decided_on: date
    """In London, the day that counts in law."""

    band: Code
    """Of `band@1`, in which it waited when it was decided: how soon what follows is planned."""


@fact("triage.concern-reopened/1")
class ConcernReopened:
    """A decided concern was opened again: what its sender was told no longer stands."""

    contact: UUID
    """The referral that it comes from."""


@fact("triage.information-added/1")
class InformationAdded:
    """What a sender told more of is with the concern: whatever is decided after this knew of it.

    Its causation is the act by which the sender told it.
    """


@fact("triage.information-considered/1")
class InformationConsidered:
    """What a sender told after the decision was looked at, and changes nothing."""


Message = (
    ConcernRecognised | ConcernScored | Section42Decided1 | Section42Decided | ConcernReopened
    | InformationAdded | InformationConsidered
)  # fmt: skip
