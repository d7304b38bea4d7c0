"""Ready is who can answer callers, in every language, and would after a restart."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from core.platform import health
from core.text import languages
from core.text.catalogue import unspoken


@pytest.fixture
async def site(world: None, redis: Redis) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=health.routes(redis, unspoken))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://line") as client:
        yield client


@pytest.fixture
def locales(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the catalogues that this process speaks from."""
    folder = tmp_path / "locales"
    shutil.copytree(languages.LOCALES, folder)
    monkeypatch.setattr(languages, "LOCALES", folder)
    return folder


async def test_who_has_everything_is_ready(site: httpx.AsyncClient) -> None:
    answer = await site.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"postgresql": "ok", "redis": "ok", "languages": "ok"}


async def test_who_lacks_a_catalogue_is_not_ready(site: httpx.AsyncClient, locales: Path) -> None:
    assert (await site.get("/health/ready")).status_code == 200
    path = locales / "bm" / "LC_MESSAGES" / "jigi.po"
    path.unlink()
    answer = await site.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["languages"] == f"{path} is missing"
    assert (await site.get("/health/live")).status_code == 200
