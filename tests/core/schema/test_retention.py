"""What has served is deleted."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from core.calls.gateway_sessions import record
from core.calls.journal import UssdJournal
from core.calls.session_end import SessionEnd, SessionOutcome
from core.platform.database import writing
from core.platform.settings import Settings
from core.registry.models import IdentificationTry
from core.registry.phone_claims import answer_claim, claim, claims_of
from core.schema.retention import purge
from core.staff.agents import Role, add_agent
from core.staff.credentials import DeskSession
from tests.core import seed

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.usefixtures("world")
async def test_each_kind_is_kept_its_days_and_no_longer() -> None:
    settings = Settings(keep_journal_days=1, keep_tries_days=30, keep_gateway_sessions_days=400)
    for kind, days in (("journal", 1), ("tries", 30), ("sessions", 400)):
        for name, past in (("kept", timedelta(days=days)), ("gone", timedelta(days=days, seconds=1))):
            await plant(kind, name, NOW - past)

    purged = await purge(NOW, settings)
    assert (purged.journal, purged.tries, purged.gateway_sessions) == (1, 1, 1)
    assert not any(asdict(await purge(NOW, settings)).values())
    async with writing() as session:
        left = (
            await session.execute(
                text(
                    "SELECT key FROM ussd_journal UNION ALL SELECT msisdn FROM identification_try "
                    "UNION ALL SELECT session_id FROM gateway_session"
                )
            )
        ).all()
    assert [name for (name,) in left] == ["kept"] * 3


async def plant(kind: str, name: str, at: datetime) -> None:
    if kind == "sessions":
        return await record(SessionEnd(name, SessionOutcome.FINISHED, at))
    async with writing() as session:
        if kind == "journal":
            session.add(UssdJournal(key=name, session_id=name, position=1, state={}, at=at))
        else:
            session.add(IdentificationTry(msisdn=name, household_no="10000001", at=at, ok=False))
    return None


@pytest.mark.usefixtures("world")
async def test_when_somebody_was_signed_in_is_kept_its_days() -> None:
    mariam = await add_agent("mariam", "Mariam", Role.AGENT)
    async with writing() as session:
        for name, past in (("kept", timedelta(days=90)), ("gone", timedelta(days=90, seconds=1))):
            session.add(DeskSession(token_hash=name, agent_id=mariam, created_at=NOW - past, seen_at=NOW - past))
    assert (await purge(NOW, Settings())).desk_sessions == 1
    async with writing() as session:
        assert list(await session.scalars(text("SELECT token_hash FROM desk_session"))) == ["kept"]


@pytest.mark.usefixtures("world")
async def test_of_phones_that_asked_the_household_only_those_it_said_yes_to_are_kept() -> None:
    await seed.safo()
    household = await seed.household(phones=("+22376000001",))
    old = NOW - timedelta(days=31)
    asked, refused, confirmed = "+22376000002", "+22376000003", "+22376000004"
    for phone in (asked, refused, confirmed):
        await claim(household, phone, old)
    await answer_claim(household, refused, "+22376000001", old, yes=False)
    await answer_claim(household, confirmed, "+22376000001", old, yes=True)
    await purge(NOW, Settings(keep_tries_days=30))
    assert [each.msisdn for each in await claims_of(household)] == [confirmed]
