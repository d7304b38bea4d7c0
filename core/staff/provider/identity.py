"""Which agent each person of the provider is."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from core.platform.columns import TableRow


class AgentIdentity(TableRow, table=True):
    """An agent as the provider knows them: by its own word for the person, which never becomes another's."""

    __tablename__ = "agent_identity"
    __table_args__ = (Index("uq_agent_identity_issuer_sub", "issuer", "sub", unique=True),)

    agent_id: int = Field(foreign_key="agent.id", ondelete="CASCADE", primary_key=True)
    issuer: str
    sub: str
    bound_at: datetime
