"""A language is data: one that nobody wrote a line of code for is chosen, walked in, and sent."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.registry.callers import recognise
from core.text.formats import date_phrase
from core.text.languages import Language
from core.text.translator import translator
from demo.callers import Situation
from proof.catalogues import problems
from tests.menus.conftest import NOW, Town, caller
from tests.sms.campaign_world import Watch, sender
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support import an_invented_language
from tests.support.an_invented_language import NAME, invented_text


@pytest.fixture(autouse=True)
def invented(tmp_path: Path) -> Iterator[Language]:
    with an_invented_language.spoken(tmp_path) as language:
        yield language


def test_its_catalogue_has_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path / "locales") == []


async def test_it_is_chosen_walked_in_and_sent(invented: Language, town: Town) -> None:
    upcoming = caller(Situation.UPCOMING)
    call = town.phone(upcoming.msisdn)
    first = await call.dial()
    assert first.text == (
        f"Kan sugandi\nChoisissez la langue\n{invented_text('Choose the language')}\n1 Bamanankan\n2 Francais\n3 {NAME}"
    )
    assert invented_text("Payment date") in (await call.reply("3")).text
    assert (await recognise(upcoming.msisdn)).language == invented

    paying = (await call.reply("1")).text
    assert paying.startswith(invented_text("Money will be given: "))
    assert "000 F CFA" in paying
    assert invented_text("Back") in paying

    await queue_notice(Notice("invented", NoticeKind.HELP, upcoming.msisdn, invented, prompt=True), NOW)
    gateway = ScriptedGateway()
    await sender(gateway, Watch(NOW)).drain()
    (body,) = [body for body, msisdns in gateway.asked if body.startswith(invented_text("Jigisèmèjiri: "))]
    assert (body, (upcoming.msisdn,)) in gateway.asked


def test_it_writes_days_as_its_own_file_says(invented: Language) -> None:
    assert date_phrase(invented, datetime(2026, 11, 23, tzinfo=UTC).date()) == "d1-23-m11"
    assert translator(invented).t("Back") == invented_text("Back") != "Back"
