"""What the words of a programme's own name in braces: a closed list for each kind, and what must be among it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.campaigns.models import CampaignKind
from core.text.words import COMMAND, DESK, Word, called
from sms.outbox.composing import TextPiece


class Placeholder(Word):
    """What is named in braces, as supervisors write it."""

    SUM = "somme"
    DAY = "jour"
    OLD_DAY = "ancien_jour"
    PLACE = "lieu"
    WHOSE = "pour"
    LAST_DAY = "dernier_jour"
    AGENCY = "agence"
    SAFETY = "prudence"
    CODE = "ligne"
    CONTACT = "contact"


called(
    Placeholder,
    DESK,
    {
        Placeholder.SUM: "la somme",
        Placeholder.DAY: "le jour",
        Placeholder.OLD_DAY: "l'ancien jour",
        Placeholder.PLACE: "le lieu",
        Placeholder.WHOSE: "à qui est l'argent, où il faut le dire",
        Placeholder.LAST_DAY: "le dernier jour",
        Placeholder.AGENCY: "l'agence de paiement",
        Placeholder.SAFETY: "la phrase contre les escrocs",
        Placeholder.CODE: "le code de la ligne",
        Placeholder.CONTACT: "le téléphone du programme",
    },
)
called(
    Placeholder,
    COMMAND,
    {
        Placeholder.SUM: "the sum",
        Placeholder.DAY: "the day",
        Placeholder.OLD_DAY: "the old day",
        Placeholder.PLACE: "the place",
        Placeholder.WHOSE: "whose money it is",
        Placeholder.LAST_DAY: "the last day",
        Placeholder.AGENCY: "the payment agency",
        Placeholder.SAFETY: "the line against scams",
        Placeholder.CODE: "the code of the line",
        Placeholder.CONTACT: "the telephone of the programme",
    },
)


@dataclass(frozen=True, slots=True)
class PlaceholderRules:
    """What the words of a kind must name, and what else they may."""

    needed: frozenset[Placeholder]
    free: frozenset[Placeholder]

    @property
    def allowed(self) -> Sequence[Placeholder]:
        """All that may be named, in the order of their list."""
        return [each for each in Placeholder if each in self.needed | self.free]


P = Placeholder
PROVEN: Final = frozenset({P.SAFETY, P.CODE, P.CONTACT})
"""What `core.scams.proven` says."""

_COMING: Final = PlaceholderRules(
    frozenset({P.SUM, P.DAY, P.PLACE, P.WHOSE}), frozenset({P.LAST_DAY, P.AGENCY}) | PROVEN
)
RULES: Final[Mapping[CampaignKind, PlaceholderRules]] = {
    CampaignKind.ANNOUNCE: _COMING,
    CampaignKind.REMINDER_3: _COMING,
    CampaignKind.REMINDER_1: _COMING,
    CampaignKind.MOVED: PlaceholderRules(_COMING.needed | {P.OLD_DAY}, _COMING.free),
    CampaignKind.CANCELLED: PlaceholderRules(_COMING.needed, PROVEN),
    CampaignKind.UNCLAIMED: PlaceholderRules(
        frozenset({P.SUM, P.LAST_DAY, P.PLACE, P.WHOSE}), frozenset({P.AGENCY}) | PROVEN
    ),
}
"""Kinds that a programme may say in words of its own."""

PIECE_OF: Final[Mapping[Placeholder, TextPiece]] = {
    P.CODE: TextPiece.CODE,
    P.AGENCY: TextPiece.AGENCY,
    P.SAFETY: TextPiece.SAFETY,
    P.LAST_DAY: TextPiece.LAST_DAY,
}
"""What a sentence is left out for where there is no room, the least needed first."""

_IN_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_BETWEEN: Final = re.compile(r"(?<=[.!?…])\s+|\s*\n\s*")


def names_in(text: str) -> Sequence[str]:
    """What stands in braces in a text, as it is written."""
    return _IN_BRACES.findall(text)


def placeholders_in(text: str) -> frozenset[Placeholder]:
    """The placeholders of a text; what is none is left out."""
    names = set(names_in(text))
    return frozenset(each for each in Placeholder if each.value in names)


def sentences_of(text: str) -> Sequence[str]:
    """The sentences of a text, each with its full stop; a new line ends one too."""
    return [each for each in _BETWEEN.split(text.strip()) if each]


def filled_with(sentence: str, values: Mapping[Placeholder, str]) -> str:
    """A sentence with its values; what a value holds is never read as a placeholder. Raises KeyError or ValueError."""
    return _IN_BRACES.sub(lambda name: values[Placeholder(name[1])], sentence)
