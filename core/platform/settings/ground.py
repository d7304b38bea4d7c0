"""The servers that Jigi stands on."""

from pathlib import Path

from pydantic import Field, PositiveInt
from pydantic_settings import BaseSettings


class GroundSettings(BaseSettings):
    """Where PostgreSQL and Redis are, and in which roles they are spoken to."""

    database_url: str = Field(
        default="",
        description="PostgreSQL, as a libpq URL, of one host or several (`postgresql://jigi@h1:5432,h2:5432/jigi"
        "?target_session_attrs=read-write`), directly or through PgBouncer. Empty: Jigi starts its own.",
    )
    database_direct_url: str = Field(
        default="",
        description="PostgreSQL past the pooler, for migrations, COPY, LISTEN and locks of a session. "
        "Empty: the same as JIGI_DATABASE_URL, which is then no pooler's.",
    )
    database_read_url: str = Field(
        default="",
        description="A PostgreSQL to read figures, reports and exports from, e.g. a standby. Empty: the same.",
    )
    desk_database_url: str = Field(
        default="",
        description="The same database, signed in to with the desk's own role (`jigi_desk`). Empty: JIGI_DATABASE_URL, "
        "and the role is entered for each transaction.",
    )
    sign_in_database_url: str = Field(
        default="",
        description="The same for sign-in at the desk and the people who work there (`jigi_sign_in`). "
        "Empty: JIGI_DATABASE_URL.",
    )
    worker_database_url: str = Field(
        default="",
        description="The same for `jigi worker`, and for imports and plans at the desk (`jigi_worker`). "
        "Empty: JIGI_DATABASE_URL.",
    )
    api_database_url: str = Field(
        default="",
        description="The same for what other systems ask for (`jigi_api`), with `jigi serve --only api`. "
        "Empty: JIGI_DATABASE_URL.",
    )
    owner_database_url: str = Field(
        default="",
        description="The same for `jigi db` and the commands of the shell, past a pooler: the owner of the tables. "
        "Empty: JIGI_DATABASE_DIRECT_URL, else JIGI_DATABASE_URL.",
    )
    redis_url: str = Field(
        default="",
        description="Redis or Valkey: redis://, rediss://, unix://, valkey://, redis+sentinel://h1,h2,h3/service or "
        "redis+cluster://h1,h2,h3. Empty: Jigi starts its own.",
    )
    data_dir: Path = Field(default=Path(".jigi"), description="Folder of Jigi's own PostgreSQL and Redis.")
    database_pool: PositiveInt = Field(
        default=10,
        description="PostgreSQL connections of one web process for statements by themselves; half as many more for "
        "sessions that read, and as many again for writing.",
    )
