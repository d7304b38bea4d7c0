"""The Bambara of the catalogue as a reviewer reads it, the least sure first, and the table to be filled in."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from babel.messages import Message
from babel.messages.pofile import read_po

from core.platform.spreadsheets import Workbook
from core.text.alphabet import Alphabet
from core.text.catalogue import path_of
from core.text.languages import LOCALES, Language
from proof.walk import Visit

CERTAINTY: Final = ("low", "medium", "high")
SMS_BEGINS: Final = "Jigisèmèjiri: "
"""What tells the msgid of an SMS from that of a screen."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What Excel takes for the beginning of a formula."""

COLUMNS: Final = (
    "msgid",
    "french",
    "bambara",
    "shown",
    "back_translation",
    "confidence",
    "correction",
    "new_back_translation",
    "new_confidence",
    "reviewer_note",
)
WIDTHS: Final = (28, 40, 40, 40, 40, 12, 40, 40, 14, 30)


@dataclass(frozen=True, slots=True)
class Text:
    """One Bambara text with all that a reviewer is told of it."""

    msgid: str
    french: str
    bambara: str
    shown: str
    """As the phone writes it."""
    back_translation: str
    confidence: str
    evidence: str
    said_by: tuple[str, ...] = ()
    """The screens that say it; none for an SMS and for what the line says of itself."""
    heard: bool = False
    """Whether it was said on the walk."""

    @property
    def certainty(self) -> str:
        """high, medium or low."""
        return self.confidence.split()[0] if self.confidence else CERTAINTY[0]

    @property
    def sms(self) -> bool:
        """Whether it is an SMS of its own."""
        return self.msgid.startswith(SMS_BEGINS)


def reviewed() -> Language:
    """The language whose texts are read by a reviewer: the first that carries back-translations."""
    return next(language for language in Language if language.traits.back_translated)


def texts_to_review(alphabet: Alphabet, visits: Iterable[Visit] = (), locales: Path = LOCALES) -> list[Text]:
    """Every text of the catalogue: the least sure first, those of screens before those of SMS."""
    french = {_msgid(message): " / ".join(_strings(message)) for message in _messages(locales, Language.staff())}
    said_by: dict[str, dict[str, None]] = {}
    for visit in visits:
        for utterance in visit.utterances:
            screens = said_by.setdefault(utterance.msgid, {})
            if visit.keys:  # with the first dial the line says its own words too, whatever the screen
                screens[visit.screen] = None
    texts = []
    for message in _messages(locales, reviewed()):
        msgid, comments = _msgid(message), comments_by_name(message.user_comments)
        bambara = " / ".join(_strings(message))
        texts.append(
            Text(
                msgid=msgid,
                french=french.get(msgid, ""),
                bambara=bambara,
                shown=alphabet.prepare(bambara),
                back_translation=comments.get("Back-translation", ""),
                confidence=comments.get("Confidence", ""),
                evidence=comments.get("Evidence", ""),
                said_by=tuple(said_by.get(msgid, ())),
                heard=msgid in said_by,
            )
        )
    return sorted(texts, key=lambda text: (CERTAINTY.index(text.certainty), text.sms))


def comments_by_name(comments: Iterable[str]) -> Mapping[str, str]:
    """What a translator noted, by what it is."""
    return dict(comment.split(": ", 1) for comment in comments if ": " in comment)


def _messages(locales: Path, language: Language) -> Iterator[Message]:
    with path_of(locales, language).open("rb") as file:
        yield from (message for message in read_po(file, locale=language.value) if message.id)


def _msgid(message: Message) -> str:
    return str(message.id[0] if message.pluralizable else message.id)


def _strings(message: Message) -> Sequence[str]:
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def write_table(texts: Iterable[Text], path: Path) -> None:
    """Write the table: a workbook for `.xlsx`, which loses no letter when saved again, else a CSV for French Excel.

    The CSV has `;`, UTF-8 with its mark, and no cell that could be a formula.
    """
    if path.suffix.lower() == ".xlsx":
        with Workbook(path, "Textes", COLUMNS, WIDTHS) as book:
            for text in texts:
                book.write(_cells(text))
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS)
        for text in texts:
            writer.writerow([*map(guarded, _cells(text)), "", "", "", ""])


def _cells(text: Text) -> Sequence[str]:
    return text.msgid, text.french, text.bambara, text.shown, text.back_translation, text.confidence


def guarded(cell: str) -> str:
    """A cell that a spreadsheet takes for text."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def unguarded(cell: str) -> str:
    """A cell as it was meant, in one line."""
    cell = re.sub(r"\s+", " ", cell).strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell
