"""The generator of direct injections: seeded, balanced, varied, and never of two minds about one text."""

from __future__ import annotations

import itertools
from pathlib import Path
from random import Random

import pytest

from training.examples import HEADS, Example
from training.generate.direct import LANGUAGES, direct, families, write
from training.generate.direct.grammar import Choice, Grammar, GrammarError, Part, Reference, parse, read
from training.generate.direct.noise import frame, letters

COUNT = 20_000
FEW = 300


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(direct(Random(5), COUNT))


def attacks(examples: list[Example]) -> set[str]:
    return {example.text for example in examples if example.labels["injection/direct"] == 1}


def folded(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def references(parts: tuple[Part, ...]) -> set[str]:
    found: set[str] = set()
    for part in parts:
        if isinstance(part, Reference):
            found.add(part.name)
        elif isinstance(part, Choice):
            found.update(*(references(option) for option in part.options))
    return found


def test_same_seed_same_texts() -> None:
    assert list(direct(Random(7), FEW)) == list(direct(Random(7), FEW))
    assert list(direct(Random(7), FEW)) != list(direct(Random(8), FEW))


@pytest.mark.slow
def test_honest_texts_are_more_than_half(examples: list[Example]) -> None:
    assert 0.4 < len(attacks(examples)) / len(examples) < 0.5


@pytest.mark.slow
def test_nearly_every_draw_is_new(examples: list[Example]) -> None:
    assert len(examples) >= 0.97 * COUNT
    assert len({example.text for example in examples}) == len(examples)
    assert len({folded(example.text) for example in examples}) >= 0.97 * len(examples)


@pytest.mark.slow
def test_groups_are_many_and_none_is_large(examples: list[Example]) -> None:
    sizes = sorted(len(list(group)) for _, group in itertools.groupby(sorted(e.group for e in examples)))
    assert len(sizes) > 700
    assert sizes[-1] < COUNT / 50


@pytest.mark.slow
def test_lengths(examples: list[Example]) -> None:
    lengths = [len(example.text) for example in examples]
    assert min(lengths) > 0
    assert max(lengths) <= 4_000
    for label in (0, 1):
        kind = [len(e.text) for e in examples if e.labels["injection/direct"] == label]
        assert sum(length > 600 for length in kind) > 100
        assert sum(length < 40 for length in kind) > 100


@pytest.mark.slow
def test_every_language_has_both_kinds(examples: list[Example]) -> None:
    assert len(LANGUAGES) >= 12
    for lang in ("en", *LANGUAGES):
        kinds = {example.labels["injection/direct"] for example in examples if example.lang == lang}
        assert kinds == {0, 1}, lang


@pytest.mark.slow
def test_no_text_is_both_attack_and_honest(examples: list[Example]) -> None:
    honest = {folded(e.text) for e in examples if e.labels["injection/direct"] == 0}
    assert not honest & {folded(text) for text in attacks(examples)}


@pytest.mark.slow
def test_examples_are_well_formed(examples: list[Example]) -> None:
    for example in examples:
        assert set(example.labels) <= set(HEADS)
        assert example.source.startswith("gen:direct:")
        for start, end in example.spans:
            assert example.labels["injection/direct"] == 1
            assert 0 <= start < end <= len(example.text)


@pytest.mark.slow
def test_records_are_tool_output_and_mails_documents(examples: list[Example]) -> None:
    channels = {e.group.rsplit("/", 1)[0]: e.channel for e in examples}
    assert channels["records/json"] == channels["records/page"] == "tool"
    assert channels["notices/mail"] == channels["notices/short"] == "document"
    assert channels["codehelp/snippet"] == "code"
    assert channels["notices/pasted"] == channels["longtasks/brief"] == "user"


@pytest.mark.slow
def test_attacks_stand_beside_the_long_honest_texts_too(examples: list[Example]) -> None:
    shapes = ("Subject: ", "Traceback (most recent", '": {"', " ERROR [", "Requirements", "# Changelog", "</p>")
    placed = [e for e in examples if e.labels["injection/direct"] == 1 and e.spans and e.lang == "en"]
    hosts = [e.text[: e.spans[0][0]] + e.text[e.spans[-1][1] :] for e in placed]
    assert sum(any(shape in host for shape in shapes) for host in hosts) > 20
    assert sum(len(host) > 300 for host in hosts) > 100


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("codework", {False}),
        ("figures", {False}),
        ("formats", {False}),
        ("promptcraft", {False}),
        ("sideways", {False, True}),
        ("textjobs", {False, True}),
    ],
)
def test_a_file_of_few_rules_writes_many_texts(name: str, kinds: set[bool]) -> None:
    mine = [family for family in families() if family.name == name]
    assert {family.attack for family in mine} == kinds
    random = Random(2)
    for family in mine:
        texts = {write(random, family).text for _ in range(FEW)}
        assert len(texts) > 0.97 * FEW
        assert len({text.split()[0].lower() for text in texts}) > 12


