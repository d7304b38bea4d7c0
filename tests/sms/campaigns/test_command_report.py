"""`jigi campaign` tells what goes by itself, how far a campaign is and what became of it."""

import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from core.platform.settings import settings
from sms.outbox import balances, rate_limit
from sms.outbox.gateway import Balance
from sms.outbox.routes import pace_of
from tests.core import seed
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, BINTA, CHEICK, FIXED, MALITEL, ROUND, became, family, running, somebody
from tests.sms.campaigns.typed_command import Typed, done, refused
from tests.sms.campaigns.typed_command import jigi as jigi
from tests.support.database import change, query

# What is told by itself


ALL_ON = ["moved: on", "reminder3: on", "reminder1: on", "unclaimed: on", "announce: on"]


async def test_rules_are_shown_to_anybody_and_switched_by_a_supervisor(jigi: Typed) -> None:
    await seed.pay_round()
    await somebody("binta")
    assert done(await jigi("rules", ROUND)) == ALL_ON
    off = ["moved: off", "reminder3: on", "reminder1: on", "unclaimed: off", "announce: on"]
    outcome = await jigi("rules", ROUND, "--off", "moved", "--off", "unclaimed", "--as", "binta")
    assert done(outcome) == off
    assert done(await jigi("rules", ROUND)) == off
    outcome = await jigi("rules", ROUND, "--on", "unclaimed", "--as", "binta")
    assert done(outcome) == ["moved: off", "reminder3: on", "reminder1: on", "unclaimed: on", "announce: on"]


async def test_rules_are_those_of_one_round(jigi: Typed) -> None:
    await seed.pay_round()
    await seed.pay_round("CASH+")
    await somebody("binta")
    await jigi("rules", ROUND, "--component", "CASH+", "--off", "moved", "--as", "binta")
    assert done(await jigi("rules", ROUND)) == ALL_ON
    assert "moved: off" in done(await jigi("rules", ROUND, "--component", "CASH+"))


async def test_rules_of_a_round_that_is_not_there_are_not_known(jigi: Typed) -> None:
    await seed.pay_round()
    assert refused(await jigi("rules", "T5")) == f"there is no round 'T5' of TM; there are: {ROUND}"


async def test_nobody_switches_a_rule_without_a_login(jigi: Typed) -> None:
    await seed.pay_round()
    assert refused(await jigi("rules", ROUND, "--off", "moved")).startswith("Nobody works here as ")
    assert done(await jigi("rules", ROUND)) == ALL_ON


# How far it is, and what became of it


async def told_in_part() -> int:
    """A campaign of which one was told, one could not be, one waits, one is under way, and one was left out."""
    await family(AWA, name="Awa Traoré")
    await family(BINTA, name="Binta Keïta")
    await family(CHEICK, name="Cheick Diarra")
    await family(MALITEL, name="Moussa Coulibaly")
    await family(FIXED, name="Djénéba Sidibé")
    campaign = await running()
    await became(AWA, "delivered")
    await became(BINTA, "failed", "absent")
    await change("UPDATE sms_batch SET state = 'left' WHERE operator = 'malitel'")
    for phone, cost, currency in ((AWA, "22.5", "XOF"), (BINTA, "1200", "XOF"), (CHEICK, "0.04", "USD")):
        await change(
            "UPDATE message SET cost = %(cost)s, currency = %(currency)s WHERE msisdn = %(phone)s",
            cost=Decimal(cost),
            currency=currency,
            phone=phone,
        )
    return campaign


async def test_the_status_counts_where_messages_are_and_what_they_cost(jigi: Typed) -> None:
    campaign = await told_in_part()
    outcome = await jigi("status", campaign)
    assert done(outcome) == [
        f"Campaign {campaign}: announce, running",
        "Nothing leaves: no worker is running. The operator starts `jigi worker`.",
        "Cost: 1 222 F CFA, 1 222 billed for 2 SMS, 0.04 USD besides, for which no rate is set.",
    ]
    assert outcome.headings()[0] == ["sent", "left out", "planned", "delivered", "failed", "under way", "cost"]
    assert outcome.rows()[0] == ["2", "1", "2", "1", "1", "1", "USD 0.04, XOF 1,222.50"]


