"""The built package, where there is no checkout: it holds all it needs, and answers in Bambara."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest
from httpx import AsyncClient

from core.text.alphabet import GSM7
from core.text.languages import Language
from core.text.translator import translator
from simulator.gateway import UssdCall
from tests.support.processes import answering, free_port

ROOT: Final = Path(__file__).parent.parent
TOKEN: Final = "0123456789abcdef0123456789abcdef"
ROOMS: Final = ("core", "ussd", "menus", "sms", "desk", "api", "locales", "simulator", "proof", "demo")
NOT_INSTALLED: Final = {"faults", "bench", "tests", "docs"}
LEFT_BEHIND: Final = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "tests", "docs")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, so that nothing is written beside the code."""
    copy = tmp_path_factory.mktemp("build") / "jigi"
    shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
    _pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(copy.parent), str(copy))
    (built,) = copy.parent.glob("jigi-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it, and with what it needs from the environment of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    python = folder / "bin/python"
    _pip("--python", str(python), "install", "--no-deps", "--no-index", "--ignore-installed", str(wheel))
    packages = sysconfig.get_path("purelib", vars={"base": str(folder)})
    Path(packages, "of_the_tests.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return folder


def _pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)  # noqa: S603 - our own words
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_wheel_has_every_file_of_its_rooms_and_no_other_room(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        there = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file()]
    needed = {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}
    assert there == needed | {"asgi.py", "cli.py"}


def test_every_room_is_installed_or_meant_not_to_be() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"locales"}
    assert rooms - NOT_INSTALLED == {*ROOMS}
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {pattern.removesuffix("*") for pattern in patterns} == {*ROOMS}


@pytest.fixture(scope="module")
def address(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the installed line answers, on servers of its own, in a folder that holds nothing of ours."""
    folder = tmp_path_factory.mktemp("elsewhere")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("JIGI_", "PYTHON"))}
    environment |= {"JIGI_CALLBACK_TOKENS": TOKEN, "JIGI_DATA_DIR": str(folder / "data"), "JIGI_SIMULATOR": "true"}
    with answering([str(installed / "bin/jigi"), "serve"], free_port(), folder, environment) as url:
        yield url


async def test_the_installed_line_answers_in_bambara(address: str) -> None:
    bambara = translator(Language("bm"))
    async with AsyncClient(base_url=address, trust_env=False) as client:
        call = UssdCall(client, f"/ussd/africastalking/{TOKEN}", "+22370000099")
        assert "1 Bamanankan" in (await call.dial()).text
        menu = (await call.reply("1")).text
    assert GSM7.prepare(bambara.t("Make a complaint")) in menu


@pytest.mark.parametrize(
    "path", ["/desk/login", "/desk/static/desk.css", "/simulator", "/simulator/assets/call.js", "/health/ready"]
)
async def test_the_installed_pages_are_there(address: str, path: str) -> None:
    async with AsyncClient(base_url=address, trust_env=False) as client:
        assert (await client.get(path)).status_code == 200
