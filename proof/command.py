"""`jigi menus`: check every screen, draw them, and book them for whoever signs them off."""

import asyncio
import json
import logging
import os
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Annotated, Any, Final

import structlog
import typer
from rich.markup import escape
from rich.table import Table

from core.calls.counts import since as counted_since
from core.files.cells import UnreadableFile
from core.imports.rows import Problem
from core.platform import database
from core.platform.servers import end_own_postgres
from core.platform.settings import Settings, settings
from core.platform.terminal import errors, out
from core.platform.warden import end_with_parent, keep_folder, leave_folder
from core.schema.ground import at_database, postgres
from core.text.alphabet import alphabet
from core.text.languages import Language
from core.text.words import COMMAND, label
from menus.line import line
from menus.stats import funnels, losing_most
from proof.book import book as book_of
from proof.chart import chart_of
from proof.corrections import TextChange, bring_back
from proof.figures import LEAST_SHARE, LINES, PageFigures, figures
from proof.findings import Finding, findings
from proof.graph import draw
from proof.layers import NoLayout
from proof.review import texts_to_review, write_table
from proof.walk import Walk
from proof.world import Longest, longest_of_database, make_world, on_own_database, rules, walk_line

PLANS_OF_PHONES: Final = 20
"""A set of phones takes some ninety plans of campaigns, and so is tried so much more rarely than other states."""

app = typer.Typer(help="The screens of the line.", no_args_is_help=True, add_completion=False)


@app.command()
def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    table: Annotated[
        bool, typer.Option("--figures", help="Print how tall each screen is, and the keys to it.")
    ] = False,
    real: Annotated[
        bool, typer.Option("--real", help="Hold pages to the longest values of the database that is set.")
    ] = False,
    truth: Annotated[
        int,
        typer.Option(
            min=0, help="Instead, hold what is told of so many invented states of each subject to the oracle."
        ),
    ] = 0,
) -> None:
    """Walk the line as every kind of caller in every language, and name every page that is wrong."""
    if truth:
        _hold_to_the_truth(truth)
        return
    longest = at_database(longest_of_database()) if real else Longest()
    walk = walked(longest)
    carried = alphabet(settings().alphabet)
    faults, size = findings(walk, line, rules(carried)), figures(walk.visits, carried)
    if as_json:
        whole = {"findings": [asdict(each) for each in faults], "seen": _seen(walk), "slowest": _slowest(walk)}
        out.print_json(json.dumps({**whole, "figures": asdict(size)}))
    else:
        _tell(faults, walk)
        _tell_figures(size, whole=table)
    raise typer.Exit(1 if faults or not size.fit else 0)


def walked(longest: Longest) -> Walk:
    """Walk the line in every language at once, each on a PostgreSQL of its own that is gone afterwards."""
    began = time.perf_counter()
    pool = ProcessPoolExecutor(len(Language), get_context("spawn"), partial(end_with_parent, _die))
    with pool as processes, _ended_with_us(), errors.status("walking the line…"):
        walks = list(processes.map(_walked, [longest] * len(Language), Language))
    together = Walk(seconds=time.perf_counter() - began)
    for walk in walks:
        together.visits += walk.visits
        together.steps = {**walk.steps, **together.steps}
        together.callers += walk.callers
        together.hops += walk.hops
    return together


@contextmanager
def _ended_with_us() -> Iterator[None]:
    """Where this process is stopped, those of its pool are too: nobody waits for what they would find."""
    try:
        yield
    except BaseException:
        for process in active_children():
            process.terminate()
        raise


def _die() -> None:
    """End this process of the pool, whatever it is doing; its warden ends its servers."""
    os._exit(1)


