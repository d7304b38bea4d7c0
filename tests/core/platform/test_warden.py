"""What a process started is ended with it, also where it was killed and ended nothing itself."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
WAIT_SECONDS: Final = 20.0

STARTS: Final = """
import subprocess, sys, time
from pathlib import Path
from core.platform import warden
from core.platform.servers import own_postgres, own_redis
folder = Path(sys.argv[1])
beside = subprocess.Popen(["sleep", "600"])
warden.keep_process(beside.pid)
warden.keep_folder(folder / "gone")
(folder / "gone").mkdir()
redis = own_redis(folder)
own_postgres(folder)
postmaster = (folder / "postgres/postmaster.pid").read_text().split()[0]
print(beside.pid, redis._process.pid, postmaster, redis.socket.parent, flush=True)
time.sleep(600)
"""


def _lives(pid: str) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_servers_and_processes_end_with_the_process_that_started_them(how: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as starter:  # noqa: S603 - our own
        assert starter.stdout is not None
        *pids, sockets = starter.stdout.readline().split()
        assert len(pids) == 3
        assert all(map(_lives, pids))
        starter.send_signal(how)
    until = time.monotonic() + WAIT_SECONDS
    while (any(map(_lives, pids)) or (tmp_path / "gone").exists()) and time.monotonic() < until:
        time.sleep(0.05)
    assert [pid for pid in pids if _lives(pid)] == []
    assert not Path(sockets).exists()
    assert not (tmp_path / "gone").exists()
