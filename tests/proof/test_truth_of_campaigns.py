"""What campaigns plan to send of payments is what must be sent: held against a second reading of the rules."""

from types import ModuleType
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from core.campaigns.models import CampaignKind
from core.payments.states import PaymentState
from proof.campaign_histories import campaign_differences, phones
from proof.truth import History, Membership, Pay
from proof.truth_of_campaigns import InventedPhone, Member
from sms.campaigns import audience, snapshot
from sms.outbox import composing, payment_texts

pytestmark = pytest.mark.usefixtures("world")


@hypothesis_settings(max_examples=5)
@given(phones=phones)
async def test_each_phone_is_sent_what_is_so_and_nothing_else(phones: tuple[InventedPhone, ...]) -> None:
    assert await campaign_differences(phones) == []


def of_one(
    *payments: Pay, status: str = "beneficiary", language: str = "fr", parts: tuple[Membership, ...] | None = None
) -> InventedPhone:
    return InventedPhone(language, (Member("Awa Diarra", History(status, payments, parts)),))


def of_two(one: Pay, other: Pay) -> InventedPhone:
    names = ("Awa Diarra", "Binta Keita")
    return InventedPhone(
        "bm", tuple(Member(name, History("beneficiary", (pay,))) for name, pay in zip(names, (one, other), strict=True))
    )


CASES: Final[dict[str, tuple[InventedPhone, ...]]] = {
    "two components on one day": (
        of_one(Pay("TM", "announced", 30_000, due=6), Pay("PNR", "announced", 60_000, due=6)),
    ),
    "a day that moved": (of_one(Pay("TM", "planned", 30_000, due=3, moved_from=1)),),
    "a day that is dropped": (of_one(Pay("PNR", "planned", 30_000, moved_from=5)),),
    "money that waits to its last day": (of_one(Pay("TM", "unclaimed", 30_000, due=-9, last=0)),),
    "two households, one of which has a last day": (
        of_two(Pay("AGR", "announced", 172_000, due=1, last=7), Pay("AGR", "announced", 114_000, due=0)),
    ),
    "a day that is called off": (of_one(Pay("TM", "cancelled", 30_000, due=0)),),
    "tomorrow": (of_one(Pay("TM", "announced", 30_000, due=1), language="bm"),),
    "today": (of_one(Pay("TM", "announced", 30_000, due=0)),),
    "a household that is suspended": (of_one(Pay("TM", "announced", 30_000, due=6), status="suspended"),),
    "what follows is called off": (
        of_one(Pay("AGR", "cancelled", 180_000, due=2), status="exited", parts=(Membership("AGR"),)),
    ),
    "what has ended is called off": (
        of_one(
            Pay("TM", "cancelled", 30_000, due=2),
            status="exited",
            parts=(Membership("TM", runs=False), Membership("AGR")),
        ),
    ),
    "a day that is dropped of what has ended, its last day still written": (
        of_one(
            Pay("TM", "planned", 30_000, last=9, moved_from=5), status="exited", parts=(Membership("TM", runs=False),)
        ),
    ),
    "two households that get the same": (
        of_two(Pay("TM", "announced", 30_000, due=6), Pay("TM", "planned", 30_000, due=6)),
    ),
    "a window of some days": (of_one(Pay("TM", "announced", 30_000, due=6, last=9)),),
    "another household of the phone gets nothing": (
        InventedPhone(
            "fr",
            (
                Member("Awa Diarra", History("beneficiary", (Pay("TM", "announced", 30_000, due=6, last=9),))),
                Member("Binta Keita", History("beneficiary")),
            ),
        ),
    ),
    "two households that do not": (of_two(Pay("TM", "announced", 30_000, due=6), Pay("TM", "planned", 31_000, due=7)),),
}


EVERYBODY: Final = tuple(phone for phones in CASES.values() for phone in phones)
"""The phones of all cases, in one world."""


