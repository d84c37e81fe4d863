"""Is a command said in codes of their lists, and with reasons where they are needed?"""

from collections.abc import Collection

from services.enquiry.decisions import commands as want
from shared.facts import Code
from shared.sealed import Sealed


def of_list(listed: Collection[Code], *given: Code) -> None:
    """Take codes of a list.

    Raises:
        CodeUnknown: one of them is not of it.
    """
    if not set(given) <= set(listed):
        raise want.CodeUnknown


def worded(words: Sealed[str] | None) -> Sealed[str]:
    """Give reasons that are needed.

    Raises:
        ReasonMissing: there are none.
    """
    if words is None:
        raise want.ReasonMissing
    return words
