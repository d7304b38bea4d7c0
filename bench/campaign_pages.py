"""`make bench`: a plan of 280 663 recipients over two million messages, and its pages planned, under way and ended."""

import asyncio
import html
import os
import time
from datetime import UTC, datetime
from statistics import median, quantiles
from typing import Final

import httpx

from bench.desk import MOST_MS, PASSWORD, TOKEN
from bench.recipients import PHONES, make
from bench.serving import desk_ground, serving
from core.campaigns.models import CampaignKind, CampaignState
from core.outbox.messages import BatchState, MessageState
from core.platform import database
from core.platform.settings import settings
from core.staff import agents
from core.staff.sign_in import give_password
from core.text.alphabet import GSM7
from sms.campaigns import planning, preview, steps
from sms.campaigns.audience import Audience
from sms.campaigns.drafts import Draft, draft

PORT: Final = 8961
EARLIER: Final = 7
"""Campaigns of as many messages that were sent before; the last three sent some of them today."""

LOOKS: Final = 40
_NUMBERED: Final = """
    SELECT household.id AS h, household.commune_pcode, household.language, msisdn,
        CASE WHEN household.id % 10 < 4 THEN 'orange' WHEN household.id % 10 < 8 THEN 'malitel' ELSE 'telecel' END
            AS operator
    FROM household JOIN household_phone ON household_phone.household_id = household.id
"""
HISTORY: Final = (
    f"""INSERT INTO payment_round (id, component, name) SELECT 1 + c, 'TM', 'before ' || c
    FROM generate_series(1, {EARLIER}) AS c""",  # noqa: S608 - our own words
    f"""INSERT INTO campaign (kind, title, round_id, subject, state, needs_second, recipients, parts, created_at,
        starts_at, started_at, ended_at)
    SELECT '{CampaignKind.ANNOUNCE}', 'Annonce ' || c, 1 + c, jsonb_build_object('round_id', 1 + c),
        '{CampaignState.FINISHED}', false, {PHONES}, {PHONES}, at, at, at, at + interval '5 hours'
    FROM (SELECT c, now() - make_interval(days => ({EARLIER} - c) * 12) AS at
        FROM generate_series(1, {EARLIER}) AS c) AS each""",  # noqa: S608
    f"""CREATE TEMP TABLE told AS
    SELECT numbered.*, c, (row_number() OVER (PARTITION BY c, commune_pcode, language, operator ORDER BY h) - 1) / 100
        AS chunk
    FROM ({_NUMBERED}) AS numbered, generate_series(1, {EARLIER}) AS c""",  # noqa: S608
    """INSERT INTO message_text (id, campaign_id, language, content, body, parts, size)
    SELECT row_number() OVER (), c, language, c || ' ' || commune_pcode, repeat('Jigisemejiri. ', 11), 1, 154
    FROM (SELECT DISTINCT c, commune_pcode, language FROM told) AS each""",
    "SELECT setval('message_text_id_seq', (SELECT max(id) FROM message_text))",
    f"""CREATE TEMP TABLE packed AS
    SELECT row_number() OVER (ORDER BY each.c, commune_pcode, operator, chunk) AS id, each.*,
        message_text.id AS text_id, CASE WHEN each.c > {EARLIER} - 3 AND chunk = 0
            THEN date_trunc('day', now()) ELSE campaign.started_at - interval '1 day' END AS at
    FROM (SELECT DISTINCT c, commune_pcode, language, operator, chunk FROM told) AS each
    JOIN message_text ON message_text.content = c || ' ' || commune_pcode AND message_text.language = each.language
    JOIN campaign ON campaign.id = each.c""",  # noqa: S608
    f"""INSERT INTO sms_batch (id, campaign_id, text_id, operator, priority, prompt, not_before, state, worker,
        claimed_at, left_at, answered_at, uncertain)
    SELECT id, c, text_id, operator, 3, false, at, '{BatchState.CLOSED}', 'gone', at, at, at, false FROM packed""",  # noqa: S608
    "SELECT setval('sms_batch_id_seq', (SELECT max(id) FROM sms_batch))",
    f"""INSERT INTO message (campaign_id, batch_id, kind, msisdn, operator, household_ids, commune_pcode, language,
        state, reason, provider_id, attempts, was_uncertain, cost, currency, planned_at, final_at)
    SELECT c, packed.id, '{CampaignKind.ANNOUNCE}', msisdn, operator, ARRAY[h], commune_pcode, language,
        CASE WHEN h % 20 < 17 THEN '{MessageState.DELIVERED}' WHEN h % 20 < 19 THEN '{MessageState.FAILED}'
            ELSE '{MessageState.SILENT}' END,
        CASE WHEN h % 20 IN (17, 18) THEN 'absent' END, 'ATXid_' || c || '_' || h, 0, false, 24, 'XOF', at, at
    FROM told JOIN packed USING (c, commune_pcode, language, operator, chunk) ORDER BY packed.id, h""",  # noqa: S608
)
HALFWAY: Final = (
    f"""UPDATE sms_batch SET state = '{BatchState.DONE}', worker = 'gone', claimed_at = now(), answered_at = now(),
        left_at = now() - make_interval(secs => id %% 300)
    WHERE campaign_id = %(id)s AND (id %% 2 = 0 OR %(all)s) AND state = '{BatchState.READY}'""",  # noqa: S608
    f"""UPDATE message SET state = CASE WHEN message.id %% 3 = 0 THEN '{MessageState.ACCEPTED}' ELSE
        '{MessageState.DELIVERED}' END, provider_id = 'ATXid_' || message.id, cost = 24, currency = 'XOF'
    FROM sms_batch WHERE sms_batch.id = message.batch_id AND message.campaign_id = %(id)s
        AND sms_batch.state = '{BatchState.DONE}' AND message.state = '{MessageState.PLANNED}'""",  # noqa: S608
)
"""Half of a campaign, or `all`, as if it was sent in the last five minutes."""


