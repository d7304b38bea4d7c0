"""Two payments of different components on one day, as a payment file brings them: both are told wherever money is."""

from datetime import date
from pathlib import Path
from typing import Final

import pytest

from core.imports.importing import run
from core.imports.kinds import ImportKind
from core.outbox.notice_kinds import NoticeKind
from core.registry.callers import remember_language
from core.text.languages import Language
from core.text.translator import translator
from proof.histories import dialled
from sms.campaigns.audience import Audience
from sms.campaigns.test_send import send
from sms.outbox.notice_texts import Occasion, notice_text
from tests.core import seed
from tests.core.seed import NOW, TODAY
from tests.desk.addresses import household_page
from tests.desk.browser import Browser
from tests.sms.campaign_world import bodies, planned, round_id, somebody
from tests.support.database import query

FRENCH: Final = Language("fr")
NUMBER, PHONE = "81000355", "+22376000035"
HOUSEHOLDS: Final = (
    "household_no;head_name;birth_year;phone;alt_phone;commune_pcode;village;language;status;status_reason;components\n"
    f'{NUMBER};Ménage Numéro35;1970;76000035;;{seed.SAFO};Safo;fr;beneficiary;;"TM;PNR"\n'
)
PAYMENTS: Final = (
    "household_no;component;round;due_date;last_day;place;agency;amount_xof;state;paid_on;reason\n"
    f"{NUMBER};TM;T1 2027;15/01/2027;;Mairie de Safo;Agence de Kati;30000;announced;;\n"
    f"{NUMBER};PNR;Soudure 2027;15/01/2027;;Mairie de Safo;Agence de Kati;60000;announced;;\n"
)
DAY: Final = "vendredi 15 janvier"
TRANSFER: Final = f"Transfert d'argent Prochain paiement : {DAY} Mairie de Safo, Agence de Kati Montant : 30 000 F CFA"
SEASON: Final = (
    f"Argent des mois difficiles Prochain paiement : {DAY} Mairie de Safo, Agence de Kati Montant : 60 000 F CFA"
)


@pytest.fixture(autouse=True)
async def files(two_communes: None, tmp_path: Path) -> None:
    """Both files, imported."""
    for kind, content in ((ImportKind.HOUSEHOLDS, HOUSEHOLDS), (ImportKind.PAYMENTS, PAYMENTS)):
        file = tmp_path / f"{kind}.csv"
        file.write_text(content, "utf-8")
        report = await run(kind, file, today=TODAY)
        assert (report.created, report.bad) == (2 if kind is ImportKind.PAYMENTS else 1, 0)


async def read(typed: str) -> str:
    """What the household reads after some keys."""
    await remember_language(PHONE, FRENCH)
    return " ".join((await dialled(PHONE, typed)).split())


async def test_the_line_tells_both_after_one_key() -> None:
    assert await read("1") == f"{SEASON} {TRANSFER}"


async def test_the_page_of_each_component_tells_its_own() -> None:
    assert (await read("2*1")).startswith(SEASON)
    assert (await read("2*2")).startswith(TRANSFER)


async def test_the_sms_that_was_asked_for_tells_both() -> None:
    text = await notice_text(NoticeKind.PAYMENT, Occasion(PHONE, {}, NOW), translator(FRENCH))
    text = " ".join(text.replace("’", "'").split())
    assert SEASON in text
    assert TRANSFER in text


async def test_the_page_of_the_household_tells_both(mariam: Browser) -> None:
    page = (await mariam.see(await household_page(NUMBER))).replace("’", "'")
    assert SEASON in page
    assert TRANSFER in page


async def test_each_round_is_announced_in_an_sms_of_its_own_and_previewed_so(awa: Browser) -> None:
    announced = {"T1 2027": "Transfert d'argent : 30 000", "Soudure 2027": "Argent des mois difficiles : 60 000"}
    for name, money in announced.items():
        plan = await planned(audience=Audience(round_id=await round_id(name)))
        text = (await bodies(plan.campaign_id))[PHONE]
        assert text.startswith(f"Jigisèmèjiri : {money} F CFA le {DAY}, Mairie de Safo. Apportez votre carte.")
        assert text in await awa.see(f"/desk/campaigns/{plan.campaign_id}")
        await send(plan.campaign_id, ["+22376000001"], await somebody("binta"), NOW)
        (trial,) = await query("SELECT filling FROM message WHERE kind = 'test' ORDER BY id DESC LIMIT 1")
        assert trial.filling == {"body": text}


def test_the_day_of_the_files_is_to_come() -> None:
    assert date(2027, 1, 15) > TODAY
