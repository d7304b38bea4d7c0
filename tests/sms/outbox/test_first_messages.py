"""A number's first message leaves room for what the gateway adds, whatever was thought when it was planned."""

from dataclasses import replace
from datetime import date, time

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.text.alphabet import GSM7
from core.text.gsm7 import SINGLE_PART
from core.text.languages import Language
from core.text.translator import translator
from sms.campaigns.audience import Audience
from sms.outbox.composing import SmsRoom
from sms.outbox.contents import PaymentLine, Payments
from sms.outbox.first_messages import shortened
from sms.outbox.texts import campaign_sms
from tests.core.seed import NOW, TODAY
from tests.sms.campaign_world import AWA, BINTA, FR, Watch, family, round_id, running, sender
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change, query

LINE = PaymentLine(1, "", 30_000, date(2026, 11, 23), "Mairie de Safo", None)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("agency", ["", "Kafo"])
@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("hour", [None, time(8), time(14, 30)])
def test_what_is_left_out_is_the_last_that_was_said(
    language: Language, agency: str, parts: int, hour: time | None
) -> None:
    spoken = translator(language)
    text = campaign_sms(
        Kind.ANNOUNCE, Payments((replace(LINE, hour=hour),), agency=agency), spoken, TODAY, GSM7, SmsRoom(parts)
    )
    shorter = shortened(text.body, spoken, GSM7, 30)
    assert text.body.startswith(shorter)
    assert GSM7.segments(shorter + "x" * 30) <= text.parts


def test_a_text_that_has_nothing_to_leave_out_stays_as_it_is() -> None:
    assert shortened("a" * 150, translator(FR), GSM7, 30) == "a" * 150
    assert len("a" * 150) + 30 > SINGLE_PART


@pytest.mark.usefixtures("safo")
async def test_whoever_is_written_to_for_the_first_time_after_all_gets_the_shorter_text() -> None:
    """What Binta was sent before was taken, and failed after the plan."""
    await family(AWA, language=FR)
    await family(BINTA, language=FR)
    await running(Kind.FREE, Audience(), french="Réunion.", bambara="Lajè.")
    await sender(ScriptedGateway(), Watch(NOW)).drain()
    await running(Kind.ANNOUNCE, Audience(round_id=await round_id()))
    await change("UPDATE message SET state = 'failed' WHERE msisdn = %(msisdn)s AND kind = 'free'", msisdn=BINTA)
    gateway = ScriptedGateway()
    await sender(gateway, Watch(NOW)).drain()
    assert gateway.took == {AWA: 1, BINTA: 1}
    rows = await query(
        "SELECT msisdn, body, size FROM message JOIN sms_batch ON sms_batch.id = batch_id "
        "JOIN message_text ON message_text.id = text_id WHERE message.kind = 'announce'"
    )
    sizes = {row.msisdn: row.size for row in rows}
    bodies = {row.msisdn: row.body for row in rows}
    assert bodies[AWA].startswith(bodies[BINTA])
    assert sizes[BINTA] + 30 <= SINGLE_PART < sizes[AWA] + 30


async def test_a_notice_that_is_a_numbers_first_message_leaves_room_too(world: object) -> None:
    say = "Un texte qui laisse place à la phrase longue seulement si rien d'autre ne vient derrière elle, ici."
    for key in ("one", "two"):
        notice = Notice(key, NoticeKind.CALL_DROPPED, AWA, FR, {"text": say[:60]}, prompt=True)
        await queue_notice(notice, NOW)
        await sender(ScriptedGateway(), Watch(NOW)).drain()
    first, second = [row.body for row in await query("SELECT body FROM message_text ORDER BY id")]
    assert first.endswith("C'est gratuit.")
    assert second.endswith("Personne ne doit vous demander de l'argent ou un code.")
