"""What upstreams keep: files and batches, vector stores, assistants, threads and their runs."""

from __future__ import annotations

from gateway.policy import Ruleset
from gateway.surfaces import Framing
from gateway.surfaces.files import Batches, FileContent, Files, records_of
from gateway.surfaces.kept import THREAD_EVENTS, Kept
from gateway.surfaces.uploads import UploadPart, Uploads
from gateway.types import Effect, Json, Transcript, Verdict
from gateway.web.answers import withheld
from gateway.web.endpoint import Endpoint, Spec
from gateway.web.frame import Turn
from gateway.web.media import relays
from gateway.web.model_names import also_asked

__all__ = ["STORED"]

_PAGE = frozenset(("after", "before", "limit", "order"))


class BatchFiles(Endpoint):
    """A batch is many requests: what holds for each of them holds for all."""

    def policies(self, turn: Turn, body: Json, transcript: Transcript) -> tuple[Ruleset, ...]:
        out = dict.fromkeys(super().policies(turn, body, transcript))
        records = [(record["body"], str(record["url"])) for record in records_of(body)]
        asked = {(m, url) for each, url in records for m in (str(each.get("model", "")), *also_asked(each))}
        for model, url in sorted(asked):
            turn.caller.require_model(model)
            out |= dict.fromkeys(self.gateway.policies_for(turn.caller, model, url))
        return tuple(out)


class BatchAnswers(Endpoint):
    """Answers of a batch that are blocked are refused one by one."""

    def withheld(self, policies: tuple[Ruleset, ...], verdict: Verdict, body: Json) -> Json:
        message = withheld(policies, verdict, None)
        surface = self.surface
        paths = [v.hit.part.path for v in verdict.violations if v.effect is Effect.BLOCK]
        alone = all(path[0] == "records" for path in paths) and not verdict.errors and not verdict.refused
        if not isinstance(surface, FileContent) or not paths or not alone:
            return super().withheld(policies, verdict, body)
        blocked = {path[1] for path in paths if isinstance(path[1], int)}
        return surface.refuse_records(surface.rewrite(body, verdict.edits, verdict.changes), message, blocked)


def _kept(name: str, path: str, *, found: bool = False) -> tuple[Spec, Spec, Spec, Spec, Spec]:
    """A collection: make and list, and of each thing read, change, delete."""
    one = f"{path}/{{{name}_id}}"
    surface = Kept(f"{name}s", found=found)
    return (
        Spec(surface, path, modelless=True, free=True, bare=True),
        Spec(surface, path, "GET", query=_PAGE | {"filter", "run_id"}, modelless=True, free=True),
        Spec(surface, one, "GET", modelless=True, free=True),
        Spec(surface, one, modelless=True, free=True),
        Spec(surface, one, "DELETE", modelless=True, free=True),
    )


def _act(name: str, path: str, method: str = "POST", query: frozenset[str] = frozenset(), found: bool = False) -> Spec:
    return Spec(Kept(name, found=found), path, method, query=query, modelless=True, free=True, bare=True)


_STORE, _THREAD = "/v1/vector_stores/{vector_store_id}", "/v1/threads/{thread_id}"
_RUN = _THREAD + "/runs/{run_id}"
_THREADS = Framing(wrapped=True)
_STEPS = frozenset(("include[]",))


def _running(path: str) -> Spec:
    """A run's tokens are those of its model."""
    surface = Kept("runs")
    return Spec(surface, path, query=_STEPS, relay=relays(THREAD_EVENTS), framing=_THREADS, modelless=True)


STORED: tuple[Spec, ...] = (
    Spec(Files(), "/v1/files", form=True, modelless=True, free=True, app=BatchFiles),
    Spec(Kept("files"), "/v1/files", "GET", query=_PAGE | {"purpose"}, modelless=True, free=True),
    Spec(Kept("files"), "/v1/files/{file_id}", "GET", modelless=True, free=True),
    Spec(Kept("files"), "/v1/files/{file_id}", "DELETE", modelless=True, free=True),
    Spec(FileContent(), "/v1/files/{file_id}/content", "GET", modelless=True, free=True, heavy=True, app=BatchAnswers),
    Spec(Batches(), "/v1/batches", modelless=True, free=True),
    Spec(Kept("batches"), "/v1/batches", "GET", query=_PAGE, modelless=True, free=True),
    Spec(Kept("batches"), "/v1/batches/{batch_id}", "GET", modelless=True, free=True),
    _act("batches", "/v1/batches/{batch_id}/cancel"),
    Spec(Uploads(), "/v1/uploads", modelless=True, free=True),
    Spec(UploadPart(), "/v1/uploads/{upload_id}/parts", form=True, modelless=True, free=True),
    _act("uploads", "/v1/uploads/{upload_id}/complete"),
    _act("uploads", "/v1/uploads/{upload_id}/cancel"),
    *_kept("vector_store", "/v1/vector_stores"),
    _act("vector_stores.search", f"{_STORE}/search", found=True),
    *_kept("file", f"{_STORE}/files"),
    _act("vector_stores.content", f"{_STORE}/files/{{file_id}}/content", "GET", found=True),
    _act("file_batches", f"{_STORE}/file_batches"),
    _act("file_batches", f"{_STORE}/file_batches/{{batch_id}}", "GET"),
    _act("file_batches", f"{_STORE}/file_batches/{{batch_id}}/cancel"),
    _act("file_batches", f"{_STORE}/file_batches/{{batch_id}}/files", "GET", _PAGE | {"filter"}),
    *_kept("assistant", "/v1/assistants"),
    _running("/v1/threads/runs"),
    *(spec for spec in _kept("thread", "/v1/threads") if (spec.method, spec.path) != ("GET", "/v1/threads")),
    *_kept("message", f"{_THREAD}/messages"),
    _running(f"{_THREAD}/runs"),
    _act("runs", f"{_THREAD}/runs", "GET", _PAGE),
    _act("runs", _RUN, "GET"),
    _act("runs", _RUN),
    _act("runs", f"{_RUN}/cancel"),
    _running(f"{_RUN}/submit_tool_outputs"),
    _act("steps", f"{_RUN}/steps", "GET", _PAGE | _STEPS),
    _act("steps", f"{_RUN}/steps/{{step_id}}", "GET", _STEPS),
)
