"""The examples of the guides for integrators work as they stand, against a server of our own."""

import asyncio
import base64
import os
import re
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn
from starlette.applications import Starlette

from api.v1 import DOORS
from core.outbox.signing import SECRET, signature
from core.systems.scopes import KeyScope
from tests.api.conftest import Hold
from tests.support.database import query
from tests.support.patience import LONGEST_SECONDS

DOCS: Final = Path(__file__).parents[2] / "docs"
BLOCK: Final = re.compile(r"^```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples(name: str) -> list[tuple[str, str]]:
    """The examples of a guide: the language of each, and what it says."""
    return BLOCK.findall((DOCS / name).read_text("utf-8"))


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
    assert [language for language, _ in examples("api.md")] == ["sh", "python", "python", "sh", "python"]
    for name in ("api.md", "api.fr.md"):
        text = (DOCS / name).read_text("utf-8")
        assert [scope.value for scope in KeyScope if f"`{scope.value}`" not in text] == []
    (_, by_curl), (_, by_python), *_ = examples("api.md")
    words = {door.path.split("/")[1] for door in DOORS}
    for example in (by_curl, by_python):
        assert {word for word in words if word not in example} == set()


@pytest.mark.filterwarnings("ignore")
async def test_the_examples_work(app: Starlette, hold: Hold) -> None:
    """By curl and by Python; the batches are worked on by a process of their own."""
    own = await hold(*KeyScope)
    key = own.http.headers["Authorization"].removeprefix("Bearer ")
    (_, by_curl), (_, by_python), *_ = examples("api.md")
    async with served(app) as address:
        said = await run(["bash", "-euc", by_curl], JIGI_API=address, JIGI_KEY=key)
        assert '"state":"received"' in said
        said = await run([sys.executable, "-c", by_python], JIGI_API=address, JIGI_KEY=key)
        assert said.startswith("done 1 1\n2 [")
        assert said.rstrip().endswith("waiting")
        assert await query(
            "SELECT programme_no, name, payment.state FROM household JOIN payment ON household_id = household.id "
            "JOIN payment_round ON payment_round.id = round_id ORDER BY due_date"
        ) == [("KT/02/0001", "T3 2026", "paid"), ("KT/02/0001", "T4 2026", "announced")]


def test_the_example_of_a_receiver_knows_what_is_from_us() -> None:
    _, _, (_, code), *_ = examples("api.md")
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own document
    secret, moment, body = f"{SECRET}{base64.b64encode(b'x' * 32).decode()}", int(time.time()), b"{}"
    signed = {"webhook-id": "evt_1", "webhook-timestamp": str(moment)}
    headers = {**signed, "webhook-signature": f"v1,eA== {signature(secret, 'evt_1', moment, body)}"}
    assert names["is_from_jigi"](headers, body, secret)
    assert not names["is_from_jigi"](headers, b"{ }", secret)
    assert not names["is_from_jigi"]({**headers, "webhook-timestamp": "1"}, body, secret)
