"""What the notifier counts, by gateway as our settings name it. No phone, household or words are ever a label."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("jigi_sms_requests", "Requests to the gateway", ["gateway", "outcome"])
REQUEST_SECONDS = Histogram(
    "jigi_sms_request_seconds",
    "Time of the gateway to answer one request",
    ["gateway"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
RECIPIENTS = Counter(
    "jigi_sms_recipients", "Recipients by what became of them when they were sent to", ["gateway", "policy"]
)
REPORTS = Counter("jigi_sms_delivery_reports", "Delivery reports by status", ["gateway", "status"])
INCOMING = Counter("jigi_sms_incoming", "Incoming SMS by what was understood", ["gateway", "intent"])
UNCERTAIN = Gauge("jigi_sms_uncertain", "Messages that a supervisor is asked about", ["gateway"])
