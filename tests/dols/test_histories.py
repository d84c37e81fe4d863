"""Does any part of a request's history fold?"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.dols.decisions import request
from services.dols.decisions.state import Request
from services.dols.events import RequestFact
from tests.dols import a
from tests.support.story import Story

story: Story[Any, Request, RequestFact] = Story(request)


def test_no_history_begins_with_anything_but_a_receipt() -> None:
    with pytest.raises(ValueError, match="nothing is recorded"):
        story.given(a.low)


instants = some.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1))  # noqa: DTZ001
ZULU = a.NOON.tzinfo


@given(
    some.sampled_from([a.received, a.urgent]),
    some.lists(some.tuples(some.sampled_from(a.EVERY_FACT), instants), max_size=20),
)
def test_whatever_of_a_history_was_known_or_so_folds(
    first: RequestFact, happened: list[tuple[RequestFact, datetime]]
) -> None:
    known = story.given(first)
    for fact, when in happened:
        act = replace(a.SIGNATORY, effective_at=when.replace(tzinfo=ZULU))
        known = known.given(fact, act=act)
        assert known.state
        assert known.state.received_on == a.TODAY
        assert known.state.stage
