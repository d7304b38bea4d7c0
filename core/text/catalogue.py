"""The gettext catalogues: `locales/<language>/LC_MESSAGES/jigi.po`, read as they are, with msgids in English.

`python -m core.text.catalogue` names every problem of the catalogues and fails when there is one.
"""

import gettext
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import structlog
from babel.messages import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from core.msgids import Msgid, msgids
from core.text.folding import NoRule, fold
from core.text.languages import Language

_ROOT = Path(__file__).parents[2]
LOCALES = _ROOT / "locales"
ROOMS = tuple(_ROOT / room for room in ("core", "ussd", "menus", "sms"))

_ENTRY = re.compile(r'^msgid "', re.MULTILINE)
_BACK_TRANSLATION = re.compile(r"back-translation: \S", re.IGNORECASE)
_CONFIDENCE = re.compile(r"confidence: (high|medium|low)\b", re.IGNORECASE)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one language; what it lacks is said in English, as in the code."""

    texts: Mapping[str, str]
    forms: Mapping[str, Sequence[str]]
    form_of: Callable[[int], int]
    """Which of the plural forms a count takes, 0 first."""

    def singular(self, msgid: str) -> str:
        """Find the text for a msgid."""
        return self.texts.get(msgid, msgid)

    def plural(self, singular: str, plural: str, count: int) -> str:
        """Find the form of a text that fits the count."""
        forms = self.forms.get(singular)
        if forms is None:
            return singular if count == 1 else plural
        return forms[self.form_of(count)]


def load(language: Language, locales: Path = LOCALES) -> Catalogue:
    """Read the catalogue of a language; fuzzy and empty entries are not used, a missing file is an empty catalogue.

    Raises babel's PoFileError for a file that is no catalogue.
    """
    path = _path(locales, language)
    if not path.exists():
        log.error("catalogue_missing", language=language.value)
        return Catalogue({}, {}, lambda count: int(count != 1))
    catalog = _read(path, language)
    texts: dict[str, str] = {}
    forms: dict[str, Sequence[str]] = {}
    for message in catalog:
        strings = _strings(message)
        if not message.id or message.fuzzy or not all(strings) or len(strings) != _expected_forms(message, catalog):
            continue
        if message.pluralizable:
            forms[message.id[0]] = strings
        else:
            texts[str(message.id)] = strings[0]
    return Catalogue(texts, forms, gettext.c2py(catalog.plural_expr))


def problems(locales: Path = LOCALES, rooms: Iterable[Path] = ROOMS) -> list[str]:
    """Name what is wrong with the catalogues against the texts the code says; an empty list is a pass.

    Each text of the code is in each catalogue and nothing else is; every form is filled, not fuzzy, has the fields of
    its msgid, and can be written in GSM-7; Bambara carries its back-translation and confidence as translator comments.
    """
    used: dict[str, Msgid] = {}
    found = [
        f"{msgid.place}: {msgid.singular!r} has another plural at {used[msgid.singular].place}"
        for msgid in msgids(rooms)
        if used.setdefault(msgid.singular, msgid).plural != msgid.plural
    ]
    for language in Language:
        found += [f"{language.value}: {problem}" for problem in _catalogue_problems(locales, language, used)]
    return found


def _catalogue_problems(locales: Path, language: Language, used: Mapping[str, Msgid]) -> Iterator[str]:
    path = _path(locales, language)
    if not path.exists():
        yield "no catalogue"
        return
    try:
        catalog = _read(path, language)
    except (PoFileError, UnicodeDecodeError) as error:
        yield f"cannot be read: {error}"
        return
    entries = {_singular(message): message for message in catalog if message.id}
    if len(_ENTRY.findall(path.read_text("utf-8"))) > len(entries) + 1:
        yield "an entry stands twice"
    for singular, msgid in used.items():
        if singular not in entries:
            yield f"{singular!r} is missing ({msgid.place})"
    for singular, message in entries.items():
        if singular not in used:
            yield f"{singular!r} is not used by the code"
            continue
        for problem in _entry_problems(message, catalog, language, used[singular].plural):
            yield f"{singular!r} {problem}"
    for obsolete in catalog.obsolete.values():
        yield f"{_singular(obsolete)!r} is obsolete"


def _entry_problems(message: Message, catalog: Catalog, language: Language, plural: str) -> Iterator[str]:
    if message.fuzzy:
        yield "is fuzzy"
    if plural != (message.id[1] if message.pluralizable else ""):
        yield f"has not the plural of the code, {plural!r}"
        return
    strings = _strings(message)
    if not all(strings) or len(strings) != _expected_forms(message, catalog):
        yield "is not translated"
        return
    for form, string in enumerate(strings):
        yield from _string_problems(string, _allowed_fields(message, form, len(strings)))
    if language is Language.BM:
        yield from _comment_problems(message.user_comments)


def _string_problems(string: str, allowed: list[Counter[str]]) -> Iterator[str]:
    try:
        if _fields(string) not in allowed:
            yield f"has other fields in {string!r}"
    except ValueError as error:
        yield f"cannot be filled: {error} in {string!r}"
    try:
        fold(string)
    except NoRule as error:
        yield f"cannot be sent: {error}"


def _comment_problems(comments: Sequence[str]) -> Iterator[str]:
    if not any(_BACK_TRANSLATION.match(comment) for comment in comments):
        yield "has no comment `Back-translation: …`"
    if not any(_CONFIDENCE.match(comment) for comment in comments):
        yield "has no comment `Confidence: high|medium|low`"


def _allowed_fields(message: Message, form: int, forms: int) -> list[Counter[str]]:
    """The first of several forms may be for one thing alone and leave its number out."""
    if not message.pluralizable:
        return [_fields(str(message.id))]
    singular, plural = message.id[0], message.id[1]
    return [_fields(plural), _fields(singular)] if form == 0 and forms > 1 else [_fields(plural)]


def _fields(string: str) -> Counter[str]:
    parsed = Formatter().parse(string)
    return Counter(
        f"{name}!{conversion or ''}:{spec or ''}" for _, name, spec, conversion in parsed if name is not None
    )


def _path(locales: Path, language: Language) -> Path:
    return locales / language.value / "LC_MESSAGES" / "jigi.po"


def _read(path: Path, language: Language) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language.value, abort_invalid=True)


def _singular(message: Message) -> str:
    return str(message.id[0] if message.pluralizable else message.id)


def _strings(message: Message) -> tuple[str, ...]:
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def _expected_forms(message: Message, catalog: Catalog) -> int:
    return catalog.num_plurals if message.pluralizable else 1


def main() -> int:
    """Print the problems; give the exit code, 1 when there is one."""
    found = problems()
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
