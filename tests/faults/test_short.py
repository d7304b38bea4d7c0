"""A few runs of the fault suite, two of them by all gateways, with real processes; `make faults` does two hundred."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from faults.ways import By

SEED = 1
LONGEST_SECONDS = 600


AT_THE_EDGE = ("--waits", "production", "--at", "19:59:57", "--window", "08:00,20:00", "--power")


@pytest.mark.parametrize(
    ("by", "runs", "more"),
    [
        (By.AFRICASTALKING, 1, AT_THE_EDGE),
        (By.SMPP, 1, ()),
        (By.MIXED, 2, ()),
    ],
)
def test_nothing_is_lost_or_repeated_while_everything_is_killed(by: By, runs: int, more: Sequence[str]) -> None:
    command = [sys.executable, "-m", "faults", "--by", by, "--runs", str(runs), "--seed", str(SEED), *more]
    program = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)  # noqa: S603
    assert program.returncode == 0, program.stdout
    assert f"{runs} runs in" in program.stdout
    assert "violations: 0" in program.stdout
