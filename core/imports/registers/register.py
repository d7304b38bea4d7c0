"""A village register from end to end: what would be filed, what is known already, what is wrong; then the filing.

Each grievance is a transaction of its own, with the key of its submission: whatever ends the filing half-way, the same
file files the rest.
"""

import asyncio
import secrets
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from core.grievances.filing import Filed, file, file_for
from core.grievances.subjects import Subcategory
from core.grievances.village_list import ListEntry, filing_of
from core.grievances.vocabulary import Channel
from core.imports.registers.columns import Export
from core.imports.registers.communes import CommuneNames, commune_names
from core.imports.registers.fields import RegisterField
from core.imports.registers.known import known_among, references, remember
from core.imports.registers.mappings import FormMapping
from core.imports.registers.submissions import ListChoices, Submission, SubmissionReader
from core.imports.rows import Problem
from core.platform.database import DatabaseTask, signed_in_for, writing
from core.platform.spreadsheets import CsvTable
from core.registry import search
from core.registry.search import CannotSearch
from core.staff.agents import Actor
from core.staff.row_security import seen_by
from core.text.words import DESK, label

NAMED: Final = 8
"""Lines that one refusal names."""

SAMPLES: Final = 5
TURN: Final = 200
"""Rows that are looked at before others who wait have their turn."""


@dataclass(frozen=True, slots=True)
class RegisterSample:
    """A row that would be filed, without who complains and what was said."""

    line: int
    day: date
    subcategory: Subcategory
    commune: str
    village: str | None


@dataclass(frozen=True, slots=True)
class Examination:
    """What a file would do: the submissions to file, and those that are not, by why.

    `known` were filed before, `declined` did not agree, `rejected` were so by whoever reviewed them, `repeated` stand
    more than once word for word.
    """

    fresh: Sequence[Submission]
    known: Sequence[Submission]
    declined: int
    rejected: int
    repeated: int
    problems: Sequence[Problem]
    communes: CommuneNames

    @property
    def bad(self) -> int:
        """Rows that are refused."""
        return len({problem.line for problem in self.problems})

    @property
    def by_subcategory(self) -> Mapping[Subcategory, int]:
        """How many would be filed of each subject, the most frequent first."""
        return dict(Counter(entry.subcategory for entry in self._entries()).most_common())

    @property
    def samples(self) -> Sequence[RegisterSample]:
        """Some rows that would be filed, none of them sensitive."""
        ordinary = [each for each in self.fresh if each.entry and not each.entry.sensitive]
        return [
            RegisterSample(
                each.line, entry.day, entry.subcategory, self.communes.placed(entry.commune_pcode), entry.village
            )
            for each in ordinary[:SAMPLES]
            if (entry := each.entry)
        ]

    def _entries(self) -> Iterable[ListEntry]:
        return (each.entry for each in self.fresh if each.entry)


@dataclass(frozen=True, slots=True)
class Registered:
    """A row that was filed: its line, and the reference to write on the village's list."""

    line: int
    reference: str
    sensitive: bool
    answer_due: date | None = None


async def examine(
    export: Export, mapping: FormMapping, actor: Actor | None, choices: ListChoices, now: datetime
) -> Examination:
    """Look at a file by a mapping, and write nothing.

    `actor` sees the households of their own places; None, at the shell, sees all.
    """
    communes = await commune_names()
    read = await read_rows(export, mapping, communes, choices, now)
    known = await known_among({each.key for each in read if each.key})
    unknown = [each for each in read if each.key not in known]
    wanted = [each for each in unknown if each.agreed and not each.rejected]
    settled = [*_without_repeats(wanted)]
    placed = await with_households([each for each in settled if each.entry], mapping, actor)
    refused = [each for each in (*settled, *placed) if each.problems]
    fresh = [each for each in placed if not each.problems]
    problems = [problem for each in refused for problem in each.problems]
    return Examination(
        fresh=fresh,
        known=[each for each in read if each.key in known],
        declined=sum(not each.agreed for each in unknown),
        rejected=sum(each.rejected for each in unknown),
        repeated=len(wanted) - len(settled),
        problems=sorted(problems, key=lambda problem: problem.line),
        communes=communes,
    )


async def read_rows(
    export: Export, mapping: FormMapping, communes: CommuneNames, choices: ListChoices, now: datetime
) -> Sequence[Submission]:
    """What each row says by a mapping, its household still to be looked for."""
    reader = SubmissionReader(export, mapping, communes, choices, now.date())
    read: list[Submission] = []
    for index, row in enumerate(export.rows):
        read.append(reader.read(row))
        if index % TURN == TURN - 1:
            await asyncio.sleep(0)
    return read


