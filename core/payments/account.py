"""What is to be said of a household's money on a day: the one place where it is decided.

Every screen, SMS and page of the desk says this and nothing else, so that no two of them can disagree.

| state in the registry | and on the day | it is |
|---|---|---|
| planned, announced | a day is fixed and is to come | coming |
| planned, announced | the day has come; the last day, or where there is none the day, has not passed | open |
| planned, announced | the last day, or the day where there is no last day, has passed | overdue |
| planned, announced | no day is fixed, or the day was dropped and no other is fixed | undated |
| unclaimed | the last day has not passed | open |
| unclaimed | it has passed, or none is set, and nothing of the component was paid since | carried over |
| failed | | failed |
| cancelled | its day has not passed, or none was set | cancelled |
| paid | | paid |
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.payments.history import PaymentCard, Unsettled, unsettled
from core.payments.states import PaymentState
from core.registry.components import WITHOUT_DAYS, ComponentCode
from core.registry.households import EnrolmentCard
from core.registry.statuses import Status
from core.text.words import Code


class PaymentPhase(Code):
    """Where a payment stands on a day, the most urgent first."""

    OPEN = "open"
    """It can be collected on this day."""
    COMING = "coming"
    CANCELLED = "cancelled"
    OVERDUE = "overdue"
    """Its day has passed, and it is neither paid nor anything else."""
    FAILED = "failed"
    CARRIED = "carried"
    """It was not collected, and comes with the next payment."""
    UNDATED = "undated"
    PAID = "paid"


URGENCY: Final = tuple(PaymentPhase)
TROUBLED: Final = frozenset({PaymentPhase.OVERDUE, PaymentPhase.FAILED, PaymentPhase.CARRIED})
"""Something went wrong that a person may want to complain of."""

SOONEST_FIRST: Final = frozenset({PaymentPhase.OPEN, PaymentPhase.COMING, PaymentPhase.CANCELLED})

WITHHELD: Final[Mapping[Status, frozenset[PaymentPhase]]] = {
    Status.WAITING: frozenset({PaymentPhase.COMING, PaymentPhase.CANCELLED, PaymentPhase.UNDATED}),
    Status.NOT_ELIGIBLE: frozenset({PaymentPhase.COMING, PaymentPhase.CANCELLED, PaymentPhase.UNDATED}),
    Status.SUSPENDED: frozenset({PaymentPhase.COMING, PaymentPhase.CANCELLED, PaymentPhase.UNDATED}),
    Status.EXITED: frozenset({PaymentPhase.CANCELLED, PaymentPhase.UNDATED}),
}
"""What is not said of the money of a household that stands there: a pay day that its standing takes back is no pay day.

