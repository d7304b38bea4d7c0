"""No count of a split, alone or less the others, tells of fewer than five."""

import pytest

from core.figures import small


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"a": 5, "b": 9}, {"a": 5, "b": 9}),
        ({"a": 4, "b": 5, "c": 9}, {"a": None, "b": None, "c": 9}),
        ({"a": 1, "b": 4, "c": 9}, {"a": None, "b": None, "c": 9}),
        ({"a": 0, "b": 7}, {"a": 0, "b": 7}),
        ({"a": 3}, {"a": None}),
        ({}, {}),
    ],
)
def test_a_small_count_is_not_told_nor_is_what_would_tell_it(
    counts: dict[str, int], told: dict[str, int | None]
) -> None:
    assert small.shown(counts) == told