async def world() -> None:
    """Fill an empty database: the registry, and what was sent before."""
    await make(datetime.now(UTC).date())
    async with database.copying() as connection:
        await connection.execute("SET synchronous_commit = off")
        await connection.execute("SET session_replication_role = replica")  # nothing refers to what is not there
        await connection.execute("SET work_mem = '256MB'")
        kept = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'message' AND indexname <> 'pk_message'"
        indexes = await (await connection.execute(kept)).fetchall()
        for name, _ in indexes:
            await connection.execute(f"DROP INDEX {name}".encode())
        for statement in HISTORY:
            await connection.execute(statement.encode())
        for _, definition in indexes:
            await connection.execute(definition.encode())
        await connection.commit()
        await connection.set_autocommit(True)
        await connection.execute("VACUUM ANALYZE")


async def planned() -> int:
    """Plan a campaign and look at its plan, as who waits for it does; print how long it took and give its number."""
    for login in ("first", "second", "third"):
        await agents.add_agent(login, login, agents.Role.SUPERVISOR)
    now = datetime.now(UTC)
    planner, *others = [await agents.actor_of(login) for login in ("first", "second", "third")]
    await give_password(planner.id, now, password=PASSWORD)
    new = Draft(CampaignKind.ANNOUNCE, Audience(round_id=1), "bench", planned_by=planner.id)
    campaign_id = await draft(new, now, GSM7)
    for what in ("plan", "again"):
        began = time.perf_counter()
        plan = await planning.plan(campaign_id, settings(), now, actor=planner)
        made = time.perf_counter()
        held = await preview.preview(campaign_id, settings(), now)
        seconds = time.perf_counter() - began
        print(
            f"{what:8} {plan.recipients:,} recipients in {made - began:.1f} s, with its preview in {seconds:.1f} s;"
            f" put off today: {held.put_off_today:,}"
        )
    for person in others:
        if (await steps.approve(campaign_id, person, now)).complete:
            break
    return campaign_id


async def looked_at(campaign_id: int, standing: str) -> float:
    """Look at the page and its progress again and again; print the times and give the worst 95th percentile in ms."""
    worst = 0.0
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORT}", trust_env=False, timeout=120) as client:
        token = TOKEN.search((await client.get("/desk/login")).text)
        fields = {"csrftoken": html.unescape(token[1]) if token else "", "login": "first", "password": PASSWORD}
        await client.post("/desk/login", data=fields)
        own = f"/desk/campaigns/{campaign_id}"
        for path in (own, f"{own}/progress", f"{own}/unreached", "/desk/campaigns"):
            took = []
            for _ in range(LOOKS):
                began = time.perf_counter()
                answer = await client.get(path, follow_redirects=False)
                took.append((time.perf_counter() - began) * 1000)
                if answer.status_code != httpx.codes.OK:
                    raise RuntimeError(f"{path}: {answer.status_code}")
            high = quantiles(took, n=100)[94]
            worst = max(worst, high)
            print(f"{standing:8} {path:32} p50 {median(took):6.0f} ms   p95 {high:6.0f} ms   worst {max(took):6.0f} ms")
    return worst


async def moved(campaign_id: int, state: CampaignState, *, everything: bool) -> None:
    """Bring the campaign to a state, half of it sent or all."""
    async with database.copying() as connection:
        for statement in HALFWAY:
            await connection.execute(statement.encode(), {"id": campaign_id, "all": everything})
        await connection.execute(
            "UPDATE campaign SET state = %(state)s, starts_at = now(), started_at = coalesce(started_at, now() - "
            "interval '10 minutes'), ended_at = CASE WHEN %(all)s THEN now() END WHERE id = %(id)s",
            {"id": campaign_id, "state": state.value, "all": everything},
        )
        await connection.commit()


def opened() -> None:
    """Open the database as a command does."""
    database.open_database(os.environ["JIGI_DATABASE_URL"], pool=4, statement_seconds=3600)


async def _built() -> int:
    opened()
    began = time.perf_counter()
    await world()
    print(f"pages    {PHONES:,} households, {PHONES * EARLIER:,} messages made in {time.perf_counter() - began:.0f} s")
    campaign_id = await planned()
    await database.close_database()
    return campaign_id


async def measured(campaign_id: int) -> float:
    """Look at the campaign planned, under way and ended; give the worst 95th percentile in ms."""
    opened()
    worst = await looked_at(campaign_id, "planned")
    await moved(campaign_id, CampaignState.RUNNING, everything=False)
    worst = max(worst, await looked_at(campaign_id, "running"))
    await moved(campaign_id, CampaignState.FINISHED, everything=True)
    worst = max(worst, await looked_at(campaign_id, "ended"))
    await database.close_database()
    return worst


def main() -> None:
    """Build, measure, print."""
    with desk_ground("pages"):
        campaign_id = asyncio.run(_built())
        with serving("asgi:build", PORT, "/health/live"):
            worst = asyncio.run(measured(campaign_id))
    print(f"         p95 of every page within {MOST_MS:.0f} ms: {'yes' if worst <= MOST_MS else 'NO'}")


if __name__ == "__main__":
    main()
