"""Places are found step by step, by their codes, and their names sound alike however they are spelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.places.communes import CommuneHit, Place, cercles, commune, commune_of_digits, communes, loose, regions
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

    async def test_one_goes_down_from_region_to_commune(self) -> None:
        assert Place("ML03", "Region ML03") in await regions()
        assert await cercles("ML03") == (Place("ML0301", "Cercle ML0301"),)
        assert [place.name for place in await communes("ML0301")] == ["Bougouni", "Diédougou", "Sikasso"]
        assert await communes("ML0399") == ()

    async def test_a_commune_is_known_by_its_code(self) -> None:
        assert await commune("ML020102") == CommuneHit("ML020102", "Safo", "Cercle ML0201", "Region ML02")
        assert await commune("ML999999") is None

    @pytest.mark.parametrize(("digits", "name"), [("020102", "Safo"), ("090101", "Commune I")])
    async def test_a_commune_is_known_by_the_digits_of_its_code(self, digits: str, name: str) -> None:
        place = await commune_of_digits(digits)
        assert place is not None
        assert place.name == name

    @pytest.mark.parametrize("digits", ["", "0201", "999999", "20102", "ML020102", "%", "٠٢٠١٠٢"])
    async def test_other_digits_are_no_commune_of_another(self, digits: str) -> None:
        assert await commune_of_digits(digits) is None
