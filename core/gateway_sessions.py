"""What the gateway reports at the end of a session, for statistics: no number, nothing that was typed or shown."""

from datetime import datetime

from sqlmodel import Field

from core.columns import Row, stamped


class GatewaySession(Row, table=True):
    """One ended session; `cost` is the gateway's own text, currency and amount."""

    __tablename__ = "gateway_session"

    session_id: str = Field(primary_key=True)
    date: datetime = stamped()
    network: str | None = None
    status: str
    duration_ms: int | None = None
    hops: int | None = None
    cost: str | None = None
    error: str | None = None
