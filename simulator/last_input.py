"""A telephone behind a gateway that posts the last input alone, as the file of names says that it does."""

from typing import Any

from httpx import AsyncClient

from simulator.gateway import BadResponse, NoSession, PhoneScreen
from ussd.lastinput import RequestFields


class LastInputPhone:
    """One phone, as `simulator.gateway.UssdCall` is one; `session_ids` are few, and come again."""

    def __init__(
        self,
        client: AsyncClient,
        callback: str,
        msisdn: str,
        fields: RequestFields,
        *,
        service_code: str = "*384*1234#",
        session_ids: int = 200,
        first_session: int = 0,
    ) -> None:
        self.msisdn = msisdn
        self.service_code = service_code
        self.screen: PhoneScreen | None = None
        self._client = client
        self._callback = callback
        self._fields = fields
        self._session_ids = session_ids
        self._session = first_session
        self._sequence = 0
        self._posting: dict[str, Any] = {}

    async def dial(self, deep: str = "") -> PhoneScreen:
        """Open a session; `deep` is what follows the code. Raises BadResponse and what httpx raises."""
        self._session, self._sequence = (self._session + 1) % self._session_ids, 0
        code = self.service_code
        dialled = f"{code.removesuffix('#')}*{deep}#" if deep else code
        self._posting = self._written(self._fields.begin[0], dialled if self._fields.dialled == "code" else deep)
        return await self.repeat()

    async def reply(self, key: str) -> PhoneScreen:
        """Type at the page that is shown. Raises NoSession, and as `dial`."""
        if not self._posting or (self.screen is not None and self.screen.ends):
            raise NoSession("no session is open")
        self._sequence += 1
        self._posting = self._written(self._fields.answer[0], key)
        return await self.repeat()

    async def repeat(self) -> PhoneScreen:
        """Post the last hop once more, as a gateway does that missed the answer."""
        response = await self._client.post(self._callback, json=self._posting)
        if response.status_code != 200:
            raise BadResponse(response.status_code, response.text)
        page = self._fields.reply.read(response.content)
        self.screen = PhoneScreen(page.ends, page.text)
        return self.screen

    async def end_event(self, status: str = "Incomplete") -> None:
        """Tell the application how the session ended, in the words of `simulator.gateway.EndStatus`."""
        fields = self._fields
        kinds = {"Success": fields.finished, "Incomplete": fields.cut, "Failed": fields.timed_out}[status]
        if kinds:
            await self._client.post(self._callback, json=self._written(kinds[0], ""))

    def _written(self, kind: str, typed: str) -> dict[str, Any]:
        return self._fields.posting(kind, str(self._session), self.msisdn, typed, self._sequence)
