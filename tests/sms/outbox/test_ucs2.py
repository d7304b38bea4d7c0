"""An operator that carries UCS-2: Bambara as it is officially spelt, in parts of 70 letters, or 67 of several."""

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.outbox.notice_kinds import NoticeKind
from core.platform.settings import Settings
from sms.campaigns.audience import Audience
from sms.campaigns.planning import Plan
from tests.sms.campaign_world import AWA, BM, Watch, bodies, family, got, notice, planned, sender, speaks
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import one

pytestmark = pytest.mark.usefixtures("safo")

UCS2 = Settings(alphabet="ucs2", sms_rate=0, sms_optout_reserve=0)
OPENING = len("Jigisɛmɛjiri: ")


async def free(size: int, settings: Settings = UCS2) -> Plan:
    """Plan free words in Bambara whose text has this size before the security line."""
    words = "ɲɔ" * size
    words = f"{words[: size - OPENING - 1]}."
    return await planned(Kind.FREE, Audience(), settings=settings, french=words, bambara=words)


@pytest.mark.parametrize(("size", "parts"), [(69, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
async def test_a_part_holds_70_letters_or_67_of_several(size: int, parts: int) -> None:
    await family(AWA, round_name=None)
    plan = await free(size)
    row = await one("SELECT body, size, parts FROM message_text")
    assert (row.parts, plan.parts) == (parts, parts)
    assert row.size == len(row.body) >= size


async def test_a_campaign_keeps_the_official_spelling() -> None:
    await family(AWA, language=BM)
    body = (await bodies((await planned(settings=UCS2)).campaign_id))[AWA]
    assert body.startswith("Jigisɛmɛjiri: ")


async def test_what_the_gateway_may_add_is_counted_for_a_first_sms_alone() -> None:
    await family(AWA, round_name=None)
    reserved = Settings(alphabet="ucs2", sms_rate=0, sms_optout_reserve=30)
    await got(AWA)
    assert (await free(60, reserved)).parts == 1


async def test_for_a_first_sms_it_takes_another_part() -> None:
    await family(AWA, round_name=None)
    assert (await free(60, Settings(alphabet="ucs2", sms_rate=0, sms_optout_reserve=30))).parts == 2


async def test_a_notice_keeps_the_official_spelling() -> None:
    await speaks(AWA, BM)
    await notice(AWA, NoticeKind.NOT_UNDERSTOOD)
    gateway = ScriptedGateway()
    await sender(gateway, Watch(), settings=UCS2).drain()
    ((body, _),) = gateway.asked
    assert "ɛ" in body
