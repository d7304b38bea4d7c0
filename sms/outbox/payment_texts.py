"""What is said of payments: whose money, how much, when and where; then what helps, as far as there is room.

In this order: that it is a payment, whose, sum, day, place; the card, the last day, the line against scams, the
hour, the agency, the code of the line. A day is said by its date, never as `tomorrow`: an SMS is kept, and read later.
"""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Final

from core.campaigns.models import CampaignKind
from core.phrases.telling import date_told
from core.platform.settings import settings
from core.text.translator import N_, Amount, Translator
from core.text.words import LINE, label
from sms.outbox.composing import Pieces, TextPiece
from sms.outbox.contents import OtherLine, PaymentLine, Payments

MOVED_WITH_SUM: Final = N_(
    "Jigisèmèjiri: the day changed. {amount} will not be given {old}. It will be given {date}, {place}."
)
"""Said without its sum where it would take a second part."""

CALLED_OFF: Final = frozenset({CampaignKind.MOVED, CampaignKind.CANCELLED})
"""Kinds that say of a day that it is none any more."""


def payments_said(kind: CampaignKind, payments: Payments, translator: Translator, today: date) -> Sequence[str]:
    """What must be said, in a sentence for one payment, or in lines by name: as it is said best, then in less room.

    What a day that moved is told with less room is without its sum, which people were told before.
    """
    lines = payments.lines
    if len(lines) > 1:
        component = [translator.t(label(payments.component, LINE))] if payments.component else []
        named = (_named(kind, line, translator, today) for line in lines)
        return ("\n".join([_heading(kind, translator), *component, *named]),)
    who = who_said(payments, translator)
    line = lines[0]
    values = {
        "amount": amount_said(line, translator),
        "date": date_said(translator, line.day or line.old_day, today),
        "old": date_said(translator, line.old_day, today),
        "place": line.place,
    }
    if _is_off(kind, line):
        values["date"] = date_said(translator, line.old_day or line.day, today)
    if who and kind in CALLED_OFF:
        forms = (f"{who}, {values['amount']}", who)
        return [_changed_for(each, line, kind, translator, values) for each in forms]
    if who:
        return (_of_somebody(kind, who, translator, values),)
    said = _of_money(kind, line, translator, values)
    if kind is not CampaignKind.MOVED or _is_off(kind, line):
        return (said,)
    without_sum = translator.t(
        "Jigisèmèjiri: the day changed. No money will be given {old}. It will be given {date}, {place}.", **values
    )
    return (said, without_sum)


def payment_pieces(kind: CampaignKind, payments: Payments, translator: Translator, today: date) -> Pieces:
    """What follows where there is room, the most needed first."""
    is_off = all(_is_off(kind, line) for line in payments.lines)
    pieces = []
    if not is_off:
        pieces.append((TextPiece.CARD, translator.t("Bring your card.")))
    if payments.last_day and not is_off and kind is not CampaignKind.UNCLAIMED:
        last = translator.t("Last day: {date}", date=date_said(translator, payments.last_day, today))
        pieces.append((TextPiece.LAST_DAY, f"{last}."))
    pieces.append((TextPiece.SAFETY, ""))
    hour = _common_hour(payments.lines)
    if hour and not is_off and kind is not CampaignKind.UNCLAIMED:
        pieces.append((TextPiece.HOUR, hour_said(hour, translator)))
    if payments.agency and not is_off:
        pieces.append((TextPiece.AGENCY, f"{translator.t('Payment agency: {phone}', phone=payments.agency)}."))
    return [*pieces, (TextPiece.CODE, translator.t("Call {phone}.", phone=settings().service_code))]


def hour_said(hour: time, translator: Translator) -> str:
    """The hour of a day, as a sentence of its own: `À 8 h 30.`"""
    at = translator.t("at {begin}", begin=hour)
    return f"{at[:1].upper()}{at[1:]}."


