"""Lists of the country's communes: the real one where it is kept, and an invented one of the same shape."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Final

import pytest

COD: Final = Path(__file__).parents[3] / "shared/domain/communes-cod2015.csv"
HEADER: Final = "region,region_pcode,cercle,cercle_pcode,commune,commune_pcode"
REGIONS, CERCLES, COMMUNES = 9, 50, 701
TIMES: Final = (4, 3, *(2,) * 11)
"""How often each of the names occurs that occur more than once."""


@dataclass(frozen=True, slots=True)
class CommuneLine:
    """A commune of a list."""

    pcode: str
    name: str
    cercle: str
    region: str


def invented() -> str:
    """701 communes of 50 cercles of 9 regions; 13 names occur more than once, each time in another cercle."""
    names = [
        "".join(part)
        for part in islice(product(("Ba", "Do", "Fe", "Gu", "Ki", "Mo", "Sa"), "blmn", "aiu", "rst", "aou"), 685)
    ]
    names = [name.title() for name in names]
    repeated = [name for name, times in zip(names, TIMES, strict=False) for _ in range(times - 1)]
    lines = [HEADER]
    for index, name in enumerate([*names, *repeated]):
        cercle = index % CERCLES + 1
        region = (cercle - 1) % REGIONS + 1
        code = f"ML{region:02}{cercle:02}"
        lines.append(f"Region {region},ML{region:02},Cercle {cercle},{code},{name},{code}{index // CERCLES + 1:02}")
    return "\n".join([*lines, ""])


def lines_of(content: str) -> Sequence[CommuneLine]:
    """The communes of a list."""
    rows = [line.split(",") for line in content.splitlines()[1:]]
    return [CommuneLine(row[5], row[4], row[2], row[0]) for row in rows]


def namesakes(content: str) -> Mapping[str, Sequence[CommuneLine]]:
    """The names of a list that occur more than once, each with its communes."""
    by_name = defaultdict(list)
    for line in lines_of(content):
        by_name[line.name].append(line)
    return {name: lines for name, lines in by_name.items() if len(lines) > 1}


@pytest.fixture(params=["invented", "real"])
def commune_list(request: pytest.FixtureRequest) -> str:
    """Each of the two lists; the real one is left out where it is not."""
    if request.param == "invented":
        return invented()
    if not COD.exists():
        pytest.skip("the list of communes is kept outside the project")
    return COD.read_text("utf-8-sig").replace("\r\n", "\n")
