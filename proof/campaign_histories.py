"""Invented phones with their households and payments, and what campaigns of every kind plan to send them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hypothesis import given
from hypothesis import settings as trial_settings
from hypothesis import strategies as st

from core.campaigns.models import CampaignKind
from core.platform import sql
from core.platform.database import writing
from core.platform.settings import Settings
from core.text.alphabet import GSM7
from core.text.languages import Language
from proof.histories import NotSo, Tried, households
from proof.planting import plant_household, plant_payment, plant_phone, plant_places, plant_round
from proof.truth import NOW
from proof.truth_of_campaigns import KINDS, InventedPhone, InventedRound, Member, must_be_sent, sends_otherwise
from sms.campaigns import planning
from sms.campaigns.audience import Audience
from sms.campaigns.drafts import Draft, draft

NAMES: Final = ("Awa Diarra", "Binta Keita", "Cheick Sidibe")
FIRST_NUMBER: Final = 22376000001
EMPTIED: Final = "message, sms_batch, message_text, campaign, household, payment_round, phone, region"

phones = st.lists(
    st.builds(
        InventedPhone,
        language=st.sampled_from(("fr", "bm")),
        members=st.lists(households, min_size=1, max_size=len(NAMES)).map(
            lambda each: tuple(Member(name, household) for name, household in zip(NAMES, each, strict=False))
        ),
    ),
    min_size=1,
    max_size=4,
).map(tuple)


def hold_campaigns(runner: asyncio.Runner, examples: int) -> Tried:
    """Try so many sets of phones on the open database of `runner`'s loop, which is emptied; raises NotSo.

    Its error has the smallest set of which something else is sent than must be.
    """
    tried = Tried()

    @trial_settings(max_examples=examples, deadline=None, database=None)
    @given(phones=phones)
    def one(phones: tuple[InventedPhone, ...]) -> None:
        members = [member for phone in phones for member in phone.members]
        tried.households += len(members)
        tried.payments += sum(len(member.household.payments) for member in members)
        tried.answers += len(phones) * len(KINDS) * len(_rounds(phones))
        wrong = runner.run(campaign_differences(phones))
        if wrong:
            raise NotSo("\n".join([*map(str, phones), *wrong]))

    one()
    return tried


async def campaign_differences(phones: Sequence[InventedPhone]) -> Sequence[str]:
    """Where a campaign plans to send something else than must be sent, or nothing; the database is emptied."""
    await _emptied()
    rounds = _rounds(phones)
    ids = await _planted(phones, rounds)
    wrong = []
    for of, round_id in ids.items():
        for kind in KINDS:
            sent = await _sent(CampaignKind(kind), round_id)
            for number, phone in enumerate(phones):
                difference = sends_otherwise(sent.get(_number(number), ""), must_be_sent(phone, kind, of))
                wrong += [f"{kind} of {of}, phone {number}: {difference}"] if difference else []
    await _emptied()
    return wrong


def _rounds(phones: Sequence[InventedPhone]) -> list[InventedRound]:
    payments = [member.household.payments for phone in phones for member in phone.members]
    return sorted(
        {InventedRound(pay.component, number) for each in payments for number, pay in enumerate(each)},
        key=lambda of: (of.number, of.component),
    )


def _number(number: int) -> str:
    return f"+{FIRST_NUMBER + number}"


async def _planted(phones: Sequence[InventedPhone], rounds: Sequence[InventedRound]) -> Mapping[InventedRound, int]:
    """Plant the phones and their households in one commune; give the number of each round."""
    numbers = iter(range(10_000_000, 99_999_999))
    async with writing():
        await plant_places()
        ids = {of: await plant_round(of.component, f"Essai {of.number}") for of in rounds}
        for number, phone in enumerate(phones):
            await plant_phone(_number(number), Language(phone.language))
            for member in phone.members:
                household_id = await plant_household(
                    member.household, str(next(numbers)), member.name, phone=_number(number)
                )
                for at, pay in enumerate(member.household.payments):
                    await plant_payment(household_id, ids[InventedRound(pay.component, at)], pay)
    return ids


@dataclass(frozen=True, slots=True)
class _Sent:
    msisdn: str
    body: str


SENT: Final = """
SELECT message.msisdn, message_text.body FROM message JOIN sms_batch ON sms_batch.id = message.batch_id
JOIN message_text ON message_text.id = sms_batch.text_id WHERE message.campaign_id = %(id)s
"""


async def _sent(kind: CampaignKind, round_id: int) -> Mapping[str, str]:
    """What a campaign plans to send to each number."""
    campaign = await draft(Draft(kind, Audience(round_id=round_id), f"{kind}"), NOW, GSM7)
    await planning.plan(campaign, Settings(), NOW)
    return {each.msisdn: each.body for each in await sql.rows(_Sent, SENT, {"id": campaign})}


async def _emptied() -> None:
    async with writing():
        await sql.execute(f"TRUNCATE {EMPTIED} RESTART IDENTITY CASCADE")
