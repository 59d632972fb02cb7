"""Errors as users meet them. Each names the fault and the remedy, and owns its gRPC status.

A servicer raises them, an interceptor turns them into ``google.rpc.Status`` with details
(:mod:`kgpress.rpc_status`), and the client raises the same class again.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import ClassVar


class KgpressError(Exception):
    """Base of all errors that a user can meet.

    Attributes:
        message: One sentence that names the fault.
        remedy: What to do about it.
        field: The request field at fault, as a dotted path, or "".
    """

    #: Machine-readable; the google.rpc.ErrorInfo reason.
    reason: ClassVar[str] = "INTERNAL"
    #: Name of the grpc.StatusCode.
    grpc_code: ClassVar[str] = "INTERNAL"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, remedy: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.field = field

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


class InvalidInput(KgpressError):
    """What was given cannot be used as it is."""

    reason = "INVALID_INPUT"
    grpc_code = "INVALID_ARGUMENT"
    exit_code = 2


class UnknownName(InvalidInput):
    """A name that the catalogue does not hold; the nearest names are suggested."""

    reason = "UNKNOWN_NAME"

    def __init__(
        self, kind: str, name: str = "", known: Sequence[str] = (), *, remedy: str = "", field: str = ""
    ) -> None:
        if known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or list(known)[:5]
            super().__init__(
                f"unknown {kind} {name!r}",
                remedy=f"did you mean {', '.join(near)}?",
                field=field or kind,
            )
        else:
            super().__init__(kind, remedy=remedy, field=field)


class StrategyError(InvalidInput):
    """A strategy text that does not parse or whose settings are out of range."""

    reason = "INVALID_STRATEGY"


class ModelError(InvalidInput):
    """A model file that cannot be read, verified or standardized."""

    reason = "INVALID_MODEL"


class DataError(InvalidInput):
    """A data set that cannot be used."""

    reason = "INVALID_DATA"


class ConsentNeeded(InvalidInput):
    """Reading this file would run code in it."""

    reason = "CONSENT_NEEDED"
    grpc_code = "FAILED_PRECONDITION"


class Infeasible(KgpressError):
    """No strategy can be executed with what was given."""

    reason = "INFEASIBLE"
    grpc_code = "FAILED_PRECONDITION"
    exit_code = 4


class NotYetExecutable(KgpressError):
    """The catalogue declares the method, this version cannot execute it."""

    reason = "NOT_YET_EXECUTABLE"
    grpc_code = "UNIMPLEMENTED"
    exit_code = 4


class NotFound(KgpressError):
    """There is no such job, result, artefact or snapshot."""

    reason = "NOT_FOUND"
    grpc_code = "NOT_FOUND"
    exit_code = 5


class Conflict(KgpressError):
    """The request contradicts what is stored."""

    reason = "CONFLICT"
    grpc_code = "ALREADY_EXISTS"
    exit_code = 5


class LeaseLost(KgpressError):
    """Another worker holds the job now."""

    reason = "LEASE_LOST"
    grpc_code = "ABORTED"
    exit_code = 6


class Forbidden(KgpressError):
    """Not allowed here, for example a Cypher query that writes."""

    reason = "FORBIDDEN"
    grpc_code = "PERMISSION_DENIED"
    exit_code = 2


class TooLarge(KgpressError):
    """Over a stated limit on size, rows or time."""

    reason = "TOO_LARGE"
    grpc_code = "RESOURCE_EXHAUSTED"
    exit_code = 2


class TimedOut(KgpressError):
    """Took longer than allowed."""

    reason = "TIMED_OUT"
    grpc_code = "DEADLINE_EXCEEDED"
    exit_code = 6


class Unavailable(KgpressError):
    """A server, store or queue cannot be reached."""

    reason = "UNAVAILABLE"
    grpc_code = "UNAVAILABLE"
    exit_code = 6


class MigrationError(KgpressError):
    """The graph's schema does not match this version's migrations."""

    reason = "MIGRATION_REFUSED"
    grpc_code = "FAILED_PRECONDITION"
    exit_code = 6


class OutputError(KgpressError):
    """The output folder cannot be written."""

    reason = "OUTPUT_UNWRITABLE"
    grpc_code = "FAILED_PRECONDITION"
    exit_code = 2


class Cancelled(KgpressError):
    """The caller asked to stop."""

    reason = "CANCELLED"
    grpc_code = "CANCELLED"
    exit_code = 130


#: Exit code of a compression whose limits could not be met (the best found is returned).
EXIT_LIMITS_NOT_MET = 3


def by_reason(reason: str) -> type[KgpressError]:
    """The class that owns a machine-readable reason; the base class for an unknown one."""
    pending: list[type[KgpressError]] = [KgpressError]
    while pending:
        cls = pending.pop()
        if cls.__dict__.get("reason") == reason:
            return cls
        pending.extend(cls.__subclasses__())
    return KgpressError
