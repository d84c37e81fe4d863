"""What is a sender told: at once, and while they wait?

Status, not story: nothing here names an adult, an abuse or a finding. Times are UTC instants;
office hours are London's.

Law: none; targets and wording are this council's policy.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Final, Literal
from uuid import UUID

from services.intake.rules.promotion import REDIRECTIONS
from shared.facts import Code
from shared.time.calendar import CLOSES, LONDON, Calendar, london_date

_ALPHABET: Final = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""No 0, O, 1, I or L to mix up, and no vowels to make words of."""

_LENGTH: Final = 8


def reference(id: UUID) -> str:
    """Give a referral's reference, for people to say and write, as in SR-7K3M-9QWX.

    It follows from the id. One of 377,801,998,336: two among 100,000 referrals share one with a
    chance of 1.3 %, so it helps to find a referral and is never the key to one.
    """
    rest = int.from_bytes(blake2b(id.bytes, digest_size=16).digest())
    said = ""
    for _ in range(_LENGTH):
        rest, digit = divmod(rest, len(_ALPHABET))
        said += _ALPHABET[digit]
    return f"SR-{said[:4]}-{said[4:]}"


OPENS: Final = time(9, tzinfo=LONDON)
SCREENED_WITHIN: Final = timedelta(hours=2)
"""Of office hours."""


def out_of_hours(received_at: datetime, calendar: Calendar) -> bool:
    """Say whether the office was shut at that instant."""
    day = london_date(received_at)
    opens, closes = _office(day)
    return not (calendar.works(day) and opens <= received_at < closes)


def expect_by(received_at: datetime, calendar: Calendar) -> datetime:
    """Give when (UTC) a person should have read it: two office hours after it arrived.

    What comes at 16:30 is due at 10:30 on the next working day; what comes at night, at 11:00.
    """
    day = london_date(received_at)
    left = SCREENED_WITHIN
    starts = received_at
    while True:
        opens, closes = _office(day)
        starts = max(starts, opens)
        if calendar.works(day) and starts < closes:
            if starts + left <= closes:
                return (starts + left).astimezone(UTC)
            left -= closes - starts
        day += timedelta(days=1)


@lru_cache(maxsize=1000)
def _office(day: date) -> tuple[datetime, datetime]:
    """Give when (UTC) the office opens and closes, if it does on that London date."""
    # In UTC: subtracting two London times of a day passes over a change of clocks.
    opens, closes = datetime.combine(day, OPENS), datetime.combine(day, CLOSES)
    return opens.astimezone(UTC), closes.astimezone(UTC)


_NOT_AN_EMERGENCY_SERVICE: Final = (
    "This is not an emergency service: if anybody is in danger now, call 999."
)
_CALL_999: Final = (
    "Call 999 now: somebody may be in immediate danger, and this referral does not bring help by"
    " itself."
)
_CALLED: Final = (
    "Do as the emergency services tell you, and call 999 again if it gets worse or nobody comes."
)
_OUT_OF_HOURS: Final = (
    "Our office is shut now: if this cannot wait until it opens, telephone the council's emergency"
    " duty team as well."
)
_UNDER_18: Final = (
    "If the person is under 18, tell the council's children's services as well: they, not adult"
    " safeguarding, protect children."
)

Tri = Literal["yes", "no", "unknown"]


def advice(
    *,
    immediate_danger: Tri,
    emergency_services_called: Tri,
    out_of_hours: bool,
    under_18: bool,
    signals: bool = False,
) -> tuple[str, ...]:
    """Give what a sender should do now, most urgent first.

    `signals`: a risk signal was given, so that danger not known is taken for danger.
    """
    danger = immediate_danger == "yes" or (immediate_danger == "unknown" and signals)
    called = emergency_services_called == "yes"
    said = (
        (_CALL_999, danger and not called),
        (_CALLED, danger and called),
        (_NOT_AN_EMERGENCY_SERVICE, True),
        (_OUT_OF_HOURS, out_of_hours),
        (_UNDER_18, under_18),
    )
    return tuple(sentence for sentence, holds in said if holds)


Status = Literal["received", "held", "promoted", "decided", "concluded", "redirected", "withdrawn"]

STATUSES: Final[Mapping[Status, str]] = {
    "received": "We have received it; a person will read it.",
    "held": "We have received it; a person reads it before it goes on.",
    "promoted": "It is being looked at as a safeguarding concern; we may ask you for more.",
    "decided": "A decision was made.",
    "concluded": "Our work on this is finished. Thank you for telling us.",
    "redirected": "It was passed on.",
    "withdrawn": "You took it back; we may still have to act on what you told us.",
}
"""What a sender is told of where it stands."""

OUTCOME_CLASSES: Final[Mapping[Code, str]] = {
    Code("outcome-class@1:proceeding"): "It goes on under safeguarding.",
    Code("outcome-class@1:passed-on"): (
        "It does not go on under safeguarding, and was passed to a service that can help."
    ),
    Code("outcome-class@1:advice-given"): (
        "It does not go on under safeguarding; advice was given."
    ),
}
"""As much of a decision as its sender is told."""


def status_sentence(status: Status, because: Code | None = None) -> str:
    """Tell where it stands; `because` is the class of the outcome, or where it was redirected."""
    if because is None:
        return STATUSES[status]
    if because in OUTCOME_CLASSES:
        return f"{STATUSES[status]} {OUTCOME_CLASSES[because]}"
    redirection = REDIRECTIONS.get(because)
    return redirection.told if redirection else STATUSES[status]


_NEXT: Final[Mapping[Status, str]] = {
    "received": "A person reads your referral by the time given. You need do nothing more; send"
    " what else you learn as an addition, under the same reference.",
    "held": "A person reads your referral by the time given before it goes on, and may ask you.",
    "promoted": "It waits in order of risk for a decision whether the council must make enquiries."
    " Its status shows what class of decision it was within one working day of it.",
    "decided": "If you think that the decision is wrong, say so and ask for it to be looked at"
    " again.",
    "concluded": "If you are worried again, send a new referral and name this reference.",
    "redirected": "If you think that this is wrong, say so and ask for it to be looked at again.",
    "withdrawn": "If you are worried again, send a new referral and name this reference.",
}


_LATE: Final = (
    "It is late: by the time given a person should have read your referral and said where it goes,"
    " and nobody has."
)
_RING: Final = (
    "Telephone the council's customer contact team, and say the reference; if somebody is in danger"
    " now, call 999."
)
_RING_AT_NIGHT: Final = (
    "If it cannot wait until our office opens, telephone the council's emergency duty team; if"
    " somebody is in danger now, call 999."
)


def what_next(status: Status, *, out_of_hours: bool = False, late: bool = False) -> str:
    """Tell what happens next, where it stands so; `late`: the time that was given has passed.

    No other time is given then, for nobody knows one: the sender is told whom to ring.
    """
    if status not in {"received", "held"}:
        return _NEXT[status]
    ring = _RING_AT_NIGHT if out_of_hours else _RING
    said = f"{_LATE} {ring}" if late else _NEXT[status]
    return f"Our office is shut now. {said}" if out_of_hours else said
