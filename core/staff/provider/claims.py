"""Whom claims speak of, by the settings: a login, a name, one role, one place. What they do not say is no right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.platform import sql
from core.platform.settings import Settings
from core.staff.administration import Duties
from core.staff.agents import LOGIN, Role, Scope
from core.staff.provider.faults import ProviderFault, ProviderRefusal

LONGEST_NAME: Final = 80
LONGEST_SUB: Final = 255


@dataclass(frozen=True, slots=True)
class Claimed:
    """Somebody, as the provider says; `sid` is the provider's session of theirs, '' where it names none."""

    sub: str
    login: str
    name: str
    duties: Duties
    has_second_factor: bool
    sid: str


PLACE: Final = """
SELECT 'commune' AS kind FROM commune WHERE pcode = %(pcode)s
UNION ALL SELECT 'cercle' FROM cercle WHERE pcode = %(pcode)s
UNION ALL SELECT 'region' FROM region WHERE pcode = %(pcode)s
"""


async def claimed(claims: Mapping[str, Any], settings: Settings) -> Claimed:
    """Whom these claims speak of; raises ProviderRefusal."""
    login = " ".join(texts(claims, settings.oidc_login_claim))
    sub = str(claims["sub"])
    if LOGIN.fullmatch(login) is None or len(sub) > LONGEST_SUB:
        raise ProviderRefusal(ProviderFault.NO_LOGIN)
    name = " ".join(texts(claims, settings.oidc_name_claim)).strip()[:LONGEST_NAME] or login
    role = _role(texts(claims, settings.oidc_role_claim), settings.oidc_roles)
    place = await _place(texts(claims, settings.oidc_place_claim), settings.oidc_national)
    said = {*texts(claims, "acr"), *texts(claims, "amr")}
    sid = claims.get("sid")
    return Claimed(
        sub, login, name, Duties(role, *place), bool(said.intersection(settings.oidc_second_factor)),
        sid[:LONGEST_SUB] if isinstance(sid, str) else "",
    )  # fmt: skip


def texts(claims: Mapping[str, Any], path: str) -> Sequence[str]:
    """The texts of a claim, which may be one or a list; dots of its name lead inside where it is none by itself."""
    value: Any = claims.get(path)
    if value is None:
        value = claims
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str) and each.strip()]


def _role(given: Sequence[str], roles: Mapping[str, str]) -> Role:
    meant = {roles[each] for each in given if each in roles}
    if not meant or not meant <= set(Role):
        raise ProviderRefusal(ProviderFault.NO_ROLE)
    if len(meant) > 1:
        raise ProviderRefusal(ProviderFault.MANY_ROLES)
    return Role(meant.pop())


async def _place(given: Sequence[str], national: str) -> tuple[Scope, str | None]:
    places = set(given)
    if len(places) != 1:
        raise ProviderRefusal(ProviderFault.NO_PLACE)
    (pcode,) = places
    if pcode == national:
        return Scope.NATIONAL, None
    kind = await sql.scalar(PLACE, {"pcode": pcode})
    if kind is None:
        raise ProviderRefusal(ProviderFault.UNKNOWN_PLACE)
    return Scope(kind), pcode
