"""Whether the household is in the programme, with what, and why not. Nobody is told a score."""

from core.payments.history import current_payment
from core.payments.states import COMING
from core.phrases.telling import contact_phone
from core.registry.components import TEXTS
from core.registry.households import EnrolmentCard, EventCard, Standing, standing
from core.registry.statuses import REMEDIES, Status, status_reason
from core.text.formats import hour_phrase, short_date
from core.text.languages import in_language
from core.text.translator import Amount
from core.text.words import LINE, label
from menus.line import line
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
    text = "\n".join(_outside(call, household))
    if household.status is not Status.NOT_ELIGIBLE:
        return answer(text)
    appeal = option(
        call.t("I do not agree: complain"), "complaint_confirm", category="exclusion", subcategory="left_out"
    )
    return answer(text, appeal)


@line.screen()
async def component(call: Call) -> Value:
    """One component: since when, what it gives, the next date and place."""
    household = await standing(call.number("household") or 0, call.today)
    enrolments = household.enrolments if household else ()
    enrolment = next((each for each in enrolments if each.component == call.word("component")), None)
    if enrolment is None:
        return choose(call.t("You get no help yet."))
    lines = [call.t(label(enrolment.component, LINE)), _gives(call, enrolment)]
    if enrolment.ended is not None and enrolment.ended <= call.today:
        return answer("\n".join([*lines, call.t("Finished {day}", day=short_date(enrolment.ended))]))
    if enrolment.since is not None:
        lines.append(call.t("Since {day}", day=short_date(enrolment.since)))
    lines.append(await _next(call, enrolment))
    return answer("\n".join(each for each in lines if each))


def _enrolled(call: Call, household: Standing) -> Value:
    if not household.enrolments:
        return choose(f"{call.t('Your household gets help.')}\n{call.t('You get no help yet.')}")
    return answer(
        call.t("Your household gets help."),
        *(
            option(call.t(label(each.component, LINE)), "component", component=each.component.value)
            for each in household.enrolments
        ),
    )


def _outside(call: Call, household: Standing) -> list[str]:
    code = status_reason(household.status_reason)
    reason = call.t(label(code, LINE)) if code else household.status_reason or ""
    step = call.t(REMEDIES[code]) if code in REMEDIES else ""
    match household.status:
        case Status.ELIGIBLE:
            lines = [call.t("Your household was chosen.")]
        case Status.WAITING:
            lines = [call.t("Your household was chosen, but its time has not come yet."), reason]
        case Status.SUSPENDED:
            lines = [call.t("The help is stopped."), reason, step, call.t("Call {phone}.", phone=contact_phone())]
        case Status.EXITED:
            lines = [call.t("Your household has finished the programme."), reason]
        case _:
            lines = [call.t("Your household was not chosen."), reason, step]
    return [each for each in lines if each]


def _gives(call: Call, enrolment: EnrolmentCard) -> str:
    texts = TEXTS[enrolment.component]
    if enrolment.amount_xof is not None and texts.gives_amount:
        return call.t(texts.gives_amount, amount=Amount(enrolment.amount_xof), times=enrolment.times or 1)
    return call.t(texts.gives)


async def _next(call: Call, enrolment: EnrolmentCard) -> str:
    if enrolment.next_event is not None:
        return _event(call, TEXTS[enrolment.component].next_event, enrolment.next_event)
    card = await current_payment(call.number("household") or 0, call.today)
    if card is None or card.state not in COMING or card.component is not enrolment.component:
        return call.t("No date fixed yet.")
    if card.due_date is None or card.due_date < call.today:
        return call.t("No date fixed yet.")
    return call.t("Money will be given: {date}, {place}", date=card.due_date, place=card.place or "-")


def _event(call: Call, without_words: str, event: EventCard) -> str:
    what = in_language(event.what, call.translator.language)
    if what:
        text = call.t("{what}: {date}, {place}", what=what, date=event.date, place=event.place)
    else:
        text = call.t(without_words, date=event.date, place=event.place)
    return f"{text}, {hour_phrase(call.translator.language, event.time)}" if event.time else text
