"""Gateways that answer as a test told them, and remember what they were asked and took."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import Final

from sms.outbox.gateway import Gateway, Policy, Result

Step = Policy | Mapping[str, Policy] | Exception | Callable[[str, Sequence[str]], Sequence[Result]]
"""What the gateway does with one request: the same for all numbers, by number, trouble, or what one likes."""


def alone(gateway: Gateway) -> dict[str, Gateway]:
    """The gateway that all SMS go by, by the name that the routes have for it without a setting."""
    return {"africastalking": gateway}


class ScriptedGateway(Gateway):
    """Answers request after request as it was told, then takes everything; remembers what it was asked and took."""

    def __init__(self, *steps: Step) -> None:
        self._steps = list(steps)
        self._ids = count(1)
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.took: Counter[str] = Counter()
        self.cost: tuple[Decimal | None, str | None] = (None, None)
        """What each message costs that is taken."""

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        self.asked.append((body, tuple(msisdns)))
        step = self._steps.pop(0) if self._steps else Policy.ACCEPTED
        if isinstance(step, Exception):
            raise step
        if isinstance(step, Policy):
            step = dict.fromkeys(msisdns, step)
        if isinstance(step, Mapping):
            return [self.result(msisdn, step.get(msisdn, Policy.ACCEPTED)) for msisdn in msisdns]
        return step(body, msisdns)

    def result(self, msisdn: str, policy: Policy) -> Result:
        """What becomes of a number."""
        if policy is not Policy.ACCEPTED:
            return Result(msisdn, policy, REASONS[policy])
        self.took[msisdn] += 1
        return Result(msisdn, policy, "Sent", f"at-{next(self._ids)}", *self.cost)

    async def close(self) -> None:
        pass


class SlowGateway(ScriptedGateway):
    """Lets something else happen before it answers."""

    def __init__(self, meanwhile: Callable[[], Awaitable[object]], *steps: Step) -> None:
        super().__init__(*steps)
        self._meanwhile = meanwhile

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        await self._meanwhile()
        return await super().send(body, msisdns)


REASONS: Final = {
    Policy.AGAIN: "GatewayError",
    Policy.FINAL: "blacklisted",
    Policy.STOP: "no_balance",
    Policy.UNCERTAIN: "not in the answer",
    Policy.KEEP: "HTTP 503",
}
