"""What must be so after a run: the tables against what the gateway took and posted."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.campaigns.models import CampaignState
from core.outbox.messages import TAKEN, MessageState
from faults.ledger_rows import Ledger, MessageRow
from faults.registry import Expected
from faults.standins import Record
from faults.ways import StandInName
from sms.outbox.africastalking import STATES
from sms.outbox.routes import OVER, Routes

S = MessageState
GivenId = tuple[str, str]
"""A gateway, and an id that it gave: two may give the same."""

OF_ANSWERS: Final = """
SELECT DISTINCT body FROM message JOIN sms_batch ON sms_batch.id = message.batch_id
JOIN message_text ON message_text.id = sms_batch.text_id WHERE message.key LIKE 'answer %%'
"""
"""The texts of what answers phones that wrote STOP, which are not looked at."""

NEVER: Final = frozenset({S.LEFT_OUT, S.DROPPED})
WITH_A_REASON: Final = frozenset({S.LEFT_OUT, S.DROPPED, S.FAILED, S.UNCERTAIN})


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that a gateway took, by the name that it gave it."""

    gateway: StandInName
    id: str
    msisdn: str
    at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class Posted:
    """A delivery report that a gateway posted, and what we answered (None: nothing)."""

    state: MessageState
    answered: int | None

    @property
    def stands(self) -> bool:
        """Whether we said that we have it."""
        return self.answered == 200


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a run. `stopped`: when a phone's wish for no more SMS stood in the database."""

    expected: Expected
    ledger: Ledger
    taken: Mapping[str, list[Taken]]
    """By number."""
    posted: Mapping[tuple[GivenId, str], list[Posted]]
    """By the id that a gateway gave, and the number: it may give an id twice."""
    stopped: Mapping[str, datetime]
    sent_again: Counter[int]
    """How often a supervisor let a message, by its row, be sent again."""
    notices: int
    unknown: frozenset[GivenId]
    """Of which ids, that are nobody's, each gateway reported."""
    ways: Routes
    attempts: int

    def is_shared(self, given_id: GivenId) -> bool:
        """Whether a gateway gave an id to more than one number."""
        return sum((each.gateway, each.id) == given_id for taken in self.taken.values() for each in taken) > 1


def violations(facts: Facts) -> list[str]:
    """Everything that is not as it must be."""
    wrong = [*_plan(facts), *_ended(facts)]
    for message in facts.ledger.messages:
        taken = facts.taken.get(message.msisdn or "", [])
        for check in CHECKS:
            wrong += [f"message {message.id} ({message.state}): {what}" for what in check(facts, message, taken)]
    return wrong


def _plan(facts: Facts) -> Iterator[str]:
    """Each number has one row, and each household that cannot be told is counted for its reason."""
    rows = [message for message in facts.ledger.messages if message.campaign_id is not None]
    notices = len(facts.ledger.messages) - len(rows)
    if notices != facts.notices:
        yield f"{facts.notices} notices were queued, {notices} stand there"
    reached = [message.msisdn for message in rows if message.state is not S.LEFT_OUT]
    if len(reached) != facts.ledger.planned_recipients:
        yield f"{facts.ledger.planned_recipients} were planned, {len(reached)} rows are there"
    if Counter(reached) != Counter(facts.expected.numbers):
        yield f"not the numbers to be told: {sorted(set(reached) ^ facts.expected.numbers, key=str)}"
    left_out = Counter(message.reason for message in rows if message.state is S.LEFT_OUT)
    if left_out != +facts.expected.left_out:
        yield f"left out {dict(left_out)} instead of {dict(facts.expected.left_out)}"
    strangers = facts.taken.keys() - {message.msisdn for message in facts.ledger.messages}
    if strangers:
        yield f"the gateway took messages to strangers: {sorted(strangers)}"


def _ended(facts: Facts) -> Iterator[str]:
    """Nothing is left to do, and no report lies about that is a message's."""
    yield from facts.ledger.open_batches
    for message in facts.ledger.messages:
        if message.state is S.PLANNED:
            yield f"message {message.id} is still planned, in a request that is {message.batch_state}"
    if facts.ledger.campaign_state not in (CampaignState.FINISHED, CampaignState.CANCELLED):
        yield f"the campaign is {facts.ledger.campaign_state}"
    if facts.ledger.early_of_ours:
        yield f"early reports that are a message's lie about: {facts.ledger.early_of_ours}"
    for gateway, name in sorted(facts.unknown - facts.ledger.early):
        yield f"{gateway}'s report of an unknown id was lost, or given to somebody: {name}"


def _taken_as_told(facts: Facts, message: MessageRow, taken: list[Taken]) -> Iterator[str]:
    """The state and the gateway agree on whether it was taken."""
    sure = not message.was_uncertain
    ids = {(each.gateway, each.id) for each in taken}
    if message.state in TAKEN and not taken:
        yield "the gateway never took it"
    if message.given_id is not None and message.given_id not in ids:
        gave = ", ".join(f"{each.gateway}'s {each.id}" for each in taken)
        yield f"this number got {gave or 'nothing'}, and not {message.gateway}'s {message.provider_id}"
    if message.state in NEVER and taken and sure:
        yield "the gateway took it"
    if message.state is S.FAILED and message.provider_id is None and taken and sure:
        yield f"it failed for {message.reason}, and the gateway took it"
    if message.state is S.SILENT and not taken and sure:
        yield "the gateway never took it, and nobody doubted"
    if message.state is S.UNCERTAIN and sure:
        yield "it is not marked as uncertain"
    if len(taken) == 1 and sure and message.state not in TAKEN | {S.SILENT, S.FAILED}:
        yield "the gateway took it once, and nobody doubted"


