"""What can happen at a screen: what the engine counts and the database adds up, in a column each."""

from core.text.words import Code


class Event(Code):
    """What a caller did, or what became of them, at a screen."""

    ENTERED = "entered"
    ANSWERED = "answered"
    WRONG_KEY = "wrong_key"
    WENT_BACK = "went_back"
    DROPPED = "dropped"
    TIMED_OUT = "timed_out"
