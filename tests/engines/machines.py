"""Engines as people run them, on loopback: PgBouncer, a primary with its standby, Sentinel, a cluster.

All are Debian's own programs or those of the wheels; every process is ended by its id.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
import redis

from core.platform.database import DatabaseTask
from core.platform.servers import own_program

PATIENCE: Final = 20.0
NOBODY: Final = "nobody"
LOGINS: Final = {
    DatabaseTask.LINE: "line",
    DatabaseTask.WORKER: "worker",
    DatabaseTask.DESK: "desk",
    DatabaseTask.SIGN_IN: "door",
    DatabaseTask.API: "systems",
}
"""Who signs in for each task, as docs/operators.md has it."""


def _debians(name: str) -> str:
    """A program as Debian installs it, and not one that a wheel brought."""
    program = shutil.which(name, path="/usr/bin:/usr/sbin")
    if program is None:
        raise FileNotFoundError(f"{name} is not installed: `make engines` does it")
    return program


def free_port() -> int:
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        port: int = own.getsockname()[1]
        return port


def until(so: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while True:
        try:
            if so():
                return
        except (OSError, psycopg.Error, redis.RedisError):
            pass
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 1):
        return True


@contextmanager
def process(
    command: list[str], log: Path, *, user: str | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that runs until the end of the block."""
    as_user = {"user": user, "group": "nogroup", "extra_groups": []} if user and os.getuid() == 0 else {}
    with log.open("ab") as out:
        child = subprocess.Popen(command, stdout=out, stderr=out, env=environment, **as_user)  # type: ignore[call-overload]
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(10)


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL of ours on a port of loopback."""

    folder: Path
    port: int

    def url(self, database: str = "jigi") -> str:
        return f"postgresql://jigi@127.0.0.1:{self.port}/{database}"

    def log_in_by_task(self) -> None:
        """Let each task sign in with its role and no other."""
        with psycopg.connect(self.url(), autocommit=True) as owner:
            for login in LOGINS.values():
                owner.execute(f"DROP ROLE IF EXISTS {login}".encode())
            for task, login in LOGINS.items():
                role = f"jigi_{task.value.replace('-', '_')}"
                owner.execute(f"CREATE ROLE {login} LOGIN IN ROLE {role}".encode())


def signed_in(url: str, task: DatabaseTask) -> str:
    """A URL of the owner's, for the sign-in of a task."""
    return url.replace("//jigi@", f"//{LOGINS[task]}@")


def _pg(program: str) -> str:
    path = own_program(program)
    assert path, f"no {program} came with our own PostgreSQL"
    return path


def _run(*command: str, user: str | None = NOBODY) -> None:
    as_user = {"user": user, "group": "nogroup", "extra_groups": []} if user and os.getuid() == 0 else {}
    subprocess.run(command, check=True, capture_output=True, timeout=60, **as_user)  # type: ignore[call-overload]


@contextmanager
def postgres(folder: Path, *, of: Postgres | None = None) -> Iterator[tuple[Postgres, subprocess.Popen[bytes]]]:
    """A PostgreSQL, or the standby `of` another."""
    data, port = folder / "data", free_port()
    _owned(folder)
    if of is None:
        _run(_pg("initdb"), "-D", str(data), "-U", "jigi", "--auth=trust", "-E", "UTF8", "--no-sync")
    else:
        source = f"host=127.0.0.1 port={of.port} user=jigi"
        _run(_pg("pg_basebackup"), "-D", str(data), "-R", "-d", source, "-X", "stream", "-c", "fast", "--no-sync")
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off"}
    options |= {"hot_standby": "on", "wal_level": "replica", "max_connections": 200}
    command = [_pg("postgres"), "-D", str(data)]
    command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    made = Postgres(folder, port)
    with process(command, folder / "log", user=NOBODY) as child:
        until(lambda: _takes_queries(made.url("postgres")), "PostgreSQL answers")
        yield made, child


def _takes_queries(url: str) -> bool:
    with psycopg.connect(url, connect_timeout=1) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def promote(standby: Postgres) -> None:
    """Make a standby the primary."""
    _run(_pg("pg_ctl"), "promote", "-D", str(standby.folder / "data"), "-w")


