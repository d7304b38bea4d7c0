"""What became of a grievance: picked from those of this phone, or by its reference."""

from core.grievances.filing import by_reference, of_phone, reopen
from core.numbers.identifiers import digits, is_reference
from core.phrases.telling import grievance_told
from core.text.formats import short_date
from menus.line import line
from menus.subjects import LABELS
from ussd.call import Call
from ussd.values import Value, answer, ask, choose, option, retry, say


@line.screen("complaint_status", "complaint_reference")
async def complaints(call: Call) -> Value:
    """Those of this phone, newest first, but for the sensitive ones: a phone is shared."""
    cards = await of_phone(call.msisdn)
    listed = [
        option(
            f"{card.reference} {call.t(LABELS[card.category, card.subcategory])}",
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
    found = await by_reference(reference)
    if found is None:
        return retry(call.t("This number was not seen."))
    lines = [call.t("Complaint {ref}, {day}", ref=found.reference, day=short_date(found.received_on))]
    lines += grievance_told(call.translator, found)
    said = "\n".join(lines)
    shown = choose if found.sensitive else answer
    if not found.may_reopen:
        return shown(said)
    return shown(said, option(call.t("I do not agree: reopen"), "complaint_reopened", reference=found.reference))


@line.act()
async def complaint_reopened(call: Call) -> Value:
    """Opened again as an appeal, once."""
    reopened = await reopen(call.word("reference"), call.key, call.now)
    if reopened is None:
        return say(call.t("It was reopened once already."))
    return say(
        "\n".join(
            [
                call.t("The complaint {ref} is open again.", ref=call.word("reference")),
                call.t("Answer at the latest: {date}", date=reopened.answer_due),
            ]
        )
    )
