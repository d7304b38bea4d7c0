"""Filing a grievance: what it is about, how it is sent, and its reference.

An ordinary one may carry a few words, a name or none, and a wish to be called. A sensitive one asks for the least:
what kind, whether a call is safe, and whether to hide the name; its words are never asked for on a phone that others
read.
"""

import re
import unicodedata

from core.calls.daily_uses import Use
from core.grievances.filing import Filing, file, filed_before
from core.grievances.following import filed_today
from core.grievances.subjects import OFFERED, Subcategory, Topic, category_of, is_sensitive
from core.text.words import LINE, label
from menus.bounds import bounded
from menus.line import line
from menus.viewer import IDENTIFIED, may_tell_again, viewer
from ussd.call import Call
from ussd.values import CUT, Option, Value, ask, choose, go, option, say

MOST_WORDS = 160
REPEATED = 40
LAST_REPEATED = 16
"""Characters of somebody's words that are shown again before they are sent: the first, or of cut ones the last."""


@line.screen("complaint_subjects")
async def complaint_topics(call: Call) -> Value:
    """The five groups of subjects."""
    return choose(
        call.t("What is the complaint about?"),
        *(option(call.t(label(topic, LINE)), "complaint_subjects", topic=topic.value) for topic in OFFERED),
    )


@line.screen("complaint_confirm", "secret_confirm")
async def complaint_subjects(call: Call) -> Value:
    """The subjects of the group."""
    topic = Topic(call.word("topic"))
    return choose(call.t(label(topic, LINE)), *(_subject(call, subcategory) for subcategory in OFFERED[topic]))


def _subject(call: Call, subcategory: Subcategory) -> Option:
    category = category_of(subcategory)
    return option(
        call.t(label(subcategory, LINE)),
        "secret_confirm" if is_sensitive(category) else "complaint_confirm",
        category=category.value,
        subcategory=subcategory.value,
    )


@line.screen("complaint_send", "complaint_words", "complaint_confirm")
async def complaint_confirm(call: Call) -> Value:
    """Send it as it is, asking for a call or not, or first add words or hide the name."""
    subject = call.t(label(Subcategory(call.word("subcategory")), LINE))
    words = call.word("words")
    asked = [call.t("Send this complaint?"), subject]
    if words:
        asked.append(_repeated(call, words))
    if call.flag("anonymous"):
        asked.append(call.t("Your name is hidden."))
    return choose(
        "\n".join(asked),
        option(call.t("Yes, send"), "complaint_send", call_back=False),
        option(call.t("Send and call me"), "complaint_send", call_back=True),
        option(call.t("Change my words") if words else call.t("Add a few words"), "complaint_words"),
        _name(call, "complaint_confirm"),
    )


def _repeated(call: Call, words: str) -> str:
    """The words, by their beginning: what they would push off the page is the key that sends them.

    Words in a script that many phones cannot show, such as N'Ko, are kept as they are, which is said.
    """
    if not re.search("[a-z0-9]", unicodedata.normalize("NFD", words).lower()):
        return call.t("Your words are kept.")
    if call.flag(CUT):
        return f'"...{words[-LAST_REPEATED:]}"\n{call.t("The end of your words was cut.")}'
    return f'"{words}"' if len(words) <= REPEATED else f'"{words[:REPEATED].rsplit(" ", 1)[0]}..."'


@line.screen("complaint_confirm")
async def complaint_words(call: Call) -> Value:
    """A few words, in any language."""
    return ask(call.t("Explain in a few words."), "complaint_confirm", "words", most=MOST_WORDS, words=True)


@line.screen("complaint_more_words", "complaint_filed")
async def complaint_send(call: Call) -> Value:
    """On to filing it; where the same was filed within a day, that is said first, since a last page can be lost."""
    twin = await _twin(call)
    if twin is None:
        return go("complaint_filed", call_back=call.flag("call_back"))
    return choose(
        call.t("You complained of this already. Number: {ref}", ref=twin),
        option(call.t("Add a few words"), "complaint_more_words", reference=twin),
        option(call.t("Another complaint"), "complaint_filed"),
    )


@line.act()
async def complaint_filed(call: Call) -> Value:
    """Recorded once, with a reference to keep."""
    if too_often := await bounded(call, Use.FILING):
        return too_often
    filed = await file(_filing(call, call_back=call.flag("call_back"), call_safe=None), call.now)
    lines = [
        call.t("The complaint is written. Number: {ref}", ref=filed.reference),
        call.t("Answer at the latest: {date}", date=filed.answer_due),
    ]
    if call.flag("call_back"):
        lines.append(call.t("We will call you."))
    return say("\n".join(lines), again=may_tell_again(call))


@line.screen("secret_filed", "secret_confirm", private=True)
async def secret_confirm(call: Call) -> Value:
    """The only question is whether a call is safe; what it is about is not written here."""
    asked = [call.t("Your secret is kept."), call.t("If we call you, is there danger?")]
    if call.flag("anonymous"):
        asked.append(call.t("Your name is hidden."))
    return choose(
        "\n".join(asked),
        option(call.t("Send. A call is no danger"), "secret_filed", call_safe=True),
        option(call.t("Send. Do not call"), "secret_filed", call_safe=False),
        _name(call, "secret_confirm"),
    )


@line.act()
async def secret_filed(call: Call) -> Value:
    """Recorded once; nothing of it is written back but the reference and what opens it."""
    safe = call.flag("call_safe")
    if too_often := await bounded(call, Use.SECRET):
        return too_often
    filed = await file(_filing(call, call_back=safe, call_safe=safe), call.now)
    lines = [call.t("It is sent. Number: {ref}", ref=filed.reference)]
    if filed.secret:
        lines.append(call.t("Secret code: {code}", code=filed.secret))
    lines.append(call.t("Your secret is kept."))
    if safe:
        lines.append(call.t("A trained person will call you."))
    return say("\n".join(lines))


async def _twin(call: Call) -> str | None:
    """What this phone filed of the same today; None for a hidden name, or where this very one is filed already."""
    if call.flag("anonymous") or await filed_before(call.key) is not None:
        return None
    return await filed_today(viewer(call), Subcategory(call.word("subcategory")), call.now)


def _name(call: Call, back_to: str) -> Option:
    if call.flag("anonymous"):
        return option(call.t("Give my name"), back_to, anonymous=False)
    return option(call.t("Hide my name"), back_to, anonymous=True)


def _filing(call: Call, *, call_back: bool, call_safe: bool | None) -> Filing:
    return Filing(
        key=call.key,
        msisdn=call.msisdn,
        borrowed=call.flag(IDENTIFIED),
        household_id=call.number("household"),
        category=call.word("category"),
        subcategory=call.word("subcategory"),
        words=call.word("words") or None,
        anonymous=call.flag("anonymous"),
        call_back=call_back,
        call_safe=call_safe,
        sms_safe=None if call_safe is None else False,
        language=call.translator.language,
    )
