"""A provider of identities on loopback, as Keycloak is one; it misbehaves as it is told to."""

import asyncio
import base64
import hmac
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "jigi", "the secret of jigi"
DESK: Final = "http://localhost/desk"
KEYS: Final = [RSAKey.generate_key(2048, {"kid": f"k{number}", "use": "sig"}) for number in range(2)]


def unpadded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def joined(*parts: dict[str, Any]) -> str:
    """The parts of a token, as they are signed."""
    return ".".join(unpadded(json.dumps(part).encode()) for part in parts)


@dataclass
class StandInProvider:
    """Signs in whoever comes, as `person`; what is in `lies` is done otherwise than the specification says."""

    now: Callable[[], float]
    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    published: list[RSAKey] = field(default_factory=lambda: [KEYS[0]])
    signing: RSAKey = field(default_factory=lambda: KEYS[0])
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    is_down: bool = False

    def comes_back(self, address: str) -> dict[str, str]:
        """What a browser that was sent to this address brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (CLIENT, "code", "S256")
        assert asked["redirect_uri"] == f"{DESK}/login/back"
        assert "openid" in asked["scope"].split()
        code = f"code {len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def claims(self, nonce: str | None = None) -> dict[str, Any]:
        """The claims of a token now."""
        now = int(self.now())
        own = {"iss": self.issuer, "aud": CLIENT, "sub": "s1", "iat": now, "exp": now + 300, "sid": "sid 1"}
        return {**own, **({"nonce": nonce} if nonce else {}), **self.person, **self.lies.get("claims", {})}

    def token(self, claims: dict[str, Any]) -> str:
        """A token of these claims, signed as it should be or not."""
        match self.lies.get("alg"):
            case "none":
                return f"{joined({'alg': 'none'}, claims)}."
            case "HS256":
                signed = joined({"alg": "HS256", "kid": "k0"}, claims)
                shared = KEYS[0].as_pem(private=False)
                return f"{signed}.{unpadded(hmac.digest(shared, signed.encode(), 'sha256'))}"
        return jwt.encode({"alg": "RS256", "kid": self.signing.kid}, claims, self.signing)

    def routes(self) -> list[Route]:
        """Its pages."""
        pages = {"/.well-known/openid-configuration": self._document, "/keys": self._keys, "/me": self._me}
        return [
            *(Route(path, answer) for path, answer in pages.items()),
            Route("/token", self._token, methods=["POST"]),
        ]

    async def _document(self, _: Request) -> Response:
        if self.is_down:
            return Response(status_code=503)
        named = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "jwks_uri": "/keys",
                 "userinfo_endpoint": "/me", "end_session_endpoint": "/out"}  # fmt: skip
        return JSONResponse({"issuer": self.issuer, **{name: self.issuer + path for name, path in named.items()}})

    async def _keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [{"kty": "odd"}, *(key.as_dict(private=False) for key in self.published)]})

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.codes.pop(str(form["code"]), None)
        known = request.headers["authorization"] == f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
        if asked is None or not known or form["redirect_uri"] != asked["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert unpadded(sha256(str(form["code_verifier"]).encode()).digest()) == asked["code_challenge"]
        nonce = self.lies.get("nonce", asked["nonce"])
        return JSONResponse({"id_token": self.token(self.claims(nonce)), "access_token": "access"})

    async def _me(self, _: Request) -> Response:
        return JSONResponse({"sub": "s1", **self.lies.get("userinfo", {})})


@asynccontextmanager
async def standing_in(now: Callable[[], float]) -> AsyncIterator[StandInProvider]:
    """The provider on a port of loopback, in this loop."""
    provider = StandInProvider(now)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        provider.issuer = f"http://127.0.0.1:{bound.getsockname()[1]}"
        app = Starlette(routes=provider.routes())
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            yield provider
        finally:
            server.should_exit = True
            await serving
