"""Whether the provider of identities answers, and over TLS: what `jigi check` asks of it."""

from typing import Final

from core.platform.gateways import Trial
from core.platform.settings import Settings
from core.staff.provider import fitness
from core.staff.provider.faults import ProviderRefusal
from core.staff.provider.protocol import Provider

HTTPS: Final = "https://"


async def provider_checks(chosen: Settings) -> list[Trial]:
    """One sentence for each thing; none where nobody signs in by a provider."""
    if not chosen.oidc_issuer:
        return []
    wrong = [Trial(False, fault.english, fault.french) for fault in fitness.faults(chosen)]
    plain = [
        Trial(
            None,
            f"JIGI_{name.upper()} is no https://: allowed on this machine, and in no programme.",
            f"JIGI_{name.upper()} n'est pas en https:// : permis sur cette machine, dans aucun programme.",
        )
        for name in ("oidc_issuer", "oidc_desk_url")
        if not getattr(chosen, name).startswith(HTTPS)
    ]
    return [*wrong, *plain, *_fallback(chosen), await _document(chosen)]


def _fallback(chosen: Settings) -> list[Trial]:
    if chosen.oidc_local_login:
        return []
    return [
        Trial(
            None,
            "JIGI_OIDC_LOCAL_LOGIN is not set: nobody gets in while the provider is down.",
            "JIGI_OIDC_LOCAL_LOGIN n'est pas réglé : personne n'entre quand le service des comptes est en panne.",
        )
    ]


async def _document(chosen: Settings) -> Trial:
    try:
        await Provider(chosen).pages()
    except ProviderRefusal:
        return Trial(
            False,
            "The provider of JIGI_OIDC_ISSUER gives no discovery document of its own, or names addresses without TLS.",
            "Le service des comptes de JIGI_OIDC_ISSUER ne donne pas de document de découverte à son nom, ou nomme des "
            "adresses sans TLS.",
        )
    return Trial(
        True, "The provider of identities gives its discovery document.", "Le service des comptes donne son document."
    )
