"""From a row of an export to a grievance on a village's list, or to the reasons why not."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Final, TypeVar

from core.files.cells import Row
from core.files.headers import plain
from core.grievances.subjects import Subcategory
from core.grievances.village_list import NOBODY, OLDEST, ListEntry
from core.grievances.vocabulary import Sex
from core.imports.registers.columns import Export
from core.imports.registers.communes import CommuneNames
from core.imports.registers.fields import NEEDED, REPEATED, RegisterField
from core.imports.registers.mappings import FormMapping
from core.imports.rows import LONGEST_ECHO, Problem
from core.imports.values import BadValue, day_of
from core.numbers import msisdn
from core.text.languages import Language

LONGEST_NAME: Final = 60
LONGEST_WORDS: Final = 4_000
YES: Final = frozenset({"oui", "yes", "true", "vrai", "1"})
NO: Final = frozenset({"non", "no", "false", "faux", "0"})
NOT_MEANT: Final = "mot du formulaire qui n'est relié à rien : reliez-le dans la correspondance"
WORLDWIDE: Final = 32
"""Letters and digits of a UUID: no two servers give the same one. Shorter numbers are those of one form."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class ListChoices:
    """What whoever brings the file says of all of it: a commune (P-code) for rows without one, and a language."""

    commune_pcode: str | None = None
    language: Language = field(default_factory=Language.default)


@dataclass(frozen=True, slots=True)
class Submission:
    """A row: its line, the key that it is known by ever after ('': none can be read), and what it says.

    `entry` is None for a row that is refused, which has `problems`, for one whose person did not agree, and where a
    review rejected it.
    """

    line: int
    key: str
    entry: ListEntry | None
    household_no: str = ""
    agreed: bool = True
    rejected: bool = False
    problems: Sequence[Problem] = ()


@dataclass(slots=True)
class _Cells:
    """The cells of one row, and what is wrong with them."""

    export: Export
    mapping: FormMapping
    row: Row
    problems: list[Problem] = field(default_factory=list)

    def text(self, kind: RegisterField) -> str:
        """What the row says, '' for nothing; an unreadable cell is noted."""
        column = self.mapping.columns.get(kind)
        if column is None:
            return ""
        try:
            return self.export.cell(self.row, column)
        except BadValue as error:
            self.refuse(kind, "", str(error))
            return ""

    def value(self, kind: RegisterField, read: Callable[[str], Value]) -> Value | None:
        """The value of a cell, None for an empty one; one that cannot be taken is noted."""
        before = len(self.problems)
        text = self.text(kind)
        if not text:
            if kind in NEEDED and len(self.problems) == before:
                self.refuse(kind, "", "cellule vide")
            return None
        try:
            return read(text)
        except BadValue as error:
            self.refuse(kind, text, str(error))
            return None

    def refuse(self, kind: RegisterField, text: str, reason: str) -> None:
        """Note what is wrong; what may not be repeated is not."""
        repeated = text[:LONGEST_ECHO] if text and kind in REPEATED else None
        column = self.mapping.columns.get(kind, "")
        place = f"{self.export.letters(column)}{self.row.line}" if column else ""
        self.problems.append(Problem(self.row.line, column, repeated, reason, place=place))


