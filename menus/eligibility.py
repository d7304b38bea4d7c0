"""Whether the household is in the programme, with what, and why not. Nobody is told a score."""

from core.payments.history import PaymentState, current_payment
from core.phrases.telling import contact_phone
from core.registry.components import EventCard
from core.registry.households import EnrolmentCard, Standing, Status, standing
from core.text.formats import hour_phrase, short_date
from core.text.languages import Language
from core.text.translator import N_, Amount
from menus.line import line
from ussd.call import Call
from ussd.values import Value, answer, choose, option

NAMES = {
    "TM": N_("Money transfer"),
    "MA": N_("Information, training"),
    "PNP": N_("Food for mother and child"),
    "HIMO": N_("Paid public works"),
    "AGR": N_("Help for a small activity"),
    "PNR": N_("Money of the lean season"),
    "ANAM": N_("Free health care"),
    "CASH+": N_("Livestock or garden kit"),
}

GIVES = {
    "TM": N_("Money is given to the household every three months."),
    "MA": N_("Meetings on food, health and children."),
    "PNP": N_("Food is given to mothers and small children."),
    "HIMO": N_("You work for the commune and get money."),
    "AGR": N_("Money is given for your small activity."),
    "PNR": N_("Money is given fast in the lean season."),
    "ANAM": N_("You pay nothing at the health centre."),
    "CASH+": N_("You are given animals or garden tools."),
}

GIVES_AMOUNT = {
    "TM": N_("{amount} every three months"),
    "HIMO": N_("One day of work: {amount}"),
    "AGR": N_("{amount}, one time"),
    "PNR": N_("{amount}, {times} times"),
}

NEXT = {
    "TM": N_("Money will be given: {date}, {place}"),
    "MA": N_("Next meeting: {date}, {place}"),
    "PNP": N_("Food will be given: {date}, {place}"),
    "HIMO": N_("Next public works: {date}, {place}"),
    "AGR": N_("Next activity: {date}, {place}"),
    "PNR": N_("Money will be given: {date}, {place}"),
    "ANAM": N_("Health card: {date}, {place}"),
    "CASH+": N_("It will be given: {date}, {place}"),
}

REASONS = {
    "area": N_("Your village was not chosen."),
    "poorest": N_("After checking, other households are poorer."),
    "other_help": N_("You get other help already."),
    "missing": N_("Information is missing."),
    "document": N_("A paper is missing."),
    "correct": N_("An error must be corrected."),
    "absent": N_("You did not come for the money."),
    "check": N_("We are checking it."),
    "done36": N_("Your 36 months are complete."),
}
"""Why a household is not in, for the reasons the programme's files give as a code; another is said as written."""

STEPS = {
    "missing": N_("Ask the village committee."),
    "document": N_("Bring your paper to the town hall."),
    "correct": N_("Go to the town hall with your paper."),
}


@line.screen("component", "complaint_confirm")
async def eligibility(call: Call) -> Value:
    """The household's standing and, when it is in, its components."""
    found = await standing(call.number("household") or 0, call.today)
    if found is None:
        return choose(call.t("Your household is not written."))
    if found.status is Status.BENEFICIARY:
        return _enrolled(call, found)
    text = "\n".join(_outside(call, found))
    if found.status is not Status.NOT_ELIGIBLE:
        return answer(text)
    appeal = option(
        call.t("I do not agree: complain"), "complaint_confirm", category="exclusion", subcategory="left_out"
    )
    return answer(text, appeal)


@line.screen()
async def component(call: Call) -> Value:
    """One component: since when, what it gives, the next date and place."""
    found = await standing(call.number("household") or 0, call.today)
    code = call.word("component")
    enrolment = next((each for each in found.enrolments if each.component == code), None) if found else None
    if enrolment is None:
        return choose(call.t("You get no help yet."))
    lines = [call.t(NAMES[code]) if code in NAMES else code, _gives(call, enrolment)]
    if enrolment.ended is not None and enrolment.ended <= call.today:
        return answer("\n".join([*lines, call.t("Finished {day}", day=short_date(enrolment.ended))]))
    if enrolment.since is not None:
        lines.append(call.t("Since {day}", day=short_date(enrolment.since)))
    lines.append(await _next(call, enrolment))
    return answer("\n".join(each for each in lines if each))


def _enrolled(call: Call, found: Standing) -> Value:
    if not found.enrolments:
        return choose(f"{call.t('Your household gets help.')}\n{call.t('You get no help yet.')}")
    return answer(
        call.t("Your household gets help."),
        *(
            option(
                call.t(NAMES[each.component]) if each.component in NAMES else each.component,
                "component",
                component=each.component,
            )
            for each in found.enrolments
        ),
    )


def _outside(call: Call, found: Standing) -> list[str]:
    code = (found.status_reason or "").strip().lower()
    reason = call.t(REASONS[code]) if code in REASONS else found.status_reason or ""
    step = call.t(STEPS[code]) if code in STEPS else ""
    match found.status:
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
    code = enrolment.component
    if enrolment.amount_xof is not None and code in GIVES_AMOUNT:
        return call.t(GIVES_AMOUNT[code], amount=Amount(enrolment.amount_xof), times=enrolment.times or 1)
    return call.t(GIVES[code]) if code in GIVES else ""


async def _next(call: Call, enrolment: EnrolmentCard) -> str:
    if enrolment.next_event is not None:
        return _event(call, enrolment.component, enrolment.next_event)
    card = await current_payment(call.number("household") or 0, call.today)
    coming = card is not None and card.state in (PaymentState.PLANNED, PaymentState.ANNOUNCED)
    if card is None or not coming or card.component != enrolment.component:
        return call.t("No date fixed yet.")
    if card.due_date is None or card.due_date < call.today:
        return call.t("No date fixed yet.")
    return call.t("Money will be given: {date}, {place}", date=card.due_date, place=card.place or "-")


def _event(call: Call, code: str, event: EventCard) -> str:
    what = event.what_bm if call.language is Language.BM else event.what_fr
    if what:
        said = call.t("{what}: {date}, {place}", what=what, date=event.date, place=event.place)
    else:
        said = call.t(NEXT.get(code, NEXT["CASH+"]), date=event.date, place=event.place)
    return f"{said}, {hour_phrase(call.language or Language.BM, event.time)}" if event.time else said
