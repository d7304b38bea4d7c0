"""The proof that campaigns neither lose nor repeat: real processes, killed, frozen and cut off while they send.

`python -m faults` draws each run from a seed: a small campaign, the gateway's faults, and what happens to workers,
PostgreSQL, Redis and the web process meanwhile. After each run the tables are held against what the gateway took.
"""
