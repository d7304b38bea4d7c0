"""The case of Safo: 306 invented households as a clerk has them in French Excel, and the files that come of it.

| households | telephone |
|---|---|
| 58 | none, written in three ways |
| 6 | a fixed line |
| 208 | one of their own, 12 of them a second one too |
| 34 | that of a neighbour |

220 mobile phones. Nothing here is the product's: the files are written as Excel writes them, and the count
(`own_count`) reads the same rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import openpyxl

VILLAGES: Final = ("Dialakoroba", "Kola", "Safo-Centre", "Sirakoro", "Tassan", "Zorokoro")
FIRST_NAMES: Final = ("Awa", "Binta", "Cheick", "Djénéba", "Fanta", "Kadiatou", "Moussa", "Oumar", "Séga", "Zeïnabou")
LAST_NAMES: Final = ("Traoré", "Keïta", "Coulibaly", "Diarra", "Koné", "Sissoko", "Dembélé")
NONE_WRITTEN: Final = ("", "néant", "-")
WITHOUT, FIXED, OWN, SHARED, LATE = 58, 6, 200, 34, 8
SECOND: Final = 12
NO_DAY: Final = 3
BROKEN_CELLS: Final = 4
"""Telephones of a first file that are what a lookup that came to nothing shows."""

UNCLAIMED_EVERY: Final = 7
"""Of the households with a day, each seventh did not come: 44."""

PAY_DAY, LAST_DAY = "30/11/2026", "12/12/2026"
PAID_ON: Final = "30/11/2026"


@dataclass(frozen=True)
class Household:
    """A household as the programme has it; `phones` are E.164, `day` whether its pay day is fixed."""

    number: int
    name: str
    village: str
    language: str
    phones: tuple[str, ...]
    amount: int
    day: bool = True
    unclaimed: bool = False

    @property
    def mobiles(self) -> tuple[str, ...]:
        """Its telephones that get SMS: those of Mali that begin with 2 are fixed."""
        return tuple(phone for phone in self.phones if not phone.startswith("+2232"))


def mobile(place: int) -> str:
    """The telephone at a place of the list: of three operators in turn."""
    return f"+223{('76', '66', '50')[place % 3]}{place:06}"


def households() -> tuple[Household, ...]:
    """All 306, always the same."""
    rows = [_household(place, phones) for place, phones in enumerate(_phones())]
    with_day = [row for row in rows if row.day]
    late = {row.number for row in with_day[::UNCLAIMED_EVERY]}
    return tuple(Household(**{**row.__dict__, "unclaimed": row.number in late}) for row in rows)


def _phones() -> Iterator[tuple[str, ...]]:
    for _ in range(WITHOUT):
        yield ()
    for place in range(FIXED):
        yield (f"+223202216{place:02}",)
    for place in range(OWN):
        second = (mobile(OWN + place),) if place < SECOND else ()
        yield (mobile(place), *second)
    for place in range(SHARED):
        yield (mobile(place),)
    for place in range(LATE):
        yield (mobile(OWN + SECOND + place),)


def _household(place: int, phones: tuple[str, ...]) -> Household:
    sharing = place - (WITHOUT + FIXED + OWN)
    owner = place if not 0 <= sharing < SHARED else WITHOUT + FIXED + sharing
    return Household(
        number=81_000_000 + place,
        name=f"{FIRST_NAMES[place % len(FIRST_NAMES)]} {LAST_NAMES[place % len(LAST_NAMES)]}",
        village=VILLAGES[owner % len(VILLAGES)],
        language="français" if owner % 5 == 0 else "bambara",
        phones=phones,
        amount=45_000 if VILLAGES[owner % len(VILLAGES)] == "Tassan" else 30_000,
        day=not 0 <= sharing < NO_DAY,
    )


# The files


def registry_workbook(rows: Iterable[Household], *, broken: int = 0) -> bytes:
    """The households as a workbook: numbers as Excel keeps them, and `broken` telephones that show #N/A."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Ménages"
    sheet.append(["Liste des ménages de Safo, T4 2026"])
    sheet.append(
        ["N° ménage", "Nom du chef de ménage", "Année naissance", "Téléphone", "Téléphone 2", "Code commune", "Village",
         "Langue", "Statut", "Composantes"]
    )  # fmt: skip
    left = broken
    for place, row in enumerate(rows):
        phones = [_cell(phone, place) for phone in row.phones]
        first = phones[0] if phones else NONE_WRITTEN[place % len(NONE_WRITTEN)]
        if row.mobiles and left:
            first, left = "#N/A", left - 1
        second = phones[1] if len(phones) > 1 else None
        sheet.append(
            [row.number, row.name, 1950 + place % 50, first, second, "ML020201", row.village, row.language,
             "bénéficiaire", "TM"]
        )  # fmt: skip
        if first == "#N/A":
            sheet.cell(sheet.max_row, 4).data_type = "e"
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(phone: str, place: int) -> object:
    """A telephone as people type it: a number, digits in pairs, or with the country before it."""
    digits = phone.removeprefix("+223")
    pairs = " ".join(digits[at : at + 2] for at in range(0, 8, 2))
    return (int(digits), float(digits), pairs, f"00223{digits}")[place % 4]


def payments_sheet(rows: Iterable[Household]) -> bytes:
    """The payments as French Excel exports them: semicolons, Windows-1252, sums with a space that does not break."""
    lines = ["N° ménage;Composante;Tour;Date de paiement;Dernier jour;Lieu;Agence;Montant FCFA;État"]
    for row in rows:
        day, last, state = (PAY_DAY, LAST_DAY, "annoncé") if row.day else ("", "", "prévu")
        lines.append(f"{row.number};TM;T4 2026;{day};{last};Mairie de Safo;;{_sum(row.amount)};{state}")
    return _windows(lines)


def results_sheet(rows: Iterable[Household]) -> bytes:
    """What the agency says after the day: who was paid when, and who did not come."""
    lines = ["N° ménage;Composante;Tour;Montant FCFA;État;Payé le;Dernier jour"]
    for row in rows:
        if row.day:
            state, paid_on = ("non retiré", "") if row.unclaimed else ("payé", PAID_ON)
            lines.append(f"{row.number};TM;T4 2026;{_sum(row.amount)};{state};{paid_on};{LAST_DAY}")
    return _windows(lines)


def _sum(amount: int) -> str:
    return f"{amount // 1000}\xa0{amount % 1000:03}"


def _windows(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")
