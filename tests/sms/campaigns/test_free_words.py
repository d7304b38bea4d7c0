"""A campaign of words that somebody wrote: refused where they cannot be sent, told in each language."""

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.scams.guard import NotASafeText
from core.scams.proven import NoSuchPiece
from core.text.alphabet import GSM7, UCS2
from sms.campaigns import steps
from sms.campaigns.audience import Audience
from sms.campaigns.drafts import CannotBeWritten, Draft, draft
from sms.worker import sweeps
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    BM,
    FR,
    SETTINGS,
    Watch,
    approved,
    bodies,
    drafted,
    family,
    planned,
    sender,
    somebody,
)
from tests.sms.campaigns.plans import DAY
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("safo")


@pytest.mark.parametrize(
    ("french", "bambara", "refused"),
    [
        (None, "Lajè.", CannotBeWritten),
        ("Réunion.", None, CannotBeWritten),
        ("Réunion.", "  ", CannotBeWritten),
        ("Réunion 集.", "Lajè.", CannotBeWritten),
        ("Réunion.", "Lajɛ 😀.", CannotBeWritten),
        ("Voir www.jigi.example", "Lajè.", NotASafeText),
        ("Réunion.", "https://jigi.ml", NotASafeText),
        ("Réunion.", "Aw ye kɔdi ci an ma.", NotASafeText),
        ("Réunion {jour}.", "Lajè.", NoSuchPiece),
    ],
)
async def test_free_words_that_cannot_be_sent_are_refused(
    french: str | None, bambara: str | None, refused: type[ValueError]
) -> None:
    with pytest.raises(refused):
        await drafted(Kind.FREE, Audience(), french=french, bambara=bambara)
    assert await query("SELECT id FROM campaign") == []


async def test_where_phones_show_more_letters_more_may_be_written() -> None:
    with pytest.raises(CannotBeWritten):
        await draft(Draft(Kind.FREE, Audience(), "free", {"fr": "Réunion 集.", "bm": "Lajɛ."}), NOW, GSM7)
    assert await draft(Draft(Kind.FREE, Audience(), "free", {"fr": "Réunion 集.", "bm": "Lajɛ."}), NOW, UCS2)


async def test_free_words_are_told_in_both_languages() -> None:
    await family(AWA, language=FR)
    await family(BINTA, language=BM)
    plan = await planned(Kind.FREE, Audience(), french="Réunion demain.", bambara="Lajɛ bɛ sini.")
    texts = await bodies(plan.campaign_id)
    assert texts[AWA].startswith("Jigisèmèjiri : Réunion demain.")
    assert texts[BINTA].startswith("Jigisèmèjiri: Lajè bè sini.")


async def test_proven_pieces_are_told_in_each_language() -> None:
    await family(AWA, language=FR)
    await family(BINTA, language=BM)
    plan = await planned(Kind.FREE, Audience(), french="Composez {ligne}.", bambara="Aw ye {ligne} wele.")
    texts = await bodies(plan.campaign_id)
    assert texts[AWA].startswith("Jigisèmèjiri : Composez *384*1234#.")
    assert texts[BINTA].startswith("Jigisèmèjiri: Aw ye *384*1234# wele.")


async def test_free_words_are_still_worth_sending_when_their_campaign_starts() -> None:
    """Planned on Tuesday, approved on Friday."""
    await family(AWA)
    plan = await planned(Kind.FREE, Audience(), french="Réunion.", bambara="Lajè.")
    for days in (1, 2):
        await sweeps.sweep(NOW + days * DAY, SETTINGS)
    friday = NOW + 3 * DAY
    await steps.start(await approved(plan, friday), await somebody("binta"), friday)
    gateway = ScriptedGateway()
    await sender(gateway, Watch(friday)).drain()
    assert gateway.took == {AWA: 1}
