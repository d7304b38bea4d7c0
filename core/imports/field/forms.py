"""Forms that push: known by their system and name since their first submission, tied to a mapping at the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.imports.field.states import SubmissionState
from core.platform import sql
from core.platform.errors import JigiError

MOST_FORMS: Final = 50
"""Forms of one system."""

LONGEST_NAME: Final = 60


class TooManyForms(JigiError, RuntimeError):
    """A system has as many forms as it may have."""


@dataclass(frozen=True, slots=True)
class KnownForm:
    """A form that pushes, and the name of the mapping that says its columns, None where nothing does yet."""

    id: int
    mapping: str | None


@dataclass(frozen=True, slots=True)
class FieldFormCard:
    """A form: what says its columns (a mapping's name, None: nothing yet), and how many of its submissions wait."""

    id: int
    system: str
    name: str
    mapping: str | None
    last_at: datetime
    waiting: int


COLUMNS: Final = f"""field_form.id, field_form.system, field_form.name, field_form.mapping, field_form.last_at,
    (SELECT count(*) FROM field_submission WHERE form_id = field_form.id AND state = '{SubmissionState.WAITING}')
    AS waiting"""  # noqa: S608 - our own words
SEEN: Final = """
INSERT INTO field_form (system, name, first_at, last_at)
SELECT CAST(%(system)s AS varchar), CAST(%(name)s AS varchar), now.at, now.at
FROM (SELECT CAST(%(now)s AS timestamptz) AS at) AS now
WHERE (SELECT count(*) FROM field_form WHERE system = %(system)s AND name <> %(name)s) < %(most)s
ON CONFLICT (system, name) DO UPDATE SET last_at = excluded.last_at RETURNING id, mapping
"""
ONE: Final = f"SELECT {COLUMNS} FROM field_form WHERE id = %(id)s"  # noqa: S608
ALL: Final = f"SELECT {COLUMNS} FROM field_form ORDER BY system, name"  # noqa: S608
MAP: Final = "UPDATE field_form SET mapping = %(mapping)s WHERE id = %(id)s"


async def seen(system: str, name: str, now: datetime) -> KnownForm:
    """The form of this name, known from now on; raises TooManyForms."""
    values = {"system": system, "name": name, "now": now, "most": MOST_FORMS}
    form = await sql.row(KnownForm, SEEN, values)
    if form is None:
        raise TooManyForms(system)
    return form


async def one(form_id: int) -> FieldFormCard | None:
    """The form of this number, or None."""
    return await sql.row(FieldFormCard, ONE, {"id": form_id})


async def every() -> Sequence[FieldFormCard]:
    """Every form that the transaction sees."""
    return await sql.rows(FieldFormCard, ALL)


async def tie(form_id: int, mapping: str | None) -> None:
    """Let a mapping say the columns of a form, or none."""
    await sql.execute(MAP, {"id": form_id, "mapping": mapping})
