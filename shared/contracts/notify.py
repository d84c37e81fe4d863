"""What does notify tell the others? The adult is the message's case."""

from uuid import UUID

from shared.facts import Code, fact


@fact("notify.contribution-answered/1")
class ContributionAnswered:
    """What a partner added to a referral was looked at, so they can be told so."""

    contact: UUID
    """The referral that it was added to."""

    how: Code
    """Of `contribution-answer@1`: with the decision, by itself, or as its adult was passed on."""


@fact("notify.contribution-closed/1")
class ContributionClosed:
    """Nobody answers what a partner added to a referral, and staff said why: they are told so."""

    contact: UUID
    """The referral that it was added to."""

    why: Code
    """Of `unanswered@1`."""


Message = ContributionAnswered | ContributionClosed