def test_a_second_job_makes_the_attack() -> None:
    """What is an attack in one file is made of two honest texts of the same file."""
    honest, attack = sorted((f for f in families() if f.name == "textjobs"), key=lambda f: f.attack)
    assert {"one"} <= {name for rule in honest.rules for option in rule.options for name in references(option)}
    for rule in attack.rules:
        for option in rule.options:
            jobs = [part.name for part in option if isinstance(part, Reference) and part.name in ("one", "task")]
            assert len(jobs) == 2, (rule.name, option)


def test_every_helper_rule_is_used() -> None:
    shared = set(read(Path(__file__).parents[2] / "training/generate/direct/common.txt"))
    for family in families():
        used = {
            name for rule in family.grammar.rules.values() for option in rule.options for name in references(option)
        }
        words = {rule.name for rule in family.grammar.rules.values() if rule.kind == "word"}
        assert words - used - shared - {"task", "passage"} == set(), (family.name, family.lang)


def test_a_slot_keeps_its_value(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("# a comment\nword who\n    {ann|bob|eve}\n\nhonest top alone\n    $who1 and $Who1\n", "utf-8")
    grammar = Grammar(read(path))
    for seed in range(20):
        first, _, second = grammar.draw(Random(seed), "top")[0].partition(" and ")
        assert second == first.capitalize()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("plain | text", ("plain | text",)),
        (r"a\nb \{c\} \$d", ("a\nb {c} $d",)),
        ("$5 and $HOME", ("$5 and $HOME",)),
        ("$Who1!", (Reference("who", "1", True), "!")),
        ("{a|}", (Choice((("a",), ())),)),
        ("{a|{b|c}}", (Choice((("a",), (Choice((("b",), ("c",))),))),)),
    ],
)
def test_parse(text: str, parts: tuple[Part, ...]) -> None:
    assert parse(text) == parts


@pytest.mark.parametrize("text", ["{a|b", "a}", "{a|{b}"])
def test_braces_must_pair(text: str) -> None:
    with pytest.raises(GrammarError):
        parse(text)


@pytest.mark.parametrize(
    "text", ["top\n    a\n", "word a\nword b\n    x\n", "word a\n    x\nword a\n    y\n", "word a\n    {x\n"]
)
def test_bad_files_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(GrammarError):
        read(path)


@pytest.mark.parametrize("line", ["$b", "$a"])
def test_missing_rules_and_circles_are_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text(f"word a\n    {line}\n", "utf-8")
    with pytest.raises(GrammarError):
        Grammar(read(path))


def test_noise_is_light_and_foreign_frames_have_no_english() -> None:
    text = "Please explain the water cycle, and keep it short."
    same = sum(letters(Random(seed), text) == text for seed in range(500))
    assert 250 < same < 400
    assert all(letters(Random(seed), text).strip() for seed in range(200))
    for seed in range(500):
        before, after = frame(Random(seed), "ru")
        assert not any(char.isascii() and char.isalpha() for char in before + after)
