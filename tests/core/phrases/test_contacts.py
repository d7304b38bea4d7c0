"""Whom to call, a line for each: the same in every place that says it."""

from collections.abc import Iterator
from datetime import time

import pytest

from core.phrases.contacts import contacts_told
from core.places.contacts import NOBODY, NearContacts
from core.platform.settings import Settings, settings
from core.text.languages import Language
from core.text.translator import translator

BM, FR = Language("bm"), Language("fr")
PHONES = "20 22 16 15, 20 22 16 17"
NEAR = NearContacts("+22370000101", "+22320200102", time(8), time(15, 30), "Caisse Kanaga", "+22370000103")


@pytest.fixture(autouse=True)
def _read_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def told(near: NearContacts, language: Language = FR) -> list[str]:
    return contacts_told(translator(language), near)


def test_committee_town_hall_and_agency_come_before_the_programme() -> None:
    assert told(NEAR) == [
        "Comité : 70 00 01 01",
        "Mairie : 20 20 01 02, de 8 h à 15 h 30",
        "Caisse Kanaga : 70 00 01 03",
        f"Jigisèmèjiri : {PHONES}",
    ]
    assert told(NEAR, BM) == [
        "Komite: 70 00 01 01",
        "Meri: 20 20 01 02, nɛgɛkanɲɛ 8 fo nɛgɛkanɲɛ 15 ni sanga 30",
        "Caisse Kanaga: 70 00 01 03",
        f"Jigisɛmɛjiri: {PHONES}",
    ]


def test_what_is_not_known_is_not_said() -> None:
    assert told(NearContacts(agency_phone="+22370000103"))[0] == "Agence de paiement : 70 00 01 03"
    assert told(NearContacts(town_hall_phone="+22320200102", town_hall_opens=time(8)))[0] == "Mairie : 20 20 01 02"
    assert told(NearContacts("+22370000101", agency_name="Caisse Kanaga"))[1] == f"Jigisèmèjiri : {PHONES}"


def test_where_nobody_near_is_known_the_programme_and_its_address_are_told() -> None:
    assert told(NOBODY) == [
        f"Jigisèmèjiri : {PHONES}",
        "Adresse : Bamako, Hamdallaye ACI 2000, Rue 329, Porte 120",
    ]


def test_the_hours_of_the_programme_are_told_where_they_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_CONTACT_HOURS", "08:00,16:00")
    assert told(NOBODY)[0] == f"Jigisèmèjiri : {PHONES}, de 8 h à 16 h"
    assert told(NOBODY, BM)[0] == f"Jigisɛmɛjiri: {PHONES}, nɛgɛkanɲɛ 8 fo nɛgɛkanɲɛ 16"


@pytest.mark.parametrize("hours", ["08:00", "16:00,08:00", "08:00,12:00,16:00", "eight,four"])
def test_hours_that_are_none_stop_the_start(monkeypatch: pytest.MonkeyPatch, hours: str) -> None:
    monkeypatch.setenv("JIGI_CONTACT_HOURS", hours)
    with pytest.raises(ValueError, match="contact_hours"):
        settings()


def test_no_hours_are_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_CONTACT_HOURS", "")
    assert Settings().contact_hours == ()


def test_a_number_that_is_not_of_mali_is_told_as_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_CONTACT_PHONES", "36 000,+33 1 23 45 67 89")
    monkeypatch.setenv("JIGI_CONTACT_ADDRESS", "")
    assert told(NOBODY) == ["Jigisèmèjiri : 36 000, +33 1 23 45 67 89"]


def test_nothing_is_told_of_a_programme_without_telephones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_CONTACT_PHONES", "")
    assert told(NEAR) == told(NEAR)[:3]
