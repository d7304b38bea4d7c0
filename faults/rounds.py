"""A round of work: a complaint, two files and a campaign of its own, and what is done with them in their order."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from core.campaigns.models import CampaignKind
from core.grievances.filing import Filing, file
from core.staff.agents import Role, add_agent
from core.text.alphabet import GSM7
from core.text.languages import Language
from faults import done
from faults.done import Counts
from faults.patience import patiently
from sms.campaigns.audience import Audience
from sms.campaigns.drafts import Draft, draft

ROWS: Final = 40
"""Of a file, and so phones of a campaign."""

Wrong = Callable[..., Iterator[str]]


@dataclass(frozen=True, slots=True)
class Deed:
    """One to do: its name, what it is given, and what tells what is wrong after it (`over`: it is through)."""

    name: str
    wrong: Wrong
    given: dict[str, Any]

    @property
    def kind(self) -> str:
        """Its name, with what is imported."""
        return f"{self.name} {self.given.get('kind', '')}".strip()


@dataclass(frozen=True, slots=True)
class Round:
    """What is to be done of a number: its complaint, its files in `folder`, its campaign."""

    number: int
    folder: Path
    counts: Counts

    async def deeds(self) -> AsyncIterator[Deed]:
        """One after the other, each once the one before is through."""
        counts, number = self.counts, self.number
        filed = await patiently(lambda: file(_filing(number), datetime.now(UTC)))
        yield Deed("decide", partial(done.decided, counts, filed.reference), {"reference": filed.reference})
        for deed in self._imports():
            yield deed
        campaign = await patiently(self._drafted)
        of_it = {"campaign_id": campaign}
        phones = {_phone(number, row) for row in range(ROWS)}
        yield Deed("plan", partial(done.planned, counts, campaign, phones), of_it)
        yield Deed("approve", partial(done.moved, counts, campaign, "planned", "approved"), of_it)
        yield Deed("schedule", partial(done.moved, counts, campaign, "approved", "scheduled"), of_it)
        yield Deed("begin", partial(done.moved, counts, campaign, "scheduled", "running"), {})

    def _imports(self) -> Iterator[Deed]:
        """Households, and their payments: brought in, taken back, and brought again."""
        number = self.number
        households = self._written("menages", _households(number))
        paid, again = (self._written(name, _payments(number)) for name in ("paiements", "encore"))
        yield self._import("households", households, done.HOUSEHOLDS, prefix=f"W{number:04}-%")
        yield self._import("payments", paid, done.PAYMENTS, name=f"Tour {number}")
        back = partial(done.taken_back, self.counts, paid.name, done.PAYMENTS, ROWS, {"name": f"Tour {number}"})
        yield Deed("take_back", back, {"file": paid.name})
        yield self._import("payments", again, done.PAYMENTS, name=f"Tour {number}")

    def _import(self, kind: str, path: Path, statement: str, **values: str) -> Deed:
        wrong = partial(done.brought_in, self.counts, path.name, statement, ROWS, values)
        return Deed("bring_in", wrong, {"kind": kind, "file": str(path)})

    def _written(self, name: str, lines: list[str]) -> Path:
        path = self.folder / f"{name}-{self.number}.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    async def _drafted(self) -> int:
        name = f"Tour {self.number}"
        round_id = self.counts.one("SELECT id FROM payment_round WHERE name = %(name)s", name=name)
        first = self.counts.one("SELECT id FROM agent WHERE login = 'first'")
        new = Draft(CampaignKind.ANNOUNCE, Audience(round_id=round_id), name, planned_by=first)
        return await draft(new, datetime.now(UTC), GSM7)


async def people() -> None:
    """Those who decide, plan and approve."""
    await add_agent("decider", "Decider", Role.AGENT)
    for login in ("first", "second"):
        await add_agent(login, login, Role.SUPERVISOR)


def _phone(number: int, row: int) -> str:
    return f"+2237{number:04}{row:03}"


def _filing(number: int) -> Filing:
    return Filing(
        key=f"work {number}", msisdn=f"+22366{number:06}", household_id=None, category="payment", subcategory="late",
        words="Rien depuis trois mois", anonymous=False, call_back=False, call_safe=None, sms_safe=None,
        language=Language("fr"),
    )  # fmt: skip


def _households(number: int) -> list[str]:
    rows = (f"W{number:04}-{row:03};Awa {row};1980;{_phone(number, row)}" for row in range(ROWS))
    head = "household_no;head_name;birth_year;phone;commune_pcode;village;status"
    return [head, *(f"{row};ML010101;Sanankoro;beneficiary" for row in rows)]


def _payments(number: int) -> list[str]:
    day = (datetime.now(UTC) + timedelta(days=6)).date()
    rows = (f"W{number:04}-{row:03};TM;Tour {number};{day};Mairie;Caisse;30000;planned" for row in range(ROWS))
    return ["household_no;component;round;due_date;place;agency;amount_xof;state", *rows]
