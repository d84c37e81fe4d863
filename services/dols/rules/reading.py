"""What does a request say, field by field?

Each field is read on its own, so that one that cannot be read spoils no other. Nothing raises,
whatever was sent; what is missing, unknown or cannot be read becomes a check. Nothing is inferred
from anybody's words: only codes and dates become answers.

Law: SI 2008/1858 reg 16; Mental Capacity Act 2005 Sch A1 para 13 (18 or over), paras 77-78 (one
urgent authorisation, of seven days at most), 42 and 51 (a year at most).
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, Literal

from services.dols.rules import clocks
from services.dols.rules.checks import Check, Problem
from services.dols.rules.document import UNREAD
from services.dols.rules.fields import (
    ANSWERS,
    ASKABLE,
    CARE,
    CIRCUMSTANCES,
    CIRCUMSTANCES_GROUPS,
    GROUPS,
    REQUEST,
    SAME,
    URGENT,
    Field,
    Group,
)
from services.dols.rules.priority import Answers
from services.dols.rules.values import ABSENT, Value, iso_date, value_of
from shared.facts import Code

Tri = Literal["yes", "no", "unknown"]
READER: Final = Code("dols-reader@1:2026-12-b")
SECOND_READER: Final = Code("dols-reader@1:2026-12")
"""It gave no clock to an urgent authorisation whose day it could not read; nor did the first."""

FIRST_READER: Final = Code("dols-reader@1:2026-11")
"""It read no and unknown alike as to who runs the place."""

WHO_RUNS_IT: Final = Check(code="missing", field="managing_authority.run_by_council")
"""It is not known whether the council runs the place, whatever was or was not sent of it."""

GIVEN_ON: Final = "urgent.given_on"
DAY_ASSUMED: Final = Check(code="urgent-day-assumed", field=GIVEN_ON)
"""Nobody knows on which day the urgent authorisation was given: none is later than its receipt."""

OF_URGENT: Final = ("urgent", GIVEN_ON, "urgent.days", "urgent.reasons")
"""Any of it says that there is one."""

ENDS_ON: Final = "authorisation_ends_on"
MOST: Final = 50
"""Interested persons read of one request; the others stay in the document."""

IN_CLEAR: Final = {"reference", "tri", "word", "date", "days", "location"}
"""Kinds of which what was read stands outside the words; a date of birth is a word."""


@dataclass(frozen=True, kw_only=True)
class UrgentGiven:
    """The urgent authorisation that a managing authority gave itself."""

    given_on: date | None
    """None where it cannot be read, or was not told."""

    days: int | None
    """None where they cannot be read, or were not told."""

    def day(self, received_on: date) -> date:
        """Give the day that counts as its first, of a request received on that London date.

        They tell of one that they gave, so it was given by then: neither a slip nor a gap may
        lengthen it.
        """
        return min(self.given_on or received_on, received_on)


@dataclass(frozen=True, kw_only=True)
class Read:
    """What was sent says."""

    values: Mapping[str, Value]
    """By path."""

    checks: tuple[Check, ...]
    others: frozenset[str]
    """The paths whose words are of other people."""

    def words(self, *, of_others: bool) -> Mapping[str, str]:
        """Give what people wrote, by path: of the person, or of others."""
        told = {path: it.text for path, it in self.values.items() if it.text}
        return {path: text for path, text in told.items() if (path in self.others) is of_others}

    def word(self, path: str) -> str | None:
        """Give a word or text that a rule may rest on; unknown is none."""
        found = self.values.get(path, ABSENT).read
        return None if found == "unknown" else found

    def day(self, path: str) -> date | None:
        """Give a date that a rule may rest on."""
        return iso_date(self.values.get(path, ABSENT).read)

    def tri(self, path: str) -> Tri:
        """Give yes, no or unknown."""
        match self.word(path):
            case "yes" | "no" as said:
                return said
            case _:
                return "unknown"

    @property
    def run_by_council(self) -> Tri:
        """Say whether the council runs the place, with the request or told later."""
        asked = (WHO_RUNS_IT.field, "run_by_council")
        return next((it for it in map(self.tri, asked) if it != "unknown"), "unknown")

    @property
    def location(self) -> str | None:
        """Give the place by its CQC location id, with the request or told later."""
        asked = ("managing_authority.cqc_location_id", "cqc_location_id")
        return next((it for it in map(self.word, asked) if it), None)

    @property
    def told(self) -> tuple[Code, ...]:
        """Give what of all that can be asked for is told here, so that it could be read.

        That something is not known is told as well. Of a group, any member of it will do.
        """
        told = {path for path, it in self.values.items() if it.told}
        read = told | {re.split(r"[.\[]", path)[0] for path in told}
        read |= {name for each in SAME.items() if told & {*each} for name in each}
        return tuple(it for it in ASKABLE if it.partition(":")[2] in read)

    @property
    def answers(self) -> Answers:
        """Give the coded answers to the priority tool's questions."""
        told: dict[str, Any] = {it.name: self.word(f"{CARE.name}.{it.name}") for it in CARE.fields}
        return Answers(**told)

    @property
    def setting(self) -> Code:
        """Give the kind of place."""
        return Code(f"setting@1:{self.word('managing_authority.kind') or 'unknown'}")

    @property
    def urgent(self) -> UrgentGiven | None:
        """Give the urgent authorisation, None where there is none, or none that has effect."""
        if self.word("urgent.given_before") == "yes" or not self._tells_of_urgent:
            return None
        days = self.word("urgent.days")
        return UrgentGiven(given_on=self.day(GIVEN_ON), days=int(days) if days else None)

    @property
    def _tells_of_urgent(self) -> bool:
        """Say whether one was given, as far as it is told: readable or not."""
        told = any(self.values.get(it, ABSENT).tells for it in OF_URGENT)
        return told or self.word("urgent.extension_requested") == "yes"

    @property
    def extension_requested(self) -> bool:
        """Say whether an extension is asked for, with a request or later."""
        asked = ("urgent.extension_requested", "extension_requested")
        return any(self.word(it) == "yes" for it in asked)


