"""A few runs of the fault suite by each gateway and by all, with real processes; `make faults` does two hundred."""

import subprocess
import sys

import pytest

from faults.ways import By

SEED = 1
LONGEST_SECONDS = 1200


@pytest.mark.parametrize(("by", "runs"), [(By.AFRICASTALKING, 2), (By.ORANGE, 1), (By.SMPP, 2), (By.MIXED, 3)])
def test_nothing_is_lost_or_repeated_while_everything_is_killed(by: By, runs: int) -> None:
    command = [sys.executable, "-m", "faults", "--by", by, "--runs", str(runs), "--seed", str(SEED)]
    program = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)  # noqa: S603
    assert program.returncode == 0, program.stdout
    assert f"{runs} runs in" in program.stdout
    assert "violations: 0" in program.stdout
