"""What systemd itself says of the units, where it is installed: `deploy/booted.sh` starts them."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.deploy.files import DEPLOY, UNITS, unit

ANALYZE: Final = shutil.which("systemd-analyze")
MOST_EXPOSED: Final = 20
"""Tenths, of 0 (shut in) to 100."""

pytestmark = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A root with the units, and something to run where they look for it."""
    shutil.copytree(DEPLOY / "systemd", tmp_path / "etc/systemd/system")
    shutil.copytree(DEPLOY / "backup", tmp_path / "opt/jigi/deploy/backup")
    (tmp_path / "opt/jigi/bin").mkdir()
    (tmp_path / "opt/jigi/bin/jigi").touch(mode=0o755)
    return tmp_path


def _systemd_analyze(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(ANALYZE), *words], check=False, capture_output=True, text=True)  # noqa: S603


def test_systemd_has_nothing_to_say_against_a_unit(installed: Path) -> None:
    names = [path.name.replace("@.", "@0.") for path in UNITS]
    said = _systemd_analyze("verify", "--man=no", "--recursive-errors=no", f"--root={installed}", *names)
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("name", [path.name for path in UNITS if "ExecStart" in unit(path.name)])
def test_systemd_holds_a_service_for_shut_in(installed: Path, name: str) -> None:
    said = _systemd_analyze(
        "security", "--offline=true", "--no-pager", f"--root={installed}", f"--threshold={MOST_EXPOSED}",
        name.replace("@.", "@0."),
    )  # fmt: skip
    assert said.returncode == 0, said.stdout
