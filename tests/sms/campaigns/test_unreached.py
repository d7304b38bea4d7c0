"""The list for the village committee: who could not be told, place by place, and why."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from core.campaigns.models import CampaignKind
from core.numbers.msisdn import local
from core.payments.states import PaymentState
from core.platform import spreadsheets
from core.platform.settings import settings
from core.registry.callers import stop_sms
from core.text.words import PAPER
from sms.campaigns import communes, tally, unreached
from sms.campaigns.communes import CommuneCount
from sms.campaigns.scope import campaign_of
from sms.campaigns.unreached import HEADER
from sms.outbox.reasons import reason_label
from tests.core import seed
from tests.core.seed import NOW, SAFO, TODAY
from tests.sms.campaign_world import (
    AWA,
    BINTA,
    CHEICK,
    DJENEBA,
    FIXED,
    MALITEL,
    ROUND,
    became,
    family,
    planned,
    running,
)
from tests.sms.campaigns.plans import DAY
from tests.support.database import change, scalar

pytestmark = pytest.mark.usefixtures("safo")

MOPTI = "ML050101"
MINUTE = timedelta(minutes=1)


async def listed(campaign: int) -> list[tuple[str, ...]]:
    """The list, row by row."""
    return [household.on_paper() async for household in unreached.households(campaign)]


async def reasons(campaign: int) -> dict[str, str]:
    """Why, by the name of the household."""
    return {row[6]: row[8] for row in await listed(campaign)}


async def test_a_household_that_cannot_be_told_stands_with_its_place_money_and_day() -> None:
    await family(name="Awa Traoré")
    (row,) = await listed((await planned()).campaign_id)
    assert len(row) == len(HEADER)
    assert (row[:4], row[6:]) == (
        ("Region ML02", "Cercle ML0202", "Safo", "Dialakoroba"),
        ("Awa Traoré", "", "pas de téléphone", "Transferts monétaires", "30 000 F CFA", "30/11/2026", "Mairie de Safo"),
    )


async def test_a_household_stands_with_the_number_that_the_programme_knows_it_by() -> None:
    await family(name="Awa Traoré")
    number = await scalar("SELECT household_no FROM household")
    await seed.known_as(number, "KT/02/7")
    (row,) = await listed((await planned()).campaign_id)
    assert (HEADER[4:6], row[4:6]) == (("N° ménage", "N° Jigi"), ("KT/02/7", number))


async def test_each_household_stands_with_its_reason_in_words() -> None:
    await family(name="A")
    await family(FIXED, name="B")
    await family(BINTA, name="C")
    await family(CHEICK, name="D", due=None, state=PaymentState.PLANNED)
    await family(DJENEBA, name="E")
    await family(MALITEL, name="F")
    await family(AWA, name="G")
    await stop_sms(BINTA)
    campaign = await running()
    await became(DJENEBA, "failed", "absent")
    await became(MALITEL, "failed", "SomethingNew")
    await became(AWA, "delivered")
    assert await reasons(campaign) == {
        "A": reason_label("no_phone", PAPER),
        "B": reason_label("fixed_line", PAPER),
        "C": reason_label("opted_out", PAPER),
        "D": reason_label("no_day", PAPER),
        "E": reason_label("absent", PAPER),
        "F": "autre raison",
    }


@pytest.mark.parametrize(
    ("state", "reached"),
    [
        ("accepted", True),
        ("on_its_way", True),
        ("delivered", True),
        ("planned", False),
        ("uncertain", False),
        ("failed", False),
        ("dropped", False),
    ],
)
async def test_who_may_yet_get_it_counts_as_reached(state: str, reached: bool) -> None:
    await family(AWA)
    campaign = await running()
    await became(AWA, state)
    assert (await listed(campaign) == []) is reached


async def test_silence_counts_against_a_household_only_where_reports_come() -> None:
    await family(AWA, name="Silent")
    await family(MALITEL, name="Other")
    campaign = await running()
    await became(AWA, "silent")
    await became(MALITEL, "accepted")
    assert await reasons(campaign) == {}
    await became(MALITEL, "delivered")
    assert await reasons(campaign) == {"Silent": "pas d'accusé de réception"}


async def test_an_uncertain_message_that_was_left_alone_did_not_reach_anybody() -> None:
    await family(AWA, name="Left")
    campaign = await running()
    await became(AWA, "silent", "not_sent_again")
    assert await reasons(campaign) == {"Left": "envoi incertain, non renvoyé"}


async def test_one_number_that_was_reached_is_enough() -> None:
    await family(AWA, MALITEL)
    campaign = await running()
    await became(AWA, "failed", "absent")
    await became(MALITEL, "delivered")
    assert await listed(campaign) == []
    await became(MALITEL, "failed", "inactive")
    (row,) = await listed(campaign)
    assert row[7].count(",") == 1


async def test_the_list_goes_by_region_commune_village_and_name() -> None:
    await seed.places((MOPTI, "Mopti"))
    for commune, village, name in (
        (MOPTI, "Alafia", "Adama"),
        (seed.SAFO, "Zana", "Adama"),
        (seed.SAFO, "Boni", "Sira"),
        (seed.SAFO, "Boni", "Bakary"),
    ):
        await family(commune=commune, village=village, name=name)
    rows = await listed((await planned()).campaign_id)
    assert [(row[2], row[3], row[6]) for row in rows] == [
        ("Safo", "Boni", "Bakary"),
        ("Safo", "Boni", "Sira"),
        ("Safo", "Zana", "Adama"),
        ("Mopti", "Alafia", "Adama"),
    ]


async def test_communes_are_counted_with_those_who_were_reached() -> None:
    await seed.places((MOPTI, "Mopti"))
    await family()
    await family()
    await family(FIXED)
    await family(AWA)
    await family(MALITEL, commune=MOPTI)
    campaign = await running()
    await became(AWA, "delivered")
    await became(MALITEL, "delivered")
    assert await communes.count(campaign) == (
        CommuneCount("Region ML02", "Safo", SAFO, 1, 4, 3, {"fixed_line": 1, "no_phone": 2}),
        CommuneCount("Region ML05", "Mopti", MOPTI, 2, 1, 0, {}),
    )


async def test_a_village_is_one_however_it_is_spelled_and_a_doubt_is_no_code() -> None:
    """Under the spelling that most households have; of one commune alone where that is asked."""
    for village in ("Dialakoroba", "DIALAKOROBA", "Dialakoroba"):
        await family(village=village)
    await family(AWA, village="dialakoroba ")
    campaign = await running()
    await became(AWA, "uncertain", "HTTP 502")
    assert {row[3] for row in await listed(campaign)} == {"Dialakoroba"}
    assert sorted(row[8] for row in await listed(campaign)) == ["envoi incertain", *["pas de téléphone"] * 3]
    assert [each async for each in unreached.households(campaign, MOPTI)] == []


async def test_money_is_told_with_its_component_and_the_day_that_the_sms_says() -> None:
    await family(FIXED, name="To come")
    assert [row[9:11] for row in await listed((await planned()).campaign_id)] == [
        ("Transferts monétaires", "30 000 F CFA")
    ]
    await family(FIXED, name="Waits", state=PaymentState.UNCLAIMED, due=TODAY - 9 * DAY, last=TODAY + DAY)
    waiting = await listed((await planned(CampaignKind.UNCLAIMED)).campaign_id)
    assert [(row[6], row[11]) for row in waiting] == [("Waits", "25/11/2026")]


async def test_a_number_of_no_household_is_listed_and_counted_as_such() -> None:
    await family(FIXED)
    campaign = (await planned()).campaign_id
    await change(
        "INSERT INTO message (campaign_id, kind, msisdn, household_ids, state, reason, attempts, was_uncertain) VALUES "
        "(%(id)s, 'personal', %(awa)s, '{}', 'failed', 'absent', 0, false), "
        "(%(id)s, 'personal', %(other)s, '{}', 'delivered', NULL, 0, false)",
        id=campaign,
        awa=AWA,
        other=MALITEL,
    )
    assert [(row[2], row[6], row[7]) for row in await listed(campaign)][1:] == [
        ("", "numéro d'aucun ménage", local(AWA))
    ]
    assert (await communes.count(campaign))[1:] == (CommuneCount("", "", "", 0, 2, 1, {"absent": 1}),)
    assert [each.msisdns async for each in unreached.households(campaign, "")] == [(AWA,)]


async def test_of_a_great_campaign_the_count_is_kept_and_made_anew_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MANY", 1)
    await family(AWA)
    await family(MALITEL)
    campaign = await campaign_of(await running())
    for phone in (AWA, MALITEL):
        await became(phone, "delivered")
    first = await communes.communes_of(campaign, NOW)
    assert [(each.households, each.unreached) for each in first.rows] == [(2, 0)]
    await became(AWA, "failed", "absent")
    assert await communes.communes_of(campaign, NOW + MINUTE) == first, "nobody waits"
    assert await communes.communes_of(campaign, NOW + 2 * MINUTE) == first
    await communes.behind.ended()
    again = await communes.communes_of(campaign, NOW + 2 * MINUTE)
    assert ([each.unreached for each in again.rows], again.at) == ([1], NOW + 2 * MINUTE)
    assert not await communes.keep_one(NOW + 3 * MINUTE)
    assert await communes.keep_one(NOW + 9 * MINUTE), "a worker makes it anew"


# The files


async def test_both_files_hold_the_same_rows(tmp_path: Path) -> None:
    await family(name="Awa Traoré")
    await family(FIXED, name="Modibo Keïta")
    campaign = (await planned()).campaign_id
    files = await unreached.write(campaign, tmp_path)
    assert files.households == 2
    assert (files.csv.name, files.xlsx.name) == (
        f"campaign-{campaign}-unreached.csv",
        f"campaign-{campaign}-unreached.xlsx",
    )
    assert files.csv.read_bytes().startswith(b"\xef\xbb\xbf")
    listed_cells = [household.cells() async for household in unreached.households(campaign)]
    assert in_csv(files.csv) == [HEADER, *(tuple(map(spreadsheets.in_csv, cells)) for cells in listed_cells)]
    in_workbook = [tuple("" if cell is None else cell for cell in row) for row in in_sheet(files.xlsx)]
    days = [(*row[:11], row[11].date() if isinstance(row[11], datetime) else row[11], *row[12:]) for row in in_workbook]
    assert days == [HEADER, *listed_cells], "sums and days are no texts"


async def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    await family(name='=HYPERLINK("http://x","y")', village="@SUM(A1)", place="+1")
    files = await unreached.write((await planned()).campaign_id, tmp_path)
    _, row = in_csv(files.csv)
    assert (row[3], row[6], row[12]) == ("'@SUM(A1)", '\'=HYPERLINK("http://x","y")', "'+1")
    sheet = openpyxl.load_workbook(files.xlsx).active
    assert sheet is not None
    assert {cell.data_type for (cell,) in (sheet["D2:D2"][0], sheet["G2:G2"][0], sheet["M2:M2"][0])} == {"s"}


async def test_of_a_campaign_that_reached_everybody_there_is_a_header_alone(tmp_path: Path) -> None:
    await family(AWA)
    campaign = await running()
    await became(AWA, "delivered")
    files = await unreached.write(campaign, tmp_path)
    assert files.households == 0
    assert in_csv(files.csv) == [HEADER] == in_sheet(files.xlsx)


async def test_of_an_empty_campaign_nobody_is_listed() -> None:
    await family(AWA, state=PaymentState.PAID)
    campaign = (await planned()).campaign_id
    assert (await listed(campaign), await communes.count(campaign)) == ([], ())


def in_csv(file: Path) -> list[tuple[str, ...]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return [tuple(row) for row in csv.reader(opened, delimiter=";")]


def in_sheet(file: Path) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


async def test_households_of_a_crowded_number_were_not_reached() -> None:
    for number in range(settings().phone_crowd + 1):
        await family(AWA, name=f"Household {number}", round_name=ROUND if number < 3 else None)
    await family(BINTA, name="Binta")
    campaign = await running()
    await became(BINTA, "delivered")
    assert await reasons(campaign) == dict.fromkeys(
        ("Household 0", "Household 1", "Household 2"), "numéro donné pour trop de ménages"
    )
    assert await scalar("SELECT count(*) FROM message WHERE batch_id IS NOT NULL") == 1
