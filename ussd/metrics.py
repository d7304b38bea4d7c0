"""What the engine counts, by gateway as our settings name it and by screen.

No phone, no household, nothing typed is ever a label.
"""

from prometheus_client import Counter, Gauge, Histogram

HOP_SECONDS = Histogram(
    "jigi_ussd_hop_seconds",
    "Time to answer one hop",
    ["gateway"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5),
)
FAILED_HOPS = Counter("jigi_ussd_failed_hops", "Hops that ended in an apology", ["gateway", "why"])
REPEATED_HOPS = Counter("jigi_ussd_repeated_hops", "Hops answered from the stored session", ["gateway"])
GATEWAY_SESSIONS = Counter(
    "jigi_ussd_gateway_sessions", "Sessions as the gateway reported their end", ["gateway", "status"]
)
LATE_SESSIONS = Counter("jigi_ussd_late_sessions", "Sessions not written because the phone's lock was another hop's")
REDIS_FAILURES = Counter("jigi_redis_failures", "Trips to Redis that failed", ["why"])
HOPS_IN_FLIGHT = Gauge("jigi_ussd_hops_in_flight", "Hops that are being answered now", multiprocess_mode="livesum")
REFUSED_CALLS = Counter(
    "jigi_ussd_refused_calls", "Calls that were told to call again because too many were answered", ["gateway"]
)
RESTS = Counter("jigi_ussd_database_rests", "Times the database was left alone because it did not answer")
SCREENS = Counter("jigi_ussd_screens", "What happened at screens", ["event", "screen", "language"])
TASKS = Counter("jigi_ussd_tasks", "Tasks that were finished", ["task", "language"])
TASK_HOPS = Counter("jigi_ussd_task_hops", "Hops that finished tasks took", ["task", "language"])
TASK_SECONDS = Counter("jigi_ussd_task_seconds", "Seconds that finished tasks took", ["task", "language"])
PAGES_LOST = Counter(
    "jigi_ussd_pages_lost", "Pages that a gateway on a link of its own did not take, or did not answer", ["gateway"]
)
