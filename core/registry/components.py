"""The components of the programme, which a household can be enrolled in.

A new component is a member here with its labels, a row of the table `component`, and a line of each catalogue.
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
    },
)


@dataclass(frozen=True, slots=True)
class ComponentTexts:
    """What the line says of a component, as msgids: its name, what it gives, and when something of it is next.

    `gives_amount` says what it gives where the sum is known, with `{amount}` and, as it needs, `{times}`.
    """

    name: str
    gives: str
    next_event: str
    gives_amount: str | None = None


TEXTS: Final[Mapping[ComponentCode, ComponentTexts]] = {
    ComponentCode.TM: ComponentTexts(
        N_("Money transfer"),
        N_("Money is given to the household every three months."),
        N_("Money will be given: {date}, {place}"),
        N_("{amount} every three months"),
    ),
    ComponentCode.MA: ComponentTexts(
        N_("Information, training"),
        N_("Meetings on food, health and children."),
        N_("Next meeting: {date}, {place}"),
    ),
    ComponentCode.PNP: ComponentTexts(
        N_("Food for mother and child"),
        N_("Food is given to mothers and small children."),
        N_("Food will be given: {date}, {place}"),
    ),
    ComponentCode.HIMO: ComponentTexts(
        N_("Paid public works"),
        N_("You work for the commune and get money."),
        N_("Next public works: {date}, {place}"),
        N_("One day of work: {amount}"),
    ),
    ComponentCode.AGR: ComponentTexts(
        N_("Help for a small activity"),
        N_("Money is given for your small activity."),
        N_("Next activity: {date}, {place}"),
        N_("{amount}, one time"),
    ),
    ComponentCode.PNR: ComponentTexts(
        N_("Money of the lean season"),
        N_("Money is given fast in the lean season."),
        N_("Money will be given: {date}, {place}"),
        N_("{amount}, {times} times"),
    ),
    ComponentCode.ANAM: ComponentTexts(
        N_("Free health care"),
        N_("You pay nothing at the health centre."),
        N_("Health card: {date}, {place}"),
    ),
    ComponentCode.CASH_PLUS: ComponentTexts(
        N_("Livestock or garden kit"),
        N_("You are given animals or garden tools."),
        N_("It will be given: {date}, {place}"),
    ),
}
called(ComponentCode, LINE, {code: texts.name for code, texts in TEXTS.items()})

WITH_EVENTS: Final = frozenset(
    {ComponentCode.MA, ComponentCode.PNP, ComponentCode.HIMO, ComponentCode.AGR, ComponentCode.CASH_PLUS}
)
"""They call people together; the others pay or care, and call nobody."""

WITHOUT_DAYS: Final = frozenset({ComponentCode.ANAM})
"""They are there every day: nobody is called or paid on one."""

PLAIN: Final = ComponentCode.TM
"""What people mean by money where nothing else is said."""
