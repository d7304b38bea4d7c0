"""After a restore nothing is sent by itself, and nobody is told twice unmarked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.campaigns.models import CampaignState
from core.campaigns.notes import NoteCode
from core.outbox.messages import BatchState, MessageState, Reason
from core.outbox.restorations import RestorationSign
from core.platform import sql
from core.platform.columns import listed
from core.platform.database import writing
from core.platform.errors import JigiError
from core.platform.locks import Lock

NOT_DONE: Final = frozenset({BatchState.READY, BatchState.CLAIMED, BatchState.LEFT})
TO_COME: Final = frozenset({CampaignState.PLANNED, CampaignState.APPROVED})
"""Not started in the back-up, and perhaps since."""

UNDER_WAY: Final = frozenset({CampaignState.SCHEDULED, CampaignState.RUNNING})
"""What goes on by itself."""

OPEN: Final = "SELECT FROM restoration WHERE ended_at IS NULL"
"""SQL that finds the restoration because of which nothing leaves."""


MADE_AT: Final = "SELECT made_at FROM database_identity"
"""SQL of when the database was made, which a back-up of it has too."""


class NothingRestored(JigiError):
    """No restoration waits for anybody."""


@dataclass(frozen=True, slots=True)
class ClusterStanding:
    """What the database knows of itself: its departures, the cluster it is in, and the one it was in before."""

    departures: int
    cluster: str
    known_cluster: str | None


STANDING: Final = """
SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS departures,
    (SELECT CAST(system_identifier AS text) FROM pg_control_system()) AS cluster,
    (SELECT cluster FROM database_identity) AS known_cluster
FROM sms_departure
"""
KNOW: Final = """
UPDATE database_identity SET cluster = (SELECT CAST(system_identifier AS text) FROM pg_control_system())
WHERE cluster IS DISTINCT FROM (SELECT CAST(system_identifier AS text) FROM pg_control_system())
"""


async def look(level: int, now: datetime, *, is_behind: bool = False) -> "Doubts | None":
    """Look whether the open database was restored, and let nothing leave if so; None where nothing shows it.

    `level` is the highest number of a departure that is known outside it; `is_behind` where a lower one was given.
    """
    sign = RestorationSign.BEHIND if is_behind else await sign_of_restoration(level)
    return None if sign is None else await doubt(sign, level, now)


async def sign_of_restoration(level: int) -> RestorationSign | None:
    """What shows that the open database was restored, None where nothing does.

    `level` is the highest number of a departure that is known outside it. A promoted standby is the same cluster.
    """
    standing = await sql.row(ClusterStanding, STANDING)
    if standing is None:
        return None
    if standing.known_cluster is None:
        await sql.execute(KNOW)
    elif standing.known_cluster != standing.cluster:
        return RestorationSign.OTHER_CLUSTER
    return RestorationSign.BEHIND if standing.departures < level else None


@dataclass(frozen=True, slots=True)
class Doubts:
    """What came of a restoration: how many messages may have left since the back-up, and campaigns that were paused."""

    uncertain: int
    paused: int


ALONE: Final = f"SELECT pg_advisory_xact_lock({int(Lock.DEPARTURE)})"
DOUBT: Final = f"""
WITH until AS (
    SELECT coalesce((SELECT max(seen_at) FROM sms_worker), (SELECT max(left_at) FROM sms_batch), %(now)s) AS dumped_at
), doubted AS (
    UPDATE sms_batch SET state = '{BatchState.DONE}', uncertain = true, answered_at = %(now)s,
        left_at = coalesce(left_at, greatest(not_before, least(dumped_at, %(now)s)))
    FROM until
    WHERE sms_batch.state IN {listed(NOT_DONE)} AND sms_batch.not_before <= %(now)s
      AND (campaign_id IS NULL OR EXISTS (
          SELECT FROM campaign WHERE campaign.id = campaign_id AND (campaign.state = '{CampaignState.RUNNING}'
              OR campaign.state = '{CampaignState.SCHEDULED}' AND campaign.starts_at <= %(now)s)))
    RETURNING sms_batch.id, sms_batch.gateway
), uncertain AS (
    UPDATE message SET state = '{MessageState.UNCERTAIN}', was_uncertain = true, reason = '{Reason.RESTORED}',
        gateway = doubted.gateway
    FROM doubted WHERE message.batch_id = doubted.id AND message.state = '{MessageState.PLANNED}' RETURNING message.id
)
SELECT count(*) FROM uncertain
"""  # noqa: S608 - words of ours
MARK: Final = f"""
UPDATE message SET was_uncertain = true FROM campaign
WHERE campaign.id = message.campaign_id AND message.state = '{MessageState.PLANNED}' AND NOT message.was_uncertain
  AND campaign.state IN {listed(TO_COME | {CampaignState.PAUSED, CampaignState.SCHEDULED})}
