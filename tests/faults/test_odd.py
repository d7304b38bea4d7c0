"""Odd requests to every way in of a real server, with a caller beside them: a part of `make fuzz`."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_odd_requests_to_every_way_in_break_nothing() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JIGI_")}
    command = [sys.executable, "-m", "faults.odd", "--requests", "800", "--seconds", "300", "--seed", "26"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert ended.returncode == 0, ended.stdout + ended.stderr[-2000:]
    assert "nothing is wrong" in ended.stdout
