"""Tables of forms that push: each form, its submissions, and the files of theirs that are to be fetched."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.imports.field.states import SubmissionState
from core.platform.columns import TableRow, one_of


class FieldForm(TableRow, table=True):
    """A form of another system, known since its first submission; `mapping` is the name of what says its columns."""

    __tablename__ = "field_form"
    __table_args__ = (UniqueConstraint("system", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    system: str = Field(max_length=32)
    name: str = Field(max_length=60)
    mapping: str | None = None
    first_at: datetime
    last_at: datetime


class FieldSubmission(TableRow, table=True):
    """A submission that came, by every identifier that it is known by (`keys`, hashes), and a digest of its answers.

    `content` is what came, sealed for the desk, of one that waits; `problems` why it does, without a word of it.
    `scope_code` is the place of the key that brought it.
    """

    __tablename__ = "field_submission"
    __table_args__ = (
        Index("ix_field_submission_keys", "keys", postgresql_using="gin"),
        Index("ix_field_submission_waiting", "form_id", "id", postgresql_where=text("state = 'waiting'")),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    form_id: int = Field(foreign_key="field_form.id", ondelete="CASCADE")
    keys: list[str] = Field(sa_type=ARRAY(String))
    digest: str = Field(max_length=64)
    state: SubmissionState = Field(sa_type=one_of(SubmissionState))
    edited: bool
    problems: list[dict[str, Any]] = Field(sa_type=JSONB)
    content: str | None = Field(default=None, sa_type=Text)
    scope_code: str | None = None
    received_at: datetime = Field(index=True)
    settled_at: datetime | None = None
    settled_by: int | None = Field(default=None, foreign_key="agent.id")


class FieldFile(TableRow, table=True):
    """A file of a submission that is to be fetched from the form's server for its grievance, at `url`."""

    __tablename__ = "field_file"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    grievance_id: int = Field(foreign_key="grievance.id", ondelete="CASCADE", index=True)
    url: str
    attempts: int
    next_at: datetime = Field(index=True)
