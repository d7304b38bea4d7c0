"""Personal messages: words with the columns of a spreadsheet in braces, said to each number of it by the usual rules.

The file is read and let go; what is kept are the messages of the plan. So a plan is not made anew: the file is brought
again.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from psycopg import AsyncConnection

from core.campaigns.models import CampaignKind, CampaignState
from core.campaigns.steps import CampaignError
from core.files.headers import plain
from core.imports.rows import Problem
from core.numbers.msisdn import can_get_sms_sql, operator_sql
from core.outbox.messages import Reason
from core.platform import sql
from core.platform.settings import Settings
from core.scams.guard import NotASafeText, refuse_scams
from core.scams.proven import PIECES
from core.text.alphabet import Alphabet, alphabet
from core.text.folding import NoRule, fold
from core.text.languages import DEFAULT, Language
from core.text.translator import translator
from sms.campaigns.dead_numbers import DEAD
from sms.campaigns.drafts import CannotBeWritten
from sms.campaigns.sheets import PHONE, Sheet, SheetRow
from sms.campaigns.snapshot import EARLIER
from sms.outbox.composing import Written
from sms.outbox.personal_words import PersonalWords, names_in_braces, personal_text
from sms.outbox.texts import written

MOST_PARTS: Final = 3
"""Parts that a personal message may take."""

MOST_SHOWN: Final = 3


class NoSuchColumn(CampaignError):
    """The words name a column that the file does not have: `name`."""

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        listed = ", ".join(f"{{{each}}}" for each in (*columns, *PIECES))
        super().__init__(f"the file has no column {{{name}}}: write {listed}")
        self.in_french = f"« {{{name}}} » n'est pas une colonne du fichier. Ce qui peut être écrit ainsi : {listed}."
        self.name = name


class SheetGone(CampaignError):
    """The file of a personal message is not kept: a plan of it is not made anew."""


class RowsRefused(CampaignError):
    """Rows of the file cannot be sent, and nothing is planned; `problems` are why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} cells or rows cannot be sent")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ShownRow:
    """What a row would say in a language."""

    line: int
    language: Language
    sms: Written


@dataclass(frozen=True, slots=True)
class PersonalTrial:
    """What a file would send: how many rows, the first and the longest messages, and what is wrong."""

    rows: int
    first: Sequence[ShownRow]
    longest: Sequence[ShownRow]
    problems: Sequence[Problem]


def named_columns(texts: Mapping[str, str]) -> frozenset[str]:
    """The plain names of the columns that words name."""
    names = (name for text in texts.values() for name in names_in_braces(text))
    return frozenset(plain(name) for name in names if name not in PIECES)


def check_personal(texts: Mapping[str, str], columns: Mapping[str, str], carried: Alphabet) -> None:
    """Raise for words that cannot be sent: CannotBeWritten, NoSuchColumn or NotASafeText.

    One language is enough: then everybody reads that one.
    """
    if not any(text.strip() for text in texts.values()):
        raise CannotBeWritten("words are needed in one language at least")
    for text in texts.values():
        for name in names_in_braces(text):
            if name not in PIECES and (plain(name) not in columns or plain(name) == PHONE):
                raise NoSuchColumn(name, [each for key, each in columns.items() if key != PHONE])
        refuse_scams(text)
        _check_letters(text, carried)


def tried(texts: Mapping[str, str], sheet: Sheet, settings: Settings) -> PersonalTrial:
    """Say every row in every language of the words. It takes its time for a long file: call it in a thread.

    A row is refused whose message scams would send, no phone can show, or takes more than MOST_PARTS parts.
    """
    carried = alphabet(settings.alphabet)
    spoken = [Language(code) for code, text in texts.items() if text.strip()]
    shown: list[ShownRow] = []
    problems = list(sheet.problems)
    for row in sheet.rows:
        for language in spoken:
            try:
                shown.append(ShownRow(row.line, language, _sms(texts, row, language, carried)))
            except NotASafeText as error:
                problems.append(Problem(row.line, "", None, error.in_french))
            except NoRule as error:
                letters = " ".join(error.characters)
                problems.append(Problem(row.line, "", None, f"aucun téléphone ne peut afficher : {letters}"))
    long = (each for each in shown if each.sms.parts > MOST_PARTS)
    problems += [
        Problem(each.line, "", None, f"{each.sms.parts} SMS pour cette ligne, {MOST_PARTS} au plus") for each in long
    ]
    longest = sorted(shown, key=lambda each: -each.sms.size)[:MOST_SHOWN]
    return PersonalTrial(len(sheet.rows), shown[:MOST_SHOWN], longest, sorted(problems, key=lambda each: each.line))


def _sms(texts: Mapping[str, str], row: SheetRow, language: Language, carried: Alphabet) -> Written:
    text = personal_text(PersonalWords(texts, row.values), translator(language))
    refuse_scams(text)
    return written(text, translator(language), carried)


def _check_letters(text: str, carried: Alphabet) -> None:
    if carried.name != "gsm7":
        return
    try:
        fold(text)
    except NoRule as error:
        raise CannotBeWritten(str(error)) from error


