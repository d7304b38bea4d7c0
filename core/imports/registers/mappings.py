"""Mappings: which column of a form says what, and which of its words are which of ours; made once and kept.

A mapping holds nothing of a person. It goes from one programme or commune to another as a small JSON file.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from typing import Any, Final, TypeGuard

from sqlmodel import col, delete, select

from core.files.headers import plain
from core.grievances.subjects import Subcategory, category_of
from core.grievances.vocabulary import Sex
from core.imports.models import RegisterMapping
from core.imports.registers.columns import Export
from core.imports.registers.fields import NEEDED, WITH_MEANINGS, RegisterField
from core.platform import sql
from core.platform.database import reading, writing
from core.platform.errors import JigiError
from core.text.languages import Language
from core.text.words import DESK, label

LONGEST_NAME: Final = 60
LONGEST_HEADER: Final = 500
LARGEST_FILE: Final = 200_000
"""Letters of a mapping's JSON."""

FORMAT: Final = "jigi register mapping 1"
"""What says of a JSON file that it is a mapping."""


class BadMapping(JigiError, ValueError):
    """A mapping that says too little, or what cannot be; the message says why, in French."""


@dataclass(frozen=True, slots=True)
class FormMapping:
    """Which column of a form says what, and for its words (as `folded` has them) the code of ours."""

    name: str
    columns: Mapping[RegisterField, str]
    meanings: Mapping[RegisterField, Mapping[str, str]]
    id: int | None = dataclass_field(default=None, compare=False)
    """The number of its row, None for one that is not kept."""

    def meaning(self, field: RegisterField, text: str) -> str | None:
        """The code that a word of the form stands for; None for a word that nobody has said it of."""
        return self.meanings.get(field, {}).get(folded(text))

    def fits(self, export: Export) -> bool:
        """Whether every column that it names stands in a file."""
        return all(export.has(column) for column in self.columns.values())

    def missing(self, export: Export) -> Sequence[str]:
        """The columns it names that a file lacks."""
        return [column for column in self.columns.values() if not export.has(column)]

    def json(self) -> str:
        """The mapping as a file."""
        content = {"format": FORMAT, "name": self.name, "columns": self.columns, "meanings": self.meanings}
        return json.dumps(content, ensure_ascii=False, indent=2)


def folded(text: str) -> str:
    """A word of a form in small letters, with single spaces: nothing else of it is let go."""
    return " ".join(text.casefold().split())


def codes(field: RegisterField) -> Mapping[str, str]:
    """What a word of a form can stand for: each code with what the desk calls it (French)."""
    match field:
        case RegisterField.SUBJECT:
            return {each.value: f"{label(category_of(each), DESK)} : {label(each, DESK)}" for each in Subcategory}
        case RegisterField.SEX:
            return {each.value: label(each, DESK) for each in Sex}
        case _:
            return {each.value: each.staff_name for each in Language}


OTHER_WORDS: Final[Mapping[RegisterField, Mapping[str, str]]] = {
    RegisterField.SEX: {"female": Sex.F, "feminin": Sex.F, "male": Sex.M, "masculin": Sex.M, "homme": Sex.M},
    RegisterField.LANGUAGE: {"bambara": "bm", "bamanankan": "bm", "francais": "fr", "french": "fr"},
}
"""What forms write besides the codes and our own words."""


def likely_meaning(field: RegisterField, text: str) -> str | None:
    """The code that a word of a form says in our own words: to be confirmed by somebody."""
    own = {plain(name): code for code, words in codes(field).items() for name in (code, words, words.split(" : ")[-1])}
    known = {**own, **OTHER_WORDS.get(field, {})}
    code = known.get(plain(text))
    return str(code) if code in codes(field) else None