What it can take, what failed and what was carried over is said all the same: it is the household's.
"""

FOLLOWED: Final = frozenset({Status.EXITED})
"""Where components may follow the programme: nothing is taken back of one that goes on."""


@dataclass(frozen=True, slots=True)
class PaymentNews:
    """A payment and where it stands."""

    phase: PaymentPhase
    card: PaymentCard


@dataclass(frozen=True, slots=True)
class MoneyAccount:
    """The money of a household on a day, with where the household stands.

    `news` is what there is to say, the most urgent first; it has the last payment only where nothing else is to be said
    of that component. `running` are the components that go on; None where no file named any.
    """

    status: Status
    status_reason: str | None
    news: tuple[PaymentNews, ...]
    running: frozenset[ComponentCode] | None
    today: date

    @property
    def urgent(self) -> tuple[PaymentNews, ...]:
        """What is said first of all components: all that is not settled, or else the last payment."""
        open_ends = tuple(each for each in self.news if each.phase is not PaymentPhase.PAID)
        return self._said(open_ends or self.news[:1])

    def of(self, component: ComponentCode) -> tuple[PaymentNews, ...]:
        """What is said of one component."""
        return self._said(tuple(each for each in self.news if each.card.component is component))

    @property
    def expects(self) -> bool:
        """Whether a day of any component can still come; one can where no file named a component."""
        return self.running is None or bool(self.running - WITHOUT_DAYS)

    def _said(self, news: tuple[PaymentNews, ...]) -> tuple[PaymentNews, ...]:
        """Without what the standing of the household takes back."""
        taken_back = WITHHELD.get(self.status, frozenset())
        following = (self.running or frozenset()) if self.status in FOLLOWED else frozenset()
        return tuple(each for each in news if each.phase not in taken_back or each.card.component in following)


async def account(household_id: int, today: date) -> MoneyAccount | None:
    """The money of a household on a day; None where there is no such household."""
    return account_in(await unsettled(household_id, today), today)


def account_in(payments: Unsettled | None, today: date) -> MoneyAccount | None:
    """The same, of what was read already."""
    if payments is None:
        return None
    news = news_of(payments.cards, today)
    return MoneyAccount(payments.status, payments.status_reason, news, payments.running, today)


def can_come(enrolment: EnrolmentCard, today: date) -> bool:
    """Whether a day of a component can still come: it has days, and goes on."""
    return enrolment.component not in WITHOUT_DAYS and enrolment.runs(today)


def news_of(cards: Sequence[PaymentCard], today: date) -> tuple[PaymentNews, ...]:
    """What is to be said of payments on a day, the most urgent first."""
    phases = [(phase_of(card, today), card) for card in cards]
    news = [PaymentNews(phase, card) for phase, card in phases if phase and _is_news(phase, card, cards)]
    busy = {each.card.component for each in news}
    paid = sorted((card for card in cards if card.state is PaymentState.PAID), key=_since)
    last = {card.component: card for card in paid}
    news += [PaymentNews(PaymentPhase.PAID, card) for component, card in last.items() if component not in busy]
    return tuple(sorted(news, key=_urgency))


def phase_of(card: PaymentCard, today: date) -> PaymentPhase | None:
    """Where a payment stands on a day; None where nothing is left to say of it."""
    match card.state:
        case PaymentState.PAID:
            return PaymentPhase.PAID
        case PaymentState.FAILED:
            return PaymentPhase.FAILED
        case PaymentState.CANCELLED:
            return None if card.due_date is not None and card.due_date < today else PaymentPhase.CANCELLED
        case PaymentState.UNCLAIMED:
            return PaymentPhase.OPEN if _not_before(card.last_day, today) else PaymentPhase.CARRIED
    return _unpaid(card, today)


def _unpaid(card: PaymentCard, today: date) -> PaymentPhase:
    if card.due_date is None and (card.last_day is None or card.moved_from is not None):
        return PaymentPhase.UNDATED
    if card.due_date is not None and card.due_date > today:
        return PaymentPhase.COMING
    return PaymentPhase.OPEN if _not_before(card.last_day or card.due_date, today) else PaymentPhase.OVERDUE


def _is_news(phase: PaymentPhase, card: PaymentCard, cards: Iterable[PaymentCard]) -> bool:
    """Whether a payment is said by itself: not what was paid, nor what was carried over to a payment since."""
    if phase is not PaymentPhase.CARRIED:
        return phase is not PaymentPhase.PAID
    since = (each for each in cards if each.component is card.component and each.state is PaymentState.PAID)
    return not any(_day(each) > _day(card) for each in since)


def _since(card: PaymentCard) -> tuple[date, int]:
    return _day(card), card.id


def _day(card: PaymentCard) -> date:
    return card.paid_on or card.due_date or card.last_day or date.min


def _not_before(day: date | None, today: date) -> bool:
    return day is not None and day >= today


def _urgency(news: PaymentNews) -> tuple[int, int, str]:
    day = news.card.last_day if news.phase is PaymentPhase.OPEN else None
    number = (day or _day(news.card)).toordinal()
    return URGENCY.index(news.phase), number if news.phase in SOONEST_FIRST else -number, news.card.component
