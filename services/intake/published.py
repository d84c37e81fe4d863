"""What may others know of a referral?"""

from services.intake import events
from shared.contracts import intake as contract
from shared.facts import Act, party


def publish(happened: events.ReferralFact, act: Act) -> contract.Message | None:
    """Give the message for `happened`, or None where it concerns nobody else."""
    match happened:
        case events.ReferralReceived():
            return contract.ReferralReceived(
                sender=party(act.actor),
                adults=len(happened.adults),
                immediate_danger=happened.immediate_danger == "yes",
            )
        case events.ContactPromoted(part=part):
            return contract.ContactPromoted(
                adult=part.adult,
                answers=part.answers,
                transition=happened.transition,
                details=part.details,
                source_of_risk=part.source_of_risk,
                referrer=part.referrer,
            )
        case events.ContactRedirected(adult=adult):
            return contract.ContactRedirected(adult=adult)
        case events.InformationKept(adult=adult):
            return contract.InformationKept(adult=adult)
        case events.InformationPassedOn():
            return contract.InformationReceived(
                adult=happened.adult, answers=happened.answers, words=happened.words
            )
        case events.WithdrawalPassedOn():
            return contract.ReferralWithdrawn(adult=happened.adult)
        case events.ContactHeld() | events.ReferralAmended() | events.ReferralWithdrawn():
            return None
        case events.OutcomeHeard() | events.OutcomeReopened():
            return None
        case events.DeadlineMissed() | events.LookEscalated():
            return None