def _owned(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if os.getuid() == 0:
        shutil.chown(folder, NOBODY, "nogroup")
        for parent in folder.parents:  # PostgreSQL does not run as root, and must reach its folder
            if parent == Path("/") or parent.stat().st_mode & 0o001:
                break
            parent.chmod(parent.stat().st_mode | 0o011)


@contextmanager
def pgbouncer(folder: Path, server: Postgres, mode: str) -> Iterator[str]:
    """The URL of a PgBouncer before a PostgreSQL, in `transaction` or `session` mode."""
    _owned(folder)
    port = free_port()
    users = ("jigi", "jigi_desk", *LOGINS.values())
    (folder / "users.txt").write_text("".join(f'"{user}" ""\n' for user in users))
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host=127.0.0.1 port={server.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {folder}/users.txt\n"
        f"pool_mode = {mode}\nmax_client_conn = 500\ndefault_pool_size = 20\nserver_reset_query_always = 0\n"
    )
    with process([_debians("pgbouncer"), str(folder / "pgbouncer.ini")], folder / "log", user=NOBODY):
        until(lambda: answers(port), "PgBouncer answers")
        yield f"postgresql://jigi@127.0.0.1:{port}/jigi"


@contextmanager
def redis_server(folder: Path, port: int, *more: str, answering: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """Debian's Redis on a port of loopback, there when that or another port answers."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        _debians("redis-server"),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
        *more,
    ]
    with process(command, folder / "log") as child:
        until(lambda: answers(answering or port), "Redis answers")
        yield child


@contextmanager
def encrypted(folder: Path) -> Iterator[str]:
    """The URL of a Redis that speaks TLS only, under an authority of its own."""
    folder.mkdir(parents=True)
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    key = ("req", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    _openssl(folder, *key, "-x509", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=An authority of ours")
    _openssl(folder, *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    signed = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
    _openssl(folder, "x509", "-req", "-in", "server.csr", "-out", "server.crt", *signed)
    port = free_port()
    tls = ("--tls-port", str(port), "--tls-auth-clients", "no")
    files = ("--tls-cert-file", "server.crt", "--tls-key-file", "server.key", "--tls-ca-cert-file", "ca.crt")
    with redis_server(folder, 0, *tls, *files, answering=port):
        yield f"rediss://127.0.0.1:{port}?ssl_ca_certs={folder / 'ca.crt'}"


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run([_debians("openssl"), *words], cwd=folder, check=True, capture_output=True)


@dataclass(frozen=True, slots=True)
class Watched:
    """A master and a replica that three sentinels watch."""

    url: str
    master: subprocess.Popen[bytes]
    ports: tuple[int, int]
    sentinels: tuple[int, ...]

    def master_port(self) -> int:
        """Where the sentinels say that the master is."""
        with redis.Redis(port=self.sentinels[0], socket_timeout=1) as sentinel:
            address = sentinel.sentinel_get_master_addr_by_name("jigi")
            return int(address[1])


@contextmanager
def watched(folder: Path) -> Iterator[Watched]:
    """Redis with sentinels; the master counts as gone after a second."""
    first, second = free_port(), free_port()
    sentinels = tuple(free_port() for _ in range(3))
    with ExitStack() as stack:
        master = stack.enter_context(redis_server(folder / "first", first))
        stack.enter_context(redis_server(folder / "second", second, "--replicaof", "127.0.0.1", str(first)))
        for port in sentinels:
            own = folder / f"sentinel-{port}"
            own.mkdir(parents=True)
            (own / "sentinel.conf").write_text(
                f"port {port}\nbind 127.0.0.1\ndir {own}\nsentinel monitor jigi 127.0.0.1 {first} 2\n"
                "sentinel down-after-milliseconds jigi 1000\nsentinel failover-timeout jigi 5000\n"
                "sentinel parallel-syncs jigi 1\n"
            )
            command = [_debians("redis-server"), str(own / "sentinel.conf"), "--sentinel"]
            stack.enter_context(process(command, own / "log"))
        for port in sentinels:
            until(lambda port=port: _knows(port), "the sentinels know each other and the replica")  # type: ignore[misc]
        hosts = ",".join(f"127.0.0.1:{port}" for port in sentinels)
        yield Watched(f"redis+sentinel://{hosts}/jigi", master, (first, second), sentinels)


def _knows(port: int) -> bool:
    with redis.Redis(port=port, socket_timeout=1) as sentinel:
        master = sentinel.sentinel_master("jigi")
        return bool(master["num-other-sentinels"] == 2 and master["num-slaves"] == 1)


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The URL of three masters that share the slots."""
    ports = [free_port() for _ in range(3)]
    with ExitStack() as stack:
        for port in ports:
            more = (
                "--cluster-enabled",
                "yes",
                "--cluster-config-file",
                "nodes.conf",
                "--cluster-port",
                str(free_port()),
            )
            stack.enter_context(redis_server(folder / str(port), port, *more))
        hosts = [f"127.0.0.1:{port}" for port in ports]
        subprocess.run(
            [_debians("redis-cli"), "--cluster", "create", *hosts, "--cluster-yes"],
            check=True,
            capture_output=True,
            timeout=60,
        )
        until(lambda: all(_whole(port) for port in ports), "the cluster is whole")
        yield f"redis+cluster://{','.join(hosts)}"


def _whole(port: int) -> bool:
    with redis.Redis(port=port, socket_timeout=1) as node:
        return bool(node.cluster("info")["cluster_state"] == "ok")
