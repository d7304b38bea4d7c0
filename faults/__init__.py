"""The proof that campaigns neither lose nor repeat: real processes, killed, frozen and cut off while they send.

`python -m faults` draws each run from a seed: a small campaign, the gateway's faults, and what happens to workers,
PostgreSQL, Redis and the web process meanwhile. After each run the tables are held against what the gateway took.
`--waits production`, `--at 23:59:57`, `--window 08:00,20:00` and `--power` are production's own waits, a midnight, the
hours of SMS and a loss of power; `python -m faults.restored` is the drill of a restore. `python -m faults.line` kills
web processes under calls while servers stall, are cut, crash, have no connection or no room left (`--full-disk`) and
clocks are wrong, also beside the last release (`--beside-older`); `python -m faults.work` kills decisions, imports and
plans half-way, and `python -m faults.night` does all of it until so much was killed.

What holds the promise, point by point; each line named was broken once, and its tests were seen to fail:

| the promise | broken | seen by |
|---|---|---|
| what an answer means | a 5xx counts as not taken (`sms/outbox/over_http.py`) | `tests/sms/outbox/test_gateway_cases.py` |
| | a number that an answer leaves out counts as taken (`sms/outbox/africastalking.py`) | `tests/sms/safo/test_safo.py` |
| one bad request harms nobody else | one silence holds the route (`sms/worker/troubles.py`) | `tests/sms/worker/test_one_bad_request.py` |
| | what failed for all stays together (`sms/outbox/ledger.py`) | `tests/sms/worker/test_one_bad_request.py` |
| a phone that was off is not lost | AbsentSubscriber is an end (`sms/outbox/africastalking.py`) | `tests/sms/inbound/test_webhooks.py` |
| | once more leaves out who was given up (`sms/campaigns/once_more.py`) | `tests/sms/campaigns/test_once_more.py` |
| an id that was given is kept | with a refusal it is forgotten (`sms/outbox/africastalking.py`) | `tests/sms/outbox/test_africastalking.py` |
| after a restore nothing goes by itself | a departure of the past goes on (`sms/worker/sender.py`) | `tests/sms/worker/test_restored.py` |
| nobody gets a fourth SMS, or the same twice, of two requests at once | what left since the judgement goes unseen (`sms/outbox/departing.py`) | `tests/sms/outbox/test_departing.py` |
| clocks are the database's | sender, minute, signs of life (`sms/worker/process.py`) | `tests/sms/worker/test_clocks.py` |
| | when a report came (`sms/inbound/webhooks.py`) | `tests/sms/inbound/test_webhooks.py` |
"""  # noqa: E501 - a table