WHETHER: Final = Field(name=URGENT.name, label=URGENT.label, kind="tri")
"""Of who says by a word that there is an urgent authorisation, or that there is none."""


def read(document: Mapping[str, object], received_on: date) -> Read:
    """Give what a request says, received on that London date. Never raises."""
    found = _read(REQUEST, GROUPS, document)
    if (whole := document.get(URGENT.name)) and not isinstance(whole, Mapping):
        found.values[URGENT.name] = value_of(WHETHER, whole)
    for check in _of_sense(found.read(), received_on):
        found.checks[check] = None
    return found.read()


def read_circumstances(document: Mapping[str, object]) -> Read:
    """Give what a change of circumstances says. Never raises; it need not say all again."""
    found = _read(CIRCUMSTANCES, CIRCUMSTANCES_GROUPS, document).read()
    told = tuple(it for it in found.checks if it.code != "missing")
    return Read(values=found.values, checks=told, others=found.others)


def read_answers(document: Mapping[str, object]) -> Read:
    """Give what an answer to questions says. Never raises; it need not say all again."""
    found = _read(ANSWERS, GROUPS, document).read()
    told = tuple(it for it in found.checks if it.code != "missing")
    return Read(values=found.values, checks=told, others=found.others)


@dataclass
class _Notes:
    """Reads members, and collects each check once on the way."""

    values: dict[str, Value] = field(default_factory=dict)
    checks: dict[Check, None] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)

    def read(self) -> Read:
        """Give what was read so far."""
        return Read(
            values=dict(self.values), checks=tuple(self.checks), others=frozenset(self.others)
        )

    def add(self, code: Problem, path: str) -> None:
        """Note something to look at again."""
        self.checks[Check(code=code, field=path)] = None

    def group(self, group: Group, sent: object) -> None:
        """Read an object, or a list of them."""
        if group.many:
            entries = sent if isinstance(sent, list) else [] if sent is None else [sent]
            if len(entries) > MOST:
                self.add("too-many", group.name)
            for at, entry in enumerate(entries[:MOST]):
                self.one(group, entry, f"{group.name}[{at}]")
            sent = entries or None
        elif sent is not None:
            self.one(group, sent, group.name)
        if sent is None and group.matters:
            self.add("missing", group.name)

    def one(self, group: Group, sent: object, path: str) -> None:
        """Read one object."""
        if isinstance(sent, Mapping):
            self.members(group, sent, path)
        else:
            self.add("unreadable", path)

    def members(
        self, group: Group, sent: Mapping[Any, object], path: str, also: Sequence[str] = ()
    ) -> None:
        """Read the members of an object; those in `also` are read elsewhere."""
        for known in group.fields:
            at = f"{path}.{known.name}" if path else known.name
            said = sent.get(known.name)
            value = ABSENT if said is None else value_of(known, said)
            if value.given:
                self.values[at] = value
                self.others |= {at} if group.of_others else set()
            for trouble in value.troubles:
                self.add(trouble, at)
            if known.matters and not value.given:
                self.add("missing", at)
        if not sent.keys() <= {*also, *(it.name for it in group.fields)}:
            # Never which: a member's name may hold a person's.
            self.add("unknown-member", path)


