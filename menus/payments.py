"""The next payment, whatever has become of it, and those that were paid."""

from core.payments.history import PaymentCard, current_payment, past_payments
from core.payments.states import MISSED, PaymentState
from core.phrases.telling import payment_told
from core.text.formats import short_date
from core.text.translator import Amount
from menus.line import line
from ussd.call import Call
from ussd.values import Option, Value, answer, choose, option, say


@line.screen("earlier_payments", "payment_said", "complaint_subjects")
async def payment(call: Call) -> Value:
    """The payment to talk about now."""
    card = await current_payment(call.number("household") or 0, call.today)
    text = call.t("No date fixed yet.") if card is None else payment_told(call.translator, card, call.today)
    return answer(
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


def _complaint(call: Call, card: PaymentCard | None) -> list[Option]:
    troubled = card is not None and (
        card.state in MISSED
        or (card.due_date is not None and card.due_date < call.today and card.state is not PaymentState.PAID)
    )
    return [option(call.t("Make a complaint"), "complaint_subjects", topic="payment")] if troubled else []
