"""The examples of the guides for integrators work as they stand, against a server of our own."""

import asyncio
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
import uvicorn
from starlette.applications import Starlette

from core.systems.scopes import KeyScope
from tests.api.conftest import Hold
from tests.support.database import query
from tests.support.patience import LONGEST_SECONDS

DOCS: Final = Path(__file__).parents[2] / "docs"
BLOCK: Final = re.compile(r"^```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples(name: str) -> dict[str, str]:
    return dict(BLOCK.findall((DOCS / name).read_text("utf-8")))


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """The application on a port of loopback, in this loop."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
        bound.listen()
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}/api/v1"
        finally:
            server.should_exit = True
            await serving


async def run(command: list[str], **environment: str) -> str:
    child = await asyncio.create_subprocess_exec(
        *command, env={"PATH": os.environ["PATH"], **environment}, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(LONGEST_SECONDS):
        said, _ = await child.communicate()
    assert child.returncode == 0
    return said.decode()


def test_both_guides_have_the_same_examples() -> None:
    assert examples("api.fr.md") == examples("api.md")
    assert set(examples("api.md")) == {"sh", "python"}


@pytest.mark.filterwarnings("ignore")
async def test_the_examples_work(app: Starlette, hold: Hold) -> None:
    """By curl and by Python; the batches are worked on by a process of their own."""
    own = await hold(*KeyScope)
    key = own.http.headers["Authorization"].removeprefix("Bearer ")
    told = examples("api.md")
    async with served(app) as address:
        said = await run(["bash", "-euc", told["sh"]], JIGI_API=address, JIGI_KEY=key)
        assert '"state":"received"' in said
        said = await run([sys.executable, "-c", told["python"]], JIGI_API=address, JIGI_KEY=key)
        assert said.startswith("done 1 1\n2 [")
        assert await query(
            "SELECT programme_no, amount_xof FROM household JOIN payment ON household_id = household.id"
        ) == [("KT/02/0001", 30_000)]
