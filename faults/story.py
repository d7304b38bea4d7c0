"""What a seed draws: the campaign, how the gateway fails, and what is done to whom, when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from core.text.words import Code
from faults.fuses import Deed, Fuse
from faults.steps import Step
from faults.ways import By, StandInName, routes
from sms.outbox.routes import Routes

KILLS_A_RUN: Final = 3
LONGEST_NTH: Final = 5
SHORT_FREEZE: Final = (1.2, 1.9)
"""Longer than a worker may be silent."""

LONG_FREEZE: Final = (2.3, 4.0)
"""Also longer than a request may wait to be made, and than a departure may stand still."""

KINDS: Final = (
    "429", "busy", "500", "502", "503", "504", "proxy", "cut_before", "cut_after", "slow", "html", "empty", "balance",
    "codes", "no_ids", "short", "could_not_send", "500_after", "502_after", "503_after", "504_after", "proxy_after",
    "garbage_after", "half_after", "same_id", "text_codes",
)  # fmt: skip
OF_ORANGE: Final = ("401",)
"""What only a gateway that has tokens may do."""

REFUSED: Final = ("429", "busy")
MOST: Final = {True: 0.05, False: 0.15}
"""The largest share of the requests that a fault gets; each refusal makes everybody wait for a second."""

UNANSWERED: Final = ("500_after", "502", "503_after", "504", "half_after", "cut_before", "cut_after", "slow", "html")
STOPPED: Final = ("empty", "balance")
CODES: Final = (401, 402, 403, 404, 405, 406, 407, 409, 500, 501, 502, 999)
NEEDED: Final[dict[Step, tuple[str, ...]]] = {
    Step.REFUSED: REFUSED,
    Step.GIVING_BACK: REFUSED,
    Step.GIVEN_BACK: REFUSED,
    Step.DOUBTING: UNANSWERED,
    Step.DOUBTED: UNANSWERED,
    Step.PAUSING: STOPPED,
}
"""Steps that are reached only when the gateway fails so."""


class Deal(Code):
    """What is done at a moment."""

    KILL_WORKER = "worker killed"
    FREEZE_WORKER = "worker frozen"
    STOP_WORKER = "worker stopped"
    CRASH_POSTGRES = "PostgreSQL crashed"
    STOP_POSTGRES = "PostgreSQL stopped"
    KILL_REDIS = "Redis killed"
    EMPTY_REDIS = "Redis emptied"
    KILL_WEB = "web killed"
    PAUSE = "paused"
    OPT_OUT = "opted out"
    MINUTE = "minute struck"
    SEND_AGAIN = "uncertain sent again"
    CANCEL = "cancelled"
    SWITCH_OFF = "gateway switched off"
    REFUSE = "gateway refusing"
    NO_BALANCE = "gateway out of balance"


SHARES: Final = {
    Deal.KILL_WORKER: 0.5,
    Deal.FREEZE_WORKER: 0.25,
    Deal.STOP_WORKER: 0.2,
    Deal.CRASH_POSTGRES: 0.2,
    Deal.STOP_POSTGRES: 0.12,
    Deal.KILL_REDIS: 0.15,
    Deal.EMPTY_REDIS: 0.1,
    Deal.KILL_WEB: 0.35,
    Deal.PAUSE: 0.3,
    Deal.OPT_OUT: 0.7,
    Deal.MINUTE: 0.6,
    Deal.SEND_AGAIN: 0.15,
    Deal.CANCEL: 0.05,
    Deal.SWITCH_OFF: 0.3,
}
"""In which share of the runs each is done; opt-outs and minutes come a few together."""

TROUBLE_SHARES: Final = {Deal.SWITCH_OFF: 0.6, Deal.REFUSE: 0.6, Deal.NO_BALANCE: 0.5}
"""The same of the troubles of gateways, where there are several, so that SMS go over from one to the next."""

TROUBLE_SECONDS: Final = (0.6, 2.5)
LOOKS_AFTER: Final = (0.3, 2.0)

SEVERAL: Final = {Deal.OPT_OUT: 4, Deal.MINUTE: 3, Deal.KILL_WORKER: 2}


class Settled(Code):
    """What a supervisor decides on uncertain messages, and when."""

    NOT = "not"
    AGAIN = "sent again"
    LEFT = "left"
    LEFT_EARLY = "left before reports came"


@dataclass(frozen=True, slots=True)
class Disturbance:
    """Something done `at` seconds after the start; what lasts lasts `seconds`."""

    at: float
    deal: Deal
    seconds: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """A gateway's, for so many seconds, once a share of the messages has been sent: in the middle of a campaign."""

    share: float
    deal: Deal
    seconds: float


