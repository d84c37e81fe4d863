"""Which fields do we read in a request, and which of them matter?

Data, read by `reading`: a field is added, renamed or asked for here and nowhere else. They are
the essentials of Form 1 (request, urgent authorisation, its extension) and Form 2 (renewal); none
is compulsory. The care is asked in coded answers beside the words, for the priority tool reads no
words.

Law: Mental Capacity Act 2005 Sch A1 paras 31-32 and 82; SI 2008/1858 reg 16 says what a request
must hold.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from services.dols.rules.priority_tool import CURRENT
from shared.facts import Code

Kind = Literal["text", "reference", "tri", "word", "date", "birth", "days", "location"]
TRI: Final = ("yes", "no", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field as senders know it, and what we make of it."""

    name: str
    label: str
    """As a sender would say it, in the middle of a sentence."""

    kind: Kind = "text"
    words: tuple[str, ...] = ()
    """For a word: those we know."""

    matters: bool = False
    """A check asks for it where it is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fields that stand together in an object."""

    name: str
    label: str
    fields: tuple[Field, ...]
    matters: bool = False
    many: bool = False
    """A list of such objects."""

    of_others: bool = False
    """Its words are of other people than the person who is to be deprived of liberty."""


PERSON: Final = Group(
    name="person",
    label="the person",
    matters=True,
    fields=(
        Field(name="name", label="the person's name", matters=True),
        Field(
            name="date_of_birth", label="the person's date of birth", kind="birth", matters=True
        ),
        Field(name="nhs_number", label="the person's NHS number", kind="reference"),
        Field(name="gender", label="the person's gender"),
        Field(name="ethnicity", label="the person's ethnicity"),
        Field(name="disability", label="the person's disability"),
        Field(name="communication_needs", label="the person's communication needs"),
        Field(name="funded_by", label="who pays for the care"),
    ),
)  # fmt: skip

SETTINGS: Final = ("hospital", "care-home", "mental-health-ward")
AUTHORITY: Final = Group(
    name="managing_authority",
    label="the managing authority",
    matters=True,
    fields=(
        Field(name="name", label="the managing authority's name", matters=True),
        Field(
            name="cqc_location_id", label="the place's CQC location id", kind="location",
            matters=True,
        ),
        Field(name="kind", label="the kind of place", kind="word", words=SETTINGS, matters=True),
        Field(name="ward", label="the ward"),
        Field(name="run_by_council", label="whether the council runs the place", kind="tri"),
    ),
)  # fmt: skip


def _coded(name: str) -> Field:
    """Give the field for a question of the priority tool."""
    factor = CURRENT.factors[name]
    words = tuple(factor.points)
    return Field(
        name=name,
        label=f"{factor.label[0].lower()}{factor.label[1:]}",
        kind="tri" if "yes" in words else "word",
        words=words,
        matters=True,
    )


CARE: Final = Group(
    name="care",
    label="the coded answers on care and restrictions",
    matters=True,
    fields=(
        *(_coded(name) for name in CURRENT.factors),
        Field(
            name="short_physical_treatment",
            label="whether this is physical treatment for 7 days or less, or the end of life, with"
            " no added restriction",
            kind="tri",
        ),
        Field(name="court", label="whether court proceedings are under way or stated", kind="tri"),
        Field(
            name="objects_to_treatment",
            label="whether the person objects to mental health treatment",
            kind="tri",
        ),
    ),
)

EXTENSION: Final = (
    Field(name="extension_requested", label="whether an extension is asked for", kind="tri"),
    Field(name="extension_reasons", label="why an extension is needed"),
)
URGENT: Final = Group(
    name="urgent",
    label="the urgent authorisation",
    fields=(
        Field(
            name="given_on", label="the day the urgent authorisation was given", kind="date",
            matters=True,
        ),
        Field(name="days", label="the days of the urgent authorisation", kind="days", matters=True),
        Field(name="reasons", label="the reasons for the urgent authorisation", matters=True),
        Field(
            name="given_before",
            label="whether an urgent authorisation was given before in the same stay",
            kind="tri",
        ),
        *EXTENSION,
    ),
)  # fmt: skip

