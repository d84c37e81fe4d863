"""What does triage tell the others? The concern is the message's case."""

from datetime import date
from uuid import UUID

from shared.facts import Code, fact


@fact("triage.concern-recognised/1")
class ConcernRecognised:
    """An adult of a contact is counted as a concern."""

    contact: UUID


@fact("triage.concern-scored/1")
class ConcernScored:
    """A concern's risk was scored, so it has its place in the queue."""

    contact: UUID
    tool: Code
    band: Code


@fact("triage.section-42-decided/1")
class Section42Decided:
    """It was decided whether the section 42 duty arises, and what follows."""

    contact: UUID
    outcome: Code
    outcome_class: Code
    """What the sender may be told."""

    opens_enquiry: bool
    decided_on: date


@fact("triage.concern-reopened/1")
class ConcernReopened:
    """A decided concern was opened again: what its sender was told no longer stands."""

    contact: UUID


Message = ConcernRecognised | ConcernScored | Section42Decided | ConcernReopened
