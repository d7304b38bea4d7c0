"""Filing a grievance: what it is about, how it is sent, and its reference.

It may carry a few words, a name or none, and a wish to be called; of a household that was forgotten, or a person who
was enrolled wrongly, where they are to be looked for.
"""

from typing import Any

from core.calls.daily_uses import Use
from core.grievances.filing import FiledAlready, Filing, file, filed_before
from core.grievances.following import filed_today
from core.grievances.subjects import OFFERED, Subcategory, Topic, category_of, is_sensitive
from core.phrases.telling import day_told
from core.text.words import LINE, label
from menus.about_whom import SOUGHT, place, typed, way_to_whom
from menus.bounds import bounded
from menus.line import line
from menus.viewer import IDENTIFIED, may_tell_again, viewer
from menus.words import MOST_WORDS, repeated
from ussd.call import Call
from ussd.values import Option, Value, ask, choose, go, option, say


@line.screen("complaint_subjects")
async def complaint_topics(call: Call) -> Value:
    """The five groups of subjects."""
    return choose(
        call.t("What is the complaint about?"),
        *(option(call.t(label(topic, LINE)), "complaint_subjects", topic=topic.value) for topic in OFFERED),
    )


@line.screen("complaint_confirm", "secret_confirm", "commune_by", "complaint_name")
async def complaint_subjects(call: Call) -> Value:
    """The subjects of the group."""
    topic = Topic(call.word("topic"))
    return choose(call.t(label(topic, LINE)), *(_subject(call, subcategory) for subcategory in OFFERED[topic]))


def _subject(call: Call, subcategory: Subcategory) -> Option:
    category = category_of(subcategory)
    name, memory = call.t(label(subcategory, LINE)), {"category": category.value, "subcategory": subcategory.value}
    if is_sensitive(category):
        return option(name, "secret_confirm", **memory)
    if subcategory in SOUGHT:
        return way_to_whom(call, name, **memory)
    return option(name, "complaint_confirm", **memory)


@line.screen("complaint_send", "complaint_words", "complaint_confirm")
async def complaint_confirm(call: Call) -> Value:
    """Send it as it is, asking for a call or not, or first add words or hide the name."""
    # a place is looked at once: beside words, or all of this, it would push the key that sends off the page
    words, hidden = call.word("words"), call.flag("anonymous")
    where = "" if words else place(call)
    asked = [call.t("Send this complaint?")]
    if not (where and hidden):
        asked.append(call.t(label(Subcategory(call.word("subcategory")), LINE)))
    if where:
        asked.append(call.t("Place: {place}", place=where))
    if words:
        asked.append(repeated(call, words))
    if hidden:
        asked.append(call.t("Your name is hidden."))
    return choose(
        "\n".join(asked),
        option(call.t("Yes, send"), "complaint_send", call_back=False),
        option(call.t("Send and call me"), "complaint_send", call_back=True),
        option(call.t("Change my words") if words else call.t("Add a few words"), "complaint_words"),
        name_option(call, "complaint_confirm"),
    )


@line.screen("complaint_confirm")
async def complaint_words(call: Call) -> Value:
    """A few words, in any language."""
    return ask(call.t("Explain in a few words."), "complaint_confirm", "words", most=MOST_WORDS, words=True)


@line.screen("complaint_again", "complaint_filed")
async def complaint_send(call: Call) -> Value:
    """On to filing it; where the same was filed within a day, that is said first, since a last page can be lost."""
    twin = await _twin(call)
    if twin is None:
        return go("complaint_filed", call_back=call.flag("call_back"))
    return go("complaint_again", reference=twin)


@line.screen("complaint_more_words", "complaint_filed")
async def complaint_again(call: Call) -> Value:
    """The same is filed already: words for that one, or another all the same."""
    twin = call.word("reference")
    return choose(
        call.t("You complained of this already. Number: {ref}", ref=twin),
        option(call.t("Add a few words"), "complaint_more_words", reference=twin),
        option(call.t("Another complaint"), "complaint_filed", another=True),
    )


@line.act("complaint_again")
async def complaint_filed(call: Call) -> Value:
    """Recorded once, with a reference to keep; a call that was cut may have recorded the same just now."""
    if too_often := await bounded(call, Use.FILING):
        return too_often
    another = call.flag("another") or call.flag("anonymous")
    filing = filing_of(call, call_back=call.flag("call_back"))
    try:
        filed = await file(filing, call.now, alone_for=None if another else viewer(call))
    except FiledAlready as already:
        return go("complaint_again", **{**call.memory(), "reference": already.reference})
    lines = [
        call.t("The complaint is written. Number: {ref}", ref=filed.reference),
        call.t("Answer at the latest: {date}", date=day_told(call.translator, filed.answer_due, call.today)),
    ]
    if call.flag("call_back"):
        lines.append(call.t("We will call you."))
    return say("\n".join(lines), again=may_tell_again(call))


async def _twin(call: Call) -> str | None:
    """What this phone filed of the same today; None for a hidden name, or where this very one is filed already."""
    if call.flag("anonymous") or await filed_before(call.key) is not None:
        return None
    return await filed_today(viewer(call), Subcategory(call.word("subcategory")), call.now)


def name_option(call: Call, back_to: str) -> Option:
    """To hide the name, or to give it after all; back to the page it is chosen on."""
    if call.flag("anonymous"):
        return option(call.t("Give my name"), back_to, anonymous=False)
    return option(call.t("Hide my name"), back_to, anonymous=True)


def filing_of(call: Call, *, call_back: bool, call_safe: bool | None = None, **sensitive: Any) -> Filing:
    """What was chosen and typed, as it is filed; `sensitive` are the fields that only a sensitive one has."""
    wrongly = Subcategory(call.word("subcategory")) is Subcategory.WRONG_IN
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
        name=None if wrongly else typed(call, "person"),
        about=typed(call, "person") if wrongly else None,
        village=typed(call, "village"),
        commune_pcode=call.word("commune") or None,
        **sensitive,
    )
