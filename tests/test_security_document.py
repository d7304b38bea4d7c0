"""The verification against ASVS is whole, names each requirement once, and shows each by what is there."""

import re
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parent.parent
TEXT: Final = (ROOT / "docs/security.md").read_text()

LEVELS: Final = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23", "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
}  # fmt: skip
"""The level of each requirement of ASVS 5.0.0, section by section in its order; chapters 10 and 17 apply nowhere."""

WHOLE: Final = ("10", "17")
TEST: Final = re.compile(r"`(tests/[\w/]+\.py)((?:::\w+)+)`")
ROW: Final = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([^|]+?) \| ?([^|]*?) ?\| ([^|]+) \|$", re.MULTILINE)
NOTHING: Final = re.compile(r"^Nothing of it here: (.*?)\n\n", re.MULTILINE | re.DOTALL)


class SecurityRow(NamedTuple):
    """A row of a table: the number, what it asks, what Jigi does, and what shows it."""

    number: str
    asks: str
    does: str
    shown: str


ROWS: Final = [SecurityRow(*row) for row in ROW.findall(TEXT)]


def _left_out() -> list[str]:
    """The numbers of what Jigi has nothing of; `4.4.1 to 4.4.4` is four of them."""
    numbers = []
    for words in NOTHING.findall(TEXT):
        for section, first, last in re.findall(
            r"(\d+\.\d+)\.(\d+)(?: to \1\.(\d+))?", re.sub(r"to (\d+\.\d+)", r"to \1", words)
        ):
            numbers += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return numbers


def _asked() -> set[str]:
    """Every requirement of levels 1 and 2."""
    return {
        f"{section}.{number}"
        for section, levels in LEVELS.items()
        for number, level in enumerate(levels, 1)
        if level in "12"
    }


def _defined(file: str, names: str) -> bool:
    """Whether a test stands in a file, in its class where one is named."""
    path = ROOT / file
    *classes, function = names.strip(":").split("::")
    if not path.is_file():
        return False
    code = path.read_text()
    for name in classes:
        inside = re.search(rf"^class {name}\b.*?(?=^\S|\Z)", code, re.MULTILINE | re.DOTALL)
        code = inside[0] if inside else ""
    indent = "    " if classes else ""
    return re.search(rf"^{indent}(?:async )?def {function}\(", code, re.MULTILINE) is not None


def test_every_requirement_of_both_levels_stands_there_once() -> None:
    numbers = Counter([row.number for row in ROWS] + _left_out())
    assert [number for number, times in numbers.items() if times > 1] == []
    assert sorted(_asked() - set(numbers)) == []
    there = {f"{section}.{number}" for section, levels in LEVELS.items() for number in range(1, len(levels) + 1)}
    assert sorted(set(numbers) - there) == []
    for chapter in WHOLE:
        assert re.search(rf"^## V{chapter} .*\n\nNothing of it here: ", TEXT, re.MULTILINE), chapter


def test_every_row_is_shown_by_a_test_a_document_or_a_reason() -> None:
    for row in ROWS:
        shown = bool(TEST.search(row.shown)) or row.shown.startswith("Document: [")
        reason = re.match(r"Deviation: \S.{40,}", row.shown)
        assert shown or reason, row.number
        assert row.asks, row.number


def test_every_test_that_is_named_is_there() -> None:
    named = TEST.findall(TEXT)
    assert len(named) > 150
    assert [file + names for file, names in named if not _defined(file, names)] == []
    assert not _defined("tests/test_security_document.py", "::test_that_is_not_there")
    assert set(re.findall(r"`(tests/[^`]*::[^`]*)`", TEXT)) == {file + names for file, names in named}


def test_every_heading_that_is_named_is_there() -> None:
    headings = {re.sub(r"[^\w -]", "", line).replace(" ", "-").lower()
                for line in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)}  # fmt: skip
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) - headings == set()
    operators = (ROOT / "docs/operators.md").read_text()
    theirs = {re.sub(r"[^\w -]", "", line).replace(" ", "-").lower()
              for line in re.findall(r"^#+ (.*)$", operators, re.MULTILINE)}  # fmt: skip
    assert set(re.findall(r"\]\(operators\.md#([^)]+)\)", TEXT)) - theirs == set()


def test_the_sentence_that_counts_is_right() -> None:
    """It is what is read first."""
    deviations = sum(row.shown.startswith("Deviation: ") for row in ROWS)
    documents = sum(row.shown.startswith("Document: ") for row in ROWS)
    sentence = (
        f"Of {len(_asked())} requirements of levels 1 and 2 (chapters 10 and 17 left out), {len(_left_out())} ask for "
        f"properties of what is not here. Of the others, and one of level 3, {len(ROWS) - deviations - documents} are "
        f"shown by tests, {documents} by documents, and {deviations} are deviations, in whole or in part."
    )
    assert sentence in " ".join(TEXT.split())
