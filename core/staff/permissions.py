"""Who may do what: one table of roles by permission, which pages, commands and the domain ask.

Where somebody may do it (their commune, cercle or region) and to which row is a matter of row security and of the
subject itself.
"""

from collections.abc import Mapping
from typing import Final

from core.platform.errors import JigiError
from core.staff.agents import Actor, Role
from core.text.words import Code


class Permission(Code):
    """What only some roles may do, or all of them who are signed in."""

    USE_DESK = "use desk"
    """Sign in, change one's own password, look at lists of places and of holidays."""
    WORK_ON_GRIEVANCES = "work on grievances"
    """Read, file, take and answer those that one sees."""
    READ_SENSITIVE = "read sensitive"
    """Read and handle sensitive grievances; nobody else may hold one."""
    HANDLE_ORDINARY = "handle ordinary"
    """Hold grievances that are not sensitive."""
    ASSIGN_GRIEVANCES = "assign grievances"
    CLOSE_OF_OTHERS = "close of others"
    """Close a grievance that somebody else decided."""
    EXPORT_GRIEVANCES = "export grievances"
    READ_REPORTS = "read reports"
    EXPORT_REPORTS = "export reports"
    READ_SENSITIVE_TOTALS = "read sensitive totals"
    """Be told how many sensitive grievances there were, for the whole country."""
    WATCH_ACCESSES = "watch accesses"
    """Be shown who read sensitive grievances, where one was also named to watch."""
    WATCH_LINE = "watch line"
    """See on the dashboard how the line and the campaigns do."""
    CALL_BACK = "call back"
    SEE_HOUSEHOLDS = "see households"
    CORRECT_HOUSEHOLDS = "correct households"
    ASK_REGISTRY = "ask registry"
    """Look a household up in another registry, with the consent of its person."""
    IMPORT = "import"
    FILE_REGISTERS = "file registers"
    """File what villages wrote on telephones, and say what the columns of their forms are."""
    RUN_CAMPAIGNS = "run campaigns"
    READ_PREPARED_ANSWERS = "read prepared answers"
    KEEP_PREPARED_ANSWERS = "keep prepared answers"
    KEEP_HOLIDAYS = "keep holidays"
    KEEP_SETTINGS = "keep settings"
    """Change delays, contacts and other settings of the programme."""
    MANAGE_PEOPLE = "manage people"
    MANAGE_SYSTEMS = "manage systems"
    """Give other systems keys, and say what they are told of and where."""
    SEE_BATCHES = "see batches"
    """See which batches other systems pushed, and how far they are; not their rows."""
    NOTE_ABSENCES = "note absences"
    """Of the agents of one's place; everybody notes their own, and an administrator those of all."""
    READ_AUDIT = "read audit"
    ANSWER_FOR_PERSONS = "answer for persons"
    """Give out what is held of a person, and erase what may be erased."""


_A, _S, _F, _ADM = Role.AGENT, Role.SUPERVISOR, Role.FOCAL, Role.ADMINISTRATOR

ALLOWED: Final[Mapping[Permission, frozenset[Role]]] = {
    Permission.USE_DESK: frozenset({_A, _S, _F, _ADM}),
    Permission.WORK_ON_GRIEVANCES: frozenset({_A, _S, _F}),
    Permission.READ_SENSITIVE: frozenset({_F}),
    Permission.HANDLE_ORDINARY: frozenset({_A, _S}),
    Permission.ASSIGN_GRIEVANCES: frozenset({_S, _F}),
    Permission.CLOSE_OF_OTHERS: frozenset({_S, _F}),
    Permission.EXPORT_GRIEVANCES: frozenset({_A, _S}),
    Permission.READ_REPORTS: frozenset({_S, _F}),
    Permission.EXPORT_REPORTS: frozenset({_S}),
    Permission.READ_SENSITIVE_TOTALS: frozenset({_S}),
    Permission.WATCH_ACCESSES: frozenset({_S}),
    Permission.WATCH_LINE: frozenset({_S}),
    Permission.CALL_BACK: frozenset({_A, _S}),
    Permission.SEE_HOUSEHOLDS: frozenset({_A, _S, _F}),
    Permission.CORRECT_HOUSEHOLDS: frozenset({_A, _S}),
    Permission.ASK_REGISTRY: frozenset({_A, _S}),
    Permission.IMPORT: frozenset({_S}),
    Permission.FILE_REGISTERS: frozenset({_A, _S, _F}),
    Permission.RUN_CAMPAIGNS: frozenset({_S}),
    Permission.READ_PREPARED_ANSWERS: frozenset({_A, _S, _F}),
    Permission.KEEP_PREPARED_ANSWERS: frozenset({_S}),
    Permission.KEEP_HOLIDAYS: frozenset({_ADM}),
    Permission.KEEP_SETTINGS: frozenset({_ADM}),
    Permission.MANAGE_PEOPLE: frozenset({_ADM}),
    Permission.MANAGE_SYSTEMS: frozenset({_ADM}),
    Permission.SEE_BATCHES: frozenset({_S, _ADM}),
    Permission.NOTE_ABSENCES: frozenset({_S}),
    Permission.READ_AUDIT: frozenset({_S, _ADM}),
    Permission.ANSWER_FOR_PERSONS: frozenset({_ADM}),
}


class NotAllowed(JigiError, PermissionError):
    """This is for another role, or another place."""


def may(actor: Actor, permission: Permission) -> bool:
    """Whether somebody's role may do this."""
    return actor.role in ALLOWED[permission]


def must(actor: Actor, permission: Permission) -> None:
    """Raise NotAllowed for somebody whose role may not do this."""
    if not may(actor, permission):
        roles = " or ".join(role.value for role in Role if role in ALLOWED[permission])
        raise NotAllowed(f"to {permission} is for {roles}")
