"""The coded values of SPDCI 1.0.0, as its OpenAPI documents have them, and why a registry gave no answer."""

from typing import Final

from core.text.words import DESK, Code, Word, called


class SpdciAction(Code):
    """What a message is, as its header says."""

    SEARCH = "search"
    ON_SEARCH = "on-search"
    SUBSCRIBE = "subscribe"
    ON_SUBSCRIBE = "on-subscribe"
    UNSUBSCRIBE = "unsubscribe"
    ON_UNSUBSCRIBE = "on-unsubscribe"
    NOTIFY = "notify"
    TXN_STATUS = "txn-status"
    TXN_ON_STATUS = "txn-on-status"


class RequestStatus(Code):
    """How far a request, or one of the requests in it, is."""

    RECEIVED = "rcvd"
    PENDING = "pdng"
    SUCCESS = "succ"
    REJECTED = "rjct"


class AckStatus(Code):
    """Whether a message that is answered later was taken."""

    ACK = "ACK"
    NACK = "NACK"
    ERR = "ERR"


class TransportFault(Code):
    """Why a message was not taken."""

    BAD = "err.request.bad"
    UNAUTHORIZED = "err.request.unauthorized"
    FORBIDDEN = "err.request.forbidden"
    NOT_FOUND = "err.request.not_found"
    TOO_MANY = "err.request.too_many_requests"
    VERSION = "err.version.not_supported"
    SENDER = "err.sender_id.invalid"
    SENDER_URI = "err.sender_uri.invalid"
    RECEIVER = "err.receiver_id.invalid"
    NO_SIGNATURE = "err.signature.missing"
    SIGNATURE = "err.signature.invalid"
    ENCRYPTION = "err.encryption.invalid"
    UNAVAILABLE = "err.service.unavailable"


class HeaderFault(Code):
    """Why a message was rejected by its header."""

    VERSION = "rjct.version.invalid"
    DUPLICATE = "rjct.message_id.duplicate"
    TIMESTAMP = "rjct.message_ts.invalid"
    ACTION = "rjct.action.invalid"
    OTHER_ACTION = "rjct.action.not_supported"
    COUNT = "rjct.total_count.invalid"
    TOO_MANY = "rjct.total_count.limit_exceeded"
    ERRORS = "rjct.errors.too_many"


class SearchFault(Code):
    """Why one search of a request was rejected."""

    REFERENCE = "rjct.reference_id.invalid"
    DUPLICATE = "rjct.reference_id.duplicate"
    TIMESTAMP = "rjct.timestamp.invalid"
    CRITERIA = "rjct.search_criteria.invalid"
    FILTER = "rjct.filter.invalid"
    SORT = "rjct.sort.invalid"
    PAGINATION = "rjct.pagination.invalid"
    TOO_MANY = "rjct.search.too_many_records_found"


class QueryType(Code):
    """How a search says what it looks for."""

    IDENTIFIER = "idtype-value"
    EXPRESSION = "expression"
    PREDICATE = "predicate"


class TxnType(Code):
    """Which kind of transaction is asked about; `subscibe` is how the specification spells it."""

    SEARCH = "search"
    SUBSCRIBE = "subscibe"
    RECEIPT = "receipt"


class RegistryFault(Word):
    """Why a registry gave no answer that can be used."""

    AWAY = "away"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    UNSIGNED = "unsigned"
    FORGED = "forged"
    UNKNOWN_SIGNER = "unknown signer"
    OTHER = "other"
    REJECTED = "rejected"
    TOO_MANY = "too many"
    NOT_SET_UP = "not set up"


called(
    RegistryFault,
    DESK,
    {
        RegistryFault.AWAY: "Le registre ne répond pas pour le moment : réessayez plus tard.",
        RegistryFault.UNREADABLE: "Le registre a envoyé une réponse illisible : prévenez l'administrateur.",
        RegistryFault.REFUSED: "Le registre refuse l'accès à Jigi : prévenez l'administrateur.",
        RegistryFault.UNSIGNED: "La réponse du registre n'est pas signée : elle n'est pas prise en compte.",
        RegistryFault.FORGED: "La signature de la réponse du registre est fausse : elle n'est pas prise en compte.",
        RegistryFault.UNKNOWN_SIGNER: "La réponse est signée d'une clé inconnue : elle n'est pas prise en compte.",
        RegistryFault.OTHER: "Le registre a répondu à une autre question : sa réponse n'est pas prise en compte.",
        RegistryFault.REJECTED: "Le registre n'a pas accepté la recherche.",
        RegistryFault.TOO_MANY: "Trop de réponses : cherchez avec un numéro plus précis.",
        RegistryFault.NOT_SET_UP: "Aucun registre n'est réglé : demandez à l'administrateur.",
    },
)

VERSION: Final = "1.0.0"