PEOPLE: Final = Group(
    name="interested_persons",
    label="the interested persons",
    matters=True,
    many=True,
    of_others=True,
    fields=(
        Field(name="name", label="an interested person's name", matters=True),
        Field(name="relationship", label="an interested person's relationship"),
        Field(name="address", label="an interested person's address"),
        Field(name="phone", label="an interested person's telephone number", kind="reference"),
        Field(name="email", label="an interested person's e-mail address"),
    ),
)
SIGNER: Final = Group(
    name="signer",
    label="who signs",
    matters=True,
    of_others=True,
    fields=(
        Field(name="name", label="the name of who signs", matters=True),
        Field(name="role", label="the role of who signs"),
        Field(name="phone", label="the telephone number of who signs", kind="reference"),
        Field(name="email", label="the e-mail address of who signs"),
        Field(name="signed_on", label="the day of signing", kind="date"),
    ),
)

REFERENCE: Final = Field(name="partner_reference", label="your own reference", kind="reference")
REQUEST: Final = Group(
    name="",
    label="the request",
    fields=(
        REFERENCE,
        Field(name="date_wanted", label="the day it is wanted from", kind="date", matters=True),
        Field(
            name="authorisation_ends_on", label="the day the present authorisation ends",
            kind="date",
        ),
        Field(name="purpose", label="the purpose of the care", matters=True),
        Field(name="care_regime", label="the care and its restrictions", matters=True),
        Field(name="views", label="the person's views and objections"),
        Field(
            name="mental_health_basis", label="what is known of the mental disorder", matters=True
        ),
        Field(name="capacity_basis", label="why capacity is thought to be lacking", matters=True),
        Field(name="attorney_or_deputy", label="the person's attorney or deputy"),
        Field(
            name="advance_decision", label="whether there is an advance decision", kind="tri",
            matters=True,
        ),
        Field(name="advance_decision_details", label="what the advance decision says"),
        Field(name="care_plan_attached", label="whether the care plan is attached", kind="tri"),
    ),
)  # fmt: skip
GROUPS: Final = (PERSON, AUTHORITY, CARE, URGENT, PEOPLE, SIGNER)

CIRCUMSTANCES: Final = Group(
    name="",
    label="the change of circumstances",
    fields=(
        Field(name="still_here", label="whether the person is still there", kind="tri"),
        Field(name="still_needed", label="whether the request is still needed", kind="tri"),
        Field(name="what_changed", label="what changed"),
        Field(name="run_by_council", label="whether the council runs the place", kind="tri"),
        Field(name="cqc_location_id", label="the place's CQC location id", kind="location"),
        *EXTENSION,
    ),
)
CIRCUMSTANCES_GROUPS: Final = (CARE, URGENT)


ANSWERS: Final = Group(
    name="",
    label="the answer",
    fields=(*(it for it in REQUEST.fields if it is not REFERENCE), *CIRCUMSTANCES.fields),
)
"""Whatever was asked, and what else changed."""

_LATER: Final = {it.name for it in CIRCUMSTANCES.fields}
SAME: Final[Mapping[str, str]] = {
    it.name: f"{group.name}.{it.name}"
    for group in (AUTHORITY, URGENT)
    for it in group.fields
    if it.name in _LATER
}
"""What a change of circumstances says by itself, and a request within a group."""


def paths() -> Iterator[tuple[str, str]]:
    """Give every path a check can name, without numbers, and its label."""
    for top in (CIRCUMSTANCES, REQUEST):
        yield from ((field.name, field.label) for field in top.fields)
    yield "", REQUEST.label
    for group in GROUPS:
        yield group.name, group.label
        within = f"{group.name}[]" if group.many else group.name
        yield within, group.label
        yield from ((f"{within}.{field.name}", field.label) for field in group.fields)


LABELS: Final[Mapping[str, str]] = dict(paths())
ASKABLE: Final[Mapping[Code, str]] = {
    Code(f"dols-field@1:{path}"): label
    for path, label in LABELS.items()
    if path and "[" not in path and path != REFERENCE.name
}
"""What a managing authority can be asked for: whatever it can answer."""
