"""What is so of a request?

The state holds times, dates, codes and ids only, and nobody's words or name, so the list of those
who wait keeps it as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.dols.decisions.granted import Ended
from services.dols.rules import clocks, codes, legal_test
from services.dols.rules.independence import Place, Standing, employed
from services.dols.rules.priority import Answers, Timing
from services.dols.rules.requirements import MET, all_met, failed
from shared.decider import Deadline
from shared.facts import Code
from shared.time.calendar import london_date


@dataclass(frozen=True, kw_only=True)
class Urgent:
    """The urgent authorisation."""

    given_on: date
    ends_on: date
    day_assumed: bool = False
    """Nobody told on which day it was given: it counts from the receipt of the request."""

    extension_requested: bool = False
    extension_asked_at: datetime | None = None
    """Since then an extension is asked for, and nobody has answered."""

    extension_refused: bool = False
    extended: bool = False
    lapsed: bool = False

    @property
    def asked_before(self) -> bool:
        """Say whether its extension was asked for, which may be once only (para 77(4))."""
        return self.extension_requested or self.extension_refused or self.extended


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A role that was offered and not answered yet."""

    role: Code
    assessor: UUID
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """Who has a role."""

    role: Code
    standing: Standing
    """What the register said when they accepted."""

    heard: Standing
    """What it says now, as far as this request has heard."""

    unfit_since: datetime | None = None
    """Since then they cannot go on in it: as the register says, at this place."""


