"""What was a managing authority asked, and what of it has it answered?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.dols import events
from services.dols.decisions.state import Request
from shared.facts import Code, Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """What the managing authority was asked, and whether it has answered."""

    question: UUID
    missing: Sequence[Code]
    """Of `dols-field@1`."""

    left: Sequence[Code]
    """What of it is not answered yet; nothing once it is closed."""

    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None
    settled_at: datetime | None
    """Since then a coordinator has closed it: answered in words, or needed no more."""


def questions(history: Sequence[Recorded[Any]], state: Request) -> Sequence[QuestionView]:
    """Give what was asked, in the order in which it was."""
    open_ = {it.id: it.missing for it in state.questions}
    answered = {
        id: it.act.effective_at
        for it in history
        if isinstance(it.fact, events.InformationAnswered)
        for id in it.fact.questions
    }
    settled = {
        it.fact.question: it.act.effective_at
        for it in history
        if isinstance(it.fact, events.QuestionSettled)
    }
    return [
        QuestionView(
            question=it.fact.question,
            missing=it.fact.missing,
            left=open_.get(it.fact.question, ()),
            asked_at=it.act.effective_at,
            due_at=it.fact.due_at,
            answered_at=answered.get(it.fact.question),
            settled_at=settled.get(it.fact.question),
        )
        for it in history
        if isinstance(it.fact, events.InformationRequested)
    ]
