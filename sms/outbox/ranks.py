"""How far a message is, for the database: states in order, so that one never goes back."""

from core.outbox.messages import FINAL, MessageState

_RANKS = {
    MessageState.PLANNED: 0,
    MessageState.UNCERTAIN: 1,
    MessageState.ACCEPTED: 2,
    MessageState.ON_ITS_WAY: 3,
    MessageState.SILENT: 4,
}
_FINAL_RANK = 9


def rank(column: str) -> str:
    """SQL that tells how far the state in `column` (a column of ours) is; all final ones are equally far."""
    steps = " ".join(f"WHEN '{state}' THEN {number}" for state, number in _RANKS.items())
    return f"(CASE {column} {steps} ELSE {_FINAL_RANK} END)"


def is_final(column: str) -> str:
    """SQL that tells whether the state in `column` (a column of ours) is final."""
    return f"{column} IN ({', '.join(sorted(repr(state.value) for state in FINAL))})"