def _common_hour(lines: Sequence[PaymentLine]) -> time | None:
    """The hour that all lines have; None where they differ, or one has none."""
    hours = {line.hour for line in lines}
    return hours.pop() if len(hours) == 1 else None


def _is_off(kind: CampaignKind, line: PaymentLine) -> bool:
    return kind is CampaignKind.CANCELLED or (kind is CampaignKind.MOVED and line.day is None)


def who_said(payments: Payments, translator: Translator) -> str:
    """The component and whose money it is, as far as they are said; '' where neither is."""
    if not payments.component:
        return translator.t("payment of {name}", name=payments.who) if payments.who else ""
    component = translator.t(label(payments.component, LINE))
    return f"{component}, {payments.who}" if payments.who else component


def _changed_for(
    who: str, line: PaymentLine, kind: CampaignKind, translator: Translator, values: Mapping[str, str]
) -> str:
    """What is told of a day that moved or is off, of money that has to be named."""
    if _is_off(kind, line):
        return translator.t(
            "Jigisèmèjiri: {who}. No money will be given {date}, {place}. We will say another day.", who=who, **values
        )
    return translator.t(
        "Jigisèmèjiri: {who}. The day changed. It is not {old}, it is {date}. {place}.", who=who, **values
    )


def _of_somebody(kind: CampaignKind, who: str, translator: Translator, values: Mapping[str, str]) -> str:
    """What is told of money that has to be named, on a day that stands."""
    if kind is CampaignKind.UNCLAIMED:
        return translator.t("Jigisèmèjiri: not taken: {who}, {amount}. Last day: {date}, {place}.", who=who, **values)
    return translator.t("Jigisèmèjiri: {who}: {amount} will be given {date}, {place}.", who=who, **values)


def _of_money(kind: CampaignKind, line: PaymentLine, translator: Translator, values: Mapping[str, str]) -> str:
    """What is told of what people mean by money, to a phone that nobody has to be named to."""
    if _is_off(kind, line):
        return translator.t(
            "Jigisèmèjiri: {amount} will not be given {date}, {place}. We will say another day.", **values
        )
    match kind:
        case CampaignKind.MOVED:
            return translator.t(MOVED_WITH_SUM, **values)
        case CampaignKind.UNCLAIMED:
            return translator.t(
                "Jigisèmèjiri: you did not come for the money. {amount}. Last day: {date}, {place}.", **values
            )
        case _:
            return translator.t("Jigisèmèjiri: {amount} will be given {date}, {place}.", **values)


def _heading(kind: CampaignKind, translator: Translator) -> str:
    match kind:
        case CampaignKind.MOVED:
            return translator.t("Jigisèmèjiri: the day changed.")
        case CampaignKind.CANCELLED:
            return translator.t("Jigisèmèjiri: no money will be given. We will say another day.")
        case CampaignKind.UNCLAIMED:
            return translator.t("Jigisèmèjiri: you did not come for the money. Last day:")
        case _:
            return translator.t("Jigisèmèjiri: money will be given.")


def _named(kind: CampaignKind, line: PaymentLine, translator: Translator, today: date) -> str:
    """One line of a phone whose households do not all get the same."""
    values = {
        "name": line.names,
        "amount": amount_said(line, translator),
        "date": date_said(translator, line.day or line.old_day, today),
    }
    if _is_off(kind, line):
        values["date"] = date_said(translator, line.old_day or line.day, today)
        return translator.t("{name}: {amount}, not {date}.", **values)
    return translator.t("{name}: {amount}, {date}, {place}.", place=line.place, **values)


def date_said(translator: Translator, day: date | None, today: date) -> str:
    """A day by its date; '' for none."""
    return date_told(translator, day, today) if day else ""


def amount_said(line: PaymentLine | OtherLine, translator: Translator) -> str:
    """The money of one household, or that each of several gets."""
    amount = translator.write(Amount(line.amount_xof))
    if line.households == 1:
        return amount
    return translator.t("{n} households, {amount} each", n=line.households, amount=amount)