async def test_the_status_of_what_cost_nothing_yet_says_so(jigi: Typed) -> None:
    await family(AWA)
    assert (await jigi("status", await running())).rows() == [["0", "1", "0", "–"]]


async def test_the_status_tells_by_which_ways_it_went_and_what_each_cost(
    jigi: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the campaign's page at the desk does: by operator and gateway, with how each gateway stands."""
    monkeypatch.setenv("JIGI_SMS_ROUTES", "orange=orange>africastalking,malitel=orange,*=africastalking")
    monkeypatch.setenv("JIGI_SMS_ROUTE_PRICES", "orange>orange=15")
    settings.cache_clear()
    campaign = await told_in_part()
    await change("UPDATE message SET gateway = 'orange' WHERE msisdn = %(phone)s", phone=AWA)
    await balances.keep("orange", Balance("0 SMS", 0, NOW + timedelta(days=1)), NOW)
    await rate_limit.hold(NOW + timedelta(hours=1), "HTTP 503", NOW, pace_of("africastalking"))
    (parts,) = {row.parts for row in await query("SELECT parts FROM message_text")}
    outcome = await jigi("status", campaign)
    assert outcome.rows()[1:] == [
        ["orange", "africastalking", "1", f"{parts}", "not known"],
        ["orange", "orange", "1", f"{parts}", f"{15 * parts} F CFA"],
        ["orange", "0 SMS (2026-11-24 09:00)", "2026-11-25 09:00", "takes SMS"],
        ["africastalking", "not known", "", "left alone until 10:00: HTTP 503"],
    ]
    assert done(outcome)[-1] == f"orange has 0 SMS left, and {2 * parts} are needed: top up before it goes on."


async def test_a_report_tells_by_commune_and_writes_the_lists(jigi: Typed, tmp_path: Path) -> None:
    campaign = await told_in_part()
    folder = tmp_path / "lists" / "safo"
    outcome = await jigi("report", campaign, "--out", folder)
    lines = done(outcome)
    names = (folder / f"campaign-{campaign}-unreached.csv", folder / f"campaign-{campaign}-unreached.xlsx")
    assert lines[0] == f"Campaign {campaign}: announce, running"
    assert lines[-1] == f"4 households were not told: {names[0]}, {names[1]}"
    assert outcome.headings()[-1] == ["Region", "Commune", "Households", "Not told", "Why"]
    *commune, why = outcome.rows()[-1]
    assert commune == ["Region ML02", "Safo", "5", "4"]
    assert sorted(why.split(", ")) == [
        "pas encore envoyé: 2",
        "téléphone fixe: 1",
        "téléphone éteint ou hors réseau: 1",
    ]
    with names[0].open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.reader(file, delimiter=";"))
    sheet = openpyxl.load_workbook(names[1]).active
    assert sheet is not None
    for header, *rows in (listed, [list(map(str, row)) for row in sheet.iter_rows(values_only=True)]):
        assert header[:3] == ["Région", "Cercle", "Commune"]
        assert [(row[6], row[8]) for row in rows] == [
            ("Binta Keïta", "téléphone éteint ou hors réseau"),
            ("Cheick Diarra", "pas encore envoyé"),
            ("Djénéba Sidibé", "téléphone fixe"),
            ("Moussa Coulibaly", "pas encore envoyé"),
        ]


async def test_a_report_is_written_where_one_stands_unless_said_otherwise(
    jigi: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await family(AWA)
    campaign = await running()
    await became(AWA, "delivered")
    monkeypatch.chdir(tmp_path)
    name = f"campaign-{campaign}-unreached"
    assert done(await jigi("report", campaign))[-1] == f"0 households were not told: {name}.csv, {name}.xlsx"
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"{name}.csv", f"{name}.xlsx"]
