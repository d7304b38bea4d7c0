"""`jigi campaign` as it is typed at nine in the morning of the world, and what it says."""

import asyncio
from collections.abc import Iterator
from typing import Protocol

import pytest
import structlog
from rich.console import Console
from typer.testing import CliRunner

from core.campaigns.models import CampaignKind
from core.platform.database import close_database, open_database
from core.platform.settings import settings
from sms.campaigns import command, display, planning, ways_display
from tests.core.seed import NOW
from tests.sms import campaign_world
from tests.sms.account import GATEWAY, account
from tests.support.clock import NineInTheMorning
from tests.support.database import change

WIDE = 400
"""So many columns that no line is broken."""


class Outcome:
    """What a command wrote and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    def lines(self) -> list[str]:
        """What it wrote line by line, without what is a table and what is empty."""
        return [line.strip() for line in self.out.splitlines() if line.strip() and line[0] not in "┏┃┡│├└"]

    def rows(self) -> list[list[str]]:
        """The rows of its tables, without their headings."""
        return [self._cells(line) for line in self.out.splitlines() if line.startswith("│")]

    def headings(self) -> list[list[str]]:
        return [self._cells(line) for line in self.out.splitlines() if line.startswith("┃")]

    def _cells(self, line: str) -> list[str]:
        return [cell.strip() for cell in line.strip("│┃").replace("┃", "│").split("│")]


class Typed(Protocol):
    async def __call__(self, *words: object) -> Outcome: ...


@pytest.fixture
def jigi(safo: None, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Typed]:
    """Types `jigi campaign …`; a command opens the database for itself."""
    monkeypatch.setenv("JIGI_DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", f"{WIDE}")
    monkeypatch.setenv("JIGI_SMS_API_KEY", "key")
    monkeypatch.setenv("JIGI_SMS_GATEWAY_URL", GATEWAY)
    for module in (command, display, ways_display):
        monkeypatch.setattr(module, "out", Console(width=WIDE))
        monkeypatch.setattr(module, "datetime", NineInTheMorning)
    monkeypatch.setattr(command, "errors", Console(stderr=True, width=WIDE))
    monkeypatch.delenv("JIGI_LOGIN", raising=False)
    settings.cache_clear()
    logging = structlog.get_config()

    async def typed(*words: object) -> Outcome:
        await close_database()
        result = await asyncio.to_thread(CliRunner().invoke, command.app, [str(word) for word in words])
        open_database(database_url)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    with account():
        yield typed
    structlog.configure(**logging)
    settings.cache_clear()


async def planned(kind: CampaignKind = CampaignKind.ANNOUNCE) -> int:
    """A plan of the round made by Awa; its number."""
    return (await campaign_world.planned(kind)).campaign_id


async def put(campaign: int, state: str) -> None:
    """Bring a campaign to a state, however it came there."""
    await change(
        "UPDATE campaign SET state = %(state)s, starts_at = %(now)s WHERE id = %(id)s",
        id=campaign,
        state=state,
        now=NOW,
    )


def refused(outcome: Outcome) -> str:
    """What a command that did nothing said, on standard error alone."""
    assert (outcome.code, outcome.out) == (2, "")
    return " ".join(outcome.err.split())


def done(outcome: Outcome) -> list[str]:
    """What a command that did its work outcome."""
    assert (outcome.code, outcome.err.strip()) == (0, "")
    return outcome.lines()


def planning_of(campaign: int) -> planning.Plan:
    """A plan as `approved` takes it."""
    return planning.Plan(campaign, 0, 0, None, needs_second=False, texts=0, requests=0)
