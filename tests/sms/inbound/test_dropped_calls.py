"""The answer of a call that was cut follows by SMS: once a day, in two parts at most, soon or not at all."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DataError

from core.calls.session_end import SessionEnd, SessionOutcome, Unsaid
from core.platform.database import writing
from core.registry.callers import stop_sms
from core.text.alphabet import GSM7
from core.text.languages import Language
from sms.inbound.dropped_calls import LATE, LONGEST, end
from tests.core import seed
from tests.sms.outbox.a_gateway import AWA, BAKARY, NOON, AGateway, messages
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("world")

BM, FR = Language("bm"), Language("fr")
DROPPED = SessionEnd("ATUid_1", SessionOutcome.CUT, NOON)
TEXT = "Prochain paiement : lundi 30 novembre, Mairie de Safo"
SAFE = "Personne ne doit vous demander de l'argent ou un code."
PAYMENT = Unsaid(AWA, "payment", TEXT, FR, {})


async def answers_queued() -> list[str]:
    """The answers that are to be sent, oldest first."""
    return [text for (text,) in await messages("filling ->> 'text'")]


async def ended_and_undone() -> None:
    """A cut call, recorded in a transaction that fails at its end."""
    async with writing():
        await end(DROPPED, PAYMENT, NOON)
        raise ZeroDivisionError


async def test_the_answer_is_queued_with_the_end_of_its_session(gateway: AGateway) -> None:
    await end(DROPPED, PAYMENT, NOON)
    assert await query("SELECT session_id, status FROM gateway_session") == [("ATUid_1", "cut")]
    assert await messages("kind, msisdn, language, filling") == [("call_cut", AWA, "fr", {"text": TEXT})]
    assert await gateway.takes() == [(AWA, f"Jigisèmèjiri : l'appel a été coupé. {TEXT}. {SAFE}")]


async def test_what_fails_after_it_undoes_both() -> None:
    with pytest.raises(ZeroDivisionError):
        await ended_and_undone()
    for table in ("gateway_session", "message", "sms_batch", "procrastinate_jobs"):
        assert await query(f"SELECT FROM {table}") == []


async def test_an_end_whose_answer_was_not_taken_is_not_recorded_either_and_can_be_told_again() -> None:
    with pytest.raises(DataError):
        await end(DROPPED, replace(PAYMENT, text="what PostgreSQL does not take: \0"), NOON)
    assert await query("SELECT FROM gateway_session") == []
    await end(DROPPED, PAYMENT, NOON)
    assert await answers_queued() == [TEXT]


async def test_a_session_that_left_nothing_unsaid_is_only_recorded() -> None:
    await end(DROPPED, None, NOON)
    assert await query("SELECT session_id FROM gateway_session") == [("ATUid_1",)]
    assert await messages() == []


async def test_who_calls_from_a_line_that_gets_no_sms_is_only_recorded() -> None:
    await end(DROPPED, replace(PAYMENT, msisdn="+22320221615"), NOON)
    assert await query("SELECT session_id FROM gateway_session") == [("ATUid_1",)]
    assert await messages() == []


async def test_each_question_of_a_phone_is_answered_once_a_day() -> None:
    tomorrow = NOON + timedelta(days=1)
    for unsaid, at in (
        (PAYMENT, NOON),
        (PAYMENT, NOON),
        (replace(PAYMENT, text="Payé."), NOON + timedelta(hours=5)),
        (replace(PAYMENT, screen="eligibility", text="Bénéficiaire."), NOON),
        (replace(PAYMENT, msisdn=BAKARY), NOON),
        (replace(PAYMENT, text="Payé."), tomorrow),
    ):
        await end(replace(DROPPED, session_id=f"ATUid_{at}"), unsaid, at)
    assert await messages("msisdn, filling ->> 'text'") == [
        (AWA, TEXT),
        (AWA, "Bénéficiaire."),
        (BAKARY, TEXT),
        (AWA, "Payé."),
    ]


async def test_it_goes_at_night_but_not_when_the_call_is_forgotten(gateway: AGateway) -> None:
    night = NOON.replace(hour=3)
    await end(DROPPED, PAYMENT, night)
    await end(DROPPED, replace(PAYMENT, screen="eligibility"), night)
    assert len(await gateway.takes(night + LATE)) == 2
    await end(DROPPED, replace(PAYMENT, screen="component"), night)
    assert await gateway.takes(night + LATE + timedelta(seconds=1)) == []
    assert (await messages("state, reason"))[-1] == ("dropped", "missed_its_day")


async def test_a_stopped_phone_does_not_get_it(gateway: AGateway) -> None:
    await stop_sms(AWA)
    await end(DROPPED, PAYMENT, NOON)
    assert await gateway.takes() == []
    assert await messages("state, reason") == [("dropped", "opted_out")]


async def test_a_call_that_spoke_no_language_yet_is_answered_in_bambara() -> None:
    await end(DROPPED, replace(PAYMENT, language=None), NOON)
    assert await messages("language") == [("bm",)]


@pytest.mark.parametrize(
    ("label", "asked", "stays"),
    [
        ("no household", None, True),
        ("the phone's own", 1, True),
        ("one that has it as its second number", 2, True),
        ("another's", 3, False),
        ("one that is gone", 99, False),
        ("what is no number", "1 OR true", False),
    ],
)
async def test_only_what_was_asked_of_the_phones_own_household_stays_on_it(label: str, asked: Any, stays: bool) -> None:
    await seed.safo()
    await seed.household(phones=(AWA,))
    await seed.household(phones=(BAKARY, AWA))
    await seed.household(phones=(BAKARY,))
    memory = {} if asked is None else {"household": asked}
    await end(DROPPED, replace(PAYMENT, memory=memory), NOON)
    assert [text.endswith(TEXT) for text in await answers_queued()] == [True] * stays
    assert await query("SELECT count(*) FROM gateway_session") == [(1,)]


DAY = "lundi 30 novembre, Mairie de Safo"


@pytest.mark.parametrize(
    ("label", "text", "kept"),
    [
        ("a short one", TEXT, TEXT),
        ("as long as may be", f"Safo\n{'x' * (LONGEST - 5)}", f"Safo\n{'x' * (LONGEST - 5)}"),
        ("a letter longer", f"Safo\n{'x' * (LONGEST - 4)}", "Safo"),
        ("a line too many", "\n".join(["Safo", *[DAY] * 9]), "\n".join(["Safo", *[DAY] * 7])),
        ("nothing behind what is left out", f"Safo\n{'x' * 300}\n{DAY}", "Safo"),
        ("a first line too long", f"Safo {'x' * 250} Bamako demain\n{DAY}", f"Safo {'x' * 250}"),
        ("one that ends with a word", f"{'x' * 130} {'x' * 129} demain", f"{'x' * 130} {'x' * 129}"),
        ("a word too long", "x" * 300, "x" * LONGEST),
        ("empty lines", "Safo\n\nBamako", "Safo\n\nBamako"),
    ],
)
async def test_of_a_long_answer_the_first_lines_are_sent(label: str, text: str, kept: str) -> None:
    await end(DROPPED, replace(PAYMENT, text=text), NOON)
    assert await answers_queued() == [kept]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        (FR, "Réponse : l’école est fermée, « venez » au marché…"),
        (BM, "Wari bɛna di: ntɛnɛndon, nɛgɛkanɲɛ 7 ni sanga 30, Mairie de Nyèna"),
        (BM, "Aw tɛ foyi sara dɔgɔtɔrɔso la. Ɲinan ani san wɛrɛ ŋaniya"),
    ],
)
async def test_the_longest_answer_is_two_parts_in_either_language(
    gateway: AGateway, language: Language, line: str
) -> None:
    await end(DROPPED, replace(PAYMENT, language=language, text="\n".join([line] * 9)), NOON)
    ((_, sms),) = await gateway.takes()
    assert GSM7.segments(sms) == 2


async def test_on_a_phone_of_several_households_each_is_answered_by_its_name(gateway: AGateway) -> None:
    await seed.safo()
    first = await seed.household(phones=(AWA,))
    second = await seed.household(phones=(AWA,), head_name="Modibo Keïta")
    for household, name in ((first, "Awa"), (second, "Modibo"), (first, "Awa")):
        await end(DROPPED, replace(PAYMENT, text=f"{name}\n{TEXT}", memory={"household": household}), NOON)
    assert await answers_queued() == [f"Awa\n{TEXT}", f"Modibo\n{TEXT}"]
