"""Reports that still wait though a message has their id: whoever wrote it down died before looking for them."""

from dataclasses import dataclass
from typing import Final

from core.platform import sql
from core.platform.settings import Settings
from sms.outbox import delivery
from sms.outbox.delivery import SameId, id_of
from sms.outbox.gateways import switched_on

LEFT_OVER: Final = f"""
WITH early AS (SELECT gateway, msisdn, {id_of("early_report")} AS reported FROM early_report)
SELECT early.gateway, reported, message.provider_id AS given
FROM early JOIN message ON message.gateway = early.gateway AND message.provider_id = reported
WHERE early.msisdn IN ('', message.msisdn)
UNION
SELECT early.gateway, reported, message.provider_id AS given
FROM early JOIN message USING (gateway, msisdn) WHERE message.provider_id IS NOT NULL
"""  # noqa: S608 - our own words
"""Each with the message of its id, and with every message of its number: one of those may have it in other words."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A report's id, and one that the same gateway gave to a message."""

    gateway: str
    reported: str
    given: str


async def adopt_left_over(settings: Settings) -> int:
    """Give them to their messages; how many there were."""
    gateways = {gateway.name: gateway for gateway in switched_on(settings)}
    same: list[SameId] = []
    for each in await sql.rows(_Waiting, LEFT_OVER):
        gateway = gateways.get(each.gateway)
        spellings = gateway.spellings(each.reported) if gateway is not None else ()
        if each.given in (each.reported, *spellings):
            same.append(SameId(each.gateway, each.reported, each.given, bool(spellings)))
    if same:
        await delivery.adopt(same)
    return len({(each.gateway, each.reported) for each in same})