@contextmanager
def _own_database(prefix: str) -> Iterator[str]:
    """The URL of a PostgreSQL of ours that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        keep_folder(Path(folder))
        yield postgres(Settings(data_dir=Path(folder), database_url=""))
        end_own_postgres(Path(folder))
        leave_folder(Path(folder))


def _walked(longest: Longest, language: Language) -> Walk:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

    async def work(url: str) -> Walk:
        async with on_own_database(url):
            await make_world(longest)
            return await walk_line(alphabet(settings().alphabet), language)

    with _own_database("jigi-menus-") as url:
        return asyncio.run(work(url))


def _hold_to_the_truth(examples: int) -> None:
    """Dial, ask by SMS and plan campaigns for invented histories, and name the smallest that is told otherwise."""
    from proof.campaign_histories import hold_campaigns
    from proof.commune_histories import hold_communes
    from proof.event_histories import hold_events
    from proof.grievance_histories import hold_complaints
    from proof.histories import NotSo, hold

    oracles = {
        "households": hold,
        "communes": hold_communes,
        "campaigns": hold_campaigns,
        "events": hold_events,
        "complaints": hold_complaints,
    }
    with _own_database("jigi-truth-") as url, asyncio.Runner() as runner:
        runner.run(_opened(url))
        try:
            for what, held in oracles.items():
                began = time.perf_counter()
                states = max(1, examples // PLANS_OF_PHONES) if held is hold_campaigns else examples
                tried = held(runner, states)
                counted = f"{tried.households} households, {tried.payments} payments, {tried.answers} answers"
                took = f"in {time.perf_counter() - began:.1f} s"
                out.print(
                    f"{what}: {states} states, {counted}, all of them so, {took}", highlight=False, soft_wrap=True
                )
        except NotSo as wrong:
            out.print(str(wrong), highlight=False, markup=False, soft_wrap=True)
            raise typer.Exit(1) from None
        finally:
            runner.run(database.close_database())


async def _opened(url: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    database.open_database(url, pool=4, statement_seconds=60)


@app.command()
def stats(
    since: Annotated[str, typer.Option(help="How far back: 7d, 4w.")] = "7d",
    language: Annotated[Language | None, typer.Option(parser=Language, help="Calls in one language only.")] = None,
) -> None:
    """What callers did: the way to each task, where they were lost, and how long it took."""
    days = _days(since)
    first = datetime.now(UTC).date() - timedelta(days=days - 1)
    screens, tasks = at_database(counted_since(first))
    table = Table("Task", "Finished", "Hops", "Seconds", "The way: came, went on, wrong key, back, lost")
    for funnel in funnels(screens, tasks, language.value if language else ""):
        steps = [
            f"{step.screen}: {step.entered}, {step.answered}, {step.wrong_key}, {step.went_back}, {step.lost}"
            for step in funnel.steps
        ]
        times = (f"{funnel.hops:.1f}", f"{funnel.seconds:.0f}") if funnel.finished else ("", "")
        table.add_row(funnel.task.name, str(funnel.finished), *times, "\n".join(steps), end_section=True)
    out.print(table)
    for step in losing_most(screens):
        share = 100 * step.lost / step.entered if step.entered else 0
        out.print(f"{step.screen}: {step.lost} calls ended there, {share:.0f} % of those who came", highlight=False)


def _days(since: str) -> int:
    """So many days, told as 7d or 4w."""
    span = re.fullmatch(r"([1-9]\d{0,3})([dw])", since.strip())
    if span is None:
        errors.print(f"{since!r} is no span of time: 7d or 4w.", style="bold red", highlight=False)
        raise typer.Exit(2)
    return int(span[1]) * (7 if span[2] == "w" else 1)


def _tell(faults: list[Finding], walk: Walk) -> None:
    if faults:
        table = Table("Fault", "Screen", "Language", "Keys", "Caller", "What", "Times")
        for each in faults:
            where = (each.screen, each.language, each.keys, each.caller, each.detail, str(each.times))
            table.add_row(label(each.fault, COMMAND), *where)
        out.print(table)
    seen = ", ".join(f"{count} {name}" for name, count in _seen(walk).items())
    out.print(f"{len(faults)} findings; seen: {seen}, in {walk.seconds:.1f} s", highlight=False)
    if slowest := _slowest(walk):
        screen = f"{slowest['screen']} ({slowest['language']})"
        out.print(f"slowest hop: {slowest['seconds']:.2f} s, {screen}; told, not judged", highlight=False)


def _tell_figures(size: PageFigures, *, whole: bool) -> None:
    share = f"{100 * size.share:.1f} % of {size.pages} pages have at most {LINES} lines"
    out.print(f"{share} ({100 * LEAST_SHARE:.0f} % must), the longest {size.longest} septets", highlight=False)
    for screen, keys in size.further.items():
        out.print(f"{screen}: {size.keys[screen]} keys lead to it, and {keys} once did", highlight=False)
    if whole:
        table = Table("Screen", "Keys to it", f"Pages of more than {LINES} lines")
        for screen, keys in sorted(size.keys.items(), key=lambda each: (-size.tall.get(each[0], 0), each[0])):
            table.add_row(screen, str(keys), str(size.tall.get(screen, "")))
        out.print(table)


def _slowest(walk: Walk) -> dict[str, Any] | None:
    visit = walk.slowest()
    if visit is None:
        return None
    return {"screen": visit.screen, "language": visit.caller.language.value, "seconds": visit.seconds}


def _seen(walk: Walk) -> dict[str, int]:
    return {
        "screens": len(walk.screens()),
        "pages": len({(visit.caller.language, visit.text) for visit in walk.visits}),
        "transitions": len(walk.steps),
        "callers": walk.callers,
        "hops": walk.hops,
    }


@app.command()
def graph(
    output: Annotated[Path, typer.Option("-o", "--output", help="The SVG file to write.")] = Path("menu.svg"),
) -> None:
    """Draw the line on one A3 page: every screen, the keys between them, the shortest way to each task."""
    chart = chart_of(walked(Longest()), line)
    try:
        drawn = draw(chart, line)
    except NoLayout as problem:
        errors.print(str(problem), style="bold red", highlight=False, markup=False)
        raise typer.Exit(2) from None
    output.write_text(drawn, "utf-8")
    out.print(f"{output}: {len(chart.screens)} screens, {len(chart.steps)} steps", highlight=False)


@app.command()
def book(
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file to write.")] = Path("book.html"),
    corrections: Annotated[
        Path | None,
        typer.Option("-c", "--corrections", help="Also write the review table, to be filled in (.xlsx or .csv)."),
    ] = None,
) -> None:
    """Book every page of the line in every language, and its Bambara to be read, for whoever signs it off."""
    walk = walked(Longest())
    carried = alphabet(settings().alphabet)
    output.write_text(book_of(walk, line, carried, datetime.now(UTC).date()), "utf-8")
    out.print(f"{output}: {output.stat().st_size / 1024:.0f} KiB", highlight=False)
    if corrections is not None:
        texts = texts_to_review(carried)
        write_table(texts, corrections)
        out.print(f"{corrections}: {len(texts)} texts", highlight=False)


@app.command("review-import")
def review_import(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The filled table, .xlsx or .csv in UTF-8.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
) -> None:
    """Bring a reviewer's corrections back into the Bambara catalogue: all of them, or none when one will not do."""
    try:
        outcome = bring_back(file, datetime.now(UTC).date(), dry_run=dry_run)
    except UnreadableFile as problem:
        errors.print(f"{file}: {problem}", style="bold red", highlight=False, markup=False)
        raise typer.Exit(2) from None
    if outcome.problems:
        _tell_problems(outcome.problems)
        raise typer.Exit(1)
    _tell_changes(outcome.changes)
    done = "would change. Nothing was written." if dry_run else "changed. Now: make check and make test."
    out.print(
        f"{outcome.unchanged} texts stand so already, {outcome.blank} lines left blank, {outcome.changed} texts {done}",
        highlight=False,
    )


def _tell_changes(changes: Sequence[TextChange]) -> None:
    """Each text before and after, for whoever signs it off."""
    if not changes:
        return
    table = Table("Texte", "Avant", "Après")
    for change in changes:
        table.add_row(escape(change.msgid), escape(change.before), escape(change.after))
    out.print(table)


def _tell_problems(problems: Sequence[Problem]) -> None:
    table = Table("Ligne", "Colonne", "Cellule", "Raison")
    for problem in problems:
        table.add_row(str(problem.line), problem.column, escape(problem.value or ""), escape(problem.reason))
    out.print(table)
    out.print(f"{len(problems)} problèmes : rien n'a été changé.", highlight=False)
