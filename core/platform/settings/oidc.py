"""Sign-in at the desk by a provider of identities (OpenID Connect)."""

from pydantic import Field, NonNegativeInt, SecretStr
from pydantic_settings import BaseSettings

from core.platform.settings.types import Texts, Words


class OidcSettings(BaseSettings):
    """One sign-in for all: which provider, and which of its claims say who somebody is, what they may do and where."""

    oidc_issuer: str = Field(
        default="",
        description="The provider by which people sign in at the desk (`https://sso.example/realms/programme`), as its "
        "discovery document has it. Empty: by passwords of Jigi's own.",
    )
    oidc_client_id: str = Field(default="", description="What the provider calls Jigi.")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="Its secret. Empty: PKCE alone.")
    oidc_desk_url: str = Field(
        default="",
        description="The desk as people open it (`https://guichet.example/desk`). The provider is told to send back to "
        "`…/login/back`, after signing out to `…/login`, and that somebody signed out elsewhere to `…/login/ended`.",
    )
    oidc_scopes: Words = Field(default=("openid", "profile"), description="What is asked for, comma-separated.")
    oidc_login_claim: str = Field(default="preferred_username", description="The claim with the login.")
    oidc_name_claim: str = Field(default="name", description="The claim with the name.")
    oidc_role_claim: str = Field(
        default="roles", description="The claim with the roles; dots lead inside (`realm_access.roles`)."
    )
    oidc_roles: Texts = Field(
        default={},
        description="Which role each of its roles is (`jigi-agent=agent,jigi-chef=supervisor`): agent, supervisor, "
        "focal or administrator. Whoever has none of them, or two that differ, is not let in.",
    )
    oidc_place_claim: str = Field(
        default="jigi_place",
        description="The claim with the P-code of a commune, cercle or region. Whoever has none, or one that is "
        "unknown, is not let in.",
    )
    oidc_national: str = Field(default="national", description="What that claim says for the whole country.")
    oidc_second_factor: Words = Field(
        default=(),
        description="Values of `acr` or `amr`, comma-separated, by which the provider says that it asked for a second "
        "factor. Whoever comes without one is asked for Jigi's own, where JIGI_DESK_TOTP is on.",
    )
    oidc_leeway_seconds: NonNegativeInt = Field(default=60, description="How far the provider's clock may be off.")
    oidc_local_login: str = Field(
        default="",
        description="The login of the one administrator who may still sign in by a password of Jigi's own, for when "
        "the provider is down. Empty: nobody.",
    )
