"""The door of field forms: a form's server pushes each grievance as it is sent from a telephone.

What it takes is what KoBoToolbox's REST service posts, one submission, or a list of them as KoBoToolbox's and ODK
Central's own interfaces give it out. What does not fit the form's mapping is kept, and waits at the desk.
"""

from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel, StringConstraints, model_validator

from api.doors import Door, DoorCall, DoorReply
from api.problems import ApiProblem, InvalidField, NotDone
from core.imports.field import taking
from core.imports.field.forms import LONGEST_NAME, TooManyForms
from core.imports.field.states import SubmissionOutcome
from core.imports.field.submitted import NoIdentity
from core.imports.field.taking import MOST_AT_ONCE, TooManyWaiting
from core.systems.scopes import KeyScope

LISTS: Final = ("results", "value")
"""Where KoBoToolbox and ODK Central have the submissions of a list."""

FormName = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\x00-\x1f]+$")]


class SubmissionQuery(BaseModel):
    """Which form it is of."""

    model_config = ConfigDict(extra="forbid")

    form: FormName | None = Field(
        default=None, description="What the form is called here; without it, `_xform_id_string` of the submission."
    )


class FieldSubmissions(RootModel[dict[str, JsonValue]]):
    """A submission, or a list of them in `results` or `value`, each with `_uuid`, `_id` or `__id`."""

    @property
    def submissions(self) -> list[Any]:
        """Each of them."""
        for name in LISTS:
            listed = self.root.get(name)
            if isinstance(listed, list):
                return listed
        return [self.root]

    @model_validator(mode="after")
    def _few(self) -> Self:
        if not 1 <= len(self.submissions) <= MOST_AT_ONCE:
            raise ValueError(f"1 to {MOST_AT_ONCE} submissions at once")
        if not all(isinstance(each, dict) for each in self.submissions):
            raise ValueError("a submission is an object")
        return self


class WaitsFor(BaseModel):
    """Why a submission waits."""

    column: str = Field(description="The question to blame; empty for the submission as a whole.")
    reason: str = Field(description="In French.")


class SubmissionItem(BaseModel):
    """What became of a submission."""

    outcome: SubmissionOutcome
    reference: str | None = Field(description="Of its case; null where it is sensitive, or there is none.")
    problems: list[WaitsFor]


class TakenSubmissions(BaseModel):
    """What became of each, in the order they were sent."""

    items: list[SubmissionItem]


async def _take(asked: DoorCall) -> DoorReply:
    body: FieldSubmissions = asked.body
    name = asked.query.form or body.submissions[0].get("_xform_id_string")
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        why = "the form is named in the address, or by _xform_id_string"
        raise NotDone(ApiProblem.INVALID, [InvalidField(where="form", why=why)])
    try:
        taken = await taking.take(asked.holder, name, body.submissions, asked.now)
    except NoIdentity as error:
        raise NotDone(ApiProblem.INVALID, [InvalidField(where="", why=str(error))]) from None
    except (TooManyForms, TooManyWaiting):
        raise NotDone(ApiProblem.TOO_MANY_WAITING, headers={"Retry-After": "3600"}) from None
    items = [
        SubmissionItem(
            outcome=each.outcome,
            reference=each.reference,
            problems=[WaitsFor.model_validate(problem) for problem in each.problems],
        )
        for each in taken
    ]
    return DoorReply(TakenSubmissions(items=items))


DOORS: Final = (
    Door("POST", "/submissions", "submissions of a field form", frozenset({KeyScope.FILE_GRIEVANCES}),
         "Envois d'un formulaire de terrain (KoBoToolbox, ODK)", "Submissions of a field form (KoBoToolbox, ODK)",
         gives=TakenSubmissions, do=_take, query=SubmissionQuery, takes=FieldSubmissions,
         problems=(ApiProblem.TOO_MANY_WAITING,), by_basic=True, by_itself=True),
)  # fmt: skip
