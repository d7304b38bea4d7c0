"""Every logger of a process writes one JSON object a line, in which nothing personal stands."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

START = "import logging, structlog\nfrom core.platform import logs\nlogs.set_up('INFO')\nlogs.take_failures()\n"


def lines(program: str) -> list[dict[str, Any]]:
    """What a process writes on standard error, read as lines of JSON."""
    ended = subprocess.run([sys.executable, "-c", START + program], capture_output=True, text=True, check=False)  # noqa: S603
    assert ended.stdout == ""
    return [json.loads(line) for line in ended.stderr.splitlines()]


def test_our_own_line_is_masked_and_an_error_has_its_place_and_not_its_words() -> None:
    (line,) = lines(
        "try:\n    raise KeyError('Awa Traoré')\n"
        "except KeyError:\n    structlog.get_logger().error('failed', phone='+22376123456', exc_info=True)\n"
    )
    assert (line["event"], line["phone"], line["error"], line["level"]) == ("failed", "****", "KeyError", "error")
    assert line["calls"] == ["__main__:6"]


def test_of_a_library_its_own_words_are_kept_and_no_value_but_numbers() -> None:
    told = lines(
        "log = logging.getLogger('some.library')\n"
        "log.warning('no %s in %d rows', 'Awa', 7)\n"
        "log.error(f\"no {'Awa'!r} (Safo)\\nmore of Awa\")\n"
        "log.info('not from warnings up')\n"
        "log.error('%d %s', 'a slip of the library')\n"
    )
    assert [line["event"] for line in told] == ["no … in 7 rows", "no … …", "%d %s"]
    assert told[0]["logger"] == "some.library"


def test_a_reason_of_the_database_is_told_by_kind() -> None:
    (line,) = lines(
        "try:\n    try:\n        raise ValueError('Key (msisdn)=(+22376123456)')\n"
        "    except ValueError as error:\n        raise RuntimeError('[parameters: Awa]') from error\n"
        "except RuntimeError:\n    logging.getLogger('sqlalchemy.pool').exception('Exception during reset')\n"
    )
    assert (line["error"], line["because"]) == ("RuntimeError", "ValueError __main__:7")
    assert "Awa" not in str(line)


def test_the_server_s_lines_are_ours_whatever_it_was_set_up_with() -> None:
    (line,) = lines(
        "import uvicorn\nuvicorn.Config('asgi:build', log_config=uvicorn.config.LOGGING_CONFIG)\n"
        "logs.set_up('INFO')\n"
        "logging.getLogger('uvicorn.access').info('%s - \"%s %s HTTP/%s\" %d', '127.0.0.1:40001', 'POST',"
        " '/ussd/africastalking/s3cret?x=Awa', '1.1', 200)\n"
    )
    assert line["event"] == '127.0.0.1:40001 - "POST /ussd/africastalking/…?… HTTP/1.1" 200'


def test_the_server_starts_with_our_lines_in_each_of_its_processes() -> None:
    (line,) = lines(
        "import uvicorn\nlogging.getLogger().handlers.clear()\n"
        "uvicorn.Config('asgi:build', log_config=logs.server_logs())\n"
        "logs.set_up('INFO')\nlogging.getLogger('uvicorn.error').error('Error loading %s', 'asgi')\n"
    )
    assert line["event"] == "Error loading asgi"


def test_warnings_tasks_threads_and_the_end_of_the_process_are_lines_too() -> None:
    told = lines(
        "import asyncio, threading, warnings\n"
        "warnings.warn('of Awa', stacklevel=1)\n"
        "async def fails(name): raise ValueError(name)\n"
        "async def main():\n    asyncio.create_task(fails('Awa'))\n    await asyncio.sleep(0.01)\n"
        "    asyncio.get_running_loop().call_soon(lambda name: 1 / 0, 'Awa')\n    await asyncio.sleep(0.01)\n"
        "asyncio.run(main())\n"
        "def falls(): raise ValueError('Awa')\n"
        "thread = threading.Thread(target=falls)\nthread.start()\nthread.join()\n"
        "raise LookupError('Awa 76123456')\n"
    )
    assert [line["event"] for line in told] == [
        "warning", "Task exception was never retrieved", "Exception in callback main.<locals>.<lambda>…",
        "thread_failed", "process_failed",
    ]  # fmt: skip
    assert (told[0]["kind"], told[0]["where"]) == ("UserWarning", "<string>:6")
    assert [line.get("error") for line in told[1:]] == ["ValueError", "ZeroDivisionError", "ValueError", "LookupError"]
    assert "Awa" not in str(told)


def test_each_line_has_its_moment_in_utc() -> None:
    program = "structlog.get_logger().info('ours')\nlogging.getLogger('some.library').warning('theirs')\n"
    for line in lines(program):
        moment = datetime.fromisoformat(line["timestamp"])
        assert moment.utcoffset() == timedelta(0)
        assert abs(datetime.now(UTC) - moment) < timedelta(minutes=5)
