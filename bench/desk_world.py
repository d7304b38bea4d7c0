"""The desk's full load, made in the database itself: 300 000 households, 100 000 grievances, 2 000 000 messages."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Final

import psycopg

from core.campaigns.models import CampaignKind, CampaignState
from core.grievances.subjects import CATEGORIES, Category
from core.grievances.vocabulary import Channel, GrievanceState, GrievanceStep, Level, Sex
from core.numbers.identifiers import check_digit, household_no
from core.outbox.messages import MessageState
from core.payments.states import PaymentState
from core.platform import database
from core.registry.statuses import Status
from core.staff.agents import Role, Scope
from demo.names import FAMILIES, MEN, WOMEN

HOUSEHOLDS: Final = 300_000
GRIEVANCES: Final = 100_000
CAMPAIGNS: Final = 8
MESSAGES_EACH: Final = 250_000
COMMUNES: Final = 133
SCREEN_DAYS: Final = 365

PLACES: Final = (
    """INSERT INTO region (pcode, name)
    SELECT 'ML' || lpad(r::text, 2, '0'), 'Region ' || r FROM generate_series(1, 8) AS r""",
    "INSERT INTO cercle (pcode, region_pcode, name) SELECT pcode || '01', pcode, 'Cercle of ' || name FROM region",
    """INSERT INTO commune (pcode, cercle_pcode, name, search)
    SELECT 'ML' || lpad((c % 8 + 1)::text, 2, '0') || '01' || lpad(c::text, 3, '0'),
        'ML' || lpad((c % 8 + 1)::text, 2, '0') || '01', 'Commune ' || c, 'komune' || c
    FROM generate_series(0, :communes - 1) AS c""",
    "CREATE TEMP TABLE place AS SELECT pcode, row_number() OVER (ORDER BY pcode) - 1 AS number FROM commune",
    "CREATE TEMP TABLE person (id integer, household_no text, name text, reference text)",
)
SET_SEQUENCE: Final = "SELECT setval('TABLE_id_seq', max(id)) FROM TABLE"
COPY_PEOPLE: Final = "COPY person (id, household_no, name, reference) FROM STDIN"
SUBCATEGORY: Final = " ".join(
    f"WHEN '{category}' THEN '{handling.subcategories[0]}'" for category, handling in CATEGORIES.items()
)
SENSITIVITY: Final = " ".join(
    f"WHEN '{category}' THEN '{handling.sensitivity}'" for category, handling in CATEGORIES.items()
)
FILL: Final = (
    f"""INSERT INTO household (id, household_no, head_name, birth_year, commune_pcode, village, language, status)
    SELECT id, household_no, name, 1950 + id % 50, place.pcode, 'Village ' || id % 12,
        CASE WHEN id % 5 = 0 THEN 'fr' ELSE 'bm' END, '{Status.BENEFICIARY}'
    FROM person JOIN place ON place.number = person.id % :communes""",  # noqa: S608
    """INSERT INTO household_phone (household_id, position, msisdn)
    SELECT id, 1, '+223' || CASE WHEN id % 10 < 4 THEN '70' WHEN id % 10 < 8 THEN '60' ELSE '50' END
        || lpad(id::text, 6, '0')
    FROM household""",
    "INSERT INTO enrolment (household_id, component, since) SELECT id, 'TM', '2025-01-01' FROM household",
    "INSERT INTO payment_round (id, component, name) VALUES (1, 'TM', 'T3 2026'), (2, 'TM', 'T4 2026')",
    f"""INSERT INTO payment (household_id, round_id, due_date, place, agency, amount_xof, state, paid_on)
    SELECT household.id, round, CAST(:now AS date) + CASE round WHEN 1 THEN -80 ELSE 9 END, 'Mairie', 'Caisse',
        30000, CASE round WHEN 1 THEN '{PaymentState.PAID}' ELSE '{PaymentState.ANNOUNCED}' END,
        CASE round WHEN 1 THEN CAST(:now AS date) - 80 END
    FROM household, generate_series(1, 2) AS round""",  # noqa: S608
    f"""INSERT INTO agent (login, name, role, scope_kind, scope_code)
    SELECT 'agent' || n, 'Agent ' || n,
        CASE WHEN n <= 14 THEN '{Role.AGENT}' WHEN n <= 18 THEN '{Role.SUPERVISOR}' ELSE '{Role.FOCAL}' END,
        CASE WHEN n % 2 = 1 AND n <= 14 THEN '{Scope.REGION}' ELSE '{Scope.NATIONAL}' END,
        CASE WHEN n % 2 = 1 AND n <= 14 THEN 'ML' || lpad((n / 2 + 1)::text, 2, '0') END
    FROM generate_series(1, 20) AS n""",  # noqa: S608
    f"""WITH drawn AS (
        SELECT g, reference, :now - make_interval(secs => 63072000 * (random() ^ 1.3)) AS received_at,
            random() AS kind, random() AS fate, random() AS slow, random() AS filer,
            1 + (random() * 299998)::integer AS household_id
        FROM person CROSS JOIN LATERAL (SELECT person.id) AS one (g) WHERE reference IS NOT NULL
    ), sorted AS (
        SELECT drawn.*, CASE WHEN kind < .45 THEN '{Category.PAYMENT}' WHEN kind < .6 THEN '{Category.PHONE}'
            WHEN kind < .75 THEN '{Category.DATA}' WHEN kind < .85 THEN '{Category.EXCLUSION}'
            WHEN kind < .88 THEN '{Category.INCLUSION}' WHEN kind < .92 THEN '{Category.CONDUCT}'
            WHEN kind < .93 THEN '{Category.ABUSE}' ELSE '{Category.OTHER}' END AS category,
            received_at < :now - interval '10 days' AND fate > .02 OR fate > .7 AND slow < .4 AS decided,
            least(received_at + make_interval(hours => (24 + 160 * slow * slow)::integer), :now) AS decided_at
        FROM drawn
    )
    INSERT INTO grievance (id, reference, filing_key, channel, category, subcategory, sensitivity, words, msisdn,
        household_id, commune_pcode, anonymous, beneficiary, language, call_back, state, level, first_answer_due,
        decision_due, answer, received_at, decided_at, reopened_at, reopen_count, name, sex, assigned_to, assigned_at,
        touched_at, first_answered_at, decided_by)
    SELECT g, sorted.reference, 'bench ' || g,
        CASE WHEN filer < .7 THEN '{Channel.USSD}' WHEN filer < .8 THEN '{Channel.DESK}'
            WHEN filer < .9 THEN '{Channel.CALL}' ELSE '{Channel.REGISTER}' END,
        category,
        CASE category {SUBCATEGORY} END,
        CASE category {SENSITIVITY} END,
        CASE WHEN category <> '{Category.ABUSE}' THEN 'Je n''ai pas reçu mon argent depuis deux mois.' END,
        CASE WHEN category <> '{Category.ABUSE}' THEN household_phone.msisdn END,
        CASE WHEN category <> '{Category.ABUSE}' AND filer < .8 THEN household.id END,
        CASE WHEN category <> '{Category.ABUSE}' THEN household.commune_pcode END,
        filer >= .8, true, coalesce(household.language, 'bm'), true,
        CASE WHEN decided AND fate > .25 THEN '{GrievanceState.CLOSED}'
            WHEN decided AND fate > .1 THEN '{GrievanceState.RESOLVED}'
            WHEN decided THEN '{GrievanceState.REJECTED}' WHEN fate > .6 THEN '{GrievanceState.RECEIVED}'
            WHEN fate > .3 THEN '{GrievanceState.ASSIGNED}' WHEN fate > .1 THEN '{GrievanceState.IN_PROGRESS}'
            ELSE '{GrievanceState.WAITING}' END,
        CASE WHEN category IN ('{Category.CONDUCT}', '{Category.ABUSE}') THEN '{Level.NATIONAL}'
            WHEN slow > .9 THEN '{Level.COMMUNE}' ELSE '{Level.VILLAGE}' END,
        CAST(received_at AS date) + 2, CAST(received_at AS date) + 7,
        CASE WHEN decided THEN 'Votre paiement est prêt.' END, received_at, CASE WHEN decided THEN decided_at END,
        CASE WHEN filer < .03 THEN decided_at END, CASE WHEN filer < .03 THEN 1 ELSE 0 END,
        CASE WHEN filer >= .8 AND filer < .95 THEN household.head_name END,
        CASE WHEN fate < .5 THEN '{Sex.F}' WHEN fate < .8 THEN '{Sex.M}' END,
        CASE WHEN NOT decided AND fate <= .6 THEN 1 + g % 14 END,
        CASE WHEN NOT decided AND fate <= .6 THEN received_at END,
        CASE WHEN NOT decided AND fate <= .6 THEN received_at END,
        CASE WHEN decided THEN received_at + (decided_at - received_at) * .5 END, CASE WHEN decided THEN 1 + g % 14 END
    FROM sorted JOIN household ON household.id = sorted.household_id
    JOIN household_phone ON household_phone.household_id = household.id""",  # noqa: S608
    f"""INSERT INTO grievance_event (grievance_id, at, kind, to_state, told)
    SELECT id, received_at, '{GrievanceStep.RECEIVE}', '{GrievanceState.RECEIVED}', true FROM grievance""",  # noqa: S608
    f"""INSERT INTO grievance_event (grievance_id, at, kind, from_state, to_state, agent_id, told)
    SELECT id, decided_at, '{GrievanceStep.DECIDE}', '{GrievanceState.IN_PROGRESS}', '{GrievanceState.RESOLVED}',
        decided_by, true
    FROM grievance WHERE decided_at IS NOT NULL""",  # noqa: S608
    f"""INSERT INTO campaign (id, kind, title, round_id, subject, state, needs_second, recipients, parts, started_at,
        ended_at)
    SELECT c, '{CampaignKind.ANNOUNCE}', 'Annonce ' || c, 2, '{{}}', '{CampaignState.FINISHED}', false,
        :messages_each, :messages_each,
        :now - make_interval(days => 90 - c * 10), :now - make_interval(days => 90 - c * 10) + interval '5 hours'
    FROM generate_series(1, :campaigns) AS c""",  # noqa: S608
    f"""INSERT INTO message (campaign_id, kind, msisdn, operator, household_ids, commune_pcode, language, state, reason,
        provider_id, attempts, was_uncertain, planned_at, final_at)
    SELECT c, '{CampaignKind.ANNOUNCE}', household_phone.msisdn, 'orange', ARRAY[household.id],
        household.commune_pcode, household.language,
        CASE WHEN h % 20 < 17 THEN '{MessageState.DELIVERED}' WHEN h % 20 < 19 THEN '{MessageState.FAILED}'
            ELSE '{MessageState.SILENT}' END,
        CASE WHEN h % 20 IN (17, 18) THEN 'absent' END, 'ATXid_' || c || '_' || h, 0, false, :now, :now
    FROM generate_series(1, :campaigns) AS c, generate_series(1, :messages_each) AS h
    JOIN household ON household.id = h JOIN household_phone ON household_phone.household_id = h""",  # noqa: S608
    """INSERT INTO screen_count (day, screen, language, entered, answered, wrong_key, went_back, dropped, timed_out)
    SELECT CAST(:now AS date) - d, screen, language, 400, 350, 9, 9, 20, 10
    FROM generate_series(0, :screen_days) AS d, unnest(ARRAY['home', 'payment', 'complaint', 'eligibility',
        'complaint_kind', 'complaint_words', 'days_of_commune', 'call_asked', 'more', 'other_language']) AS screen,
        unnest(ARRAY['bm', 'fr']) AS language""",
    """INSERT INTO task_count (day, task, language, finished, hops, seconds)
    SELECT CAST(:now AS date) - d, task, language, 300, 900, 9000
    FROM generate_series(0, :screen_days) AS d, unnest(ARRAY['payment date', 'my household', 'file a complaint',
        'follow a complaint', 'call me back']) AS task, unnest(ARRAY['bm', 'fr']) AS language""",
    """INSERT INTO gateway_session (session_id, date, network, status, duration_ms, hops)
    SELECT 'bench ' || s, :now - make_interval(secs => s * 105.0), '61001',
        CASE WHEN s % 12 = 0 THEN 'cut' ELSE 'finished' END, 21000, 3
    FROM generate_series(1, 300000) AS s""",
)
MESSAGE_INDEXES: Final = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'message' AND indexname <> 'pk_message'"
)
"""Made again when all messages are there."""

SEQUENCES: Final = ("household", "grievance", "grievance_event", "campaign", "message", "payment_round")


async def make(now: datetime) -> None:
    """Fill an empty database."""
    async with database.copying() as connection:
        await connection.execute("SET synchronous_commit = off")
        await connection.execute("SET session_replication_role = replica")  # nothing refers to what is not there
        await connection.execute("SELECT setseed(0.5)")
        for statement in PLACES:
            await connection.execute(_filled(statement, now))
        await _people(connection)
        indexes = await (await connection.execute(MESSAGE_INDEXES)).fetchall()
        for name, _ in indexes:
            await connection.execute(f"DROP INDEX {name}".encode())
        for statement in FILL:
            await connection.execute(_filled(statement, now))
        for _, definition in indexes:
            await connection.execute(definition.encode())
        for table in SEQUENCES:
            await connection.execute(SET_SEQUENCE.replace("TABLE", table).encode())
        await connection.commit()
        await connection.set_autocommit(True)
        await connection.execute("VACUUM ANALYZE")


def _filled(statement: str, now: datetime) -> bytes:
    values = {
        ":now": f"CAST('{now.isoformat()}' AS timestamptz)",
        ":communes": str(COMMUNES),
        ":campaigns": str(CAMPAIGNS),
        ":messages_each": str(MESSAGES_EACH),
        ":screen_days": str(SCREEN_DAYS),
    }
    for name, value in values.items():
        statement = statement.replace(name, value)
    return statement.encode()


async def _people(connection: psycopg.AsyncConnection) -> None:
    async with connection.cursor().copy(COPY_PEOPLE) as copy:
        for row in _drawn():
            await copy.write_row(row)


def _drawn() -> Iterator[tuple[int, str, str, str | None]]:
    draw = Random(4)
    serials = draw.sample(range(100_000, 1_000_000), GRIEVANCES)
    for number in range(1, HOUSEHOLDS + 1):
        serial = str(serials[number - 1]) if number <= GRIEVANCES else None
        yield (
            number,
            household_no(number),
            f"{draw.choice(WOMEN if draw.random() < 0.75 else MEN)} {draw.choice(FAMILIES)}",
            serial + check_digit(serial) if serial else None,
        )
