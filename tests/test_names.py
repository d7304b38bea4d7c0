"""A name means one thing: no class of a room has the name of another's, and a word of the field has its own homes."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("core", "ussd", "menus", "sms", "desk", "api", "simulator", "proof", "demo")

HOMES: Final = {
    "told": ("core/grievances/models.py", "core/grievances/cases.py"),  # a column: the person was told of the step
    "reading": ("core/platform/database.py",),  # the read side of the database
    "note": (  # what somebody wrote of a case, a call or a campaign
        *("core/grievances", "core/call_requests", "core/campaigns"),
        *("sms/campaigns", "desk/call_requests", "desk/campaigns"),
    ),
    "subject": ("core/grievances", "menus/filing.py"),  # what a grievance is about
    "callback": ("ussd", "sms/outbox", "simulator", "cli.py", "asgi.py"),  # where a gateway posts to us
    "answer": (  # what the programme answers: to a complaint, to who called, to who wrote
        *("core/grievances", "ussd", "desk/site/lists.py", "demo", "proof", "api/grievances.py"),
    ),
}
"""Where a word may name something: paths, or the beginnings of them."""

NEVER_A_NUMBER: Final = ("place", "answer", "subject", "note")
"""What is counted in a list is an index or a position."""


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the rooms and the two at the top, by its path."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    for path in (*paths, ROOT / "asgi.py", ROOT / "cli.py"):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def named(tree: ast.Module) -> Iterator[str]:
    """What a module gives a name to: variables and fields, parameters, public functions, classes."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(name, ast.Store()) | ast.arg(name):
                yield name
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                yield name.lower()
            case ast.Attribute(ast.Name("self"), name, ast.Store()):
                yield name.strip("_")


def strays(path: str, tree: ast.Module) -> set[str]:
    """The words that name something in a module that is no home of theirs."""
    names = {*named(tree), Path(path).stem}
    return {word for word, homes in HOMES.items() if {word, f"{word}s"} & names and not path.startswith(homes)}


def numbers(tree: ast.Module) -> set[str]:
    """The words that name a number: what `range` or `enumerate` counts, or what is an int."""
    counted = set()
    for node in ast.walk(tree):
        match node:
            case ast.For(target, ast.Call(ast.Name("range"))) | ast.comprehension(target, ast.Call(ast.Name("range"))):
                counted.add(ast.unparse(target))
            case ast.For(ast.Tuple([target, *_]), ast.Call(ast.Name("enumerate"))) | ast.comprehension(
                ast.Tuple([target, *_]), ast.Call(ast.Name("enumerate"))
            ):
                counted.add(ast.unparse(target))
            case ast.arg(name, ast.Name("int")) | ast.AnnAssign(ast.Name(name), ast.Name("int")):
                counted.add(name)
    return counted & set(NEVER_A_NUMBER)


def has_two_lines(tree: ast.Module) -> bool:
    """Whether a module that has the USSD line calls something else a line too."""
    imported, given, others = False, False, False
    for node in ast.walk(tree):
        match node:
            case ast.alias("line", None):
                imported = True
            case ast.arg("line", ast.Name("UssdLine")):
                given = True
            case ast.Name("line", ast.Store()) | ast.arg("line"):
                others = True
    return (imported or given) and others


def test_no_class_name_stands_in_two_modules() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for path, tree in sources():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(path)
    assert len(homes) > 200, "the rooms were found"
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}


def test_a_word_of_the_field_names_one_thing() -> None:
    assert {path: words for path, tree in sources() if (words := strays(path, tree))} == {}


def test_a_place_is_no_number() -> None:
    assert {path: words for path, tree in sources() if (words := numbers(tree))} == {}


def test_the_line_is_the_ussd_line_wherever_there_is_one() -> None:
    assert [path for path, tree in sources() if has_two_lines(tree)] == []
    assert has_two_lines(ast.parse("from menus.line import line\n[line for line in text.splitlines()]"))
    assert has_two_lines(ast.parse("def callbacks(line: UssdLine): ...\nfor line in text: ..."))
    assert not has_two_lines(ast.parse("for line in text: ..."))


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("async def note(act: Act) -> None: ...", "note"),
        ("def read(callback: str) -> None: ...", "callback"),
        ("answer = await client.get(url)", "answer"),
        ("class Subject: ...", "subject"),
        ("for told in rows: ...", "told"),
        ("self._readings = 1", "reading"),
    ],
)
def test_a_word_outside_its_homes_is_found(source: str, word: str) -> None:
    assert strays("desk/staff/people.py", ast.parse(source)) == {word}
    assert strays(f"{HOMES[word][0]}", ast.parse(source)) == set()


@pytest.mark.parametrize(
    "source",
    [
        "for place, row in enumerate(rows): ...",
        "[rows[place] for place in range(9)]",
        "def of(place: int) -> str: ...",
        "place: int = 0",
    ],
)
def test_a_place_that_is_a_number_is_found(source: str) -> None:
    assert numbers(ast.parse(source)) == {"place"}
