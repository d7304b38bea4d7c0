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


class GatewayAnswer(Word):
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
    GatewayAnswer,
    DESK,
    {
        GatewayAnswer.READY: "répond",
        GatewayAnswer.BUSY: "répond, mais ne prend rien pour le moment",
        GatewayAnswer.SILENT: "n'a pas répondu à temps",
        GatewayAnswer.AWAY: "n'est pas joignable",
        GatewayAnswer.REFUSED: "refuse notre compte",
        GatewayAnswer.NO_SENDER: "refuse notre nom d'expéditeur",
        GatewayAnswer.UNSET: "n'est pas réglée",
    },
)
called(
    GatewayAnswer,
    COMMAND,
    {
        GatewayAnswer.READY: "answers",
        GatewayAnswer.BUSY: "answers, and takes nothing for now",
        GatewayAnswer.SILENT: "did not answer in time",
        GatewayAnswer.AWAY: "is not reached",
        GatewayAnswer.REFUSED: "refuses our account",
        GatewayAnswer.NO_SENDER: "refuses our sender ID",
        GatewayAnswer.UNSET: "lacks settings",
    },
)
CLOSED: Final = frozenset({GatewayAnswer.AWAY, GatewayAnswer.REFUSED, GatewayAnswer.NO_SENDER, GatewayAnswer.UNSET})
"""Answers after which nothing would leave by it."""

NOT_ASKED_SO: Final = frozenset({"HTTP 404", "HTTP 405"})
"""What a gateway answers whose account is not looked at so: it may take SMS all the same."""


@dataclass(frozen=True, slots=True)
class GatewayReply:
    """What a gateway said; `left` is what is left there in its own words, '' where it does not tell."""

    gateway: str
    answer: GatewayAnswer
    left: str = ""

    def words(self, audience: Readership) -> str:
        """It in a few words, e.g. `orange répond (900 SMS)`."""
        return f"{self.gateway} {label(self.answer, audience)}{f' ({self.left})' if self.left else ''}"


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
            if all(reply.answer in CLOSED for reply in replies):
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
        ways = {each: routes.way_of(each) for each in (value and Operator(value) for value in operators)}
        names = list(dict.fromkeys(name for way in ways.values() for name in way))
        gateways = ways_out(settings)
        answers = await asyncio.gather(*(_asked(gateways[name], seconds) for name in names))
        replies = dict(_replies(dict(zip(names, answers, strict=True)), strangers))
        for name, answer in zip(names, answers, strict=True):
            if isinstance(answer, Balance):
                await balances.keep(name, answer, now)
    return WaysAsked(replies, ways)


def _replies(
    answers: Mapping[str, GatewayAnswer | Balance], strangers: frozenset[str]
) -> Iterator[tuple[str, GatewayReply]]:
    for name, answer in answers.items():
        left = answer.shown if isinstance(answer, Balance) else ""
        answer = GatewayAnswer.READY if isinstance(answer, Balance) else answer
        if name in strangers and answer not in CLOSED:
            answer = GatewayAnswer.NO_SENDER
        yield name, GatewayReply(name, answer, left)


async def _asked(gateway: Gateway, seconds: float) -> GatewayAnswer | Balance:
    """What came of asking it: what is left there, or only whether it takes anything."""
    if gateway.missing():
        return GatewayAnswer.UNSET
    try:
        left = await asyncio.wait_for(gateway.knock(), seconds)
    except TimeoutError:
        return GatewayAnswer.SILENT
    except GatewayTrouble as trouble:
        return _meaning(trouble)
    finally:
        await gateway.close()
    return GatewayAnswer.READY if left is None else left


def _meaning(trouble: GatewayTrouble) -> GatewayAnswer:
    match trouble:
        case NotReached():
            return GatewayAnswer.AWAY
        case GatewayRefused():
            return GatewayAnswer.SILENT if trouble.reason in NOT_ASKED_SO else GatewayAnswer.REFUSED
        case _:
            return GatewayAnswer.BUSY if trouble.policy is Policy.KEEP else GatewayAnswer.SILENT
