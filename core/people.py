"""The people who work here: agents of the desk, what they may do and for which places."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field

from core.columns import Row, one_of, stamped


class Role(StrEnum):
    """What an agent may do; a focal person alone reads sensitive grievances."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    FOCAL = "focal"


class Scope(StrEnum):
    """The kind of place an agent works for; its P-code stands beside it, except for the whole country."""

    COMMUNE = "commune"
    CERCLE = "cercle"
    REGION = "region"
    NATIONAL = "national"


class Agent(Row, table=True):
    """A person of the desk, kept when disabled because grievances name them."""

    __tablename__ = "agent"

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    name: str
    role: Role = Field(sa_type=one_of(Role))
    scope_kind: Scope = Field(sa_type=one_of(Scope))
    scope_code: str | None = None
    disabled_at: datetime | None = None
    created_at: datetime = stamped()
