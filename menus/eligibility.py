"""Whether the household is in the programme, with what, and why not. Nobody is told a score."""

from core.payments.account import MoneyAccount, account, can_come
from core.phrases.telling import payment_told, standing_told
from core.registry.components import TEXTS
from core.registry.households import EnrolmentCard, EventCard, Standing, standing
from core.registry.statuses import Status
from core.text.formats import hour_phrase, short_date
from core.text.languages import in_language
from core.text.translator import Amount
from core.text.words import LINE, label
from menus.line import line
from menus.whose import headed
from ussd.call import Call
from ussd.values import Value, answer, choose, option


@line.screen("component", "complaint_confirm")
async def eligibility(call: Call) -> Value:
    """The household's standing and, when it is in, its components."""
    household = await standing(call.number("household") or 0, call.today)
    if household is None:
        return choose(call.t("Your household is not written."))
    if household.status is Status.BENEFICIARY:
        return _enrolled(call, household)
    text = headed(call, "\n".join(standing_told(call.translator, household.status, household.status_reason)))
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
    household, money = await standing(household_id, call.today), await account(household_id, call.today)
    enrolments = household.enrolments if household else ()
    enrolment = next((each for each in enrolments if each.component == call.word("component")), None)
    if money is None or enrolment is None:
        return choose(call.t("You get no help yet."))
    lines = [call.t(label(enrolment.component, LINE))]
    if enrolment.ended is not None and enrolment.ended <= call.today:
        lines.append(call.t("Finished {day}", day=short_date(enrolment.ended)))
        return answer(headed(call, "\n".join([*lines, *_told(call, money, enrolment), _gives(call, enrolment)])))
    if enrolment.next_event is not None:
        lines.append(_event(call, TEXTS[enrolment.component].next_event, enrolment.next_event))
    lines += _told(call, money, enrolment)
    if len(lines) == 1 and can_come(enrolment, call.today):
        lines.append(call.t("No date fixed yet."))
    lines.append(_gives(call, enrolment))
    if enrolment.since is not None:
        lines.append(call.t("Since {day}", day=short_date(enrolment.since)))
    return answer(headed(call, "\n".join(lines)))


def _told(call: Call, money: MoneyAccount, enrolment: EnrolmentCard) -> list[str]:
    """What is said of its money, as under the key of payments."""
    return [line for news in money.of(enrolment.component) for line in payment_told(call.translator, news, call.today)]


def _enrolled(call: Call, household: Standing) -> Value:
    if not household.enrolments:
        return choose(headed(call, f"{call.t('Your household is written.')}\n{call.t('You get no help yet.')}"))
    return answer(
        headed(call, call.t("Your household gets help.")),
        *(
            option(call.t(label(each.component, LINE)), "component", component=each.component.value)
            for each in household.enrolments
        ),
    )


def _gives(call: Call, enrolment: EnrolmentCard) -> str:
    texts = TEXTS[enrolment.component]
    if enrolment.amount_xof is not None and texts.gives_amount:
        return call.t(texts.gives_amount, amount=Amount(enrolment.amount_xof), times=enrolment.times or 1)
    return call.t(texts.gives)


def _event(call: Call, without_words: str, event: EventCard) -> str:
    what = in_language(event.what, call.translator.language)
    if what:
        text = call.t("{what}: {date}, {place}", what=what, date=event.date, place=event.place)
    else:
        text = call.t(without_words, date=event.date, place=event.place)
    return f"{text}, {hour_phrase(call.translator.language, event.time)}" if event.time else text
