"""Open payments of several rounds in one message, line by line: what they have in common is said once, behind them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.campaigns.models import CampaignKind
from core.registry.components import PLAIN, ComponentCode
from core.text.alphabet import Alphabet
from core.text.translator import Translator
from core.text.words import LINE, label
from sms.outbox.composing import Pieces, SmsRoom, TextPiece, Written, composed
from sms.outbox.contents import OtherLine, PaymentLine, Payments
from sms.outbox.payment_texts import amount_said, date_said, payment_pieces

HEADING: Final = "Jigisèmèjiri: money will be given."
OF_ONE_ROUND: Final = frozenset({TextPiece.LAST_DAY, TextPiece.HOUR, TextPiece.AGENCY})
"""Pieces that would be heard of all payments, and are not of all."""


@dataclass(frozen=True, slots=True)
class Together:
    """What a campaign of this kind tells a phone of several rounds, in a language, with room of this size."""

    kind: CampaignKind
    payments: Payments
    translator: Translator
    today: date
    alphabet: Alphabet
    room: SmsRoom

    def written(self, alone: str) -> Written | None:
        """The message with as many lines of other rounds as there is room for, the earliest first; None: with none.

        They cost no part more than `alone`, what must be said without them, or than the room allows. The last days of
        payments whose day comes are said where all have room.
        """
        most = max(self.room.parts, self._parts(alone))
        for count in range(len(self.payments.others), 0, -1):
            for last_days in (True, False):
                lines = _lines([*self._own(last_days), *self._others(count, last_days)], self.translator)
                text = "\n".join([self.translator.t(HEADING), *lines])
                if self._parts(text) <= most:
                    return self._composed(text, count, last_days)
        return None

    def _composed(self, text: str, count: int, last_days: bool) -> Written:
        pieces = payment_pieces(self.kind, self.payments, self.translator, self.today)
        sms = composed(text, _of_all(pieces), self.translator, self.alphabet, self.room)
        others = self.payments.others
        missing = {piece for piece, _ in pieces if piece in OF_ONE_ROUND - {TextPiece.LAST_DAY}} | {*sms.left_out}
        if not last_days and (self.payments.last_day or any(each.last_day for each in others[:count])):
            missing.add(TextPiece.LAST_DAY)
        if count < len(others):
            missing.add(TextPiece.OTHERS)
        return Written(sms.body, sms.parts, sms.size, tuple(each for each in TextPiece if each in missing), count)

    def _parts(self, text: str) -> int:
        prepared = self.alphabet.prepare(text)
        return max(self.alphabet.segments(prepared + kept) for kept in ("", "x" * self.room.reserve))

    def _own(self, last_days: bool) -> Iterator["_Line"]:
        for line in self.payments.lines:
            yield _Line(
                component=self._component(self.payments.of),
                names=line.names or self.payments.who,
                amount=amount_said(line, self.translator),
                day="" if self._waits else date_said(self.translator, line.day, self.today),
                place=line.place,
                until=self._until(self._last(line, last_days)),
            )

    @property
    def _waits(self) -> bool:
        """Whether the day of its own lines is over, and only their last day is left to say."""
        return self.kind is CampaignKind.UNCLAIMED

    def _last(self, line: PaymentLine, last_days: bool) -> date | None:
        if self._waits:
            return line.day
        return self.payments.last_day if last_days else None

    def _others(self, count: int, last_days: bool) -> Iterator["_Line"]:
        for line in self.payments.others[:count]:
            yield _Line(
                component=self._component(line.component),
                names=line.names,
                amount=amount_said(line, self.translator),
                day=date_said(self.translator, line.day, self.today),
                place=line.place,
                until=self._until(_last_of(line, last_days)),
            )

    def _component(self, code: ComponentCode | None) -> str:
        return self.translator.t(label(code, LINE)) if code else ""

    def _until(self, day: date | None) -> str:
        said = date_said(self.translator, day, self.today)
        return self.translator.t("Last day: {date}", date=said) if day else ""


@dataclass(frozen=True, slots=True)
class _Line:
    """What there is to say of a line, piece by piece; '' where there is nothing."""

    component: str
    names: str
    amount: str
    day: str
    place: str
    until: str


def _last_of(line: OtherLine, last_days: bool) -> date | None:
    return line.until or (line.last_day if last_days else None)


def _of_all(pieces: Pieces) -> Pieces:
    return [(piece, said) for piece, said in pieces if piece not in OF_ONE_ROUND]


def _lines(lines: list[_Line], translator: Translator) -> Iterator[str]:
    """Whose money it is where it is all theirs, each payment with what is its own, then what they have in common."""
    component, names, day, place, until = (
        _common(getattr(line, part) for line in lines) for part in ("component", "names", "day", "place", "until")
    )
    if all_of := _joined("" if component == translator.t(label(PLAIN, LINE)) else component, names):
        yield all_of
    for line in lines:
        whose = _joined("" if component else line.component, "" if names else line.names)
        text = _sentences(
            _joined(line.amount, "" if day else line.day, "" if place else line.place), "" if until else line.until
        )
        yield translator.t("{name}: {text}", name=whose, text=text) if whose else text
    if behind := _sentences(_joined(day, place), until):
        yield f"{behind[:1].upper()}{behind[1:]}"


def _common(values: Iterator[str]) -> str:
    """What all say; '' where they differ."""
    first, *more = dict.fromkeys(values)
    return "" if more else first


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _sentences(*sentences: str) -> str:
    return " ".join(f"{each}." for each in sentences if each)