def _reasons(facts: Facts, message: MessageRow, _: list[Taken]) -> Iterator[str]:
    if message.state in WITH_A_REASON and not message.reason:
        yield "it has no reason"
    if message.attempts > facts.attempts:
        yield f"{message.attempts} attempts"


def _not_twice(facts: Facts, message: MessageRow, taken: list[Taken]) -> Iterator[str]:
    """Once, and once more each time that a supervisor said so of an uncertain one."""
    allowed = 1 + facts.sent_again[message.id]
    moments = ", ".join(f"{each.at:%H:%M:%S.%f}" for each in taken)
    if len(taken) > allowed:
        yield f"the gateway took it {len(taken)} times, {allowed} allowed: {moments}"
    if len(taken) > 1 and not message.was_uncertain:
        yield f"the gateway took it {len(taken)} times, and it is not marked as uncertain: {moments}"


def _by_its_way(facts: Facts, message: MessageRow, taken: list[Taken]) -> Iterator[str]:
    """Only gateways of its operator's way took it."""
    way = facts.ways.way_of(message.operator)
    strange = {each.gateway for each in taken} - set(way)
    if strange:
        yield f"{' and '.join(sorted(strange))} took it, and its way is {OVER.join(way)}"


def _not_after_stop(facts: Facts, message: MessageRow, taken: list[Taken]) -> Iterator[str]:
    stopped = facts.stopped.get(message.msisdn or "")
    if stopped is None or message.left_at is None or message.left_at <= stopped or message.state in NEVER:
        return  # what was dropped did not go by the request that left last
    if any(each.at > stopped for each in taken):
        yield f"it left at {message.left_at:%H:%M:%S.%f}, after the phone had stopped SMS at {stopped:%H:%M:%S.%f}"


def _its_own_text(_: Facts, message: MessageRow, taken: list[Taken]) -> Iterator[str]:
    for each in taken:
        if each.body != message.body:
            yield f"{each.id} carried another text"


def _reported(facts: Facts, message: MessageRow, taken: list[Taken]) -> Iterator[str]:
    """What was reported of it, it is."""
    if message.given_id is None:
        # Whose report it is can be known when no other was sent to the number and left without an id.
        if (
            sum(
                each.msisdn == message.msisdn and each.given_id is None
                for each in facts.ledger.messages
                if each.left_at
            )
            > 1
        ):
            return
        # One on its way is not more than a silent one.
        standing = {
            report.state
            for each in taken
            for report in facts.posted.get(((each.gateway, each.id), message.msisdn or ""), ())
            if report.stands
        }
        further = standing - {S.ON_ITS_WAY} if message.state is S.SILENT else standing
        if len(taken) == 1 and further and not facts.sent_again[message.id]:
            yield f"it was reported as {sorted(further)}, and is without the report"
        return
    posted = facts.posted.get((message.given_id, message.msisdn or ""), [])
    standing = {report.state for report in posted if report.stands}
    ends = standing - {S.ON_ITS_WAY}
    reported = {report.state for report in posted}
    if message.state in {S.ACCEPTED, S.SILENT, *reported} and facts.is_shared(message.given_id):
        return  # of an id that was given twice, one report that comes before our rows is kept
    possible = ends or reported | ({S.ON_ITS_WAY} if standing else {S.ACCEPTED, S.SILENT})
    if message.state not in possible:
        yield f"its reports were {[(str(report.state), report.answered) for report in posted]}"


CHECKS: Final = (_taken_as_told, _reasons, _not_twice, _by_its_way, _not_after_stop, _its_own_text, _reported)


def went_over(facts: Facts) -> int:
    """How many messages another gateway took than the first of their way."""
    firsts = {message.msisdn: facts.ways.way_of(message.operator)[0] for message in facts.ledger.messages}
    return sum(each.gateway != firsts.get(msisdn) for msisdn, taken in facts.taken.items() for each in taken)


def facts_of(
    records: Mapping[StandInName, Record], answers: Collection[str]
) -> tuple[dict[str, list[Taken]], dict[tuple[GivenId, str], list[Posted]]]:
    """What the gateways' records say, by number, and by id and number, without these texts."""
    by_number: dict[str, list[Taken]] = {}
    by_id: dict[tuple[GivenId, str], list[Posted]] = {}
    for gateway, record in records.items():
        for each in record.taken:
            if each["body"] not in answers:
                message = Taken(gateway, each["id"], each["msisdn"], datetime.fromisoformat(each["at"]), each["body"])
                by_number.setdefault(message.msisdn, []).append(message)
        for report in record.reports:
            answered = report["answered"]
            posted = Posted(STATES[str(report["status"])], answered if isinstance(answered, int) else None)
            by_id.setdefault(((gateway, str(report["id"])), str(report["msisdn"])), []).append(posted)
    return by_number, by_id
