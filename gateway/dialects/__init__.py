"""Each guard API we speak. To add one: one file here, one line below, its examples in tests/dialects."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.dialects import (
    evalguard,
    guard_v1,
    lakera,
    litellm,
    presidio,
    promptguard,
    promptguard_security,
    trustyai,
    xecguard,
)
from gateway.dialects.base import Caller, Endpoint, ErrorShape, Named, Outcome, Problem, ScanRequest, spelling
from gateway.dialects.outcome import failure, outcome
from gateway.dialects.presidio import anonymize

__all__ = [
    "BUILTIN",
    "Caller",
    "Dialect",
    "Endpoint",
    "ErrorShape",
    "Named",
    "Outcome",
    "Problem",
    "ScanRequest",
    "anonymize",
    "by_path",
    "failure",
    "outcome",
    "spelling",
]


@dataclass(frozen=True, slots=True)
class Dialect:
    """
    `alone` are the endpoints under the dialect's own prefix, where they differ from those at their common paths.
    `root` begins the paths at which unknown ones are answered in its shape.
    """

    name: str
    endpoints: tuple[Endpoint, ...]
    error: ErrorShape
    root: str
    alone: tuple[Endpoint, ...] = ()

    @property
    def forced(self) -> tuple[Endpoint, ...]:
        own = {endpoint.path for endpoint in self.alone}
        return (*self.alone, *(e for e in self.endpoints if e.path not in own))


BUILTIN: tuple[Dialect, ...] = (
    Dialect("xecguard", xecguard.ENDPOINTS, xecguard.error, "/xecguard/"),
    Dialect("sagexai", guard_v1.ENDPOINTS, promptguard.error, "/api/v1/", alone=(guard_v1.SAGEXAI,)),
    Dialect(
        "promptguard",
        (*guard_v1.ENDPOINTS, *promptguard_security.ENDPOINTS),
        promptguard.error,
        "/api/v1/",
        alone=(guard_v1.PROMPTGUARD,),
    ),
    Dialect("lakera", lakera.ENDPOINTS, lakera.error, "/v2/"),
    Dialect("evalguard", evalguard.ENDPOINTS, evalguard.error, "/api/v1/"),
    Dialect("litellm", litellm.ENDPOINTS, litellm.error, "/beta/"),
    Dialect("presidio", presidio.ENDPOINTS, presidio.error, ""),
    Dialect("trustyai", trustyai.ENDPOINTS, trustyai.error, "/api/v1/text/"),
)


def by_path(dialects: Iterable[Dialect] = BUILTIN) -> dict[str, tuple[str, Endpoint]]:
    """Every path that scans, and the dialect that it forces ("" where none)."""
    out: dict[str, tuple[str, Endpoint]] = {}
    for dialect in dialects:
        out |= {endpoint.path: ("", endpoint) for endpoint in dialect.endpoints}
        out |= {f"/dialects/{dialect.name}{e.path}": (dialect.name, e) for e in dialect.forced}
    return out
