"""The components of the programme, which a household can be enrolled in.

A new component is a member here with its name at the desk and its texts, a row of the table `component` that a
migration adds, and two lines of each catalogue: what it is called, and what it gives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.text.translator import N_
from core.text.words import DESK, LINE, Word, called


class ComponentCode(Word):
    """The code of a component, as the programme's files write it; at the desk it has its official name."""

    TM = "TM"
    MA = "MA"
    PNP = "PNP"
    HIMO = "HIMO"
    AGR = "AGR"
    PNR = "PNR"
    ANAM = "ANAM"
    CASH_PLUS = "CASH+"
    MUT = "MUT"


called(
    ComponentCode,
    DESK,
    {
        ComponentCode.TM: "Transferts monétaires",
        ComponentCode.MA: "Mesures d'accompagnement",
        ComponentCode.PNP: "Paquet nutritionnel préventif",
        ComponentCode.HIMO: "Travaux à haute intensité de main d'œuvre",
        ComponentCode.AGR: "Activités génératrices de revenus",
        ComponentCode.PNR: "Transfert monétaire d'urgence",
        ComponentCode.ANAM: "Gratuité des soins",
        ComponentCode.CASH_PLUS: "Kit d'élevage ou de maraîchage",
        ComponentCode.MUT: "Adhésion à une mutuelle",
    },
)


@dataclass(frozen=True, slots=True)
class ComponentTexts:
    """What the line says of a component, as msgids: its name and what it gives.

    `gives_amount` says what it gives where the sum is known, with `{amount}` and, as it needs, `{times}`. `calls` tells
    that it calls people together on days that the files of events name; `every_day` that it is there every day, so that
    no day of it can come.
    """

    name: str
    gives: str
    gives_amount: str | None = None
    calls: bool = False
    every_day: bool = False


TEXTS: Final[Mapping[ComponentCode, ComponentTexts]] = {
    ComponentCode.TM: ComponentTexts(
        N_("Money transfer"),
        N_("Money is given to the household every three months."),
        N_("{amount} every three months"),
    ),
    ComponentCode.MA: ComponentTexts(
        N_("Information, training"),
        N_("Meetings on food, health and children."),
        calls=True,
    ),
    ComponentCode.PNP: ComponentTexts(
        N_("Food for mother and child"),
        N_("Food is given to mothers and small children."),
        calls=True,
    ),
    ComponentCode.HIMO: ComponentTexts(
        N_("Paid public works"),
        N_("You work for the commune and get money."),
        N_("One day of work: {amount}"),
        calls=True,
    ),
    ComponentCode.AGR: ComponentTexts(
        N_("Help for a small activity"),
        N_("Money is given for your small activity."),
        N_("{amount}, one time"),
        calls=True,
    ),
    ComponentCode.PNR: ComponentTexts(
        N_("Money of the lean season"),
        N_("Money is given fast in the lean season."),
        N_("{amount}, {times} times"),
    ),
    ComponentCode.ANAM: ComponentTexts(
        N_("Free health care"),
        N_("You pay nothing at the health centre."),
        every_day=True,
    ),
    ComponentCode.CASH_PLUS: ComponentTexts(
        N_("Livestock or garden kit"),
        N_("You are given animals or garden tools."),
        calls=True,
    ),
    ComponentCode.MUT: ComponentTexts(
        N_("Health mutual"),
        N_("Money is given to the health mutual for you."),
        every_day=True,
    ),
}
called(ComponentCode, LINE, {code: texts.name for code, texts in TEXTS.items()})

WITH_EVENTS: Final = frozenset(code for code, texts in TEXTS.items() if texts.calls)
"""They call people together; the others pay or care, and call nobody."""

WITH_WAGES: Final = frozenset({ComponentCode.HIMO})
"""A day of them pays a wage, where a file says which."""

WITHOUT_DAYS: Final = frozenset(code for code, texts in TEXTS.items() if texts.every_day)
"""They are there every day: nobody is called or paid on one."""

PLAIN: Final = ComponentCode.TM
"""What people mean by money where nothing else is said."""
