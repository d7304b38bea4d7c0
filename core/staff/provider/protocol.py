"""What is spoken with the provider: its discovery document, its keys, the code that is changed for claims.

Nothing is believed that it did not sign by a key of its own: the algorithms are those of key pairs, so that neither an
unsigned token nor one that is signed with what everybody can read is one.
"""

import base64
import hashlib
import secrets
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from core.platform.settings import Settings
from core.staff.provider.faults import ProviderFault, ProviderRefusal

log = structlog.get_logger(__name__)

ALGORITHMS: Final = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
    "EdDSA",
)
SECONDS: Final = 5.0
KEPT_SECONDS: Final = 3600.0
"""So long its document and keys are believed; a key that is not among them is looked for sooner."""

SOONEST_SECONDS: Final = 10.0
"""Nobody makes us ask for keys more often than this."""

AWAY_SECONDS: Final = 5.0
"""So long one that did not answer is not asked for its document again, however many wait."""

OLDEST_TOKEN_SECONDS: Final = 600
SEED_BYTES: Final = 32
HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
ENDED_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"

Claims = dict[str, Any]


def is_safe(url: str) -> bool:
    """Whether what goes to an address is read by nobody on the way: TLS, or this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in HERE)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in, by a word that only the browser has; what the provider is told is made of it and tells nothing."""

    seed: str

    @classmethod
    def new(cls) -> "Attempt":
        """A fresh one."""
        return cls(secrets.token_urlsafe(SEED_BYTES))

    @property
    def state(self) -> str:
        """What comes back with the code, so that it is known to be of this browser."""
        return self._word("state")

    @property
    def nonce(self) -> str:
        """What stands in the token, so that it is known to be of this sign-in."""
        return self._word("nonce")

    @property
    def verifier(self) -> str:
        """What the code is changed with (RFC 7636)."""
        return self._word("verifier")

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier: its SHA-256."""
        return _base64url(hashlib.sha256(self.verifier.encode()).digest())

    def _word(self, purpose: str) -> str:
        return _base64url(hashlib.sha256(f"{purpose} {self.seed}".encode()).digest())


@dataclass(frozen=True, slots=True)
class ProviderPages:
    """Where the provider does what, from its discovery document."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    way_out: str | None
    takes_basic: bool


