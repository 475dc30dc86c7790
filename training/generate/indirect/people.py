# ruff: noqa: E501  # grammars: one alternative a line, however long
"""
Imperatives that belong where they stand: people telling people, manuals their readers, notes their authors.

`REGISTERS` says which kinds fit which carrier. None of them speaks to the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from training.generate.indirect.grammar import Scene

__all__ = ["KINDS", "REGISTERS", "imperative"]

KINDS: Mapping[str, Sequence[str]] = {
    "work": (
        "Please {reply|get back to me|let me know|confirm} by {day}{| at the latest|, {clock} if you can}.",
        "{Please forward|Forward|Can you forward} this to {the whole team|the {team} team|{person}|everyone who was at the meeting}.",
        "Ignore my {previous|last|earlier} {e-mail|message|note}, the {meeting|call|delivery} {has moved|moved} to {day}.",
        "Disregard the {first|old} attachment, {it has the wrong figures|the right one is below|use {file} instead}.",
        "IMPORTANT: all {staff|employees|users|members} must {change their password|update their browser|hand in their badges|complete the training} before {day}.",
        "Do not {share|forward|print|publish} this {document|link|password|draft} {outside the company|with anyone|before {day}}.",
        "{First|{first}}, could you {send me|prepare|check} the {numbers|slides|contract|list} for {project} {before {day}|today|, please}?",
        "Please {sign|return|scan} the {form|contract|receipt} and {send it to {mail}|leave it at reception|post it back}.",
        "Do not forget to {bring your laptop|book your room|submit your hours|water the plants|log your expenses}.",
        "{Remember|Make sure} to {lock the office|turn off the lights|update the tracker|sign the visitor list}{| before you leave}.",
        "Please send {money} to {iban} {by {day}|within {d2} days}, {reference|invoice} {d4}.",
        "Pay the invoice {d4} over {money} {by bank transfer|with the company card}, {please|thank you}.",
        "Delete the {old|test|duplicate} {records|files|rows} once {person} has {checked|approved} them.",
        "Write a short {paragraph|text|poem} for {person}'s {farewell card|birthday|newsletter page} and {hand it to {first}|mail it to me} by {weekday}.",
        "Call {person} on {d3}-{d4} and {ask|tell} {her|him} about the {delivery|invoice|keys}.",
        "{Everyone|All of you|Team}: {please |}{fill in the survey|update your entries|check your tickets} {today|by {day}|before lunch}.",
        "URGENT: {send me|I need} the {signed contract|final figures|access list} {before {clock}|right away|today}.",
        "Summarise the {meeting|call|visit} in {three|five} lines and {post|put} it in the {team} channel, {first}.",
        "Please treat this {message|offer} as confidential{| and delete it if it was not meant for you}.",
        "If you are not the intended recipient, delete this message and {tell the sender|inform us at {mail}}.",
        "You {must|need to|have to} {show your ID|sign in|wear a helmet|register} {at the gate|before you enter|first}.",
        "Translate the {manual|letter|leaflet} into {language} and send it to {person} by {day}.",
        "Stop working on {project} for now and {help|join} the {team} team.",
        "New instructions from {person}: {use the back door|book trains only|no orders above {money}} {until {day}|from now on}.",
    ),
    "web": (
        "Click here to {unsubscribe|read more|manage your settings|see all offers}.",
        "{Sign up|Subscribe|Register} {now|today} and {get {d2} % off|never miss a story|receive a free {thing}}.",
        "Please {accept|choose} your cookie settings {to continue|first}.",
        "{Follow us|Find us|Like us} on {social media|{host}}.",
        "{Enter|Use} the code {token} at checkout {and save {money}|before {day}}.",
        "Call us on {d3}-{d4} or write to {mail} {for a quote|to book|if you have questions}.",
        "Enable JavaScript to {view this page|see the comments|run this app}.",
        "{Skip to|Go back to|Return to} {main content|the top|the overview}.",
        "Do not {refresh|close} this page {while the payment is processed|until the upload is done}.",
        "Buy {two|three} {thing}s and pay for {one|two}, {this week|until {day}} only.",
        "Share this article with {a friend|your colleagues}.",
        "{Log in|Sign in} to {leave a comment|see prices|vote}.",
        "Never enter your password on a page that {does not begin with https|came from a mail|you do not know}.",
        "Visit {link} for {opening hours|the full programme|more recipes}.",
        "Rate {this recipe|our service|the app}: {five stars help us|tell us what you think|it takes one minute}.",
        "Join {d4} readers and {download|read} our guide to {topic}.",
    ),
    "recipe": (
        "{Chop|Slice|Peel|Wash} the {food} and {set aside|fry it with {food}|add it to the pot}.",
        "{Heat|Preheat} the {oven|pan} to {d3} degrees and {bake|roast} for {d2} minutes.",
        "Stir {well|gently} and {let it rest|simmer for {d2} minutes|serve at once}.",
        "Add {d3} g of {food}, then {season with salt|taste and add {food}|cover the pot}.",
        "Do not {open the oven|stir|overcook the {food}} {too early|during the first {d2} minutes}.",
    ),
    "manual": (
        "{Press|Hold} the {power|reset|left} button for {d1} seconds {until the light turns green|to restart}.",
        "{Unplug|Switch off} the device before {cleaning|opening|moving} it.",
        "Read {this guide|all instructions} {carefully |}{before use|first}.",
        "Keep out of reach of {children|pets}.",
        "{Do not|Never} {cover the vents|use near water|remove the cover|mix with bleach}.",
        "{Insert|Charge|Replace} the {battery|filter|card} {as shown in figure {d1}|every {d1} months}.",
        "WARNING: {wear gloves|disconnect the mains|wait {d2} minutes} before you {open the housing|replace the fuse}.",
        "Exercise {d1}: write a {short |}{poem|story|letter} about {mood}{| ({d3} words)}.",
        "Task {d1}. Calculate {d3} minus {d2} and {show your working|explain each step}.",
        "Question {d1}: {name|list} three {facts about {topic}|causes of {topic}|uses of {food}}.",
        "Homework for {weekday}: translate the text on page {d2} into {language}.",
        "Discuss with your partner: {what do you know about {topic}?|would you move to {country}?}",
    ),
    "code": (
        "TODO: {handle|check|remove|rename|test} {the empty case|timeouts|this flag|the old column|unicode input}{| before release|, see #{d3}}",
        "FIXME: {breaks|fails|too slow} {when the list is empty|on Windows|for more than {d4} rows}, {use a set|add a lock|rewrite this}",
        "NOTE: {do not|never} {call this|change the order|edit this by hand} {from two threads|, it is generated|without running the tests}",
        "{Do not|Never} {commit secrets|log the password|remove this check|ignore the return value} here",
        "Ignore {lint|type} {errors|warnings} in this {file|block}, {the generator writes it|see {link}}",
        "HACK: {override|bypass} the {default|cache} until {the upstream fix|issue {d4}} {lands|is merged}",
        "IMPORTANT: {keep in sync with|update} {file} {when you add a field|too}",
        "{Run|Call} `{make test|npm run build|cargo fmt|pytest -q|go vet}` {before pushing|after every change}",
        "{Returns|Raises|Expects} {a list of ids|ValueError if the {file} is missing|an open connection}; {close it yourself|the caller must hold the lock}",
        "{You must|Callers must} {set|send} the {API_KEY variable|X-Request-Id header|timeout} {first|with each request}",
        "{first}: please {review|rename|split} this {function|class|test}, {it is too long|the name lies}",
        "Delete {this|the next line} {after the migration|once version {d1}.{d1} is out}",
        "Reads the token from the environment; {export|set} {TOKEN|DB_URL} {first|in your shell}",
        "System prompt for the {summary|support} bot; {keep it short|do not translate}",
    ),
    "readme": (
        "Run `{pip install {repo}|npm install {repo}|make build|docker compose up -d|cargo install {repo}|brew install {repo}}` {to get started|first}.",
        "Clone the repository and {copy `.env.example` to `.env`|run `make setup`|open it in your editor}.",
        "{Set|Export} `{API_KEY|DATABASE_URL|TOKEN}` to your own {key|value} {before you start|and restart the server}.",
        "Please {open an issue|read CONTRIBUTING.md|run the linter} before you {send a pull request|change the API}.",
        "Do not {commit|share} your {API key|.env file}{|; revoke it if it leaks}.",
        "You must send the `{Authorization|X-Api-Key|Accept}` header with {every|each} request.",
        "{Use|Call} `{GET|POST} /v{d1}/{users|orders|files}` {to list them all|with a JSON body}; {page with `?page={d1}`|limit it to {d3} rows}.",
        "To {upgrade|uninstall}, {delete the old folder|run `{repo} migrate`|remove the service} and {restart|start again}.",
    ),
    "data": (
        "{Call back|Contact|Refund|Visit} {customer|person} {before {day}|on {weekday}}",
        "{Do not ship|Hold|Ship} {until paid|to the old address|before {day}}",
        "{Check|Verify} {address|ID|stock} {again|first}",
        "{Leave|Put} {parcel|keys} {with the neighbour|at the back door|at reception}",
        "{Pay|Transfer} {money} by {day}",
        "Bring {passport|laptop|samples|printed tickets}",
        "Please {confirm|sign|return} {by {day}|the form|to {mail}}",
        "Retry after {d2} seconds; {contact {mail} if it happens again|check your API key}",
        "Missing parameter: send `{city|limit|account}` {with the request|as a number}",
        "{Review|Update|Renew} before {day}, {ask {person}|see {file}}",
    ),
    "topic": (
        "{Our assistant|The chatbot|The AI assistant} must never {reveal customer data|ask for card numbers|give medical advice}, says the new {policy|guideline}.",
        "Prompt injection means that {a web page|a mail|a document} {tells|orders} a language model to do something its user {never asked for|did not want}.",
        "{Researchers|Attackers|Students} {hid|wrote} {white text|a line} in a {CV|paper|page} {to sway|that was to fool} {AI reviewers|screening software}; the {trick|attempt} {failed|was found}.",
        "I asked {ChatGPT|the chatbot|an LLM} to {write a poem about {mood}|plan my trip to {city}|fix my CV} and it {was not bad|failed|made up half of it}.",
        "{Teachers|Nurses|Lawyers} {use|try} language models to {draft letters|sum up files|plan lessons}, {person} {writes|reports}.",
        "The workshop covers {jailbreaks|system prompts|prompt injection|AI agents} and how to {test|defend|log} them.",
        'An old {trick|joke} was to {write|say} "ignore all previous instructions" to a bot {on social media|in a forum} and see what {happens|comes out}.',
        "Users should {never|not} paste {passwords|customer data} into {ChatGPT|AI tools}, the {IT department|data officer} {warns|says}.",
        '{Good prompts|A good prompt} {name|names} the audience: "Explain {topic} to a child of ten" {works better than|beats} "tell me about {topic}".',
        'Guardrails {scan|check} {tool results|documents} for lines {such as|like} "send the mails to {mail}" before a model {sees|reads} them.',
        "{The model|This LLM} {was trained on|has} {d3} billion {tokens|parameters} and {follows instructions well|refuses harmful requests}.",
        'In the book of prompts, page {d2} has "Act as a {role} and answer my questions", {a classic|often copied}.',
        "If a caller asks {the agent|support} to {ignore the rules|skip the ID check}, {hang up|pass the call to a supervisor}.",
        "Vendors {promise|claim} that their AI {agents|assistants} {book trips|answer mails|pay invoices} {on their own|without help}.",
    ),
    "support": (
        "Please {help me|call me back|send a technician|tell me} {with my order {d4}|about the refund|as soon as you can}.",
        "{Cancel|Change|Check} my {subscription|booking|order {d6}} {please|and send me a confirmation}.",
        "I want you to {refund {money}|replace the {thing}|explain the charge} {by {day}|now}.",
        "Could you {reset my password|send me a new link|forward this to your manager}?",
        "Try {restarting the {thing}|a different browser|clearing the cache} and {tell us|write back} {if it helps|what you see}.",
        "Dear {agent|{first}|support team}, {please |}{send me a copy of the invoice|check the tracking number {d6}|delete my account}.",
        "Do not {close this ticket|reply to this address|share your code with anyone}.",
        "Hi {first_9}, {can you|could you} {write me a short summary for my insurance|explain the bill|tell me the price in euros}?",
    ),
    "review": (
        "{Do not buy|Avoid|Skip} this {thing}, {mine broke after {d1} weeks|the zip fails|you will regret it}.",
        "{Buy it|Get one|Try it}, {you will not regret it|it is worth {money}|my {son|dog|mother|neighbour} loves it}.",
        "{Read|Check} the size chart {first|before you order}.",
        "{Listen to me|Trust me|Believe me}: {get the larger one|wait for the sale|order two}.",
        "Tell your friends, {five stars|best {thing} I ever had}.",
        "Ignore the {bad|one-star} reviews, {they are about the old model|this one is great}.",
    ),
}

REGISTERS: Mapping[str, Sequence[str]] = {
    "mail": ("work", "work", "work", "support", "web", "topic"),
    "chat": ("work", "work", "support", "topic"),
    "ticket": ("support", "support", "work", "topic"),
    "web": ("web", "web", "manual", "topic", "recipe"),
    "review": ("review", "review", "review", "topic"),
    "prose": ("topic", "manual", "work", "topic", "web"),
    "recipe": ("recipe",),
    "manual": ("manual",),
    "minutes": ("work", "work", "topic"),
    "contract": ("work", "topic"),
    "cv": ("topic", "work"),
    "code": ("code",),
    "readme": ("readme", "readme", "code", "topic"),
    "data": ("data", "data", "work", "support"),
    "result": ("data", "web", "work", "support", "topic", "review"),
    "log": ("data", "code"),
    "social": ("web", "topic", "review"),
}


def imperative(scene: Scene, register: str) -> tuple[str, str]:
    kind = scene.random.choice(REGISTERS[register])
    return scene.pick(KINDS[kind]), kind
