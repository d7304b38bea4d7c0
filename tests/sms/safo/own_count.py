"""The count of somebody who has the clerk's rows, the gateway's record and the operators' words, and nothing else.

It shares no line with what it is held against: no module of the product is read here (a test looks). What an answer
means is written out once more, from the gateway's manual and the promise:

| the gateway | the number |
|---|---|
| a row with 100, 101 or 102 | taken |
| a row with 500 to 502, for the third time | failed |
| any other row | failed |
| 429, or 503 with Retry-After | not asked |
| anything else, or no row for the number | may have been taken |
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.sms.safo.village import PAY_DAY, Household

TAKEN = frozenset({100, 101, 102})
AGAIN = frozenset({500, 501, 502})
TRIES = 3
REFUSED = {403: "numéro faux", 406: "a arrêté les SMS chez l'opérateur"}
FAILED = {
    "UserDoesNotExist": "numéro qui n'existe plus",
    "UserInBlackList": "a arrêté les SMS chez l'opérateur",
    "DeliveryFailure": "non remis, l'opérateur n'a pas dit pourquoi",
    "": "téléphone éteint trop longtemps",
}
LAST_WORDS = ("Failed", "Rejected", "Expired")
BROKEN = "panne chez la passerelle SMS"
ABSENT = "téléphone éteint ou hors réseau"
SILENT = "pas d'accusé de réception"
LEFT = "envoi incertain, non renvoyé"
NO_PHONE, FIXED_LINE, NO_DAY = "pas de téléphone", "téléphone fixe", "jour pas encore fixé"


@dataclass(frozen=True)
class Asked:
    """A request for these numbers: the status of the answer (None: none came), and the code of each number in it."""

    numbers: tuple[str, ...]
    status: int | None
    waits: bool
    rows: Mapping[str, int]


@dataclass(frozen=True)
class Copy:
    """An SMS that a number got."""

    id: str
    text: str


@dataclass
class Phone:
    """What is known of a number."""

    copies: int = 0
    answers: list[int | None] = field(default_factory=list)
    """The code of each answer that may have meant it; None: it may have been taken."""
    words: list[tuple[str, str]] = field(default_factory=list)
    """What its operator said, in its order."""

    @property
    def doubted(self) -> bool:
        """Whether an answer ever left open that it was taken."""
        return None in self.answers

    @property
    def uncertain(self) -> bool:
        """Whether that is all that is known now."""
        return bool(self.answers) and self.answers[-1] is None and not self.words

    @property
    def given_up(self) -> int:
        """How many of its SMS the operator gave up."""
        return sum(status in LAST_WORDS for status, _ in self.words)

    @property
    def delivered(self) -> bool:
        """Whether its person was told."""
        return any(status == "Success" for status, _ in self.words)

    @property
    def why_not(self) -> str:
        """Why its person was not told, in the words of the list for the village; "" where they were."""
        if self.delivered:
            return ""
        last = [word for word in self.words if word[0] in LAST_WORDS]
        if last:
            return FAILED[last[-1][1]]
        if self.words:
            return ABSENT
        code = self.answers[-1] if self.answers else None
        if code is None:
            return LEFT
        return SILENT if code in TAKEN else BROKEN if code in AGAIN else REFUSED[code]


def phones_of(rows: Iterable[Household]) -> set[str]:
    """The numbers to be told: mobile ones of households whose day is fixed."""
    return {phone for row in rows if row.day for phone in row.mobiles}


def known(
    numbers: Iterable[str],
    asked: Sequence[Asked],
    words: Mapping[str, Sequence[tuple[str, str]]],
    copies: Mapping[str, int],
) -> dict[str, Phone]:
    """All that is known of each number: what was answered, what its operator said, and how many SMS it got."""
    phones = {number: Phone(copies.get(number, 0), [], list(words.get(number, ()))) for number in numbers}
    for each in asked:
        if each.status == 429 or (each.status == 503 and each.waits):
            continue
        for number in each.numbers:
            phones[number].answers.append(None if each.status != 201 else each.rows.get(number))
    return phones


def standing(phones: Mapping[str, Phone]) -> Counter[str]:
    """How many numbers are where when the gateway has answered and no operator has said a word."""
    return Counter(
        "uncertain" if phone.uncertain else "accepted" if phone.answers[-1] in TAKEN else "failed"
        for phone in phones.values()
    )


def states(phones: Mapping[str, Phone]) -> Counter[str]:
    """How many numbers are where once all words are in and the silence is told."""
    counts: Counter[str] = Counter()
    for phone in phones.values():
        if phone.delivered:
            counts["delivered"] += 1
        elif phone.why_not in (SILENT, ABSENT, LEFT):
            counts["silent"] += 1
        else:
            counts["failed"] += 1
    return counts


def twice(phones: Mapping[str, Phone]) -> set[str]:
    """The numbers that may have read it more than once: an SMS that its operator gave up was read by nobody."""
    return {number for number, phone in phones.items() if phone.copies - phone.given_up > 1}


def why_untold(row: Household, phones: Mapping[str, Phone]) -> str:
    """Why a household was not told; "" where one of its telephones was."""
    if not row.day:
        return NO_DAY
    if not row.phones:
        return NO_PHONE
    if not row.mobiles:
        return FIXED_LINE
    why = [phones[mobile].why_not for mobile in row.mobiles]
    return "" if "" in why else min(why)


def untold(rows: Iterable[Household], phones: Mapping[str, Phone]) -> dict[int, tuple[str, ...]]:
    """The list for the villages, by household: every cell that the case decides on."""
    cells: dict[int, tuple[str, ...]] = {}
    for row in rows:
        why = why_untold(row, phones)
        if why:
            numbers = ", ".join(sorted(_local(phone) for phone in row.phones)) if row.day else ""
            day = PAY_DAY if row.day else ""
            cells[row.number] = (row.village, row.name, numbers, why, str(row.amount), day, "Mairie de Safo")
    return cells


def _local(phone: str) -> str:
    digits = phone.removeprefix("+223")
    return " ".join(digits[at : at + 2] for at in range(0, 8, 2))
