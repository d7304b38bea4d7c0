"""`jigi check`: whether a machine is fit to serve, in sentences."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Annotated

import typer
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from core.platform.errors import JigiError
from core.platform.gateways import Trial, away
from core.platform.settings import Settings, settings
from core.platform.terminal import on, out
from core.schema import checks
from core.schema.provider_checks import provider_checks
from core.schema.sign_ins import sign_in_checks
from sms.outbox import gateways as sms_gateways
from sms.outbox.trying import mark_of, sentence_of
from ussd import gateways as ussd_gateways

app = typer.Typer(add_completion=False)


@app.command()
def check(
    production: Annotated[
        bool, typer.Option("--production", help="Fail also on what is allowed at a trial and not for a programme.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")] = False,
) -> None:
    """Whether settings, database, Redis, disk and gateways are fit to serve; exit code 1 where they are not."""
    chosen = settings()
    trials = [
        *checks.settings_checks(chosen),
        *_database(chosen),
        *sign_in_checks(chosen),
        *checks.machine_checks(chosen.data_dir),
        *asyncio.run(provider_checks(chosen)),
    ]
    if production:
        trials = [replace(trial, holds=bool(trial.holds)) for trial in trials]
    trials += asyncio.run(_beyond(chosen))
    _tell(trials, as_json=as_json)
    raise typer.Exit(1 if any(trial.holds is False for trial in trials) else 0)


def _tell(trials: Sequence[Trial], *, as_json: bool) -> None:
    if as_json:
        out.print_json(json.dumps([asdict(trial) for trial in trials]))
        return
    for trial in trials:
        out.print(f"{mark_of(trial)} {sentence_of(trial)}", highlight=False, soft_wrap=True)


def _database(chosen: Settings) -> list[Trial]:
    """What there is to say of the database that is set; none of our own is started for it."""
    if not chosen.database_url:
        return []
    try:
        return on(chosen.database_url, checks.database_checks(chosen))
    except (SQLAlchemyError, OSError, JigiError) as error:
        return [away(error)]


async def _beyond(chosen: Settings) -> list[Trial]:
    """Redis and the gateways, as far as they can be tried without anybody noticing."""
    trials = [await _redis(chosen.redis_url)] if chosen.redis_url else []
    try:
        sending, calling = sms_gateways.ways_out(chosen).values(), ussd_gateways.switched_on(chosen)
    except JigiError as wrong:
        return [*trials, away(wrong)]
    for ussd in calling:
        trials += await ussd.trials()
    for sms in sending:
        trials += await sms.trials()
        await sms.close()
    return trials


async def _redis(url: str) -> Trial:
    try:
        return await checks.redis_check(url)
    except (RedisError, OSError, JigiError) as error:
        return away(error)
