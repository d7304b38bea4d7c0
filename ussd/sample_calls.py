"""One call as a gateway over HTTP posts it, made to our own callback by whoever tries the gateway."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

import httpx

from core.platform.gateways import Trial
from core.text import gsm7
from ussd.hops import Reply

SECONDS: Final = 10.0
SEPTETS: Final = 182
LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class SamplePosting:
    """What a gateway posts, as it is on the wire, to one of its callbacks."""

    name: str
    body: bytes
    media: str


@dataclass(frozen=True, slots=True)
class SampleCall:
    """A call that begins and is cut; `end` None for a gateway that tells of no end.

    `page` reads the page in an answer; raises ValueError for an answer that is none, or LookupError.
    """

    hop: SamplePosting
    end: SamplePosting | None
    page: Callable[[bytes], Reply]


async def dialled(call: SampleCall, address: str) -> AsyncIterator[Trial]:
    """Make a call at the address of a gateway's callbacks: its first page, the same hop again, its end."""
    past_proxies = httpx.URL(address).host in LOOPBACK
    async with httpx.AsyncClient(timeout=SECONDS, trust_env=not past_proxies) as client:

        async def posted(posting: SamplePosting) -> httpx.Response:
            url = "/".join(filter(None, (address, posting.name)))
            return await client.post(url, content=posting.body, headers={"content-type": posting.media})

        try:
            began = time.monotonic()
            answer = await posted(call.hop)
            first = _page(call, answer, time.monotonic() - began)
            yield first
            if not first.holds:
                return
            yield _repeated(answer, await posted(call.hop))
            if call.end is None:
                yield Trial(
                    None,
                    "This gateway tells of no end of a call.",
                    "Cette passerelle ne dit pas la fin d'un appel.",
                )
                return
            ended = await posted(call.end)
        except httpx.HTTPError as error:
            yield Trial(
                False,
                f"The callback is not reached: {type(error).__name__}.",
                f"L'adresse de rappel n'est pas atteinte : {type(error).__name__}.",
            )
            return
        heard = ended.is_success
        if heard:
            yield Trial(heard, "The end of the call was heard.", "La fin de l'appel a été entendue.")
        else:
            status = ended.status_code
            yield Trial(heard, f"Its end was answered {status}.", f"Sa fin a reçu la réponse {status}.")


def _page(call: SampleCall, answer: httpx.Response, seconds: float) -> Trial:
    """What came for the first hop; nothing of what the page says is shown, for it may be of a household."""
    if answer.status_code == httpx.codes.NOT_FOUND:
        return Trial(
            False,
            "The callback answers 404: another word than ours, a gateway that is not switched on there, or "
            "JIGI_CALLBACK_NETWORKS, which keeps us out.",
            "L'adresse de rappel répond 404 : un autre mot que le nôtre, une passerelle qui n'y est pas en service, ou "
            "JIGI_CALLBACK_NETWORKS, qui nous laisse dehors.",
        )
    if not answer.is_success:
        return Trial(
            False,
            f"The first hop was answered {answer.status_code}.",
            f"Le premier pas a reçu la réponse {answer.status_code}.",
        )
    try:
        page = call.page(answer.content)
        size = len(gsm7.encode(page.text)) if gsm7.is_gsm7(page.text) else None
    except (ValueError, LookupError, TypeError):
        return Trial(
            False,
            "The first hop was answered, and not by a page.",
            "Le premier pas a reçu une réponse, qui n'est pas une page.",
        )
    if size is not None and size > SEPTETS:
        return Trial(
            False,
            f"The first page has {size} septets, and a phone shows {SEPTETS}.",
            f"La première page a {size} septets, et un téléphone en montre {SEPTETS}.",
        )
    measure = f"{len(page.text)} characters" if size is None else f"{size} septets"
    goes = "and the call ends with it" if page.ends else "and the call goes on"
    french = f"{len(page.text)} caractères" if size is None else f"{size} septets"
    follows = "et l'appel finit avec elle" if page.ends else "et l'appel continue"
    return Trial(
        True,
        f"The first page came in {seconds * 1000:.0f} ms: {measure}, {goes}.",
        f"La première page est venue en {seconds * 1000:.0f} ms : {french}, {follows}.",
    )


def _repeated(first: httpx.Response, again: httpx.Response) -> Trial:
    same = again.status_code == first.status_code and again.content == first.content
    return Trial(
        same,
        f"The same hop again got {'the same' if same else 'another'} page.",
        f"Le même pas répété a reçu {'la même' if same else 'une autre'} page.",
    )
