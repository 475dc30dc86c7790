"""POST /v1/completions and /v1/embeddings: prompts that may come as token ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from starlette.types import Receive, Scope

from gateway.engine import Stream
from gateway.engine.outcome import utf8_size
from gateway.surfaces import OpenAIChat
from gateway.surfaces.chat_response import choice_index
from gateway.surfaces.completions import Completions, from_chat, offsets, to_chat, token_ids
from gateway.surfaces.embeddings import Embeddings
from gateway.types import Json, Path
from gateway.web.backend import Backend
from gateway.web.endpoint import Endpoint, Spec
from gateway.web.relay import Relay
from gateway.web.state import Gateway
from gateway.web.token_texts import TokenTexts

__all__ = ["COMPLETIONS", "EMBEDDINGS", "CompletionRelay"]

CHAT = OpenAIChat()


class CompletionRelay:
    """Chat's relay in other words."""

    def __init__(self, stream: Stream, asked: Json, refusal: Callable[[], str]) -> None:
        self._stream = stream
        self._relay = Relay(CHAT, stream, wants_usage=CHAT.ask_usage(asked)[1], refusal=refusal)
        self._offsets: defaultdict[int, int] = defaultdict(int)  # by choice: where its next token begins

    @property
    def usage(self) -> Json | None:
        return self._relay.usage

    @property
    def stopped(self) -> bool:
        return self._relay.stopped

    async def push(self, event: Json) -> list[Json]:
        out = await self._relay.push(to_chat(event))  # which says whether it is one at all
        for position, choice in enumerate(event.get("choices") or ()):
            self._begin(choice, position)
        return self._out(out)

    async def finish(self) -> list[Json]:
        return self._out(await self._relay.finish())

    def cut(self, reason: str) -> list[Json]:
        return self._out(self._relay.cut(reason))

    def failed(self, error: Json) -> list[Json]:
        return [error]

    def spoken(self, event: Json) -> tuple[int, int]:
        said = [c["text"] for c in event.get("choices") or () if isinstance(c.get("text"), str) and c["text"]]
        return len(said), sum(map(utf8_size, said))

    def has_text(self, event: Json) -> bool:
        return any(choice.get("text") for choice in event.get("choices") or ())

    def _begin(self, choice: Json, position: int) -> None:
        """Offsets count from the beginning of the prompt, wherever the answer begins."""
        logprobs = choice.get("logprobs")
        given = logprobs.get("text_offset") if isinstance(logprobs, dict) else None
        if isinstance(given, list) and given and type(given[0]) is int:
            self._offsets.setdefault(choice_index(choice, position), given[0])

    def _out(self, events: list[Json]) -> list[Json]:
        out = [from_chat(event) for event in events]
        for event in out:
            for choice in event.get("choices", ()):
                if choice["logprobs"] is not None:
                    choice["logprobs"]["text_offset"] = self._where(choice["index"], choice["logprobs"]["tokens"])
        return out

    def _where(self, index: int, tokens: list[str]) -> list[int] | None:
        path: Path = ("choices", index, "delta", "content")
        channel = self._stream.channel(path)
        if channel is None or channel.edited:
            return None
        first = self._offsets[index]
        self._offsets[index] = first + sum(map(len, tokens))
        return offsets(first, tokens)


class TokenPrompts(Endpoint):
    """Texts that may be token ids stand under the surface's `param`."""

    def __init__(self, gateway: Gateway, spec: Spec, *, backend: Backend | None = None) -> None:
        super().__init__(gateway, spec, backend=backend)
        self._texts = TokenTexts(gateway.settings.endpoints.tokenizers)

    async def read(self, scope: Scope, receive: Receive) -> Json:
        body = await super().read(scope, receive)
        param = self.surface.param
        assert param is not None
        lists, model = token_ids(body.get(param)), body.get("model")
        if lists is None:
            return body
        texts = self._texts.texts(model if isinstance(model, str) else "", lists, param)
        return {**body, param: texts}


COMPLETIONS = Spec(Completions(), "/v1/completions", relay=CompletionRelay, app=TokenPrompts)
EMBEDDINGS = Spec(Embeddings(), "/v1/embeddings", app=TokenPrompts)
