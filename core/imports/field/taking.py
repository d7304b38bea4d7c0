"""Submissions as they come: filed at once where they fit the mapping of their form, else kept until they do.

Each is known by every identifier that its server gives it, so that it is filed once, however often it comes and by
whichever door. Edited since, it leaves a note in its case. What may be sensitive is noted nowhere that others read.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core.grievances.changes import change, write_event
from core.grievances.locked import lock
from core.grievances.vocabulary import Channel, GrievanceStep
from core.imports.field import files, forms
from core.imports.field.forms import KnownForm
from core.imports.field.states import SubmissionOutcome, SubmissionState
from core.imports.field.submitted import SubmittedForm, export_of, submitted
from core.imports.registers.communes import commune_names
from core.imports.registers.known import known_among, references
from core.imports.registers.mappings import FormMapping, mapping_named
from core.imports.registers.register import file_submission, filing_key, read_rows, with_households
from core.imports.registers.submissions import ListChoices, Submission
from core.imports.rows import Problem
from core.platform import sql
from core.platform.database import DatabaseTask, signed_in_for, writing
from core.platform.encryption import encrypted
from core.platform.errors import JigiError
from core.platform.locks import by_name
from core.staff.acts import Act
from core.staff.agents import Actor, Scope
from core.systems.holders import KeyHolder, enter, seen_by_system
from core.text.words import DESK, label

MOST_AT_ONCE: Final = 200
MOST_WAITING: Final = 5_000
"""Submissions of one system that wait."""

NO_MAPPING: Final = "ce formulaire n'est relié à aucune correspondance"
ELSEWHERE: Final = "commune hors de la zone de la clé qui l'a envoyé"
EDITED: Final = "envoi modifié depuis : il ne peut pas être noté tel quel dans sa plainte"


class TooManyWaiting(JigiError, RuntimeError):
    """So many submissions of a system wait that no more are taken."""


@dataclass(frozen=True, slots=True)
class TakenSubmission:
    """What became of a submission: the reference of its case where it is ordinary, and why it waits."""

    outcome: SubmissionOutcome
    reference: str | None = None
    problems: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A submission that is looked at: what came, its form, and the place of the key that brought it."""

    raw: Mapping[str, Any]
    form: SubmittedForm
    scope_code: str | None


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    digest: str
    state: SubmissionState


ONE_AT_A_TIME: Final = f"SELECT {by_name('field form', 'form_id')}"
WAITING: Final = f"""
SELECT count(*) FROM field_submission JOIN field_form ON field_form.id = form_id
WHERE field_form.system = %(system)s AND field_submission.state = '{SubmissionState.WAITING}'
"""  # noqa: S608 - our own words
BY_KEYS: Final = """
SELECT id, digest, state FROM field_submission WHERE form_id = %(form_id)s AND keys && CAST(%(keys)s AS varchar[])
ORDER BY id LIMIT 1
"""
KEEP: Final = """
INSERT INTO field_submission (form_id, keys, digest, state, edited, problems, content, scope_code, received_at,
    settled_at, settled_by)
VALUES (%(form_id)s, %(keys)s, %(digest)s, %(state)s, %(edited)s, CAST(%(problems)s AS jsonb), %(content)s,
    %(scope_code)s, %(now)s, %(settled_at)s, %(settled_by)s)
"""
CHANGE: Final = """
UPDATE field_submission SET keys = ARRAY(SELECT DISTINCT unnest(keys || CAST(%(keys)s AS varchar[]))),
    digest = %(digest)s, state = %(state)s, edited = %(edited)s, problems = CAST(%(problems)s AS jsonb),
    content = %(content)s, settled_at = %(settled_at)s, settled_by = %(settled_by)s
WHERE id = %(id)s
"""
WITHIN: Final = """
SELECT EXISTS (SELECT FROM commune JOIN cercle ON cercle.pcode = commune.cercle_pcode
    WHERE commune.pcode = %(commune)s AND %(place)s IN (commune.pcode, cercle.pcode, cercle.region_pcode))
"""


