"""The texts of campaigns, said in a language and prepared as they are sent.

Every text begins with the programme's name and ends the way scams do not: nothing is asked, no link, and, where it
costs no further part, the line that says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.campaigns.models import CampaignKind
from core.phrases.telling import date_told
from core.registry.components import ComponentCode
from core.scams.proven import filled
from core.text.alphabet import Alphabet
from core.text.languages import in_language
from core.text.translator import N_, Amount, Translator
from core.text.words import LINE, label
from sms.outbox.contents import Content, EventLine, Events, FreeWords, PaymentLine, Payments

SECURITY: Final = (N_("No one must ask money or a code of you."), N_("You pay nothing."))
"""From the longest to the shortest; the first that fits is said."""


ENDS: Final = frozenset(".!?:…")
"""What a sentence ends with."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it is sent, the parts it takes and its length (septets or UTF-16 units)."""

    body: str
    parts: int
    size: int


def written(text: str, translator: Translator, alphabet: Alphabet, *, reserve: int = 0) -> Written:
    """Prepare a text and add the security line that costs no further part, if there is one.

    `reserve` is the room (septets or UTF-16 units) that is kept for what the gateway may add.
    """
    body = _ended(alphabet.prepare(text).strip())
    kept = "x" * reserve
    for msgid in SECURITY:
        longer = f"{body} {alphabet.prepare(translator.t(msgid))}"
        costs_none = all(alphabet.segments(longer + room) == alphabet.segments(body + room) for room in ("", kept))
        if costs_none:
            body = longer
            break
    return as_it_is(body, alphabet)


def as_it_is(text: str, alphabet: Alphabet) -> Written:
    """Prepare a text and add nothing."""
    body = alphabet.prepare(text).strip()
    return Written(body, alphabet.segments(body), alphabet.measure(body))


def _ended(body: str) -> str:
    """A text that ends as a sentence does, so that the next one does not run into it."""
    return f"{body}." if body and body[-1] not in ENDS else body


def campaign_text(kind: CampaignKind, content: Content, translator: Translator, today: date) -> str:
    """Say what a campaign of this kind tells, in one language; a day has its year where it is not of this season."""
    match content:
        case FreeWords(texts):
            return translator.t(
                "Jigisèmèjiri: {text}", text=filled(in_language(texts, translator.language), translator)
            )
        case Events(lines):
            return _event(kind, lines, translator, today)
        case Payments(lines, component):
            return _payments(kind, lines, component, translator, today)


def _payments(
    kind: CampaignKind,
    lines: Sequence[PaymentLine],
    component: ComponentCode | None,
    translator: Translator,
    today: date,
) -> str:
    name = translator.t(label(component, LINE)) if component else ""
    if len(lines) > 1:
        heading = [_heading(kind, translator), *([name] if name else [])]
        return "\n".join([*heading, *(_named(kind, line, translator, today) for line in lines)])
    first = lines[0]
    return _of_component(kind, name, first, translator, today) if name else _of_money(kind, first, translator, today)


def _of_component(kind: CampaignKind, component: str, line: PaymentLine, translator: Translator, today: date) -> str:
    """What is told of the money of a component, by its name."""
    values = {
        "component": component,
        "amount": _amount(line, translator),
        "date": _day(translator, line.day, today),
        "place": line.place,
    }
    match kind:
        case CampaignKind.REMINDER_3:
            return translator.t("Jigisèmèjiri: in 3 days, {date}, {place}: {component}, {amount}.", **values)
        case CampaignKind.REMINDER_1:
            return translator.t(
                "Jigisèmèjiri: tomorrow, {date}, {place}: {component}, {amount}. Bring your card.", **values
            )
        case CampaignKind.MOVED if line.day is not None:
            return translator.t(
                "Jigisèmèjiri: {component}. The day changed. It is not {old}, it is {new}. {place}.",
                component=component,
                new=_day(translator, line.day, today),
                old=_day(translator, line.old_day, today),
                place=line.place,
            )
        case CampaignKind.MOVED | CampaignKind.CANCELLED:
            return translator.t(
                "Jigisèmèjiri: {component}. No money will be given {date}. We will say another day.",
                component=component,
                date=_day(translator, line.old_day or line.day, today),
            )
        case CampaignKind.UNCLAIMED:
            return translator.t("Jigisèmèjiri: not taken: {component}, {amount}. Last day: {date}, {place}.", **values)
        case _:
            return translator.t(
                "Jigisèmèjiri: {component}: {amount} will be given {date}, {place}. Bring your card.", **values
            )


