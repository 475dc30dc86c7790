"""Tables: the head of a column says what its cells are, and what stands beside it stays."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from json import dumps, loads

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors import BUILTIN
from gateway.detectors.columns import Columns
from gateway.engine import Guard
from gateway.engine.edit import render, replacements
from gateway.engine.scan import scan_parts
from gateway.engine.stream import Channel, Terms
from gateway.policy import load_policies
from gateway.resources import folder
from gateway.types import Abridging, Direction, Effect, Hit, Part, Role, Transcript, Violation
from tests.support.tables import found

DETECTOR = Columns()

# `[[...]]` marks the findings.
TABLES = (
    ("name,email,password\nBob,bob@acme.test,[[hunter2]]\nAnn,ann@acme.test,[[Sommer2024!]]\n", "secret/password"),
    ("user;pass;role\r\nbob;[[letmein9]];admin\r\n", "secret/password"),
    (
        "| User | Password | Note |\n|---|:---:|---|\n| bob | `[[Xk9mQ2vL]]` | admin |\n| ann | [[hunter2]] | |",
        "secret/password",
    ),
    (" id | username | passwort\n----+----------+-----------\n 1 | bob | [[Geheim123]]\n(1 row)\n", "secret/password"),
    (
        "+----+-------------+\n| id | password  |\n+----+-----------+\n|  1 | [[s3cr3tValue]] |\n+----+-----------+",
        "secret/password",
    ),
    ("USER      PASSWORD     ROLE\nbob       [[hunter2]]      admin\n", "secret/password"),
    ("Username, Password\njdoe, [[Xk9#mQ2!vL]]", "secret/password"),
    ("id\tusername\tapi_key\n1\tbob\t[[a8Fk2LmQ9xZt4RvB7nYw]]\n", "secret/api_key"),
    ("service,accessToken\nmail,[[a8Fk2LmQ9xZt4RvB7nYw]]\n", "secret/api_key"),
    ("nombre,contraseña\nAna,[[Gatito99]]\n", "secret/password"),
    ("姓名,密码\n王伟,[[abc12345]]\n", "secret/password"),
    ("氏名,パスワード\n田中,[[sakura99]]\n", "secret/password"),
    ("Name;PIN\nMax;[[4821]]\n", "secret/pin"),
    ("name,dob\nAnn,[[1975-12-24]]\n", "pii/date_of_birth"),
    ('"Name","Geburtsdatum"\n"Max","[[03.02.1980]]"\n', "pii/date_of_birth"),
    ("id,name,ssn\n1,Ann,[[536904399]]\n2,Bob,\n", "pii/us_ssn"),
    ("customer,mobile\nAnn,[[5551234567]]\n", "pii/phone"),
    ("name,phoneNumber\nAnn,[[5551234567]]\n", "pii/phone"),
    ('name,"cardNumber",cvv\nBob,,[[737]]\n', "pii/card_cvv"),
    ("patient id,result\n[[48213377]],negative\n", "pii/medical_record"),
)
NONE = (
    "Test,Pass,Fail\nLogin,12/15,3/15\n",
    "token,count\nthe,12345\nhello1,222\n",
    "Pin | Function\n17 | CLK\n4 | GND\n",
    "Feature,Password,Passkey\nphishing resistant,no,yes\n",
    "| Parameter | Type | Description |\n|---|---|---|\n| password | string | The password |\n",
    "column,type,password\nid,int4,varchar(255)\n",
    "Model,Mobile,Desktop\nvisits,1234567,8812345\n",
    "name,PIN,city\nAnn,560001,Bengaluru\n",
    "name,password\nBob,********\nAnn,<hidden>\n",
    "name,password\nBob,required\n",
    "name,password",
    "I lost my password, phone\nand the hunter2x was bad, too, they say\n",  # another number of cells
    "name,password\n\nhunter2,hunter3\n",
    "name,email\nBob,bob@acme.test\n",
    "name,ssn\nBob,536-90-4399\n",  # told by its shape, and not told again
)


@pytest.mark.parametrize(("marked", "category"), TABLES)
def test_a_cell_is_what_its_head_says(marked: str, category: str) -> None:
    values = [piece.partition("]]")[0] for piece in marked.split("[[")[1:]]
    text = marked.replace("[[", "").replace("]]", "")
    assert found(DETECTOR, text) == [(category, value) for value in values]


@pytest.mark.parametrize("text", NONE)
def test_other_tables_say_nothing(text: str) -> None:
    assert found(DETECTOR, text) == []


def test_a_table_ends_and_another_begins() -> None:
    text = "name,password\nBob,hunter2\n\nSome words, and 4821\nname;PIN\nBob;4821\n"
    assert found(DETECTOR, text) == [("secret/password", "hunter2"), ("secret/pin", "4821")]


ANSWERS = DETECTOR.bind(Transcript((), Direction.INPUT))
STREAMED = (
    *(marked.replace("[[", "").replace("]]", "") for marked, _ in TABLES),
    *NONE,
    "name,password\nBob,hunter2\n\nSome words, and 4821\nname;PIN\nBob;4821\n",
    "A list:\n\n| user | password |\n|---|---|\n| a | hunter2x |\n| b | Sommer2024! |\n\nThat is all, phone\nno, yes\n",
    'user,password,note\nbob,"a,b2!x","x, y"\nann,k9"9Lm!,z\nzoe,open9"x!,"o\n',
    "password | user\nhunter2x | bob\n" + "x" * 2100 + " | y\nhunter2y | ann\n",
    "user,password\n" + "".join(f"u{i},pass{i}word!\n" for i in range(12)) + "end\nuser,pin\nbob,4821",
)


def masks(hits: Iterable[Hit]) -> list[Violation]:
    return [Violation("p", "r", "mask", Effect.REDACT, hit, "[X]") for hit in hits]


def streamed(text: str, sizes: Sequence[int], json: bool = False) -> tuple[str, int]:
    """What leaves, and the most that was held."""
    assert ANSWERS is not None
    channel = Channel(Part("", role=Role.ASSISTANT, json=json), [ANSWERS], masks, Terms(16_384))
    out, at, held = [], 0, 0
    for size in itertools.cycle(sizes):
        if at >= len(text):
            break
        out.append(channel.feed(text[at : at + size]).text)
        at += size
        held = max(held, channel.held)
    return "".join([*out, channel.close().text]), held


def whole(text: str, json: bool = False) -> str:
    assert ANSWERS is not None
    scan = scan_parts([ANSWERS], [Part(text, role=Role.ASSISTANT, json=json)])
    assert not scan.errors
    return render(text, 0, len(text), replacements(text, masks(scan.hits), json=json))


@pytest.mark.parametrize("text", STREAMED)
def test_an_answer_leaves_alike_however_it_is_cut(text: str) -> None:
    expected = whole(text)
    for sizes in ([1], [2, 7, 3], [40, 1], [5000]):
        assert streamed(text, sizes)[0] == expected
    as_json = dumps({"t": text}, ensure_ascii=False)
    assert streamed(as_json, [1], json=True)[0] == whole(as_json, json=True)
    loads(whole(as_json, json=True))


def test_a_table_in_a_string_of_json_is_one() -> None:
    text = dumps({"csv": "password,user\nhunter2x,bob\nSommer2024!,ann", "n": 1})
    assert loads(streamed(text, [1], json=True)[0])["csv"] == "password,user\n[X],bob\n[X],ann"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "user",
                "password",
                ",",
                "|",
                "\n",
                "\r\n",
                "hunter2x",
                "4821",
                "pin",
                " ",
                "  ",
                "\t",
                ";",
                '"',
                "---",
                "é",
            ]
        ),
        max_size=40,
    ),
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
)
def test_any_text_leaves_alike(pieces: list[str], sizes: list[int]) -> None:
    text = "user,password\n" + "".join(pieces)
    assert streamed(text, sizes)[0] == whole(text)


def test_a_stream_holds_no_more_than_a_row_from_the_value_on() -> None:
    row = "| somebody with a long name | hunter2x | and some words |\n"
    text = (
        "Here you are. It is a list, password\nand then no more.\n| user | password | note |\n|---|---|---|\n" + row * 3
    )
    sent, held = streamed(text, [1])
    assert "hunter2x" not in sent
    assert held < len(row) - row.index(" hunter2x")
    assert streamed("The weather is fine,\nand the sea is calm.\n" * 5, [1])[1] == 0


def test_a_long_line_is_no_row() -> None:
    """So that an answer of one long paragraph behind what may be a head is not held, and not stopped."""
    text = "password | user\n" + "word " * 5000 + "\n"
    sent, held = streamed(text, [100])
    assert sent == text
    assert held <= 2048 + 100


def test_of_a_table_that_goes_on_little_is_remembered() -> None:
    assert isinstance(ANSWERS, Abridging)
    row = "bob,hunter2x\n"
    head = "words\n\nuser,password\n"
    assert ANSWERS.abridged(head + row * 100 + "an") == "user,password\n" + row + "an"
    assert ANSWERS.abridged(ANSWERS.abridged(head) + row * 3) == "user,password\n" + row
    assert ANSWERS.abridged("one line\nand another\n") == ""
    assert len(ANSWERS.abridged("word " * 5000)) < 2100


def test_answers_that_stream_are_not_held_to_their_end() -> None:
    """As they were if a detector of whole texts found what a rule masks."""
    guard = Guard([build() for build in BUILTIN])
    policy = load_policies([folder("policies")], guard.categories)["default"]
    assert not guard.plan((policy,), Direction.OUTPUT).rewrites_whole
    guard.close()


async def test_the_default_policy_hides_the_values_of_a_pasted_table() -> None:
    guard = Guard([build() for build in BUILTIN])
    policy = load_policies([folder("policies")], guard.categories)["default"]
    asked = Part("Who has a weak one?\n\nname,password\nBob,hunter2\nAnn,Sommer2024!\n", ("u",))
    exchange = guard.begin((policy,))
    verdict = await exchange.request(Transcript((asked,), Direction.INPUT))
    assert verdict.effect is Effect.REDACT
    sent = verdict.edits["u",]
    assert "hunter2" not in sent
    assert "Sommer2024!" not in sent
    assert "name,password\nBob,[PASSWORD_" in sent
    token = sent.split("Bob,")[1].split("\n")[0]
    back = await exchange.response(Transcript((Part(f"Bob: {token}", ("a",), Role.ASSISTANT),), Direction.OUTPUT))
    assert back.edits["a",] == "Bob: hunter2"
    guard.close()
