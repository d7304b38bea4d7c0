"""The next payment, whatever has become of it, and those that were paid."""

from collections.abc import Sequence

from core.payments.account import TROUBLED, MoneyAccount
from core.payments.history import PaymentCard, past_payments
from core.payments.replies import account_and_unreplied
from core.payments.states import MISSED
from core.phrases.telling import money_told
from core.registry.components import PLAIN, ComponentCode
from core.text.formats import short_date
from core.text.translator import Amount
from core.text.words import LINE, label
from menus.line import line
from menus.received import received_option
from menus.whose import headed
from ussd.call import Call
from ussd.pages import BLOCK
from ussd.values import Option, Value, answer, choose, option, say


@line.screen("earlier_payments", "payment_said", "complaint_subjects", "received")
async def payment(call: Call) -> Value:
    """All of the household's money: what can be taken, what comes, what went wrong."""
    asking = await account_and_unreplied(call.number("household") or 0, call.today)
    money = asking.account
    if money is None:
        return choose(call.t("Your household is not written."))
    text = headed(call, BLOCK.join(money_told(call.translator, money)))
    return answer(
        text,
        *_complaint(call, money),
        *received_option(call, asking.unreplied),
        option(call.t("Past payments"), "earlier_payments"),
        option(call.t("Finish"), "payment_said", said=text),
    )


@line.screen()
async def payment_said(call: Call) -> Value:
    """The same once more as the last text of the call, which stays on the phone to be shown to others."""
    return say(f"{call.word('said')}{BLOCK}{call.t('You pay nothing. No one must ask money of you.')}")


@line.screen()
async def earlier_payments(call: Call) -> Value:
    """What was paid, newest first, and its sum; each component by itself where there are several."""
    cards = await past_payments(call.number("household") or 0)
    if not cards:
        return choose(call.t("No payment yet."))
    components = sorted({card.component for card in cards}, key=tuple(ComponentCode).index)
    lines = [call.t("Past payments")]
    for component in components:
        if components != [PLAIN]:
            lines.append(call.t(label(component, LINE)))
        lines += _paid(call, [card for card in cards if card.component is component])
    return choose(headed(call, "\n".join(lines)))


def _paid(call: Call, cards: Sequence[PaymentCard]) -> list[str]:
    rows = [
        call.t("{day}: {amount}", day=short_date(card.paid_on) if card.paid_on else "-", amount=Amount(card.amount_xof))
        for card in cards
    ]
    return [*rows, call.t("All together: {amount}", amount=Amount(sum(card.amount_xof for card in cards)))]


def _complaint(call: Call, money: MoneyAccount) -> list[Option]:
    troubled = any(each.phase in TROUBLED or each.card.state in MISSED for each in money.urgent)
    return [option(call.t("Make a complaint"), "complaint_subjects", topic="payment")] if troubled else []
