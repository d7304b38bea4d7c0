import subprocess
import sys
from pathlib import Path

from tests.support.unending import EXIT_CODE

WAITS = """
import asyncio, sys
from tests.support.unending import told

async def never_comes():
    await asyncio.Event().wait()

with told("what waits", sys.stderr, 0.2):
    asyncio.run(never_comes())
"""


def test_what_never_ends_says_where_it_stands_and_is_ended() -> None:
    ended = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", WAITS],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == EXIT_CODE
    assert "what waits does not end." in ended.stderr
    assert "await asyncio.Event().wait()" in ended.stderr
    assert f" {sys.executable} -c" in ended.stderr
