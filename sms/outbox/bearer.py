"""Requests to an API that wants a token (OAuth 2, client credentials), which all workers share."""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

import httpx

from sms.outbox import over_http
from sms.outbox.gateway import Busy, GatewayRefused, NotReached, Unanswered
from sms.outbox.tokens import AccessToken, SharedToken

FORM: Final[Mapping[str, str]] = {"grant_type": "client_credentials"}


class BearerRequests:
    """The requests of one application: `address` is the API's, `token_path` where it gives tokens for `authorization`.

    `name` is the token's key in Redis.
    """

    def __init__(
        self, client: httpx.AsyncClient, address: str, token_path: str, *, authorization: str, redis_url: str, name: str
    ) -> None:
        self._client = client
        self._address = address.rstrip("/")
        self._token_path = token_path
        self._authorization = authorization
        self._redis_url = redis_url
        self._name = name

    @cached_property
    def token(self) -> SharedToken:
        """The token of all workers; asking for it raises GatewayTrouble."""
        return SharedToken(self._redis_url, self._name, self._new_token)

    async def answered(self, method: str, path: str, content: object = None) -> httpx.Response:
        """The answer to a request, made once more where its token is refused; raises GatewayTrouble without one."""
        token = await self.token.value()
        response = await self._once(method, path, content, token)
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return response
        return await self._once(method, path, content, await self.token.value(refused=token))

    async def close(self) -> None:
        """Let go of Redis."""
        if "token" in self.__dict__:
            await self.token.close()

    async def _once(self, method: str, path: str, content: object, token: str) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {token}"}
        url = f"{self._address}{path}"
        return await over_http.answered(self._client.request(method, url, json=content, headers=bearer))

    async def _new_token(self) -> AccessToken:
        """A new token. Without one no SMS left, whatever became of the request for it."""
        header = {"Authorization": self._authorization}
        asking = self._client.post(f"{self._address}{self._token_path}", data=FORM, headers=header)
        try:
            response = await over_http.answered(asking)
            if not response.is_success:
                raise over_http.trouble(response)
            given = response.json()
            return AccessToken(str(given["access_token"]), float(given["expires_in"]))
        except (Unanswered, ValueError, KeyError, TypeError) as error:
            why = error.reason if isinstance(error, Unanswered) else "unreadable"
            raise NotReached(f"token: {why}") from error
        except (Busy, GatewayRefused) as trouble:
            raise type(trouble)(f"token: {trouble.reason}", wait=trouble.wait) from trouble
