"""The gettext catalogues: `locales/<language>/LC_MESSAGES/jigi.po`, read as they are, with msgids in English."""

import gettext
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from core.text import languages
from core.text.languages import Language, UnusableLocale


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


def load(language: Language, locales: Path | None = None) -> Catalogue:
    """Read the catalogue of a language; fuzzy and empty entries are not used.

    Raises UnusableLocale for a file that is missing or no catalogue.
    """
    path = path_of(locales or languages.LOCALES, language)
    try:
        catalog = read(path, language)
    except (OSError, PoFileError, UnicodeDecodeError) as error:
        raise UnusableLocale(f"{path} cannot be used: {type(error).__name__}: {error}") from error
    texts: dict[str, str] = {}
    forms: dict[str, Sequence[str]] = {}
    for message in catalog:
        strings = strings_of(message)
        if not message.id or message.fuzzy or not all(strings) or len(strings) != expected_forms(message, catalog):
            continue
        if message.pluralizable:
            forms[message.id[0]] = strings
        else:
            texts[str(message.id)] = strings[0]
    return Catalogue(texts, forms, gettext.c2py(catalog.plural_expr))


def unspoken() -> str:
    """Why a language could not be spoken by a process that starts now, as a sentence; '' when each could.

    Only whether the files are there is looked at: what they hold was read when this process started.
    """
    paths = (path_of(languages.LOCALES, language) for language in Language)
    missing = next((path for path in paths if not path.is_file()), None)
    return f"{missing} is missing" if missing else ""


def path_of(locales: Path, language: Language) -> Path:
    """Where the catalogue of a language stands."""
    return locales / language.value / "LC_MESSAGES" / "jigi.po"


def read(path: Path, language: Language) -> Catalog:
    """The entries of a catalogue; raises babel's PoFileError for a file that is none."""
    with path.open("rb") as file:
        return read_po(file, locale=language.value, abort_invalid=True)


def strings_of(message: Message) -> tuple[str, ...]:
    """The translations of an entry, one for each plural form."""
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def expected_forms(message: Message, catalog: Catalog) -> int:
    """How many forms an entry has to have."""
    return catalog.num_plurals if message.pluralizable else 1
