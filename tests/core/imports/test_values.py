"""What may stand in a cell, and what a person is told when it may not."""

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imports import values
from core.imports.values import BadValue, Reader
from core.numbers.identifiers import household_no

DAY = values.day(date(2013, 1, 1), date(2028, 12, 31))
YEAR = values.year(1900, 2016)
CODES = values.codes(("TM", "MA", "CASH+"))
STATUS = values.one_of(("paid", "not_eligible"))


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (DAY, "2026-12-31", date(2026, 12, 31)),
        (DAY, "31/12/2026", date(2026, 12, 31)),
        (DAY, "1/2/2026", date(2026, 2, 1)),
        (DAY, "2026-12-31 00:00:00", date(2026, 12, 31)),
        (values.amount, "30000", 30_000),
        (values.amount, "30 000", 30_000),
        (values.amount, "30 000 F CFA", 30_000),
        (values.amount, "30000F", 30_000),
        (values.amount, "1 500 000 fcfa", 1_500_000),
        (values.amount, "30000,00", 30_000),
        (values.hour, "08:30", time(8, 30)),
        (values.hour, "8h30", time(8, 30)),
        (values.hour, "8 h", time(8)),
        (values.hour, "8h", time(8)),
        (values.hour, "8 h 30", time(8, 30)),
        (values.hour, "08:00:00", time(8)),
        (YEAR, "1970", 1970),
        (CODES, "tm; Cash+", "CASH+;TM"),
        (CODES, "TM TM,MA", "MA;TM"),
        (STATUS, "PAID", "paid"),
        (values.phone, "76 12 34 56", "+22376123456"),
        (values.phone, "0022376123456", "+22376123456"),
        (values.household_no, f"{household_no(1234567)[:4]} {household_no(1234567)[4:]}", household_no(1234567)),
        (values.household_no, household_no(1234567)[:7] + "x", household_no(1234567)[:7] + "X"),
        (values.household_no, "kt/02 /0117-b", "KT/02/0117-B"),
        (values.household_no, "007", "007"),
        (values.household_no, "x" * 40, "X" * 40),
        (values.spelling, "kt/02 /0117-b", "kt/02 /0117-b"),
        (values.spelling, "007", None),
        (values.pcode, "ml020529", "ML020529"),
        (values.place, "École 2, lot. 76 (face à la mairie)", "École 2, lot. 76 (face à la mairie)"),
        (values.place, "Orange Money", "Orange Money"),
        (values.person_name, "Code Traoré 2", "Code Traoré 2"),
        (values.name, "Tènin Ŋɔlɔn N'Tji œuvre", "Tènin Ŋɔlɔn N'Tji œuvre"),
    ],
)
def test_a_good_cell(read: Reader, text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "reason"),
    [
        (DAY, "12/31/2026", "le mois est écrit d'abord"),
        (DAY, "31/02/2026", "ce jour n'existe pas"),
        (DAY, "31/12/26", "date attendue comme 31/12/2026"),
        (DAY, "46023", "date attendue"),
        (DAY, "31/12/2062", "hors limites : du 01/01/2013 au 31/12/2028"),
        (values.amount, "30.000", "montant attendu en francs entiers"),
        (values.amount, "30000.5", "montant attendu en francs entiers"),
        (values.amount, "-30000", "montant attendu en francs entiers"),
        (values.amount, "0", "hors de toute mesure"),
        (values.amount, "30000000", "hors de toute mesure"),
        (values.hour, "25:00", "cette heure n'existe pas"),
        (values.hour, "matin", "heure attendue comme 8h30"),
        (YEAR, "70", "année attendue, de 1900 à 2016"),
        (YEAR, "2020", "année attendue"),
        (CODES, "TM;XX", "composante inconnue : XX"),
        (STATUS, "payé", "attendu : paid, not_eligible"),
        (values.phone, "12345", "numéro de téléphone inutilisable"),
        (values.phone, "2.2376E+10", "numéro de téléphone inutilisable"),
        (values.household_no, "x" * 41, "trop long : 41 caractères, 40 au plus"),
        (values.household_no, "KT\x0012", "caractère illisible"),
        (values.household_no, "KÃ©nÃ©dougou 12", "accents abîmés"),
        (values.pcode, "Safo !", "code de lieu"),
        (values.place, "appelez 76 00 00 00 et donnez votre code", "Ce numéro n'est pas un contact du programme"),
        (values.place, "Caisse, donnez votre code PIN", "Ne demandez ni code"),
        (values.place, "Mairie www.jigi-cadeau.com", "Pas de lien"),
        (values.public_words(80), "Apportez 5 000 F pour le dossier", "Ne demandez pas d'argent"),
        (values.person_name, "Awa, rappelez le 76 00 00 00", "Ce numéro n'est pas un contact"),
        (values.person_name, "Awa donnez votre code", "Ne demandez ni code"),
        (values.name, "x" * 61, "trop long : 61 caractères, 60 au plus"),
        (values.name, "Awa 😀", r"« 😀 » \(U\+1F600\)"),
        (values.name, "عائشة", r"U\+0639"),
        (values.name, "A\x00wa", r"U\+0000"),
    ],
)
def test_a_bad_cell_says_why(read: Reader, text: str, reason: str) -> None:
    with pytest.raises(BadValue, match=reason):
        read(text)


@given(st.integers(1, values.LARGEST_AMOUNT))
def test_an_amount_is_read_however_its_thousands_are_parted(amount: int) -> None:
    assert values.amount(f"{amount:,}".replace(",", " ") + " F") == values.amount(str(amount)) == amount


@given(st.text(min_size=1, max_size=70))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    for read in (DAY, values.amount, values.hour, YEAR, CODES, STATUS, values.phone, values.household_no, values.pcode):
        with suppress(BadValue):
            read(text)