class SubmissionReader:
    """Reads the rows of one export by a mapping, as on a day (`today`)."""

    def __init__(
        self, export: Export, mapping: FormMapping, communes: CommuneNames, choices: ListChoices, today: date
    ) -> None:
        self._export = export
        self._mapping = mapping
        self._communes = communes
        self._choices = choices
        self._today = today

    def read(self, row: Row) -> Submission:
        """What a row says."""
        cells = _Cells(self._export, self._mapping, row)
        key = cells.value(RegisterField.SUBMISSION, lambda text: submission_key(self._mapping.name, text)) or ""
        if self._export.is_rejected(row):
            return Submission(row.line, key, None, rejected=True)
        agreed = cells.value(RegisterField.CONSENT, yes_or_no)
        if agreed is False:
            return Submission(row.line, key, None, agreed=False)
        if agreed is None and RegisterField.CONSENT in self._mapping.columns and not cells.problems:
            cells.refuse(RegisterField.CONSENT, "", "accord pas dit : ni oui ni non")
        household_no = cells.text(RegisterField.HOUSEHOLD)
        entry = self._entry(cells, key, household_no)
        if cells.problems:
            return Submission(row.line, key, None, problems=_discreet(cells.problems, entry))
        return Submission(row.line, key, entry, household_no)

    def _entry(self, cells: _Cells, key: str, household_no: str) -> ListEntry | None:
        """The grievance, as far as it can be read; None without what is needed."""
        day = cells.value(RegisterField.DAY, self._day)
        subcategory = cells.value(RegisterField.SUBJECT, self._subcategory)
        name = cells.value(RegisterField.NAME, shorter_than(LONGEST_NAME))
        phone = cells.value(RegisterField.PHONE, _phone)
        nobody = name is not None and name.casefold() in NOBODY
        entry = ListEntry(
            key=key,
            subcategory=subcategory or Subcategory.ANYTHING,
            day=day or self._today,
            name=None if nobody else name,
            phone=phone,
            words=_words(cells),
            sex=self._sex(cells),
            language=self._language(cells),
            village=cells.value(RegisterField.VILLAGE, shorter_than(LONGEST_NAME)),
            commune_pcode=self._commune(cells),
            anonymous=_says(cells, RegisterField.ANONYMOUS) or nobody or not (name or phone or household_no),
            call_back=_says(cells, RegisterField.CALL_BACK),
            call_safe=_says(cells, RegisterField.CALL_SAFE),
            sms_safe=_says(cells, RegisterField.SMS_SAFE),
        )
        if subcategory is None:
            return None
        if _says(cells, RegisterField.SENSITIVE) and not entry.sensitive:
            cells.refuse(
                RegisterField.SENSITIVE,
                "",
                "dite sensible, mais son sujet ne l'est pas : corrigez l'un ou l'autre, ou qu'un point focal la prenne",
            )
            return None
        if entry.commune_pcode is None and not (household_no or entry.keeps_least or cells.problems):
            cells.refuse(RegisterField.COMMUNE, "", "commune pas dite")
        return entry

    def _day(self, text: str) -> date:
        value = day_of_moment(text)
        if value > self._today:
            raise BadValue("ce jour est à venir")
        if value < self._today - OLDEST:
            raise BadValue("passé depuis plus d'un an")
        return value

    def _subcategory(self, text: str) -> Subcategory:
        return Subcategory(self._meaning(RegisterField.SUBJECT, text))

    def _meaning(self, kind: RegisterField, text: str) -> str:
        code = self._mapping.meaning(kind, text)
        if code is None:
            raise BadValue(NOT_MEANT)
        return code

    def _sex(self, cells: _Cells) -> Sex | None:
        return cells.value(RegisterField.SEX, lambda text: Sex(self._meaning(RegisterField.SEX, text)))

    def _language(self, cells: _Cells) -> Language:
        said = cells.value(RegisterField.LANGUAGE, lambda text: Language(self._meaning(RegisterField.LANGUAGE, text)))
        return said or self._choices.language

    def _commune(self, cells: _Cells) -> str | None:
        cercle = cells.text(RegisterField.CERCLE)
        place = cells.value(RegisterField.COMMUNE, lambda text: self._communes.commune(text, cercle))
        return place.pcode if place else self._choices.commune_pcode


def submission_key(form: str, text: str) -> str:
    """What a submission is known by ever after: nothing of it can be read back.

    A UUID is the same whichever export it is from; a shorter number is one of its form's.
    """
    number = text.casefold().removeprefix("uuid:")
    scope = "" if len(number.replace("-", "")) >= WORLDWIDE else f"{form}\n"
    return hashlib.sha256(f"{scope}{number}".encode()).hexdigest()


def day_of_moment(text: str) -> date:
    """The day of a moment as telephones and servers write it, or of a day as people do; raises BadValue."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return day_of(text)
    return (moment.astimezone(UTC) if moment.tzinfo else moment).date()


def yes_or_no(text: str) -> bool:
    """Yes or no, be it only the first word of what is written; raises BadValue."""
    word = plain(text).split("_")[0]
    if word in YES:
        return True
    if word in NO:
        return False
    raise BadValue("attendu : oui ou non")


def shorter_than(longest: int) -> Callable[[str], str]:
    """Text of so many characters at the most."""

    def read(text: str) -> str:
        if len(text) > longest:
            raise BadValue(f"trop long : {len(text)} caractères, {longest} au plus")
        return text

    return read


def _phone(text: str) -> str:
    try:
        return msisdn.parse_any(text)
    except msisdn.BadNumber:
        raise BadValue("numéro de téléphone inutilisable : attendu 8 chiffres") from None


def _says(cells: _Cells, kind: RegisterField) -> bool:
    return cells.value(kind, yes_or_no) is True


def _words(cells: _Cells) -> str | None:
    """What was said, and what the form says of it besides."""
    receiver = cells.value(RegisterField.RECEIVER, shorter_than(LONGEST_NAME))
    lines = (
        "Dite urgente." if _says(cells, RegisterField.URGENT) else "",
        f"Reçue au village par : {receiver}" if receiver else "",
        cells.value(RegisterField.WORDS, shorter_than(LONGEST_WORDS)) or "",
    )
    return "\n".join(line for line in lines if line) or None


def _discreet(problems: Sequence[Problem], entry: ListEntry | None) -> Sequence[Problem]:
    """Of a row that is sensitive, or may be, no cell is repeated but a word that nobody knows for its subject."""
    if entry is not None and not entry.sensitive:
        return tuple(problems)
    unknown = entry is None
    return tuple(replace(each, value=each.value if unknown and each.reason == NOT_MEANT else None) for each in problems)
