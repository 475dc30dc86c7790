"""The judge of custom rules and of red-team scans: a model behind one of the upstreams."""

from __future__ import annotations

from gateway.engine import Judge
from gateway.engine.judge import Ask
from gateway.errors import UpstreamError
from gateway.settings import JudgeSettings
from gateway.surfaces import dump_json, parse_event
from gateway.web.upstream import Call, UpstreamPool

__all__ = ["ask_of", "judge_of"]

MAX_ANSWER = 64 << 10
TOKENS = 4096  # most that it may say


def judge_of(settings: JudgeSettings, pool: UpstreamPool) -> Judge | None:
    """None where no upstream is named."""
    ask = ask_of(settings, pool)
    if ask is None:
        return None
    name = f"{settings.upstream}/{settings.model}"
    return Judge(ask, name, deadline=settings.deadline, cache=settings.cache, longest=settings.longest)


def ask_of(settings: JudgeSettings, pool: UpstreamPool) -> Ask | None:
    """The same for questions of another kind: sends messages, gives what the model says."""
    if not settings.upstream:
        return None

    async def ask(messages: list[dict[str, str]]) -> str:
        body = {
            "model": settings.model,
            "messages": messages,
            "temperature": 0,
            "max_tokens": TOKENS,
            "response_format": {"type": "json_object"},
        }
        answer = await pool.open(Call(model=settings.model, body=dump_json(body), only=settings.upstream))
        try:
            if answer.status != 200:
                raise UpstreamError(f"the judge's upstream answered {answer.status}")
            found = parse_event(await answer.read(MAX_ANSWER))
            content = found["choices"][0]["message"]["content"] if isinstance(found, dict) else None
        except (KeyError, IndexError, TypeError):
            content = None
        finally:
            await answer.aclose()
        if not isinstance(content, str):
            raise UpstreamError("the judge's upstream gave no text", code="upstream_invalid_answer")
        return content

    return ask
