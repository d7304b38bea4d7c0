"""The table of what holds the promise names files that are there."""

import re
from pathlib import Path

import faults

ROOT = Path(__file__).parents[2]


def test_every_file_of_the_table_is_there() -> None:
    named = re.findall(r"`((?:sms|tests)/[\w/]+\.py)`", faults.__doc__ or "")
    assert len(named) == 22
    assert [name for name in named if not (ROOT / name).is_file()] == []