class Provider:
    """The provider of the settings; what it published is kept for a while."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pages: tuple[float, ProviderPages] | None = None
        self._keys: tuple[float, KeySet] | None = None
        self._looked_again = -SOONEST_SECONDS
        self._away_since = -AWAY_SECONDS

    async def begin(self, attempt: Attempt) -> str:
        """Where to send a browser to sign in. Raises ProviderRefusal."""
        pages = await self.pages()
        query = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": self._back,
            "scope": " ".join(dict.fromkeys(("openid", *self._settings.oidc_scopes))),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return _with(pages.authorization, query)

    async def claims(self, attempt: Attempt, given: Mapping[str, str], now: datetime) -> Claims:
        """What the provider says of whoever comes back with these parameters. Raises ProviderRefusal."""
        if not secrets.compare_digest(given.get("state", "").encode(), attempt.state.encode()):
            raise ProviderRefusal(ProviderFault.STATE)
        if given.get("iss", self._settings.oidc_issuer) != self._settings.oidc_issuer:
            raise ProviderRefusal(ProviderFault.TOKEN)
        if "error" in given or not given.get("code"):
            raise ProviderRefusal(ProviderFault.DENIED)
        pages = await self.pages()
        tokens = await self._exchanged(pages, given["code"], attempt.verifier)
        claims = await self._verified(str(tokens.get("id_token", "")), now)
        if claims.get("nonce") != attempt.nonce or not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise ProviderRefusal(ProviderFault.TOKEN)
        if pages.userinfo is not None and tokens.get("access_token"):
            return {**await self._userinfo(pages.userinfo, str(tokens["access_token"]), claims["sub"]), **claims}
        return claims

    async def ended(self, token: str, now: datetime) -> Claims:
        """What a word of the provider says that somebody signed out (back-channel logout). Raises ProviderRefusal."""
        claims = await self._verified(token, now)
        events = claims.get("events")
        if not isinstance(events, dict) or ENDED_EVENT not in events or "nonce" in claims:
            raise ProviderRefusal(ProviderFault.TOKEN)
        return claims

    async def way_out(self) -> str | None:
        """Where a browser signs out of the provider too, None where it has no such page or does not answer."""
        try:
            pages = await self.pages()
        except ProviderRefusal:
            return None
        if pages.way_out is None:
            return None
        back = f"{self._settings.oidc_desk_url.rstrip('/')}/login"
        return _with(pages.way_out, {"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back})

    async def pages(self) -> ProviderPages:
        """What the discovery document says. Raises ProviderRefusal where it does not come, or is another provider's."""
        if self._pages is None or time.monotonic() - self._pages[0] > KEPT_SECONDS:
            if time.monotonic() - self._away_since < AWAY_SECONDS:
                raise ProviderRefusal(ProviderFault.AWAY)
            try:
                self._pages = time.monotonic(), await self._document()
            except ProviderRefusal:
                self._away_since = time.monotonic()
                raise
        return self._pages[1]

    async def _document(self) -> ProviderPages:
        issuer = self._settings.oidc_issuer
        document = await self._asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if document.get("issuer") != issuer:
            log.error("oidc_other_issuer")
            raise ProviderRefusal(ProviderFault.AWAY)
        return _pages(document)

    @property
    def _back(self) -> str:
        return f"{self._settings.oidc_desk_url.rstrip('/')}/login/back"

    async def _exchanged(self, pages: ProviderPages, code: str, verifier: str) -> Claims:
        own, secret = self._settings.oidc_client_id, self._settings.oidc_client_secret.get_secret_value()
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._back, "code_verifier": verifier,
        }  # fmt: skip
        if secret and pages.takes_basic:
            return await self._asked("POST", pages.token, data=form, auth=httpx.BasicAuth(own, secret))
        form |= {"client_id": own, **({"client_secret": secret} if secret else {})}
        return await self._asked("POST", pages.token, data=form)

    async def _userinfo(self, url: str, token: str, sub: str) -> Claims:
        claims = await self._asked("GET", url, headers={"Authorization": f"Bearer {token}"})
        if claims.get("sub") != sub:
            raise ProviderRefusal(ProviderFault.OTHER_PERSON)
        return claims

    async def _verified(self, token: str, now: datetime) -> Claims:
        """The claims of a token that the provider signed for us just now."""
        try:
            claims = await self._signed(token)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("oidc_token_refused", error=type(error).__name__)
            raise ProviderRefusal(ProviderFault.TOKEN) from None
        why = self._wrong(claims, now.timestamp())
        if why:
            log.warning("oidc_token_refused", claim=why)
            raise ProviderRefusal(ProviderFault.TOKEN)
        return claims

    async def _signed(self, token: str) -> Claims:
        try:
            return jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS).claims
        except InvalidKeyIdError:
            if time.monotonic() - self._looked_again < SOONEST_SECONDS:
                raise
            self._looked_again, self._keys = time.monotonic(), None
            return jwt.decode(token, await self._key_set(), algorithms=ALGORITHMS).claims

    def _wrong(self, claims: Claims, now: float) -> str:
        """The claim that does not do, '' for none (OpenID Connect Core 1.0, 3.1.3.7)."""
        own, leeway = self._settings.oidc_client_id, self._settings.oidc_leeway_seconds
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        is_number = {name: type(claims.get(name)) in (int, float) for name in ("exp", "iat")}
        checks = {
            "iss": claims.get("iss") == self._settings.oidc_issuer,
            "aud": own in audiences,
            "azp": claims.get("azp", own) == own and (len(audiences) == 1 or "azp" in claims),
            "exp": is_number["exp"] and now < claims["exp"] + leeway,
            "iat": is_number["iat"] and -leeway <= now - claims["iat"] <= OLDEST_TOKEN_SECONDS + leeway,
            "nbf": type(claims.get("nbf", 0)) in (int, float) and claims.get("nbf", 0) <= now + leeway,
        }
        return next((name for name, holds in checks.items() if not holds), "")

    async def _key_set(self) -> KeySet:
        if self._keys is None or time.monotonic() - self._keys[0] > KEPT_SECONDS:
            published = await self._asked("GET", (await self.pages()).keys)
            self._keys = time.monotonic(), KeySet([*_keys(published)])
        return self._keys[1]

    async def _asked(self, method: str, url: str, **request: Any) -> Claims:
        """The JSON object that the provider gives. Raises ProviderRefusal."""
        try:
            async with httpx.AsyncClient(timeout=SECONDS, verify=_authorities()) as http:
                response = await http.request(method, url, **request)
                if method == "POST" and 400 <= response.status_code < 500:
                    log.warning("oidc_code_refused", status=response.status_code)
                    raise ProviderRefusal(ProviderFault.CODE)
                response.raise_for_status()
                content = response.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            log.warning("oidc_away", error=type(error).__name__)
            raise ProviderRefusal(ProviderFault.AWAY) from None
        if not isinstance(content, dict):
            raise ProviderRefusal(ProviderFault.AWAY)
        return content


@cache
def _authorities() -> ssl.SSLContext:
    """Whose certificates are believed: read once, as it takes longer than to ask."""
    return httpx.create_ssl_context()


def _pages(document: Claims) -> ProviderPages:
    named = {name: document.get(f"{name}_endpoint") for name in ("authorization", "token", "userinfo", "end_session")}
    keys = document.get("jwks_uri")
    urls = [url for url in (*named.values(), keys) if url is not None]
    if not named["authorization"] or not named["token"] or not keys or not all(map(is_safe, urls)):
        log.error("oidc_document_unusable")
        raise ProviderRefusal(ProviderFault.AWAY)
    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return ProviderPages(
        named["authorization"], named["token"], keys, named["userinfo"], named["end_session"],
        "client_secret_basic" in methods,
    )  # fmt: skip


def _keys(published: Claims) -> Iterator[Key]:
    """The keys that verify signatures; those of kinds that are not known here are left out."""
    for each in published.get("keys", ()):
        if isinstance(each, dict) and each.get("use", "sig") == "sig" and each.get("kty") != "oct":
            try:
                yield JWKRegistry.import_key(each)
            except (JoseError, ValueError, TypeError, KeyError):
                continue


def _with(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")
