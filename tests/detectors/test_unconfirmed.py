"""Tools that act before anybody was asked, where the system prompt wants that."""

from __future__ import annotations

import pytest

from gateway.detectors.unconfirmed import Unconfirmed
from gateway.types import Contextual, Detector, Direction, Kind, Part, Role, Transcript

DEMAND = "Never delete or pay anything before the user has confirmed it."


def found(system: str, tool: str, *said: tuple[Role, str]) -> bool:
    talk = said or ((Role.USER, "Please get rid of it."),)
    parts = [Part(system, role=Role.SYSTEM)]
    parts += [Part(text, ("messages", i), role, i) for i, (role, text) in enumerate(talk, 1)]
    detector = Unconfirmed().bind(Transcript(tuple(parts), Direction.INPUT))
    if detector is None:
        return False
    (findings,) = detector.scan([Part(tool, role=Role.ASSISTANT, kind=Kind.TOOL_NAME)])
    return [(f.category, f.span) for f in findings] == [("tool/unconfirmed", (0, len(tool)))]


@pytest.mark.parametrize(
    ("system", "tool", "expected"),
    [
        (DEMAND, "delete_account", True),
        (DEMAND, "deleteAccount", True),
        (DEMAND, "account.delete", True),
        (DEMAND, "pay", True),
        (DEMAND, "remove_user", True),  # "anything"
        (DEMAND, "get_deleted_accounts", False),
        (DEMAND, "list_payments", False),
        (DEMAND, "payment_status", False),
        (DEMAND, "change_plan", False),  # neither named nor final
        ("Always ask for confirmation before any change.", "change_plan", True),
        ("Always ask for confirmation before any change.", "search_plans", False),
        ("Get the customer's approval before you call book_flight.", "book_flight", True),
        ("Get the customer's approval before you call book_flight.", "search_flight", False),
        ("Irreversible actions require explicit confirmation.", "wipe_disk", True),
        ("Irreversible actions require explicit confirmation.", "create_note", False),  # a note can be taken back
        ("Do not transfer money without the owner's consent.", "transfer_money", True),
        ("Ask the user first before cancelling an order.", "cancel_order", True),
        ("Lösche niemals etwas, bevor der Nutzer zugestimmt hat; nutze dafür delete_account.", "delete_account", False),
        ("Rufe delete_account nie auf, bevor der Nutzer zugestimmt hat.", "delete_account", True),
        ("N'appelle jamais delete_account avant la confirmation du client.", "delete_account", True),
        ("Confirm the order number before you look it up.", "order_status", False),
        ("Confirm the order number before you look it up.", "get_order", False),
        ("You may delete accounts. Be brief.", "delete_account", False),
        ("Our store has been approved by customers since 2004.", "delete_account", False),
        ("", "delete_account", False),
        (DEMAND, " ", False),
    ],
)
def test_who_must_be_asked(system: str, tool: str, expected: bool) -> None:
    assert found(system, tool) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([(Role.ASSISTANT, "Shall I delete the account?"), (Role.USER, "Yes.")], False),
        ([(Role.ASSISTANT, "Soll ich das Konto löschen?"), (Role.USER, "Ja, bitte.")], False),
        ([(Role.ASSISTANT, "This cannot be undone."), (Role.USER, "Do it.")], True),  # not asked
        ([(Role.ASSISTANT, "How may I help?"), (Role.USER, "Hi"), (Role.ASSISTANT, "Ok."), (Role.USER, "Go")], True),
        ([(Role.USER, "I confirm that my account is to be deleted.")], False),
        ([(Role.USER, "I will confirm it later.")], True),
        ([(Role.USER, "She has confirmed it on the phone, so go ahead.")], True),
        ([(Role.USER, "Ich bestätige hiermit die Löschung.")], False),
    ],
)
def test_who_has_been_asked(said: list[tuple[Role, str]], expected: bool) -> None:
    assert found(DEMAND, "delete_account", *said) is expected


def test_answers_of_tools_after_the_confirmation_change_nothing() -> None:
    talk = [(Role.ASSISTANT, "Delete it?"), (Role.USER, "Yes"), (Role.TOOL, '{"found": 1}')]
    assert not found(DEMAND, "delete_account", *talk)


def test_only_names_are_read() -> None:
    detector = Unconfirmed().bind(Transcript((Part(DEMAND, role=Role.SYSTEM),), Direction.INPUT))
    assert detector is not None
    assert detector.scan([Part("delete_account"), Part("delete_account", kind=Kind.TOOL_CALL)]) == [[], []]
    assert detector.pending("delete") == 6


def test_without_a_request_it_finds_nothing() -> None:
    assert isinstance(Unconfirmed(), Detector)
    assert isinstance(Unconfirmed(), Contextual)
    assert Unconfirmed().scan([Part("delete_account", kind=Kind.TOOL_NAME)]) == [[]]
