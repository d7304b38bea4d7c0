"""Money of several components: each campaign of a round names its component where people could take it for another."""

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.payments.states import PaymentState
from sms.campaigns.audience import Audience
from tests.core import seed
from tests.core.seed import TODAY
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    FR,
    PAY_DAY,
    ROUND,
    Fate,
    bodies,
    family,
    fates,
    planned,
    round_id,
    running,
)
from tests.sms.campaigns.plans import DAY, again

pytestmark = pytest.mark.usefixtures("safo")

LEAN = "Soudure 2026"
PNR, TM = "Argent des mois difficiles", "Transfert d'argent"


async def lean(household: int, state: PaymentState = PaymentState.ANNOUNCED) -> None:
    """Plant a payment of the lean season, on the same day at the same place as the other."""
    paid = TODAY - DAY if state is PaymentState.PAID else None
    await seed.payment(household, state, due=PAY_DAY, paid=paid, amount=60_000, component="PNR", round_name=LEAN)


async def told(name: str = ROUND, kind: Kind = Kind.ANNOUNCE) -> dict[str, str]:
    """What a campaign of a round tells each phone."""
    return await bodies((await planned(kind, Audience(round_id=await round_id(name)))).campaign_id)


async def test_what_people_mean_by_money_needs_no_name() -> None:
    await family(AWA, language=FR)
    assert TM not in (await told())[AWA]


async def test_money_of_another_component_is_named() -> None:
    await lean(await family(AWA, language=FR, round_name=None))
    assert PNR in (await told(LEAN))[AWA]


async def test_two_payments_of_one_day_are_told_in_an_sms_each_with_their_components() -> None:
    await lean(await family(AWA, language=FR))
    transfer, season = (await told())[AWA], (await told(LEAN))[AWA]
    assert f"{TM} : 30 000 F CFA le" in transfer
    assert f"{PNR} : 60 000 F CFA le" in season


async def test_a_transfer_is_named_as_long_as_other_money_is_to_come() -> None:
    await lean(await family(AWA, language=FR), PaymentState.FAILED)
    await lean(await family(BINTA, language=FR), PaymentState.PAID)
    texts = await told()
    assert TM in texts[AWA]
    assert TM not in texts[BINTA]


async def test_a_phone_of_two_households_is_told_the_component_that_one_of_them_needs() -> None:
    await lean(await family(AWA, language=FR))
    await family(AWA, language=FR, name="Binta Diarra")
    assert (await told())[AWA].startswith(f"Jigisèmèjiri : {TM} : 2 ménages, 30 000 F CFA chacun")


async def test_the_same_money_named_and_not_named_is_two_texts() -> None:
    await lean(await family(AWA, language=FR))
    await family(BINTA, language=FR)
    plan = await planned(Kind.ANNOUNCE, Audience(round_id=await round_id()))
    assert (plan.recipients, plan.texts, plan.requests) == (2, 2, 2)


async def test_who_was_told_is_not_told_again_because_other_money_was_announced() -> None:
    household = await family(AWA, language=FR)
    await running(Kind.ANNOUNCE, Audience(round_id=await round_id()))
    await again("delivered")
    await lean(household)
    plan = await planned(Kind.ANNOUNCE, Audience(round_id=await round_id()))
    assert await fates(plan.campaign_id) == {AWA: Fate("left_out", "already_told")}
