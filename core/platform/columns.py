"""What tables are made of: one metadata with named constraints, words from a fixed set, moments PostgreSQL writes."""

from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, MetaData, text
from sqlmodel import Field, SQLModel

WORD_LETTERS = 20


class Row(SQLModel):
    """A row of a table; constraints are named so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def one_of(kind: type[StrEnum]) -> Enum:
    """The type of a column that holds one value of `kind` as text, checked by PostgreSQL too."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=WORD_LETTERS,
        name=None,
        values_callable=lambda members: [member.value for member in members],
    )


def stamped() -> Any:
    """A moment that PostgreSQL sets when the row is written without it."""
    return Field(default=None, nullable=False, sa_column_kwargs={"server_default": text("now()")})