@dataclass(frozen=True, slots=True)
class Story:
    """One run, as its seed has it."""

    by: By
    seed: int
    recipients: int
    communes: int
    batch_size: int
    in_flight: int
    rate: int
    workers: int
    notices: int
    routes: str
    order: dict[str, Any]
    fuses: tuple[Fuse, ...]
    disturbances: tuple[Disturbance, ...]
    troubles: tuple[Trouble, ...]
    settled: Settled
    looks_after: float
    """How long somebody lets a trouble be before looking: until then SMS go over, or wait."""

    @property
    def settings(self) -> dict[str, str]:
        """The settings that are this run's own."""
        return {
            "JIGI_SMS_BATCH_SIZE": str(self.batch_size),
            "JIGI_SMS_IN_FLIGHT": str(self.in_flight),
            "JIGI_SMS_RATE": str(self.rate),
            "JIGI_SMS_ROUTES": self.routes,
        }

    @property
    def ways(self) -> Routes:
        """The routes, read."""
        return Routes.read(self.routes)

    def order_of(self, gateway: StandInName) -> dict[str, Any]:
        """How a gateway fails: all alike, Orange to which each SMS is a request also in ways that are its own."""
        if gateway is not StandInName.ORANGE:
            return self.order
        rates = {kind: rate / 3 for kind, rate in self.order["rates"].items()}
        return {**self.order, "rates": {**rates, **dict.fromkeys(OF_ORANGE, 0.01)}}


def story(seed: int, by: By) -> Story:
    """Draw a run."""
    chance = Random(seed)
    recipients = chance.randint(40, 120)
    fuses = _fuses(seed, chance)
    is_mixed = by is By.MIXED
    more = Random(f"mixed {seed}")  # drawn apart, so that the rest of a story is the same by whatever it goes
    return Story(
        by=by,
        seed=seed,
        recipients=recipients,
        communes=chance.randint(2, 4),
        batch_size=chance.randint(5, 10),
        in_flight=chance.randint(1, 3),
        rate=chance.choice((0, 0, 0, 150)),
        workers=chance.randint(1, 3),
        notices=chance.randint(0, 5),
        routes=routes(by, seed),
        order=_order(seed, chance, recipients, [fuse.step for fuse in fuses]),
        fuses=fuses,
        disturbances=tuple(_disturbances(chance, fuses)),
        troubles=tuple(_troubles(more)) if is_mixed else (),
        settled=chance.choice((Settled.NOT, Settled.NOT, Settled.AGAIN, Settled.LEFT, Settled.LEFT_EARLY)),
        looks_after=more.uniform(*LOOKS_AFTER) if is_mixed else 0.0,
    )


def losing_power(drawn: Story) -> Story:
    """The same, and in its middle the cluster of PostgreSQL is gone at once."""
    crash = Disturbance(Random(f"power {drawn.seed}").uniform(0.3, 1.5), Deal.CRASH_POSTGRES, 0.3)
    others = tuple(each for each in drawn.disturbances if each.deal is not Deal.CRASH_POSTGRES)
    return replace(drawn, disturbances=(*others, crash))


