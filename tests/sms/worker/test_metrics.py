"""What Prometheus is shown of SMS is told by gateway, and its labels are names of our settings and words of ours."""

from datetime import timedelta

import pytest

from core.outbox.messages import MessageState
from core.platform.settings import Settings
from sms.inbound.webhooks import GatewayIntake
from sms.outbox.delivery import DeliveryReport
from sms.outbox.gateway import Incoming, NotReached, Policy
from sms.outbox.routes import Routes
from sms.worker.sender import Sender
from sms.worker.sweeps import sweep
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, MALITEL, TELECEL, Watch, crowd, running
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.counters import Growth, samples

pytestmark = pytest.mark.usefixtures("safo")

ROUTES = "orange=orange,malitel=smpp,*=africastalking"
CHOSEN = Settings(sms_rate=0, sms_routes=ROUTES)


async def test_requests_and_recipients_are_counted_by_the_gateway_that_was_asked() -> None:
    await crowd([AWA, MALITEL, TELECEL])
    await running()
    grown = Growth("jigi_sms_requests_total", "jigi_sms_recipients_total", "jigi_sms_request_seconds_count")
    gateways = {
        "orange": ScriptedGateway(),
        "smpp": ScriptedGateway(NotReached("no bind stands")),
        "africastalking": ScriptedGateway(Policy.UNCERTAIN),
    }
    await Sender(gateways, CHOSEN, worker="first", clock=Watch().clock()).drain()
    assert grown.of("jigi_sms_requests_total") == {
        ("orange", "answered"): 1,
        ("smpp", "keep"): 1,
        ("africastalking", "answered"): 1,
    }
    assert grown.of("jigi_sms_recipients_total") == {("orange", "accepted"): 1, ("africastalking", "uncertain"): 1}
    assert grown.of("jigi_sms_request_seconds_count") == {("orange",): 1, ("africastalking",): 1}


async def test_what_is_uncertain_is_shown_by_gateway_and_none_of_a_gateway_that_has_none() -> None:
    await crowd([AWA, MALITEL])
    await running()
    gateways = {"orange": ScriptedGateway(Policy.UNCERTAIN), "smpp": ScriptedGateway()}
    await Sender(gateways, CHOSEN, worker="first", clock=Watch().clock()).drain()
    await sweep(NOW + timedelta(hours=2), CHOSEN)
    assert samples("jigi_sms_uncertain") == {("orange",): 1, ("smpp",): 0, ("africastalking",): 0}


async def test_reports_and_what_people_write_are_counted_by_the_gateway_that_told_them() -> None:
    intake = GatewayIntake(CHOSEN, lambda: NOW)
    grown = Growth("jigi_sms_delivery_reports_total", "jigi_sms_incoming_total")
    await intake.reported(DeliveryReport("smpp", "7", AWA, MessageState.DELIVERED, "", NOW))
    await intake.written(Incoming("orange", "orange:in-1", AWA, "wari"))
    assert grown.of("jigi_sms_delivery_reports_total") == {("smpp", "delivered"): 1}
    assert grown.of("jigi_sms_incoming_total") == {("orange", "payment"): 1}


def test_no_gateway_is_shown_that_no_setting_names() -> None:
    """Who writes to us cannot add a label: that would be a memory that grows as others like."""
    names = {*Routes.read(ROUTES).gateways}
    for name in ("requests_total", "recipients_total", "delivery_reports_total", "incoming_total", "uncertain"):
        assert {labels[0] for labels in samples(f"jigi_sms_{name}")} <= names
