"""How urgent is a request, scored as it is now?"""

from services.dols import events
from services.dols.decisions import state as now
from services.dols.decisions.state import Request
from services.dols.rules import legal_test
from services.dols.rules.priority import Answers, score
from shared.facts import Act, Code
from shared.sealed import Sealed
from shared.time.calendar import london_date

ON_RECEIPT, ON_CIRCUMSTANCES, ON_LAPSE, IN_TIME = (
    Code(f"priority-by@1:{it}") for it in ("receipt", "circumstances", "lapse", "time")
)


def scored(
    state: Request, answers: Answers, by: Code, act: Act, evidence: Sealed[str] | None = None
) -> events.RequestPrioritised:
    """Give the score of a request that is so, with these answers."""
    # What ended before we received it lapsed then; it is scored as it is now.
    at = max(act.effective_at, state.received_at)
    return events.RequestPrioritised(
        priority=score(answers, now.timing(state, london_date(at))),
        answers=answers,
        by=by,
        legal_test=legal_test.in_force(at),
        evidence=evidence,
    )
