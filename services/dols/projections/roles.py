"""Who has a role in a request, or was offered it?

Folded from its own stream, so it is always current.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.dols import events
from services.dols.rules.independence import Declared, Standing
from shared.facts import Code, Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleView:
    """Who has a role, or was offered it."""

    role: Code
    assessor: UUID
    name: str
    status: Code
    """`allocation@1:` offered, declined, expired, allocated or released."""

    at: datetime
    expires_at: datetime | None
    standing: Standing
    """What the register said, and at which version, when it was checked."""

    declared: Declared


def roles_of(history: Sequence[Recorded[Any]]) -> Sequence[RoleView]:
    """Give who has each role, and what became of the last offer of it since."""
    had, asked = dict[Code, RoleView](), dict[Code, RoleView]()
    for it in history:
        match it.fact:
            case events.AssessorOffered(role=role, expires_at=expires_at):
                asked[role] = _role(it, "offered", expires_at)
            case events.AssessorAllocated(role=role):
                had[role] = _role(it, "allocated", None)
                asked.pop(role, None)
            case events.AssessorReleased(role=role) if role in had:
                had[role] = _answered(had[role], "released")
            case events.OfferDeclined(role=role) | events.OfferExpired(role=role):
                ended = "declined" if isinstance(it.fact, events.OfferDeclined) else "expired"
                if role in asked:
                    asked[role] = _answered(asked[role], ended)
            case _:
                continue
    return [*had.values(), *asked.values()]


HAS, ASKED = Code("allocation@1:allocated"), Code("allocation@1:offered")


def is_theirs(history: Sequence[Recorded[Any]], name: str, now: datetime) -> bool:
    """Say whether somebody has a role in this request, or at `now` an offer that stands open.

    None stands open once it is decided: nobody can accept it, and no time ends it.
    """
    ends = events.AuthorisationGranted | events.AuthorisationNotGranted
    decided = any(isinstance(it.fact, ends) for it in history)
    return any(
        it.name == name and (it.status == HAS or (_stands(it, now) and not decided))
        for it in roles_of(history)
    )


def _stands(it: RoleView, now: datetime) -> bool:
    return it.status == ASKED and it.expires_at is not None and now <= it.expires_at


def _role(it: Recorded[Any], status: str, expires_at: datetime | None) -> RoleView:
    return RoleView(
        role=it.fact.role,
        assessor=it.fact.standing.assessor,
        name=it.fact.name,
        status=Code(f"allocation@1:{status}"),
        at=it.act.effective_at,
        expires_at=expires_at,
        standing=it.fact.standing,
        declared=it.fact.declared,
    )


def _answered(was: RoleView, status: str) -> RoleView:
    members = {name: getattr(was, name) for name in RoleView.__dataclass_fields__}
    return RoleView(**members | {"status": Code(f"allocation@1:{status}"), "expires_at": None})


def was_asked(history: Sequence[Recorded[Any]], name: str) -> bool:
    """Say whether somebody was ever offered a role in this request, or had one."""
    asked = events.AssessorOffered | events.AssessorAllocated
    return any(isinstance(it.fact, asked) and it.fact.name == name for it in history)
