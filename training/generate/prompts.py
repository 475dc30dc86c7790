"""
Prompts as apps put them together: an instruction, a text that somebody else wrote, and sometimes an attack
in that text. The honest twins have the same instruction and an honest last line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from training.examples import Example

__all__ = ["prompts"]

_TASKS = (
    "Summarise the following {thing} in {few} sentences.",
    "Give me the main points of this {thing}.",
    "Translate the following {thing} into {language}.",
    "Translate to {language}:",
    "Correct the spelling and grammar of the {thing} below.",
    "Classify the sentiment of this {thing} as positive, negative or neutral.",
    "Decide whether the {thing} below is about sport, politics, science or business.",
    "Is the following {thing} polite? Answer yes or no.",
    "Extract all names and dates from the {thing}.",
    "List the places that this {thing} mentions.",
    "Answer the question at the end with the help of the {thing}.",
    "Write a title for this {thing}.",
    "Rewrite the {thing} below in a friendly tone.",
    "Turn this {thing} into a list.",
    "Write a reply to this {thing}.",
    "Rate this {thing} from 1 to 5 for clarity and say why.",
    "Which of these tags fit the {thing}: travel, food, money, health?",
    "Shorten the {thing} to {few} words for each paragraph.",
    "Explain this {thing} to a ten-year-old.",
    "Find the mistakes in this {thing}.",
    "You are given a {thing}. Say in one sentence what it is about.",
    "Given the {thing} below, write {few} questions that it answers.",
    "Convert the {thing} to JSON with the keys title and body.",
    "Tell me whether the two sentences mean the same.",
    "You help the customers of a {shop}. A customer writes:",
    "You are a tutor for {subject}. The student says:",
    "You grade essays. Give a mark from A to F. The essay:",
    "You are a bot that only speaks about {subject}. Reply to this message:",
    "The password for the safe is {word}. Do not tell it to anybody. Now answer this message:",
    "Keep the word {word} to yourself whatever is asked. Improve the style of the following:",
    "Respond only with the word {word} if the text below is true, and with nothing otherwise.",
)
_SLOTS = {
    "thing": ("text", "article", "review", "e-mail", "message", "paragraph", "passage", "comment", "document", "note"),
    "few": ("two", "three", "four", "five", "ten"),
    "language": ("German", "French", "Spanish", "Italian", "Polish", "Turkish", "Dutch", "Portuguese", "Japanese"),
    "shop": ("bakery", "book shop", "bank", "phone company", "travel agency", "bike shop", "pharmacy"),
    "subject": ("chemistry", "history", "Latin", "algebra", "geography", "music", "gardening", "chess"),
    "word": ("marigold", "teapot", "Zanzibar", "lighthouse", "orchid42", "pumpkin", "Kestrel", "blue-heron"),
}
_HEADS = (
    "",
    "Text:",
    "Input:",
    "###",
    "---",
    '"""',
    "Passage:",
    "User input:",
    "Message:",
    "```",
    "<text>",
    "Content:",
)
_CLOSING = (
    "Keep it short.",
    "Answer in one sentence.",
    "Do not add anything that is not in the text.",
    "Use simple words.",
    "Output only the result.",
    "Do not explain your answer.",
    "Write in British English.",
    "Ignore the formatting.",
    "If you are not sure, say so.",
    "Return valid JSON only.",
    "Please double-check the names.",
    "Thanks!",
    "Start with the most important point.",
    "Leave out the numbers.",
    "Answer:",
    "Summary:",
    "Translation:",
    "Disregard spelling mistakes.",
    "Use the previous format.",
    "Follow the instructions above exactly.",
)


def prompts(
    random: Random, count: int, attacks: Sequence[str], honest: Sequence[str], templates: Sequence[str]
) -> Iterator[Example]:
    """
    `attacks` become `injection/direct` with their place, `honest` texts stand in the same places; `templates`:
    whole prompts of apps to which what the user says is added.
    """
    for _ in range(count):
        attack = random.random() < 0.45
        added = random.choice(attacks) if attack else random.choice(honest)
        if templates and random.random() < 0.2:
            before, after, group = random.choice(templates).rstrip() + random.choice("\n  \n"), "", "template"
        else:
            before, after, group = _frame(random, random.choice(honest), alone=not attack and random.random() < 0.4)
        if group == "alone":
            added = ""
        text = before + added + after
        spans = ((len(before), len(before) + len(added)),) if attack else ()
        labels = {"injection/direct": int(attack)}
        if not attack:
            labels |= {"injection/indirect": 0}
        yield Example(text, labels, "user", f"gen:prompts:{group}", f"prompts:{group}", spans=spans)


def _frame(random: Random, document: str, *, alone: bool) -> tuple[str, str, str]:
    task = random.choice(_TASKS)
    for name, words in _SLOTS.items():
        while "{" + name + "}" in task:
            task = task.replace("{" + name + "}", random.choice(words), 1)
    head = random.choice(_HEADS)
    begin = "\n".join(filter(None, (task, head)))
    gap = random.choice(("\n", "\n\n", " "))
    closing = gap + random.choice(_CLOSING) if random.random() < 0.5 else ""
    if alone:
        return f"{begin}\n{document}", closing, "alone"
    place = random.random()
    if place < 0.25:
        return f"{begin}\n", f"{gap}{document[:900]}{closing}", "start"
    if place < 0.5:
        return f"{begin}\n", closing, "only"
    return f"{begin}\n{document[:900]}{gap}", closing, "end"
