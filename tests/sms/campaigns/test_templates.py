"""Words of a programme's own: written, approved by somebody else, used by the next plan, and the way back."""

from collections.abc import Mapping

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.campaigns.steps import FourEyes, NotASupervisor, WrongState
from core.campaigns.templates import TemplateState
from core.payments.states import PaymentState
from core.staff.agents import Role
from sms.campaigns import planning, templates
from sms.campaigns.audience import Audience
from sms.campaigns.template_checks import MissingPlaceholder
from sms.outbox.placeholders import RULES
from sms.outbox.proven_words import proven_words
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    FR,
    SETTINGS,
    bodies,
    family,
    planned,
    round_id,
    somebody,
    speaks,
)
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("safo")

OWN: Mapping[str, str] = {
    "fr": "{pour}. Venez le {jour}, {lieu} : {somme}. {prudence}",
    "bm": "{pour}. {somme} bɛna di {jour}, {lieu}. {prudence}",
}
OTHER: Mapping[str, str] = {**OWN, "fr": "{pour}. Le {jour}, {lieu}, {somme}."}


async def approved_words(texts: Mapping[str, str] = OWN, kind: Kind = Kind.ANNOUNCE) -> int:
    """Words that one supervisor wrote and another approved."""
    number = await templates.propose(kind, texts, await somebody("ami"), SETTINGS, NOW)
    await templates.approve(number, await somebody("moussa"), SETTINGS, NOW)
    return number


async def texts_of_a_plan() -> Mapping[str, str]:
    """What a plan of the announcement of the round says, by number."""
    plan = await planned(Kind.ANNOUNCE, Audience(round_id=await round_id()))
    return await bodies(plan.campaign_id)


async def test_a_plan_uses_the_words_that_were_approved_and_names_their_version() -> None:
    await family(AWA)
    await speaks(AWA, FR)
    number = await approved_words()
    plan = await planned(Kind.ANNOUNCE, Audience(round_id=await round_id()))
    text = (await bodies(plan.campaign_id))[AWA]
    assert text.startswith("Jigisèmèjiri : Venez le lundi 30 novembre, Mairie de Safo : 30 000 F CFA. Personne ne")
    version = await templates.of_campaign(plan.campaign_id)
    assert version
    assert version.id == number


async def test_what_nobody_approved_is_not_used() -> None:
    await family(AWA)
    before = await texts_of_a_plan()
    await templates.propose(Kind.ANNOUNCE, OWN, await somebody("ami"), SETTINGS, NOW)
    assert await templates.used(Kind.ANNOUNCE) is None
    assert await texts_of_a_plan() == before


async def test_who_wrote_them_cannot_approve_them() -> None:
    ami = await somebody("ami")
    number = await templates.propose(Kind.ANNOUNCE, OWN, ami, SETTINGS, NOW)
    with pytest.raises(FourEyes):
        await templates.approve(number, ami, SETTINGS, NOW)
    assert await templates.used(Kind.ANNOUNCE) is None


async def test_only_a_supervisor_writes_and_decides() -> None:
    number = await templates.propose(Kind.ANNOUNCE, OWN, await somebody("ami"), SETTINGS, NOW)
    agent = await somebody("kadi", Role.AGENT)
    for doing in (
        templates.propose(Kind.ANNOUNCE, OWN, agent, SETTINGS, NOW),
        templates.approve(number, agent, SETTINGS, NOW),
        templates.dismiss(number, agent, NOW),
        templates.to_proven(Kind.ANNOUNCE, agent, NOW),
    ):
        with pytest.raises(NotASupervisor):
            await doing


async def test_a_new_proposal_puts_the_one_that_waited_aside() -> None:
    ami = await somebody("ami")
    older = await templates.propose(Kind.ANNOUNCE, OWN, ami, SETTINGS, NOW)
    await templates.propose(Kind.ANNOUNCE, OTHER, ami, SETTINGS, NOW)
    assert (await templates.version(older)).state is TemplateState.DISMISSED
    with pytest.raises(WrongState):
        await templates.approve(older, await somebody("moussa"), SETTINGS, NOW)


async def test_the_proven_words_come_back_at_once_and_by_one_person() -> None:
    await family(AWA)
    before = await texts_of_a_plan()
    await approved_words()
    await templates.to_proven(Kind.ANNOUNCE, await somebody("ami"), NOW)
    assert await templates.used(Kind.ANNOUNCE) is None
    assert await texts_of_a_plan() == before


async def test_an_older_version_comes_back_by_two_people() -> None:
    first = await approved_words()
    await approved_words(OTHER)
    back = await templates.go_back(first, await somebody("ami"), SETTINGS, NOW)
    await templates.approve(back, await somebody("moussa"), SETTINGS, NOW)
    now_used = await templates.used(Kind.ANNOUNCE)
    assert now_used
    assert (now_used.texts, now_used.of_id) == (OWN, first)
    kept = await templates.versions(Kind.ANNOUNCE)
    assert [(each.id, each.writer, each.decider) for each in kept][-1] == (first, "Ami", "Moussa")


async def test_a_plan_that_was_made_keeps_its_texts() -> None:
    await family(AWA)
    number = await approved_words()
    plan = await planned(Kind.ANNOUNCE, Audience(round_id=await round_id()))
    said = await bodies(plan.campaign_id)
    await approved_words(OTHER)
    assert await bodies(plan.campaign_id) == said
    version = await templates.of_campaign(plan.campaign_id)
    assert version
    assert version.id == number
    await planning.plan(plan.campaign_id, SETTINGS, NOW)
    version = await templates.of_campaign(plan.campaign_id)
    assert version
    assert version.id != number


async def test_a_phone_whose_households_do_not_get_the_same_reads_the_proven_words() -> None:
    await family(AWA)
    await family(AWA, name="Binta Diarra", amount=45_000)
    proven = await texts_of_a_plan()
    await approved_words()
    assert await texts_of_a_plan() == proven


async def test_whose_money_it_is_is_said_where_the_phone_serves_others_too() -> None:
    await family(AWA, name="Awa Traoré")
    await family(AWA, due=None, round_name=None, name="Binta Diarra")
    await speaks(AWA, FR)
    await approved_words()
    assert "paiement pour Awa Traoré. Venez" in (await texts_of_a_plan())[AWA]


async def test_words_of_one_kind_are_not_said_by_another() -> None:
    await family(BINTA, state=PaymentState.ANNOUNCED)
    await approved_words()
    assert await templates.used(Kind.REMINDER_1) is None


async def test_words_that_cannot_be_sent_are_not_kept() -> None:
    with pytest.raises(MissingPlaceholder):
        await templates.propose(Kind.ANNOUNCE, {**OWN, "fr": "Venez, {lieu}."}, await somebody("ami"), SETTINGS, NOW)
    assert await query("SELECT FROM campaign_template") == []


@pytest.mark.parametrize("kind", list(RULES))
async def test_the_proven_words_can_be_proposed_as_they_are(kind: Kind) -> None:
    await family(AWA)
    assert await templates.propose(kind, proven_words(kind), await somebody("ami"), SETTINGS, NOW)
