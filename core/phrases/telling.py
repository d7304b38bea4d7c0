"""What is said of a payment or a grievance, a line for each thing: the same on a screen and in an SMS."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from core.grievances.following import GrievanceView
from core.grievances.vocabulary import DECIDED
from core.payments.account import MoneyAccount, PaymentNews, PaymentPhase
from core.payments.history import PaymentCard
from core.payments.states import REMEDIES, PaymentState, failure_reason
from core.platform.settings.in_force import in_force
from core.registry.components import PLAIN
from core.registry.statuses import REMEDIES as STATUS_REMEDIES
from core.registry.statuses import Status, status_reason
from core.text.formats import date_phrase, short_date
from core.text.translator import Amount, Translator
from core.text.words import LINE, label

SOON_DAYS: Final = 14
"""Days ahead that are said beside the date; further on people count in weeks."""

SEASON_DAYS: Final = 180
"""Further away than this, a day without its year would be taken for that of this year."""


def money_told(translator: Translator, account: MoneyAccount) -> list[str]:
    """What is said of a household's money, in blocks of lines: where it stands if that decides, then each payment.

    Each payment is named by its component where that is not what people mean by money.
    """
    outside = account.status is not Status.BENEFICIARY
    blocks = ["\n".join(standing_told(translator, account.status, account.status_reason))] if outside else []
    named = {each.card.component for each in account.urgent} != {PLAIN}
    for news in account.urgent:
        lines = payment_told(translator, news, account.today)
        name = [translator.t(label(news.card.component, LINE))] if named else []
        blocks.append("\n".join([*name, *lines]))
    return blocks or [_no_money(translator, account)]


def _no_money(translator: Translator, account: MoneyAccount) -> str:
    """That no day is fixed, where one can come; else what the household gets that is no money, if anything."""
    if account.expects:
        return translator.t("No date fixed yet.")
    if not account.running:
        return translator.t("You get no help yet.")
    names = [translator.t(label(component, LINE)) for component in sorted(account.running)]
    return "\n".join([translator.t("Your household gets help."), translator.t("What you get:"), *names])


def standing_told(translator: Translator, status: Status, written: str | None) -> list[str]:
    """Where a household stands that is not in the programme now, why (a code, or words), and what it can do."""
    code = status_reason(written)
    reason = translator.t(label(code, LINE)) if code else _written(translator, written)
    step = translator.t(STATUS_REMEDIES[code]) if code in STATUS_REMEDIES else ""
    match status:
        case Status.BENEFICIARY:
            lines = [translator.t("Your household gets help.")]
        case Status.ELIGIBLE:
            lines = [
                translator.t("Your household was chosen."),
                translator.t("Your name will be written. We will say the day."),
            ]
        case Status.WAITING:
            lines = [translator.t("Your household was chosen, but its time has not come yet."), reason]
        case Status.SUSPENDED:
            call = translator.t("Call {phone}.", phone=contact_phone())
            lines = [translator.t("The help is stopped."), reason, step, call]
        case Status.EXITED:
            lines = [translator.t("Your household has finished the programme."), reason]
        case _:
            lines = [translator.t("Your household was not chosen."), reason, step]
    return [each for each in lines if each]


def payment_told(translator: Translator, news: PaymentNews, today: date) -> list[str]:
    """What is said of one payment on `today`."""
    return [each for each in TELLINGS[news.phase](translator, news.card, today) if each]


def date_told(translator: Translator, day: date, today: date) -> str:
    """A day by its date, with the year where it is not of this season."""
    return date_phrase(translator.language, day, year=abs((day - today).days) > SEASON_DAYS)


def day_told(translator: Translator, day: date, today: date) -> str:
    """A day as people say it: `samedi 28 novembre (demain)`, with the year where it is not of this season."""
    phrase = date_told(translator, day, today)
    match (day - today).days:
        case -1:
            near = translator.t("yesterday")
        case 0:
            near = translator.t("today")
        case 1:
            near = translator.t("tomorrow")
        case days if 1 < days <= SOON_DAYS:
            near = translator.t("in {n} days", n=days)
        case _:
            return phrase
    return f"{phrase} ({near})"


def _open(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    amount = Amount(card.amount_xof)
    if card.state is PaymentState.UNCLAIMED:
        first = translator.t("The money has not been taken: {amount}", amount=amount)
    elif card.due_date == today:
        first = translator.t("Money is given today: {amount}", amount=amount)
    else:
        first = translator.t("You can still take {amount}", amount=amount)
    hour = _hour(translator, card) if card.due_date == today else ""
    return [first, place_told(translator, card.place), hour, _last_day(translator, card, today)]


def _hour(translator: Translator, card: PaymentCard) -> str:
    """When to come on the day; '' where the files name no hour."""
    return "" if card.hour is None else translator.t("at {begin}", begin=card.hour)


def _last_day(translator: Translator, card: PaymentCard, today: date) -> str:
    """The last day of a window of more than one day; '' for another."""
    if card.last_day is None or card.last_day == card.due_date:
        return ""
    return translator.t("Last day: {date}", date=day_told(translator, card.last_day, today))


def _coming(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    """Day and place first, which a first page then has; the hour of a day that moved last, which has no room before."""
    day = card.due_date or today
    dropped = None if card.moved_from == day else card.moved_from
    spoken = day_told(translator, day, today)
    return [
        translator.t("Day changed: {new}", new=spoken)
        if dropped
        else translator.t("Money will be given: {date}", date=spoken),
        place_told(translator, card.place, card.agency),
        "" if dropped else _hour(translator, card),
        translator.t("Not {old}.", old=date_told(translator, dropped, today)) if dropped else "",
        _last_day(translator, card, today),
        translator.t("Amount: {amount}", amount=Amount(card.amount_xof)),
        _hour(translator, card) if dropped else "",
    ]


def _undated(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    amount = translator.t("Amount: {amount}", amount=Amount(card.amount_xof))
    if card.moved_from is None:
        return [translator.t("No date fixed yet."), amount]
    dropped = day_told(translator, card.moved_from, today)
    return [translator.t("No money will be given {date}. We will say another day.", date=dropped), amount]


def _overdue(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    day = card.due_date or card.last_day
    first = translator.t("{day}: {amount}", day=short_date(day) if day else "-", amount=Amount(card.amount_xof))
    return [first, translator.t("Not paid yet.")]


def _paid(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    amount = Amount(card.amount_xof)
    if card.paid_on is None:
        return [translator.t("Money was given: {amount}", amount=amount)]
    day = day_told(translator, card.paid_on, today)
    return [translator.t("Money was given {date}: {amount}", date=day, amount=amount)]


def _carried(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    first = translator.t("The money has not been taken: {amount}", amount=Amount(card.amount_xof))
    return [first, translator.t("It will be added to the next payment.")]


def _failed(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    first = translator.t("The money could not be given: {amount}", amount=Amount(card.amount_xof))
    code = failure_reason(card.reason)
    reason = translator.t(label(code, LINE)) if code else _written(translator, card.reason)
    remedy = translator.t(REMEDIES[code]) if code in REMEDIES else translator.t("Call {phone}.", phone=contact_phone())
    return [first, reason, remedy]


def _cancelled(translator: Translator, card: PaymentCard, today: date) -> list[str]:
    if card.due_date is None:
        return [translator.t("The payment will not be made. We will say another day.")]
    day = day_told(translator, card.due_date, today)
    return [translator.t("No money will be given {date}. We will say another day.", date=day)]


TELLINGS: Final[Mapping[PaymentPhase, Callable[[Translator, PaymentCard, date], list[str]]]] = {
    PaymentPhase.OPEN: _open,
    PaymentPhase.COMING: _coming,
    PaymentPhase.CANCELLED: _cancelled,
    PaymentPhase.OVERDUE: _overdue,
    PaymentPhase.FAILED: _failed,
    PaymentPhase.CARRIED: _carried,
    PaymentPhase.UNDATED: _undated,
    PaymentPhase.PAID: _paid,
}


def place_told(translator: Translator, *places: str | None) -> str:
    """Where it is, as the files name it; '' where they do not."""
    place = ", ".join(each for each in places if each)
    return translator.t("Place: {place}", place=place) if place else ""


def _written(translator: Translator, reason: str | None) -> str:
    """A reason that somebody wrote in words of their own: said as one, since it may be in another language."""
    return translator.t("Reason: {text}", text=reason) if reason else ""


def grievance_told(translator: Translator, grievance: GrievanceView, today: date) -> list[str]:
    """Where a grievance stands, the answer when there is one, and until when one is due; or that it is late.

    What waits for the person says what it waits for, and promises no day.
    """
    if grievance.withdrawn:
        return [translator.t("You withdrew it.")]
    lines = [translator.t(label(grievance.state, LINE))]
    if grievance.answer and not grievance.lapsed:
        return [*lines, translator.t("Answer: {text}", text=grievance.answer)]
    if grievance.lapsed:
        return [*lines, translator.t("We got no answer.")]
    if grievance.state in DECIDED:
        return lines
    if grievance.question:
        return [*lines, translator.t("Question: {text}", text=grievance.question)]
    if grievance.reopened:
        lines.append(translator.t("It was reopened."))
    day = day_told(translator, grievance.answer_due, today)
    if grievance.answer_due >= today:
        return [*lines, translator.t("Answer at the latest: {date}", date=day)]
    late = translator.t("The answer is late. Its last day was {date}.", date=day)
    return [*lines, late, translator.t("Call {phone}.", phone=contact_phone())]


def perhaps_lost(translator: Translator, restored: date) -> str:
    """Say that a complaint whose number is not seen may have been lost, where the database was restored that day.

    Who asks for another's number hears the same: that there is one is told to nobody else.
    """
    return translator.t(
        "Something did not work on {day}. If your complaint is not here, make it again.", day=short_date(restored)
    )


def contact_phone() -> str:
    """The first telephone of the programme; empty when none is set."""
    phones = in_force().contact_phones
    return phones[0] if phones else ""
