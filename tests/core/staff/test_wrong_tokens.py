"""Wrong callback tokens stand in the trail: how many of which source, once a minute, and never the token."""

import pytest

from core.platform import webhooks
from core.platform.webhooks import strangers
from core.staff import audit
from core.staff.wrong_tokens import keep_wrong_tokens
from tests.core.seed import NOW
from tests.support.database import query


async def entries() -> list[dict[str, object]]:
    return [row.detail for row in await query("SELECT detail FROM audit_entry WHERE act = 'wrong tokens' ORDER BY id")]


async def test_what_cannot_be_entered_is_counted_with_the_next(world: None, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> None:
        raise ConnectionRefusedError

    strangers.take()
    strangers.count("10.0.0.7")
    with monkeypatch.context() as broken:
        broken.setattr(audit, "record", fails)
        await keep_wrong_tokens(NOW)
    strangers.count("10.0.0.7")
    await keep_wrong_tokens(NOW)
    assert await entries() == [{"times": 2, "sources": {"10.0.0.7": 2}}]


def test_sources_without_end_take_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MOST_SOURCES", 3)
    strangers.take()
    for number in range(10):
        strangers.count(f"10.0.0.{number}")
    assert strangers.take() == {"10.0.0.0": 1, "10.0.0.1": 1, "10.0.0.2": 1, "": 7}
