"""The programme at work on the case: its time, its files, its campaigns, and what becomes of which telephone."""

import asyncio
import csv
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from io import BytesIO
from pathlib import Path
from typing import Final

import openpyxl
from pydantic import SecretStr

from core.campaigns.models import CampaignKind
from core.imports.kinds import ImportKind
from core.imports.upload import Upload, UploadState
from core.imports.uploads import Uploads
from core.platform import database
from core.platform.settings import Settings
from core.staff.agents import Actor
from sms.campaigns import preview, rules, steps, unreached
from sms.worker import process, sweeps
from tests.core.seed import NOW
from tests.sms.campaign_world import until
from tests.sms.conftest import TOKEN
from tests.sms.safo import own_count
from tests.sms.safo.gateway import Operators
from tests.sms.safo.own_count import Phone, known, phones_of, twice
from tests.sms.safo.village import (
    households,
    mobile,
)
from tests.support.database import query
from tests.support.patience import LONGEST_SECONDS

ROWS: Final = households()
NUMBERS: Final = sorted(phones_of(ROWS))

# What becomes of which telephone, by its place in the list: of all others, that it got it.
INVALID, STOPPED, FAILING, POISONED = range(10, 16), range(20, 23), range(30, 32), range(40, 41)
UNKNOWN, REFUSING, LOST = range(50, 54), range(60, 63), range(100, 103)
OFF_FOR_AN_HOUR, OFF, OFF_FOR_DAYS = range(70, 76), range(80, 88), range(90, 94)
CODES: Final = {
    mobile(place): code for places, code in ((INVALID, 403), (STOPPED, 406), (FAILING, 500)) for place in places
}
SUCCESS, ABSENT, EXPIRED = ("Success", ""), ("AbsentSubscriber", ""), ("Expired", "")
WORDS: Final = {
    mobile(place): words
    for places, words in (
        ((*INVALID, *UNKNOWN), [("Failed", "UserDoesNotExist")]),
        (STOPPED, [("Rejected", "UserInBlackList")]),
        ((*FAILING, *REFUSING), [("Failed", "DeliveryFailure")]),
        (OFF_FOR_AN_HOUR, [("Buffered", ""), ABSENT, SUCCESS]),
        (OFF, [ABSENT]),
        (OFF_FOR_DAYS, [ABSENT, EXPIRED]),
        (LOST, []),
    )
    for place in places
}
MORNING: Final = WORDS | {
    mobile(place): [EXPIRED] if place in (85, 86, 87, 92, 93) else [SUCCESS] for place in (*OFF, *OFF_FOR_DAYS)
}

SETTINGS: Final = Settings(
    callback_tokens=(TOKEN,),
    sms_api_key=SecretStr("a key"),
    sms_username="jigi",
    sms_rate=0,
    sms_batch_size=8,
    sms_in_flight=3,
    sms_retry_seconds=1,
    sms_silent_hours=20,
    sms_worker_seconds=3600,
    sms_rules=False,
)


class Calendar:
    """The time of the case: it goes on by itself, and is turned to the next day by hand."""

    def __init__(self) -> None:
        self._ahead = NOW - datetime.now(UTC)

    def now(self, tz: tzinfo | None = None) -> datetime:
        return (datetime.now(UTC) + self._ahead).astimezone(tz or UTC)

    def turn(self, **by: float) -> datetime:
        self._ahead += timedelta(**by)
        return self.now()

    def turn_to(self, day: int, hour: int, month: int = 11) -> datetime:
        self._ahead = datetime(2026, month, day, hour, 30, tzinfo=UTC) - datetime.now(UTC)
        return self.now()


