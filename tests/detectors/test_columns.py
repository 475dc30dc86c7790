"""Tables: the head of a column says what its cells are, and what stands beside it stays."""

from __future__ import annotations

import pytest

from gateway.detectors import BUILTIN
from gateway.detectors.columns import Columns
from gateway.engine import Guard
from gateway.policy import load_policies
from gateway.resources import folder
from gateway.types import Direction, Effect, Part, Role, Transcript
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


def test_it_reads_prompts_and_leaves_streams_alone() -> None:
    """A detector of whole texts would hold every answer to its end where a rule masks what it finds."""
    guard = Guard([build() for build in BUILTIN])
    policy = load_policies([folder("policies")], guard.categories)["default"]
    assert not guard.plan((policy,), Direction.OUTPUT).rewrites_whole
    assert DETECTOR.bind(Transcript((), Direction.INPUT)) is None
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