async def take(
    holder: KeyHolder, form_name: str, submissions: Sequence[Mapping[str, Any]], now: datetime
) -> Sequence[TakenSubmission]:
    """Take what a system pushes of a form, one after the other.

    Raises NoIdentity with nothing taken, TooManyForms and TooManyWaiting.
    """
    arrivals = [Arrival(each, submitted(each), holder.scope_code) for each in submissions]
    async with seen_by_system(holder):
        form = await forms.seen(holder.system, form_name, now)
        mapping = await mapping_named(form.mapping) if form.mapping else None
    with signed_in_for(DatabaseTask.LINE):
        if await sql.scalar(WAITING, {"system": holder.system}) >= MOST_WAITING:
            raise TooManyWaiting(holder.system)
        commune = holder.scope_code if holder.scope_kind is Scope.COMMUNE else None
        taken = await settle(form, form_name, mapping, arrivals, ListChoices(commune), None, now)
    async with seen_by_system(holder):
        counted = {
            outcome.value: sum(each.outcome is outcome for each in taken)
            for outcome in SubmissionOutcome
            if any(each.outcome is outcome for each in taken)
        }
        await enter(holder, Act.FIELD_SUBMISSIONS_TAKEN, now, form=form.id, **counted)
    return taken


async def settle(
    form: KnownForm,
    name: str,
    mapping: FormMapping | None,
    arrivals: Sequence[Arrival],
    choices: ListChoices,
    actor: Actor | None,
    now: datetime,
) -> Sequence[TakenSubmission]:
    """File, note or keep what came of a form, each in a transaction of its own; `actor` does it at the desk."""
    if mapping is None:
        problem = (Problem(0, "", None, NO_MAPPING),)
        read: Sequence[Submission] = [Submission(0, "", None, problems=problem) for _ in arrivals]
    else:
        export = export_of([each.form for each in arrivals], mapping)
        rows = await read_rows(export, mapping, await commune_names(), choices, now)
        read = await with_households(rows, mapping, actor)
    settling = _Settling(form, name, actor, now)
    return [await settling.one(arrival, submission) for arrival, submission in zip(arrivals, read, strict=True)]


