"""What the line holds of those who called, counted by a reading of its own, beside what they wanted and were told."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import psycopg

from faults.registry import PLACES
from faults.wishes import CALL_ME, FILE, MONEY_CAME, NO_MONEY, STOP, Wish

COMMUNE: Final = "INSERT INTO commune (pcode, cercle_pcode, name, search) VALUES ('ML010101', 'ML0101', 'Oualia', 'x')"
NEXT_ROUND: Final = "SELECT setval(pg_get_serial_sequence('payment_round', 'id'), max(id)) FROM payment_round"
PAID: Final = """
WITH one AS (
    INSERT INTO household (household_no, head_name, commune_pcode, status)
    VALUES (right(%(msisdn)s, 8), 'Awa', 'ML010101', 'beneficiary') RETURNING id
), reached AS (INSERT INTO household_phone SELECT id, 1, %(msisdn)s FROM one)
INSERT INTO payment (household_id, round_id, due_date, place, agency, amount_xof, state, paid_on)
SELECT id, 1, current_date - 7, 'Oualia', 'Caisse', 30000, 'paid', current_date - 7 FROM one
"""
NEW: Final = "SELECT NOT EXISTS (SELECT FROM household WHERE household_no = right(%(msisdn)s, 8))"
HELD: Final = "SELECT msisdn, reference FROM grievance"
SPOKEN: Final = "SELECT msisdn FROM phone WHERE language = 'fr'"
STOPPED: Final = "SELECT msisdn FROM phone WHERE sms_stopped_at IS NOT NULL"
ASKED: Final = "SELECT msisdn FROM callback_request"
REPLIED: Final = """
SELECT '+223' || household_no, reply, grievance.reference FROM payment_reply
JOIN payment ON payment.id = payment_id JOIN household ON household.id = payment.household_id
LEFT JOIN grievance ON grievance.id = grievance_id
"""


@dataclass
class Story:
    """What was wanted, done and told in a run; phones are E.164."""

    deeds: Counter[str] = field(default_factory=Counter)
    begun: dict[str, Wish] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)
    """Numbers of complaints."""
    spoken: set[str] = field(default_factory=set)
    """Phones that were answered in French."""


def begin(url: str) -> None:
    """Make a commune where a payment was made."""
    with psycopg.connect(url) as connection:
        for statement in (*PLACES, COMMUNE, NEXT_ROUND):
            connection.execute(statement.encode())


def paid_household(url: str, msisdn: str) -> None:
    """Let this phone be one of a household that was paid a week ago; again changes nothing."""
    with psycopg.connect(url) as connection:
        row = connection.execute(NEW, {"msisdn": msisdn}).fetchone()
        if row == (True,):
            connection.execute(PAID, {"msisdn": msisdn})


def wrong(url: str, story: Story) -> list[str]:
    """What is not as it was wanted and told, one sentence each."""
    with psycopg.connect(url) as connection:
        rows = {name: connection.execute(name.encode()).fetchall() for name in (HELD, SPOKEN, STOPPED, ASKED, REPLIED)}
    return [*_complaints(rows[HELD], story), *_acts(rows, story), *_languages(rows[SPOKEN], story)]


def _complaints(rows: list[tuple[str, ...]], story: Story) -> Iterator[str]:
    held: dict[str, list[str]] = {}
    for msisdn, reference in rows:
        held.setdefault(msisdn, []).append(reference)
    story.deeds["complaints"] = len(rows)
    for msisdn, wish in story.begun.items():
        wanted, count = int(wish in (FILE, NO_MONEY)), len(held.get(msisdn, []))
        if count != wanted:
            yield f"{msisdn} has {count} complaints, and wanted {wanted}"
    for msisdn, numbers in story.told.items():
        for number in sorted(numbers - {*held.get(msisdn, [])}):
            yield f"{msisdn} was told {number}, which is not theirs"


def _acts(rows: dict[str, list[tuple[str, ...]]], story: Story) -> Iterator[str]:
    asked = Counter(msisdn for (msisdn,) in rows[ASKED])
    stopped = {msisdn for (msisdn,) in rows[STOPPED]}
    replied = {msisdn: (reply, bool(reference)) for msisdn, reply, reference in rows[REPLIED]}
    due = {MONEY_CAME: ("all", False), NO_MONEY: ("nothing", True)}
    for msisdn, wish in story.begun.items():
        if asked[msisdn] != int(wish is CALL_ME):
            yield f"{msisdn} is to be called {asked[msisdn]} times, and wanted {int(wish is CALL_ME)}"
        if (msisdn in stopped) is not (wish is STOP):
            yield f"{msisdn} {'gets no' if msisdn in stopped else 'still gets'} SMS, and wanted the contrary"
        if replied.get(msisdn) != due.get(wish):
            yield f"{msisdn} replied {replied.get(msisdn)} for the payment, and wanted {due.get(wish)}"


def _languages(rows: list[tuple[str, ...]], story: Story) -> Iterator[str]:
    for msisdn in sorted(story.spoken - {msisdn for (msisdn,) in rows}):
        yield f"{msisdn} chose French, and it is not kept"
