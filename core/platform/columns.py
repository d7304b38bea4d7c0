"""What tables are made of: one metadata with named constraints, words from a fixed set, moments PostgreSQL writes."""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import Dialect, Enum, MetaData, String, TypeDecorator, text
from sqlmodel import Field, SQLModel

WORD_LETTERS = 20


class TableRow(SQLModel):
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


class _Coded(TypeDecorator[StrEnum]):
    impl = String
    cache_ok = True

    def __init__(self, *kinds: type[StrEnum]) -> None:
        super().__init__()
        self.kinds = kinds
        self._members = {member.value: member for kind in kinds for member in kind}
        if len(self._members) != sum(map(len, kinds)):
            raise ValueError(f"{self._names()} share a value")

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """The word as text."""
        return None if value is None else self._member(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """The member that the text stands for."""
        return None if value is None else self._member(value)

    def _member(self, value: str) -> StrEnum:
        member = self._members.get(value)
        if member is None:
            raise ValueError(f"{value!r} is none of {self._names()}")
        return member

    def _names(self) -> str:
        return ", ".join(kind.__name__ for kind in self.kinds)


def coded(*kinds: type[StrEnum]) -> TypeDecorator[StrEnum]:
    """The type of a column that holds one value of `kinds` as text, which PostgreSQL does not check by itself.

    Raises ValueError for kinds that share a value, and the column for a value that is of none of them.
    """
    return _Coded(*kinds)


def listed(members: Collection[StrEnum]) -> str:
    """SQL of a group of words, in the order of their enum: `('planned', 'announced')`. Raises ValueError for none."""
    if not members:
        raise ValueError("a group has a member")
    kind = type(next(iter(members)))
    words = ", ".join(f"'{member}'" for member in kind if member in members)
    return f"({words})"


def stamped() -> Any:
    """A moment that PostgreSQL sets when the row is written without it."""
    return Field(default=None, nullable=False, sa_column_kwargs={"server_default": text("now()")})
