"""What the line is proven on: an invented world with the longest real values, who dials, and what they would type."""

import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from core.calls.journal import Journal
from core.grievances.filing import Filing, file
from core.grievances.subjects import Subcategory, category_of
from core.grievances.vocabulary import GrievanceState, GrievanceStep
from core.numbers.identifiers import check_digit
from core.payments.states import PaymentState
from core.platform import database, sql
from core.platform.columns import listed
from core.platform.database import undone, writing
from core.registry.callers import remember_language, stop_sms
from core.text.alphabet import Alphabet
from core.text.catalogue import load
from core.text.languages import Language
from demo import world
from demo.callers import DEMO_CALLERS
from demo.places import DEMO_PLACES
from menus.line import line
from menus.tasks import TASKS
from proof.findings import Rules
from proof.walk import TrialCaller, Walk, Walker

HOUSEHOLDS: Final = 60

SAME: Final = frozenset({"Jigisèmèjiri", "Discrimination", "Contacts"})
"""Texts that French and English share."""

ASKED: Final = "+22370000096"
"""A phone of the register: another one says it is its household's, and it typed three wrong years itself."""

STOPPED: Final = "+22370000097"
NEVER_CALLED: Final = "+22370000098"
SECRET_REFERENCE: Final = "700000000" + check_digit("700000000")
SECRET: Final = "4821"  # noqa: S105 - of an invented complaint


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest values that pages have to hold."""

    place: str = "Mairie de Sere Moussa Ani Samo"
    agency: str = "Caisse Faso Nafa de Bandiagara"
    name: str = "Fatoumata Zeïnabou Ouologuem"
    village: str = "N'Golobougou Dougoukoura"
    commune: str = "Sere Moussa Ani Samo"
    reason: str = "Le paiement sera fait au prochain tour, après la vérification de la liste."


WITH_A_REASON: Final = frozenset({PaymentState.FAILED, PaymentState.CANCELLED})
STRETCH: Final = (
    "UPDATE payment SET place = %(place)s, agency = %(agency)s, hour = '10:30'",
    f"UPDATE payment SET reason = %(reason)s WHERE state IN {listed(WITH_A_REASON)}",  # noqa: S608
    "UPDATE household SET village = %(village)s",
    "UPDATE household SET head_name = left(%(name)s || ' ' || household_no, 40) "
    "WHERE id IN (SELECT household_id FROM household_phone WHERE msisdn LIKE '+223700000%%')",
    "UPDATE component_event SET place = %(place)s",
    "UPDATE grievance SET answer = %(reason)s WHERE answer IS NOT NULL",
    "UPDATE commune SET agency_name = %(agency)s WHERE agency_name IS NOT NULL",
    "UPDATE commune SET name = %(commune)s WHERE pcode IN (SELECT pcode FROM commune ORDER BY pcode LIMIT 3)",
)
"""What makes the world's values as long as real ones are."""

LONGEST_OF: Final = """
SELECT (SELECT place FROM payment ORDER BY length(place) DESC NULLS LAST LIMIT 1) AS place,
    (SELECT agency FROM payment ORDER BY length(agency) DESC NULLS LAST LIMIT 1) AS agency,
    (SELECT head_name FROM household ORDER BY length(head_name) DESC LIMIT 1) AS name,
    (SELECT village FROM household ORDER BY length(village) DESC NULLS LAST LIMIT 1) AS village,
    (SELECT name FROM commune ORDER BY length(name) DESC LIMIT 1) AS commune,
    (SELECT reason FROM payment ORDER BY length(reason) DESC NULLS LAST LIMIT 1) AS reason
"""


async def longest_of_database() -> Longest:
    """The longest values of the open database; ours where it has shorter ones."""
    ours = Longest()
    theirs = await sql.row(Longest, LONGEST_OF) or ours
    longer = {name: max(getattr(theirs, name) or "", value, key=len) for name, value in asdict(ours).items()}
    return Longest(**longer)


async def make_world(longest: Longest) -> None:
    """Fill the open, empty database with the world that is walked."""
    with tempfile.TemporaryDirectory(prefix="jigi-proof-") as folder:
        await world.build(Path(folder), datetime.now(UTC).date(), count=HOUSEHOLDS)
    async with writing():
        for statement in STRETCH:
            await sql.execute(statement, asdict(longest))
        await stop_sms(STOPPED)
        await _file_complaints(longest)
        for statement in ASK:
            await sql.execute(statement, {"msisdn": ASKED, "asking": NEVER_CALLED, "now": datetime.now(UTC)})


