"""What may lean on what, as far as the import linter does not see it; its contracts stand in pyproject.toml."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent
ROOMS: Final = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
RUN_THE_WHOLE: Final = {"faults", "bench"}
"""They start the application as a whole, and so stand above even `asgi`."""

NEVER_IN_PRODUCTION: Final = {"proof", "demo", "faults", "bench", "tests"}

BUILT_FOR_PRODUCTION: Final = """
import asgi
from core.platform.settings import Settings
from core.schema.ground import Ground
settings = Settings(callback_tokens=("0123456789abcdef0123456789abcdef",), simulator={simulator})
asgi.build(settings, Ground("postgresql+psycopg://nobody@127.0.0.1:1/none", "redis://127.0.0.1:1/0"))
"""
WORKER: Final = "import cli, sms.worker.process"
HELP: Final = "import cli, contextlib\nwith contextlib.suppress(SystemExit): cli.app(['--help'])"
READ: Final = "\nimport sys\nprint(*sorted({name.partition('.')[0] for name in sys.modules}))"


def _read_by(program: str) -> set[str]:
    """The top names of what a process of its own has read once it ran this."""
    ended = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", program + READ], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return set(ended.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("program", [BUILT_FOR_PRODUCTION.format(simulator=False), WORKER], ids=["web", "worker"])
def test_production_reads_nothing_of_what_only_proves_shows_or_breaks(program: str) -> None:
    read = _read_by(program)
    assert "core" in read
    assert read & NEVER_IN_PRODUCTION == set()


def test_the_web_process_reads_the_invented_callers_for_the_simulator_only() -> None:
    assert _read_by(BUILT_FOR_PRODUCTION.format(simulator=True)) & NEVER_IN_PRODUCTION == {"demo"}


PART: Final = BUILT_FOR_PRODUCTION.replace("simulator={simulator}", "simulator=False, only=({part!r},)")
ALL_OF: Final = "\nimport sys\nprint(*sorted(sys.modules))"


READERS: Final = ("core.imports.importing", "core.imports.registers", "core.files")
"""What reads files; the tables that imports write to are known to every process."""


@pytest.mark.parametrize(
    ("part", "others"),
    [
        (
            "line",
            (
                "desk",
                "core.imports.importing",
                "core.imports.registers",
                "core.files",
                "starlette_admin",
                "python_calamine",
                "sms.campaigns",
            ),
        ),
        (
            "sms",
            (
                "desk",
                "core.imports.importing",
                "core.imports.registers",
                "core.files",
                "starlette_admin",
                "python_calamine",
                "menus",
                "ussd",
            ),
        ),
        ("desk", ("sms.inbound", "demo", "simulator", "api")),
        ("api", ("desk", "menus", "starlette_admin", "sms.worker", "sms.inbound", "demo", "simulator")),
    ],
)
def test_a_process_reads_no_part_that_it_does_not_serve(part: str, others: tuple[str, ...]) -> None:
    ended = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", PART.format(part=part) + ALL_OF], cwd=ROOT, capture_output=True, text=True, check=True
    )
    read = ended.stdout.split()
    assert "core.platform.settings" in read
    assert [name for name in read if name.startswith(others)] == []


def test_the_list_of_commands_reads_no_room_and_no_database() -> None:
    """So that it comes at once."""
    assert _read_by(HELP) & {*ROOMS, "sqlalchemy", "psycopg", "babel"} == {"core"}


def test_every_room_is_held_by_the_import_linter() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert sorted(linter["root_packages"]) == ROOMS


@pytest.mark.parametrize("room", sorted({*ROOMS} - RUN_THE_WHOLE))
def test_nothing_leans_on_the_two_modules_above_the_rooms(room: str) -> None:
    """They are no packages, so the import linter does not see them."""
    leaning = {path.relative_to(ROOT) for path in (ROOT / room).rglob("*.py") if _imported(path) & {"asgi", "cli"}}
    assert leaning == set()


def _imported(path: Path) -> set[str]:
    """The top names of the modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names
