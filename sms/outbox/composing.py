"""An SMS put together: what must be said, then the pieces that fit, the most needed first; what did not fit is told.

The gateway adds its opt-out words to the first message of a number: there room is kept for them, so that no text gets a
part longer by words that are not ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.text.alphabet import Alphabet
from core.text.translator import N_, Translator
from core.text.words import COMMAND, DESK, Word, called


class TextPiece(Word):
    """What a text says where there is room, in this order; the sum only where people know it, of a day that moved."""

    SUM = "sum"
    CARD = "card"
    LAST_DAY = "last_day"
    SAFETY = "safety"
    HOUR = "hour"
    AGENCY = "agency"
    CODE = "code"
    OTHERS = "others"
    """Open payments of other rounds, which their own campaigns tell then."""


called(
    TextPiece,
    DESK,
    {
        TextPiece.SUM: "la somme",
        TextPiece.CARD: "« Apportez votre carte »",
        TextPiece.LAST_DAY: "le dernier jour",
        TextPiece.SAFETY: "la phrase contre les escrocs",
        TextPiece.HOUR: "l'heure",
        TextPiece.AGENCY: "l'agence de paiement",
        TextPiece.CODE: "le code de la ligne",
        TextPiece.OTHERS: "un autre paiement du même téléphone (dit par sa propre campagne)",
    },
)
called(
    TextPiece,
    COMMAND,
    {
        TextPiece.SUM: "the sum",
        TextPiece.CARD: "bring your card",
        TextPiece.LAST_DAY: "the last day",
        TextPiece.SAFETY: "the line against scams",
        TextPiece.HOUR: "the hour",
        TextPiece.AGENCY: "the payment agency",
        TextPiece.CODE: "the code of the line",
        TextPiece.OTHERS: "another payment of the same phone, which its own campaign tells",
    },
)

SECURITY: Final = (N_("No one must ask money or a code of you."), N_("You pay nothing."))
"""From the longest to the shortest; the first that fits is said."""

ENDS: Final = frozenset(".!?:…")
"""What a sentence ends with."""


@dataclass(frozen=True, slots=True)
class SmsRoom:
    """How many parts a text may take, and the septets (or UTF-16 units) that are kept for what the gateway may add."""

    parts: int = 1
    reserve: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it is sent, the parts it takes, its length (septets or UTF-16 units), and what did not fit in.

    `others`: how many lines of other rounds it has, the earliest first.
    """

    body: str
    parts: int
    size: int
    left_out: tuple[TextPiece, ...] = ()
    others: int = 0


Pieces = Sequence[tuple[TextPiece, str]]
"""What may follow, as it is said, in the order of need."""


def in_room(forms: Sequence[str], alphabet: Alphabet, room: SmsRoom) -> tuple[str, bool]:
    """The first form of what must be said for which there is room, else the last; and whether it is the first."""
    kept = "x" * room.reserve
    fitting = (form for form in forms if alphabet.segments(_ended(alphabet.prepare(form).strip()) + kept) <= room.parts)
    form = next(fitting, forms[-1])
    return form, form == forms[0]


def composed(text: str, pieces: Pieces, translator: Translator, alphabet: Alphabet, room: SmsRoom) -> Written:
    """A text with the pieces that cost no part more than it takes, or than there is room for.

    What must be said is never cut. The sentence of SAFETY may be said in its short form, which counts as left out; a
    text that has it already gets no other.
    """
    body = _ended(alphabet.prepare(text).strip())
    most = {kept: max(room.parts, alphabet.segments(body + kept)) for kept in ("", "x" * room.reserve)}
    left_out = []
    is_safe = alphabet.prepare(translator.t(SECURITY[0])) in body
    for piece, said in pieces:
        if piece is TextPiece.SAFETY and is_safe:
            continue
        forms = SECURITY if piece is TextPiece.SAFETY else ("",)
        for form in forms:
            longer = f"{body} {alphabet.prepare(translator.t(form) if form else said)}"
            if all(alphabet.segments(longer + kept) <= parts for kept, parts in most.items()):
                body = longer
                break
        else:
            form = ""
            left_out.append(piece)
        if piece is TextPiece.SAFETY and form == SECURITY[-1]:
            left_out.append(piece)
    return Written(body, alphabet.segments(body), alphabet.measure(body), tuple(left_out))


def as_it_is(text: str, alphabet: Alphabet) -> Written:
    """Prepare a text and add nothing."""
    body = alphabet.prepare(text).strip()
    return Written(body, alphabet.segments(body), alphabet.measure(body))


def _ended(body: str) -> str:
    """A text that ends as a sentence does, so that the next one does not run into it."""
    return f"{body}." if body and body[-1] not in ENDS else body
