# ruff: noqa: E501, SIM905  # lists of words, short to read
"""The words that the grammars fill in: invented people, firms, hosts, sums, dates and things to talk about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

__all__ = ["WORDS", "Words"]

Words = Mapping[str, Sequence[str] | Callable[[Random], str]]

FIRST = (
    "Anna Ben Carla Dmitri Elena Farid Grace Hugo Ines Jonas Kavya Liam Mei Nadia Omar Priya Quentin Rosa Samuel Tara Uwe Vera "
    "Wei Yusuf Zoe Marta Piotr Chidi Aiko Lars Noor Ivan Lucia Marek Sofia Tom Hannah Pablo Ruth Femi Greta Arjun Leila Bruno "
    "Celine Dario Edith Felix Gita Henrik"
).split()
LAST = (
    "Albrecht Brandt Castillo Dumont Eriksen Fontaine Gupta Haddad Iversen Jansen Kowalski Lindqvist Moreau Nakamura Okafor Petrov "
    "Quispe Rossi Schneider Tanaka Ueda Varga Weber Xu Yilmaz Zimmer Archer Bellamy Carver Doyle Ellison Fraser Greer Holt Ingram "
    "Kerr Lowe Marsh Novak Osei Pryce Rowan Stroud Thorne Vance Whitlock"
).split()
HEAD = (
    "blue north clear silver oak river stone swift bright cedar delta ever fern gold harbor iron juniper kite lumen maple nova "
    "orbit pine quartz ridge sun tide ultra vale west zephyr amber brook coral drift echo flint glade"
).split()
TAIL = (
    "works data mail shop lab desk path cloud point field line store bank media care soft hub base forge press trade box net "
    "space log metrics sync files track gate list house craft"
).split()
TLD = "com net org io co dev de fr eu app biz info tech site xyz top online cc me uk".split()


def host(random: Random) -> str:
    sub = random.choice(("", "", "", "www.", "api.", "app.", "mail.", "cdn.", "collect.", "files.", "status."))
    joint = random.choice(("", "", "-"))
    return f"{sub}{random.choice(HEAD)}{joint}{random.choice(TAIL)}.{random.choice(TLD)}"


def company(random: Random) -> str:
    kind = random.choice((" Ltd", " GmbH", " Inc.", "", "", " Group", " & Sons", " Partners", " Labs"))
    return f"{random.choice(HEAD).title()}{random.choice((' ', ''))}{random.choice(TAIL).title()}{kind}"


def mail(random: Random) -> str:
    who = random.choice(
        (
            f"{random.choice(FIRST)}.{random.choice(LAST)}".lower(),
            f"{random.choice(FIRST).lower()}{random.randint(1, 99)}",
            random.choice(
                "billing support info office hr sales admin desk backup archive reports team inbox audit drop intake".split()
            ),
        )
    )
    return f"{who}@{random.choice(HEAD)}{random.choice(TAIL)}.{random.choice(TLD)}"


def link(random: Random) -> str:
    end = random.choice(
        (
            "",
            "login",
            "verify",
            "offer",
            "docs",
            "survey",
            "p/",
            "r/",
            "update",
            "form",
            "claim",
            "share",
            "start",
            "news",
            "report",
        )
    )
    tail = f"{random.randint(10, 99999)}" if end.endswith("/") else ""
    return f"https://{host(random)}/{end}{tail}"


def day(random: Random) -> str:
    form = random.randrange(4)
    month = random.choice(
        "January February March April May June July August September October November December".split()
    )
    number = random.randint(1, 28)
    if form == 0:
        return f"{number} {month}"
    if form == 1:
        return f"{month} {number}"
    if form == 2:
        return f"{random.randint(2021, 2026)}-{random.randint(1, 12):02d}-{number:02d}"
    return random.choice("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())


def iso(random: Random) -> str:
    return f"{random.randint(2021, 2026)}-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}"


def clock(random: Random) -> str:
    return f"{random.randint(0, 23):02d}:{random.choice((0, 5, 10, 15, 20, 30, 40, 45, 50)):02d}"


def money(random: Random) -> str:
    sum_ = random.choice((random.randint(5, 99), random.randint(100, 9999), random.randint(10, 90) * 1000))
    return random.choice(
        (
            f"${sum_:,}",
            f"{sum_} EUR",
            f"€{sum_}",
            f"£{sum_:,}",
            f"{sum_} USD",
            f"{sum_}.{random.randint(0, 99):02d} CHF",
        )
    )


def iban(random: Random) -> str:
    return f"{random.choice(('DE', 'FR', 'NL', 'GB', 'ES'))}{random.randint(10, 99)} " + " ".join(
        f"{random.randint(0, 9999):04d}" for _ in range(4)
    )


def digits(count: int) -> Callable[[Random], str]:
    return lambda random: str(random.randint(10 ** (count - 1), 10**count - 1))


def hexes(count: int) -> Callable[[Random], str]:
    return lambda random: "".join(random.choices("0123456789abcdef", k=count))


def code_word(random: Random) -> str:
    return f"{random.choice(HEAD)}-{random.choice(TAIL)}-{random.randint(2, 99)}"


WORDS: Words = {
    "first": FIRST,
    "last": LAST,
    "person": lambda random: f"{random.choice(FIRST)} {random.choice(LAST)}",
    "company": company,
    "host": host,
    "mail": mail,
    "link": link,
    "day": day,
    "iso": iso,
    "clock": clock,
    "money": money,
    "iban": iban,
    "d1": digits(1),
    "d2": digits(2),
    "d3": digits(3),
    "d4": digits(4),
    "d6": digits(6),
    "hex": hexes(7),
    "hash": hexes(40),
    "token": code_word,
    "brand": lambda random: random.choice(HEAD).title() + random.choice(TAIL),
    "year": lambda random: str(random.randint(1790, 2024)),
    "user": lambda random: f"{random.choice(HEAD)}_{random.choice(FIRST).lower()}{random.randint(1, 99)}",
    "month": "January February March April May June July August September October November December".split(),
    "weekday": "Monday Tuesday Wednesday Thursday Friday".split(),
    "city": (
        "Lisbon Oslo Leeds Graz Nantes Turin Porto Ghent Basel Krakow Tampere Malmo Bilbao Bologna Utrecht Cork Bergen Riga Zagreb "
        "Denver Austin Halifax Perth Osaka Busan Lima Quito Accra Nairobi Pune"
    ).split(),
    "country": "Norway Portugal Japan Chile Kenya Canada Austria Vietnam Morocco Ireland Poland Peru Greece India".split(),
    "project": lambda random: (
        random.choice(HEAD).title() + random.choice((" rollout", " migration", " pilot", " relaunch", " audit", "", ""))
    ),
    "team": "finance|logistics|design|support|platform|sales|legal|marketing|procurement|data|security|field service".split(
        "|"
    ),
    "role": (
        "backend developer|nurse|project manager|data analyst|accountant|teacher|sales lead|electrician|product designer|"
        "warehouse supervisor|recruiter|translator|site engineer|pharmacist"
    ).split("|"),
    "thing": (
        "headphones|coffee grinder|desk lamp|backpack|running shoes|vacuum cleaner|office chair|rain jacket|blender|tent|keyboard|"
        "electric kettle|bike light|air purifier|sleeping bag|monitor arm|garden hose|water bottle|tripod|wallet"
    ).split("|"),
    "dish": "lentil soup|apple cake|mushroom risotto|fish curry|potato salad|tomato tart|bean stew|rice pudding|flatbread|noodle bowl".split(
        "|"
    ),
    "food": "onions|garlic|carrots|flour|butter|lentils|tomatoes|rice|spinach|mushrooms|chickpeas|apples|cumin|olive oil|yoghurt|lemon".split(
        "|"
    ),
    "animal": "cats|dolphins|hedgehogs|owls|octopuses|bees|elephants|penguins|foxes|geckos|whales|crows|otters|camels".split(
        "|"
    ),
    "topic": (
        "volcanoes|the history of chess|black holes|sourdough bread|the French Revolution|photosynthesis|how tides work|solar panels|"
        "jazz|medieval castles|the water cycle|inflation|glaciers|the invention of printing|coral reefs|beekeeping|the Silk Road|"
        "earthquakes|how vaccines work|origami|the moon landing|electric cars|opera|the Roman roads|migration of birds|tea ceremonies|"
        "marathon training|stoicism|the periodic table|lighthouses"
    ).split("|"),
    "mood": "autumn|the sea|a lost umbrella|friendship|night trains|rain|an old dog|the first snow|a quiet kitchen|summer evenings".split(
        "|"
    ),
    "language": "French|German|Spanish|Italian|Latin|Dutch|Polish|Japanese|Swahili|Turkish|Portuguese|Welsh|Korean".split(
        "|"
    ),
    "file": (
        "report.pdf|budget.xlsx|notes.md|contract.docx|photos.zip|slides.pptx|minutes.txt|invoice.pdf|roster.csv|plan.docx|readme.md|"
        "backup.tar.gz|customers.csv|results.json"
    ).split("|"),
    "repo": lambda random: f"{random.choice(HEAD)}-{random.choice(TAIL)}",
    "secret": (
        "API keys|passwords|access tokens|the contents of .env|SSH keys|saved credentials|session cookies|the database password|"
        "recovery codes|private keys|the billing details|one-time codes"
    ).split("|"),
    "records": (
        "the e-mails in this inbox|the whole conversation|the chat history|the contact list|the last ten messages|the open documents|"
        "the customer records|the calendar entries|the bank statements|the search history|the files in this folder|the user's notes|"
        "the meeting notes|the list of employees|the medical records|the user's home address and phone number"
    ).split("|"),
    "assistant": "assistant|AI assistant|language model|AI|chatbot|LLM|AI agent|model|copilot|automated assistant".split(
        "|"
    ),
    "models": (
        "AI assistants|language models|AI agents|automated readers|LLMs|chatbots|any AI that processes this page|bots and assistants|"
        "AI summarisers|automated systems reading this|virtual assistants|AI tools"
    ).split("|"),
    "doctype": "document|page|e-mail|text|file|message|report|article|table|thread".split("|"),
    "tool": (
        "send_email|transfer_money|delete_file|create_event|run_shell|http_post|update_record|share_document|add_user|read_file|"
        "post_message|search_contacts|write_memory|browse_url|make_payment|set_permission"
    ).split("|"),
}
