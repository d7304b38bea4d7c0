"""What is said of a payment or a grievance, a line for each thing: the same on a screen and in an SMS."""

from datetime import date

from core.grievances.following import GrievanceView
from core.grievances.vocabulary import DECIDED
from core.payments.history import PaymentCard
from core.payments.states import REMEDIES, PaymentState, failure_reason
from core.platform.settings import settings
from core.text.formats import short_date
from core.text.translator import Amount, Translator
from core.text.words import LINE, label


def payment_told(translator: Translator, card: PaymentCard, today: date) -> str:
    """What is said of one payment on `today`."""
    match card.state:
        case PaymentState.PAID:
            lines = _paid(translator, card, today)
        case PaymentState.UNCLAIMED:
            lines = _unclaimed(translator, card, today)
        case PaymentState.FAILED:
            lines = _failed(translator, card, today)
        case PaymentState.CANCELLED:
            lines = _cancelled(translator, card, today)
        case _:
            lines = _coming(translator, card, today)
    return "\n".join(lines)


def _coming(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    amount = Amount(card.amount_xof)
    if card.due_date is None:
        return [translator.t("No date fixed yet."), translator.t("Amount: {amount}", amount=amount)]
    if card.due_date < today:
        return [
            translator.t("{day}: {amount}", day=short_date(card.due_date), amount=amount),
            translator.t("Not paid yet."),
        ]
    where = card.place or ""
    if card.moved_from is not None and card.moved_from != card.due_date:
        first = translator.t("Day changed: {new}, not {old}.", new=card.due_date, old=card.moved_from)
        lines = [first, where] if where else [first]
    elif where:
        lines = [translator.t("Money will be given: {date}, {place}", date=card.due_date, place=where)]
    else:
        lines = [translator.t("Money will be given: {date}", date=card.due_date)]
    lines.append(translator.t("Amount: {amount}", amount=amount))
    if card.agency:
        lines.append(translator.t("Payment agency: {name}", name=card.agency))
    return lines


def _paid(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    amount = Amount(card.amount_xof)
    if card.paid_on is None:
        return [translator.t("Money was given: {amount}", amount=amount)]
    return [translator.t("Money was given {date}: {amount}", date=card.paid_on, amount=amount)]


def _unclaimed(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    first = translator.t("The money has not been taken: {amount}", amount=Amount(card.amount_xof))
    if card.last_day is None or card.last_day < today:
        return [first, translator.t("It will be added to the next payment.")]
    lines = [first, translator.t("Last day: {date}", date=card.last_day)]
    return [*lines, card.place] if card.place else lines


def _failed(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    first = translator.t("The money could not be given: {amount}", amount=Amount(card.amount_xof))
    code = failure_reason(card.reason)
    reason = translator.t(label(code, LINE)) if code else card.reason
    remedy = translator.t(REMEDIES[code]) if code in REMEDIES else translator.t("Call {phone}.", phone=contact_phone())
    return [first, reason, remedy] if reason else [first, remedy]


def _cancelled(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    if card.due_date is None:
        return [translator.t("The payment will not be made. We will say another day.")]
    return [translator.t("No money will be given {date}. We will say another day.", date=card.due_date)]


def grievance_told(translator: Translator, grievance: GrievanceView) -> list[str]:
    """Where a grievance stands, the answer when there is one, and until when one is due."""
    lines = [translator.t(label(grievance.state, LINE))]
    if grievance.answer:
        return [*lines, translator.t("Answer: {text}", text=grievance.answer)]
    if grievance.state in DECIDED:
        return lines
    if grievance.reopened:
        lines.append(translator.t("It was reopened."))
    return [*lines, translator.t("Answer at the latest: {date}", date=grievance.answer_due)]


def contact_phone() -> str:
    """The first telephone of the programme; empty when none is set."""
    phones = settings().contact_phones
    return phones[0] if phones else ""