BROUGHT_BEFORE: Final = f"""
SELECT campaign.id, campaign.title, campaign.created_at, agent.name AS planner
FROM campaign LEFT JOIN agent ON agent.id = campaign.planned_by
WHERE campaign.kind = '{CampaignKind.PERSONAL}' AND campaign.state <> '{CampaignState.CANCELLED}'
  AND campaign.created_at > %(since)s
  AND (SELECT count(*) FROM message WHERE message.campaign_id = campaign.id) = cardinality(%(msisdns)s::text[])
  AND NOT EXISTS (
    SELECT FROM unnest(%(msisdns)s::text[]) AS own (msisdn) WHERE NOT EXISTS (
        SELECT FROM message WHERE message.campaign_id = campaign.id AND message.msisdn = own.msisdn))
ORDER BY campaign.id DESC LIMIT 1
"""  # noqa: S608 - our own words
REMEMBERED: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class BroughtBefore:
    """A personal message to just the same numbers, by whom and when it was planned (None: nobody is named)."""

    id: int
    title: str
    created_at: datetime
    planner: str | None


async def brought_before(sheet: Sheet, now: datetime) -> BroughtBefore | None:
    """The last personal message within a month to just the numbers of this file, that was not cancelled.

    Files are not kept, and nothing that they could be known by: the plans that were made of them tell.
    """
    values = {"msisdns": [row.msisdn for row in sheet.rows], "since": now - REMEMBERED}
    return await sql.row(BroughtBefore, BROUGHT_BEFORE, values) if sheet.rows else None


SHEET: Final = (
    "CREATE TEMP TABLE sheet (msisdn text NOT NULL, content text NOT NULL, line integer NOT NULL) ON COMMIT DROP"
)
CONTENTS: Final = """
    CREATE TEMP TABLE content ON COMMIT DROP AS
    SELECT dense_rank() OVER (ORDER BY content)::integer AS id, array_agg(msisdn) AS msisdns, content,
        NULL::text AS component, NULL::text AS beside
    FROM sheet GROUP BY content
"""
RECIPIENTS: Final = f"""
    CREATE TEMP TABLE recipient ON COMMIT DROP AS
    WITH person AS (
        SELECT sheet.msisdn, sheet.content, min(sheet.line) AS line, coalesce(
                array_agg(DISTINCT household.id) FILTER (WHERE household.id IS NOT NULL), ARRAY[]::integer[]
            ) AS household_ids, min(household.commune_pcode) AS commune_pcode,
            bool_or(phone.sms_stopped_at IS NOT NULL) AS stopped, count(DISTINCT household.id) AS serves,
            coalesce(%(said_in)s, max(phone.language), min(household.language), '{DEFAULT}') AS language
        FROM sheet LEFT JOIN household_phone USING (msisdn)
        LEFT JOIN household ON household.id = household_phone.household_id LEFT JOIN phone USING (msisdn)
        GROUP BY sheet.msisdn, sheet.content
    ), dead AS MATERIALIZED ({DEAD})
    SELECT person.*, content.id AS content_id, NULL::integer[] AS hashes,
        {operator_sql("person.msisdn")} AS operator, NOT EXISTS ({EARLIER}) AS is_first, CASE
        WHEN NOT ({can_get_sms_sql("person.msisdn")}) THEN '{Reason.FIXED_LINE}'
        WHEN dead.msisdn IS NOT NULL THEN '{Reason.DEAD_NUMBER}'
        WHEN person.serves > %(crowd)s THEN '{Reason.CROWD}'
        WHEN person.stopped THEN '{Reason.OPTED_OUT}'
        WHEN told.msisdn IS NOT NULL THEN '{Reason.ALREADY_TOLD}'
    END AS why, NULL::integer AS told_with
    FROM person JOIN content ON content.content = person.content LEFT JOIN dead ON dead.msisdn = person.msisdn
    LEFT JOIN told ON told.msisdn = person.msisdn AND told.content = person.content
"""  # noqa: S608 - our own words


async def gather(
    connection: AsyncConnection, rows: Sequence[SheetRow], texts: Mapping[str, str], values: Mapping[str, object]
) -> None:
    """Make the recipients of a plan of the rows of a file; raises SheetGone without any."""
    if not rows:
        raise SheetGone("the file of a personal message is brought at the desk, and is not kept: bring it again")
    await connection.execute(SHEET)
    async with connection.cursor() as cursor, cursor.copy("COPY sheet (msisdn, content, line) FROM STDIN") as copy:
        for row in _contents(rows, texts):
            await copy.write_row(row)
    await connection.execute(CONTENTS)
    await connection.execute("ANALYZE content (content)")
    spoken = [code for code, text in texts.items() if text.strip()]
    await connection.execute(RECIPIENTS, {**values, "said_in": spoken[0] if len(spoken) == 1 else None})


def _contents(rows: Sequence[SheetRow], texts: Mapping[str, str]) -> Iterator[tuple[str, str, int]]:
    """Each number with what it is told and its line: the same words with the same values are the same content."""
    said = hashlib.sha256(json.dumps(dict(texts), sort_keys=True).encode()).hexdigest()[:16]
    for row in rows:
        yield row.msisdn, json.dumps([said, dict(row.values)], ensure_ascii=False, sort_keys=True), row.line
