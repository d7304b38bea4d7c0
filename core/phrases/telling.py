"""What is said of a payment or a grievance, a line for each thing: the same on a screen and in an SMS."""

from datetime import date

from core.grievances.filing import DECIDED, GrievanceState, GrievanceView
from core.payments.history import PaymentCard, PaymentState
from core.platform.settings import settings
from core.text.formats import short_date
from core.text.translator import N_, Amount, Voice

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

STATES = {
    GrievanceState.RECEIVED: N_("It is written."),
    GrievanceState.ASSIGNED: N_("It was given to an agent."),
    GrievanceState.IN_PROGRESS: N_("It is under way."),
    GrievanceState.WAITING: N_("We are waiting for information."),
    GrievanceState.RESOLVED: N_("It is settled."),
    GrievanceState.REJECTED: N_("It was not taken."),
    GrievanceState.CLOSED: N_("It is concluded."),
}


def payment_told(voice: Voice, card: PaymentCard, today: date) -> str:
    """What is said of one payment on `today`."""
    match card.state:
        case PaymentState.PAID:
            lines = _paid(voice, card, today)
        case PaymentState.UNCLAIMED:
            lines = _unclaimed(voice, card, today)
        case PaymentState.FAILED:
            lines = _failed(voice, card, today)
        case PaymentState.CANCELLED:
            lines = _cancelled(voice, card, today)
        case _:
            lines = _coming(voice, card, today)
    return "\n".join(lines)


def _coming(voice: Voice, card: PaymentCard, today: date) -> list[str]:
    amount = Amount(card.amount_xof)
    if card.due_date is None:
        return [voice.t("No date fixed yet."), voice.t("Amount: {amount}", amount=amount)]
    if card.due_date < today:
        return [voice.t("{day}: {amount}", day=short_date(card.due_date), amount=amount), voice.t("Not paid yet.")]
    where = card.place or ""
    if card.moved_from is not None and card.moved_from != card.due_date:
        first = voice.t("Day changed: {new}, not {old}.", new=card.due_date, old=card.moved_from)
        lines = [first, where] if where else [first]
    elif where:
        lines = [voice.t("Money will be given: {date}, {place}", date=card.due_date, place=where)]
    else:
        lines = [voice.t("Money will be given: {date}", date=card.due_date)]
    lines.append(voice.t("Amount: {amount}", amount=amount))
    if card.agency:
        lines.append(voice.t("Payment agency: {name}", name=card.agency))
    return lines


def _paid(voice: Voice, card: PaymentCard, today: date) -> list[str]:
    amount = Amount(card.amount_xof)
    if card.paid_on is None:
        return [voice.t("Money was given: {amount}", amount=amount)]
    return [voice.t("Money was given {date}: {amount}", date=card.paid_on, amount=amount)]


def _unclaimed(voice: Voice, card: PaymentCard, today: date) -> list[str]:
    first = voice.t("The money has not been taken: {amount}", amount=Amount(card.amount_xof))
    if card.last_day is None or card.last_day < today:
        return [first, voice.t("It will be added to the next payment.")]
    lines = [first, voice.t("Last day: {date}", date=card.last_day)]
    return [*lines, card.place] if card.place else lines


def _failed(voice: Voice, card: PaymentCard, today: date) -> list[str]:
    first = voice.t("The money could not be given: {amount}", amount=Amount(card.amount_xof))
    code = (card.reason or "").strip().lower()
    reason = voice.t(REASONS[code]) if code in REASONS else card.reason
    remedy = voice.t(REMEDIES[code]) if code in REMEDIES else voice.t("Call {phone}.", phone=contact_phone())
    return [first, reason, remedy] if reason else [first, remedy]


def _cancelled(voice: Voice, card: PaymentCard, today: date) -> list[str]:
    if card.due_date is None:
        return [voice.t("The payment will not be made. We will say another day.")]
    return [voice.t("No money will be given {date}. We will say another day.", date=card.due_date)]


def grievance_told(voice: Voice, found: GrievanceView) -> list[str]:
    """Where a grievance stands, the answer when there is one, and until when one is due."""
    lines = [voice.t(STATES[found.state])]
    if found.answer:
        return [*lines, voice.t("Answer: {text}", text=found.answer)]
    if found.state in DECIDED:
        return lines
    if found.reopened:
        lines.append(voice.t("It was reopened."))
    return [*lines, voice.t("Answer at the latest: {date}", date=found.answer_due)]


def contact_phone() -> str:
    """The first telephone of the programme; empty when none is set."""
    phones = settings().contact_phones
    return phones[0] if phones else ""
