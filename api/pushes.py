"""Doors of what is pushed: households, payments, events and results in batches, and what became of them."""

import re
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints, create_model, model_validator
from typing_extensions import TypeAliasType

from api.doors import ROOT, Door, DoorCall, DoorReply, ItemPage, PageQuery
from api.problems import ApiProblem, NotDone
from core.imports import batches, importing
from core.imports.batch import IMPORTED_AS, PUSHED_BY, BatchKind, PushState, RowOutcome
from core.imports.batches import (
    BatchCard,
    BatchOptions,
    KeyReused,
    NoSuchBatch,
    SecondPersonNeeded,
    TooManyPending,
)
from core.imports.layout import Column
from core.imports.losses import LossKind
from core.systems.scopes import PUSHES

MOST_ROWS: Final = 5_000
IDEMPOTENCY_KEY: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

Text = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\u0000]*$")]
Whole = Annotated[StrictInt, Field(ge=-(10**12), le=10**12)]
Cell = TypeAliasType("Cell", Text | Whole | Annotated[list[Text], Field(max_length=50)] | None)
"""What a row has in a field: text, a whole number, or several texts; nothing is as no field."""


class BatchQuery(PageQuery):
    """Which batches."""


class RowQuery(PageQuery):
    """Which rows of a batch."""

    outcome: RowOutcome | None = Field(default=None, description="Only rows with this outcome.")


class BatchTerms(BaseModel):
    """On what terms rows come in, as with a file."""

    model_config = ConfigDict(extra="forbid")

    apply: bool = Field(
        default=False,
        description="Let it come in without being seen first. What takes much away waits all the same.",
    )
    keep_good: bool = Field(default=False, description="Take the good rows where others are bad; else all or nothing.")
    spare_rows: bool = Field(default=False, description="Take a row without a wrong cell that may be wrong.")
    complete: list[Text] = Field(
        default_factory=list,
        max_length=20,
        description="Columns in which nothing, or null, says that there is nothing; in others it leaves what is known.",
    )
    list_day: date | None = Field(default=None, description="The day that the list is of.")

    def options(self) -> BatchOptions:
        """As the batch keeps them."""
        day = self.list_day.isoformat() if self.list_day else None
        return BatchOptions(self.apply, self.keep_good, self.spare_rows, tuple(self.complete), day)


class LossCount(BaseModel):
    """So many things of a kind that it takes away, and what the first of them are."""

    kind: LossKind
    count: int
    samples: list[str]


class Batch(BaseModel):
    """A batch and how far it is. Of one that is not done the figures are what it would do."""

    id: int
    kind: BatchKind
    idempotency_key: str
    state: PushState
    terms: BatchTerms
    rows: int
    created: int
    changed: int
    unchanged: int
    bad: int = Field(description="Rows with anything wrong.")
    lost: int = Field(description="Things that it takes away.")
    needs_second_person: bool = Field(description="It takes so much away that somebody of the desk confirms it.")
    losses: list[LossCount]
    remarks: list[str] = Field(description="What is worth a look, in French.")
    unknown_columns: list[str] = Field(description="Fields that nobody read.")
    fault: str | None = Field(description="What is wrong with it as a whole, in French.")
    received_at: datetime
    checked_at: datetime | None
    ended_at: datetime | None


class RowProblem(BaseModel):
    """Why a row, or a cell of it, was refused."""

    column: str = Field(description="The field to blame; empty for the row as a whole.")
    reason: str = Field(description="In French.")


class BatchRowResult(BaseModel):
    """What became of a row, or would."""

    row: int = Field(description="The first is 1.")
    outcome: RowOutcome
    problems: list[RowProblem]


RESULT_COLUMNS: Final = ("household_no", "component", "round", "amount_xof", "state", "paid_on", "reason")


MOST_FIELDS: Final = 60
NAME_OF_A_FIELD: Final = re.compile(r"[^\x00-\x1f]{1,60}")


