# ruff: noqa: E501  # grammars: one alternative a line, however long
"""
Carriers that the other modules lack, in eight languages: invites, commits, reviews of code, invoices, subtitles, scans,
answers of services, signatures. And what stands in them, to the assistant or to others (`rare_words.py`).

`<line>` in a layout is a place, `<office>` a paragraph; abroad `<talk>` is one, and `<word1>` to `<word5>` are its labels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence

from training.examples import Channel
from training.generate.indirect.carrier import Carrier, Writer
from training.generate.indirect.grammar import Scene, capital
from training.generate.indirect.places import FRAMES, at
from training.generate.indirect.rare_words import ABROAD, ADDRESSES, AIMS, COVERS, TOLD, WHOLE
from training.generate.indirect.sentences import OFFICE, OPINIONS, PROSE, SHOP, paragraph

__all__ = ["RARE", "is_rare", "rare_speech", "rare_told"]

BANKS: Mapping[str, Sequence[str]] = {"office": OFFICE, "opinion": OPINIONS, "prose": PROSE, "shop": SHOP}
SPACE = re.compile(r" +(?=[,.;](?:\s|$))")
TOKEN = re.compile(r"<([a-z]+)(\d?)>")

# name: (register, channel, layouts)
ENGLISH: Mapping[str, tuple[str, Channel, Sequence[str]]] = {
    "invite": ("mail", "document", (
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:{hex}@{host}\nDTSTART:{year}0{d1}1{d1}T1{d1}0000Z\nSUMMARY:{project} {kick-off|review|retro}\nORGANIZER;CN={person}:mailto:{mail}\nDESCRIPTION:<office><inline>\nLOCATION:{city}\nEND:VEVENT\nEND:VCALENDAR\n",
        "{person} invited you to {{project} sync|lunch in {city}|a call with {company}}\nWhen: {day}, {clock}\nWhere: {{city}|{link}}\nGoing: {person}, {person}\n\n<line><office><inline>\n\n{Yes|Accept} - {Maybe|Tentative} - {No|Decline}\n",
        "[{iso} {clock}] {Dentist|1:1 {first}|Board meeting|Train to {city}}\nnotes:<inline>\n[{iso} {clock}] {Gym|{project} demo|Call {company}}\nnotes: {bring slides|room {d2}|}\n<tail>",
    )),
    "commit": ("code", "tool", (
        "commit {hash}\nAuthor: {person} <{mail}>\nDate:   {iso} {clock}\n\n    {Fix|Refactor|Speed up} the {parser|cache|login form|importer}\n\n    {Rows without an id were dropped|The timeout was too short for {city}|Tests ran twice}.\n    <line>\n    Closes #{d3}\n",
        "$ git log --oneline -n {d1}\n{hex} {bump version to {d1}.{d2}|typo|add {file}}<cell>\n{hex} {wip|merge branch 'main'|retry on 503}<cell>\n{hex} {lint|docs: explain the flag|remove dead code}\n",
        "diff --git a/{file} b/{file}\n@@ -{d2},{d1} +{d2},{d1} @@\n-{limit = {d2}|const a = {d1};}\n+{limit = {d3}|const a = {d2};}\n<hash>+{retry = True|name: {repo}}\n",
    )),
    "codereview": ("code", "document", (
        "{user} commented on {file} line {d3}\n> {return rows[0]|if (a == b)|timeout = {d2}}\n{This fails on an empty list|Nit: name|Can this be None}?<inline>\n\n{user} replied\n{Good catch|Fixed in {hex}|I disagree, see the spec}.<inline>\n",
        "## Pull request #{d3}: {Add|Remove|Move} {retries|dark mode|the old API}\n\n<para>{Why|Motivation}: {users of {company} wait too long|the tests are flaky}.\n\n- [x] tests\n- [ ] docs\n<markdown>\nReviewers: @{user}, @{user}\n",
    )),
    "tracker": ("ticket", "document", (
        "[{BUG|FEAT|OPS}-{d4}] {Export stops at row {d3}|Login loop on Safari|Price shown without tax}\nStatus: {open|in review|blocked}   Assignee: {person}\n\nSteps\n1. {open {link}|log in as {user}}\n2. {press export|scroll down}\n<line>Expected: {a file|no error}\nActual: {blank page|{d3} ms, then 500}\n\nComments ({d1})\n{user}: <opinion><inline>\n{user}: {same here|+1|cannot reproduce}<inline>\n",
        "{project} / {Sprint {d2}|Backlog}\n\n* {d4} {update the {thing} page|ask {company} for the key}<inline>\n* {d4} {write to {person}|test on mobile}<inline>\n* {d4} {archive {file}|renew the licence}\n",
    )),
    "logline": ("log", "tool", (
        "{iso}T{clock}:{d2}Z {repo} [{info|warn|error}] {request_id={hex}|user={user}} msg=\"{login ok|payment declined|cache miss}<json>\" dur={d3}ms\n{iso}T{clock}:{d2}Z {repo} [info] GET /{orders|img}/{d4} 200 ua=\"{curl/8|Mozilla/5.0}<json>\"\n",
        "{month} {d1} {clock}:{d2} {host} sshd[{d4}]: {Failed password for|Accepted key for} {user}<cell> from 10.{d2}.{d2}.{d1}\n{month} {d1} {clock}:{d2} {host} cron[{d4}]: (root) CMD ({/usr/bin/backup|run-parts})<cell>\n<tail>",
        "Traceback (most recent call last):\n  File \"/srv/{repo}/main.py\", line {d3}, in run\n    {load(path)|total = a / b}\n{ValueError: could not read|ZeroDivisionError: division by zero|KeyError: '{token}'}<inline>\n",
    )),
    "package": ("readme", "document", (
        "# {repo_1}\n\n{Small|Fast|Typed} {client for {company}|wrapper around {repo}|date helpers}.\n\n<markdown>```sh\nnpm i {repo_1}\n```\n\n## Changes\n\n- {d1}.{d2}: {fewer copies|new flag|drop Node 14}<inline>\n- {d1}.{d1}: first release\n",
        "Name: {repo}\nVersion: {d1}.{d2}.{d1}\nSummary: {Parses invoices|Talks to printers|Reads tides}<inline>\nAuthor-email: {mail}\nLicense: MIT\nDescription: <shop><inline>\nHome-page: {link}\n",
    )),
    "sheet": ("data", "tool", (
        "id,name,amount,remark\n{d4},{person},{d3},\"<csv>\"\n{d4},{person},{d3},\"{late|paid in cash|}\"\n{d4},{person},{d2},\"<csv>\"\n",
        "ticket;opened;customer;text\n{d4};{iso};{company};\"<csv>\"\n{d4};{iso};{company};\"{where is my parcel|thanks|please call}\"\n",
        "A1: {Item|Product}\tB1: {Price|Stock}\tC1: Note\nA2: {thing}\tB2: {money}\tC2:<inline>\nA3: {thing}\tB3: {money}\tC3: {new|sold out|}\nA4: total\tB4: {money}\tC4:<inline>\n",
    )),
    "bill": ("mail", "document", (
        "{company_1}\nInvoice no. {d6}          {iso}\nBill to: {person}, {city}\n\n{d1} x {thing}      {money}\n{d1} x {thing}      {money}\nVAT {d2} %\nTotal due: {money}\n\nPay to: {iban}\n<line>Terms: {{d2} days net|due on receipt}.<inline>\n",
        "RECEIPT {d4}-{d2}\n{brand} {city}\n{clock} till {d1}\n{thing} {money}\nTOTAL {money}\nCARD **** {d4}\n<line>{Thank you|Keep this slip}\n",
        "Purchase order {d6}\nSupplier: {company}\nShip to: {person}, {city}\nLines: {d1}\nRemarks:<inline>\nApproved by: {person} on {day}\n",
    )),
    "resume": ("cv", "document", (
        "{person_1}\n{role} - {city} - {mail}\n\nProfile\n{{d2} years at {company}|Calm, curious, on time}.<inline>\n\nWork\n{year} - {year} {company}, {role}<inline>\n{year} - {year} {company}, {role}\n\nSkills: {language}, {language}, {repo}<inline>\n<tail>",
        "Dear hiring team,\n\nI apply for the post of {role} at {company_1}. <office>\n\n<para>{Yours|Kind regards},\n{person}\n<signature>",
    )),
    "rating": ("review", "document", (
        "{brand} {thing} - {d1}.{d1}/5 ({d3} ratings)\n\n***** {user}, {iso}\n<opinion><inline>\n\n** {user}, {iso}\n<opinion><inline>\nSeller: {Thanks for your note|We are sorry}.\n",
        "\"<opinion><inline>\" - {first}, stayed {d1} nights, {city}\n\"{Lovely host|Noisy street|Great breakfast}.\" - {first}\n",
    )),
    "chatlog": ("chat", "document", (
        "[{clock}, {iso}] {first_1}: {are you there?|did you get the keys|see you at {clock}}\n[{clock}, {iso}] {first_2}: {yes|on my way|one minute}<inline>\n[{clock}, {iso}] {first_1}: <image omitted>\n[{clock}, {iso}] {first_1}: <office><inline>\n",
        "#{team}\n{first_1}  {clock}\n<office><inline>\n{first_2}  {clock}\n{ok|:+1:|will do}<inline>\n{first_3} joined the channel\n",
    )),
    "scan": ("mail", "document", (
        "{company_1}   pa9e {d1} 0f {d1}\n\nRe: y0ur letter of {iso}\n\nDcar {person},\n<office><inline>\n\n<line>Y0urs faithfu11y,\n{person}\n[stamp] [illegible]\n",
        "--- page {d1} (confidence 0.{d2}) ---\nFORM {d4} | NAME {person} | DATE {iso}\n<line>[handwritten]<inline>\n[signature]\n",
    )),
    "subtitle": ("social", "document", (
        "{d1}\n00:0{d1}:{d2},{d3} --> 00:0{d1}:{d2},{d3}\n{Where were you?|It is late.|[door closes]}\n\n{d2}\n00:0{d1}:{d2},{d3} --> 00:0{d1}:{d2},{d3}\n<line>{I told you.|Come in.|[music]}\n\n{d2}\n00:1{d1}:{d2},{d3} --> 00:1{d1}:{d2},{d3}\n<prose><inline>\n",
        "WEBVTT\n\n00:{d2}.000 --> 00:{d2}.000\n- {Today we talk about {topic}|Welcome back}.<inline>\n\n00:{d2}.000 --> 00:{d2}.000\n- <prose><inline>\n",
    )),
    "hits": ("result", "tool", (
        "Results for \"{topic}\"\n1. {company} - {topic}\n   {link}\n   <prose><inline>\n2. {brand} {guide|shop|news}\n   {link}\n   <shop><inline>\n3. {city}: {topic}\n   {link}\n",
        "[{d1}] score 0.{d2} source={file}\n<prose><inline>\n[{d1}] score 0.{d2} source={file}\n<office><inline>\n",
    )),
    "footer": ("mail", "document", (
        "{Hi|Hello} {first},\n\n<office>\n\n{Best|Cheers|Thanks},\n{person_1}\n-- \n{person_1} | {role} | {company}\n{city} | {d3}-{d4} | {link}\n<signature>",
        "<office>\n\nSent from my {phone|tablet}\n<signature>\nThis mail and its attachments are {confidential|meant for {mail}}.<inline>\n",
    )),
}  # fmt: skip

FOREIGN_LAYOUTS: Sequence[tuple[str, str]] = (
    ("invite", "BEGIN:VEVENT\nDTSTART:{year}0{d1}1{d1}T1{d1}0000Z\nSUMMARY:<word1> {project}\nDESCRIPTION:<talk><inline>\nLOCATION:{city}\nEND:VEVENT\n"),
    ("invite", "<word1>: {company}\n{iso}, {clock}\n{person}, {person}\n\n<line><talk><inline>\n"),
    ("commit", "commit {hash}\nAuthor: {person} <{mail}>\n\n    <talk>\n    <line>"),
    ("codereview", "{file}:{d3}\n> return rows[{d1}]\n{user}: <talk><inline>\n{user}: ok<inline>\n"),
    ("logline", "{iso} {clock} WARN {repo} \"<talk><json>\" id={hex}\n{iso} {clock} INFO {repo} ok<cell>\n"),
    ("package", "# {repo}\n\n<talk><inline>\n\n<markdown>```sh\npip install {repo}\n```\n"),
    ("sheet", "id;<word2>\n{d4};\"<csv>\"\n{d4};\"<talk>\"\n{d4};\"<csv>\"\n"),
    ("bill", "{company}\n<word3> {d6}, {iso}\n{thing} {money}\n<word4>: {money}\n{iban}\n<line><word2>:<inline>\n"),
    ("resume", "{person}, {city}\n{year}-{year} {company}\n{year}-{year} {company}<inline>\n<talk><inline>\n<tail>"),
    ("rating", "<word5> {d1}/5 - {user}\n<talk><inline>\n\n<word5> {d1}/5 - {user}\n<talk>\n"),
    ("chatlog", "[{clock}] {first_1}: <talk><inline>\n[{clock}] {first_2}: ok<inline>\n[{clock}] {first_1}: {clock}?\n"),
    ("scan", "{company}   {d1}/{d1}\n<word2>: {iso}\n\n<talk><inline>\n<line>[{d4}]\n"),
    ("subtitle", "{d1}\n00:0{d1}:{d2},{d3} --> 00:0{d1}:{d2},{d3}\n<talk>\n\n{d2}\n00:0{d1}:{d2},{d3} --> 00:0{d1}:{d2},{d3}\n<line><talk><inline>\n"),
    ("hits", "1. {company} - {link}\n<talk><inline>\n2. {brand} - {link}\n<talk><inline>\n"),
    ("footer", "<talk>\n\n{person}\n-- \n{company} | {city} | {d3}-{d4}\n<signature>"),
)  # fmt: skip


def filled(scene: Scene, layout: str, talk: Callable[[], str] | None = None, words: Sequence[str] = ()) -> str:
    """The layout with its words, its paragraphs and its places' marks."""

    def token(match: re.Match[str]) -> str:
        name = match[1]
        if name in BANKS:
            return paragraph(scene, BANKS[name], 1, 3)
        if name == "talk" and talk:
            return talk()
        if name == "word" and match[2]:
            return words[int(match[2]) - 1]
        return at(name) if name in FRAMES else match[0]

    return TOKEN.sub(token, scene(layout))


