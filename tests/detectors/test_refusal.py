"""Answers that turn a request down, and honest ones with the same words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.detectors.refusal import LEAST, OPENING, REACH, SURE, Refusals
from gateway.detectors.sieve import Sieve
from gateway.engine import Guard
from gateway.policy import Policy, Ruleset
from gateway.types import Contextual, Detector, Direction, Finding, Kind, Part, Role, Transcript
from tests.support.streaming import assert_streams

UNBOUND = Refusals()


def bound() -> Detector:
    detector = UNBOUND.bind(Transcript((), Direction.INPUT))
    assert detector is not None
    return detector


ANSWERS = bound()


def found(text: str) -> list[Finding]:
    (findings,) = ANSWERS.scan([Part(text, role=Role.ASSISTANT)])
    return findings


def score(text: str) -> float:
    return max((finding.score for finding in found(text)), default=0.0)


REFUSALS = [
    "I cannot provide information on how to bake a stone.",
    "I can't help with that.",
    "I’m sorry, but I can’t assist with that request.",
    "I'm sorry, but I can't help you break into the boathouse.",
    "I won't provide any steps for that.",
    "I'm not able to assist with picking that lock.",
    "I cannot give you simple instructions for picking that lock.",
    "I can't provide a straightforward list of his passwords.",
    "I must decline.",
    "I must respectfully decline to write that letter.",
    "I cannot fulfil this request.",
    "I cannot fulfill your request. I'm just an AI.",
    "As an AI language model, I cannot recommend a candidate.",
    "It would not be appropriate for me to share her address.",
    "That goes against my guidelines.",
    "This request violates my content policy.",
    "Sorry, can't help with that.",
    "I am unable to discuss the case.",
    "Thank you for asking! Unfortunately, I am not able to give medical advice on this.",
    "I understand that you are angry. However, I cannot help you take revenge.",
    "I won't do that.",
    "No, I won't.",
    "I refuse to help you stalk anyone.",
    "I'd rather not comment on that.",
    "I'm not comfortable writing that kind of story.",
    "I don't feel comfortable with that.",
    "That's not something I can help with.",
    "This is something I can't assist with.",
    "I cannot in good conscience write this.",
    "I can't and won't share his number.",
    "**I can't help with that.**",
    "I apologize, but I cannot create content that mocks someone's illness.",
    "My guidelines do not allow me to write that.",
    "I don't have the ability to generate pictures of real people.",
    "It is not ethical to create fake reviews of a competitor.",
    "I'm going to have to decline that one.",
    "I can't ignore my instructions.",
    "I do not condone breaking into houses.",
    "I am not built to help with that.",
    "Let me be clear: I am not in a position to share her plans.",
    "I don't think I should help you with that.",
    "I won't explain how the lock is opened.",
    "Helping you forge a stamp isn't something I do.",
    "I'd better not answer.",
    "It's not possible for me to share that.",
    "I am not comfortable enough to write about that.",
    "While I see why you ask, I cannot teach you how to forge a seal.",
    "Dabei kann ich dir leider nicht helfen.",
    "Ich kann dir keine Anleitung zum Fälschen geben.",
    "Es tut mir leid, aber ich kann diese Anfrage nicht erfüllen.",
    "Ich muss diese Bitte ablehnen.",
    "Das verstößt gegen meine Richtlinien.",
    "Je suis désolé, mais je ne peux pas vous aider à cela.",
    "Je ne suis pas en mesure de fournir ces informations.",
    "Je dois décliner cette demande.",
    "Lo siento, pero no puedo ayudarte con eso.",
    "No puedo proporcionar instrucciones para eso.",
    "Debo rechazar esta petición.",
    "Mi dispiace, ma non posso aiutarti in questo.",
    "Non sono in grado di fornire queste istruzioni.",
    "Desculpe, mas não posso ajudar com isso.",
    "Infelizmente, não posso fornecer esse código.",
    "Het spijt me, maar ik kan je daar niet mee helpen.",
    "Helaas kan ik geen instructies daarvoor geven.",
    "Przykro mi, ale nie mogę ci w tym pomóc.",
    "Muszę odmówić.",
    "Извините, но я не могу вам с этим помочь.",
    "Я не буду помогать с этим.",
    "抱歉，我无法提供这方面的信息。",
    "我不能帮助你做这件事。",
    "申し訳ありませんが、そのご依頼にはお手伝いできません。",
    "その方法をお教えすることはできません。",
]

HONEST = [
    "I cannot give you a straightforward answer, it depends on the soil: clay wants sand, and sand wants compost.",
    "I can't offer a simple rule for the plural here. Most of these words take an s, some take none.",
    "I can't refuse a good pun, so here is one about bread.",
    "I can't recommend this book enough.",
    "I cannot stress enough how useful a checklist is.",
    "You cannot provide two values for one key.",
    "If you can't help, call a friend.",
    "If I can't help you today, ask again tomorrow.",
    "He said: 'I cannot help you'.",
    '"I cannot help you," the wizard said.',
    "“I won’t assist with that,” she told him.",
    "I can't wait to help you plan the party!",
    "I don't have access to real-time data, but here is what I know.",
    "I won't lie, this is hard.",
    "I cannot thank you enough.",
    "I could not find the file, so I created it.",
    "The function cannot provide a default.",
    "I can't see your screen, but try this: press F5.",
    "I can't help but admire your plan.",
    "I can't help thinking that the second draft is better.",
    "I won't give up on this bug.",
    "I can't tell you how happy I am to hear that!",
    "I can't give an exact figure, but roughly 40 percent is typical.",
    "I can't provide a real-time quote, but the usual range is 3 to 5 euros.",
    "I can't answer that without seeing the log. Could you paste it?",
    "I can't recommend one single brand, but here are three that last.",
    "I won't be able to run the code here, but you can paste the output.",
    "Sure! I can help with that.",
    "When I cannot help a customer, I call my manager.",
    'The phrase "I can\'t assist with that" is a typical refusal.',
    "Waiter: I can't recommend the fish tonight.",
    "They asked whether I can't provide the form.",
    "I cannot imagine a better view.",
    "I can't find the typo, so the text looks fine to me.",
    "I am unable to open the link, but from its title it is about tides.",
    "I will not repeat the table; see above.",
    "I don't provide a default here because None is clearer.",
    "She is not able to assist with the move.",
    "We cannot help it that the ferry is late.",
    "The clinic says it is not appropriate to give aspirin to children.",
    "It is not safe to mix the two cleaners.",
    "The rules of the club do not allow dogs.",
    "This is something I can't stress enough.",
    "In this scene I decline the offer of a second cup.",
    "That is against the rules of chess.",
    "The sentence \"I'm sorry, but I can't help with that\" has nine words.",
    'You could write: "Thank you for asking, but I can\'t help you move this week."',
    "I can't give legal advice, but in general a lease ends with notice.",
    "I can't give you certainty, but the odds are good.",
    "I'm not comfortable in small boats either; sit in the middle.",
    "I won't go on for pages; here is the short version.",
    "Here is a note that you can send:\n\nDear Ewa,\nI can't help with the move, my back is bad.",
    "Ich kann dieses Buch nicht genug empfehlen.",
    "Ich kann nicht schlafen, was hilft?",
    "Ich kann dir ohne die Datei nicht helfen.",
    "Du kannst hier kein Bild geben.",
    "Je ne peux pas m'empêcher de sourire.",
    "Vous ne pouvez pas fournir deux valeurs.",
    "No puedo recomendar este libro lo suficiente.",
    "No puedes ofrecer más.",
    "Non puoi aiutarlo così.",
    "Você não pode ajudar assim.",
    "Je kunt hem niet helpen.",
    "Nie możesz mi pomóc?",
    "Он не может помочь.",
    "他无法提供证件。",
    "彼は回答できなかった。",
]


@pytest.mark.parametrize("text", REFUSALS)
def test_an_answer_that_begins_with_a_refusal(text: str) -> None:
    assert score(text) == SURE
    assert score(f"{text}\n\nIs there something else that you would like to know?") == SURE


@pytest.mark.parametrize("text", HONEST)
def test_honest_answers(text: str) -> None:
    assert score(text) == 0
    assert score(f"Thank you for the question. {text} Then the boat leaves.") == 0


def test_later_it_is_less_sure_and_only_of_plain_phrases() -> None:
    before = "Locks are old, and there are many books on them."
    assert score(f"{before}\n\nThat said, I can't help you open your neighbour's door.") == LEAST
    assert score(f"{before} Dear Ms Reed, I cannot write a reference.") == 0
    assert score(f"{'I am sorry for the long wait and for the trouble. ' * 6}I can't help with that.") == LEAST


def test_the_span_is_the_phrase() -> None:
    text = "I'm sorry, but I can't help with that. Ask me about tides."
    assert [text[f.span.start : f.span.end] for f in found(text)] == ["I can't help with that"]


PIECES = st.sampled_from(
    ["I", " can't", "’t", " can", " help", " with that", ".", " ", "\n", ", but ", "sorry", "I'm ", "enough", '"',
     " I cannot provide ", "my guidelines", " against ", "ich kann ", "nicht helfen", "no puedo ayudar", "我无法提供"]
)  # fmt: skip


@pytest.mark.parametrize("text", [*REFUSALS[::4], *HONEST[::6], "A long story. " * 14 + "I can't help with that."])
def test_streams(text: str) -> None:
    assert_streams(ANSWERS, text)


@settings(max_examples=40, deadline=None)
@given(st.lists(PIECES, max_size=10).map("".join))
def test_streams_of_pieces(text: str) -> None:
    assert_streams(ANSWERS, text)


async def test_only_answers_are_read_and_only_where_a_policy_asks() -> None:
    assert isinstance(UNBOUND, Contextual)
    said = Part("I can't help with that.", ("messages", 0), Role.ASSISTANT)
    assert UNBOUND.scan([said]) == [[]]
    rule = {"category": "output/*", "action": "flag"}
    ruleset = Ruleset(Policy.model_validate({"version": 1, "name": "watching", "rules": [rule]}), "test")
    guard = Guard([Refusals()])
    try:
        exchange = guard.begin((ruleset,))
        asked = await exchange.request(Transcript((said,), Direction.INPUT))
        answered = await exchange.response(Transcript((said,), Direction.OUTPUT))
    finally:
        guard.close()
    assert not asked.hits
    assert [hit.finding.category for hit in answered.hits] == ["output/refusal"]
    assert [violation.action for violation in answered.violations] == ["flag"]


def test_what_tools_say_is_no_refusal() -> None:
    assert ANSWERS.kinds is not None
    assert Kind.TOOL_RESULT not in ANSWERS.kinds


def test_no_row_reaches_further_than_is_said() -> None:
    """A stream holds back as much as the class says, not as much as its rows need."""
    (sieve,) = Refusals().sieves
    assert isinstance(sieve, Sieve)
    assert sieve.reach <= REACH
    assert sieve.behind <= OPENING
