"""Demonstration phones, one for each situation a caller can be in; the households behind them do not exist."""

from dataclasses import dataclass
from typing import Final

from core.numbers import identifiers
from core.text.words import DESK, Word, called, label

FIRST_SERIAL: Final = 9_000_000
"""Demonstration households are numbered from here, so that they are told from real ones."""

OTHER_SERIALS: Final = FIRST_SERIAL + 100
"""From here on, the demonstration households that no demonstration phone stands for."""


class Situation(Word):
    """What a demonstration caller will hear about."""

    UPCOMING = "upcoming"
    NO_DATE = "no date"
    PAID = "paid"
    UNCLAIMED = "unclaimed"
    FAILED = "failed"
    MOVED = "moved"
    CANCELLED = "cancelled"
    ELIGIBLE = "eligible"
    WAITING = "waiting"
    NOT_RETAINED = "not retained"
    SUSPENDED = "suspended"
    FINISHED = "finished"
    SHARED = "shared"
    GRIEVANCE_OPEN = "grievance open"
    GRIEVANCE_ANSWERED = "grievance answered"
    ALL_COMPONENTS = "all components"
    WINDOW = "window"
    SEVERAL = "several"
    GRIEVANCE_LATE = "grievance late"
    GRIEVANCE_ASKED = "grievance asked"
    UNREGISTERED = "unregistered"


called(
    Situation,
    DESK,
    {
        Situation.UPCOMING: "un paiement à venir, jour fixé",
        Situation.NO_DATE: "un paiement prévu, jour pas encore fixé",
        Situation.PAID: "payé la semaine dernière, douze paiements passés",
        Situation.UNCLAIMED: "argent non retiré, encore à prendre",
        Situation.FAILED: "paiement échoué",
        Situation.MOVED: "jour de paiement déplacé",
        Situation.CANCELLED: "paiement annulé",
        Situation.ELIGIBLE: "éligible, pas encore inscrit",
        Situation.WAITING: "en attente",
        Situation.NOT_RETAINED: "non retenu",
        Situation.SUSPENDED: "suspendu",
        Situation.FINISHED: "aide terminée, petite activité et mutuelle ensuite",
        Situation.SHARED: "téléphone partagé par trois ménages",
        Situation.GRIEVANCE_OPEN: "plainte en cours",
        Situation.GRIEVANCE_ANSWERED: "plainte avec réponse",
        Situation.ALL_COMPONENTS: "inscrit dans toutes les composantes",
        Situation.WINDOW: "jour passé hier, argent encore à prendre",
        Situation.SEVERAL: "deux aides le même jour, et un paiement échoué avant",
        Situation.GRIEVANCE_LATE: "plainte dont la réponse est en retard",
        Situation.GRIEVANCE_ASKED: "plainte où le programme pose une question",
        Situation.UNREGISTERED: "téléphone inconnu",
    },
)


@dataclass(frozen=True, slots=True)
class DemoCaller:
    """A phone to try: its number (E.164), what it shows, and what can be typed about it from another phone."""

    msisdn: str
    situation: Situation
    household_no: str | None
    birth_year: int | None
    reference: str | None = None

    @property
    def situation_fr(self) -> str:
        """What it shows, in French."""
        return label(self.situation, DESK)


@dataclass(frozen=True, slots=True)
class CallerHousehold:
    """A household reached at a demonstration phone, and the situation it is in."""

    serial: int
    msisdn: str
    situation: Situation

    @property
    def birth_year(self) -> int:
        """The recipient's, told by the serial alone, so that it can be printed."""
        return 1960 + self.serial % 30


_WITH_A_GRIEVANCE: Final = (
    Situation.GRIEVANCE_OPEN,
    Situation.GRIEVANCE_ANSWERED,
    Situation.GRIEVANCE_LATE,
    Situation.GRIEVANCE_ASKED,
)


def _phone(number: int) -> str:
    return f"+223700000{number:02}"


def _reference(number: int) -> str:
    serial = str(700_000 + number)
    return serial + identifiers.check_digit(serial)


_REGISTERED: Final = tuple(situation for situation in Situation if situation is not Situation.UNREGISTERED)
_SHARED_PHONE: Final = _phone(1 + _REGISTERED.index(Situation.SHARED))

CALLER_HOUSEHOLDS: Final = (
    *(
        CallerHousehold(FIRST_SERIAL + number, _phone(number), situation)
        for number, situation in enumerate(_REGISTERED, start=1)
    ),
    CallerHousehold(FIRST_SERIAL + 51, _SHARED_PHONE, Situation.PAID),
    CallerHousehold(FIRST_SERIAL + 52, _SHARED_PHONE, Situation.NO_DATE),
)

DEMO_CALLERS: Final = (
    *(
        DemoCaller(
            msisdn=_phone(number),
            situation=situation,
            household_no=identifiers.household_no(FIRST_SERIAL + number),
            birth_year=CALLER_HOUSEHOLDS[number - 1].birth_year,
            reference=_reference(number) if situation in _WITH_A_GRIEVANCE else None,
        )
        for number, situation in enumerate(_REGISTERED, start=1)
    ),
    DemoCaller(_phone(99), Situation.UNREGISTERED, None, None),
)


def what_to_type(caller: DemoCaller) -> str:
    """What this caller knows by heart and would type from another phone, in French."""
    if caller.household_no is None:
        other = DEMO_CALLERS[0]
        return f"à essayer : ménage {other.household_no}, année {other.birth_year}"
    household = f"ménage {caller.household_no}, année {caller.birth_year}"
    return f"{household}, plainte {caller.reference}" if caller.reference else household
