"""Phones, rounds and states in every combination, against a count over the imported file that shares no code."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from core.campaigns.models import CampaignKind as Kind
from core.imports.importing import run
from core.imports.kinds import ImportKind
from core.numbers.identifiers import household_no
from core.platform.settings import Settings
from sms.campaigns import communes
from sms.campaigns.audience import Audience
from tests.core import seed
from tests.core.seed import NOW, TODAY
from tests.sms.campaign_world import FR, Watch, bodies, fates, numbers, round_id, running, sender, speaks
from tests.sms.scripted_gateway import ScriptedGateway

pytestmark = pytest.mark.usefixtures("safo")

SETTINGS = Settings(sms_rate=0, sms_retry_seconds=120, sms_payment_parts=2, sms_optout_reserve=0)
COLUMNS = (
    "household_no",
    "component",
    "round",
    "due_date",
    "last_day",
    "place",
    "amount_xof",
    "state",
    "paid_on",
    "reason",
)


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


EARLIER = (
    ("announced", day(2), "", "", ""),
    ("announced", day(-2), day(4), "", ""),
    ("announced", day(-9), day(-2), "", ""),
    ("unclaimed", day(-9), day(4), "", ""),
    ("unclaimed", day(-9), day(-1), "", ""),
    ("paid", day(-9), "", day(-9), ""),
    ("failed", day(-9), "", "", "name"),
    ("planned", "", "", "", ""),
    ("cancelled", day(2), "", "", ""),
)
COMING = (
    ("announced", day(6), "", "", ""),
    ("planned", day(6), "", "", ""),
    ("planned", "", "", "", ""),
    ("paid", day(-1), "", day(-1), ""),
    ("unclaimed", day(-2), day(5), "", ""),
)
State = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Told:
    """What came of a number in a campaign: why it was told nothing, or how many lines of each round it was told."""

    round: str
    kind: str
    why: str | None
    earlier: int
    coming: int


STEPS = (("T4", "announce"), ("T3", "announce"), ("T3", "unclaimed"), ("T4", "unclaimed"))


def households() -> Iterator[tuple[int, State | None, State | None]]:
    """The phone of each household by its number, and how its payments of both rounds stand."""
    pairs = list(product((None, *EARLIER), (None, *COMING)))
    yield from ((phone, *pair) for phone, pair in enumerate(pairs))
    for phone, (earlier, coming) in enumerate(product(EARLIER[:4], COMING[:1]), len(pairs)):
        yield phone, earlier, None
        yield phone, None, coming
        yield phone, earlier, coming


async def test_each_open_payment_is_told_once_whichever_round_tells_it(tmp_path: Path) -> None:
    phones = numbers(100)
    path = tmp_path / "p.csv"
    phone_of: dict[str, str] = {}
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for number, (phone, earlier, coming) in enumerate(households(), 1):
            own = household_no(number)
            phone_of[own] = phones[phone]
            await seed.household(own, head_name=f"Awa {number}", phones=(phones[phone],))
            for name, amount, pay in (("T3", 15_000, earlier), ("T4", 30_000, coming)):
                if pay is not None:
                    table.writerow((own, "TM", name, *pay[1:3], "Mairie", amount, pay[0], *pay[3:]))
    for msisdn in set(phone_of.values()):
        await speaks(msisdn, FR)
    assert (await run(ImportKind.PAYMENTS, path, today=TODAY)).bad == 0
    gateway, watch = ScriptedGateway(), Watch(NOW)
    heard: dict[str, list[Told]] = {}
    for name, kind in STEPS:
        campaign = await running(Kind(kind), Audience(round_id=await round_id(name)), settings=SETTINGS)
        await sender(gateway, watch, settings=SETTINGS).drain()
        texts = await bodies(campaign)
        for msisdn, fate in (await fates(campaign)).items():
            text = texts.get(msisdn, "")
            heard.setdefault(msisdn, []).append(
                Told(name, kind, fate.reason, text.count("15 000"), text.count("30 000"))
            )
        missed = [commune.reasons for commune in await communes.count(campaign)]
        assert {reason for reasons in missed for reason in reasons} <= {"no_day"}
    with path.open(encoding="utf-8", newline="") as file:
        expected = counted(list(csv.DictReader(file)), phone_of)
    assert heard == expected
    assert gateway.took == Counter({phone: sum(each.why is None for each in rows) for phone, rows in expected.items()})
    assert sum(each.why == "told_together" for rows in expected.values() for each in rows) >= 8


def counted(rows: Sequence[dict[str, str]], phone_of: dict[str, str]) -> dict[str, list[Told]]:
    """What each phone is told, in the order of the campaigns, by the lines of the file."""
    today = TODAY.isoformat()
    expected: dict[str, list[Told]] = {}
    for phone in set(phone_of.values()):
        own = [row for row in rows if phone_of[row["household_no"]] == phone]
        beside: list[list[dict[str, str]]] = []
        messages: list[Told] = []
        for name, kind in STEPS:
            wanted = [
                row for row in own
                if row["round"] == name and (
                    row["state"] in ("announced", "planned") and row["due_date"] >= today if kind == "announce"
                    else row["state"] == "unclaimed" and row["last_day"] >= today)
            ]  # fmt: skip
            if not wanted:
                continue
            if any(all(row in others for row in wanted) for others in beside):
                messages.append(Told(name, kind, "told_together", 0, 0))
                continue
            others = [
                row for row in own
                if row["round"] != name and row["state"] in ("announced", "planned", "unclaimed")
                and max(row["last_day"], row["due_date"] * (row["state"] != "unclaimed")) >= today
            ]  # fmt: skip
            beside.append(others)
            earlier, coming = (
                len({facts(row) for row in [*wanted, *others] if row["round"] == each}) for each in ("T3", "T4")
            )
            messages.append(Told(name, kind, None, earlier, coming))
        if messages:
            expected[phone] = messages
    return expected


def facts(row: dict[str, str]) -> tuple[str, ...]:
    """What makes it a line of its own: households that get the same on the same day are one."""
    is_over = row["state"] == "unclaimed" or row["due_date"] < TODAY.isoformat()
    return (row["last_day"],) if is_over else (row["due_date"], row["last_day"])