async def file_register(
    examination: Examination, actor: Actor | None, now: datetime, most: int | None = None
) -> Sequence[Registered]:
    """File what is new, `most` at the most, and give the references; what somebody else filed meanwhile is left out."""
    registered = []
    for each in examination.fresh[:most]:
        filed = await file_submission(each, each.entry, actor, now) if each.entry else None
        if filed and each.entry:
            registered.append(Registered(each.line, filed.reference, each.entry.sensitive, filed.answer_due))
    return registered


async def references_of(submissions: Sequence[Submission]) -> Sequence[Registered]:
    """The references of submissions that were filed before, by their lines; of sensitive ones none is given again."""
    keys = {filing_key(each.key): each.line for each in submissions}
    return sorted(
        (Registered(keys[key], reference, sensitive=False) for key, reference in (await references(keys)).items()),
        key=lambda each: each.line,
    )


def write_problems(path: Path, problems: Sequence[Problem]) -> None:
    """Name what is wrong with each refused row in a CSV file; no cell of a sensitive one is in it."""
    with path.open("w", encoding="utf-8-sig", newline="") as to:
        table = CsvTable(to)
        table.write(("ligne", "cellule", "colonne", "valeur", "motif"))
        for each in problems:
            table.write((each.line, each.place, each.column, each.value or "", each.reason))


async def file_submission(
    submission: Submission,
    entry: ListEntry,
    actor: Actor | None,
    now: datetime,
    *,
    channel: Channel = Channel.REGISTER,
    also_known_as: Collection[str] = (),
) -> Filed | None:
    """File one; None where it was filed before, under its key or another that it is known by."""
    key = f"form {secrets.token_urlsafe(16)}" if entry.sensitive else filing_key(submission.key)
    filing = replace(filing_of(replace(entry, key=key), now.date()), channel=channel)
    with signed_in_for(DatabaseTask.LINE):
        async with writing():
            fresh = [await remember(each, now) for each in sorted({submission.key, *also_known_as})]
            if not all(fresh):
                return None
            return await file_for(actor, filing, now) if actor else await file(filing, now)


def filing_key(key: str) -> str:
    """What the reference of a submission is found by again, by its key.

    A sensitive one is led to by nothing that stands in an export.
    """
    return f"form {key}"


def _without_repeats(submissions: Sequence[Submission]) -> Iterable[Submission]:
    """Each submission once; where rows of one identifier differ, all of them are refused."""
    by_key: dict[str, list[Submission]] = defaultdict(list)
    for each in submissions:
        by_key[each.key or f"line {each.line}"].append(each)
    for alike in by_key.values():
        if len({(each.entry, each.household_no) for each in alike}) > 1:
            yield from _contradicting(alike)
        elif alike[0].entry is None:
            yield from alike
        else:
            yield alike[0]


def _contradicting(alike: Sequence[Submission]) -> Iterable[Submission]:
    lines = ", ".join(str(each.line) for each in alike[:NAMED])
    reason = f"plusieurs lignes qui diffèrent ont cet identifiant ({lines}) : est-ce la bonne colonne ?"
    for each in alike:
        yield replace(each, entry=None, problems=(Problem(each.line, "", None, reason),))


async def with_households(
    submissions: Sequence[Submission], mapping: FormMapping, actor: Actor | None
) -> Sequence[Submission]:
    """The same with the households that are named by number; a number that leads to none refuses its row.

    `actor` sees the households of their own places; None sees all.
    """
    if not any(each.household_no for each in submissions):
        return submissions
    column = mapping.columns[RegisterField.HOUSEHOLD]
    if actor is None:
        return [await _with_household(each, column) for each in submissions]
    async with seen_by(actor):
        return [await _with_household(each, column) for each in submissions]


async def _with_household(submission: Submission, column: str) -> Submission:
    entry = submission.entry
    if entry is None or not submission.household_no:
        return submission
    try:
        household = await search.by_number(submission.household_no)
    except CannotSearch as error:
        return _refused(submission, column, label(error.fault, DESK))
    if household is None:
        return _refused(submission, column, "ménage inconnu, ou hors de votre zone")
    if entry.commune_pcode and household.commune_pcode != entry.commune_pcode:
        return _refused(submission, column, "ce ménage est d'une autre commune")
    return replace(submission, entry=replace(entry, household=household))


def _refused(submission: Submission, column: str, reason: str) -> Submission:
    return replace(submission, entry=None, problems=(Problem(submission.line, column, None, reason),))