def mapping_of(name: str, columns: Mapping[str, str], meanings: Mapping[str, Mapping[str, str]]) -> FormMapping:
    """A mapping out of what somebody chose or a file says; raises BadMapping."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadMapping(f"Donnez un nom à ce formulaire, {LONGEST_NAME} caractères au plus.")
    chosen = {field: columns[field.value] for field in RegisterField if columns.get(field.value)}
    if unknown := sorted(set(columns) - {field.value for field in RegisterField}):
        raise BadMapping(f"Champ inconnu : {', '.join(unknown)}.")
    if absent := [label(field, DESK) for field in NEEDED if field not in chosen]:
        raise BadMapping(f"Dites quelle colonne est : {', '.join(absent)}.")
    if any(len(column) > LONGEST_HEADER for column in chosen.values()):
        raise BadMapping("Un titre de colonne est trop long.")
    return FormMapping(name, chosen, {field: _meanings(field, meanings) for field in WITH_MEANINGS if field in chosen})


def _meanings(field: RegisterField, meanings: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    said = meanings.get(field.value, {})
    if wrong := sorted({code for code in said.values() if code not in codes(field)}):
        raise BadMapping(f"{label(field, DESK)} : {', '.join(wrong)} n'existe pas.")
    return {folded(text): code for text, code in said.items()}


def from_json(text: str) -> FormMapping:
    """The mapping in a file; raises BadMapping."""
    if len(text) > LARGEST_FILE:
        raise BadMapping("Ce fichier est trop grand pour une correspondance.")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise BadMapping("Ce n'est pas un fichier de correspondance (.json).") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadMapping("Ce n'est pas un fichier de correspondance (.json).")
    name, columns, meanings = (content.get(part) for part in ("name", "columns", "meanings"))
    if isinstance(name, str) and _are_texts(columns) and _are_meanings(meanings):
        return mapping_of(name, columns, meanings)
    raise BadMapping("Cette correspondance est abîmée.")


def _are_texts(given: Any) -> TypeGuard[dict[str, str]]:
    return isinstance(given, dict) and all(isinstance(each, str) and each for each in given.values())


def _are_meanings(given: Any) -> TypeGuard[dict[str, dict[str, str]]]:
    return isinstance(given, dict) and all(_are_texts(each) for each in given.values())


def the_fitting(mappings: Iterable[FormMapping], export: Export) -> FormMapping | None:
    """The mapping whose columns all stand in a file, the one that names most; None for none, and for two alike."""
    fitting = sorted((each for each in mappings if each.fits(export)), key=lambda each: -len(each.columns))
    if len(fitting) > 1 and len(fitting[0].columns) == len(fitting[1].columns):
        return None
    return fitting[0] if fitting else None


async def all_mappings() -> Sequence[FormMapping]:
    """Every mapping that is kept, by name."""
    async with reading() as session:
        kept = await session.exec(select(RegisterMapping).order_by(col(RegisterMapping.name)))
        return tuple(map(_read_back, kept))


async def mapping_named(name: str) -> FormMapping | None:
    """The mapping of a name, or None."""
    async with reading() as session:
        kept = (await session.exec(select(RegisterMapping).where(RegisterMapping.name == name))).one_or_none()
        return _read_back(kept) if kept else None


KEEP: Final = """
INSERT INTO register_mapping (name, columns, meanings, made_by, changed_at)
VALUES (%(name)s, CAST(%(columns)s AS jsonb), CAST(%(meanings)s AS jsonb), %(made_by)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET columns = excluded.columns, meanings = excluded.meanings,
    made_by = excluded.made_by, changed_at = excluded.changed_at
"""


async def keep(mapping: FormMapping, made_by: int | None, now: datetime) -> None:
    """Keep a mapping under its name, in the place of the one before."""
    values = {
        "name": mapping.name,
        "columns": json.dumps(mapping.columns, ensure_ascii=False),
        "meanings": json.dumps(mapping.meanings, ensure_ascii=False),
        "made_by": made_by,
        "now": now,
    }
    await sql.execute(KEEP, values)


async def forget(name: str) -> bool:
    """Keep a mapping no more; whether there was one. What was filed by it stays."""
    async with writing() as session:
        return (await session.exec(delete(RegisterMapping).where(col(RegisterMapping.name) == name))).rowcount > 0


def _read_back(kept: RegisterMapping) -> FormMapping:
    """A mapping as it was kept; what this version does not know any more is left out."""
    columns = {field: kept.columns[field.value] for field in RegisterField if field.value in kept.columns}
    meanings: dict[RegisterField, dict[str, str]] = {
        field: {text: code for text, code in kept.meanings.get(field.value, {}).items() if code in codes(field)}
        for field in WITH_MEANINGS
        if field in columns
    }
    return FormMapping(kept.name, columns, meanings, kept.id)
