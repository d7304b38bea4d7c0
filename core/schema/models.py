"""Every table, gathered so that `metadata` is whole."""

from typing import Final

from core.alarms import models as alarms
from core.call_requests import models as call_requests
from core.calls import counts, daily_uses, gateway_sessions, journal
from core.campaigns import models as campaigns
from core.campaigns import templates
from core.figures import models as figures
from core.grievances import models as grievances
from core.imports import models as imports
from core.imports.field import models as field
from core.outbox import messages, outgoing, restorations, workers
from core.payments import models as payments
from core.payments import replies
from core.places import models as places
from core.platform.columns import TableRow
from core.programme import models as programme
from core.registry import corrections, phone_claims
from core.registry import models as registry
from core.schema import identity
from core.spdci import models as spdci
from core.staff import agents, audit, credentials, row_security, second_factor, tries
from core.staff.provider import identity as provider_identity
from core.systems import models as systems

HOMES: Final = (
    agents,
    alarms,
    replies,
    audit,
    call_requests,
    campaigns,
    corrections,
    counts,
    credentials,
    daily_uses,
    field,
    figures,
    gateway_sessions,
    grievances,
    identity,
    imports,
    journal,
    messages,
    outgoing,
    payments,
    phone_claims,
    programme,
    places,
    provider_identity,
    registry,
    restorations,
    row_security,
    second_factor,
    spdci,
    systems,
    templates,
    tries,
    workers,
)
"""The modules that the tables stand in."""

metadata = TableRow.metadata
