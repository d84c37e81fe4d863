"""Is the arithmetic of the figures right?"""

from dataclasses import replace

import psutil
import pytest

from tests.bench import report
from tests.bench.cost import Cost, Row, Watch, interleaved, p50, p95

HALF = Row(figure="a", baseline="b", unit="us", ours=1.0, theirs=2.0, hold=0.5)


def test_a_ratio_holds_up_to_its_bound_and_no_further() -> None:
    assert HALF.ratio == 0.5
    assert HALF.holds
    assert not replace(HALF, ours=1.01).holds
    assert replace(HALF, bound="at least").holds
    assert not replace(HALF, ours=0.99, bound="at least").holds
    assert replace(HALF, ours=9.0, hold=None).holds


def test_the_cost_of_one_unit_counts_the_process_and_the_server() -> None:
    cost = Cost(units=1000, wall=2.0, own=0.3, server=0.1)
    assert cost.cpu_each == pytest.approx(400)
    assert cost.rate == 500


async def test_sides_take_turns_and_the_median_is_told() -> None:
    turns: list[str] = []
    answers = iter([9.0, 1.0, 2.0, 1.0, 3.0, 1.0])

    async def side(name: str) -> float:
        turns.append(name)
        return next(answers)

    assert await interleaved(3, lambda: side("a"), lambda: side("b")) == [3.0, 1.0]
    assert turns == ["a", "b"] * 3


def test_work_of_this_process_is_seen() -> None:
    watch = Watch(psutil.Process())
    with watch.over(10):
        sum(range(2_000_000))
    assert watch.told.own > 0
    assert watch.told.wall >= watch.told.own / 2


def test_percentiles_are_told_in_milliseconds() -> None:
    seconds = [it / 1000 for it in range(1, 101)]
    assert p50(seconds) == pytest.approx(50.5)
    assert 95 <= p95(seconds) <= 96


def test_a_figure_that_does_not_hold_is_seen_in_the_table_and_the_report() -> None:
    bad = replace(HALF, ours=5.0)
    assert any(line.endswith("NO") for line in report.table([HALF, bad]))
    told = report.told([HALF, bad], "18.6", quick=False)
    assert [row["holds"] for row in told["rows"]] == [True, False]
    assert told["versions"]["postgresql"] == "18.6"
    page = report.page(told)
    assert "1 of 2 held figures hold" in page
    assert page.count("**does not hold**") == 1
    assert "All 1 held figures hold" in report.page({**told, "rows": told["rows"][:1]})


def test_what_was_measured_anew_takes_the_place_of_what_was_measured_before() -> None:
    earlier = report.told([HALF, replace(HALF, figure="c")], "18.6", quick=True)
    anew = report.told([replace(HALF, ours=0.5), replace(HALF, figure="d")], "18.6", quick=True)
    rows = report.joined(earlier, anew)["rows"]
    assert [(row["figure"], row["ours"]) for row in rows] == [("a", 0.5), ("c", 1.0), ("d", 1.0)]
    assert report.joined(earlier, anew | {"quick": False})["rows"] == anew["rows"]


def test_a_figure_beside_several_baselines_is_replaced_as_a_whole() -> None:
    beside = [replace(HALF, baseline=it) for it in "bc"]
    earlier = report.told([*beside, replace(HALF, figure="d")], "18.6", quick=True)
    anew = report.told([replace(HALF, baseline=it) for it in "ce"], "18.6", quick=True)
    rows = report.joined(earlier, anew)["rows"]
    assert [(row["figure"], row["baseline"]) for row in rows] == [
        ("a", "c"), ("a", "e"), ("d", "b")
    ]  # fmt: skip
