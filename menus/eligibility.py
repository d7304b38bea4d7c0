"""Whether the household is in the programme, with what, and why not. Nobody is told a score."""

from collections.abc import Iterable

from core.payments.account import MoneyAccount, PaymentNews, PaymentPhase, account, can_come
from core.phrases.events import events_told
from core.phrases.telling import payment_told, standing_told
from core.registry.components import TEXTS
from core.registry.households import EnrolmentCard, Standing, standing
from core.registry.statuses import Status
from core.text.formats import short_date
from core.text.translator import Amount
from core.text.words import LINE, label
from menus.line import line
from menus.whose import headed
from ussd.call import Call
from ussd.pages import BLOCK
from ussd.values import Option, Value, answer, choose, option


@line.screen("component", "complaint_confirm")
async def eligibility(call: Call) -> Value:
    """The household's standing and, when it is in, its components."""
    household = await standing(call.number("household") or 0, call.now)
    if household is None:
        return choose(call.t("Your household is not written."))
    if household.status is Status.BENEFICIARY:
        return _enrolled(call, household)
    text = headed(call, "\n".join(standing_told(call.translator, household.status, household.status_reason)))
    if household.status is Status.EXITED:
        return _what_follows(call, household, text)
    if household.status is not Status.NOT_ELIGIBLE:
        return answer(text)
    appeal = option(
        call.t("I do not agree: complain"), "complaint_confirm", category="exclusion", subcategory="left_out"
    )
    return answer(text, appeal)


@line.screen()
async def component(call: Call) -> Value:
    """One component: its days and its money first, then what it gives and since when."""
    household_id = call.number("household") or 0
    household, money = await standing(household_id, call.now), await account(household_id, call.today)
    enrolments = household.enrolments if household else ()
    enrolment = next((each for each in enrolments if each.component == call.word("component")), None)
    if money is None or enrolment is None:
        return choose(call.t("You get no help yet."))
    head, *days = _days(call, money, enrolment) or [""]
    first = [call.t(label(enrolment.component, LINE)), _ended(call, enrolment), head]
    return answer(headed(call, BLOCK.join(["\n".join(filter(None, first)), *days, _fixed(call, enrolment)])))


def _days(call: Call, money: MoneyAccount, enrolment: EnrolmentCard) -> list[str]:
    """Money that is to come, its events, money that came: a block for each; or that no day is fixed, if one can be."""
    news = money.of(enrolment.component)
    events = enrolment.events if enrolment.runs(call.today) else ()
    days = [
        *(_payment_lines(call, each) for each in news if each.phase is not PaymentPhase.PAID),
        *events_told(call.translator, enrolment.component, events, call.today),
        *(_payment_lines(call, each) for each in news if each.phase is PaymentPhase.PAID),
    ]
    return days or ([call.t("No date fixed yet.")] if can_come(enrolment, call.today) else [])


def _payment_lines(call: Call, news: PaymentNews) -> str:
    return "\n".join(payment_told(call.translator, news, call.today))


def _ended(call: Call, enrolment: EnrolmentCard) -> str:
    if enrolment.ended is None or enrolment.runs(call.today):
        return ""
    return call.t("Finished {day}", day=short_date(enrolment.ended))


def _fixed(call: Call, enrolment: EnrolmentCard) -> str:
    """What it gives, and since when where it goes on."""
    if enrolment.since is None or not enrolment.runs(call.today):
        return _gives(call, enrolment)
    return f"{_gives(call, enrolment)}\n{call.t('Since {day}', day=short_date(enrolment.since))}"


def _gives(call: Call, enrolment: EnrolmentCard) -> str:
    """With its sum where that is known, and no event of it names another."""
    texts = TEXTS[enrolment.component]
    if enrolment.amount_xof is None or texts.gives_amount is None or any(each.wage_xof for each in enrolment.events):
        return call.t(texts.gives)
    return call.t(texts.gives_amount, amount=Amount(enrolment.amount_xof), times=enrolment.times or 1)


def _enrolled(call: Call, household: Standing) -> Value:
    if not household.enrolments:
        return choose(headed(call, f"{call.t('Your household is written.')}\n{call.t('You get no help yet.')}"))
    return answer(headed(call, call.t("Your household gets help.")), *_components(call, household.enrolments))


def _what_follows(call: Call, household: Standing, stands: str) -> Value:
    """What a household that has finished gets all the same, after where it stands."""
    running = [each for each in household.enrolments if each.runs(call.today)]
    if not running:
        return answer(stands)
    return answer(f"{stands}\n{call.t('What you get:')}", *_components(call, running))


def _components(call: Call, enrolments: Iterable[EnrolmentCard]) -> list[Option]:
    return [
        option(call.t(label(each.component, LINE)), "component", component=each.component.value) for each in enrolments
    ]
