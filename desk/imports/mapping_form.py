"""The form in which somebody says what the columns and words of a village's form are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import FormData

from core.imports.registers.columns import Export, usual_columns
from core.imports.registers.fields import NEEDED, WITH_MEANINGS, RegisterField
from core.imports.registers.mappings import (
    BadMapping,
    FormMapping,
    codes,
    folded,
    likely_meaning,
    mapping_of,
)
from core.text.words import DESK, label
from desk.site.pages import typed

MOST_WORDS: Final = 60
"""Words of a form of which each is asked, for one column: a column with more is none of choices."""


@dataclass(frozen=True, slots=True)
class WordChoice:
    """A word of the form, the code that is chosen for it, and the names of its two fields."""

    word: str
    code: str
    word_name: str
    code_name: str


@dataclass(slots=True)
class MappingForm:
    """What is chosen: a column for each field, a code for each word; `error` says what is wrong."""

    export: Export
    name: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    meanings: dict[str, dict[str, str]] = field(default_factory=dict)
    error: str = ""

    @property
    def fields(self) -> Sequence[tuple[str, str, bool]]:
        """Each field: its code, what it is called, whether it is needed."""
        return [(each.value, label(each, DESK), each in NEEDED) for each in RegisterField]

    @property
    def offered(self) -> Sequence[str]:
        """The columns of the file to choose from."""
        return list(self.export.columns)

    @property
    def words(self) -> Mapping[str, Sequence[WordChoice]]:
        """For each field whose column has words of its own: the words of the file, and those that are kept."""
        asked = {}
        for each in WITH_MEANINGS:
            column = self.columns.get(each.value, "")
            if self.export.has(column):
                asked[each.value] = self._words(each, column)
        return asked

    @property
    def crowded(self) -> Sequence[str]:
        """The fields whose column has too many words to be one of choices."""
        columns = [(each, self.columns.get(each.value, "")) for each in WITH_MEANINGS]
        return [
            label(each, DESK)
            for each, column in columns
            if self.export.has(column) and len(self.export.answers_to(column)) > MOST_WORDS
        ]

    @property
    def codes(self) -> Mapping[str, Mapping[str, str]]:
        """What a word can be, by field."""
        return {each.value: codes(each) for each in WITH_MEANINGS}

    @property
    def labels(self) -> Mapping[str, str]:
        """What the fields with words are called."""
        return {each.value: label(each, DESK) for each in WITH_MEANINGS}

    def mapping(self) -> FormMapping:
        """The mapping that is chosen; raises BadMapping."""
        mapping = self.mapping_of_columns()
        if self.crowded:
            raise BadMapping(f"{', '.join(self.crowded)} : cette colonne a trop de mots différents pour des choix.")
        if not mapping.meanings.get(RegisterField.SUBJECT):
            raise BadMapping("Reliez au moins un mot du formulaire à un sujet.")
        return mapping

    def mapping_of_columns(self) -> FormMapping:
        """The mapping that is chosen, whose words may be said later; raises BadMapping."""
        meanings = {name: {word: code for word, code in words.items() if code} for name, words in self.meanings.items()}
        return mapping_of(self.name, self.columns, meanings)

    def _words(self, each: RegisterField, column: str) -> Sequence[WordChoice]:
        kept = self.meanings.get(each.value, {})
        words = {folded(word): word for word in self.export.answers_to(column)[:MOST_WORDS]}
        for word in kept:
            words.setdefault(folded(word), word)
        chosen = {folded(word): code for word, code in kept.items()}
        return [
            WordChoice(
                word,
                chosen[key] if key in chosen else likely_meaning(each, word) or "",
                f"word.{each.value}.{index}",
                f"code.{each.value}.{index}",
            )
            for index, (key, word) in enumerate(list(words.items())[:MOST_WORDS])
        ]


def begun(export: Export, mapping: FormMapping | None, name: str) -> MappingForm:
    """The form of a mapping that is kept, or of what the headers let one think."""
    if mapping is None:
        usual = usual_columns(export)
        return MappingForm(export, name, {each.value: column for each, column in usual.items()})
    columns = {each.value: column for each, column in mapping.columns.items()}
    return MappingForm(
        export, mapping.name, columns, {each.value: dict(words) for each, words in mapping.meanings.items()}
    )


def likely_choices(words: Mapping[RegisterField, Sequence[str]]) -> Mapping[str, Sequence[WordChoice]]:
    """Words of a form of which somebody is asked what each means, with what is likely."""
    return {
        kind.value: [
            WordChoice(
                word,
                likely_meaning(kind, word) or "",
                f"word.{kind.value}.{index}",
                f"code.{kind.value}.{index}",
            )
            for index, word in enumerate(of_kind[:MOST_WORDS])
        ]
        for kind, of_kind in words.items()
    }


def said_of(form: FormData) -> Mapping[RegisterField, Mapping[str, str]]:
    """What somebody said that words of a form mean; raises BadMapping for a code that there is none of."""
    said: dict[RegisterField, dict[str, str]] = {}
    for kind in WITH_MEANINGS:
        for index in range(MOST_WORDS):
            word, code = (typed(form, f"{part}.{kind.value}.{index}") for part in ("word", "code"))
            if word and code:
                if code not in codes(kind):
                    raise BadMapping(f"{label(kind, DESK)} : {code} n'existe pas.")
                said.setdefault(kind, {})[word] = code
    return said


def sent(export: Export, form: FormData) -> MappingForm:
    """The form as it was sent; the words of a column that is no longer chosen are let go."""
    columns = {each.value: typed(form, f"column.{each.value}") for each in RegisterField}
    meanings: dict[str, dict[str, str]] = {each.value: {} for each in WITH_MEANINGS}
    for each in WITH_MEANINGS:
        if typed(form, f"of.{each.value}") != columns[each.value]:
            continue
        for index in range(MOST_WORDS):
            word = typed(form, f"word.{each.value}.{index}")
            if word:
                meanings[each.value][word] = typed(form, f"code.{each.value}.{index}")
    return MappingForm(
        export, typed(form, "name"), {name: column for name, column in columns.items() if column}, meanings
    )