@dataclass(frozen=True, slots=True)
class _Settling:
    form: KnownForm
    name: str
    actor: Actor | None
    now: datetime

    async def one(self, arrival: Arrival, submission: Submission) -> TakenSubmission:
        keys = [*arrival.form.keys(self.name), *filter(None, [submission.key])]
        with signed_in_for(DatabaseTask.LINE):
            async with writing():
                await sql.execute(ONE_AT_A_TIME, {"form_id": self.form.id})
                row = await sql.row(_Row, BY_KEYS, {"form_id": self.form.id, "keys": keys})
                is_waiting = row is not None and row.state is SubmissionState.WAITING
                if row is not None and row.digest == arrival.form.digest and not is_waiting:
                    return TakenSubmission(SubmissionOutcome.KNOWN)
                if await known_among(keys):
                    return await self._again(arrival, submission, keys, row)
                return await self._first(arrival, submission, keys, row)

    async def _first(
        self, arrival: Arrival, submission: Submission, keys: Collection[str], row: _Row | None
    ) -> TakenSubmission:
        if submission.rejected or not submission.agreed:
            outcome, state = (
                (SubmissionOutcome.REJECTED, SubmissionState.REJECTED)
                if submission.rejected
                else (SubmissionOutcome.DECLINED, SubmissionState.DECLINED)
            )
            await self._keep(arrival, keys, row, state)
            return TakenSubmission(outcome)
        entry = submission.entry
        if entry is None or submission.problems:
            return await self._wait(arrival, keys, row, submission.problems)
        commune = entry.commune_pcode or (entry.household.commune_pcode if entry.household else None)
        if commune and not await _is_within(commune, arrival.scope_code):
            return await self._wait(arrival, keys, row, [Problem(0, "", None, ELSEWHERE)])
        filed = await file_submission(
            submission, entry, self.actor, self.now, channel=Channel.FIELD, also_known_as=keys
        )
        await self._keep(arrival, keys, row, SubmissionState.FILED)
        if filed is None:
            return TakenSubmission(SubmissionOutcome.KNOWN)
        if not entry.keeps_least:
            await files.ask_for(filed.reference, arrival.form.files, self.now)
        return TakenSubmission(SubmissionOutcome.FILED, None if entry.sensitive else filed.reference)

    async def _again(
        self, arrival: Arrival, submission: Submission, keys: Collection[str], row: _Row | None
    ) -> TakenSubmission:
        """It was filed: what is new in it is noted in its case; what may not stand there waits."""
        if row is None:
            await self._keep(arrival, keys, row, SubmissionState.FILED)
            return TakenSubmission(SubmissionOutcome.KNOWN)
        entry = submission.entry
        cases = await references([filing_key(key) for key in keys])
        reference = next(iter(cases.values()), None)
        if entry is None or entry.sensitive or submission.problems or reference is None:
            return await self._wait(
                arrival, keys, row, [Problem(0, "", None, EDITED), *submission.problems], edited=True
            )
        case = await lock(reference)
        if case is None or case.sensitive:
            return await self._wait(arrival, keys, row, [Problem(0, "", None, EDITED)], edited=True)
        words = f"Modifié sur le formulaire de terrain. {label(entry.subcategory, DESK)}. {entry.words or ''}".strip()
        agent_id = self.actor.id if self.actor else None
        async with writing() as session:
            await change(session, case, case.state)
            written = {"at": self.now, "agent_id": agent_id, "told": False}
            await write_event(session, case, GrievanceStep.NOTE, case.state, words, **written)
        await self._keep(arrival, keys, row, SubmissionState.FILED)
        return TakenSubmission(SubmissionOutcome.NOTED, reference)

    async def _wait(
        self,
        arrival: Arrival,
        keys: Collection[str],
        row: _Row | None,
        problems: Sequence[Problem],
        *,
        edited: bool = False,
    ) -> TakenSubmission:
        reasons = [{"column": each.column, "reason": each.reason, "value": each.value} for each in problems]
        await self._keep(arrival, keys, row, SubmissionState.WAITING, reasons, edited=edited)
        shown = [{"column": each["column"], "reason": each["reason"]} for each in reasons]
        return TakenSubmission(SubmissionOutcome.WAITING, problems=shown)

    async def _keep(
        self,
        arrival: Arrival,
        keys: Collection[str],
        row: _Row | None,
        state: SubmissionState,
        problems: Sequence[Mapping[str, Any]] = (),
        *,
        edited: bool = False,
    ) -> None:
        digest, waits = arrival.form.digest, state is SubmissionState.WAITING
        content = encrypted(json.dumps(arrival.raw, ensure_ascii=True), place_of(digest)) if waits else None
        values = {
            "id": row.id if row else None,
            "form_id": self.form.id,
            "keys": sorted(set(keys)),
            "digest": digest,
            "state": state.value,
            "edited": edited,
            "problems": json.dumps(problems, ensure_ascii=False),
            "content": content,
            "scope_code": arrival.scope_code,
            "now": self.now,
            "settled_at": None if waits else self.now,
            "settled_by": self.actor.id if self.actor and not waits else None,
        }
        await sql.execute(CHANGE if row else KEEP, values)


def place_of(digest: str) -> str:
    """Where the content of a submission is sealed for."""
    return f"submission {digest}"


async def _is_within(commune: str, place: str | None) -> bool:
    return place is None or bool(await sql.scalar(WITHIN, {"commune": commune, "place": place}))