def _of_money(kind: CampaignKind, first: PaymentLine, translator: Translator, today: date) -> str:
    """What is told of what people mean by money."""
    amount = _amount(first, translator)
    match kind:
        case CampaignKind.REMINDER_3:
            return translator.t(
                "Jigisèmèjiri: in 3 days, {date}, {place}: {amount}.",
                date=_day(translator, first.day, today),
                place=first.place,
                amount=amount,
            )
        case CampaignKind.REMINDER_1:
            return translator.t(
                "Jigisèmèjiri: tomorrow, {date}, {place}: {amount}. Bring your card.",
                date=_day(translator, first.day, today),
                place=first.place,
                amount=amount,
            )
        case CampaignKind.MOVED if first.day is not None:
            return translator.t(
                "Jigisèmèjiri: the day changed. No money will be given {old}. It will be given {new}, {place}.",
                old=_day(translator, first.old_day, today),
                new=_day(translator, first.day, today),
                place=first.place,
            )
        case CampaignKind.MOVED | CampaignKind.CANCELLED:
            return translator.t(
                "Jigisèmèjiri: no money will be given {date}. We will say another day.",
                date=_day(translator, first.old_day or first.day, today),
            )
        case CampaignKind.UNCLAIMED:
            return translator.t(
                "Jigisèmèjiri: you did not come for the money. {amount}. Last day: {date}, {place}.",
                amount=amount,
                date=_day(translator, first.day, today),
                place=first.place,
            )
        case _:
            return translator.t(
                "Jigisèmèjiri: {amount} will be given {date}, {place}. Bring your card.",
                amount=amount,
                date=_day(translator, first.day, today),
                place=first.place,
            )


def _heading(kind: CampaignKind, translator: Translator) -> str:
    match kind:
        case CampaignKind.REMINDER_3:
            return translator.t("Jigisèmèjiri: money will be given in 3 days.")
        case CampaignKind.REMINDER_1:
            return translator.t("Jigisèmèjiri: money will be given tomorrow. Bring your card.")
        case CampaignKind.MOVED:
            return translator.t("Jigisèmèjiri: the day changed.")
        case CampaignKind.CANCELLED:
            return translator.t("Jigisèmèjiri: no money will be given. We will say another day.")
        case CampaignKind.UNCLAIMED:
            return translator.t("Jigisèmèjiri: you did not come for the money. Last day:")
        case _:
            return translator.t("Jigisèmèjiri: money will be given. Bring your card.")


def _named(kind: CampaignKind, line: PaymentLine, translator: Translator, today: date) -> str:
    """One line of a phone whose households do not all get the same."""
    day = _day(translator, line.day or line.old_day, today)
    if kind in (CampaignKind.MOVED, CampaignKind.CANCELLED):
        if line.day is None or kind is CampaignKind.CANCELLED:
            return translator.t("{name}: not {date}.", name=line.names, date=day)
        return translator.t("{name}: {date}, {place}.", name=line.names, date=day, place=line.place)
    return translator.t(
        "{name}: {amount}, {date}, {place}.",
        name=line.names,
        amount=_amount(line, translator),
        date=day,
        place=line.place,
    )


def _day(translator: Translator, day: date | None, today: date) -> str:
    return date_told(translator, day, today) if day else ""


def _amount(line: PaymentLine, translator: Translator) -> str:
    """The money of one household, or that each of several gets."""
    amount = translator.write(Amount(line.amount_xof))
    if line.households == 1:
        return amount
    return translator.t("{n} households, {amount} each", n=line.households, amount=amount)


def _event(kind: CampaignKind, lines: Sequence[EventLine], translator: Translator, today: date) -> str:
    more = (_more_events(line, translator, today) for line in lines[1:])
    return "\n".join([_one_event(kind, lines[0], translator, today), *more])


def _one_event(kind: CampaignKind, line: EventLine, translator: Translator, today: date) -> str:
    values = {
        "what": _what(line, translator),
        "date": _day(translator, line.day, today),
        "place": _where(line, translator),
    }
    match kind:
        case CampaignKind.REMINDER_3:
            return translator.t("Jigisèmèjiri: in {n} days: {what}, {date}, {place}. Come.", n=3, **values)
        case CampaignKind.REMINDER_1:
            return translator.t("Jigisèmèjiri: tomorrow: {what}, {date}, {place}. Come.", **values)
        case CampaignKind.CANCELLED:
            return translator.t("Jigisèmèjiri: {what}, {date}: it will not be done. We will say another day.", **values)
        case _:
            return translator.t("Jigisèmèjiri: {what}, {date}, {place}. Come.", **values)


def _more_events(line: EventLine, translator: Translator, today: date) -> str:
    return translator.t(
        "{what}: {date}, {place}.",
        what=_what(line, translator),
        date=_day(translator, line.day, today),
        place=_where(line, translator),
    )


def _what(line: EventLine, translator: Translator) -> str:
    return in_language(line.what, translator.language)


def _where(line: EventLine, translator: Translator) -> str:
    return f"{line.place}, {translator.write(line.hour)}" if line.hour else line.place
