"""A programme's communes come in once as a list, and a second time it changes nothing."""

from pathlib import Path

import pytest

from core.imports.importing import run
from core.imports.kinds import ImportKind
from tests.support.commune_list import COMMUNES, TIMES, commune_list, namesakes
from tests.support.database import count, query

__all__ = ["commune_list"]
pytestmark = pytest.mark.usefixtures("world")


async def test_all_communes_of_the_country_come_in_once(tmp_path: Path, commune_list: str) -> None:
    path = tmp_path / "communes.csv"
    path.write_text(commune_list, encoding="utf-8")
    report = await run(ImportKind.COMMUNES, path)
    assert (report.rows, report.created, report.bad) == (COMMUNES, COMMUNES, 0)
    assert (await count("region"), await count("cercle")) == (9, 50)
    again = await run(ImportKind.COMMUNES, path)
    assert (again.created, again.changed, again.unchanged) == (0, 0, COMMUNES)
    times = sorted((len(lines) for lines in namesakes(commune_list).values()), reverse=True)
    assert times == list(TIMES)
    several = "SELECT count(*) FROM commune GROUP BY name HAVING count(*) > 1 ORDER BY 1 DESC"
    assert [row[0] for row in await query(several)] == times, "each with a code of its own"