def english(scene: Scene) -> Carrier:
    name = scene.random.choice(list(ENGLISH))
    register, channel, layouts = ENGLISH[name]
    text = filled(scene, scene.random.choice(layouts))
    return Carrier(text, register, f"rare/{name}", scene.random.choice((channel, channel, "tool")))


def service(scene: Scene) -> Carrier:
    """What a service answers when something went wrong, or one of its records."""
    error: dict[str, object] = {
        "code": scene.random.choice((400, 401, 403, 404, 409, 422, 429, 500, 503)),
        "message": scene("{Rate limit reached|Row {d4} is locked|Unknown field '{token}'|Token expired|Upstream {host} timed out}") + at("json"),
        "request_id": scene("{hex}{hex}"),
    }  # fmt: skip
    if scene.chance(0.6):
        error[scene("{hint|detail|help|remedy|docs}")] = scene(
            "{See {link}.|Try again in {d2} s.|Contact {mail}.|}"
        ) + at("json")
    data: object = {"error": error} if scene.chance(0.5) else [{"ok": False, **error}] if scene.chance(0.3) else error
    return Carrier(json.dumps(data, ensure_ascii=False), "data", "rare/service", "tool")


def abroad(scene: Scene) -> Carrier:
    lang = scene.random.choice(list(ABROAD))
    statements, _, _, words = ABROAD[lang]
    name, layout = scene.random.choice(FOREIGN_LAYOUTS)
    text = filled(scene, layout, lambda: " ".join(scene.sample(statements, scene.random.choice((1, 1, 2, 3)))), words)
    return Carrier(text, "foreign", f"rare/{name}_{lang}", scene.random.choice(("document", "tool")), lang)


