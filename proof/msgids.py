"""The texts that the code says, found in its source: calls of `t`, `n` and `N_`."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Msgid:
    """A text in English where the code uses it; `plural` is empty for a text of one form, `location` is `file:line`."""

    singular: str
    plural: str
    location: str


def msgids(rooms: Iterable[Path]) -> Iterator[Msgid]:
    """Find every text used under the folders, as often as it is used.

    Texts that are not literal are left out: they were marked with `N_` where they are written.
    """
    for room in rooms:
        for path in sorted(room.rglob("*.py")):
            yield from _in_file(path, f"{room.name}/{path.relative_to(room).as_posix()}")


def _in_file(path: Path, name: str) -> Iterator[Msgid]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"), name)):
        if not isinstance(node, ast.Call):
            continue
        location = f"{name}:{node.lineno}"
        match _called(node.func), node.args:
            case ("t" | "N_", [text, *_]):
                yield from (Msgid(literal, "", location) for literal in _literals(text))
            case ("n", [ast.Constant(str(singular)), ast.Constant(str(plural)), *_]):
                yield Msgid(singular, plural, location)


def _called(function: ast.expr) -> str:
    match function:
        case ast.Name(name) | ast.Attribute(_, name):
            return name
    return ""


def _literals(argument: ast.expr) -> Iterator[str]:
    match argument:
        case ast.Constant(str(text)):
            yield text
        case ast.IfExp(_, chosen, otherwise):
            yield from _literals(chosen)
            yield from _literals(otherwise)
