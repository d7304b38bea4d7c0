"""`POST /test/trigger`: lets us make a request of a registry, for a compliance suite; never there in production."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.problems import NotDone
from api.serving import body_of
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.settings import Settings
from core.spdci.faults import RegistryFailed
from core.spdci.link import RegistryLinks
from core.spdci.mapping import NUMBER_TYPE
from core.spdci.partners import Partner
from core.spdci.triggers import RegistryCaller, RegistryRequest, RequestDetails

LARGEST: int = 16 * 1024
Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\u0000]*$")]


class TriggerOrder(BaseModel):
    """Which request is made of which registry, and what it is about."""

    model_config = ConfigDict(extra="forbid")

    request: RegistryRequest
    registry: Text
    id_type: Text = NUMBER_TYPE
    id_value: Text = ""
    code: Text = ""
    transaction_id: Text = ""
    event: Text = "REGISTER"

    def details(self) -> RequestDetails:
        """What the request is about."""
        return RequestDetails(self.id_type, self.id_value, self.code, self.transaction_id, self.event)


class TriggerDoor:
    """Makes requests that somebody else asks for."""

    def __init__(
        self,
        settings: Settings,
        partners: Mapping[str, Partner],
        links: RegistryLinks,
        clock: Callable[[], datetime],
    ) -> None:
        self._base = settings.spdci_url
        self._partners = partners
        self._links = links
        self._clock = clock

    def route(self) -> Route:
        """Where it is."""
        return Route("/test/trigger", self.pull, methods=["POST"])

    async def pull(self, request: Request) -> Response:
        """Make a request, and tell what came of it."""
        try:
            order = TriggerOrder.model_validate_json(await body_of(request, LARGEST))
        except (NotDone, ValidationError):
            return JSONResponse({"error": "no such request"}, HTTPStatus.UNPROCESSABLE_ENTITY)
        partner = self._partners.get(order.registry)
        if partner is None:
            return JSONResponse({"error": "no such registry"}, HTTPStatus.NOT_FOUND)
        caller = RegistryCaller(self._links, partner, self._base)
        try:
            with signed_in_for(DatabaseTask.WORKER):
                made = await caller.make(order.request, order.details(), self._clock())
        except RegistryFailed as failed:
            return JSONResponse({"error": failed.fault.value, "code": failed.code}, HTTPStatus.BAD_GATEWAY)
        return JSONResponse(dict(made))
