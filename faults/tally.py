"""What a suite did and found, run by run and in all."""

from collections import Counter
from dataclasses import dataclass, field

from faults.run import Outcome
from faults.ways import By


def line(outcome: Outcome) -> str:
    """A run in one line."""
    parts = [
        f"seed {outcome.story.seed:<4} {outcome.seconds:4.1f} s",
        outcome.story.routes,
        f"{outcome.recipients} recipients in {outcome.requests} requests, {outcome.story.workers} workers",
        counted(outcome.deeds),
        counted(outcome.faults),
        counted(outcome.states),
        _ways(outcome.by_gateway, outcome.went_over) if outcome.story.by is By.MIXED else "",
        f"{len(outcome.violations)} VIOLATIONS" if outcome.violations else "right",
    ]
    return " | ".join(part for part in parts if part)


@dataclass
class Tally:
    """All runs together."""

    runs: int = 0
    seconds: float = 0.0
    recipients: int = 0
    requests: int = 0
    deeds: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    by_gateway: Counter[str] = field(default_factory=Counter)
    went_over: int = 0
    violations: int = 0
    wrong: list[int] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count a run."""
        self.runs += 1
        self.seconds += outcome.seconds
        self.recipients += outcome.recipients
        self.requests += outcome.requests
        for mine, its in (
            (self.deeds, outcome.deeds),
            (self.faults, outcome.faults),
            (self.states, outcome.states),
            (self.taken, outcome.taken),
            (self.by_gateway, outcome.by_gateway),
        ):
            mine.update(its)
        self.went_over += outcome.went_over
        self.violations += len(outcome.violations)
        if outcome.violations:
            self.wrong.append(outcome.story.seed)

    @property
    def kills(self) -> int:
        """How many processes were killed, and servers crashed or lost."""
        told = ("killed ", "worker killed", "PostgreSQL crashed", "Redis killed", "web killed")
        return sum(count for deed, count in self.deeds.items() if deed.startswith(told))

    def __str__(self) -> str:
        """The tally as it is printed at the end."""
        killed = {deed: count for deed, count in self.deeds.items() if deed.startswith("killed ")}
        frozen = {deed: count for deed, count in self.deeds.items() if deed.startswith("frozen ")}
        rest = {deed: count for deed, count in self.deeds.items() if deed not in killed | frozen}
        lines = [
            f"{self.runs} runs in {self.seconds:.0f} s, {self.recipients} recipients in {self.requests} requests",
            f"killed at a step ({sum(killed.values())}): {counted(killed, 'killed ')}",
            f"frozen at a step ({sum(frozen.values())}): {counted(frozen, 'frozen ')}",
            f"at any moment: {counted(rest)}",
            f"gateway faults ({sum(self.faults.values())}): {counted(self.faults)}",
            f"messages ({sum(self.states.values())}): {counted(self.states)}",
            f"taken by a gateway: {counted(self.taken)}",
            f"taken by {_ways(self.by_gateway, self.went_over)}",
            f"violations: {self.violations}",
        ]
        if self.wrong:
            lines.append(f"wrong seeds: {', '.join(map(str, self.wrong))}")
        return "\n".join(lines)


def counted(counts: Counter[str] | dict[str, int], prefix: str = "") -> str:
    """Each name with how often, in their order; the prefix of the names is left out."""
    return ", ".join(f"{name.removeprefix(prefix)} {count}" for name, count in sorted(counts.items()) if count)


def _ways(by_gateway: Counter[str], went_over: int) -> str:
    return f"{counted(by_gateway)} ({went_over} went over)"
