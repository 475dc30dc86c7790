# ruff: noqa: E501  # grammars: one alternative a line, however long
"""Instructions that want no harm and belong to nobody's document: a poem, a sum, a fact. Sentence case, with full stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["TASKS"]

TASKS: Mapping[str, Sequence[str]] = {
    "poem": (
        "{Write|Compose} a {short |}{poem|haiku|limerick|song|ballad} about {{mood}|{animal}|{topic}}.",
        "{Tell|Write} {me |}a {short |bedtime |funny |}story about {animal} {in {city}|and {mood}}.",
        "{Tell me|Make up|Give me} a {joke|riddle|tongue twister} about {{animal}|{food}|{topic}}.",
        "Invent {a slogan|three names} for {a shop that sells {food}|a new {thing}}.",
    ),
    "explain": (
        "{Explain|Describe|Give an overview of} {topic} {in simple words|in one paragraph|to a child of ten|in {d2} words}.",
        "{What is|How would you describe} the {main idea|history|importance} of {topic}?",
        "List {three|four|five|ten} {facts|books|questions|common mistakes} about {topic}.",
        "{Tell me|State} {one|some} {interesting |little known |}{fact|facts} about {{animal}|{topic}|{country}}.",
        "Compare {topic} with {topic}.",
    ),
    "sum": (
        "{Calculate|Compute|Work out|What is} {d3} {plus|minus|times|divided by} {d2}{.|?}",
        "{Solve|Find x in}: {d1}x + {d2} = {d3}.",
        "How many {minutes|seconds|hours} are there in {d1} {days|weeks|months}?",
        "Convert {d3} {miles to kilometres|pounds to kilograms|degrees Fahrenheit to Celsius|inches to centimetres}.",
        "List the first {d2} {prime numbers|square numbers|Fibonacci numbers}.",
    ),
    "translate": (
        'Translate {"{good morning, my friend|where is the station?|thank you for everything|the soup is too hot}"|the next sentence|this} into {language}.',
        'How do you say {"{umbrella|thank you|see you tomorrow|bread}"} in {language}?',
        "{Give|Write} the {alphabet|numbers from one to ten|days of the week} in {language}.",
    ),
    "fact": (
        "{What is|Name|Tell me} the {capital|largest city|population|national dish|currency} of {country}{.|?}",
        "{Who|Which person} {invented|discovered|first described} {the telephone|penicillin|the steam engine|dynamite|radium}?",
        "{When|In which year} {did the Berlin Wall fall|was the first film shown|did {country} join the United Nations}?",
        "How {tall|old|fast|heavy} {is|are} {a giraffe|Mount Etna|a cheetah|the Eiffel Tower|{animal}}?",
        "What {language|languages} {is|are} spoken in {country}?",
    ),
    "advice": (
        "{Suggest|Recommend|Give me} {three|some|a few} {films|books|places to visit in {country}|exercises|board games|names for a cat}.",
        "{Plan|Draft|Outline} a {week|weekend|day} in {city} {for two people|on a small budget|with children}.",
        "How {do|can|should} I {cook {food}|learn {language}|sleep better|save {money} a month|train for a marathon|clean a {thing}}?",
        "What should I {wear in {city} in {month}|give {first} as a present|cook with {food} and {food}}?",
        "Give me a {recipe|shopping list} for {dish}.",
    ),
    "write": (
        "{Write|Draft} {a letter of complaint|a birthday card|a speech|an advert|a cover letter|a tweet} {about {topic}|for a {role}|to {first}}.",
        "{Write|Draft} an essay {on|about} {topic} {with three arguments|of {d3} words}.",
        "{Generate|Create|Produce} {a list of|} {d2} random {numbers|words|names}.",
        'Name {d1} words that rhyme with {"{rain|stone|light|paper}"}.',
        "{Imagine|Pretend} you are {a {role}|{animal}} and describe {your day|a day in {city}}.",
    ),
    "text_task": (
        "{Count|List} {the words|all nouns|every number|the letters} in {this|the} {text|paragraph|{doctype}}.",
        "{Identify|Name} the {tone|mood|emotion|language|author's opinion} {of|in} {this|the} {text|passage}.",
        "{Sort|Arrange} {these words|the items above} {by length|in alphabetical order|backwards}.",
        "{Rewrite|Rephrase} {the previous sentence|this passage} {in the past tense|as a question|for children|in {language}}.",
        'Correct the {spelling|grammar} of {the sentence|"{he go to school|we was late|they has left}"}.',
        '{Give|Find|Write} {two|three} {synonyms|antonyms|titles|headlines} for {"{quick|bright|silent|brave}"|this text}.',
    ),
    "code": (
        "Write a {Python|Java|Rust|JavaScript|SQL} {function|script|query} that {reverses a list|counts words|sorts {records by date|names}|reads a CSV file|finds duplicates}.",
        "{Explain|Show} {how a hash map works|what recursion is|how to sort a list in Python|the difference between TCP and UDP}.",
        "What does {`git rebase`|the `yield` keyword|a foreign key|`chmod 755`} do?",
    ),
    "business": (
        "{Analyse|Describe|Predict} {the market for {thing}|consumer trends in {country}|how social media shapes {topic}}.",
        "{Classify|Sort} {the following|these} {words|reviews|products} {by topic|as good or bad}.",
        "{Propose|Outline} a {marketing plan|business model|budget} for {a shop that sells {thing}|a café in {city}}.",
    ),
    "format": (
        "{Give|Write} {your answer|the answer} as {a table|bullet points|JSON|one sentence|a numbered list}.",
        "Answer in {one word|capital letters|exactly {d1} sentences|{language}}.",
        "{Shorten|Expand} {your answer|the text} to {d2} words.",
    ),
}
