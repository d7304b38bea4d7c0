"""What became of a grievance: picked from those of this phone, or by its reference."""

from core.grievances.following import by_reference, of_phone
from core.grievances.steps import reopen_on_the_line
from core.numbers.identifiers import digits, is_reference
from core.phrases.telling import grievance_told
from core.text.formats import short_date
from core.text.words import LINE, label
from menus.line import line
from ussd.call import Call
from ussd.values import Value, answer, ask, choose, option, retry, say


@line.screen("complaint_status", "complaint_reference")
async def complaints(call: Call) -> Value:
    """Those of this phone, newest first, but for the sensitive ones: a phone is shared."""
    cards = await of_phone(call.msisdn)
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
    return ask(call.t("Write the complaint number (7 digits)."), "complaint_status", "reference")


@line.screen("complaint_reopened")
async def complaint_status(call: Call) -> Value:
    """Where the grievance stands, the answer when there is one, and until when one is due."""
    reference = digits(call.word("reference"))
    if not is_reference(reference):
        return retry(call.t("There is an error in this number. Look at it again."))
    grievance = await by_reference(reference)
    if grievance is None:
        return retry(call.t("This number was not seen."))
    lines = [call.t("Complaint {ref}, {day}", ref=grievance.reference, day=short_date(grievance.received_on))]
    lines += grievance_told(call.translator, grievance, call.today)
    text = "\n".join(lines)
    shown = choose if grievance.sensitive else answer
    if not grievance.may_reopen:
        return shown(text)
    return shown(text, option(call.t("I do not agree: reopen"), "complaint_reopened", reference=grievance.reference))


@line.act()
async def complaint_reopened(call: Call) -> Value:
    """Opened again as an appeal, once."""
    answer_due = await reopen_on_the_line(call.word("reference"), call.key, call.now)
    if answer_due is None:
        return say(call.t("It was reopened once already."))
    return say(
        "\n".join(
            [
                call.t("The complaint {ref} is open again.", ref=call.word("reference")),
                call.t("Answer at the latest: {date}", date=answer_due),
            ]
        )
    )
