"""What waits of a form, as the desk has it: listed by reasons without a word of it, filed once it fits, put away."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from core.imports.field.forms import FieldFormCard, KnownForm
from core.imports.field.states import SubmissionOutcome, SubmissionState
from core.imports.field.submitted import SubmittedForm, export_of, submitted
from core.imports.field.taking import Arrival, place_of, settle
from core.imports.registers.columns import Export
from core.imports.registers.fields import WITH_MEANINGS, RegisterField
from core.imports.registers.mappings import FormMapping, folded
from core.imports.registers.submissions import NOT_MEANT, ListChoices
from core.imports.rows import LONGEST_ECHO
from core.platform import sql
from core.platform.encryption import decrypted
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Actor
from core.staff.permissions import Permission, must
from core.staff.row_security import seen_by

MOST_SHOWN: Final = 200
FILED_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class WaitingSubmission:
    """A submission that waits: since when, whether it was filed and edited since, and why it waits."""

    id: int
    received_at: datetime
    edited: bool
    problems: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Sealed:
    id: int
    content: str
    digest: str
    scope_code: str | None
    commune_pcode: str | None


OF_FORM: Final = f"""
SELECT id, received_at, edited, problems FROM field_submission
WHERE form_id = %(form_id)s AND state = '{SubmissionState.WAITING}' ORDER BY id LIMIT {MOST_SHOWN}
"""  # noqa: S608 - our own words
SEALED: Final = f"""
SELECT field_submission.id, content, digest, scope_code, commune.pcode AS commune_pcode
FROM field_submission LEFT JOIN commune ON commune.pcode = scope_code
WHERE form_id = %(form_id)s AND state = '{SubmissionState.WAITING}' AND content IS NOT NULL
    AND field_submission.id = coalesce(%(id)s, field_submission.id)
ORDER BY field_submission.id LIMIT {FILED_AT_ONCE}
"""  # noqa: S608
DROP: Final = f"""
UPDATE field_submission SET state = '{SubmissionState.DROPPED}', content = NULL, settled_at = %(now)s,
    settled_by = %(agent_id)s
WHERE id = %(id)s AND form_id = %(form_id)s AND state = '{SubmissionState.WAITING}'
"""  # noqa: S608


async def of_form(form_id: int) -> Sequence[WaitingSubmission]:
    """What waits of a form, as far as the transaction sees it, the oldest first."""
    return await sql.rows(WaitingSubmission, OF_FORM, {"form_id": form_id})


def unknown_words(waiting: Sequence[WaitingSubmission], mapping: FormMapping) -> Mapping[RegisterField, Sequence[str]]:
    """The words of the form that nobody said the meaning of yet, by field."""
    fields = {mapping.columns[field]: field for field in WITH_MEANINGS if field in mapping.columns}
    words: dict[RegisterField, dict[str, str]] = defaultdict(dict)
    for problem in (problem for each in waiting for problem in each.problems):
        field, word = fields.get(problem["column"]), problem["value"]
        is_whole = bool(word) and problem["reason"] == NOT_MEANT and len(word) < LONGEST_ECHO
        if field and is_whole and mapping.meaning(field, word) is None:
            words[field].setdefault(folded(word), word)
    return {field: list(known.values()) for field, known in words.items()}


def with_meanings(mapping: FormMapping, said: Mapping[RegisterField, Mapping[str, str]]) -> FormMapping:
    """The mapping with more of the form's words tied to codes of ours."""
    meanings = {
        field: {**known, **{folded(word): code for word, code in said.get(field, {}).items()}}
        for field, known in mapping.meanings.items()
    }
    return replace(mapping, meanings=meanings)


async def columns_of(actor: Actor, form: FieldFormCard) -> Export:
    """The questions of what waits of a form, without a word of what was said to them; raises Undecryptable."""
    forms = [each.form for each in await _arrivals(actor, form.id)]
    export = export_of(forms, None)
    return replace(export, rows=())


async def file_waiting(
    actor: Actor, form: FieldFormCard, mapping: FormMapping, now: datetime
) -> Mapping[SubmissionOutcome, int]:
    """File what fits now of what waits, some at once; how many of each outcome there were. Raises Undecryptable."""
    arrivals = await _arrivals(actor, form.id)
    counted: dict[SubmissionOutcome, int] = defaultdict(int)
    for choices in {each.choices for each in arrivals}:
        own = [each.arrival for each in arrivals if each.choices == choices]
        known = KnownForm(form.id, form.mapping)
        for taken in await settle(known, form.name, mapping, own, choices, actor, now):
            counted[taken.outcome] += 1
    async with seen_by(actor):
        detail = {outcome.value: count for outcome, count in counted.items()}
        await audit.record(actor.id, Act.FIELD_SUBMISSIONS_FILED, f"form {form.name}", now, detail)
    return counted


async def read(actor: Actor, form: FieldFormCard, submission_id: int, now: datetime) -> Mapping[str, str] | None:
    """What one says that waits, for a focal person: it may be sensitive. None where there is none to see.

    Raises NotAllowed and Undecryptable.
    """
    must(actor, Permission.READ_SENSITIVE)
    arrivals = await _arrivals(actor, form.id, submission_id)
    if not arrivals:
        return None
    async with seen_by(actor):
        await audit.record(actor.id, Act.FIELD_SUBMISSION_READ, f"form {form.name}", now, {"submission": submission_id})
    return arrivals[0].form.values


async def drop(actor: Actor, form: FieldFormCard, submission_id: int, now: datetime) -> bool:
    """Put one away for good, unfiled; whether it waited."""
    async with seen_by(actor):
        values = {"id": submission_id, "form_id": form.id, "now": now, "agent_id": actor.id}
        if not await sql.execute(DROP, values):
            return False
        detail = {"submission": submission_id}
        await audit.record(actor.id, Act.FIELD_SUBMISSION_DROPPED, f"form {form.name}", now, detail)
    return True


@dataclass(frozen=True, slots=True)
class _Opened:
    arrival: Arrival
    choices: ListChoices

    @property
    def form(self) -> SubmittedForm:
        return self.arrival.form


async def _arrivals(actor: Actor, form_id: int, submission_id: int | None = None) -> Sequence[_Opened]:
    async with seen_by(actor):
        rows = await sql.rows(_Sealed, SEALED, {"form_id": form_id, "id": submission_id})
    opened = []
    for row in rows:
        raw = json.loads(decrypted(row.content, place_of(row.digest)))
        opened.append(_Opened(Arrival(raw, submitted(raw), row.scope_code), ListChoices(row.commune_pcode)))
    return opened
