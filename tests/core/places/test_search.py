"""A commune is found by what people write: its name as it sounds, its cercle and region beside it, the best first."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.places.communes import CommuneHit, loose
from core.places.likeness import PlaceKind
from core.places.names import places_named
from core.places.search import KnownPlace, places_like, search, search_communes
from tests.core import seed

COD = Path(__file__).parents[4] / "shared/domain/communes-cod2015.csv"

REGIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "Kayes": {"Kayes": ("Bangassi", "Kayes Commune", "Koussane"), "Kita": ("Kita Commune", "Benkadi Founia")},
    "Koulikouro": {
        "Kati": ("Diedougou", "Kati Commune", "Safo", "Siby", "Sanankoroba"),
        "Dioila": ("Diedougou", "Benkadi"),
        "Koulikoro": ("Koulikoro Commune", "Nyamina"),
    },
    "Sikasso": {"Sikasso": ("Sikasso Commune", "Kignan"), "Koutiala": ("Diedougou", "Zangasso")},
    "Segou": {"Bla": ("Bla", "Diedougou", "Touna"), "San": ("San Commune", "Sourountouna")},
    "Mopti": {"Tenenkou": ("Tenenkou Commune", "Ouro Ardo"), "Koro": ("Koro", "Barapireli")},
    "Gao": {"Gao": ("Gao", "Gabero", "Sony Aliber"), "Ansongo": ("Ouatagouna", "Ansongo")},
    "Bamako": {"Bamako": ("Commune I", "Commune II", "Commune V")},
}
"""Real names, as the list of the programme has them."""


def _planted() -> list[KnownPlace]:
    places = []
    for r, (region, cercles) in enumerate(REGIONS.items(), 1):
        places.append(KnownPlace(PlaceKind.REGION, f"ML{r:02}", region, "", ""))
        for c, (cercle, communes) in enumerate(cercles.items(), 1):
            places.append(KnownPlace(PlaceKind.CERCLE, f"ML{r:02}{c:02}", cercle, "", region))
            places += [
                KnownPlace(PlaceKind.COMMUNE, f"ML{r:02}{c:02}{n:02}", name, cercle, region)
                for n, name in enumerate(communes, 1)
            ]
    return places


MALI = _planted()


def communes_like(places: list[KnownPlace], written: str) -> list[KnownPlace]:
    return list(search(places, written).communes)


def shown(written: str) -> list[str]:
    """The communes meant, with their cercles."""
    return [f"{place.name}, {place.cercle}" for place in communes_like(MALI, written)]


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("Safo", "Safo, Kati"),
        ("safo", "Safo, Kati"),
        ("Safo Kati", "Safo, Kati"),
        ("kati safo", "Safo, Kati"),
        ("safo, kati", "Safo, Kati"),
        ("Safo (Kati)", "Safo, Kati"),
        ("commune de Safo", "Safo, Kati"),
        ("la commune de Safo", "Safo, Kati"),
        ("commune de Safo, cercle de Kati", "Safo, Kati"),
        ("Safo cercle de Kati région de Koulikoro", "Safo, Kati"),
        ("komini Safo", "Safo, Kati"),
        ("cercle de Kati, commune de Safo", "Safo, Kati"),
        ("Région Koulikoro cercle Kati commune Safo", "Safo, Kati"),
        ("commune de Kati", "Kati Commune, Kati"),
        ("Diédougou Koutiala", "Diedougou, Koutiala"),
        ("jedugu, cercle de Bla", "Diedougou, Bla"),
        ("Diedougou Sikasso", "Diedougou, Koutiala"),
        ("commune de Diedougou, région de Ségou", "Diedougou, Bla"),
        ("diedougou koutialla", "Diedougou, Koutiala"),
        ("diedougou kutiala", "Diedougou, Koutiala"),
        ("sanankoro kati", "Sanankoroba, Kati"),
        ("sikatso", "Sikasso Commune, Sikasso"),
        ("zangaso", "Zangasso, Koutiala"),
        ("zanggaso koutiala", "Zangasso, Koutiala"),
        ("aliber", "Sony Aliber, Gao"),
        ("aliber sony", "Sony Aliber, Gao"),
        ("Commune 5", "Commune V, Bamako"),
        ("commune 1 de Bamako", "Commune I, Bamako"),
        ("commune i", "Commune I, Bamako"),
        ("Koulikoro", "Koulikoro Commune, Koulikoro"),
        ("Wuro Aridɔ", "Ouro Ardo, Tenenkou"),
    ],
)
def test_the_commune_that_is_meant_comes_first(written: str, first: str) -> None:
    assert shown(written)[:1] == [first]


def test_the_name_comes_before_longer_ones_then_a_word_then_a_part_and_a_slip_only_for_want_of_them() -> None:
    places = [
        KnownPlace(PlaceKind.COMMUNE, name, name, "Kati", "Koulikoro")
        for name in ("Ansafobe", "Bougou Safola", "Safo Nord", "Safo", "Sabo")
    ]
    assert [place.name for place in communes_like(places, "safo")] == ["Safo", "Safo Nord", "Bougou Safola", "Ansafobe"]
    assert [place.name for place in communes_like(places, "sado")] == ["Sabo", "Safo"]
    assert [place.name for place in communes_like(places, "safoo nordd")] == ["Safo Nord"]


def test_a_slip_in_the_whole_name_comes_before_one_in_how_a_name_begins() -> None:
    places = [KnownPlace(PlaceKind.COMMUNE, name, name, "Kati", "Koulikoro") for name in ("Bamako Rural", "Bamaku")]
    assert [place.name for place in communes_like(places, "bamaki")] == ["Bamaku", "Bamako Rural"]


def test_namesakes_are_all_shown_and_one_by_its_cercle_or_region() -> None:
    assert shown("diedougou") == [f"Diedougou, {cercle}" for cercle in ("Bla", "Dioila", "Kati", "Koutiala")]
    assert shown("diedougou kati") == ["Diedougou, Kati"]
    assert shown("diedougou région Koulikoro") == ["Diedougou, Dioila", "Diedougou, Kati"]
    assert shown("diedougou gao") == []


@pytest.mark.parametrize(
    ("written", "wider"),
    [
        ("cercle de Kati", "Kati"),
        ("Cercle Kati", "Kati"),
        ("kubeda kati", "Kati"),
        ("région de Kayes", "Kayes"),
        ("REGION SEGU", "Segou"),
        ("dioila", "Dioila"),
        ("Commune de Dioila", "Dioila"),
        ("Mopti", "Mopti"),
        ("bamako", "Bamako"),
        ("Safo", None),
        ("kati", None),
        ("Safo cercle de Kati", None),
        ("cercle de Xyz", None),
        ("zzzz", None),
    ],
)
def test_a_cercle_or_region_is_known_where_it_is_named_or_no_commune_is(written: str, wider: str | None) -> None:
    place = search(MALI, written).wider
    assert (place and place.name) == wider


@pytest.mark.parametrize(
    ("written", "labels"),
    [
        ("kati", [PlaceKind.CERCLE, PlaceKind.COMMUNE]),
        ("cercle de kati", [PlaceKind.CERCLE]),
        ("commune de kati", [PlaceKind.COMMUNE]),
        ("Gao", [PlaceKind.REGION, PlaceKind.CERCLE, PlaceKind.COMMUNE]),
        ("région de Gao", [PlaceKind.REGION]),
        ("cercle de Kati, commune de Safo", [PlaceKind.COMMUNE]),
    ],
)
def test_the_desk_is_given_every_kind_of_place_so_called_the_wider_first(written: str, labels: list[PlaceKind]) -> None:
    assert [place.kind for place in places_like(MALI, written)] == labels


def test_a_cercle_gives_its_communes_and_no_others() -> None:
    assert {place.cercle for place in communes_like(MALI, "cercle de Kati")} == {"Kati"}
    assert len(communes_like(MALI, "cercle de Kati")) == 5
    assert {place.region for place in communes_like(MALI, "région Gao")} == {"Gao"}
    assert {place.cercle for place in communes_like(MALI, "dioila")} == {"Dioila"}


NONSENSE = (
    "xzq",
    "aaaa",
    "de la",
    "a",
    "e",
    "i",
    "o",
    "u",
    "",
    " ",
    "%",
    "_",
    "*#",
    "😀",
    "zzzz",
    "12345678",
    "la de du",
    "cercle",
    "région de",
    "s",
)


@pytest.mark.parametrize("written", NONSENSE)
def test_nonsense_finds_nothing(written: str) -> None:
    assert communes_like(MALI, written) == []
    assert search(MALI, written).wider is None
    assert places_like(MALI, written) == []


def test_small_words_alone_name_nothing_and_the_beginning_of_a_name_does() -> None:
    places = [KnownPlace(PlaceKind.COMMUNE, "ML010101", "Delaso", "Kita", "Kayes")]
    assert communes_like(places, "de la") == []
    assert communes_like(places, "dela") == places


def test_of_all_that_is_said_of_where_it_lies_the_unlikest_counts() -> None:
    places = [KnownPlace(PlaceKind.COMMUNE, region, "Safo", "Koro", region) for region in ("Mopta", "Mopti", "Gao")]
    assert [place.region for place in communes_like(places, "Safo, Koro, Mopti")] == ["Mopti", "Mopta"]


NAMES = [place.name for place in MALI]
MISTYPED = (
    st.sampled_from(NAMES)
    .flatmap(lambda name: st.tuples(st.just(name), st.integers(0, len(name)), st.text("abdegiknorsuz ", max_size=2)))
    .map(lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] + 1 :])
)


@given(st.one_of(st.text(max_size=12), st.text("aeioukbsdgnm ", max_size=8), MISTYPED))
@example("bou")
@example("kayes")
def test_whatever_is_found_shares_its_letters_with_what_was_written(written: str) -> None:
    """Most letters typed stand in the name in their order, or in those of what it lies in."""
    for place in communes_like(MALI, written):
        letters = "".join(map(loose, (place.name, place.cercle, place.region, place.name)))
        kinds = sum(len(word) for word in ("commune", "cercle", "region") if word in written.lower())
        typed = loose(written)
        assert len(typed) >= 2
        assert _in_order(typed, letters) >= len(typed) - 2 - kinds, place


def _in_order(typed: str, letters: str) -> int:
    """How many of the letters typed stand in others in their order (the longest common subsequence)."""
    row = [0] * (len(letters) + 1)
    for one in typed:
        before = row[:]
        for at, other in enumerate(letters, 1):
            row[at] = before[at - 1] + 1 if one == other else max(before[at], row[at - 1])
    return row[-1]


class TestInTheRegistry:
    @pytest.fixture(autouse=True)
    async def planted(self, world: None) -> None:
        await seed.places(
            ("ML020101", "Ouélessébougou"), ("ML020102", "Safo"), ("ML020103", "Diédougou"), ("ML030101", "Diédougou"),
            ("ML030102", "Sikasso"), ("ML030103", "Bougouni"),
        )  # fmt: skip

    async def names(self, letters: str) -> list[str]:
        return [hit.name for hit in await search_communes(letters)]

    async def test_namesakes_are_told_apart_by_where_they_are(self) -> None:
        assert await search_communes("diedougou") == (
            CommuneHit("ML020103", "Diédougou", "Cercle ML0201", "Region ML02"),
            CommuneHit("ML030101", "Diédougou", "Cercle ML0301", "Region ML03"),
        )

    async def test_names_that_start_so_come_before_names_that_hold_it(self) -> None:
        assert await self.names("bougou") == ["Bougouni", "Ouélessébougou"]

    @pytest.mark.parametrize("typed", ["sikatso", "sikaso", "iskasso", "sikasbo", "sikass", "siksso", "skasso"])
    async def test_one_wrong_letter_still_finds_the_name(self, typed: str) -> None:
        assert await self.names(typed) == ["Sikasso"]

    async def test_no_guesses_when_the_letters_are_sure(self) -> None:
        await seed.places(("ML070101", "Sikosso"))
        assert await self.names("sikasso") == ["Sikasso"]

    async def test_two_wrong_letters_find_nothing(self) -> None:
        assert await self.names("xikaxxo") == []

    async def test_no_more_than_asked(self) -> None:
        assert len(await search_communes("diedougou", limit=1)) == 1

    async def test_the_desk_finds_the_same_places_by_the_same_rule(self) -> None:
        assert [place.label for place in await places_named("safo")] == ["commune Safo, Cercle ML0201, Region ML02"]
        assert [place.pcode for place in await places_named("ml0301")] == ["ML0301"]
        assert [place.pcode for place in await places_named("jedugu")] == ["ML020103", "ML030101"]
        assert await places_named("de la") == ()


@pytest.fixture(scope="module")
def real() -> list[KnownPlace]:
    if not COD.exists():
        pytest.skip("the list of communes is kept outside the project")
    with COD.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    places = {
        row["region_pcode"]: KnownPlace(PlaceKind.REGION, row["region_pcode"], row["region"], "", "") for row in rows
    }
    places |= {
        row["cercle_pcode"]: KnownPlace(PlaceKind.CERCLE, row["cercle_pcode"], row["cercle"], "", row["region"])
        for row in rows
    }
    places |= {
        row["commune_pcode"]: KnownPlace(
            PlaceKind.COMMUNE, row["commune_pcode"], row["commune"], row["cercle"], row["region"]
        )
        for row in rows
    }
    return list(places.values())


@pytest.mark.parametrize(
    ("typed", "first", "on_the_first_page"),
    [
        ("{0}", 0.97, 1.0),
        ("{0} {1}", 1.0, 1.0),
        ("commune de {0}", 0.97, 1.0),
        ("commune de {0}, cercle de {1}", 1.0, 1.0),
    ],
)
def test_of_the_real_communes_the_one_meant_is_first(
    real: list[KnownPlace], typed: str, first: float, on_the_first_page: float
) -> None:
    communes = [place for place in real if place.kind is PlaceKind.COMMUNE][::3]  # a third: it takes seconds
    places = [_place_of(communes_like(real, typed.format(each.name, each.cercle)), each) for each in communes]
    assert sum(place == 0 for place in places) / len(communes) >= first
    assert sum(place < 5 for place in places) / len(communes) >= on_the_first_page


def _place_of(hits: list[KnownPlace], wanted: KnownPlace) -> int:
    return hits.index(wanted) if wanted in hits else len(hits) + 99
