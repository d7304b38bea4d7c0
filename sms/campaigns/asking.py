"""What gateways say when a campaign is about to start: asked at that moment, all at once, for a few seconds at most."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.campaigns.steps import CampaignError
from core.numbers.msisdn import Operator
from core.platform import sql
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.settings import Settings
from core.text.words import COMMAND, DESK, Readership, Word, called, label
from sms.campaigns.readiness import OPERATORS, refused_senders
from sms.outbox import balances
from sms.outbox.gateway import Balance, Gateway, GatewayRefused, GatewayTrouble, NotReached, Policy
from sms.outbox.gateways import ways_out
from sms.outbox.routes import Routes

SECONDS: Final = 4.0
"""So long an answer is waited for."""


class AskingOutcome(Word):
    """What came of asking a gateway whether it would take SMS now."""

    READY = "ready"
    BUSY = "busy"
    """It answered that it takes nothing for the moment."""
    SILENT = "silent"
    """It did not answer in time, or in a way that we know: it may take SMS all the same."""
    AWAY = "away"
    """No connection."""
    REFUSED = "refused"
    """It does not know our account."""
    NO_SENDER = "no_sender"
    """It said lately that it does not know our name."""
    UNSET = "unset"
    """It lacks settings, and was not asked."""


called(
    AskingOutcome,
    DESK,
    {
        AskingOutcome.READY: "répond",
        AskingOutcome.BUSY: "répond, mais ne prend rien pour le moment",
        AskingOutcome.SILENT: "n'a pas répondu à temps",
        AskingOutcome.AWAY: "n'est pas joignable",
        AskingOutcome.REFUSED: "refuse notre compte",
        AskingOutcome.NO_SENDER: "refuse notre nom d'expéditeur",
        AskingOutcome.UNSET: "n'est pas réglée",
    },
)
called(
    AskingOutcome,
    COMMAND,
    {
        AskingOutcome.READY: "answers",
        AskingOutcome.BUSY: "answers, and takes nothing for now",
        AskingOutcome.SILENT: "did not answer in time",
        AskingOutcome.AWAY: "is not reached",
        AskingOutcome.REFUSED: "refuses our account",
        AskingOutcome.NO_SENDER: "refuses our sender ID",
        AskingOutcome.UNSET: "lacks settings",
    },
)
CLOSED: Final = frozenset({AskingOutcome.AWAY, AskingOutcome.REFUSED, AskingOutcome.NO_SENDER, AskingOutcome.UNSET})
"""Answers after which nothing would leave by it."""

NOT_ASKED_SO: Final = frozenset({"HTTP 404", "HTTP 405"})
"""What a gateway answers whose account is not looked at so: it may take SMS all the same."""


@dataclass(frozen=True, slots=True)
class GatewayReply:
    """What a gateway said; `left` is what is left there in its own words, '' where it does not tell."""

    gateway: str
    outcome: AskingOutcome
    left: str = ""

    def words(self, audience: Readership) -> str:
        """It in a few words, e.g. `orange répond (900 SMS)`."""
        return f"{self.gateway} {label(self.outcome, audience)}{f' ({self.left})' if self.left else ''}"


class NobodyTakes(CampaignError):
    """No gateway takes the SMS to the numbers of an operator (None: of others); `replies` are what each said."""

    def __init__(self, operator: Operator | None, replies: Sequence[GatewayReply]) -> None:
        words = ", ".join(reply.words(COMMAND) for reply in replies)
        super().__init__(f"nothing could leave to {operator or 'other operators'}: {words}")
        self.operator, self.replies = operator, tuple(replies)


@dataclass(frozen=True, slots=True)
class WaysAsked:
    """What each gateway of a campaign said, and by which of them the numbers of each operator go."""

    replies: Mapping[str, GatewayReply]
    ways: Mapping[Operator | None, Sequence[str]]

    def must_be_open(self) -> None:
        """Raise NobodyTakes where all that is to go to an operator would stand still."""
        for operator, way in self.ways.items():
            replies = [self.replies[name] for name in way]
            if all(reply.outcome in CLOSED for reply in replies):
                raise NobodyTakes(operator, replies)

    def words(self, audience: Readership) -> str:
        """What each gateway said, as a sentence; '' where none was asked."""
        words = ", ".join(reply.words(audience) for reply in self.replies.values())
        return f"{words[:1].upper()}{words[1:]}." if words else ""


async def ask(campaign_id: int, settings: Settings, now: datetime, *, seconds: float = SECONDS) -> WaysAsked:
    """Ask every gateway that the SMS of a campaign may go by, and keep what each says that is left.

    It is no part of a transaction around it: nothing of the database is held while gateways think.
    """
    with signed_in_for(DatabaseTask.WORKER):
        operators: Sequence[str | None] = await sql.scalars(OPERATORS, {"id": campaign_id})
        strangers = await refused_senders(now)
        routes = Routes.read(settings.sms_routes)
        ways = {each: routes.way_of(each) for each in (Operator(value) if value else None for value in operators)}
        names = list(dict.fromkeys(name for way in ways.values() for name in way))
        gateways = ways_out(settings)
        outcomes = await asyncio.gather(*(_asked(gateways[name], seconds) for name in names))
        replies = dict(_replies(dict(zip(names, outcomes, strict=True)), strangers))
        for name, outcome in zip(names, outcomes, strict=True):
            if isinstance(outcome, Balance):
                await balances.keep(name, outcome, now)
    return WaysAsked(replies, ways)


def _replies(
    outcomes: Mapping[str, AskingOutcome | Balance], strangers: frozenset[str]
) -> Iterator[tuple[str, GatewayReply]]:
    for name, each in outcomes.items():
        left = each.shown if isinstance(each, Balance) else ""
        outcome = AskingOutcome.READY if isinstance(each, Balance) else each
        if name in strangers and outcome not in CLOSED:
            outcome = AskingOutcome.NO_SENDER
        yield name, GatewayReply(name, outcome, left)


async def _asked(gateway: Gateway, seconds: float) -> AskingOutcome | Balance:
    """What came of asking it: what is left there, or only whether it takes anything."""
    if gateway.missing():
        return AskingOutcome.UNSET
    try:
        async with asyncio.timeout(seconds):
            left = await gateway.knock()
    except TimeoutError:
        return AskingOutcome.SILENT
    except GatewayTrouble as trouble:
        return _meaning(trouble)
    finally:
        await gateway.close()
    return AskingOutcome.READY if left is None else left


def _meaning(trouble: GatewayTrouble) -> AskingOutcome:
    match trouble:
        case NotReached():
            return AskingOutcome.AWAY
        case GatewayRefused():
            return AskingOutcome.SILENT if trouble.reason in NOT_ASKED_SO else AskingOutcome.REFUSED
        case _:
            return AskingOutcome.BUSY if trouble.policy is Policy.KEEP else AskingOutcome.SILENT
