"""Focal persons are told that a case waits for them: by SMS past the ledger and by mail, without a word of the case."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

import structlog

from core.grievances import focal_alerts
from core.grievances.focal_alerts import FocalWait
from core.grievances.models import AlertKind
from core.platform.settings import Settings
from core.text.alphabet import alphabet
from sms.alarms import mail, telling
from sms.outbox import rate_limit
from sms.outbox.composing import as_it_is
from sms.outbox.gateway import Gateway
from sms.outbox.window import Window

log = structlog.get_logger(__name__)

WORDS: Final[Mapping[AlertKind, str]] = {
    AlertKind.NEW: "Jigi : un travail nouveau vous attend au guichet.",
    AlertKind.DUE: "Jigi : un travail au guichet est à finir avant ce soir.",
}
"""Whoever looks over a shoulder learns nothing of it: no number, no place, no subject."""

HEADING: Final = "Jigi : au guichet"


async def tell(gateways: Mapping[str, Gateway], settings: Settings, now: datetime) -> int:
    """Tell each focal person once what waits for them; give how many SMS and mails were about something.

    It is noted before it is told, so that nobody is told twice; what reached nobody is tried again at the next look.
    Outside the hours of SMS only what cannot wait for them: a telephone that rings at night is heard by others.
    """
    count, held = 0, await rate_limit.held(now)
    window = Window(*settings.sms_window)
    opens_on = now.date() + timedelta(days=now.time() >= window.opens)
    due = [each for each in await focal_alerts.waiting(now) if window.is_open(now) or now.date() <= each.due < opens_on]
    waits = sorted(due, key=lambda each: (each.agent_id, each.kind.value))
    for _, group in groupby(waits, key=lambda each: (each.agent_id, each.kind)):
        about = await focal_alerts.take(list(group), now)
        if not about:
            continue
        if await _sent(about[0], gateways, settings, held):
            count += 1
        else:
            await focal_alerts.not_told(about)
            log.error("focal_person_not_told", agent=about[0].agent_id, kind=about[0].kind.value)
    return count


async def _sent(
    wait: FocalWait, gateways: Mapping[str, Gateway], settings: Settings, held: Mapping[str, object]
) -> bool:
    words = WORDS[wait.kind]
    ways = []
    if wait.phone:
        body = as_it_is(words, alphabet(settings.alphabet)).body
        ways.append(await telling.sent_to(wait.phone, body, gateways, held, settings))
    if wait.mail:
        ways.append(await mail.sent(HEADING, words, settings, (wait.mail,)))
    return any(ways)
