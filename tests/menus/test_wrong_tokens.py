"""Who posts with wrong tokens stands in the audit trail, entered by the line's own role."""

import pytest

from core.platform import webhooks
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.webhooks import strangers
from core.staff.wrong_tokens import keep_wrong_tokens
from tests.core.seed import NOW
from tests.menus.conftest import Town
from tests.support.database import query

FORM = {"sessionId": "s", "phoneNumber": "+22370000001", "text": ""}


async def entries() -> list[dict[str, object]]:
    return [row.detail for row in await query("SELECT detail FROM audit_entry WHERE act = 'wrong tokens' ORDER BY id")]


async def test_they_are_counted_by_source_and_entered_together(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "STRANGER_SECONDS", 0.0)
    strangers.take()
    for word in ("guess-one", "guess-two", "guess-three"):
        assert (await town.client.post(f"/ussd/africastalking/{word}", data=FORM)).status_code == 404
    with signed_in_for(DatabaseTask.LINE):
        await keep_wrong_tokens(NOW)
        await keep_wrong_tokens(NOW)
    assert await entries() == [{"times": 3, "sources": {"127.0.0.1": 3}}], "nothing more since, no second entry"
    assert "guess" not in str(await entries())