def _troubles(chance: Random) -> Iterable[Trouble]:
    """Gateways that are down, refuse or have no balance, one after the other or together, and then are back."""
    for deal, share in TROUBLE_SHARES.items():
        if chance.random() < share:
            yield Trouble(chance.uniform(0, 0.6), deal, chance.uniform(*TROUBLE_SECONDS))


def _fuses(seed: int, chance: Random) -> tuple[Fuse, ...]:
    """The steps in turn, so that seeds that follow each other kill at all of them, and freeze at all of them."""
    steps = list(Step)
    killed = [steps[(seed * KILLS_A_RUN + place) % len(steps)] for place in range(KILLS_A_RUN)]
    frozen = steps[(seed + seed // len(steps)) % len(steps)]
    seconds = chance.uniform(*(LONG_FREEZE if chance.random() < 0.3 else SHORT_FREEZE))
    fuses = [Fuse(step, Deed.KILL, _nth(step, chance)) for step in killed]
    if frozen not in killed:
        fuses.append(Fuse(frozen, Deed.FREEZE, _nth(frozen, chance), seconds))
    return tuple(fuses)


def _nth(step: Step, chance: Random) -> int:
    return 1 if step in NEEDED or step is Step.SWEEPING else chance.randint(1, LONGEST_NTH)


def _order(seed: int, chance: Random, recipients: int, steps: Iterable[Step]) -> dict[str, Any]:
    """How the gateway fails: what the fuses need first, then by chance."""
    kinds = chance.sample(KINDS, chance.randint(0, 4))
    order: dict[str, Any] = {
        "seed": seed,
        "delay_ms": chance.randint(20, 60),
        "slow_ms": 1000,
        "retry_after": chance.choice((0, 1)),
        "next": [{"kind": chance.choice(NEEDED[step])} for step in steps if step in NEEDED],
        "rates": {kind: round(chance.uniform(0.02, MOST[kind in REFUSED]), 3) for kind in kinds},
        "reports": {
            "after_ms": chance.choice((0, 100, 600)),
            "spread_ms": chance.choice((0, 500)),
            "shuffle": chance.random() < 0.5,
            "steps": chance.random() < 0.7,
            "twice": chance.choice((0, 0.3)),
            "early": chance.choice((0, 0.3, 1)),
            "lost": chance.choice((0, 0, 0.15)),
            "statuses": {"Success": 8, "Failed": 1, "AbsentSubscriber": 0.5, "Rejected": 0.5, "Expired": 0.5},
        },
    }
    if chance.random() < 0.25:
        order["balance"] = round(recipients * chance.uniform(0.2, 0.7))
    return order


def codes(seed: int, numbers: Iterable[str]) -> dict[str, int]:
    """What becomes of each number where the gateway answers with `codes`: one code for all, or one each for some."""
    chance = Random(seed)
    if chance.random() < 0.3:
        return {"*": chance.choice(CODES)}
    return {number: chance.choice(CODES) for number in sorted(numbers) if chance.random() < 0.3}


def _disturbances(chance: Random, fuses: Sequence[Fuse]) -> Iterable[Disturbance]:
    for deal, share in SHARES.items():
        wanted = deal is Deal.MINUTE and any(fuse.step is Step.SWEEPING for fuse in fuses)
        if chance.random() < share or wanted:
            for _ in range(chance.randint(1, SEVERAL.get(deal, 1))):
                late = 1.2 if deal is Deal.SEND_AGAIN else 0.0  # nothing is uncertain before
                yield Disturbance(late + chance.uniform(0.05, 1.0), deal, _seconds(deal, chance))


def _seconds(deal: Deal, chance: Random) -> float:
    match deal:
        case Deal.FREEZE_WORKER:
            return chance.uniform(*(LONG_FREEZE if chance.random() < 0.2 else SHORT_FREEZE))
        case Deal.PAUSE:
            return chance.uniform(0.2, 1.0)
        case _:
            return chance.uniform(0.0, 0.6)
