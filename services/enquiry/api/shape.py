"""What do staff send of an enquiry, and what do they see?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.enquiry.projections.enquiry import EnquiryView
from services.enquiry.projections.history import Line
from services.enquiry.rules import codes
from services.enquiry.rules.findings import Findings
from shared.facts import Code
from shared.http.parts import Body

Words = Annotated[str, Field(min_length=1, max_length=20_000)]
Name = Annotated[str, Field(pattern="^[A-Za-z0-9._@-]{1,100}$")]
"""Somebody, as their own token names them."""


class Allocation(Body):
    """Who leads the enquiry."""

    lead: Name


class Planning(Body):
    """What the enquiry is for, and how it is made: codes of `enquiry-method@1`."""

    purpose: Words
    methods: Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]


class Wishes(Body):
    """What the adult wants to come of it, or why they were not asked."""

    answer: Code
    """Of `desired-outcomes@1`: expressed, none-expressed or not-asked, which needs words."""
    words: Words | None = None


class Achievement(Body):
    """How far the adult got what they wanted."""

    achieved: Code
    """Of `outcomes-achieved@1`."""
    words: Words | None = None


class AdvocacyFound(Body):
    """Whether the adult needs an independent advocate, and has one: Care Act 2014 s68."""

    difficulty: Code
    """Of `substantial-difficulty@1`: yes, no or unknown, which needs words."""
    individual: Code = codes.INDIVIDUAL_UNKNOWN
    """Of `appropriate-individual@1`: yes, no or unknown."""
    advocate: Code = codes.NO_ADVOCATE
    """Of `independent-advocate@1`: arranged, not-arranged, or declined, which needs words."""
    words: Words | None = None


class Partner(Body):
    """A partner who may be asked to make an enquiry for us."""

    partner: Name
    organisation: Annotated[str, Field(min_length=1, max_length=200)]
    """As people call it."""
    partner_kind: Code
    """Of `partner-kind@1`; all but nhs, police and council need a manager's conflict check."""


class PartnerListed(BaseModel):
    """A partner as the list has them."""

    partner: str
    """As their own token names them."""
    organisation: str
    partner_kind: Code


class Removal(Body):
    """Who is asked no more."""

    partner: Name


class Asking(Body):
    """What a partner is asked to find out."""

    partner: Name
    """One of `GET /v1/partners`."""
    partner_kind: Code | None = None
    """As the list has it; another one is refused. All but nhs, police and council need a check."""
    conflict_check: Code | None = None
    """`conflict-check@1:clear`."""
    questions: Annotated[tuple[Words, ...], Field(min_length=1, max_length=20)]
    due_on: date | None = None
    """As agreed; ten working days where nothing is said."""


class PartnerAnswer(Body):
    """Whether the partner makes the enquiry; who declines says why."""

    answer: Code
    """Of `caused-enquiry-answer@1`."""
    words: Words | None = None


class Report(Body):
    """What the partner reported."""

    report: Words
    partner: Name | None = None
    """Whose it is; needed where more than one partner was asked in this enquiry."""
    earlier: bool = False
    """It is on what they were asked for before the last time: it came late."""


class Verdict(Body):
    """Whether the report is accepted; what is returned has reasons."""

    verdict: Code
    """Of `report-verdict@1`."""
    due_on: date | None = None
    """By when what is returned is expected back; ten working days where nothing is said."""
    reasons: Words | None = None


class Reasons(Body):
    """Why."""

    reasons: Words


class Consideration(Body):
    """What changes with what the sender told, and why."""

    effect: Code
    """Of `information-effect@1`: none, findings, protection or new-concern."""
    reasons: Words


class Note(Body):
    """What the Board's partner lead does about it, if they say."""

    words: Words | None = None


class Conclusion(Body):
    """What was found, and whether a safety plan is needed."""

    findings: Findings
    plan: Code
    """`safety-plan@1:` needed or not-needed."""
    words: Words


class Planned(BaseModel):
    """An action: what is done, by whom and by when."""

    model_config = ConfigDict(extra="forbid")

    what: Words
    owner: Code | None = None
    """Of `action-owner@1`."""
    due_on: date
    """Within three months, and not before the enquiry was opened."""


class ActionEnding(Body):
    """What became of an action, by its number in the plan, counted from 1."""

    action: Annotated[int, Field(ge=1, le=10_000)]
    how: Code
    """Of `action-ending@1`."""
    words: Words | None = None


class Ended(BaseModel):
    """What becomes of a live action with a new plan."""

    model_config = ConfigDict(extra="forbid")

    action: Annotated[int, Field(ge=1, le=10_000)]
    how: Code
    """Of `action-ending@1`: done, transferred, or replaced by what is planned now."""
    words: Words


class SafetyPlan(Body):
    """What will be done so that the adult is safer. What is live goes on, unless it ends here."""

    actions: Annotated[tuple[Planned, ...], Field(min_length=1, max_length=50)]
    endings: Annotated[tuple[Ended, ...], Field(max_length=50)] = ()
    """Of actions that are live; all others keep their numbers, and new ones are numbered on."""
    first_review_on: date | None = None
    """Within six weeks."""


class Review(Body):
    """How the plan works, and when it is looked at again: within three months, or never more."""

    words: Words
    next_review_on: date | None = None


class Closing(Body):
    """Why nothing is left to be done, and who was told."""

    reason: Code
    """Of `closing-reason@1`."""
    adult_told: Code
    """Of `feedback@1`: told, or waived for a reason that the words give."""
    referrer_told: Code
    words: Words


class EnquiryWords(BaseModel):
    """What people wrote. Null: nothing, or its key was destroyed; `gone` names the latter."""

    purpose: str | None
    desired_outcomes: str | None
    outcomes_achieved: str | None
    advocacy: str | None
    questions: Sequence[str] | None
    partner_answer: str | None
    report_verdict: str | None
    recall_reasons: str | None
    late_report: str | None
    conclusion: str | None
    action_ending: str | None
    closing: str | None
    reopening_reasons: str | None
    decision_review: str | None
    information_considered: str | None
    escalation_note: str | None
    reports: Sequence[str | None]
    actions: Sequence[str | None]
    reviews: Sequence[str | None]
    gone: Sequence[str]


class EnquiryShown(BaseModel):
    """An enquiry as staff see it."""

    enquiry: EnquiryView
    words: EnquiryWords
    stale_since: datetime | None
    """A message about it is missing or could not be taken since then."""


@dataclass(frozen=True, kw_only=True)
class LineShown(Line):
    """A fact in plain words, and what somebody wrote in it."""

    words: Sequence[str | Sequence[str] | None]
    """As they stand there, one after the other. Null: their key was destroyed."""

    gone: bool
    """Some of them can be read no more."""
