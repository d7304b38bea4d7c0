"""Figures of what households replied after pay day, by commune, round and agency.

Whoever asks inside `seen_by` or `figures_seen_by` counts the households that they may see.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from core.payments.replies import MoneyReply
from core.platform import sql
from core.registry.components import ComponentCode


@dataclass(frozen=True, slots=True)
class ReplyCount:
    """What was replied for the payments of a round in a commune through an agency (None: the file names none).

    `missing_xof` is what is missing together, in F CFA.
    """

    commune_pcode: str
    commune: str
    component: ComponentCode
    round: str
    agency: str | None
    replies: int
    everything: int
    partly: int
    nothing: int
    missing_xof: int


@dataclass(frozen=True, slots=True)
class RepliesTogether:
    """The same of several communes, rounds and agencies."""

    replies: int
    everything: int
    partly: int
    nothing: int
    missing_xof: int


COUNTS: Final = f"""
SELECT commune.pcode AS commune_pcode, commune.name AS commune, payment_round.component, payment_round.name AS round,
    payment.agency, count(*) AS replies,
    count(*) FILTER (WHERE payment_reply.reply = '{MoneyReply.ALL}') AS everything,
    count(*) FILTER (WHERE payment_reply.reply = '{MoneyReply.NOT_ALL}') AS partly,
    count(*) FILTER (WHERE payment_reply.reply = '{MoneyReply.NOTHING}') AS nothing,
    CAST(coalesce(sum(payment_reply.missing_xof), 0) AS bigint) AS missing_xof
FROM payment_reply
JOIN payment ON payment.id = payment_reply.payment_id
JOIN payment_round ON payment_round.id = payment.round_id
JOIN household ON household.id = payment.household_id
JOIN commune ON commune.pcode = household.commune_pcode
WHERE payment_reply.at >= CAST(CAST(%(since)s AS date) AS timestamptz)
    AND payment_reply.at < CAST(CAST(%(until)s AS date) AS timestamptz)
GROUP BY commune.pcode, payment_round.id, payment.agency
ORDER BY missing_xof DESC, replies DESC, commune.name, commune.pcode, payment_round.id DESC, payment.agency
"""  # noqa: S608 - our own words


async def reply_counts(since: date, until: date) -> list[ReplyCount]:
    """What was replied from a day to another (both counted), where most is missing first."""
    return await sql.rows(ReplyCount, COUNTS, {"since": since, "until": until + timedelta(days=1)})


def together(counts: Iterable[ReplyCount]) -> RepliesTogether:
    """All of them."""
    counts = tuple(counts)
    return RepliesTogether(
        replies=sum(count.replies for count in counts),
        everything=sum(count.everything for count in counts),
        partly=sum(count.partly for count in counts),
        nothing=sum(count.nothing for count in counts),
        missing_xof=sum(count.missing_xof for count in counts),
    )
