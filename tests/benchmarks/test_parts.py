"""What the benchmarks compute with: framing, ranks, delays, medians, texts."""

from __future__ import annotations

import pytest

from benchmarks.figures import added, cell_figures, targets
from benchmarks.load import percentile
from benchmarks.streams import Stream, delays
from benchmarks.tables import Rows, markdown
from benchmarks.texts import CORPORA, answer_words
from benchmarks.wire import Chunked, Framer, chunk, status

ANSWER = b"HTTP/1.1 200 OK\r\nx: y\r\nContent-Length: 5\r\n\r\nhello"


@pytest.mark.parametrize("cut", range(len(ANSWER) + 1))
def test_a_message_is_the_same_however_it_arrives(cut: int) -> None:
    framer = Framer()
    pieces = [framer.feed(ANSWER[:cut]), framer.feed(ANSWER[cut:])]
    (message,) = [p for p in pieces if p is not None]
    assert message.body == b"hello"
    assert status(message.head) == 200
    assert framer.feed(ANSWER) == message


@pytest.mark.parametrize("data", [ANSWER + b"!", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"])
def test_other_framing_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        Framer().feed(data)


def test_chunks_at_every_cut() -> None:
    data = chunk(b"one\r\n") + chunk(b"t" * 20) + chunk(b"")
    for cut in range(len(data) + 1):
        chunked = Chunked()
        assert chunked.feed(data[:cut]) + chunked.feed(data[cut:]) == b"one\r\n" + b"t" * 20
        assert chunked.done


def test_percentile_is_the_nearest_rank() -> None:
    ordered = [float(n) for n in range(1, 101)]
    assert percentile(ordered, 0.5) == 50
    assert percentile(ordered, 0.99) == 99
    assert percentile([7.0], 0.99) == 7
    assert percentile([], 0.5) == 0


def test_delays_compare_a_text_with_itself() -> None:
    """Three words leave 10 ms apart; the first is held until the second, the others leave together."""
    ms = 1_000_000
    stream = Stream(0, "one two three", [(21 * ms, 3), (35 * ms, 10)], True)
    found = delays(stream, [10 * ms, 20 * ms, 30 * ms], ["one", " two", " three"])
    assert found == {
        "request_ms": 21,
        "first_ms": 11,
        "first_chunks": 1,
        "words_ms": [11, 15, 5],
        "words_chunks": [1, 1, 0],
        "gaps_ms": [14],
    }


def test_a_stream_reads_events_and_skips_comments() -> None:
    stream = Stream(0)
    for event in (b": a comment", b'data: {"choices":[{"delta":{"content":"Hi"}}]}', b'data: {"choices":[]}'):
        stream.take(5, event)
    assert (stream.text, stream.pieces, stream.done) == ("Hi", [(5, 2)], False)
    stream.take(6, b"data: [DONE]")
    assert stream.done


def round_(rps: float, p50: float, errors: dict[str, int] | None = None) -> dict[str, object]:
    return {
        "rps": rps,
        "p50_ms": p50,
        "p99_ms": 2 * p50,
        "cpu_us": None,
        "cpu_share": None,
        "peak_rss": None,
        "measured": 10,
        "errors": errors or {},
    }


def test_rounds_become_medians_and_errors_add_up() -> None:
    found = cell_figures([round_(10, 1), round_(30, 3, {"x": 1}), round_(20, 9, {"x": 2})])
    assert (found["rps"], found["p50_ms"], found["errors"]) == (20, 3, {"x": 3})


def test_targets_say_what_was_met() -> None:
    cells = [
        {"system": system, "size": 2000, "connections": connections} | cell_figures([round_(rps, p50)])
        for system, connections, rps, p50 in (
            ("relay", 1, 1000, 1.0), ("gateway", 1, 500, 2.5), ("relay", 32, 4000, 8.0), ("gateway", 32, 1500, 20.0),
        )
    ]  # fmt: skip
    streaming = {
        "relay": {"streams": 3, "first_chunks": 0, "first_ms": 0.5},
        "gateway": {"streams": 3, "first_chunks": 1, "first_ms": 21.5},
    }
    found = targets(added(cells), streaming, 20)
    assert [(t["met"], t["value"]) for t in found] == [
        (True, "1.50 ms"), (False, "38%"), (True, "1 chunk, 21.0 ms (1.05 chunks)"),
    ]  # fmt: skip


def test_markdown_aligns_figures() -> None:
    rows = Rows("Title", "name", "value")
    rows.add("a", "1.5")
    assert markdown([rows]) == "**Title**\n\n| name | value |\n| --- | ---: |\n| a | 1.5 |\n"


def test_texts_have_their_size_and_depend_on_the_seed_alone() -> None:
    for make in CORPORA.values():
        assert len(make(1, 2000)) == 2000
        assert make(1, 500).isascii()
        assert make(1, 500) == make(1, 500) != make(2, 500)
    assert len(answer_words(7, 120)) == 120
    assert not any(c.isdigit() for c in CORPORA["prose"](3, 5000))
