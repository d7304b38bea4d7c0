"""What stands in the database of a round of work, counted by a reading of its own: each act whole and once, or not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg

HOUSEHOLDS: Final = "SELECT count(*) FROM household WHERE programme_no LIKE %(prefix)s"
PAYMENTS: Final = "SELECT count(*) FROM payment JOIN payment_round ON payment_round.id = round_id WHERE name = %(name)s"
RUNS: Final = "SELECT count(*) FROM import_run WHERE file = %(file)s AND created > 0 AND undone_at IS NULL"
UNDONE: Final = "SELECT count(*) FROM import_run WHERE file = %(file)s AND undone_at IS NOT NULL"
MESSAGES: Final = "SELECT msisdn, count(*) FROM message WHERE campaign_id = %(campaign)s GROUP BY msisdn"
PLACED: Final = """
SELECT count(*) FROM message JOIN sms_batch ON sms_batch.id = batch_id WHERE message.campaign_id = %(campaign)s
"""
STATE: Final = "SELECT state FROM campaign WHERE id = %(campaign)s"
CHANGES: Final = """
SELECT count(*) FROM campaign_change
WHERE campaign_id = %(campaign)s AND to_state = %(state)s AND from_state <> to_state
"""
CASE: Final = "SELECT state, answer FROM grievance WHERE reference = %(reference)s"
STEPS: Final = """
SELECT count(*) FROM grievance_event JOIN grievance ON grievance.id = grievance_id
WHERE reference = %(reference)s AND kind = %(kind)s
"""
TOLD: Final = """
SELECT count(*) FROM message WHERE kind = 'decided' AND filling ->> 'ref' = %(reference)s
"""
TRAIL: Final = "SELECT count(*) FROM audit_entry WHERE about = 'grievance ' || %(reference)s AND act = %(act)s"


@dataclass(frozen=True, slots=True)
class Counts:
    """Looks at the database past every proxy, one statement at a time."""

    url: str

    def one(self, statement: str, **values: object) -> Any:
        """The first column of the one row of a statement."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(statement.encode(), values).fetchone()
        return row[0] if row else None

    def pairs(self, statement: str, **values: object) -> dict[Any, Any]:
        """The rows of two columns."""
        with psycopg.connect(self.url) as connection:
            return dict(connection.execute(statement.encode(), values).fetchall())


def decided(counts: Counts, reference: str, *, over: bool) -> Iterator[str]:
    """What is not so of a complaint that is decided, or half-way there: its state, steps, SMS and trail go together."""
    ((state, answer),) = counts.pairs(CASE, reference=reference).items()
    for kind, act in (("taken", "grievance taken"), ("decided", "grievance decided")):
        steps = counts.one(STEPS, reference=reference, kind=kind)
        entries = counts.one(TRAIL, reference=reference, act=act)
        if steps != entries or steps > 1 or (over and steps != 1):
            yield f"complaint {reference}: {steps} steps {kind}, {entries} in the trail"
        if kind == "decided":
            told = counts.one(TOLD, reference=reference)
            if told != steps or (state == "resolved") is not bool(steps) or bool(answer) is not bool(steps):
                yield f"complaint {reference}: {state}, {steps} decisions, {told} SMS of them"


def brought_in(
    counts: Counts, file: str, statement: str, rows: int, values: Mapping[str, str], *, over: bool
) -> Iterator[str]:
    """What is not so of a file that came in whole, or, half-way there, not at all."""
    stand, runs = counts.one(statement, **values), counts.one(RUNS, file=file)
    if stand != rows * runs or runs > 1 or (over and runs != 1):
        yield f"{file}: {stand} rows of {rows} stand, and {runs} imports say that they brought them"


def taken_back(
    counts: Counts, file: str, statement: str, rows: int, values: Mapping[str, str], *, over: bool
) -> Iterator[str]:
    """What is not so of an import that is undone whole, or, half-way there, not at all."""
    stand, undone = counts.one(statement, **values), counts.one(UNDONE, file=file)
    if stand != rows * (1 - undone) or undone > 1 or (over and undone != 1):
        yield f"{file}: {stand} rows of {rows} stand, and {undone} imports of it are undone"


def planned(counts: Counts, campaign: int, phones: set[str], *, over: bool) -> Iterator[str]:
    """What is not so of a plan that is there whole, or, half-way there, not at all."""
    messages, state = counts.pairs(MESSAGES, campaign=campaign), counts.one(STATE, campaign=campaign)
    if (over and state != "planned") or state not in ("draft", "planned"):
        yield f"campaign {campaign} is {state}"
    wanted = dict.fromkeys(phones, 1) if state == "planned" else {}
    if messages != wanted or counts.one(PLACED, campaign=campaign) != len(wanted):
        yield f"campaign {campaign} is {state}, of {len(phones)} phones {len(messages)} stand in it"


def moved(counts: Counts, campaign: int, before: str, to: str, *, over: bool) -> Iterator[str]:
    """What is not so of a campaign that came to a state, once."""
    state, changes = counts.one(STATE, campaign=campaign), counts.one(CHANGES, campaign=campaign, state=to)
    if state not in (before, to) or changes != int(state == to) or (over and state != to):
        yield f"campaign {campaign} is {state}, and came {changes} times to {to}"
