"""Processes that serve together are shown together, whichever is asked; who was killed holds nothing any more."""

import os
import subprocess
import sys
from pathlib import Path

from core.platform import metrics

COUNTS = """
import os, signal, sys
from ussd.metrics import HOPS_IN_FLIGHT, REDIS_FAILURES
REDIS_FAILURES.labels("a trip").inc(int(sys.argv[1]))
HOPS_IN_FLIGHT.inc(3)
print("counted", flush=True)
if sys.argv[2] == "dies":
    os.kill(os.getpid(), signal.SIGKILL)
sys.stdin.read()
"""
ASKS = "import sys, ussd.metrics; from core.platform import metrics; sys.stdout.buffer.write(metrics.shown())"


def process(*words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603


def shown() -> dict[str, float]:
    asked, _ = process(ASKS).communicate(timeout=60)
    pairs = (line.rsplit(" ", 1) for line in asked.decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


def test_several_processes_are_one_scrape_and_the_dead_hold_nothing() -> None:
    with metrics.together(2):
        folder = Path(os.environ[metrics.FOLDER])
        lives, dies = process(COUNTS, "2", "lives"), process(COUNTS, "5", "dies")
        try:
            for each in (lives, dies):
                assert each.stdout is not None
                assert each.stdout.readline() == b"counted\n"
            dies.wait(60)
            figures = shown()
        finally:
            lives.communicate(timeout=60)
            dies.communicate()
        assert figures['jigi_redis_failures_total{why="a trip"}'] == 7
        assert figures["jigi_ussd_hops_in_flight"] == 3
    assert not folder.exists()
    assert metrics.FOLDER not in os.environ


def test_one_process_needs_no_folder() -> None:
    with metrics.together(1):
        assert metrics.FOLDER not in os.environ
    assert b"process_cpu_seconds_total" in metrics.shown()
