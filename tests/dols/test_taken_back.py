"""Who cannot go on in a role that they have: is it seen, taken back, and looked for anew?"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dols.decisions import refusals, request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from services.dols.projections.case import view
from services.dols.projections.queue import in_the_hands_of, queue, who_is_next
from services.dols.projections.roles import is_theirs
from services.dols.projections.status import status_of
from services.dols.rules import codes
from services.dols.rules.independence import Place, Standing, unfit
from shared.facts import Code, Recorded
from shared.time.calendar import calendar
from tests.dols import a
from tests.dols.asking import BEST, an_entry, does, history, kind, sees, send
from tests.support.house import Home, key
from tests.support.patience import until
from tests.support.story import SOMEBODY, Story, keep

story: Story[Any, Request, RequestFact] = Story(request)
staffed, ready = story.given(*a.staffed), story.given(*a.ready)


def because(reason: str) -> tuple[Any, Any]:
    code = Code(f"assessor-released@1:{reason}")
    return replace(a.releasing, reason=code), replace(a.released, reason=code)


async def heard(home: Home, case: str) -> Recorded[Any]:
    """Give the last fact, once a request has heard what the register says."""

    async def told() -> bool:
        last = (await history(home, case))[-1]
        return bool(last.fact.stored_as == "dols.assessor-standing-changed/1")

    await until(told)
    return (await history(home, case))[-1]


def owes(of: Story[Any, Request, RequestFact]) -> set[str]:
    assert of.state
    return {it.kind for it in request.owed(of.state, calendar())}


@pytest.mark.parametrize("reason", [it.rpartition(":")[2] for it in codes.RELEASED])
def test_a_role_is_taken_back_for_a_reason_of_the_list_and_owed_anew(reason: str) -> None:
    assert "allocation" not in owes(staffed)
    command, fact = because(reason)
    staffed.when(command, act=a.COORDINATOR).then(fact)
    after = staffed.given(fact)
    assert after.state
    assert after.state.roles_open == (codes.BEST_INTERESTS,)
    assert after.state.stage == "dols-stage@1:waiting"
    assert "allocation" in owes(after)
    after.when(a.accepting, act=a.COORDINATOR).then(a.allocated)


def test_only_a_role_that_somebody_has_is_taken_back_and_only_for_such_a_reason() -> None:
    command, _ = because("in-a-bad-mood")
    staffed.when(command).then_refused(refusals.WordNotListed)
    story.given(*a.waiting).when(a.releasing).then_refused(refusals.NobodyHasTheRole)
    other = replace(a.releasing, role=Code("assessor-role@1:friend"))
    staffed.when(other).then_refused(refusals.NobodyHasTheRole)
    ready.given(a.granted).when(a.releasing).then_refused(refusals.RequestDecided)


def test_who_was_released_assesses_nothing_more() -> None:
    after = staffed.given(a.released)
    after.when(a.assessing(codes.AGE), act=a.BEA).then_refused(refusals.NotAllocated)


def test_what_was_found_before_a_suspension_stays_found() -> None:
    after = ready.given(a.released)
    assert after.state
    assert after.state.stage == "dols-stage@1:awaiting-signature"
    assert "allocation" not in owes(after), "nothing is left to assess"
    status = status_of(a.CASE, a.recorded(*a.ready, a.released), a.TODAY)
    assert status
    assert status.status == "allocated", "nor does the person wait for assessors"
    after.when(a.granting, act=a.SIGNATORY).then(a.granted)


@pytest.mark.parametrize("reason", ["interest", "related", "involved", "was-not-eligible"])
def test_what_was_found_by_who_may_not_find_it_counts_no_more(reason: str) -> None:
    _, fact = because(reason)
    after = ready.given(fact)
    assert after.state
    assert set(after.state.left_to_assess) == {codes.AGE, codes.NO_REFUSALS, codes.INTERESTS}
    assert (after.state.stage, after.state.recommended_days) == ("dols-stage@1:assessing", None)
    assert {"allocation"} == owes(after) - {"decision", "re-check"}
    after.when(a.granting, act=a.SIGNATORY).then_refused(refusals.RequirementsNotMet)
    again = after.given(a.allocated, *a.six)
    again.when(a.granting, act=a.SIGNATORY).then(a.granted)


def test_a_request_is_not_ended_on_the_word_of_who_was_barred_since() -> None:
    failed = staffed.given(a.assessed(codes.INTERESTS, codes.NOT_SATISFIED), a.barred)
    reason = Code("not-granted-reason@1:not-in-best-interests")
    failed.when(replace(a.refusing, reason=reason)).then_refused(refusals.ReasonNotBorneOut)


def test_who_was_barred_has_assessed_it_all_the_same_and_does_not_sign() -> None:
    bea = replace(a.SIGNATORY, actor="bea")
    ready.given(a.barred).when(a.refusing, act=bea).then_refused(refusals.AssessedByYourself)


@given(some.lists(some.sampled_from(a.EVERY_FACT), max_size=12))
def test_whoever_is_released_a_role_is_held_or_open_and_what_is_left_is_owed_or_decided(
    happened: list[RequestFact],
) -> None:
    now = story.given(a.received, *happened, a.barred).state
    assert now
    assert codes.BEST_INTERESTS in now.roles_open
    assert not {it.assessor for it in now.assessed} & {a.bea.assessor}
    assert now.ended or now.left_to_assess or now.can_be_decided_since


def test_who_was_released_reads_it_no_more_and_the_case_says_so() -> None:
    happened = a.recorded(*a.ready, a.barred)
    known = view(a.CASE, happened, a.TODAY)
    assert known
    shown = {it.role: it.status for it in known.roles}
    assert shown == {
        codes.BEST_INTERESTS: "allocation@1:released",
        codes.MENTAL_HEALTH: "allocation@1:allocated",
    }
    results = {it.requirement: it.result for it in known.requirements}
    assert results[codes.INTERESTS] == codes.NOT_ASSESSED
    assert results[codes.DISORDER] == codes.SATISFIED
    assert known.history[-1].fact == "dols.assessor-released/1"
    assert not is_theirs(happened, "bea", SOMEBODY.effective_at)
    assert is_theirs(happened, "dan", SOMEBODY.effective_at)
    status = status_of(a.CASE, happened, a.TODAY)
    assert status
    assert status.status == "received", "the sender hears that assessors are looked for"


HERE = Place(location="1-101000001", run_by_council="no")
NOW: dict[str, tuple[Any, Any, str | None]] = {
    "as they were": (a.bea, HERE, None),
    "suspended": (replace(a.bea, suspended=True), HERE, "suspended"),
    "of another kind": (replace(a.bea, kinds=(codes.AMHP,)), HERE, "not-eligible"),
    "interested": (replace(a.bea, interests=("1-101000001",)), HERE, "financial-interest"),
    "employed by the council, which runs it": (
        a.bea, replace(HERE, run_by_council="yes"), "employed-by-both",
    ),
    "employed by the council, which may": (
        a.bea, replace(HERE, run_by_council="unknown"), "place-unknown",
    ),
    "trained long ago, which counts when they are selected": (
        replace(a.bea, trained_on=a.TODAY.replace(year=2020)), HERE, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("standing", "place", "why"), NOW.values(), ids=NOW)
def test_why_who_has_a_role_cannot_go_on(standing: Any, place: Any, why: str | None) -> None:
    assert unfit(codes.BEST_INTERESTS, standing, place) == why


def test_of_what_kind_somebody_is_now_counts_when_they_assess() -> None:
    other = replace(a.assessing(codes.AGE), standing=replace(a.bea, kinds=(codes.SECTION_12,)))
    staffed.when(other, act=a.BEA).then_refused(refusals.NotTheirsToAssess)
    more = replace(other, standing=replace(a.bea, kinds=(codes.BIA, codes.AMHP)))
    staffed.when(more, act=a.BEA).then(a.assessed(codes.AGE))


def test_where_somebody_is_employed_now_counts_when_they_assess_best_interests() -> None:
    theirs = replace(a.allocated, standing=replace(a.bea, employer=Code("assessor-employer@1:nhs")))
    ours = story.given(*a.waiting, a.described, theirs)
    since = replace(a.assessing(codes.INTERESTS), standing=a.bea)
    ours.when(since, act=a.BEA).then_refused(refusals.AssessorEmployedByBoth)


async def test_the_lists_show_who_cannot_go_on_as_the_register_says_now(
    db: AsyncConnection,
) -> None:
    async def register(ids: Collection[UUID]) -> Mapping[UUID, Standing]:
        assert ids == {a.bea.assessor, a.dan.assessor}
        return {a.bea.assessor: replace(a.bea, suspended=True), a.dan.assessor: a.dan}

    await keep(db, queue, a.recorded(*a.staffed))
    (row,), _ = await who_is_next(db, register, a.TODAY, 200)
    (one,) = row.cannot_go_on
    assert (one.role, one.assessor, one.why) == (
        codes.BEST_INTERESTS, a.bea.assessor, "assessor-unfit@1:suspended",
    )  # fmt: skip
    (theirs,), _ = await in_the_hands_of(db, register, a.TODAY, a.bea.assessor, 200)
    assert theirs.cannot_go_on == row.cannot_go_on
    assert row.roles_open == (), "until a coordinator takes it back"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_suspension_leads_to_what_they_have_in_hand_and_a_coordinator_takes_it_back(
    home: Home, coordinator: httpx.AsyncClient, case: str
) -> None:
    name = f"soon-suspended-{case}"
    entry = await an_entry(home)
    made = await coordinator.post("/v1/assessors", json=entry | {"name": name}, headers=key())
    await does(coordinator, case, "allocations", assessor=name)
    register = made.headers["Location"]
    changed = await coordinator.post(
        f"{register}/changes", json=entry | {"suspended": True}, headers=key()
    )
    assert changed.headers["Link"] == f'<{register}/requests>; rel="related"'
    told = await heard(home, case)  # by the loop that follows the register
    assert (told.act.actor, told.act.role, told.fact.standing.suspended) == (
        "dols", "reaction", True,
    )  # fmt: skip
    seen = {"X-Min-Position": str(told.position)}
    (row,) = (await coordinator.get(f"{register}/requests", headers=seen)).json()["items"]
    why = {"role": BEST, "assessor": register.rpartition("/")[2],
           "why": "assessor-unfit@1:suspended"}  # fmt: skip
    assert (row["request"], row["cannot_go_on"]) == (case, [why])
    assert "release" in {it["kind"] for it in row["due"]}
    assert (await sees(coordinator, case))["cannot_go_on"] == [why]
    async with home.client(name, "assessor") as theirs:
        (mine,) = (await theirs.get("/v1/dols-allocations", headers=seen)).json()
        assert mine["cannot_go_on"] == [why]
    rows, page = list[Any](), "/v1/dols-queue?limit=200"
    while page:
        found = (await coordinator.get(page, headers=seen)).json()
        rows += found["items"]
        page = found["next"] and f"/v1/dols-queue?limit=200&after={found['next']}"
    assert [it["cannot_go_on"] for it in rows if it["request"] == case] == [[why]]

    stale = key() | {"If-Match": f'"{row["version"] - 1}"'}
    assert (await send(coordinator, case, "releases", headers=stale)).status_code == 412
    now = key() | {"If-Match": f'"{row["version"]}"'}
    for _ in range(2):  # a repeat is answered and nothing more
        answer = await send(coordinator, case, "releases", headers=now)
        assert answer.status_code == 204, answer.text
    *_, last = await history(home, case)
    assert (last.fact.stored_as, last.act.actor) == ("dols.assessor-released/1", "cora")
    after = await sees(coordinator, case)
    assert (after["cannot_go_on"], after["case"]["version"]) == ([], row["version"] + 1)
    assert "release" not in {it["kind"] for it in after["case"]["due"]}
    assert {"what": "words", "version": last.version, "words": "On Friday."} in after["words"]
    async with home.client(name, "assessor") as theirs:
        gone = await theirs.get(f"/v1/dols-requests/{case}/case")
        assert (gone.status_code, kind(gone)) == (404, "not-found")
    unknown = await coordinator.get(f"/v1/assessors/{uuid4()}/requests")
    assert unknown.json() == {"items": [], "next": None}
