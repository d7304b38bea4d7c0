"""The web server of a command: where it listens, and whether it can."""

import socket
from contextlib import suppress
from errno import EADDRINUSE

from core.platform import logs
from core.platform.errors import JigiError
from core.platform.processes import Stopped


class PortTaken(JigiError):
    """What would be listened on is another program's, or not ours to take."""


def check_free(host: str, *ports: int) -> None:
    """Raise PortTaken where one of the ports cannot be listened on, before anything is begun."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in ports:
        with socket.socket(family) as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listening.bind((host, port))
            except OSError as error:
                raise PortTaken(f"Port {port} of {host} {_why(error)}. Name another with --port.") from None


def _why(error: OSError) -> str:
    if error.errno == EADDRINUSE:
        return "is taken: another Jigi, or another program, listens there"
    return f"cannot be listened on ({error.strerror})"


def listen(host: str, port: int, workers: int, log_level: str) -> None:
    """Serve `asgi:build` until somebody ends it."""
    import uvicorn

    logs.set_up(log_level)
    logs.take_failures()
    with suppress(Stopped):  # whoever stops a server gets what they asked for
        uvicorn.run(
            "asgi:build", factory=True, host=host, port=port, workers=workers, access_log=False, log_level="warning",
            log_config=logs.server_logs(), server_header=False, timeout_graceful_shutdown=5,
            http="core.platform.connections:BoundedProtocol",
        )  # fmt: skip