@dataclass(frozen=True, kw_only=True)
class Assessed:
    """What was found of a requirement."""

    requirement: Code
    result: Code
    role: Code
    assessor: UUID
    employer: Code | None
    """Of the assessor, as the register said when they were allocated."""

    interests: tuple[str, ...]
    """The same, as to the places in which they have a financial interest or work."""

    legal_test: Code
    on: date
    at: datetime

    @property
    def tests(self) -> set[Code]:
        """Give the legal tests it was made by: as it says, and as its day says."""
        return {self.legal_test, legal_test.of_finding(self.on, self.at)}


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the managing authority was asked and has not answered yet."""

    id: UUID
    asked_at: datetime
    due_at: datetime
    missing: tuple[Code, ...]
    """Of `dols-field@1`: what it was asked for and has not told yet."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request, from its receipt on."""

    received_at: datetime
    known_at: datetime
    """When the last of all that is known happened: time has come so far at least."""

    received_on: date
    due_on: date
    setting: Code
    place: Place
    answers: Answers
    band: Code
    total: int = 0
    band_since: datetime
    scored_at: datetime
    checked_at: datetime
    """When it was last looked at afresh, by a person or by the managing authority."""

    authorisation_ends_on: date | None
    authorisation_lapsed: bool = False
    urgent: Urgent | None
    offers: tuple[Offer, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    reopened_at: datetime | None = None
    """When a role was taken back last."""

    assessed: tuple[Assessed, ...] = ()
    assessed_by: tuple[UUID, ...] = ()
    """Everybody who made an assessment, whether it still counts or not."""

    recommended_days: int | None = None
    withdrawn_at: datetime | None = None
    questions: tuple[Question, ...] = ()
    unseen: tuple[datetime, ...] = ()
    """When came what no person has seen: the managing authority told it, or what was granted ended
    or ceased by itself. Each time that it did."""

    gone_at: datetime | None = None
    """Since then the person is no longer there, as the managing authority told."""

    gone_told_at: datetime | None = None
    """When it told that last."""

    unneeded_at: datetime | None = None
    """Since then it is no longer needed, as the managing authority told."""

    ended: Ended | None = None
    missed: tuple[Deadline, ...] = ()
    """Of each kind of deadline the last that passed unmet."""

    def unprotected(self, today: date) -> bool:
        """Say whether what there was has ended, and on a London date no other has begun.

        Where there is an urgent authorisation, its end counts: better seen too early than too late.
        """
        lapsed = self.urgent.lapsed if self.urgent else self.authorisation_lapsed
        begins = self.ended.begins_on if self.ended else None
        return lapsed and (self.ended is None or (begins is not None and today < begins))

    @property
    def told_at(self) -> datetime | None:
        """Give since when there is something that no person has seen."""
        return min(self.unseen, default=None)

    @property
    def not_needed_at(self) -> datetime | None:
        """Give since when nothing more is to be done but to end it."""
        return min((it for it in (self.gone_at, self.unneeded_at) if it), default=None)

    @property
    def questions_owed(self) -> tuple[Question, ...]:
        """Give what we wait for: nothing once it was taken back or decided."""
        return () if self.ended or self.withdrawn_at else self.questions

    @property
    def unfit_since(self) -> datetime | None:
        """Give since when somebody has a role and cannot go on in it, while that matters."""
        if self.ended or self.withdrawn_at or self.not_needed_at:
            return None
        return min((it.unfit_since for it in self.allocations if it.unfit_since), default=None)

    @property
    def extension_asked_at(self) -> datetime | None:
        """Give since when an extension waits for its answer, None where none can be given."""
        it = self.urgent
        over = self.ended or self.withdrawn_at or self.not_needed_at
        return None if over or it is None or it.lapsed else it.extension_asked_at

    @property
    def overdue(self) -> bool:
        """Say whether the day passed by which law has it assessed."""
        due = clocks.end_of(self.statutory_due_on)
        return any(it.kind == clocks.DECISION and it.due_at >= due for it in self.missed)

    @property
    def statutory_due_on(self) -> date:
        """Give the day by whose end the assessments are due (SI 2008/1858 reg 13)."""
        ends_on = self.urgent.ends_on if self.urgent else None
        return clocks.statutory_due(self.due_on, ends_on, self.received_on)

    @property
    def results(self) -> Mapping[Code, Code]:
        """Give the results of the requirements that were assessed."""
        return _results(self.assessed)

    @property
    def holding(self) -> tuple[Assessed, ...]:
        """Give what a decision may rest on: of the independent, not too old, under the law."""
        return tuple(
            it for it in self.assessed if not self._gone_since(it) and not self._unfounded(it)
        )

    def _gone_since(self, it: Assessed) -> datetime | None:
        """Give since when a finding bears no decision, as far as time is known to have come.

        That best interests were met, when the legal test changes; what was not satisfied stays so,
        for by the former test more people were deprived of liberty. Any but that of an adult's
        age, when twelve months have passed (para 49).
        """
        met, last, since = it.result in MET, clocks.good_until(it.on), set[datetime]()
        in_force = legal_test.in_force(self.known_at)
        if met and it.requirement == codes.INTERESTS and it.tests != {in_force}:
            since.add(legal_test.SINCE)
        if london_date(self.known_at) > last and not (met and it.requirement == codes.AGE):
            since.add(clocks.start_of(last + clocks.DAY))
        return max(min(since), it.at) if since else None

    @property
    def anew_since(self) -> datetime | None:
        """Give since when something is to be assessed anew, None where nothing is."""
        left = self.left_to_assess
        since = (self._gone_since(it) for it in self.assessed if it.requirement in left)
        return min((it for it in since if it), default=None)

    @property
    def left_to_assess(self) -> tuple[Code, ...]:
        """Give what is to be assessed, or to be assessed anew, before this can be decided."""
        if self.ended or self.can_be_decided_since:
            return ()
        results = _results(self.holding)
        return tuple(it for it in codes.REQUIREMENTS if results.get(it) not in MET)

    @property
    def found_since(self) -> datetime | None:
        """Give since when enough is found to decide on, None where something is missing.

        All six have to be met, and the first that is not satisfied is enough to end it.
        """
        holding = self.holding
        results = _results(holding)
        met = max((it.at for it in holding), default=None)
        fails = (it.at for it in holding if it.requirement in failed(results))
        return met if all_met(results) else min(fails, default=None)

    @property
    def can_be_decided_since(self) -> datetime | None:
        """Give since when a signatory can decide: on what was found, or that it is over."""
        since = (self.found_since, self.withdrawn_at, self.not_needed_at)
        return min((it for it in since if it), default=None)

    @property
    def stage(self) -> Code:
        """Give how far it is, in one word."""
        if self.ended:
            word = self.ended.stage
        elif self.withdrawn_at:
            word = "withdrawn"
        elif self.can_be_decided_since:
            word = "awaiting-signature"
        elif self.assessed:
            word = "assessing"
        else:
            word = "allocated" if not self.roles_open else "waiting"
        return Code(f"dols-stage@1:{word}")

    @property
    def roles_open(self) -> tuple[Code, ...]:
        """Give the roles that nobody has, or somebody who may no longer assess in it."""
        had = {it.role for it in self.allocations if not self._barred(it)}
        return tuple(it for it in codes.ROLES if it not in had)

    @property
    def open_again_since(self) -> datetime | None:
        """Give since when a role is open again that somebody had, None where none is known of."""
        barred = (it.unfit_since for it in self.allocations if self._barred(it))
        return max((it for it in (self.reopened_at, *barred) if it), default=None)

    def _barred(self, it: Allocation) -> bool:
        if self.place.of(it.standing.interests):
            return True
        found = employed(it.standing.employer, self.place)
        return it.role == codes.BEST_INTERESTS and "employed-by-both" in found

    def _unfounded(self, it: Assessed) -> bool:
        """Say whether it was found by who may not be relied on at this place."""
        if self.place.of(it.interests):
            return True
        found = employed(it.employer, self.place)
        return it.requirement == codes.INTERESTS and "employed-by-both" in found

    def had_other_role(self, role: Code, assessor: UUID) -> bool:
        """Say whether somebody has, or assessed in, the other role."""
        has = any(it.role != role and it.standing.assessor == assessor for it in self.allocations)
        did = {codes.DISORDER: codes.BEST_INTERESTS, codes.INTERESTS: codes.MENTAL_HEALTH}
        return has or any(
            did.get(it.requirement) == role and it.assessor == assessor for it in self.assessed
        )


def _results(found: Iterable[Assessed]) -> Mapping[Code, Code]:
    return {it.requirement: it.result for it in found}


def timing(state: Request, today: date) -> Timing:
    """Give what the calendar adds to a priority on a London date."""
    return Timing(
        today=today,
        setting=state.setting,
        urgent_ends_on=state.urgent.ends_on if state.urgent else None,
        urgent_lapsed=state.urgent is not None and state.urgent.lapsed,
        authorisation_ends_on=state.authorisation_ends_on,
    )


def word(code: Code) -> str:
    """Give the last part of a code."""
    return code.rpartition(":")[2]


BY_STAFF = Code("priority-by@1:staff")
