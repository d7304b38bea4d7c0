"""What stands still, as the desk shows it to those whom it concerns: what, since when, what to do, and until when."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from core.alarms import book
from core.alarms.book import OpenAlarm
from core.alarms.models import TO_DO, AlarmKind
from core.platform import sql
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.settings import Settings
from core.text.formats import short_date
from sms.campaigns.scope import WITHIN
from sms.outbox.routes import Routes

SHOWN_AFTER: Final = timedelta(hours=24)
"""So long what is over is still shown, as over."""

CAMPAIGNS: Final = f"""
SELECT id, title FROM campaign WHERE id = ANY(%(ids)s) AND ({WITHIN.format(place="(campaign.subject ->> $$place$$)")})
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class AlarmNotice:
    """What stands still, or did, in words; `campaign_id` is the campaign that it is about, None where it is none."""

    kind: AlarmKind
    about: str
    words: str
    since: datetime
    over_at: datetime | None
    campaign_id: int | None = None

    @property
    def to_do(self) -> str:
        """What is to be done; '' where it is over."""
        return TO_DO[self.kind] if self.over_at is None else ""


@dataclass(frozen=True, slots=True)
class _Title:
    id: int
    title: str


async def notices(scope: str | None, now: datetime) -> tuple[AlarmNotice, ...]:
    """What stands still now or was over lately, for a supervisor of these places; what stands still first.

    A campaign that stopped is shown to who may run it, what concerns the sending to all of them. It is no part of a
    transaction around it.
    """
    with signed_in_for(DatabaseTask.WORKER):
        alarms = await book.standing_or_over_since(now - SHOWN_AFTER)
        ids = [int(each.about) for each in alarms if each.kind is AlarmKind.PAUSED]
        titles = await sql.rows(_Title, CAMPAIGNS, {"ids": ids, "scope": scope}) if ids else []
    return tuple(_shown(alarms, {each.id: each.title for each in titles}))


def concerning(alarms: Sequence[AlarmNotice], campaign_id: int, settings: Settings) -> tuple[AlarmNotice, ...]:
    """Those of them that concern a campaign: its own stop, the workers, and the gateways of the routes."""
    gateways = Routes.read(settings.sms_routes).gateways
    return tuple(
        each
        for each in alarms
        if each.campaign_id == campaign_id or each.kind is AlarmKind.WORKER or each.about in gateways
    )


def _shown(alarms: Sequence[OpenAlarm], titles: Mapping[int, str]) -> Iterator[AlarmNotice]:
    for alarm in alarms:
        campaign_id = int(alarm.about) if alarm.kind is AlarmKind.PAUSED else None
        if campaign_id is not None and campaign_id not in titles:
            continue
        title = titles.get(campaign_id or 0, "")
        words = _words(alarm.kind, title or alarm.about, alarm.detail)
        yield AlarmNotice(alarm.kind, alarm.about, words, alarm.since, alarm.over_at, campaign_id)


def _words(kind: AlarmKind, about: str, detail: Mapping[str, Any]) -> str:
    match kind:
        case AlarmKind.PAUSED:
            return f"La campagne « {about} » s'est arrêtée d'elle-même : {detail['why']}."
        case AlarmKind.BALANCE:
            return f"Il reste trop peu chez la passerelle {about} : {detail['balance']}."
        case AlarmKind.WORKER:
            seen = datetime.fromisoformat(str(detail["seen"]))
            return (
                f"Le processus d'envoi {about} ne dit plus rien (dernier signe le {short_date(seen)} à {seen:%H:%M})."
            )
        case AlarmKind.REPORTS:
            return f"La passerelle {about} ne donne plus d'accusés ; {detail['waiting']} SMS en attendent un."
        case AlarmKind.RECEIVER:
            return f"Le système {about} ne prend plus les événements depuis des jours : l'envoi est arrêté."
