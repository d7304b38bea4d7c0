"""The real thing: `jigi demo` in processes of its own, and a real Chromium before it."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.keyboard import KeyboardDesk
from tests.support.processes import answering, free_port

ROOT = Path(__file__).parents[2]
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("e2e")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demonstration keeps its servers and its log."""
    return tmp_path_factory.mktemp("e2e")


@pytest.fixture(scope="session")
def address(folder: Path) -> Iterator[str]:
    """Where the demonstration answers: web, worker and stand-in gateway, on servers of their own."""
    environment = os.environ | {
        "JIGI_DATA_DIR": str(folder / "data"),
        "JIGI_SMS_RATE": "40",
        "JIGI_SMS_MOST_A_DAY": "9",  # what one person lives through here takes days otherwise
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "cli", "demo", "--households", "400"]
    with answering(command, free_port(), folder, environment) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a screen."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("no Chromium here: `make e2e` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def keyboard_desk(chromium: Browser, address: str) -> Iterator[KeyboardDesk]:
    """The desk, for people who use keys alone."""
    desk = KeyboardDesk(chromium, address)
    yield desk
    desk.close()


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: `JIGI_SHOTS`, or a folder of the test's own."""
    named = os.environ.get("JIGI_SHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
