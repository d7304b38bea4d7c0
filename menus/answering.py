"""Answering back: what a complaint waits for, more words, withdrawing it, if it is solved, and reopening it."""

from core.grievances import by_person
from core.grievances.following import by_reference
from core.grievances.vocabulary import QuestionReply
from core.numbers.identifiers import digits
from core.phrases.telling import day_told
from menus.line import line
from menus.viewer import may_tell_again, viewer
from menus.words import MOST_WORDS
from ussd.call import Call
from ussd.values import Say, Value, ask, choose, option, say, then


@line.screen("complaint_replied", "complaint_more_words")
async def complaint_answer(call: Call) -> Value:
    """By a key, which asks for no letters; the question was on the page before."""
    reference = call.word("reference")
    return choose(
        f"{call.t('Complaint {ref}', ref=reference)}\n{call.t('Your answer:')}",
        option(call.t("Yes"), "complaint_replied", reference=reference, reply=QuestionReply.YES.value),
        option(call.t("No"), "complaint_replied", reference=reference, reply=QuestionReply.NO.value),
        option(call.t("Write words"), "complaint_more_words", reference=reference),
        option(call.t("Call me back"), "complaint_replied", reference=reference, reply=QuestionReply.CALL.value),
    )


@line.act()
async def complaint_replied(call: Call) -> Value:
    """Written into the case, and the desk goes on with it."""
    reference, reply = call.word("reference"), QuestionReply(call.word("reply"))
    if not await by_person.reply(reference, viewer(call), reply, call.now):
        return _not_seen(call)
    lines = [call.t("Your answer is written. Number: {ref}", ref=reference)]
    if reply is QuestionReply.CALL:
        lines.append(call.t("We will call you."))
    return say("\n".join(lines), again=may_tell_again(call))


@line.screen("complaint_words_added")
async def complaint_more_words(call: Call) -> Value:
    """Words for a complaint that was filed before, or the answer to what it waits for."""
    return ask(call.t("Explain in a few words."), "complaint_words_added", "words", most=MOST_WORDS, words=True)


@line.act()
async def complaint_words_added(call: Call) -> Value:
    """Written into the case, and the desk goes on with it."""
    reference = call.word("reference")
    if not await by_person.add_words(reference, viewer(call), call.word("words"), call.now):
        return _not_seen(call)
    return say(call.t("Your words are written. Number: {ref}", ref=reference), again=may_tell_again(call))


@line.screen("complaint_withdrawn")
async def complaint_withdraw(call: Call) -> Value:
    """Asked once: nobody goes on with what is withdrawn."""
    question = call.t("Withdraw the complaint {ref}?", ref=call.word("reference"))
    return choose(question, option(call.t("Yes, withdraw it"), "complaint_withdrawn"))


@line.act()
async def complaint_withdrawn(call: Call) -> Value:
    """Closed undecided; it can be filed anew."""
    reference = call.word("reference")
    if not await by_person.withdraw(reference, viewer(call), call.now):
        return _not_seen(call)
    return say(call.t("The complaint {ref} is withdrawn.", ref=reference), again=may_tell_again(call))


@line.act("complaint_unsolved", "complaint_status")
async def complaint_solved(call: Call) -> Value:
    """Written once; who says no can have it opened again."""
    reference, solved = call.word("reference"), call.flag("solved")
    if not await by_person.say_solved(reference, viewer(call), call.now, solved=solved):
        return then("complaint_status", reference=reference, household=call.number("household"))
    if not solved:
        return then("complaint_unsolved", reference=reference, household=call.number("household"))
    return say(call.t("Thank you. It is written."), again=may_tell_again(call))


@line.screen("complaint_reopened")
async def complaint_unsolved(call: Call) -> Value:
    """What can be done about a decision that settled nothing, once."""
    reference = call.word("reference")
    grievance = await by_reference(reference, viewer(call))
    if grievance is None or not grievance.may_reopen:
        return say(call.t("Thank you. It is written."), again=may_tell_again(call))
    reopening = option(call.t("I do not agree: reopen"), "complaint_reopened", reference=reference)
    return choose(call.t("Thank you. It is written."), reopening)


@line.act()
async def complaint_reopened(call: Call) -> Value:
    """Opened again as an appeal, once."""
    reference, secret = call.word("reference"), digits(call.word("secret"))
    answer_due = await by_person.reopen(reference, viewer(call), call.key, call.now, secret)
    if answer_due is None:
        return say(call.t("It was reopened once already."))
    return say(
        "\n".join(
            [
                call.t("The complaint {ref} is open again.", ref=reference),
                call.t("Answer at the latest: {date}", date=day_told(call.translator, answer_due, call.today)),
            ]
        ),
        again=may_tell_again(call),
    )


def _not_seen(call: Call) -> Say:
    """It is not theirs, or not open any more."""
    return say(call.t("This number was not seen."))
