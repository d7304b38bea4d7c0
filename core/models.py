"""Every table, gathered so that `metadata` is whole."""

from core.calendar import Holiday
from core.callbacks import CallbackRequest
from core.callers import Phone
from core.columns import Row
from core.components import Component, ComponentEvent
from core.gateway_sessions import GatewaySession
from core.grievances import Grievance, GrievanceEvent
from core.households import Enrolment, Household, HouseholdPhone
from core.identification import IdentificationTry
from core.journal import UssdJournal
from core.payments import Payment, PaymentMove, PaymentRound
from core.people import Agent
from core.places import Cercle, Commune, Region

__all__ = [
    "Agent",
    "CallbackRequest",
    "Cercle",
    "Commune",
    "Component",
    "ComponentEvent",
    "Enrolment",
    "GatewaySession",
    "Grievance",
    "GrievanceEvent",
    "Holiday",
    "Household",
    "HouseholdPhone",
    "IdentificationTry",
    "Payment",
    "PaymentMove",
    "PaymentRound",
    "Phone",
    "Region",
    "UssdJournal",
    "metadata",
]

metadata = Row.metadata
