"""Whether the settings say enough of the provider for somebody to sign in by it."""

from collections.abc import Iterator

from core.platform.mishaps import OperatorSentence
from core.platform.settings import Settings, WrongSetting
from core.staff.agents import Role
from core.staff.provider.protocol import is_safe

NEEDED = ("oidc_client_id", "oidc_desk_url", "oidc_roles")


def faults(settings: Settings) -> Iterator[OperatorSentence]:
    """What is missing, or would not do, where a provider is set."""
    if not settings.oidc_issuer:
        return
    for name in NEEDED:
        if not getattr(settings, name):
            setting = f"JIGI_{name.upper()}"
            yield OperatorSentence(
                f"{setting} is not set, and JIGI_OIDC_ISSUER is.", f"{setting} n'est pas réglé, JIGI_OIDC_ISSUER l'est."
            )
    for theirs, ours in settings.oidc_roles.items():
        if ours not in tuple(Role):
            yield OperatorSentence(
                f"JIGI_OIDC_ROLES: {theirs} is {ours}, which is no role.",
                f"JIGI_OIDC_ROLES : {theirs} est {ours}, qui n'est pas un rôle.",
            )
    for name in ("oidc_issuer", "oidc_desk_url"):
        if getattr(settings, name) and not is_safe(getattr(settings, name)):
            yield OperatorSentence(
                f"JIGI_{name.upper()} goes without TLS: write https://.",
                f"JIGI_{name.upper()} va sans TLS : écrivez https://.",
            )


def must_be_whole(settings: Settings) -> None:
    """Raise WrongSetting where the settings name a provider and not enough of it."""
    for fault in faults(settings):
        raise WrongSetting(fault.english, fault.french)