class Story:
    """The programme at work: who imports, plans, approves, and what the worker sent until now."""

    def __init__(self, calendar: Calendar, operators: Operators, folder: Path, settings: Settings) -> None:
        self.calendar = calendar
        self.operators = operators
        self.folder = folder
        self.settings = settings
        self._before: Counter[str] = Counter()

    # Files

    async def brought(self, kind: ImportKind, name: str, content: bytes, *, by: Actor, confirmed_by: Actor) -> Upload:
        """Bring a file to the desk, look at what it would do, and let it come in; gives what was looked at."""
        desk = Uploads(self.folder)
        number = await desk.begin(by, kind, name, BytesIO(content))
        await desk.settled()
        seen = await desk.one(number)
        assert seen
        assert seen.state is UploadState.WAITING, (seen.words, seen.fault)
        await desk.confirm(confirmed_by, number)
        await desk.settled()
        done = await desk.one(number)
        assert done
        assert (done.state, done.forecast) == (UploadState.DONE, seen.forecast)
        return seen

    # Campaigns

    async def sent(self, campaign: int) -> None:
        """Let the worker send until nothing is left; where it waits, time passes."""
        open_states = "SELECT state FROM sms_batch WHERE campaign_id = %(id)s AND state IN ('ready', 'claimed', 'left')"
        async with asyncio.timeout(LONGEST_SECONDS):
            while waiting := await query(open_states, id=campaign):
                if all(batch.state == "ready" for batch in waiting):
                    self.calendar.turn(seconds=1)
                await asyncio.sleep(0.05)

    def known(self, numbers: Iterable[str] = NUMBERS) -> dict[str, Phone]:
        """What our own count knows of each number of the campaign that is under way."""
        numbers = sorted(numbers)
        copies = self.operators.counted()
        copies.subtract(self._before)
        return known(numbers, self.operators.hearing.asked, self.operators.words, copies)

    def forget(self) -> None:
        """Count from here on."""
        self._before = self.operators.counted()
        self.operators.forget()

    async def states(self, campaign: int) -> Counter[str]:
        """Where the messages stand that were not left out, as the desk shows them."""
        progress = await preview.progress(campaign, self.calendar.now())
        return Counter({str(state): many for state, many in progress.states.items() if state != "left_out"})

    async def swept(self) -> None:
        await sweeps.sweep(self.calendar.now(), self.settings)

    async def by_rule(self, kind: CampaignKind, numbers: Iterable[str]) -> tuple[int, dict[str, Phone]]:
        """Let a campaign arise by itself, be sent and be reported of; gives its number and what is known of whom."""
        numbers = sorted(numbers)
        (arisen,) = await rules.arise(self.calendar.now(), self.settings)
        assert (arisen.kind, arisen.recipients, arisen.by_itself) == (kind, len(numbers), True)
        self.forget()
        assert await steps.begin_due(self.calendar.turn(minutes=self.settings.sms_rule_wait_minutes)) == [
            arisen.campaign_id
        ]
        await self.sent(arisen.campaign_id)
        await self.operators.report(numbers, lambda number: MORNING.get(number, [SUCCESS]))
        self.calendar.turn(hours=21)
        await self.swept()
        phones = self.known(numbers)
        assert await self.states(arisen.campaign_id) == own_count.states(phones)
        assert twice(phones) == set()
        return arisen.campaign_id, phones

    async def listed(self, campaign: int) -> dict[int, tuple[str, ...]]:
        """The list for the villages, from the file that the desk gives, and the workbook beside it."""
        files = await unreached.write(campaign, self.folder)
        lines = list(csv.DictReader(files.csv.read_text("utf-8-sig").splitlines(), delimiter=";"))
        sheet = openpyxl.load_workbook(files.xlsx)["Non joints"]
        assert sheet.max_row == 1 + len(lines) == 1 + files.households
        cells = ("Village", "Nom", "Téléphones", "Pourquoi", "Montant (F CFA)", "Jour", "Lieu")
        return {int(line["N° ménage"]): tuple(line[cell] for cell in cells) for line in lines}


@asynccontextmanager
async def at_work(settings: Settings, url: str) -> AsyncIterator[None]:
    """A worker as the command runs it, which has the database of this process for itself, and is ended at the end."""
    await database.close_database()
    end = asyncio.Event()
    working = asyncio.create_task(process.work(settings, url, until=end))
    try:
        await until(is_seen)
        yield
    finally:
        end.set()
        async with asyncio.timeout(LONGEST_SECONDS):
            await working
        database.open_database(url)


async def is_seen() -> bool:
    try:
        return len(await query("SELECT FROM sms_worker")) > 0
    except database.NotOpen:
        return False
