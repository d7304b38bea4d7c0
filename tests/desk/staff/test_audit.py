"""The audit trail in words."""

import ast
from collections.abc import Iterator
from pathlib import Path

from desk.staff.audit_list import ALL_ACTS

ROOT = Path(__file__).parents[3]
ROOMS = ("core", "sms", "menus", "desk")


def acts() -> Iterator[tuple[str, str]]:
    """Each act that is written to the trail by its name, and the file that writes it."""
    for path in (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("audit.note", "audit.entry"):
                for choice in ast.walk(call.args[1]):
                    if isinstance(choice, ast.Constant) and isinstance(choice.value, str):
                        yield choice.value, path.name


def test_each_act_has_french_words() -> None:
    found = dict(acts())
    assert {"signed in", "person changed", "call tried"} <= set(found)
    assert {act: file for act, file in found.items() if act not in ALL_ACTS} == {}
