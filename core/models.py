"""Every table, gathered so that `metadata` is whole."""

from core.audit import AuditEntry
from core.calendar import Holiday
from core.callbacks import CallbackRequest, CallbackTry
from core.callers import Phone
from core.campaigns import Campaign, CampaignChange, CampaignRuleOff
from core.columns import Row
from core.components import Component, ComponentEvent
from core.gateway_sessions import GatewaySession
from core.grievances import Grievance, GrievanceEvent, GrievanceReading, PreparedAnswer
from core.households import Enrolment, Household, HouseholdPhone
from core.identification import IdentificationTry
from core.journal import UssdJournal
from core.messages import EarlyReport, InboundSms, Message, MessageText, SmsBatch, SmsPace, SmsWorker
from core.payments import Payment, PaymentMove, PaymentRound
from core.people import Agent
from core.places import Cercle, Commune, Region
from core.screen_counts import ScreenCount, TaskCount
from core.signing_in import AgentCredential, DeskSession

__all__ = [
    "Agent",
    "AgentCredential",
    "AuditEntry",
    "CallbackRequest",
    "CallbackTry",
    "Campaign",
    "CampaignChange",
    "CampaignRuleOff",
    "Cercle",
    "Commune",
    "Component",
    "ComponentEvent",
    "DeskSession",
    "EarlyReport",
    "Enrolment",
    "GatewaySession",
    "Grievance",
    "GrievanceEvent",
    "GrievanceReading",
    "Holiday",
    "Household",
    "HouseholdPhone",
    "IdentificationTry",
    "InboundSms",
    "Message",
    "MessageText",
    "Payment",
    "PaymentMove",
    "PaymentRound",
    "Phone",
    "PreparedAnswer",
    "Region",
    "ScreenCount",
    "SmsBatch",
    "SmsPace",
    "SmsWorker",
    "TaskCount",
    "UssdJournal",
    "metadata",
]

metadata = Row.metadata
