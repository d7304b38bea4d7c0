"""Every table, gathered so that `metadata` is whole."""

from core.call_requests.models import CallAttempt, CallRequest
from core.calls.counts import ScreenCount, TaskCount
from core.calls.gateway_sessions import GatewaySession
from core.calls.journal import UssdJournal
from core.campaigns.models import Campaign, CampaignChange, CampaignRuleOff
from core.grievances.models import Grievance, GrievanceEvent, GrievanceReading, Holiday, PreparedAnswer
from core.outbox.messages import EarlyReport, InboundSms, Message, MessageText, SmsBatch, SmsPace, SmsWorker
from core.payments.models import Payment, PaymentMove, PaymentRound
from core.places.models import Cercle, Commune, Region
from core.platform.columns import TableRow
from core.registry.models import (
    Component,
    ComponentEvent,
    Enrolment,
    Household,
    HouseholdPhone,
    IdentificationTry,
    Phone,
)
from core.schema.identity import DatabaseIdentity
from core.staff.agents import Agent
from core.staff.audit import AuditEntry
from core.staff.sign_in import AgentCredential, DeskSession

__all__ = [
    "Agent",
    "AgentCredential",
    "AuditEntry",
    "CallAttempt",
    "CallRequest",
    "Campaign",
    "CampaignChange",
    "CampaignRuleOff",
    "Cercle",
    "Commune",
    "Component",
    "ComponentEvent",
    "DatabaseIdentity",
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

metadata = TableRow.metadata
