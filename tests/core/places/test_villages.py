"""A village is known by its name, however that is spelled."""

import pytest

from core.places.villages import loose_village


@pytest.mark.parametrize("spelling", ["Faracoro", "Farakoro", "Fàrakoro", "FARA-KORO", "Farakɔrɔ"])
def test_spellings_of_a_village_meet(spelling: str) -> None:
    assert loose_village(spelling) == "farakoro"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Sikoro I", "Sikoro II"), ("Sikoro II", "Sikoro III"), ("Sikoro 1", "Sikoro 11"), ("Kati", "Kita")],
)
def test_villages_that_differ_by_a_number_stay_apart(one: str, other: str) -> None:
    assert loose_village(one) != loose_village(other)


def test_a_number_is_read_however_it_is_set_off() -> None:
    assert loose_village("Sikoro-II") == loose_village("SIKORO ii")
