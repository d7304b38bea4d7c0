"""What Prometheus is shown of signing in: how tries end, and nobody's name."""

from typing import Final

from prometheus_client import Counter

SIGN_INS: Final = Counter("jigi_desk_sign_ins", "Tries to sign in at the desk, by how they ended", ["outcome"])
