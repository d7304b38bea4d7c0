"""A gateway whose answers repeat whom they are about: no number of theirs is kept, or written into a log."""

import httpx
import pytest
import respx
from pydantic import SecretStr
from structlog.testing import capture_logs

from core.platform.settings import Settings
from sms.outbox.africastalking import AfricasTalking
from sms.worker.sender import Sender
from tests.sms.campaign_world import AWA, Watch, crowd, running
from tests.sms.scripted_gateway import alone
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("safo")

HOUSEHOLD = "76543216"
TOLD_ABOUT = f"{AWA} (76 00 00 01, 0022376000001) of household {HOUSEHOLD}"
OWN = frozenset({"household_phone", "message"})
"""Tables that have the number because it is the phone's."""


def to_one(**more: object) -> httpx.Response:
    """An answer about one recipient."""
    row = {"number": AWA, "status": f"Failed for {TOLD_ABOUT}", "messageId": "None", "cost": f"XOF {AWA}", **more}
    return httpx.Response(201, json={"SMSMessageData": {"Message": f"Sent to {TOLD_ABOUT}", "Recipients": [row]}})


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401, text=f"Not allowed: {TOLD_ABOUT}"),
        httpx.Response(400, text=f'{{"to": "{AWA}", "error": "{TOLD_ABOUT}"}}'),
        httpx.Response(503, text=TOLD_ABOUT),
        httpx.Response(504, text=TOLD_ABOUT),
        httpx.Response(201, text=TOLD_ABOUT),
        httpx.Response(201, json={"SMSMessageData": {"Message": f"Refused {TOLD_ABOUT}", "Recipients": []}}),
        to_one(statusCode=403),
        to_one(statusCode=101),
        to_one(statusCode=777),
        to_one(statusCode=AWA),
    ],
    ids=lambda answer: f"{answer.status_code} {answer.text[:60]}",
)
async def test_what_it_repeats_of_a_number_is_masked(answer: httpx.Response) -> None:
    await crowd([AWA])
    await running()
    settings = Settings(sms_rate=0, sms_gateway_url="http://gateway.test", sms_api_key=SecretStr("key"))
    gateway = AfricasTalking(settings)
    with respx.mock(assert_all_called=True) as http, capture_logs() as lines:
        http.route().mock(return_value=answer)
        await Sender(alone(gateway), settings, worker="first", clock=Watch().clock()).drain()
    await gateway.close()
    kept = {
        row.tablename: str(await query(f"SELECT t::text AS text FROM {row.tablename} AS t"))  # noqa: S608
        for row in await query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        if row.tablename not in OWN
    }
    kept |= {"reason": str(await query("SELECT reason, state, cost, currency FROM message")), "log": str(lines)}
    for number in (AWA[4:], "76 00 00 01", HOUSEHOLD):
        assert [where for where, text in kept.items() if number in text] == []
