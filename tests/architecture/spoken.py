"""Who says which message, and who hears it?

A message travels as `context.what-happened/n`. Topics keep it for ever, so a type that was released
is read for ever; a new version is read by everybody who heard the one before, and only then said.
"""

from collections.abc import Collection, Iterator, Mapping
from types import NoneType
from typing import Any, NamedTuple, get_args, get_type_hints

from shared.contracts import registry
from shared.run import find
from shared.service import Service
from tests.architecture.doors import SERVICES

TOO_SOON = "is new in this version of the house: let every reader have it first, say it in the next"


class Version(NamedTuple):
    """A type's name, and its version."""

    name: str
    number: int

    @classmethod
    def of(cls, stored: str) -> "Version":
        """Give name and version of a stored name."""
        name, _, number = stored.partition("/")
        return cls(name, int(number))

    @property
    def context(self) -> str:
        """Give the context that says it."""
        return self.name.partition(".")[0]


def services() -> Mapping[str, Service]:
    """Give every service by its name."""
    return {name: find(f"services.{name}") for name in SERVICES}


def said(service: Service) -> set[str]:
    """Give the stored names that a service may say."""
    kinds: Any = get_args(get_type_hints(service.publish)["return"])
    return {kind.stored_as for kind in kinds if kind is not NoneType}


def heard(service: Service) -> set[str]:
    """Give the stored names that a service reacts to; what it does not, it passes over."""
    return {reaction.when.stored_as for reaction in service.reactions}


def sayers(stored: str) -> list[str]:
    """Name the services that say it."""
    return [name for name, it in services().items() if stored in said(it)]


def hearers(stored: str) -> list[str]:
    """Name the services that react to it."""
    return [name for name, it in services().items() if stored in heard(it)]


def unheard(
    hears: Mapping[str, Collection[str]], known: Collection[str] | None = None
) -> Iterator[str]:
    """Say which service reacts to one version of a type and not to another of the same type."""
    for service, mine in hears.items():
        names = {Version.of(it).name for it in mine}
        for stored in sorted(registry() if known is None else known):
            if Version.of(stored).name in names and stored not in mine:
                yield f"{service} hears another version of {stored}, and would pass this one over"


def too_soon(says: Collection[str], since: Mapping[str, str], now: str) -> Iterator[str]:
    """Say which of `says` is a later version of a type that no release could read before `now`."""
    for stored in sorted(says):
        if Version.of(stored).number > 1 and since.get(stored, now) == now:
            yield f"{stored} {TOO_SOON}"
