"""The spellings of great names, as data, and how like two names are."""

from collections import Counter

from core.places.communes import loose
from core.registry.spellings import is_as_typed, likeness, spelled_together, spellings


def test_a_name_stands_in_one_line() -> None:
    lines = [{loose(spelling) for spelling in names} for names in spelled_together()]
    several = {form for form, times in Counter(form for line in lines for form in line).items() if times > 1}
    assert several == set()
    assert len(lines) >= 40


def test_each_word_has_its_spellings_behind_it() -> None:
    (traore, *others), (awa, *none) = spellings("traore  Awa")
    assert (traore, awa, none) == ("traore", "Awa", [])
    assert {"Traoré", "Tarawele"} <= set(others)
    assert spellings(" - ' ") == []


def test_a_name_is_as_typed_where_each_word_begins_one_of_its_own() -> None:
    assert is_as_typed("trao AWA", "Awa Traoré")
    assert not is_as_typed("Tarawele Awa", "Awa Traoré")


def test_the_nearest_is_the_likest() -> None:
    assert likeness("Djeneba Togola", "Djénébou Togola") > 0.8 > likeness("Djeneba Togola", "Moussa Togola") > 0.5
    assert likeness("Tarawele", "Awa Traoré") == 1.0
    assert likeness("", "Awa") == likeness("Awa", "") == 0.0
