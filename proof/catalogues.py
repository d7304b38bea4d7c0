"""What is wrong with the catalogues, against the texts the code says.

`python -m proof.catalogues` names every problem and fails when there is one.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Formatter

from babel.messages import Catalog, Message
from babel.messages.pofile import PoFileError

from core.text.catalogue import expected_forms, path_of, read, strings_of
from core.text.folding import NoRule, fold
from core.text.languages import LOCALES, Language
from proof.msgids import Msgid, msgids

ROOMS = tuple(LOCALES.parent / room for room in ("core", "ussd", "menus", "sms"))

_ENTRY = re.compile(r'^msgid "', re.MULTILINE)
_BACK_TRANSLATION = re.compile(r"back-translation: \S", re.IGNORECASE)
_CONFIDENCE = re.compile(r"confidence: (high|medium|low)\b", re.IGNORECASE)


def problems(locales: Path = LOCALES, rooms: Iterable[Path] = ROOMS) -> list[str]:
    """Name what is wrong with the catalogues against the texts the code says; an empty list is a pass.

    Each text of the code is in each catalogue and nothing else is; every form is filled, not fuzzy, has the fields of
    its msgid, and can be written in GSM-7; Bambara carries its back-translation and confidence as translator comments.
    """
    used: dict[str, Msgid] = {}
    faults = [
        f"{msgid.location}: {msgid.singular!r} has another plural at {used[msgid.singular].location}"
        for msgid in msgids(rooms)
        if used.setdefault(msgid.singular, msgid).plural != msgid.plural
    ]
    for language in Language:
        faults += [f"{language.value}: {problem}" for problem in _catalogue_problems(locales, language, used)]
    return faults


def _catalogue_problems(locales: Path, language: Language, used: Mapping[str, Msgid]) -> Iterator[str]:
    path = path_of(locales, language)
    if not path.exists():
        yield "no catalogue"
        return
    try:
        catalog = read(path, language)
    except (PoFileError, UnicodeDecodeError) as error:
        yield f"cannot be read: {error}"
        return
    entries = {_singular(message): message for message in catalog if message.id}
    if len(_ENTRY.findall(path.read_text("utf-8"))) > len(entries) + 1:
        yield "an entry stands twice"
    for singular, msgid in used.items():
        if singular not in entries:
            yield f"{singular!r} is missing ({msgid.location})"
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
    strings = strings_of(message)
    if not all(strings) or len(strings) != expected_forms(message, catalog):
        yield "is not translated"
        return
    for form, string in enumerate(strings):
        yield from _string_problems(string, _allowed_fields(message, form, len(strings)))
    if language.traits.back_translated:
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


def _singular(message: Message) -> str:
    return str(message.id[0] if message.pluralizable else message.id)


def main() -> int:
    """Print the problems; give the exit code, 1 when there is one."""
    faults = problems()
    sys.stdout.writelines(f"{problem}\n" for problem in faults)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