"""  # noqa: S608
"""Who is told by a campaign that somebody starts again may have been told: a repeat is marked."""

PAUSE: Final = f"""
WITH paused AS (
    UPDATE campaign SET state = '{CampaignState.PAUSED}', why = NULL, why_code = '{NoteCode.RESTORED}', why_data = NULL
    FROM (SELECT id, state FROM campaign WHERE state IN {listed(UNDER_WAY)} FOR UPDATE) AS before
    WHERE campaign.id = before.id RETURNING campaign.id, before.state AS from_state
), noted AS (
    INSERT INTO campaign_change (campaign_id, at, from_state, to_state, note_code)
    SELECT id, %(now)s, from_state, '{CampaignState.PAUSED}', '{NoteCode.RESTORED}' FROM paused
)
SELECT count(*) FROM paused
"""  # noqa: S608
FOUND: Final = """
INSERT INTO restoration (sign, at, departures, known, uncertain, paused)
SELECT %(sign)s, %(now)s, CASE WHEN is_called THEN last_value ELSE 0 END, %(level)s, %(uncertain)s, %(paused)s
FROM sms_departure
"""
LEVEL: Final = "SELECT setval('sms_departure', greatest(%(level)s, (SELECT last_value FROM sms_departure), 1))"


async def doubt(sign: RestorationSign, level: int, now: datetime) -> Doubts | None:
    """Let nothing leave any more, and make uncertain what may have left since the back-up.

    Messages whose time had come are uncertain: delivery reports settle them, or a person. Campaigns under way are
    paused; what others would tell is marked, since somebody may have started them since. None where another worker
    found the same before.
    """
    async with writing():
        await sql.execute(ALONE)
        if sign is not RestorationSign.SAID and await _is_known(level):
            return None
        uncertain = int(await sql.scalar(DOUBT, {"now": now}) or 0)
        await sql.execute(MARK)
        paused = int(await sql.scalar(PAUSE, {"now": now}) or 0)
        found = {"sign": sign.value, "now": now, "level": level, "uncertain": uncertain, "paused": paused}
        await sql.execute(FOUND, found)
        await _at_level(level)
    return Doubts(uncertain, paused)


async def _is_known(level: int) -> bool:
    standing = await sql.row(ClusterStanding, STANDING)
    return standing is None or (standing.departures >= level and standing.cluster == standing.known_cluster)


async def complete(level: int) -> None:
    """The database is whole: it moved to another cluster with everything in it, and nothing left since."""
    async with writing():
        await sql.execute(ALONE)
        await _at_level(level)


async def _at_level(level: int) -> None:
    await sql.execute(KNOW)
    await sql.execute(LEVEL, {"level": level})


GO_ON: Final = """
WITH ended AS (UPDATE restoration SET ended_at = %(now)s, ended_by = %(agent)s WHERE ended_at IS NULL RETURNING id)
SELECT count(*) FROM ended
"""


async def go_on(agent_id: int, now: datetime) -> None:
    """Let SMS leave again: somebody has looked. Raises NothingRestored."""
    async with writing():
        if not await sql.scalar(GO_ON, {"now": now, "agent": agent_id}):
            raise NothingRestored("No restoration waits for anybody.")


async def is_waiting() -> bool:
    """Whether nothing leaves because the database was restored and nobody has looked yet."""
    return bool(await sql.scalar(f"SELECT EXISTS ({OPEN})"))


LATELY: Final = timedelta(days=90)
"""For so long somebody comes with the number of a complaint that a restored database does not know."""

RESTORED: Final = "SELECT max(at) FROM restoration WHERE at > %(since)s"


async def restored_lately(now: datetime) -> datetime | None:
    """When the database was last restored from a back-up, None where that is long ago: what came after it is not there.

    A number that was told in between is none any more.
    """
    at: datetime | None = await sql.scalar(RESTORED, {"since": now - LATELY})
    return at
