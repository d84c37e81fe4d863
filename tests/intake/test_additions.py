"""What of an addition is told of each adult?"""

import json

from hypothesis import given
from hypothesis import strategies as some

from services.intake.rules.additions import (
    MOST_OF_ALL,
    MOST_OF_ONE,
    SHORTENED,
    listed,
    words_of_each,
)

LARGE = "y" * 250_000
NOBODY: list[object] = []


def test_all_of_it_is_told_of_each_where_it_fits() -> None:
    said = {"what_happened": "Zoë saw it.", "adults": [{"name": "Ann"}, {"name": "Bo"}]}
    assert [json.loads(it) for it in words_of_each(said, [NOBODY] * 3)] == [said] * 3
    assert words_of_each({"notes": LARGE}, [NOBODY] * 3) == [json.dumps({"notes": LARGE})] * 3


def test_who_tells_it_is_told_of_nobody() -> None:
    said = {"referrer": {"name": "Ivy"}, "views": "x"}
    assert words_of_each(said, [NOBODY]) == ['{"views": "x"}']


def test_of_many_each_is_told_their_own_part_and_what_is_said_of_nobody_in_particular() -> None:
    adults = [{"name": f"A{at}", "views": "z" * 4_900} for at in range(50)]
    own = [*(listed({"adults": it}) for it in adults), NOBODY]
    told = words_of_each({"notes": "He is back.", "adults": adults}, own)
    for at, words in enumerate(told[:50]):
        assert words.endswith(SHORTENED)
        said = json.loads(words.removesuffix(SHORTENED))
        assert said == {"adults": [adults[at]], "notes": "He is back."}
    assert json.loads(told[50].removesuffix(SHORTENED)) == {"notes": "He is back."}


def test_the_part_that_stands_for_all_who_are_not_read_is_told_of_all_of_them() -> None:
    adults = [{"name": f"A{at}", "views": "z" * 3_000} for at in range(60)]
    own = [*([it] for it in adults[:50]), adults[50:]]
    last = words_of_each({"adults": adults}, own)[50]
    assert json.loads(last.removesuffix(SHORTENED)) == {"adults": adults[50:]}


def test_of_what_is_said_of_all_and_too_large_for_many_each_is_told_the_beginning() -> None:
    told = words_of_each({"what_happened": "He is back.", "notes": LARGE}, [NOBODY] * 51)
    assert {len(it) for it in told} == {MOST_OF_ALL // 51}
    for words in told:
        assert words.startswith('{"what_happened": "He is back.", "notes": "yy')
        assert words.endswith(SHORTENED)


def test_an_adult_that_is_no_list_is_one() -> None:
    said = {"adults": {"name": "Ann", "views": LARGE * 2}}
    first, second = words_of_each(said, [listed(said), NOBODY])
    assert first.startswith('{"adults": [{"name": "Ann"')
    assert second == "{}" + SHORTENED


sizes = some.lists(some.integers(0, 4_000), max_size=60)


@given(
    some.dictionaries(some.sampled_from(["adults", "notes", "views", "\ud800"]), sizes),
    some.sampled_from(["x", "é", "\ud800", "Ж\n"]),
    some.integers(1, 51),
)
def test_whatever_is_sent_each_is_told_something_and_all_together_no_more_than_that(
    sent: dict[str, list[int]], letter: str, adults: int
) -> None:
    body = {name: [{"views": letter * size} for size in some] for name, some in sent.items()}
    said = listed(body)
    own = [said[at : at + 1] for at in range(adults)]
    told = [it.encode() for it in words_of_each(body, own)]
    assert len(told) == adults
    assert all(told)
    assert max(map(len, told)) <= MOST_OF_ONE
    assert sum(map(len, told)) <= MOST_OF_ALL + adults * len(SHORTENED)
