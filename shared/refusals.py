"""What may a caller hear instead of yes?

Refused
├── Refusal           a rule said no. Each room names its own; the docstring is the problem's title
│   ├── NotFound        nothing is there, or it is not theirs to see
│   └── AwaitingCause   it follows from something that another context has yet to say
├── Conflict          the stream is not where the caller thought
├── KeptMoving        the stream would not hold still while we decided
├── KeyReused         this Idempotency-Key came before, with another body
├── NotYet            it would have happened at a time that has not come
├── KeyGone           the words cannot be opened: their key was destroyed
├── NotText           a text holds a character that no database keeps
├── TooLargeToSay     what was decided does not fit in a message
└── Unavailable       the log or the vault cannot be reached, so nobody knows that it was done
    └── Busy            so many wait to be written that one more would wait too long
"""

from typing import ClassVar


class Refused(Exception):
    """The request was understood, and nothing was written."""

    status: ClassVar[int] = 409


class Refusal(Refused):
    """A rule said no."""


class NotFound(Refusal):
    """There is nothing here for you."""

    status = 404


class AwaitingCause(Refusal):
    """What this follows from has not been heard yet."""


class Conflict(Refused):
    """Somebody else was quicker: read again, then decide."""

    status = 412


class KeptMoving(Refused):
    """It kept changing while we decided: send the same request again."""


class KeyReused(Refused):
    """The Idempotency-Key was used before, with another body."""

    status = 422


class NotYet(Refused):
    """Nothing can have happened at a time that has not come yet."""

    status = 422


class KeyGone(Refused):
    """These words are gone for ever: the key of the person they were about was destroyed."""

    status = 410


class TooLargeToSay(Refused):
    """What this leads to is too large to be told to the other services."""

    status = 413


class NotText(Refused):
    """Text may not hold the character U+0000."""

    status = 422


class Unavailable(Refused):
    """We cannot say now that it is written: send the same again, with the same Idempotency-Key."""

    status = 503


class Busy(Unavailable):
    """Too many are waiting to be written. Nothing was done: send the same request again."""
