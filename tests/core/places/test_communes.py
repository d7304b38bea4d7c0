"""Places are found step by step, or by letters typed on a keypad."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.places.communes import CommuneHit, Place, cercles, commune, communes, loose, regions, search_communes
from tests.core import seed

REAL = (
    ("ML010101", "Bangassi"),
    ("ML020101", "Ouélessébougou"),
    ("ML020102", "Safo"),
    ("ML020103", "Diédougou"),
    ("ML030101", "Diédougou"),
    ("ML030102", "Sikasso"),
    ("ML030103", "Bougouni"),
    ("ML040101", "Ségou"),
    ("ML040102", "Niono"),
    ("ML050101", "Djenné"),
    ("ML050102", "Tiémala-Banimonotié"),
    ("ML060101", "Tombouctou"),
    ("ML090101", "Commune I"),
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ségou", "SEGU"),
        ("Ségou", "segou"),
        ("Ouélessébougou", "welesebugu"),
        ("Ouélessébougou", "Wɛlɛsɛbugu"),
        ("Niono", "Ɲɔnɔ"),
        ("Niono", "gnono"),
        ("Niono", "nyòno"),
        ("Sikasso", "Sikaso"),
        ("Djenné", "jene"),
        ("Bougouni", "bugu ni"),
        ("Koulikoro", "Kulikɔrɔ"),
        ("Koulikoro", "kulicoro"),
        ("Diédougou", "Jedugu"),
        ("Tombouctou", "tombuktu"),
        ("Sɛgu", "Sεgu"),
    ],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert loose(one) == loose(other)


@pytest.mark.parametrize(("one", "other"), [("Safo", "Sofa"), ("Kita", "Kati"), ("Niono", "Nono"), ("Gao", "Goa")])
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert loose(one) != loose(other)


@given(st.text(max_size=40))
def test_the_loose_form_is_small_letters_and_digits(name: str) -> None:
    assert all(letter in "abcdefghijklmnopqrstuvwxyz0123456789" for letter in loose(name))


class TestWithPlaces:
    @pytest.fixture(autouse=True)
    async def planted(self, world: None) -> None:
        await seed.places(*REAL)

    async def names(self, letters: str) -> list[str]:
        return [hit.name for hit in await search_communes(letters)]

    async def test_one_goes_down_from_region_to_commune(self) -> None:
        assert Place("ML03", "Region ML03") in await regions()
        assert await cercles("ML03") == (Place("ML0301", "Cercle ML0301"),)
        assert [place.name for place in await communes("ML0301")] == ["Bougouni", "Diédougou", "Sikasso"]
        assert await communes("ML0399") == ()

    async def test_a_commune_is_known_by_its_code(self) -> None:
        assert await commune("ML020102") == CommuneHit("ML020102", "Safo", "Cercle ML0201", "Region ML02")
        assert await commune("ML999999") is None

    async def test_namesakes_are_told_apart_by_where_they_are(self) -> None:
        assert await search_communes("diedougou") == (
            CommuneHit("ML020103", "Diédougou", "Cercle ML0201", "Region ML02"),
            CommuneHit("ML030101", "Diédougou", "Cercle ML0301", "Region ML03"),
        )

    async def test_names_that_start_so_come_before_names_that_hold_it(self) -> None:
        assert await self.names("bougou") == ["Bougouni", "Ouélessébougou"]

    async def test_the_whole_name_comes_before_longer_ones(self) -> None:
        await seed.places(("ML070101", "Safo Nord"), ("ML070102", "Safo"), ("ML070103", "Ansafo"))
        assert await self.names("safo") == ["Safo", "Safo", "Safo Nord", "Ansafo"]

    @pytest.mark.parametrize("typed", ["sikatso", "sikaso", "iskasso", "sikasbo", "sikass", "siksso", "skasso"])
    async def test_one_wrong_letter_still_finds_the_name(self, typed: str) -> None:
        assert await self.names(typed) == ["Sikasso"]

    async def test_no_guesses_when_the_letters_are_sure(self) -> None:
        await seed.places(("ML070101", "Sikosso"))
        assert await self.names("sikasso") == ["Sikasso"]

    async def test_two_wrong_letters_find_nothing(self) -> None:
        assert await self.names("xikaxxo") == []

    @pytest.mark.parametrize("typed", ["", " ", "%", "_", "*#", "😀"])
    async def test_what_holds_no_letter_finds_nothing(self, typed: str) -> None:
        assert await self.names(typed) == []

    async def test_no_more_than_asked(self) -> None:
        assert len(await search_communes("o", limit=3)) == 3