@pytest.mark.parametrize("case", CASES)
async def test_the_cases_that_a_rule_can_lose_are_sent_as_they_are(case: str) -> None:
    assert await campaign_differences(CASES[case]) == []


async def test_phones_in_one_world_are_sent_what_they_are_sent_alone() -> None:
    assert await campaign_differences(EVERYBODY) == []


def payments_of(kind: CampaignKind, condition: str) -> dict[CampaignKind, str]:
    return {**audience._PAYMENTS_OF, kind: condition}


def otherwise(old: str, new: str) -> str:
    assert old in audience.WITHHELD_SQL
    return audience.WITHHELD_SQL.replace(old, new)


COMING: Final = audience._COMING
FAULTS: Final[dict[str, tuple[ModuleType, str, Any]]] = {
    "no component is named": (audience, "_COMPONENT", "CAST(NULL AS text)"),
    "the transfer is never named": (audience, "_COMPONENT", "nullif(payment_round.component, 'TM')"),
    "another component is named": (payment_texts, "label", lambda code, audience: "Money transfer"),
    "what its standing takes back is announced": (audience, "WITHHELD_SQL", "false"),
    "what follows is taken back with the rest": (
        audience, "WITHHELD_SQL", otherwise("household.status IN ('exited') AND", "false AND"),
    ),
    "nothing is taken back of who has finished": (
        audience, "WITHHELD_SQL", otherwise("enrolment.component = payment_round.component", "true"),
    ),
    "what has ended follows too": (
        audience, "WITHHELD_SQL", otherwise("enrolment.ended IS NULL OR enrolment.ended > %(today)s", "true"),
    ),
    "a day that is dropped is open to its last day": (
        audience, "WITHHELD_SQL", otherwise("payment_move.payment_id = payment.id", "false"),
    ),
    "the day itself is announced no more": (
        audience, "_PAYMENTS_OF", payments_of(CampaignKind.ANNOUNCE, f"{COMING} AND payment.due_date > %(today)s"),
    ),
    "the last day is lost": (
        audience, "_PAYMENTS_OF", payments_of(
            CampaignKind.UNCLAIMED, f"payment.state = '{PaymentState.UNCLAIMED}' AND payment.last_day > %(today)s"
        ),
    ),
    "a day that is dropped is not told": (
        audience, "_PAYMENTS_OF", payments_of(
            CampaignKind.MOVED,
            f"{COMING} AND move.old_day <> payment.due_date AND payment.due_date >= %(today)s",
        ),
    ),
    "every payment of the round is called off": (
        audience, "_PAYMENTS_OF", payments_of(CampaignKind.CANCELLED, "payment.due_date >= %(today)s"),
    ),
    "a reminder comes on the day": (
        audience, "DAYS_BEFORE", {CampaignKind.REMINDER_3: 3, CampaignKind.REMINDER_1: 0},
    ),
    "money of several households is told as that of one": (
        snapshot, "PAYMENT_LINES", snapshot.PAYMENT_LINES.replace("build_array(line.households", "build_array(1"),
    ),
    "whose money it is is not told where another household gets none": (
        snapshot, "PAYMENT_LINES", snapshot.PAYMENT_LINES.replace("served.households) >", "served.households) > 9 +"),
    ),
    "the last day is not said": (
        snapshot, "PAYMENT_LINES", snapshot.PAYMENT_LINES.replace("one_window AND", "NOT one_window AND"),
    ),
    "a first message has no room for the gateway's words": (
        snapshot, "RECIPIENTS", snapshot.RECIPIENTS.replace(snapshot.EARLIER, "SELECT"),
    ),
    "the line against scams is never said in full": (composing, "SECURITY", composing.SECURITY[1:]),
    "whose money it is is not told": (
        snapshot, "PAYMENT_LINES", snapshot.PAYMENT_LINES.replace("kinds > 1 THEN names", "kinds > 9 THEN names"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_rule_that_is_broken_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, broken = FAULTS[fault]
    monkeypatch.setattr(where, name, broken)
    assert await campaign_differences(EVERYBODY), fault