async def _file_complaints(longest: Longest) -> None:
    """Of the phone that stopped its SMS: one that waits for an answer, one of today, and a secret one of nobody's."""
    now = datetime.now(UTC)
    for subcategory in (Subcategory.NOT_PAID, Subcategory.LATE, Subcategory.VIOLENCE):
        category = category_of(subcategory)
        filing = Filing(
            key=f"proof {subcategory}", msisdn=STOPPED, household_id=None, category=category.value,
            subcategory=subcategory.value, words=None, anonymous=False, call_back=False, call_safe=None, sms_safe=None,
            language=Language.staff(),
        )  # fmt: skip
        filed = await file(filing, now)
        values = {"reference": filed.reference, "at": now, "long": SECRET_REFERENCE, "secret": SECRET}
        waits = subcategory is Subcategory.LATE
        await sql.execute(WAITING if waits else SECRETLY, values | {"reason": longest.reason} if waits else values)


WAITING: Final = f"""
WITH asked AS (
    UPDATE grievance SET state = '{GrievanceState.WAITING}', waiting_since = %(at)s WHERE reference = %(reference)s
    RETURNING id
)
INSERT INTO grievance_event (grievance_id, at, kind, to_state, note, told)
SELECT id, %(at)s, '{GrievanceStep.ASK}', '{GrievanceState.WAITING}', %(reason)s, true FROM asked
"""  # noqa: S608 - our own words
ASK: Final = (
    "UPDATE household_phone SET msisdn = %(msisdn)s WHERE (household_id, position) = ("
    "SELECT household_id, position FROM household_phone WHERE msisdn NOT LIKE '+223700000%%' "
    "ORDER BY household_id, position LIMIT 1)",
    "INSERT INTO phone_claim (household_id, msisdn, state, asked_at) "
    "SELECT household_id, %(asking)s, 'asked', %(now)s FROM household_phone WHERE msisdn = %(msisdn)s",
    "INSERT INTO identification_try (msisdn, household_no, at, ok) "
    "SELECT %(msisdn)s, 'another', %(now)s, false FROM generate_series(1, 3)",
)
SECRETLY: Final = """
UPDATE grievance SET reference = %(long)s, secret = %(secret)s
WHERE reference = %(reference)s AND secret IS NOT NULL
"""


async def walk_line(alphabet: Alphabet, language: Language) -> Walk:
    """Walk the line as every kind of caller who speaks this language, and as one who never called."""
    walker = Walker(line, Journal(), alphabet, undone=undone, inputs=inputs())
    callers = _callers(language)
    for caller in callers:
        await remember_language(caller.msisdn, language)
    return await walker.walk([*callers, TrialCaller(NEVER_CALLED, "n'a jamais appelé", language)])


def _callers(language: Language) -> Sequence[TrialCaller]:
    regulars = [TrialCaller(each.msisdn, each.situation_fr, language) for each in DEMO_CALLERS]
    others = {STOPPED: "a arrêté les SMS", ASKED: "un téléphone demande à être du ménage, et trois essais faux"}
    return [*regulars, *(TrialCaller(msisdn, what, language) for msisdn, what in others.items())]


def inputs() -> Mapping[str, Sequence[str]]:
    """What is typed at each question, right and wrong."""
    first = DEMO_CALLERS[0]
    references = [each.reference for each in DEMO_CALLERS if each.reference]
    return {
        "household_number": (first.household_no or "", "90000011", "12345678"),
        "birth_year": (str(first.birth_year), "1900", "75"),
        "complaint_reference": (*references, SECRET_REFERENCE, "1234567", "1000009"),
        "complaint_status": (SECRET, "0000"),
        "commune_code": (DEMO_PLACES[0].commune_pcode.removeprefix("ML"), "999999"),
        "commune_letters": ("safo", "si", "zzzz"),
        "call_number": ("76 12 34 56", "12"),
        "complaint_words": ("On ne m'a pas payé.", "W" * 160),
        "received_missing": ("5 000", "999999999"),
        "complaint_village": (Longest().village, "1"),
        "complaint_name": ("Moussa Traoré", "1"),
        "secret_sum": ("5 000", "cinq"),
        "secret_words": ("Il a pris ma part.", "W" * 170),
        "secret_number": ("76 12 34 56", "12"),
        "complaint_more_words": ("On ne m'a pas payé.",),
    }


def rules(alphabet: Alphabet) -> Rules:
    """What the line is held to."""
    translated = {}
    for language in Language:
        catalogue = load(language)
        translated[language] = frozenset(catalogue.texts) | frozenset(catalogue.forms)
    return Rules(alphabet, tasks=TASKS, same=SAME, translated=translated)


@asynccontextmanager
async def on_own_database(url: str) -> AsyncIterator[None]:
    """The database at `url` while the line is walked on it."""
    database.open_database(url, pool=4, statement_seconds=60)
    try:
        yield
    finally:
        await database.close_database()
