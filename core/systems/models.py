"""The table of keys of other systems."""

from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, Index, LargeBinary, SmallInteger, String, text
from sqlmodel import Field

from core.platform.columns import TableRow, one_of
from core.staff.agents import Scope


class ApiKey(TableRow, table=True):
    """A key of a system, known by the keyed hash of it; `slot` 1 or 2, so that two are alive while they are changed.

    `ending` are its last letters, by which people tell it from the other; `used_at` is when it was used last, to the
    hour. One that ended by its own time is withdrawn when the next is made in its slot.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        CheckConstraint("slot IN (1, 2)", name="ck_api_key_slot"),
        Index("uq_api_key_system_slot", "system", "slot", unique=True, postgresql_where=text("withdrawn_at IS NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    system: str = Field(max_length=32)
    slot: int = Field(sa_type=SmallInteger)
    digest: bytes = Field(unique=True, sa_type=LargeBinary)
    ending: str = Field(max_length=4)
    scopes: list[str] = Field(sa_type=ARRAY(String))
    scope_kind: Scope = Field(sa_type=one_of(Scope))
    scope_code: str | None = None
    made_by: int | None = Field(default=None, foreign_key="agent.id")
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: int | None = Field(default=None, foreign_key="agent.id")
