"""Plans a campaign in a process of its own, so that its memory is that of a plan; prints seconds, recipients and MB."""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from resource import RUSAGE_SELF, getrusage

import core.schema  # noqa: F401 - a row that refers to another table is written by who knows every table
from core.campaigns.models import CampaignKind
from core.platform import database
from core.platform.settings import settings
from core.staff import agents
from core.text.alphabet import GSM7
from sms.campaigns import planning, steps
from sms.campaigns.audience import Audience
from sms.campaigns.drafts import Draft, draft


@dataclass(frozen=True, slots=True)
class Planned:
    """How long a plan took, what it has of each, and the most memory (MB) that its process had."""

    seconds: float
    recipients: float
    requests: float
    texts: float
    memory: float


def planned() -> Planned:
    """Plan campaign 1 and approve it, in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "bench.plan"], check=True, capture_output=True, text=True)
    return Planned(*map(float, done.stdout.split()))


async def main() -> None:
    """Plan, and print what `planned` reads."""
    database.open_database(os.environ["JIGI_DATABASE_URL"], pool=2, statement_seconds=3600)
    now = datetime.now(UTC)
    for login in ("first", "second", "third"):
        with suppress(agents.LoginTaken):
            await agents.add_agent(login, login, agents.Role.SUPERVISOR)
    planner, approver, second = [await agents.actor_of(login) for login in ("first", "second", "third")]
    new = Draft(CampaignKind.ANNOUNCE, Audience(round_id=1), "bench", planned_by=planner.id)
    campaign_id = await draft(new, now, GSM7)
    began = time.perf_counter()
    plan = await planning.plan(campaign_id, settings(), now, actor=planner)
    seconds = time.perf_counter() - began
    print(seconds, plan.recipients, plan.requests, plan.texts, getrusage(RUSAGE_SELF).ru_maxrss / 1024)
    for person in (approver, second):
        if (await steps.approve(campaign_id, person, now)).complete:
            break
    await database.close_database()


if __name__ == "__main__":
    asyncio.run(main())
