"""The real thing: `jigi demo` in processes of its own, and a real Chromium before it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

STARTING_SECONDS = 120.0
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
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demonstration answers: web, worker and stand-in gateway, on servers of their own."""
    folder = tmp_path_factory.mktemp("e2e")
    port = _free_port()
    log = (folder / "demo.log").open("w")
    environment = os.environ | {
        "JIGI_DATA_DIR": str(folder / "data"),
        "JIGI_SMS_RATE": "40",
        "JIGI_SMS_MOST_A_DAY": "9",  # what one person lives through here takes days otherwise
    }
    command = [sys.executable, "-m", "cli", "demo", "--port", str(port), "--households", "400"]
    demo = subprocess.Popen(  # noqa: S603 - our own words
        command, stdout=log, stderr=log, env=environment, start_new_session=True
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _await(url, demo, folder / "demo.log")
        yield url
    finally:
        os.killpg(demo.pid, signal.SIGINT)
        try:
            demo.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(demo.pid, signal.SIGKILL)
        log.close()


def _free_port() -> int:
    """A port that is free together with the next one, which the stand-in gateway takes."""
    while True:
        with closing(socket.create_server(("127.0.0.1", 0))) as first:
            port: int = first.getsockname()[1]
            try:
                with closing(socket.create_server(("127.0.0.1", port + 1))):
                    return port
            except OSError:
                continue


def _await(url: str, demo: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while demo.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(f"{url}/health/ready", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the demonstration did not start:\n{log.read_text(errors='replace')[-4000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a screen."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("no Chromium here: `make e2e` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: `JIGI_SHOTS`, or a folder of the test's own."""
    named = os.environ.get("JIGI_SHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
