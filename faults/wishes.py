"""What somebody who calls the line wants, and how they see on the screen that they have it; all speak French."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

OPTION: Final = re.compile(r"^(\d+) (.+)$", re.MULTILINE)
NUMBER: Final = re.compile(r"Num[eé]ro : (\d+)")


@dataclass(frozen=True, slots=True)
class Wish:
    """One act of the line: beginnings of the options on the way to it, the last first, and what is told at its end.

    `registered`: only a household that was paid can want it. `settled` is on a page once the act was done before.
    """

    name: str
    way: Sequence[str]
    told: re.Pattern[str]
    registered: bool = False
    settled: str = ""

    def key(self, page: str) -> str | None:
        """What is typed at a page; None where nothing there leads on."""
        options: dict[str, str] = {label: key for key, label in OPTION.findall(page)}
        for wanted in (*self.way, "Continuer"):
            for label, key in options.items():
                if label.startswith(wanted):
                    return key
        return None

    def is_told(self, page: str) -> bool:
        """Whether a page says that it was done, now or before."""
        return bool(self.told.search(page) or (self.settled and self.settled in page))


FILE: Final = Wish("file", ("Oui", "Savoir", "Autre", "Faire une plainte"), NUMBER)
ANSWERED: Final = r"\A(?!.*Avez-vous recu)Pay. le"
"""A payment that is not asked about any more: who was not told a number finds it among their complaints, and by SMS."""

NO_MONEY: Final = Wish(
    "no money",
    ("Oui", "Je n'ai rien", "Avez-vous recu", "Date de paiement"),
    re.compile(f"{NUMBER.pattern}|{ANSWERED}", re.DOTALL),
    registered=True,
)
MONEY_CAME: Final = Wish(
    "money came",
    ("Tout", "Avez-vous recu", "Date de paiement"),
    re.compile(f"C'est not|{ANSWERED}", re.DOTALL),
    registered=True,
)
CALL_ME: Final = Wish("call me", ("Oui", "Rappelez-moi", "Aide"), re.compile(r"Nous appellerons le [\d ]+(?=\Z|\n1 D)"))
STOP: Final = Wish(
    "stop",
    ("Oui", "Ne plus recevoir", "Stopper les SMS", "Aide"),
    re.compile("Vous ne recevrez plus"),
    settled="Recevoir les SMS",
)
WISHES: Final = (FILE, FILE, NO_MONEY, MONEY_CAME, CALL_ME, STOP)
"""Complaints are wanted by two callers of six."""

OF_THE_LAST_RELEASE: Final = (FILE, STOP)
"""What its line offers too, and does once whoever dials again."""
