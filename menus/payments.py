"""The next payment, whatever has become of it, and those that were paid."""

from core.payments import PaymentCard, PaymentState, current_payment, past_payments
from core.voice import N_, Amount
from core.wording import short_date
from menus.contacts import phone
from menus.line import line
from ussd.call import Call
from ussd.values import Option, Value, choose, option, say

REASONS = {
    "phone": N_("The phone number did not match."),
    "name": N_("The name did not match."),
    "sim": N_("The SIM is closed."),
    "agency": N_("The payment agency did not come."),
    "returned": N_("The money went back."),
}
"""Why a payment failed, for the reasons the programme's files give as a code; another reason is said as written."""

REMEDIES = {
    "name": N_("Go to the town hall with your paper."),
    "agency": N_("See the village committee."),
}
"""What to do, where it is not to call the programme."""


@line.screen("earlier_payments", "payment_said", "complaint_subjects")
async def payment(call: Call) -> Value:
    """The payment to talk about now."""
    card = await current_payment(call.number("household") or 0, call.today)
    text = call.t("No date fixed yet.") if card is None else told(call, card)
    return choose(
        text,
        option(call.t("Past payments"), "earlier_payments"),
        *_complaint(call, card),
        option(call.t("Finish"), "payment_said", said=text),
    )


@line.screen()
async def payment_said(call: Call) -> Value:
    """The same once more as the last text of the call, which stays on the phone to be shown to others."""
    return say(f"{call.word('said')}\n{call.t('You pay nothing. No one must ask money of you.')}")


@line.screen()
async def earlier_payments(call: Call) -> Value:
    """What was paid, newest first, and its sum."""
    cards = await past_payments(call.number("household") or 0)
    if not cards:
        return choose(call.t("No payment yet."))
    rows = [
        call.t("{day}: {amount}", day=short_date(card.paid_on) if card.paid_on else "-", amount=Amount(card.amount_xof))
        for card in cards
    ]
    total = call.t("All together: {amount}", amount=Amount(sum(card.amount_xof for card in cards)))
    return choose("\n".join([call.t("Past payments"), *rows, total]))


def told(call: Call, card: PaymentCard) -> str:
    """What is said of one payment, a line for each thing."""
    match card.state:
        case PaymentState.PAID:
            lines = _paid(call, card)
        case PaymentState.UNCLAIMED:
            lines = _unclaimed(call, card)
        case PaymentState.FAILED:
            lines = _failed(call, card)
        case PaymentState.CANCELLED:
            lines = _cancelled(call, card)
        case _:
            lines = _coming(call, card)
    return "\n".join(lines)


def _coming(call: Call, card: PaymentCard) -> list[str]:
    amount = Amount(card.amount_xof)
    if card.due_date is None:
        return [call.t("No date fixed yet."), call.t("Amount: {amount}", amount=amount)]
    if card.due_date < call.today:
        return [call.t("{day}: {amount}", day=short_date(card.due_date), amount=amount), call.t("Not paid yet.")]
    where = card.place or ""
    if card.moved_from is not None and card.moved_from != card.due_date:
        first = call.t("Day changed: {new}, not {old}.", new=card.due_date, old=card.moved_from)
        lines = [first, where] if where else [first]
    elif where:
        lines = [call.t("Money will be given: {date}, {place}", date=card.due_date, place=where)]
    else:
        lines = [call.t("Money will be given: {date}", date=card.due_date)]
    lines.append(call.t("Amount: {amount}", amount=amount))
    if card.agency:
        lines.append(call.t("Payment agency: {name}", name=card.agency))
    return lines


def _paid(call: Call, card: PaymentCard) -> list[str]:
    amount = Amount(card.amount_xof)
    if card.paid_on is None:
        return [call.t("Money was given: {amount}", amount=amount)]
    return [call.t("Money was given {date}: {amount}", date=card.paid_on, amount=amount)]


def _unclaimed(call: Call, card: PaymentCard) -> list[str]:
    first = call.t("The money has not been taken: {amount}", amount=Amount(card.amount_xof))
    if card.last_day is None or card.last_day < call.today:
        return [first, call.t("It will be added to the next payment.")]
    lines = [first, call.t("Last day: {date}", date=card.last_day)]
    return [*lines, card.place] if card.place else lines


def _failed(call: Call, card: PaymentCard) -> list[str]:
    first = call.t("The money could not be given: {amount}", amount=Amount(card.amount_xof))
    code = (card.reason or "").strip().lower()
    reason = call.t(REASONS[code]) if code in REASONS else card.reason
    remedy = call.t(REMEDIES[code]) if code in REMEDIES else call.t("Call {phone}.", phone=phone())
    return [first, reason, remedy] if reason else [first, remedy]


def _cancelled(call: Call, card: PaymentCard) -> list[str]:
    if card.due_date is None:
        return [call.t("The payment will not be made. We will say another day.")]
    return [call.t("No money will be given {date}. We will say another day.", date=card.due_date)]


def _complaint(call: Call, card: PaymentCard | None) -> list[Option]:
    troubled = card is not None and (
        card.state in (PaymentState.FAILED, PaymentState.UNCLAIMED)
        or (card.due_date is not None and card.due_date < call.today and card.state is not PaymentState.PAID)
    )
    return [option(call.t("Make a complaint"), "complaint_subjects", topic="payment")] if troubled else []
