"""A reviewer's corrections brought back into the Bambara catalogue: all of them, or none when one will not do."""

import ast
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

from babel.messages.pofile import unescape

from core.files.cells import UnreadableFile
from core.files.encodings import Encoding
from core.files.headers import WantedColumns
from core.files.opening import opened
from core.grievances.subjects import OFFERED
from core.imports.rows import Problem
from core.registry.components import ComponentCode
from core.text.alphabet import GSM7
from core.text.catalogue import path_of
from core.text.folding import NoRule, fold
from core.text.formats import date_phrase
from core.text.languages import LOCALES
from core.text.translator import Amount, translator
from core.text.words import LINE, label
from proof.review import CERTAINTY, SMS_BEGINS, Text, reviewed, texts_to_review, unguarded
from sms.outbox.payment_texts import MOVED_WITH_SUM

WANTED: Final = WantedColumns(("msgid", "correction", "new_back_translation"))
READ: Final = "read by a native speaker, "

LABEL: Final = 28
"""Septets behind a key."""
ERROR_LINE: Final = 20
"""Septets of the line that goes before any screen."""
WRONG_KEY: Final = "This number is not here."

TURNING: Final = {
    "a sara": "« il est mort » : dites wari dira",
    "a banna": "« il est mort » : dites kuncɛra",
    "cira": "« a été détruit » : dites lasera",
    "balo di": "« donner la vie »",
}
"""Words that turn into something else when heard, and what is heard."""

LOST_LETTER: Final = re.compile(r"\?(?=\w)|(?<=\w)\?")
UNIT: Final = re.compile(r"cfa|franc|sefawari|dɔrɔmɛ", re.IGNORECASE)
BARE: Final = re.compile(r"\d[\d ]*000")

LONGEST: Final[Mapping[str, Any]] = {
    "amount": Amount(180_000),
    "place": "Mairie de Sere Moussa Ani Samo",
    "who": "Bolodɛsɛ waati wari",
    "name": "Caisse Faso Nafa",
    "phone": "+223 20 22 16 15",
    "ref": "1234567",
    "day": "23/11/2026",
    "begin": time(10, 30),
    "end": time(16, 30),
    "text": "Le paiement sera fait au prochain tour.",
    "what": "distribution de nourriture",
    "times": 2,
    "n": 2,
    "code": "*384*1234#",
    "opens": time(8, 30),
    "closes": time(15, 30),
}
"""What the fields of a text may hold at most."""


@dataclass(frozen=True, slots=True)
class ReviewedText:
    """What a reviewer says of one text; the text as it stands where it is only confirmed."""

    msgid: str
    bambara: str
    back_translation: str
    confidence: str


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text whose Bambara becomes another."""

    msgid: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import of corrections did, in texts; with problems, nothing was changed."""

    changed: int
    unchanged: int
    blank: int
    problems: Sequence[Problem]
    changes: Sequence[TextChange] = ()


def bring_back(path: Path, today: date, locales: Path = LOCALES, *, dry_run: bool = False) -> Outcome:
    """Read the table and write what was corrected into the catalogue; bringing the same back twice changes nothing.

    With `dry_run` nothing is written, and the outcome says what would be. Raises UnreadableFile when the table as a
    whole cannot be read.
    """
    catalogue = path_of(locales, reviewed())
    by_msgid = {text.msgid: text for text in texts_to_review(GSM7, locales=locales)}
    corrections, blank, problems = _read(path, by_msgid)
    if problems:
        return Outcome(0, 0, blank, problems)
    before = catalogue.read_text("utf-8")
    after, changed = corrected(before, corrections, today)
    if changed and not dry_run:
        beside = catalogue.with_suffix(".po.new")
        beside.write_text(after, "utf-8")
        beside.replace(catalogue)
    changes = tuple(
        TextChange(each.msgid, by_msgid[each.msgid].bambara, each.bambara)
        for each in corrections.values()
        if each.bambara != by_msgid[each.msgid].bambara
    )
    return Outcome(changed, len(corrections) - changed, blank, (), changes)


