"""A registry that was asked and gave nothing that can be used."""

from core.platform.errors import JigiError
from core.spdci.vocabulary import RegistryFault


class RegistryFailed(JigiError):
    """Why a registry gave nothing: `fault` for people, `code` what it said itself, for logs."""

    def __init__(self, fault: RegistryFault, code: str = "") -> None:
        super().__init__(f"{fault.value} {code}".strip())
        self.fault = fault
        self.code = code[:60]
