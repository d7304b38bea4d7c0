"""A submission as a form's server has it in JSON: its answers by name, what it is known by, and its files.

KoBoToolbox joins a question to its groups by `/`; ODK Central nests them (OData). Both are the same here, so that the
mapping of a form's export goes for what it pushes.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.files.cells import EMPTY, Row, text_cell
from core.imports.registers.columns import SPLIT, Export, FormColumn
from core.imports.registers.fields import RegisterField
from core.imports.registers.mappings import FormMapping
from core.imports.registers.submissions import submission_key
from core.platform.errors import JigiError

Json = Any

DEEPEST: Final = 8
LONGEST_NAME: Final = 500
MOST_VALUES: Final = 1_000
MOST_FILES: Final = 50
"""Files of one submission that are asked for: of those that a grievance has no room for, its case says so."""

KNOWN_BY: Final = ("meta/rootUuid", "_uuid", "meta/instanceID", "instanceID", "__id", "meta/deprecatedID")
"""What names a submission the world over; an edit has another `_uuid` and names the one before it."""

CENTRAL: Final[Mapping[str, str]] = {
    "__id": "KEY",
    "__system/submissionDate": "SubmissionDate",
    "__system/submitterName": "SubmitterName",
    "__system/reviewState": "ReviewState",
}
"""What Central's JSON has, and how its export calls it."""

OF_THE_SERVER: Final = ("_", "meta/", "KEY", "SubmissionDate", "SubmitterName", "ReviewState", "formhub/")
"""How the names begin of what the server says and nobody answered."""

CONTROLS: Final = {code: " " for code in (*range(32), 127) if chr(code) != "\n"}


class NoIdentity(JigiError, ValueError):
    """A submission without anything that it is known by."""


@dataclass(frozen=True, slots=True)
class SubmittedForm:
    """What one submission says: `values` by the full name of each question, `files` the addresses of its files."""

    values: Mapping[str, str]
    files: Sequence[str]

    @property
    def digest(self) -> str:
        """A hash of what was answered, which the server's own changes do not change."""
        own = {name: text for name, text in self.values.items() if not name.startswith(OF_THE_SERVER)}
        return hashlib.sha256(json.dumps(own, sort_keys=True).encode(errors="replace")).hexdigest()

    @property
    def is_edit(self) -> bool:
        """Whether the server says that there was one before it."""
        return "meta/deprecatedID" in self.values or self.values.get("__system/edits", "0") != "0"

    def identity(self) -> str:
        """What it is best known by; raises NoIdentity."""
        known = next((self.values[name] for name in (*KNOWN_BY, "_id") if self.values.get(name)), None)
        if known is None:
            raise NoIdentity("a submission has _uuid, _id or __id")
        return known

    def keys(self, form: str) -> Sequence[str]:
        """The hashes that it is known by; a short number is one of its form's."""
        named = [self.values[name] for name in (*KNOWN_BY, "_id") if self.values.get(name)]
        return list(dict.fromkeys(submission_key(form, text) for text in named))

    def value(self, column: str) -> str:
        """What it says to the question that an export has in this column, '' for nothing.

        The full name goes before one without its groups, which counts only where a single question has it.
        """
        name = column.removesuffix(SPLIT)
        for spelt in (name, name.replace("-", "/")):
            if spelt in self.values:
                return self.values[spelt]
        texts = [text for own, text in self.values.items() if own.rpartition("/")[2] == name]
        return texts[0] if len(texts) == 1 else ""


def submitted(submission: Mapping[str, Json]) -> SubmittedForm:
    """Read a submission; raises NoIdentity. Lists of a repeat have no place on a village's list, and are left."""
    values: dict[str, str] = {}
    for name, text in _leaves(submission, "", 0):
        if len(values) < MOST_VALUES and len(name) <= LONGEST_NAME:
            values.setdefault(name, text)
    status = submission.get("_validation_status")
    if isinstance(status, dict) and isinstance(status.get("uid"), str):
        values["_validation_status"] = status["uid"]
    for own, exported in CENTRAL.items():
        if own in values:
            values.setdefault(exported, values[own])
    read = SubmittedForm(values, list(_files(submission.get("_attachments"))))
    read.identity()
    return read


def _leaves(value: Json, name: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and depth < DEEPEST:
        for own, inner in value.items():
            yield from _leaves(inner, f"{name}/{own}" if name else str(own), depth + 1)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    elif isinstance(value, str | int | float):
        yield name.translate(CONTROLS), str(value).translate(CONTROLS)


def _files(attachments: Json) -> Iterator[str]:
    """The addresses of what is attached; what was deleted on the server is none."""
    if not isinstance(attachments, list):
        return
    for each in attachments[:MOST_FILES]:
        address = each.get("download_url") if isinstance(each, dict) and not each.get("is_deleted") else None
        if isinstance(address, str) and len(address) <= 2_000 and address.isprintable():
            yield address


def export_of(submissions: Sequence[SubmittedForm], mapping: FormMapping | None) -> Export:
    """The submissions as a file of them would be, its lines from 1: every column that a mapping names, else every one.

    A question that nobody answered is not in the JSON, and an empty column here.
    """
    names = list(mapping.columns.values()) if mapping else _every_name(submissions)
    names += [name for name in ("_validation_status", "ReviewState") if name not in names]
    columns: dict[str, FormColumn] = {}
    cells: list[list[str]] = [[] for _ in submissions]
    for name in dict.fromkeys(names):
        texts = [each.value(name) for each in submissions]
        if mapping and name == mapping.columns[RegisterField.SUBMISSION]:
            texts = [text or each.identity() for text, each in zip(texts, submissions, strict=True)]
        start = len(cells[0]) if cells else 0
        choices: tuple[str, ...] = ()
        if name.endswith(SPLIT):
            choices = tuple(dict.fromkeys(choice for text in texts for choice in text.split()))
        if choices:
            columns[name] = FormColumn(name, tuple(range(start, start + len(choices))), choices)
            for row, text in zip(cells, texts, strict=True):
                row += ["1" if choice in text.split() else "0" for choice in choices]
        else:
            columns[name] = FormColumn(name, (start,))
            for row, text in zip(cells, texts, strict=True):
                row.append(text)
    rows = [Row(line, [text_cell(text) if text else EMPTY for text in row]) for line, row in enumerate(cells, 1)]
    return Export(columns, rows, "", ())


def _every_name(submissions: Sequence[SubmittedForm]) -> list[str]:
    return list(dict.fromkeys(name for each in submissions for name in each.values))