RARE: Sequence[Writer] = (english, english, english, service, abroad, abroad)


def is_rare(carrier: Carrier) -> bool:
    return carrier.family.startswith("rare/")


def rare_speech(scene: Scene, lang: str) -> tuple[tuple[str, ...], str]:
    """What such a carrier tells the assistant, and its family."""
    if lang in ABROAD:
        number = scene.random.randrange(len(ABROAD[lang][1]))
        return (scene(ABROAD[lang][1][number]),), f"rare/{lang}/{number}"
    if scene.chance(0.2):
        number = scene.random.randrange(len(WHOLE))
        return (capital(scene(WHOLE[number])),), f"rare/whole/{number}"
    family = scene.random.choice(list(AIMS))
    address = scene.random.randrange(len(ADDRESSES))
    text = scene(ADDRESSES[address]).replace("§aim", scene.pick(AIMS[family]))
    if scene.chance(0.35):
        text += " " + scene.pick(COVERS)
    return (capital(SPACE.sub("", text)),), f"rare/{family}/{address}"


TELLING = {"code": "code", "readme": "code", "data": "data", "log": "data", "result": "data", "review": "public", "social": "public"}  # fmt: skip


def rare_told(scene: Scene, register: str, lang: str) -> tuple[str, str]:
    """What such a carrier tells people, tools or later readers, and its kind."""
    if lang in ABROAD:
        return scene.pick(ABROAD[lang][2]), f"rare_{lang}"
    kind = TELLING.get(register, "mail")
    return SPACE.sub("", scene.pick(TOLD[kind])), f"rare_{kind}"
