"""Logs: one JSON object a line on standard error, of every logger there is: ours, the libraries' and the server's.

Nobody's number stands in them whole, and nothing that was typed: numbers are masked, an error is its kind and its place
and never its message, and of what a library says only the words it wrote itself are kept.
"""

import logging
import re
import sys
import threading
from types import TracebackType
from typing import Any, Final, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from core.platform.masking import CUT, masked_value
from core.platform.request_ids import LOGGED, current_id, is_id

SERVER: Final = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi")
"""The server's loggers, which begin with lines of their own; what they name is addresses, which are masked."""

SILENT: Final = ("starlette_admin",)
"""Says of each refusal what was sent; the desk tells what fails by itself (`desk.site.headers`)."""

FRAMES: Final = 12
"""Calls of a failure that are told, the innermost last."""

QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\(.*")
WARNING: Final = re.compile(r"(?:.*[/\\])?([^/\\]+):(\d+): (\w+)")


def set_up(level: str) -> None:
    """Log from `level` up; what libraries say, from warnings up."""
    structlog.configure(
        processors=[*OURS, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
    )
    root = logging.getLogger()
    if not any(isinstance(each, StandardError) for each in root.handlers):
        root.addHandler(StandardError())
    for name in SERVER:
        server = logging.getLogger(name)
        server.handlers.clear()
        server.propagate = True
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.captureWarnings(True)


def take_failures() -> None:
    """Turn what nobody caught, and would be a traceback, into a line, where nobody else has taken these hooks."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _ended
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda args: _uncaught("thread_failed", args.exc_value)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda args: _uncaught("left_behind", args.exc_value)


def place_of(error: BaseException) -> str:
    """Where an error arose, as `module:line`, without its message, which may hold what a person typed."""
    return next(iter(_frames(error)[-1:]), "")


class StandardError(logging.StreamHandler[TextIO]):
    """Writes what libraries log to the standard error of the moment, one JSON object a line."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(
            ProcessorFormatter(
                foreign_pre_chain=[_as_said, *OURS],
                processors=[
                    ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
                use_get_message=False,
                pass_foreign_args=True,
            )
        )

    @property
    def stream(self) -> TextIO:
        """Where lines go."""
        return sys.stderr

    @stream.setter
    def stream(self, _: TextIO) -> None:
        """It cannot be turned elsewhere."""


def server_logs() -> dict[str, Any]:
    """What the server is told of logs, in each of its processes, before the application is built there."""
    handlers = {"line": {"()": f"{__name__}.{StandardError.__name__}"}}
    root = {"handlers": list(handlers), "level": "WARNING"}
    return {"version": 1, "disable_existing_loggers": False, "handlers": handlers, "root": root}


def _as_said(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A library's record as its own words, the values in them left out but for numbers and the server's addresses."""
    record, given = event["_record"], event.pop("positional_args", ())
    event["logger"] = record.name
    if record.name == "py.warnings":
        match = WARNING.match(str(given[0] if given else event["event"]))
        event["event"] = "warning"
        return {**event, **({"where": f"{match[1]}:{match[2]}", "kind": match[3]} if match else {})}
    event["event"] = _words(str(event["event"]), given, from_server=record.name in SERVER)
    return event


def _words(template: str, given: Any, *, from_server: bool) -> str:
    if not given:
        first = template.partition("\n")[0]
        return first if from_server else QUOTED.sub(CUT, first)
    if isinstance(given, tuple):
        try:
            return template % tuple(each if from_server or isinstance(each, int | float) else CUT for each in given)
        except (TypeError, ValueError):
            return template
    return template


def _of_request(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A line that comes of a request bears its id."""
    request_id = current_id()
    if request_id:
        event.setdefault(LOGGED, request_id)
    return event


def _failure(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """An error that comes with a line, as its kind, its place and the calls that led there."""
    given = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given is True else given
    if isinstance(error, BaseException):
        event.setdefault("error", type(error).__name__)
        event["calls"] = _frames(error)[-FRAMES:]
        reason = error.__cause__ or error.__context__
        if reason is not None:
            event["because"] = f"{type(reason).__name__} {place_of(reason)}"
    return event


def _mask(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    record = {name: event.pop(name) for name in ("_record", "_from_structlog") if name in event}
    return {name: value if _is_nobodys(name, value) else masked_value(value) for name, value in event.items()} | record


def _is_nobodys(name: str, value: object) -> bool:
    return name == "timestamp" or (name == LOGGED and is_id(value))


OURS: Final[tuple[Processor, ...]] = (
    _of_request,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _failure,
    _mask,
)
"""What every line goes through before it is written."""


def _frames(error: BaseException) -> list[str]:
    frames, trace = [], error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return frames


def _ended(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _uncaught("process_failed", error)


def _uncaught(event: str, error: BaseException | None) -> None:
    structlog.get_logger(__name__).error(event, exc_info=error)
