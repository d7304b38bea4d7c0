"""Which gateways there are stand-ins of."""

from core.text.words import Code


class Speech(Code):
    """Which gateway a stand-in speaks as."""

    AFRICASTALKING = "africastalking"
    ORANGE = "orange"
