"""The words of a call request: what became of it, and in which part of a day somebody will be called."""

from typing import Final

from core.platform.columns import listed
from core.text.translator import N_
from core.text.words import DESK, LINE, Word, called


class CallRequestState(Word):
    """What became of the request."""

    ASKED = "asked"
    AGREED = "agreed"
    CALLED = "called"
    UNREACHABLE = "unreachable"


OPEN: Final = frozenset({CallRequestState.ASKED, CallRequestState.AGREED})
ENDED: Final = frozenset(CallRequestState) - OPEN

STILL_OPEN: Final = f"state IN {listed(OPEN)}"
"""SQL of those who wait to be called, as the index of the table has it."""


class Period(Word):
    """The part of a day in which somebody will be called, in the order of the day."""

    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"


called(
    CallRequestState,
    DESK,
    {
        CallRequestState.ASKED: "demandé",
        CallRequestState.AGREED: "convenu",
        CallRequestState.CALLED: "appelé",
        CallRequestState.UNREACHABLE: "injoignable",
    },
)
called(Period, DESK, {Period.MORNING: "le matin", Period.NOON: "à midi", Period.AFTERNOON: "l'après-midi"})
called(
    Period,
    LINE,
    {
        Period.MORNING: N_("in the morning"),
        Period.NOON: N_("at noon"),
        Period.AFTERNOON: N_("in the afternoon"),
    },
)
