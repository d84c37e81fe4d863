"""What do we do when others speak?"""

from dataclasses import asdict

from services.triage.decisions import AddInformation, NoteWithdrawal, RecogniseConcern, concern
from services.triage.rules import counting
from services.triage.rules.score import Answers
from shared.bus.reaction import Reaction
from shared.contracts import intake
from shared.facts import Recorded


def recognise(said: Recorded[intake.ContactPromoted]) -> RecogniseConcern:
    """Count one concern for each adult of a contact, as the national collection does."""
    promoted = said.fact
    return RecogniseConcern(
        contact=said.case,
        counting_policy=counting.CURRENT.code,
        transition=promoted.transition,
        answers=answers(promoted.answers),
        details=promoted.details,
        source_of_risk=promoted.source_of_risk,
        referrer=promoted.referrer,
    )


def add_information(said: Recorded[intake.InformationReceived]) -> AddInformation:
    """Let the screener see what the sender told later."""
    return AddInformation(answers=answers(said.fact.answers), words=said.fact.words)


def note_withdrawal(_said: Recorded[intake.ReferralWithdrawn]) -> NoteWithdrawal:
    """Tell whoever decides that the sender took it back."""
    return NoteWithdrawal()


def answers(told: intake.RiskAnswers) -> Answers:
    """Give the referrer's answers as the risk tool reads them."""
    return Answers(**asdict(told))


REACTIONS = (
    Reaction(
        when=intake.ContactPromoted,
        then=recognise,
        on=lambda said: concern.stream(said.fact.adult),
        begins=True,
    ),
    Reaction(
        when=intake.InformationReceived,
        then=add_information,
        on=lambda said: concern.stream(said.fact.adult),
    ),
    Reaction(
        when=intake.ReferralWithdrawn,
        then=note_withdrawal,
        on=lambda said: concern.stream(said.fact.adult),
    ),
)
