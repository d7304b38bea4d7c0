"""After pay day: whether the money came, all of it, not all, or nothing; what is missing becomes a complaint."""

from collections.abc import Sequence

from core.calls.daily_uses import Use
from core.grievances.filing import Filed
from core.grievances.missing_money import Answerer, ComplainedBefore, answer_for
from core.payments.account import PaymentNews
from core.payments.history import PaymentCard
from core.payments.replies import MoneyReply, missing_sum, own_payment, reply_of, unreplied
from core.phrases.telling import day_told, payment_told
from core.registry.components import PLAIN
from core.text.translator import Amount
from core.text.words import LINE, label
from menus.bounds import bounded
from menus.line import line
from menus.viewer import IDENTIFIED, may_tell_again
from menus.whose import headed
from ussd.call import Call
from ussd.values import Option, Say, Value, ask, choose, go, option, retry, say


def received_option(call: Call, asked: Sequence[PaymentNews]) -> list[Option]:
    """The way to the question, where a payment of the household is still to be answered for."""
    return [option(call.t("Did you get the money?"), "received")] if asked else []


@line.screen("received_all", "received_missing", "received_confirm", "payment", private=True)
async def received(call: Call) -> Value:
    """The last payment that nobody answered for, and whether its money came."""
    asked = await unreplied(call.number("household") or 0, call.today)
    if not asked:
        return go("payment")
    card = asked[0].card
    return choose(
        headed(call, "\n".join([*_told(call, asked[0]), call.t("Did you get the money?")])),
        option(call.t(label(MoneyReply.ALL, LINE)), "received_all"),
        option(call.t(label(MoneyReply.NOT_ALL, LINE)), "received_missing"),
        option(call.t(label(MoneyReply.NOTHING, LINE)), "received_confirm", missing=str(card.amount_xof)),
        payment=card.id,
    )


def _told(call: Call, news: PaymentNews) -> list[str]:
    name = [] if news.card.component is PLAIN else [call.t(label(news.card.component, LINE))]
    return [*name, *payment_told(call.translator, news, call.today)]


@line.screen("received_confirm", private=True)
async def received_missing(call: Call) -> Value:
    """The sum that is missing, of one that is said with its unit."""
    card = await _card(call)
    if card is None:
        return _gone(call)
    asked = call.t("Of {amount}, how much is missing?", amount=Amount(card.amount_xof))
    return ask(asked, "received_confirm", "missing")


@line.screen("received_sent", private=True)
async def received_confirm(call: Call) -> Value:
    """What is missing, said once more with its unit before it is sent: money is counted in fives too."""
    card = await _card(call)
    if card is None:
        return _gone(call)
    missing = missing_sum(call.word("missing"), card.amount_xof)
    if missing is None:
        return retry(call.t("The sum does not fit. At most {amount}.", amount=Amount(card.amount_xof)))
    asked = [
        call.t("Send this complaint?"),
        call.t(label(reply_of(missing, card.amount_xof), LINE)),
        call.t("Missing: {amount}", amount=Amount(missing)),
    ]
    return choose(headed(call, "\n".join(asked)), option(call.t("Yes, send"), "received_sent"))


@line.act()
async def received_all(call: Call) -> Value:
    """Written, with thanks."""
    card = await _card(call)
    if card is None:
        return _gone(call)
    answered = await answer_for(_answerer(call), card, None, call.now)
    return _complained_before(call, answered) or say(call.t("Thank you. It is written."), again=may_tell_again(call))


@line.act()
async def received_sent(call: Call) -> Value:
    """A complaint of what is missing, with its reference."""
    card = await _card(call)
    missing = missing_sum(call.word("missing"), card.amount_xof) if card else None
    if card is None or missing is None:
        return _gone(call)
    if too_often := await bounded(call, Use.FILING):
        return too_often
    answered = await answer_for(_answerer(call), card, missing, call.now)
    if before := _complained_before(call, answered):
        return before
    lines = [call.t("Thank you. It is written.")]
    if isinstance(answered, Filed):
        lines = [
            call.t("The complaint is written. Number: {ref}", ref=answered.reference),
            call.t("Answer at the latest: {date}", date=day_told(call.translator, answered.answer_due, call.today)),
        ]
    return say("\n".join(lines), again=may_tell_again(call))


async def _card(call: Call) -> PaymentCard | None:
    return await own_payment(call.number("payment") or 0, call.number("household") or 0)


def _gone(call: Call) -> Say:
    """The payment is not in the registry any more as it was asked about."""
    return say(call.t("No payment yet."))


def _complained_before(call: Call, answered: Filed | ComplainedBefore | None) -> Say | None:
    if not isinstance(answered, ComplainedBefore):
        return None
    already = call.t("You complained of this already. Number: {ref}", ref=answered.reference)
    return say(already, again=may_tell_again(call))


def _answerer(call: Call) -> Answerer:
    return Answerer(
        key=call.key,
        msisdn=call.msisdn,
        household_id=call.number("household") or 0,
        borrowed=call.flag(IDENTIFIED),
        language=call.translator.language,
    )
