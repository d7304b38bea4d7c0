"""Africa's Talking's USSD: its form on one side, the line's answer on the other.

Facts: Africa's Talking posts a form of `sessionId`, `serviceCode`, `phoneNumber`, `networkCode`, `text` and reads
`CON …` or `END …`; at the end of a session it posts what became of it. Neither is signed.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Final
from urllib.parse import urlencode

from starlette.responses import PlainTextResponse, Response

from core.calls.session_end import SessionOutcome
from core.numbers.msisdn import BadNumber, calling
from core.platform.gateways import Trial
from core.platform.webhooks import FORM, Posting, Take, WebhookRefused
from ussd.gateway import CALLBACK, SessionEnding, UssdGateway, UssdLine
from ussd.hops import Hop, Reply
from ussd.sample_calls import SampleCall, SamplePosting

NAME: Final = "africastalking"
EVENTS: Final = "events"
SESSION_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")

OUTCOMES: Final = {
    "Success": SessionOutcome.FINISHED,
    "Incomplete": SessionOutcome.CUT,
    "Failed": SessionOutcome.TIMED_OUT,
}
"""How a session ended, in the gateway's words."""


class AfricasTalkingCalls(UssdGateway):
    """The gateway, over HTTP."""

    name: ClassVar[str] = NAME
    callback_names: ClassVar[Sequence[str]] = (CALLBACK, EVENTS)

    def callbacks(self, line: UssdLine) -> Mapping[str, Take]:
        """Take hops and session events."""

        async def hop(posting: Posting) -> Response:
            return _page(await line.answer(read_hop(posting.form(), posting.accepted)))

        async def events(posting: Posting) -> Response:
            await line.ended(read_ending(posting.form()))
            return PlainTextResponse("ok")

        return {CALLBACK: hop, EVENTS: events}

    async def trials(self) -> Sequence[Trial]:
        """The gateway is never asked: it calls us."""
        return (
            Trial(
                None,
                "Whether Africa's Talking reaches the callbacks shows only when somebody dials.",
                "Que Africa's Talking atteigne nos adresses ne se voit que quand quelqu'un compose.",
            ),
        )

    def sample_call(self, session_id: str, msisdn: str) -> SampleCall | None:
        """A dial, and that it was left."""
        named = {"sessionId": session_id, "serviceCode": self._settings.service_code, "phoneNumber": msisdn}
        cut = next(word for word, outcome in OUTCOMES.items() if outcome is SessionOutcome.CUT)
        hop, end = urlencode({**named, "text": ""}), urlencode({**named, "status": cut})
        return SampleCall(
            SamplePosting(CALLBACK, hop.encode(), FORM), SamplePosting(EVENTS, end.encode(), FORM), read_page
        )


def read_page(body: bytes) -> Reply:
    """The page in an answer; raises ValueError for what is none."""
    word, space, text = body.decode().partition(" ")
    if word not in ("CON", "END") or not space:
        raise ValueError("neither CON nor END")
    return Reply(text, ends=word == "END")


def read_hop(form: Mapping[str, str], accepted: float) -> Hop:
    """The hop in a form that came at a moment; raises WebhookRefused."""
    return Hop(NAME, _session_id(form), _number(form), form.get("text", ""), accepted)


def read_ending(form: Mapping[str, str]) -> SessionEnding:
    """The end of a session, without what was typed and shown in it; raises WebhookRefused."""
    return SessionEnding(
        gateway=NAME,
        session_id=_session_id(form),
        msisdn=_number_or_none(form),
        outcome=OUTCOMES.get(form.get("status", ""), SessionOutcome.UNKNOWN),
        date=_moment(form.get("date", "")),
        network=form.get("networkCode", "").replace("\0", "")[:16] or None,
        duration_ms=_count(form.get("durationInMillis", "")),
        hops=_count(form.get("hopsCount", "")),
        cost=form.get("cost", "").replace("\0", "")[:32] or None,
        error=form.get("errorMessage", "")[:200] or None,
    )


def _page(reply: Reply) -> Response:
    return PlainTextResponse(f"{'END' if reply.ends else 'CON'} {reply.text}")


def _session_id(form: Mapping[str, str]) -> str:
    session_id = form.get("sessionId", "")
    if not SESSION_ID.fullmatch(session_id):
        raise WebhookRefused(400, "sessionId: 1 to 128 printable ASCII characters")
    return session_id


def _number(form: Mapping[str, str]) -> str:
    try:
        return calling(form.get("phoneNumber", ""))
    except BadNumber:
        raise WebhookRefused(400, "phoneNumber: + and the digits of an E.164 number") from None


def _number_or_none(form: Mapping[str, str]) -> str:
    """Whose session ended, '' where that cannot be read: the end is counted all the same."""
    try:
        return _number(form)
    except WebhookRefused:
        return ""


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _moment(text: str) -> datetime | None:
    """The moment reported, in UTC, or None, which is now, when it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