def _read(top: Group, groups: Sequence[Group], document: Mapping[str, object]) -> _Notes:
    notes = _Notes()
    notes.members(top, document, "", [it.name for it in groups])
    for group in groups:
        notes.group(group, document.get(group.name))
    if document is UNREAD:
        notes.add("too-deep", "")
    return notes


GROWN: Final = 18
"""Years."""


def _of_sense(it: Read, on: date) -> Iterator[Check]:
    """Give what can be read, and yet is not as law has it."""
    born, wanted, urgent = it.day("person.date_of_birth"), it.day("date_wanted"), it.urgent
    if born and born > on:
        yield Check(code="looks-wrong", field="person.date_of_birth")
    elif born and _years(born, on) < GROWN:
        yield Check(code="under-18", field="person.date_of_birth")
    if it.run_by_council == "unknown":  # independence rests on it, so it is always asked
        yield WHO_RUNS_IT
    if wanted and wanted > on + timedelta(days=clocks.ASKED_AHEAD):
        yield Check(code="wanted-too-late", field="date_wanted")
    yield from _of_the_present(it.day(ENDS_ON), on)
    if urgent and urgent.given_on and urgent.given_on > on:
        yield Check(code="looks-wrong", field=GIVEN_ON)
    if urgent and urgent.given_on != urgent.day(on):
        yield DAY_ASSUMED
    if int(it.word("urgent.days") or 0) > clocks.URGENT_LONGEST:
        yield Check(code="urgent-longer-than-7-days", field="urgent.days")
    if it.word("urgent.given_before") == "yes":
        yield Check(code="second-urgent", field="urgent.given_before")
    if it.extension_requested and _extension_is_late(it, on):
        yield Check(code="extension-too-late", field="urgent.extension_requested")


def _of_the_present(ends_on: date | None, on: date) -> Iterator[Check]:
    """Give what is odd about the end of the authorisation that is to be renewed."""
    if ends_on and not clocks.relied_on(ends_on, on):
        yield Check(code="authorisation-end-impossible", field=ENDS_ON)
    elif ends_on and ends_on < on:
        yield Check(code="authorisation-ended", field=ENDS_ON)


def _extension_is_late(it: Read, on: date) -> bool:
    urgent = it.urgent
    return urgent is None or clocks.urgent_ends(urgent.day(on), urgent.days) < on


EARLIER: Final = {FIRST_READER, SECOND_READER}


def was_urgent(reader: Code, checks: Collection[Check]) -> bool:
    """Say whether a reader that set no clock without a day left an urgent authorisation without.

    What it could read of it stands in no check; where all is missing, nothing was told of one.
    """
    wrong = {(it.code, it.field) for it in checks}
    if reader not in EARLIER or ("second-urgent", "urgent.given_before") in wrong:
        return False
    told = ("missing", "urgent.days") not in wrong or ("missing", "urgent.reasons") not in wrong
    return ("unreadable", GIVEN_ON) in wrong or (("missing", GIVEN_ON) in wrong and told)


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
