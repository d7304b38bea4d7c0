"""The line in a process of its own, beside the test that asks it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

STARTING_SECONDS = 120.0
ENDING_SECONDS = 30.0


def free_port() -> int:
    """A port that is free together with the next one, which a stand-in gateway takes."""
    while True:
        with closing(socket.create_server(("127.0.0.1", 0))) as first:
            port: int = first.getsockname()[1]
            try:
                with closing(socket.create_server(("127.0.0.1", port + 1))):
                    return port
            except OSError:
                continue


@contextmanager
def answering(command: Sequence[str], port: int, folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The address of a command that serves on a port, started in `folder` and ended with all it started.

    Its log stands in `folder`; raises RuntimeError with the end of it where it does not come to answer.
    """
    path = folder / "process.log"
    with path.open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - our own words
            [*command, "--port", str(port)], stdout=log, stderr=log, env=environment, cwd=folder, start_new_session=True
        )
        url = f"http://127.0.0.1:{port}"
        try:
            _await(url, process, path)
            yield url
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            if httpx.get(f"{url}/health/ready", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"it did not come to answer:\n{log.read_text(errors='replace')[-4000:]}")
