"""Rows of our own SQL come as dataclasses, mapped by name."""

from dataclasses import dataclass
from enum import StrEnum

import pytest

from core.platform import sql
from core.platform.database import undone, writing
from core.platform.sql import WrongColumns


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Lamp:
    name: str
    colour: Colour
    seen: tuple[Colour, ...]
    faded: Colour | None = None


LAMPS = """
SELECT faded, 'red' AS colour, name, ARRAY['green', 'red'] AS seen
FROM (VALUES ('left', NULL), ('right', 'green')) AS lamp (name, faded) WHERE name = %(name)s OR %(name)s = 'all'
"""


@pytest.mark.usefixtures("world")
async def test_columns_find_their_fields_whatever_their_order() -> None:
    left, right = await sql.rows(Lamp, LAMPS, {"name": "all"})
    assert left == Lamp("left", Colour.RED, (Colour.GREEN, Colour.RED))
    assert right.faded is Colour.GREEN


@pytest.mark.usefixtures("world")
async def test_one_row_or_none() -> None:
    assert await sql.row(Lamp, LAMPS, {"name": "left"}) == Lamp("left", Colour.RED, (Colour.GREEN, Colour.RED))
    assert await sql.row(Lamp, LAMPS, {"name": "middle"}) is None


@pytest.mark.usefixtures("world")
async def test_a_statement_that_gives_other_columns_is_refused() -> None:
    with pytest.raises(WrongColumns, match="name, colour, seen, faded; the statement gives name"):
        await sql.rows(Lamp, "SELECT 'left' AS name")


@pytest.mark.usefixtures("world")
async def test_a_value_outside_the_enum_is_refused() -> None:
    with pytest.raises(ValueError, match="blue"):
        await sql.rows(Lamp, "SELECT 'l' AS name, 'blue' AS colour, ARRAY['red'] AS seen, NULL AS faded")


@pytest.mark.usefixtures("world")
async def test_it_runs_in_the_transaction_under_way_or_by_itself() -> None:
    add = "INSERT INTO region (pcode, name) VALUES (%(pcode)s, %(name)s)"
    count = "SELECT count(*) FROM region"
    async with undone():
        assert await sql.execute(add, {"pcode": "ML02", "name": "Koulikoro"}) == 1
        assert await sql.scalar(count) == 1
    assert await sql.scalar(count) == 0
    await sql.execute(add, {"pcode": "ML02", "name": "Koulikoro"})
    async with writing():
        assert await sql.scalars("SELECT name FROM region") == ["Koulikoro"]
