"""What may others know of what partners were told?"""

from services.notify import events
from shared.contracts import notify as contract
from shared.facts import Act


def publish(happened: events.NotifyFact, _: Act) -> contract.Message | None:
    """Give the message for `happened`, or None where it concerns nobody else."""
    match happened:
        case events.ContributionAnswered(contact=contact, how=how):
            return contract.ContributionAnswered(contact=contact, how=how)
        case events.ContributionClosed(contact=contact, why=why):
            return contract.ContributionClosed(contact=contact, why=why)
        case events.ContributionReceived() | events.ContributionKept() | events.AdditionReached():
            return None
        case events.AnswerHeard() | events.AnswerMissed():
            return None
        case events.SenderKnown() | events.EventAwaited() | events.TaskMoved():
            return None
        case events.QuestionAsked() | events.QuestionClosed() | events.RequestEnded():
            return None
        case events.DeliveryOwed() | events.DeliveryAttempted() | events.EventPlaced():
            return None
        case events.EndpointRegistered() | events.SecretRotated():
            return None
        case events.EndpointDisabled() | events.EndpointEnabled() | events.EndpointRemoved():
            return None
        case events.ReplayAsked():
            return None