class PushedRow(BaseModel):
    """A row: fields as the columns of a file are called, in English or French."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={"maxProperties": MOST_FIELDS, "propertyNames": {"pattern": r"^[^\u0000-\u001f]{1,60}$"}},
    )
    __pydantic_extra__: dict[str, Cell]

    @model_validator(mode="after")
    def _names(self) -> Self:
        if len(self.model_fields_set) > MOST_FIELDS:
            raise ValueError(f"{MOST_FIELDS} fields at the most")
        if not all(NAME_OF_A_FIELD.fullmatch(name) for name in self.__pydantic_extra__):
            raise ValueError("a field is called by 1 to 60 letters")
        return self


def _row_model(kind: BatchKind) -> type[BaseModel]:
    """A row of a kind, with the columns that its file has."""
    fields: dict[str, Any] = {}
    for column in importing.columns_of(IMPORTED_AS[kind]):
        if kind is BatchKind.RESULTS and column.header not in RESULT_COLUMNS:
            continue
        fields[column.header] = (Cell, Field(default=None, description=_described(column)))
    return create_model(f"{kind.value.title()}Row", __base__=PushedRow, **fields)


def _described(column: Column) -> str:
    """What a field is: how files call it in French, what it takes, and one of it."""
    words = [
        f"In French: `{column.french}`." if column.french else "",
        f"One of: {', '.join(column.choices)}." if column.choices else "",
        f"E.g. {column.example}" if column.example else "",
    ]
    return " ".join(filter(None, words)) or column.header


def _body_model(kind: BatchKind) -> type[BaseModel]:
    row = _row_model(kind)
    return create_model(
        f"{kind.value.title()}Batch",
        __base__=BatchTerms,
        __doc__=f"Rows of {kind.value}, and on what terms they come in.",
        rows=(list[row], Field(min_length=1, max_length=MOST_ROWS)),  # type: ignore[valid-type]  # made here
    )


def _batch(card: BatchCard) -> Batch:
    return Batch(
        id=card.id,
        kind=card.kind,
        idempotency_key=card.idempotency_key,
        state=card.state,
        terms=BatchTerms.model_validate(card.options),
        rows=card.rows,
        created=card.created,
        changed=card.changed,
        unchanged=card.unchanged,
        bad=card.bad,
        lost=card.lost,
        needs_second_person=card.heavy,
        losses=[LossCount.model_validate(loss) for loss in card.losses],
        remarks=card.remarks,
        unknown_columns=card.unknown_columns,
        fault=card.fault,
        received_at=card.received_at,
        checked_at=card.checked_at,
        ended_at=card.ended_at,
    )


def _reply(card: BatchCard, status: int = HTTPStatus.OK) -> DoorReply:
    return DoorReply(_batch(card), status, {"Location": f"{ROOT}/batches/{card.id}"})


def _push(kind: BatchKind) -> Door:
    async def push(asked: DoorCall) -> DoorReply:
        key = asked.headers.get("idempotency-key", "")
        if not IDEMPOTENCY_KEY.fullmatch(key):
            raise NotDone(ApiProblem.NO_IDEMPOTENCY_KEY)
        rows = [row.model_dump(exclude_unset=True) for row in asked.body.rows]
        try:
            card, is_new = await batches.take(asked.holder, kind, key, rows, asked.body.options(), asked.now)
        except KeyReused:
            raise NotDone(ApiProblem.KEY_REUSED) from None
        except TooManyPending:
            raise NotDone(ApiProblem.TOO_MANY_PENDING, headers={"Retry-After": "60"}) from None
        return _reply(card, HTTPStatus.ACCEPTED if is_new else HTTPStatus.OK)

    return Door(
        "POST",
        f"/{kind.value}",
        f"push {kind.value}",
        frozenset({PUSHED_BY[kind]}),
        *PUSHED[kind],
        gives=Batch,
        do=push,
        takes=_body_model(kind),
        status=HTTPStatus.ACCEPTED,
        once=True,
        problems=(ApiProblem.KEY_REUSED, ApiProblem.TOO_MANY_PENDING),
    )


PUSHED: Final = {
    BatchKind.HOUSEHOLDS: ("Pousser un lot de ménages", "Push a batch of households"),
    BatchKind.PAYMENTS: ("Pousser un lot de paiements", "Push a batch of payments"),
    BatchKind.EVENTS: ("Pousser un lot de séances et distributions", "Push a batch of sessions and distribution days"),
    BatchKind.RESULTS: ("Pousser ce que des paiements connus sont devenus", "Push what became of known payments"),
}


async def _page(asked: DoorCall) -> DoorReply:
    after = asked.after(int)
    cards = await batches.page(after[0] if after else None, asked.query.limit)
    return DoorReply(asked.page([_batch(card) for card in cards], lambda index: (cards[index].id,)))


async def _one(asked: DoorCall) -> DoorReply:
    return _reply(await _card(asked))


async def _card(asked: DoorCall) -> BatchCard:
    try:
        return await batches.one(asked.number)
    except NoSuchBatch:
        raise NotDone(ApiProblem.NOT_FOUND) from None


async def _rows(asked: DoorCall) -> DoorReply:
    await _card(asked)
    after = asked.after(int)
    rows = await batches.rows(asked.number, asked.query.outcome, after[0] if after else 0, asked.query.limit)
    items = [BatchRowResult.model_validate(row, from_attributes=True) for row in rows]
    return DoorReply(asked.page(items, lambda index: (rows[index].row,)))


async def _confirm(asked: DoorCall) -> DoorReply:
    await _card(asked)
    try:
        return _reply(await batches.confirm(asked.holder, asked.number, asked.now), HTTPStatus.ACCEPTED)
    except SecondPersonNeeded:
        raise NotDone(ApiProblem.SECOND_PERSON) from None
    except NoSuchBatch:
        raise NotDone(ApiProblem.NOT_WAITING) from None


async def _discard(asked: DoorCall) -> DoorReply:
    await _card(asked)
    try:
        return _reply(await batches.discard(asked.holder, asked.number, asked.now))
    except NoSuchBatch:
        raise NotDone(ApiProblem.NOT_WAITING) from None


_OF_ONE: Final = "/batches/{number}"
DOORS: Final = (
    *(_push(kind) for kind in BatchKind),
    Door("GET", "/batches", "batches", PUSHES, "Ses lots, le plus récent d'abord", "One's batches, the newest first",
         gives=ItemPage[Batch], do=_page, query=BatchQuery, problems=(ApiProblem.BAD_CURSOR,)),
    Door("GET", _OF_ONE, "batch", PUSHES, "Où en est un lot", "How far a batch is", gives=Batch, do=_one),
    Door("GET", f"{_OF_ONE}/rows", "rows of a batch", PUSHES, "Ce que chaque ligne est devenue",
         "What became of each row", gives=ItemPage[BatchRowResult], do=_rows, query=RowQuery,
         problems=(ApiProblem.BAD_CURSOR,)),
    Door("POST", f"{_OF_ONE}/confirm", "confirm a batch", PUSHES, "Confirmer un lot vérifié", "Confirm a checked batch",
         gives=Batch, do=_confirm, status=HTTPStatus.ACCEPTED,
         problems=(ApiProblem.NOT_WAITING, ApiProblem.SECOND_PERSON)),
    Door("DELETE", _OF_ONE, "abandon a batch", PUSHES, "Abandonner un lot vérifié", "Abandon a checked batch",
         gives=Batch, do=_discard, problems=(ApiProblem.NOT_WAITING,)),
)  # fmt: skip
