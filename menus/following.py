"""What became of a grievance: picked from those of this phone, or by its reference."""

from core.grievances.following import GrievanceView, LookUpBlocked, NotSeen, look_up, of_viewer
from core.grievances.steps import add_words, reopen_on_the_line
from core.numbers.identifiers import digits, is_reference
from core.phrases.telling import grievance_told
from core.text.formats import short_date
from core.text.words import LINE, label
from menus.line import line
from menus.viewer import may_tell_again, viewer
from menus.waiting import waiting
from menus.words import MOST_WORDS
from ussd.call import Call
from ussd.values import Value, answer, ask, choose, option, retry, say


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


@line.screen("complaint_reopened", "complaint_status", "complaint_more_words")
async def complaint_status(call: Call) -> Value:
    """Where the grievance stands, the answer when there is one, and until when one is due."""
    reference = digits(call.word("reference"))
    if not is_reference(reference):
        return retry(call.t("There is an error in this number. Look at it again."))
    grievance = await look_up(reference, viewer(call), call.now, digits(call.word("secret")))
    match grievance:
        case LookUpBlocked():
            return say(waiting(call))
        case NotSeen.SECRET_ASKED:
            return ask(call.t("Write the secret code (4 digits)."), "complaint_status", "secret")
        case NotSeen.ANOTHERS if call.word("secret"):
            return retry(call.t("This number was not seen."))
        case NotSeen.ANOTHERS:
            return retry(call.t("This number was not seen. On another phone, write your household number first."))
    return _status(call, grievance)


def _status(call: Call, grievance: GrievanceView) -> Value:
    lines = [call.t("Complaint {ref}, {day}", ref=grievance.reference, day=short_date(grievance.received_on))]
    lines += grievance_told(call.translator, grievance, call.today)
    shown = choose if grievance.sensitive else answer
    options = []
    if grievance.may_add:
        words = call.t("Answer") if grievance.question else call.t("Add a few words")
        options.append(option(words, "complaint_more_words", reference=grievance.reference))
    if grievance.may_reopen:
        label_ = call.t("I do not agree: reopen")
        options.append(option(label_, "complaint_reopened", reference=grievance.reference, hidden=grievance.sensitive))
    return shown("\n".join(lines), *options)


@line.screen("complaint_words_added")
async def complaint_more_words(call: Call) -> Value:
    """Words for a complaint that was filed before, or the answer to what it waits for."""
    return ask(call.t("Explain in a few words."), "complaint_words_added", "words", most=MOST_WORDS, words=True)


@line.act()
async def complaint_words_added(call: Call) -> Value:
    """Written into the case, and the desk goes on with it."""
    reference = call.word("reference")
    if not await add_words(reference, viewer(call), call.word("words"), call.now):
        return say(call.t("This number was not seen."))
    return say(call.t("Your words are written. Number: {ref}", ref=reference), again=may_tell_again(call))


@line.act()
async def complaint_reopened(call: Call) -> Value:
    """Opened again as an appeal, once."""
    reference, secret = call.word("reference"), digits(call.word("secret"))
    answer_due = await reopen_on_the_line(reference, viewer(call), call.key, call.now, secret)
    if answer_due is None:
        return say(call.t("It was reopened once already."))
    return say(
        "\n".join(
            [
                call.t("The complaint {ref} is open again.", ref=reference),
                call.t("Answer at the latest: {date}", date=answer_due),
            ]
        ),
        again=may_tell_again(call),
    )
