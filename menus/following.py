"""What became of a grievance: picked from those of this phone, or by its reference."""

from collections.abc import Iterator
from datetime import date

from core.grievances.following import GrievanceView, LookUpBlocked, NotSeen, look_up, of_viewer
from core.numbers.identifiers import digits, is_reference, told_number
from core.outbox.restoring import restored_lately
from core.phrases.telling import grievance_told, perhaps_lost
from core.text.formats import short_date
from core.text.words import LINE, label
from menus.line import line
from menus.viewer import viewer
from menus.waiting import waiting
from ussd.call import Call
from ussd.values import Option, Value, answer, ask, choose, option, retry


@line.screen("complaint_status", "complaint_reference")
async def complaints(call: Call) -> Value:
    """Those of whoever calls, newest first, but for the sensitive and the nameless ones: a phone is shared."""
    cards = await of_viewer(viewer(call))
    listed = [
        option(
            f"{card.reference} {call.t(label(card.subcategory, LINE))}",
            "complaint_status",
            reference=card.reference,
        )
        for card in cards
    ]
    return choose(
        call.t("My complaints") if listed else call.t("No complaint here."),
        *listed,
        option(call.t("Write its number"), "complaint_reference"),
    )


@line.screen("complaint_status")
async def complaint_reference(call: Call) -> Value:
    """The reference given when it was filed."""
    return ask(call.t("Write the complaint number."), "complaint_status", "reference")


@line.screen(
    "complaint_reopened",
    "complaint_status",
    "complaint_answer",
    "complaint_more_words",
    "complaint_withdraw",
    "complaint_solved",
    "complaint_topics",
    "call_me",
)
async def complaint_status(call: Call) -> Value:
    """Where the grievance stands, the answer when there is one, and until when one is due."""
    reference, secret = told_number(digits(call.word("reference")))
    secret = secret or digits(call.word("secret"))
    if not is_reference(reference):
        return retry(call.t("There is an error in this number. Look at it again."))
    grievance = await look_up(reference, viewer(call), call.now, secret)
    match grievance:
        case LookUpBlocked():
            return waiting(call)
        case NotSeen.SECRET_ASKED:
            return ask(call.t("Write the secret code (4 digits)."), "complaint_status", "secret")
        case NotSeen.ANOTHERS if (restored := await restored_lately(call.now)) is not None:
            return _perhaps_lost(call, restored.date())
        case NotSeen.ANOTHERS if call.word("secret"):
            return retry(call.t("This number was not seen."))
        case NotSeen.ANOTHERS:
            return retry(call.t("This number was not seen. On another phone, write your household number first."))
    return _status(call, grievance, secret)


def _perhaps_lost(call: Call, restored: date) -> Value:
    return choose(
        f"{call.t('This number was not seen.')} {perhaps_lost(call.translator, restored)}",
        option(call.t("Make a complaint"), "complaint_topics"),
        option(call.t("Call me back"), "call_me"),
    )


def _status(call: Call, grievance: GrievanceView, secret: str) -> Value:
    lines = [call.t("Complaint {ref}, {day}", ref=grievance.reference, day=short_date(grievance.received_on))]
    lines += grievance_told(call.translator, grievance, call.today)
    if grievance.asks_solved:
        lines.append(call.t("Was it settled?"))
    shown = choose if grievance.sensitive else answer
    return shown("\n".join(lines), *_possible(call, grievance, secret))


def _possible(call: Call, grievance: GrievanceView, secret: str) -> Iterator[Option]:
    """What the person can do with it, the most likely first."""
    reference = grievance.reference
    if grievance.question:
        yield option(call.t("Answer"), "complaint_answer", reference=reference)
    elif grievance.may_add:
        yield option(call.t("Add a few words"), "complaint_more_words", reference=reference)
    if grievance.may_add:
        yield option(call.t("Withdraw it"), "complaint_withdraw", reference=reference)
    if grievance.asks_solved:
        yield option(call.t("Yes"), "complaint_solved", reference=reference, solved=True)
        yield option(call.t("No"), "complaint_solved", reference=reference, solved=False)
    elif grievance.may_reopen:
        label_ = call.t("Go on with it") if grievance.lapsed else call.t("I do not agree: reopen")
        yield option(label_, "complaint_reopened", reference=reference, secret=secret, hidden=grievance.sensitive)
