"""What each notice says when it goes out, word for word, in the language of its person."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from core.call_requests.requests import ask_call
from core.call_requests.steps import agree_call
from core.call_requests.vocabulary import Period
from core.grievances.filing import Filing, file
from core.grievances.vocabulary import GrievanceState
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.registry.callers import remember_language, restart_sms, stop_sms
from core.staff.agents import Role, actor_of, add_agent
from core.text.languages import Language
from core.text.translator import translator
from sms.outbox import notice_texts
from tests.core import seed
from tests.core.grievances import handling
from tests.core.grievances.handling import asked, decided, escalated
from tests.sms.outbox.a_gateway import AWA, BAKARY, NOON, AGateway, messages

pytestmark = pytest.mark.usefixtures("world")

BM, FR = Language("bm"), Language("fr")
TOMORROW = NOON + timedelta(days=1)
NIGHT = TOMORROW.replace(hour=3)
SAFE = {
    FR: "Personne ne doit vous demander de l'argent ou un code.",
    BM: "Mògò si man kan ka wari walima kòdi nyini aw fè.",
}
ANSWER = "Votre nom n’est pas sur la liste."
LATE = replace(handling.LATE, language=FR)
CONDUCT = replace(LATE, category="conduct", subcategory="bribe", words="Le chef a pris 5 000", sms_safe=True)
ABUSE = replace(LATE, category="abuse", subcategory="violence", words=None, sms_safe=True)

Occasion = Callable[[Language], Awaitable[str]]


async def filed(filing: Filing, language: Language) -> str:
    return (await file(replace(filing, language=language), NOON)).reference


async def a_receipt(language: Language) -> str:
    return await filed(LATE, language)


async def a_question(language: Language) -> str:
    reference = await filed(LATE, language)
    await asked(reference, "Quel village ?", NOON)
    return reference


async def an_answer(language: Language) -> str:
    reference = await filed(LATE, language)
    await decided(reference, GrievanceState.RESOLVED, "Votre argent sera là lundi.", NOON)
    return reference


async def a_refusal(language: Language) -> str:
    reference = await filed(LATE, language)
    await decided(reference, GrievanceState.REJECTED, ANSWER, NOON)
    return reference


async def an_escalation(language: Language) -> str:
    reference = await filed(LATE, language)
    await escalated(reference, "Plus haut", NOON)
    return reference


async def an_agreed_call(language: Language) -> str:
    await ask_call("session:5", AWA, language, None, NOON)
    await add_agent("caller", "Caller", Role.AGENT)
    await agree_call(1, date(2026, 11, 26), Period.AFTERNOON, NOON, await actor_of("caller"))
    return ""


@pytest.mark.parametrize(
    ("occasion", "french", "bambara"),
    [
        (
            a_receipt,
            "Jigisèmèjiri : plainte {ref} notée. Réponse au plus tard le mardi 1er décembre.",
            "Jigisèmèjiri: an ye damakasi {ref} sòrò. Jaabi don laban: taratadon, desanburukalo tile 1.",
        ),
        (
            a_question,
            "Jigisèmèjiri : plainte {ref} : il manque une information. Appelez le *384*1234#.",
            "Jigisèmèjiri: damakasi {ref}: an mago bè kunnafoni dò la. Aw ye *384*1234# wele.",
        ),
        (
            an_answer,
            "Jigisèmèjiri : plainte {ref}. Réponse : Votre argent sera là lundi.",
            "Jigisèmèjiri: damakasi {ref}. Jaabi: Votre argent sera là lundi.",
        ),
        (
            a_refusal,
            "Jigisèmèjiri : plainte {ref}. Elle est refusée : Votre nom n'est pas sur la liste.",
            "Jigisèmèjiri: damakasi {ref}. A ma minè: Votre nom n'est pas sur la liste.",
        ),
        (
            an_escalation,
            "Jigisèmèjiri : plainte {ref} donnée aux chefs. Réponse au plus tard le mardi 1er décembre.",
            "Jigisèmèjiri: damakasi {ref} lasera nyèmògòw ma. Jaabi don laban: taratadon, desanburukalo tile 1.",
        ),
        (
            an_agreed_call,
            "Jigisèmèjiri : nous vous appellerons le jeudi 26 novembre, l'après-midi.",
            "Jigisèmèjiri: an bèna aw wele alamisadon, nowanburukalo tile 26, wula fè.",
        ),
    ],
)
@pytest.mark.parametrize("language", [FR, BM])
async def test_what_becomes_of_a_grievance_is_said(
    gateway: AGateway, occasion: Occasion, french: str, bambara: str, language: Language
) -> None:
    sms = (french if language is FR else bambara).format(ref=await occasion(language))
    assert (await gateway.takes())[-1] == (AWA, f"{sms} {SAFE[language]}")


@pytest.mark.parametrize("filing", [CONDUCT, ABUSE], ids=["conduct", "abuse"])
@pytest.mark.parametrize(
    ("language", "receipt", "step"),
    [
        (
            FR,
            "Jigisèmèjiri : c'est envoyé. Numéro : {ref}.",
            "Jigisèmèjiri : {ref}. Appelez le *384*1234#.",
        ),
        (
            BM,
            "Jigisèmèjiri: a lasera. Nimòrò: {ref}.",
            "Jigisèmèjiri: {ref}. Aw ye *384*1234# wele.",
        ),
    ],
)
async def test_of_a_sensitive_grievance_nothing_is_said_but_its_number(
    gateway: AGateway, filing: Filing, language: Language, receipt: str, step: str
) -> None:
    reference = await filed(filing, language)
    await asked(reference, "Où était-ce ?", NOON)
    await decided(reference, GrievanceState.REJECTED, "Personne n'a été vu.", NOON)

    texts = [text for _, text in await gateway.takes()]

    assert texts == [f"{each.format(ref=reference)} {SAFE[language]}" for each in (receipt, step, step)]
    whole = " ".join(texts).lower()
    for word in ("plainte", "damakasi", "violence", "conduite", "chef", "personne n'a", "répon", "jaabi", "minè"):
        assert word not in whole


@pytest.mark.parametrize(
    ("label", "chosen", "household", "beginning"),
    [
        ("the phone has not chosen", None, FR, "Jigisèmèjiri : plainte"),
        ("the phone chose another", BM, FR, "Jigisèmèjiri: an ye"),
        ("the phone chose the same", BM, BM, "Jigisèmèjiri: an ye"),
        ("the phone chose French", FR, BM, "Jigisèmèjiri : plainte"),
    ],
)
async def test_a_notice_speaks_what_the_phone_chose_else_what_the_grievance_was_told_in(
    gateway: AGateway, label: str, chosen: Language | None, household: Language, beginning: str
) -> None:
    await filed(LATE, household)
    if chosen is not None:
        await remember_language(AWA, chosen)
    ((_, text),) = await gateway.takes()
    assert text.startswith(beginning)


async def test_a_stopped_phone_gets_no_notice(gateway: AGateway) -> None:
    await an_agreed_call(FR)
    await an_answer(FR)
    await stop_sms(AWA)

    assert await gateway.takes() == []
    assert await messages("kind, state, reason") == [
        (kind, "dropped", "opted_out") for kind in ("call_agreed", "received", "decided")
    ]


async def test_a_phone_that_stopped_and_started_again_gets_its_notices(gateway: AGateway) -> None:
    await stop_sms(AWA)
    await restart_sms(AWA)
    await filed(LATE, FR)
    assert len(await gateway.takes()) == 1


async def test_that_a_phone_is_stopped_is_the_one_thing_it_is_told(gateway: AGateway) -> None:
    await stop_sms(AWA)
    for kind in (NoticeKind.SMS_STOPPED, NoticeKind.SMS_STARTED, NoticeKind.HELP):
        await queue_notice(Notice(f"{kind}", kind, AWA, FR, prompt=True), NOON)
    ((msisdn, text),) = await gateway.takes()
    assert msisdn == AWA
    assert text == f"Jigisèmèjiri : vous ne recevrez plus de SMS. Pour reprendre : *384*1234#. {SAFE[FR]}"


async def test_a_number_stopped_says_nothing_of_another(gateway: AGateway) -> None:
    await stop_sms(BAKARY)
    await filed(LATE, FR)
    assert len(await gateway.takes()) == 1


async def test_a_step_of_the_desk_waits_for_the_morning_and_a_receipt_of_a_call_does_not(gateway: AGateway) -> None:
    await an_answer(FR)
    ((_, receipt),) = await gateway.takes(NIGHT)
    assert "notée" in receipt
    ((_, answer),) = await gateway.takes(NIGHT.replace(hour=8))
    assert "Réponse :" in answer


async def test_the_fourth_of_a_day_waits_for_the_next_and_answers_are_not_counted(gateway: AGateway) -> None:
    for number in range(4):
        await queue_notice(Notice(f"step {number}", NoticeKind.INFORMATION, AWA, FR, {"ref": "1234567"}), NOON)
        await queue_notice(Notice(f"answer {number}", NoticeKind.HELP, AWA, FR, prompt=True), NOON)
    assert len(await gateway.takes()) == 7
    assert len(await gateway.takes(TOMORROW)) == 1


async def test_a_receipt_of_two_days_ago_is_not_sent_any_more(gateway: AGateway) -> None:
    await filed(LATE, FR)
    assert await gateway.takes(NOON + timedelta(days=2, seconds=1)) == []
    assert await messages("state, reason") == [("dropped", "missed_its_day")]


async def test_a_call_is_not_told_after_its_day(gateway: AGateway) -> None:
    await an_agreed_call(FR)
    assert await gateway.takes(datetime(2026, 11, 27, 9, tzinfo=UTC)) == []


async def test_a_notice_that_was_filled_with_too_little_is_dropped_and_holds_up_nobody(gateway: AGateway) -> None:
    await queue_notice(Notice("torn", NoticeKind.RECEIVED, AWA, FR, {"ref": "1234567"}), NOON)
    await queue_notice(Notice("mad", NoticeKind.CALL_AGREED, AWA, FR, {"day": "2026-13-45", "period": "noon"}), NOON)
    await queue_notice(Notice("whole", NoticeKind.HELP, BAKARY, FR), NOON)
    assert [msisdn for msisdn, _ in await gateway.takes()] == [BAKARY]
    assert await messages("state, reason") == [
        ("dropped", "cannot_be_written"),
        ("dropped", "cannot_be_written"),
        ("accepted", None),
    ]


async def test_what_was_sent_is_kept_as_it_was_said(gateway: AGateway) -> None:
    await a_refusal(FR)
    sent = await gateway.takes()
    kept = await messages(
        "(SELECT body FROM sms_batch JOIN message_text ON message_text.id = text_id WHERE sms_batch.id = batch_id)"
    )
    assert [body for (body,) in kept] == [body for _, body in sent]


@pytest.mark.parametrize(("language", "colon"), [(FR, " :"), (BM, ":")])
async def test_names_and_what_is_paid_are_joined_as_each_language_writes(language: Language, colon: str) -> None:
    await seed.safo()
    for name in ("Awa Traoré", "Modibo Keïta"):
        await seed.household(phones=(AWA,), head_name=name)
    sms = await notice_texts.notice_text(NoticeKind.PAYMENT, notice_texts.Occasion(AWA, {}, NOON), translator(language))
    assert f"Awa Traoré{colon} " in sms
    assert f"\nModibo Keïta{colon} " in sms
