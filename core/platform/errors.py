"""The root of what Jigi refuses or cannot do.

An error's message is English, for logs and for the operator at the command. Whoever shows one to somebody else asks a
table for its sentence in that reader's language: the desk `desk.site.refusals`, an import its reasons, the line its
catalogue. An error therefore carries what the sentence needs (a name, a day, the characters) as attributes.
"""


class JigiError(Exception):
    """What Jigi refuses or cannot do, as against what is broken."""


class OperatorError(JigiError):
    """What only who runs a machine can mend; the same sentence in both languages of terminals."""

    def __init__(self, english: str, french: str) -> None:
        super().__init__(english)
        self.french = french
