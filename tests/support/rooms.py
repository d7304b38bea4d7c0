"""What stands in a room, for tests that look at all of it."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Final

RUNS_WHEN_IMPORTED: Final = ("core.schema.migrations.env", "core.schema.migrations.versions")


def modules(room: str) -> Iterator[str]:
    """The name of each module of a room that can be imported without doing anything."""
    package = import_module(room)
    for each in pkgutil.walk_packages(package.__path__, f"{room}."):
        if not each.name.startswith(RUNS_WHEN_IMPORTED):
            yield each.name
