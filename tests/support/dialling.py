"""How a test dials."""

from simulator.gateway import UssdCall


async def pressed(call: UssdCall, *keys: str) -> str:
    """Dial and press keys; the text of the last page."""
    screen = await call.dial()
    for key in keys:
        screen = await call.reply(key)
    return screen.text
