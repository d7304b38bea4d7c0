"""A commune typed at the desk: where several have the name, they are told apart by cercle and region, and chosen."""

from pathlib import Path

from starlette.datastructures import QueryParams

from core.imports.importing import run
from core.imports.kinds import ImportKind
from desk.places.commune_field import read_commune
from tests.desk.browser import Browser, seen
from tests.support.commune_list import commune_list, lines_of, namesakes

__all__ = ["commune_list"]


async def test_of_a_whole_country_every_namesake_can_be_chosen(world: None, tmp_path: Path, commune_list: str) -> None:
    path = tmp_path / "communes.csv"
    path.write_text(commune_list, encoding="utf-8")
    await run(ImportKind.COMMUNES, path)
    for name, lines in namesakes(commune_list).items():
        field = await read_commune(QueryParams(commune=name))
        assert (field.pcode, field.error) == (None, "Plusieurs communes : choisissez.")
        named = {hit.pcode: (hit.name, hit.cercle, hit.region) for hit in field.choices}
        assert named.keys() >= {line.pcode for line in lines}
        assert len(set(named.values())) == len(named)
        for line in lines:
            chosen = await read_commune(QueryParams(commune=name, commune_pcode=line.pcode))
            assert (chosen.pcode, chosen.error) == (line.pcode, "")


async def test_the_page_shows_where_each_is(awa: Browser, tmp_path: Path, commune_list: str) -> None:
    path = tmp_path / "communes.csv"
    path.write_text(commune_list, encoding="utf-8")
    await run(ImportKind.COMMUNES, path)
    name, lines = next(iter(namesakes(commune_list).items()))
    page = seen(await awa.submit("/desk/register", commune=name, do="file"))
    for line in lines:
        assert f"{line.name} ({line.cercle}, {line.region})" in page
    assert lines_of(commune_list)
