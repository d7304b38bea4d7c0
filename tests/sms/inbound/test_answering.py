"""Who writes to the short code is answered once, in words they understand; a machine is not answered for ever."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import structlog
from redis.asyncio import Redis
from sqlalchemy import text

from core.grievances.filing import file
from core.grievances.vocabulary import GrievanceState
from core.payments.states import PaymentState
from core.platform.database import writing
from core.platform.settings import Settings
from core.registry.callers import recognise, remember_language, restart_sms, stop_sms
from core.schema.retention import purge
from core.text.languages import Language
from menus import line as programme
from simulator.gateway import UssdCall
from sms.inbound.answering import take
from sms.outbox.gateway import Incoming
from tests.core import seed
from tests.core.grievances import handling
from tests.core.grievances.handling import decided
from tests.sms.conftest import Webhooks
from tests.sms.outbox.a_gateway import AWA, BAKARY, NOON, AGateway, messages
from tests.support.database import change, count, query
from tests.support.dialling import pressed
from tests.ussd.conftest import CALLBACK, a_client, an_engine

BM, FR = Language("bm"), Language("fr")
SAFE = {
    FR: " Personne ne doit vous demander de l'argent ou un code.",
    BM: " Mògò si man kan ka wari walima kòdi nyini aw fè.",
}
MINUTE = timedelta(minutes=1)
FRIDAY = date(2026, 11, 27)
REFERENCE, OTHER, SLIPPED = "5724577", "4123454", "5724571"
LATE = replace(handling.LATE, msisdn=BAKARY, language=FR)


async def answers() -> list[tuple[Any, ...]]:
    """What is to be answered, oldest first."""
    return await messages("msisdn, kind, language")


async def kept() -> list[tuple[Any, ...]]:
    """What is kept of those who wrote."""
    return await query("SELECT msisdn, intent, answered FROM inbound_sms ORDER BY at, gateway_id")


@pytest.mark.parametrize(
    ("words", "kind", "language"),
    [
        ("paiement", "payment", FR),
        ("Wari don", "payment", BM),
        (f"plainte {REFERENCE}", "status", FR),
        (f"damakasi {REFERENCE}", "status", BM),
        (REFERENCE, "status", BM),
        (SLIPPED, "number_mistyped", BM),
        (f"plainte {SLIPPED}", "number_mistyped", FR),
        ("plainte", "help", FR),
        ("info", "help", BM),
        ("Aide moi svp", "help", FR),
        ("STOP", "sms_stopped", BM),
        ("arrêter les SMS", "sms_stopped", FR),
        ("dabila", "sms_stopped", BM),
        ("je ne veux plus de sms", "sms_stopped", FR),
        ("kana ci tugun", "sms_stopped", BM),
        ("je veux plus de sms", "how_to_stop", FR),
        ("START", "sms_started", BM),
        ("reprendre", "sms_started", FR),
        ("a daminɛ", "sms_started", BM),
        ("Où est ma chèvre", "not_understood", BM),
        ("", "not_understood", BM),
    ],
)
async def test_each_thing_that_is_asked_has_its_answer_in_the_language_of_its_words(
    line: Webhooks, words: str, kind: str, language: Language
) -> None:
    assert (await line.writes(AWA, words)).status_code == 200
    assert await answers() == [(AWA, kind, language)]
    assert [row[::2] for row in await kept()] == [(AWA, True)]


@pytest.mark.parametrize(
    ("label", "chosen", "household", "words", "language"),
    [
        ("the phone chose", FR, BM, "dabila", FR),
        ("its household speaks", None, FR, "dabila", FR),
        ("its words tell", None, None, "paiement", FR),
        ("nothing tells", None, None, "info", BM),
    ],
)
async def test_the_language_is_what_the_phone_chose_its_households_or_that_of_the_words(
    line: Webhooks,
    label: str,
    chosen: Language | None,
    household: Language | None,
    words: str,
    language: Language,
) -> None:
    if chosen is not None:
        await remember_language(AWA, chosen)
    if household is not None:
        await seed.safo()
        await seed.household(phones=(AWA,))
        async with writing() as session:
            await session.execute(text("UPDATE household SET language = :language"), {"language": household.value})
    await line.writes(AWA, words)
    assert [row[2] for row in await answers()] == [language]


async def test_a_message_that_comes_twice_is_answered_once(line: Webhooks) -> None:
    for _ in range(2):
        assert (await line.writes(AWA, "info", "in-7")).status_code == 200
    line.now += timedelta(days=2)
    await line.writes(AWA, "paiement", "in-7")
    assert await answers() == [(AWA, "help", BM)]


async def test_of_a_message_that_comes_several_times_at_once_one_is_answered(line: Webhooks) -> None:
    came = await asyncio.gather(*(line.writes(AWA, "info", "in-7") for _ in range(8)))
    assert [answer.status_code for answer in came] == [200] * 8
    assert await answers() == [(AWA, "help", BM)]


async def test_a_stop_that_comes_again_after_a_start_stops_nothing(line: Webhooks) -> None:
    await line.writes(AWA, "stop", "in-1")
    await line.writes(AWA, "start", "in-2")
    await line.writes(AWA, "stop", "in-1")
    assert not (await recognise(AWA)).sms_stopped


async def test_an_answer_goes_at_night_and_not_an_hour_late(line: Webhooks, gateway: AGateway) -> None:
    line.now = NOON.replace(hour=3)
    await line.writes(AWA, "info")
    await line.writes(BAKARY, "info")
    assert len(await gateway.takes(line.now)) == 2
    await line.writes(AWA, "stop")
    assert await gateway.takes(line.now + timedelta(hours=1, seconds=1)) == []
    assert (await messages("state, reason"))[-1] == ("dropped", "missed_its_day")


@pytest.mark.parametrize("written", [AWA, AWA.removeprefix("+"), "76 00 00 01", "0022376000001"])
async def test_a_stop_by_word_is_the_stop_of_the_phone_however_its_number_comes(line: Webhooks, written: str) -> None:
    await line.writes(written, "STOP")
    assert (await recognise(AWA)).sms_stopped
    await line.writes(written, "START")
    assert not (await recognise(AWA)).sms_stopped


async def test_the_word_and_the_menu_turn_one_switch(line: Webhooks, redis: Redis) -> None:
    engine = an_engine(programme, redis)
    async with a_client(engine) as client:

        async def dialled(*keys: str) -> str:
            return await pressed(UssdCall(client, CALLBACK, AWA), *keys)

        assert "4 Ne plus recevoir de SMS" in await dialled("2", "5")
        await line.writes(AWA, "stop")
        assert "4 Recevoir les SMS" in await dialled("00", "5")
        assert "de nouveau" in await dialled("00", "5", "4")
        assert not (await recognise(AWA)).sms_stopped
        assert "plus de SMS" in await dialled("5", "4", "1")
        assert (await recognise(AWA)).sms_stopped
        await line.writes(AWA, "start")
        assert "4 Ne plus recevoir de SMS" in await dialled("5")
    await engine.close()


async def test_a_stop_is_kept_when_all_that_led_to_it_is_deleted(line: Webhooks, gateway: AGateway) -> None:
    await line.writes(AWA, "stop")
    await gateway.takes(line.now)
    await purge(NOON + timedelta(days=5000), Settings())
    assert await kept() == await messages() == []
    assert (await recognise(AWA)).sms_stopped


async def test_a_stop_that_is_asked_again_and_again_is_done_though_it_is_not_answered(line: Webhooks) -> None:
    await line.writes(AWA, "stop")
    await restart_sms(AWA)
    line.now += MINUTE / 2
    await line.writes(AWA, "stop")
    assert (await recognise(AWA)).sms_stopped
    assert await answers() == [(AWA, "sms_stopped", BM)]


async def test_a_stopped_phone_that_asks_is_told_only_that_it_is_stopped(line: Webhooks, gateway: AGateway) -> None:
    await stop_sms(AWA)
    await line.writes(AWA, "paiement")
    assert await gateway.takes(line.now) == []
    await line.writes(AWA, "arrêter les SMS")
    ((_, sms),) = await gateway.takes(line.now)
    assert sms == f"Jigisèmèjiri : vous ne recevrez plus de SMS. Pour reprendre : *384*1234#.{SAFE[FR]}"


@pytest.mark.parametrize(
    ("label", "sender", "words"),
    [
        ("a name", "JIGISEME", "stop"),
        ("an operator", "Orange", "info"),
        ("a short code", "36000", "paiement"),
        ("a toll-free line", "+22380000001", "info"),
        ("a fixed line", "+22320221615", "info"),
        ("nobody", "", "info"),
        ("too long for a number", "+" + "223760000012237600000122376000001", "info"),
        ("our own text", AWA, "Jigisèmèjiri : vous ne recevrez plus de SMS. Pour reprendre : *384*1234#."),
        ("our own text, forwarded", AWA, "Fwd: Jigisèmèjiri: aw tèna SMS sòrò tugun."),
        ("an answering machine", AWA, "Réponse automatique : je suis absent"),
        ("a receipt", AWA, "Message non délivré"),
    ],
)
async def test_a_machine_gets_no_answer_and_turns_no_switch(
    line: Webhooks, label: str, sender: str, words: str
) -> None:
    assert (await line.writes(sender, words)).status_code == 200
    assert await answers() == []
    assert [row[1:] for row in await kept()] == [("machine", False)]
    assert await query("SELECT FROM phone") == []


@pytest.mark.parametrize("language", [FR, BM])
async def test_a_phone_that_sends_back_whatever_it_gets_is_answered_no_further(
    line: Webhooks, gateway: AGateway, language: Language
) -> None:
    await remember_language(AWA, language)
    for words in ("paiement", "info", REFERENCE, SLIPPED, "xyz", "start", "stop"):
        line.now += 2 * MINUTE
        await line.writes(AWA, words)
        ((_, sms),) = await gateway.takes(line.now)
        await line.writes(AWA, sms)
        assert await gateway.takes(line.now) == []


@pytest.mark.parametrize("every", [timedelta(seconds=1), 2 * MINUTE])
async def test_of_a_hundred_messages_in_a_row_ten_are_answered(line: Webhooks, every: timedelta) -> None:
    asked = ["paiement", "info", "xyz", REFERENCE, "start"]
    for number in range(100):
        await line.writes(AWA, asked[number % len(asked)])
        line.now += every
    assert len(await answers()) <= 10
    assert len(await kept()) == 100
    await line.writes(BAKARY, "info")
    assert (await answers())[-1] == (BAKARY, "help", BM)
    line.now += timedelta(days=1)
    await line.writes(AWA, "info")
    assert (await answers())[-1] == (AWA, "help", BM)


async def test_the_same_is_answered_once_a_minute_and_another_thing_at_once(line: Webhooks) -> None:
    for seconds, words in ((0, "info"), (1, "dɛmɛ"), (20, "paiement"), (59, "info"), (60, "info"), (61, "info")):
        line.now = NOON + timedelta(seconds=seconds)
        await line.writes(AWA, words)
    assert [row[1] for row in await answers()] == ["help", "payment", "help"]
    assert [row[2] for row in await kept()] == [True, False, True, False, True, False]


async def test_a_number_of_the_length_of_the_programmes_is_no_slip_in_a_reference(line: Webhooks) -> None:
    await seed.safo()
    await seed.household(programme_no="0220117")
    await line.writes(AWA, f"plainte {SLIPPED}")
    assert [row[1] for row in await answers()] == ["help"]


async def test_who_types_a_reference_again_as_it_should_be_is_answered_at_once(line: Webhooks) -> None:
    await line.writes(AWA, f"plainte {SLIPPED}")
    line.now += MINUTE / 2
    await line.writes(AWA, f"plainte {REFERENCE}")
    assert [row[1] for row in await answers()] == ["number_mistyped", "status"]


@pytest.mark.usefixtures("world")
async def test_messages_that_come_together_are_not_answered_more_often_than_one_after_the_other() -> None:
    await asyncio.gather(
        *(take(Incoming("africastalking", f"in-{number}", AWA, "info"), NOON, most_a_day=3) for number in range(20))
    )
    assert await answers() == [(AWA, "help", BM)]


async def test_what_is_asked_is_answered_from_what_is_true_when_it_is_sent(line: Webhooks, gateway: AGateway) -> None:
    await seed.safo()
    awa = await seed.household(head_name="Awa Traoré", phones=(AWA,))
    await line.writes(AWA, "date de paiement")
    await seed.payment(awa, PaymentState.ANNOUNCED, due=FRIDAY)
    assert await gateway.takes(line.now) == [
        (
            AWA,
            "Jigisèmèjiri : Prochain paiement : vendredi 27 novembre\nMairie de Safo, Caisse\n"
            f"Montant : 30 000 F CFA.{SAFE[FR]}",
        )
    ]


async def test_on_a_shared_phone_each_household_is_named(line: Webhooks, gateway: AGateway) -> None:
    await seed.safo()
    awa = await seed.household(head_name="Awa Traoré", phones=(AWA,))
    await seed.household(head_name="Oumou Keita", phones=(BAKARY, AWA))
    await seed.household(head_name="Fanta Coulibaly", phones=(BAKARY,))
    await seed.payment(awa, PaymentState.ANNOUNCED, due=FRIDAY)
    await remember_language(AWA, FR)
    await line.writes(AWA, "argent")
    ((_, sms),) = await gateway.takes(line.now)
    first, *_, last = sms.split("\n")
    assert first.startswith("Jigisèmèjiri : Awa Traoré")
    assert "vendredi 27 novembre" in first
    assert last.startswith("Oumou Keita")
    assert "Pas encore de date" in last
    assert "Fanta" not in sms


async def test_a_phone_of_nobody_is_told_that_it_is_not_written(line: Webhooks, gateway: AGateway) -> None:
    await line.writes(AWA, "paiement")
    assert await gateway.takes(line.now) == [
        (AWA, f"Jigisèmèjiri : ce téléphone n'est pas inscrit chez nous. Appelez le *384*1234#.{SAFE[FR]}")
    ]


async def test_a_reference_is_answered_with_where_its_grievance_stands(line: Webhooks, gateway: AGateway) -> None:
    reference = (await file(replace(LATE, msisdn=AWA), NOON)).reference
    await gateway.takes(line.now)
    await line.writes(AWA, f"plainte {reference}")
    line.now += 2 * MINUTE
    ((_, open_one),) = await gateway.takes(line.now)
    await decided(reference, GrievanceState.RESOLVED, "Payé lundi.", NOON)
    await line.writes(AWA, f"plainte {reference}")
    sms = dict(await gateway.takes(line.now))[AWA]
    assert open_one == (
        f"Jigisèmèjiri : Plainte {reference}, 24/11/2026\nElle est notée.\n"
        f"Réponse au plus tard : mardi 1er décembre.{SAFE[FR]}"
    )
    assert sms == f"Jigisèmèjiri : Plainte {reference}, 24/11/2026\nC'est réglé.\nRéponse : Payé lundi.{SAFE[FR]}"


async def test_a_number_that_is_anothers_reads_as_none_and_three_close_it_for_a_day(
    line: Webhooks, gateway: AGateway
) -> None:
    reference = (await file(replace(LATE, msisdn="+22366000002"), NOON)).reference
    await gateway.takes(line.now)
    for _ in range(4):
        await line.writes(AWA, f"plainte {reference}")
        line.now += 2 * MINUTE
        assert await gateway.takes(line.now) == [(AWA, f"Jigisèmèjiri : Numéro introuvable.{SAFE[FR]}")]
    assert await count("reference_try") == 3


@pytest.mark.parametrize(
    ("words", "sms"),
    [
        (f"plainte {REFERENCE}", f"Jigisèmèjiri : Numéro introuvable.{SAFE[FR]}"),
        (f"plainte {SLIPPED}", f"Jigisèmèjiri : Numéro mal tapé. Regardez-le encore.{SAFE[FR]}"),
        ("plainte", f"Jigisèmèjiri : Appelez le *384*1234#.\nTéléphone : +223 20 22 16 15.{SAFE[FR]}"),
        (f"damakasi {SLIPPED}", f"Jigisèmèjiri: Fili bè nimòrò in na. Aw ye a lajè kokura.{SAFE[BM]}"),
    ],
)
async def test_a_reference_that_is_none_is_told_as_such(
    line: Webhooks, gateway: AGateway, words: str, sms: str
) -> None:
    await line.writes(AWA, words)
    assert await gateway.takes(line.now) == [(AWA, sms)]


@pytest.mark.parametrize(
    ("word", "sms"),
    [
        (
            "plainte",
            "Jigisèmèjiri : Numéro introuvable. Panne le 24/11/2026 : si votre plainte n'est plus là, refaites-la.",
        ),
        (
            "damakasi",
            "Jigisèmèjiri: Nimòrò in ma ye. Fèn dò ma nyè 24/11/2026. Ni aw ka damakasi tè yan, aw ye a kè kokura.",
        ),
    ],
)
async def test_a_number_that_a_restored_database_does_not_know_is_explained(
    line: Webhooks, gateway: AGateway, word: str, sms: str
) -> None:
    await change(
        "INSERT INTO restoration (sign, at, departures, known, uncertain, paused, ended_at) "
        "VALUES ('said', %(at)s, 0, 0, 0, 0, %(at)s)",
        at=line.now,
    )
    await line.writes(AWA, f"{word} {REFERENCE}")
    ((_, answer),) = await gateway.takes(line.now)
    assert answer.startswith(sms)


@pytest.mark.parametrize(("category", "subcategory"), [("conduct", "bribe"), ("abuse", "violence")])
@pytest.mark.parametrize("words", ["plainte {ref}", "damakasi {ref}", "{ref}"])
async def test_a_sensitive_reference_is_answered_with_nothing_of_it(
    line: Webhooks, gateway: AGateway, category: str, subcategory: str, words: str
) -> None:
    filing = replace(LATE, msisdn=AWA, category=category, subcategory=subcategory)
    reference = (await file(filing, NOON)).reference
    await decided(reference, GrievanceState.REJECTED, "Personne n'a été vu.", NOON)
    await line.writes(AWA, words.format(ref=reference))
    ((_, sms),) = await gateway.takes(line.now)
    assert sms in {
        f"Jigisèmèjiri : {reference}. Appelez le *384*1234#.{SAFE[FR]}",
        f"Jigisèmèjiri: {reference}. Aw ye *384*1234# wele.{SAFE[BM]}",
    }


@pytest.mark.parametrize("sender", [AWA, "Zakuzaku"])
async def test_nothing_of_what_is_written_is_kept_or_logged(line: Webhooks, sender: str, gateway: AGateway) -> None:
    tables = await query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    with structlog.testing.capture_logs() as logs:
        for words in ("Zakuzaku paiement", f"plainte {SLIPPED} zakuzaku", "stop zakuzaku", "zakuzaku " * 100):
            await line.writes(sender, words)
        await gateway.takes(line.now)
    traces = str(logs)
    for (table,) in tables:
        traces += str(await query(f'SELECT to_jsonb(t)::text FROM "{table}" AS t'))  # noqa: S608
    assert "zakuzaku" not in traces.lower()
    assert SLIPPED not in traces


async def test_what_was_understood_is_kept_of_each_message(line: Webhooks) -> None:
    for words in ("paiement", "info", "stop", "start", REFERENCE, "xyz"):
        line.now += MINUTE
        await line.writes(AWA, words)
    assert [row[1] for row in await kept()] == ["payment", "help", "stop", "start", "status", "unknown"]


async def test_another_complaint_is_another_question_however_soon(line: Webhooks) -> None:
    for words in (f"plainte {REFERENCE}", f"plainte {OTHER}", f"plainte {REFERENCE}", OTHER):
        await line.writes(AWA, words)
        line.now += timedelta(seconds=1)
    assert await messages("filling ->> 'ref'") == [(REFERENCE,), (OTHER,)]
