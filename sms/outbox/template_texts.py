"""What is said of payments in a programme's own words: its sentences, filled, as far as there is room.

A sentence that names what there is not (an agency, whose money it is) is left out, and so is, where there is no room,
one that names what a text can do without. What those words do not name follows as in the proven texts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from core.campaigns.models import CampaignKind
from core.phrases.telling import date_told
from core.scams.proven import PIECES
from core.text.alphabet import Alphabet
from core.text.languages import in_language
from core.text.translator import Translator
from sms.outbox.composing import ENDS, Pieces, SmsRoom, TextPiece, Written, composed
from sms.outbox.contents import Content, Payments
from sms.outbox.payment_texts import amount_said, payment_pieces, who_said
from sms.outbox.placeholders import PIECE_OF, RULES, Placeholder, filled_with, placeholders_in, sentences_of


def can_be_said(kind: CampaignKind, content: Content) -> bool:
    """Whether words of a programme's own fit a content: one payment, with a day.

    Households of a phone that do not get the same, and a day that moved to none, are told in the proven words.
    """
    if not isinstance(content, Payments) or len(content.lines) != 1:
        return False
    line = content.lines[0]
    return line.day is not None and (kind is not CampaignKind.MOVED or line.old_day is not None)


def template_sms(
    words: Mapping[str, str],
    kind: CampaignKind,
    payments: Payments,
    translator: Translator,
    today: date,
    alphabet: Alphabet,
    room: SmsRoom,
) -> Written:
    """One payment in the words of `words` (by language code); raises KeyError for a placeholder of another kind."""
    text = in_language(words, translator.language)
    values = values_of(kind, payments, translator, today)
    pieces = payment_pieces(kind, payments, translator, today)
    sentences = _sayable(text, values, pieces)

    def parts(some: Sequence[str]) -> int:
        return alphabet.segments(alphabet.prepare(_said(some, values, translator)) + "x" * room.reserve)

    most = max(room.parts, parts([each for each in sentences if not _may_go(kind, each)]))
    kept, left_out = _in_room(kind, sentences, lambda some: parts(some) <= most)
    named = {PIECE_OF[each] for each in placeholders_in(text) if each in PIECE_OF}
    beside = [each for each in pieces if each[0] not in named]
    sms = composed(_said(kept, values, translator), beside, translator, alphabet, room)
    return replace(sms, left_out=(*left_out, *sms.left_out))


def least_said(
    words: Mapping[str, str], kind: CampaignKind, payments: Payments, translator: Translator, today: date
) -> str:
    """What must be said in these words, without what may be left out where there is no room."""
    values = values_of(kind, payments, translator, today)
    pieces = payment_pieces(kind, payments, translator, today)
    sentences = _sayable(in_language(words, translator.language), values, pieces)
    return _said([each for each in sentences if not _may_go(kind, each)], values, translator)


def _sayable(text: str, values: Mapping[Placeholder, str], pieces: Pieces) -> Sequence[str]:
    """The sentences of a text that have all they name, but for those that are said anyway, where there is room."""
    anyway = {said for _, said in pieces}
    sentences = (each for each in sentences_of(text) if each not in anyway)
    return [each for each in sentences if all(values[name] for name in placeholders_in(each))]


def values_of(kind: CampaignKind, payments: Payments, translator: Translator, today: date) -> Mapping[Placeholder, str]:
    """What each placeholder is filled with, '' for what there is not.

    Of money that waits, the day is the last one to take it.
    """
    line = payments.lines[0]
    last = line.day if kind is CampaignKind.UNCLAIMED else payments.last_day
    return {
        Placeholder.SUM: amount_said(line, translator),
        Placeholder.DAY: _day(translator, line.day, today),
        Placeholder.OLD_DAY: _day(translator, line.old_day, today),
        Placeholder.PLACE: line.place,
        Placeholder.WHOSE: who_said(payments, translator),
        Placeholder.LAST_DAY: _day(translator, last, today),
        Placeholder.AGENCY: payments.agency,
        **{Placeholder(name): said(translator) for name, said in PIECES.items()},
    }


def _in_room(
    kind: CampaignKind, sentences: Sequence[str], fit: Callable[[Sequence[str]], bool]
) -> tuple[Sequence[str], tuple[TextPiece, ...]]:
    """The sentences that there is room for, and what those that were left out would have said."""
    left_out: list[TextPiece] = []
    for placeholder, piece in PIECE_OF.items():
        if fit(sentences):
            break
        going = [each for each in sentences if placeholder in placeholders_in(each) and _may_go(kind, each)]
        if going:
            sentences = [each for each in sentences if each not in going]
            left_out.append(piece)
    return sentences, tuple(reversed(left_out))


def _may_go(kind: CampaignKind, sentence: str) -> bool:
    """Whether a text can do without a sentence: it names something, and nothing that must be said."""
    names = placeholders_in(sentence) - {Placeholder.CONTACT}
    return bool(names) and not names & RULES[kind].needed


def _said(sentences: Sequence[str], values: Mapping[Placeholder, str], translator: Translator) -> str:
    text = " ".join(_filled(each, values) for each in sentences)
    ended = text if not text or text[-1] in ENDS else f"{text}."
    return translator.t("Jigisèmèjiri: {text}", text=ended)


def _filled(sentence: str, values: Mapping[Placeholder, str]) -> str:
    """A sentence with its values; one that ends with a sentence of ours has one full stop."""
    said = filled_with(sentence, values)
    return said[:-1] if said.endswith("..") and not sentence.endswith("..") else said


def _day(translator: Translator, day: date | None, today: date) -> str:
    return date_told(translator, day, today) if day else ""