def _read(path: Path, by_msgid: Mapping[str, Text]) -> tuple[Mapping[str, ReviewedText], int, list[Problem]]:
    corrections: dict[str, ReviewedText] = {}
    problems: list[Problem] = []
    blank = 0
    offered = labels()
    with opened(path, WANTED) as table:
        if not table.workbook and table.encoding != Encoding("utf-8-sig"):
            raise UnreadableFile(
                "Ce fichier n'est pas en UTF-8 : des lettres comme ɛ ɔ ɲ ŋ y sont perdues. "
                "Enregistrez-le en « CSV UTF-8 » ou en classeur .xlsx."
            )
        header = WANTED.columns(table.header)
        for row in table.rows:
            unread = [(name, cell) for name, cell in zip(header, row.cells, strict=False) if not cell.readable]
            if unread:
                problems += [Problem(row.line, name, cell.text, "cellule illisible") for name, cell in unread]
                continue
            cells = dict(zip(header, (unguarded(cell.text) for cell in row.cells), strict=False))
            filled = [cells.get(name, "") for name in ("correction", "new_back_translation", "new_confidence")]
            if not any(filled):
                blank += 1
                continue
            text = by_msgid.get(cells.get("msgid", ""))
            if text is None:
                problems.append(Problem(row.line, "msgid", cells.get("msgid", "")[:80], "texte inconnu du catalogue"))
                continue
            correction = _correction(text, *filled)
            wrong = [*_problems(text, correction, offered), *_twice(corrections.get(text.msgid), correction)]
            problems += [Problem(row.line, column, cells.get(column, "")[:80], why) for column, why in wrong]
            corrections[text.msgid] = correction
    return corrections, blank, problems


def _correction(text: Text, bambara: str, back_translation: str, confidence: str) -> ReviewedText:
    """A correction as the catalogue writes it; Greek ε is what keyboards without ɛ type."""
    written = unicodedata.normalize("NFC", bambara.replace("ε", "ɛ")) or text.bambara
    return ReviewedText(
        text.msgid, written, back_translation or text.back_translation, confidence.lower() or CERTAINTY[-1]
    )


def _twice(before: ReviewedText | None, correction: ReviewedText) -> Iterator[tuple[str, str]]:
    if before is not None and before != correction:
        yield "msgid", "ce texte est corrigé autrement plus haut"


