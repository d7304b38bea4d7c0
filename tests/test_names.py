"""A name means one thing: no class of a room has the name of another's."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOMS = ("core", "ussd", "menus", "sms", "desk", "simulator", "proof", "demo")


def test_no_class_name_stands_in_two_modules() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for path in (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(path.relative_to(ROOT).as_posix())
    assert len(homes) > 200, "the rooms were found"
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
