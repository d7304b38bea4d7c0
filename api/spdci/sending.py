"""Brings partners what we answer later: to where the settings say, at least once, tried again with growing pauses."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Final

import structlog

from api.due import doing
from core.platform.database import DatabaseTask, signed_in_for
from core.spdci import fields, messages
from core.spdci.envelope import answer_header
from core.spdci.faults import RegistryFailed
from core.spdci.link import RegistryLinks
from core.spdci.messages import DueReply
from core.spdci.partners import Partner
from core.spdci.vocabulary import RegistryFault

log = structlog.get_logger(__name__)

AT_ONCE: Final = 10


class ReplySender:
    """Sends what is due; as many processes of the API as one likes may."""

    def __init__(self, links: RegistryLinks, partners: Mapping[str, Partner], clock: Callable[[], datetime]) -> None:
        self._links = links
        self._partners = partners
        self._clock = clock

    async def send_due(self) -> int:
        """Send what is due now, as much as goes at once; how many replies that was."""
        with signed_in_for(DatabaseTask.WORKER):
            due = await messages.claim(self._clock(), AT_ONCE)
            await asyncio.gather(*map(self._send, due))
        return len(due)

    async def _send(self, due: DueReply) -> None:
        partner = self._partners.get(due.system)
        try:
            if partner is None or not partner.replies:
                raise RegistryFailed(RegistryFault.NOT_SET_UP)
            count = max(len(fields.parts(due.reply, "search_response")), 1)
            header = answer_header(
                due.reply_action, self._links.own.sender_id, partner.sender_id, self._clock(), count=count
            )
            await self._links.deliver(partner, due.reply_path, header, due.reply)
        except RegistryFailed as failed:
            waits = await messages.not_delivered(due, self._clock())
            log.warning("spdci_reply_not_delivered", partner=due.system, why=failed.code, waits=waits)
        else:
            await messages.delivered(due, self._clock())

    def running(self) -> AbstractAsyncContextManager[None]:
        """Send while this lasts."""
        return doing(self.send_due, "spdci_replies_not_sent")
