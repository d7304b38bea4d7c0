"""Counts so small that they may show a person: told as fewer than five, wherever figures leave for others.

Where one value of a split alone is hidden, the next smallest is too: the whole less the others would tell it.
"""

from collections.abc import Hashable, Mapping
from typing import Final, TypeVar

BAND: Final = 5
"""A number is told from so many on; a sensitive one as one of so many, too (`core.figures.sensitive`)."""

Value = TypeVar("Value", bound=Hashable)


def shown(counts: Mapping[Value, int]) -> dict[Value, int | None]:
    """The counts of a split, None for what is hidden; nothing is no person's, and is told."""
    hidden = {value for value, count in counts.items() if 0 < count < BAND}
    left = sorted((count, index, value) for index, (value, count) in enumerate(counts.items()) if count >= BAND)
    if len(hidden) == 1 and left:
        hidden.add(left[0][2])
    return {value: None if value in hidden else count for value, count in counts.items()}