def _problems(text: Text, correction: ReviewedText, offered: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a correction, by column."""
    if correction.confidence.split()[0] not in CERTAINTY:
        yield "new_confidence", f"l'un de ces mots : {', '.join(CERTAINTY)}"
    if " / " in text.bambara:
        yield "msgid", "ce texte a plusieurs formes : corrigez-le dans le catalogue"
        return
    column = "correction"
    if _lost_letters(correction.bambara) > _lost_letters(text.bambara):
        yield column, "« ? » à la place d'une lettre : enregistrez en « CSV UTF-8 » ou en .xlsx, et récrivez ce texte"
        return
    fields = _fields(correction.bambara)
    if fields is None:
        yield column, "accolade seule"
        return
    if fields != _fields(text.bambara):
        expected = " ".join(f"{{{name}}}" for name in (_fields(text.bambara) or Counter()).elements())
        yield column, f"il faut exactement ces champs : {expected or 'aucun'}"
        return
    try:
        fold(correction.bambara)
    except NoRule as error:
        yield column, f"le téléphone n'a pas ces lettres : {' '.join(error.characters)}"
        return
    yield from ((column, why) for why in _against_the_rules(text, correction))
    yield from ((column, why) for why in _too_long(text, correction.bambara, offered))


def _lost_letters(text: str) -> int:
    """How many letters a program may have replaced by `?`: those that stand where a letter would."""
    return len(LOST_LETTER.findall(text))


def _fields(text: str) -> Counter[str] | None:
    """The fields of a text with how they are written; None where it is not well formed."""
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        return None
    return Counter(
        f"{name}{'!' if how else ''}{how or ''}{spec or ''}" for _, name, spec, how in parsed if name is not None
    )


def _against_the_rules(text: Text, correction: ReviewedText) -> Iterator[str]:
    corrected_text = correction.bambara
    if UNIT.search(corrected_text):
        yield "l'unité vient avec {amount} : ne l'écrivez pas"
    if BARE.search(corrected_text):
        yield "un montant sans unité : le bambara compte l'argent par cinq"
    for turning, heard in TURNING.items():
        if re.search(rf"\b{turning}\b", corrected_text, re.IGNORECASE):
            yield f"« {turning} » s'entend {heard}"
    if re.search(r"\bfili\b", corrected_text, re.IGNORECASE) and "error" not in correction.back_translation:
        yield "« fili » n'est que l'erreur : la retraduction doit dire « error »"
    if _named_evening().search(corrected_text):
        yield "le soir n'a pas le nom du jour : la nuit est au lendemain"
    if set(corrected_text) & set("ɑʔ"):
        yield "une lettre d'une autre écriture : ɑ ou ʔ"
    begins = translator(reviewed()).t(f"{SMS_BEGINS}{{text}}", text="")
    if text.sms != corrected_text.startswith(begins):
        yield f"un SMS, et lui seul, commence par « {begins.strip()} »"


@cache
def _named_evening() -> re.Pattern[str]:
    """An evening named by its weekday."""
    weekdays = "|".join(reviewed().traits.formats.weekdays)
    return re.compile(rf"\b({weekdays})\s+su(fɛ)?\b", re.IGNORECASE)


def _too_long(text: Text, corrected_text: str, offered: frozenset[str]) -> Iterator[str]:
    if text.msgid in offered:
        yield from _over(corrected_text, LABEL, "derrière une touche")
    elif text.msgid == WRONG_KEY:
        yield from _over(corrected_text, ERROR_LINE, "avant tout écran")
    elif text.sms:
        parts = GSM7.segments(GSM7.prepare(_filled(corrected_text, amount=_shared(), text="a" * GSM7.page_budget)))
        has_room = "text" in (_fields(corrected_text) or ()) or text.msgid == MOVED_WITH_SUM
        most = 2 if has_room else 1
        if parts > most:
            yield f"{parts} SMS avec les valeurs les plus longues, {most} au plus"
    else:
        yield from _over(_filled(corrected_text), GSM7.page_aim, "avec les valeurs les plus longues")


def _over(corrected_text: str, most: int, where: str) -> Iterator[str]:
    size = GSM7.measure(GSM7.prepare(corrected_text))
    if size > most:
        yield f"{size} septets {where}, {most} au plus"


def _shared() -> str:
    """An amount for several households."""
    return translator(reviewed()).t("{n} households, {amount} each", n=2, amount=LONGEST["amount"])


def _filled(corrected_text: str, **longer: object) -> str:
    spoken = translator(reviewed())
    days = (date(2026, month, day) for month in range(1, 13) for day in range(20, 27))
    day = max((date_phrase(reviewed(), each) for each in days), key=lambda filled: GSM7.measure(GSM7.prepare(filled)))
    period = max((spoken.t(each) for each in ("in the morning", "at noon", "in the afternoon")), key=len)
    values = {name: spoken.write(value) for name, value in LONGEST.items()}
    return corrected_text.format_map({**values, "date": day, "new": day, "old": day, "period": period, **longer})


@cache
def labels() -> frozenset[str]:
    """The msgids of everything that is offered behind a key, read from the source of the screens."""
    labels_offered = {label(code, LINE) for code in ComponentCode}
    labels_offered |= {label(each, LINE) for topic in OFFERED for each in (topic, *OFFERED[topic])}
    for path in sorted((LOCALES.parent / "menus").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(ast.Name("option"), [label_of, *_]):
                    labels_offered |= set(_literals(label_of))
    return frozenset(labels_offered)


def _literals(expression: ast.expr) -> Iterator[str]:
    for node in ast.walk(expression):
        match node:
            case ast.Call(ast.Attribute(attr="t"), [text, *_]):
                constants = [each.value for each in ast.walk(text) if isinstance(each, ast.Constant)]
                yield from (each for each in constants if isinstance(each, str))


ENTRY: Final = re.compile(r'^msgid ((?:".*"\n?)+)', re.MULTILINE)
STRING: Final = re.compile(r'^(msgstr(?:\[0\])?) (?:".*"\n?)+', re.MULTILINE)
COMMENT: Final = re.compile(r"^# (Back-translation|Confidence|Evidence|Source): (.*)\n", re.MULTILINE)


def corrected(catalogue: str, corrections: Mapping[str, ReviewedText], today: date) -> tuple[str, int]:
    """The catalogue with the corrected entries written anew and all else as it was, and how many changed."""
    entries = catalogue.split("\n\n")
    changed = 0
    for index, entry in enumerate(entries):
        named = ENTRY.search(entry)
        msgid = "".join(map(unescape, named[1].splitlines())) if named else ""
        if msgid and msgid in corrections:
            entries[index] = _rewritten(entry, corrections[msgid], today)
            changed += entries[index] != entry
    return "\n\n".join(entries), changed


def _rewritten(entry: str, correction: ReviewedText, today: date) -> str:
    """The entry as corrected; as it was where it says so already, whenever it was read."""
    comments = {comment[1]: comment[2] for comment in COMMENT.finditer(entry)}
    evidence = comments.get("Evidence", "")
    if evidence.startswith(READ) and _written(entry, correction, evidence) == entry:
        return entry
    return _written(entry, correction, f"{READ}{today:%B %Y}")


def _written(entry: str, correction: ReviewedText, evidence: str) -> str:
    comments = (
        ("Back-translation", correction.back_translation),
        ("Confidence", correction.confidence),
        ("Evidence", evidence),
    )
    end = "\n" if entry.endswith("\n") else ""
    body = STRING.sub(
        lambda labels_offered: f"{labels_offered[1]} {_quoted(correction.bambara)}\n", COMMENT.sub("", entry)
    )
    return "".join(f"# {name}: {filled}\n" for name, filled in comments) + body.rstrip("\n") + end


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
