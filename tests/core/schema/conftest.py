"""A database for tests of tables that are not there yet, or not any more."""

import psycopg
import pytest
from sqlalchemy.engine import make_url

NAME = "jigi_empty"


@pytest.fixture
def empty_url(database_url: str) -> str:
    """A database of its own, without a table."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {NAME}".encode())
    return make_url(database_url).set(database=NAME).render_as_string(hide_password=False)
