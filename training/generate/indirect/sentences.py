# ruff: noqa: E501  # grammars: one alternative a line, however long
"""Plain statements that fill the carriers: nobody asks anybody for anything here."""

from __future__ import annotations

from collections.abc import Sequence

from training.generate.indirect.grammar import Scene

__all__ = ["OFFICE", "OPINIONS", "PROSE", "SHOP", "paragraph", "paragraphs"]

OFFICE: Sequence[str] = (
    "The {project} is {on track|two weeks late|within budget}, and {person} will {take over|present the results} on {day}.",
    "We {spoke|met} with {company} {last week|on {day}}, and they {agreed to|are happy with} {a new delivery date|a price of {money}|the second draft}.",
    "The {team} team {moved|is moving} to the {second|third|top} floor, so {the printer is next to the kitchen|desk numbers have changed}.",
    "{first_1} is {on leave|travelling|in training} until {day}; {first_2} {stands in|answers questions} {meanwhile|for now}.",
    "Sales in {city} {rose|fell} by {d1} percent {in {month}|against last year}, mostly because of {the weather|the new shop|late deliveries}.",
    "The invoice over {money} {was paid|is still open|went out} {on {day}|last week}.",
    "Our flight to {city} {leaves|lands} at {clock}, and the hotel is {near the station|ten minutes from the office}.",
    "The {contract|offer|report} is attached{| as {file}}; {page {d1} has the main figures|only the dates have changed}.",
    "There were {d2} {tickets|calls|orders} this {week|month}, {fewer|more} than {expected|in {month}}.",
    "The server in {city} was {down|slow} {for {d2} minutes|from {clock} to {clock}} because {a disk was full|a certificate had run out}.",
    "I {liked|read|checked} the draft, and the {second part|table on page {d1}} is {clear|much better now|a little long}.",
    "The customer {asked about|was pleased with|returned} the {thing}, order number {d6}.",
    "{person} from {company} {joins|joined} us {on {day}|as {role}}.",
    "Lunch is {at {clock}|in the canteen|on us}, and there is {dish} {and|or} {dish}.",
    "The budget for {month} is {money}, of which {d2} percent is {spent|planned}.",
    "The {kick-off|workshop|review} {took place|takes place} in room {d3} {on {day}|at {clock}}.",
    "Two {candidates|suppliers} {remain|were invited}: {person} and {person}.",
    "Thanks for {your patience|the quick answer|coming to {city}|the photos}, it {was a pleasure|helped a lot}.",
    "The new {badge|laptop|phone} {arrived|should arrive} {on {day}|by post}.",
    "We {decided|agreed} to keep the {old supplier|blue logo|weekly call} {until {month}|for another year}.",
)

PROSE: Sequence[str] = (
    "The {old|new} {bridge|harbour|library|market hall} of {city} was {built|finished|restored} in {year}.",
    "{city} has about {d3},000 inhabitants and {lies on a river|is known for its {food}|has two universities}.",
    "In {country}, {month} is {dry and warm|the wettest month|the time of harvest}.",
    "{person} (born {year}) was a {painter|botanist|composer|engineer} from {city} who {travelled widely|wrote about {topic}|taught for {d2} years}.",
    "Many {animal} {live in small groups|are active at night|travel long distances|can be found in {country}}.",
    "The museum shows {d3} objects on {topic}, most of them {from {country}|given by {person}}.",
    "Scholars {disagree|still argue} about {topic}, since {few sources survive|the records burnt|dates are uncertain}.",
    "The first {train|newspaper|cinema} in {city} {opened|appeared} {two|five} years later.",
    "It is made of {food}, {food} and {food}, and {eaten cold|served with bread|sold in the streets}.",
    "The film tells of {a {role} in {city}|two sisters|a lost letter} and {won a prize|was shot in {d2} days}.",
    "The species was {described|named} {in {country}|by {person}} and {is rare|lives near water} today.",
    "Trade {grew|declined} after the {canal|railway|port} {opened|closed}, and {many families|workers} {moved to {city}|stayed}.",
    "The team {won|lost} {d1} to {d1} {in {city}|at home}, {with {d4} people watching|in heavy rain}.",
    "Prices for {food} {rose|fell} by {d1} percent in {month}, the statistics office {said|reported}.",
    "According to {company}, {d2} percent of people in {country} {own a {thing}|work from home|cycle to work}.",
    "The {council|mayor} of {city} {approved|rejected} a plan for {a tram line|{d2} new flats|a park} {on {day}|last week}.",
    "The book on {topic} has {d3} pages and {was translated into {language}|sold {d4} copies}.",
    "Rain {is expected|will reach} {in {city}|the coast} {by the evening|on {weekday}}, with {d2} degrees.",
)

OPINIONS: Sequence[str] = (
    "The {thing} {arrived quickly|came in a plain box|took {d2} days to arrive}.",
    "It feels {solid|cheap|lighter than I thought} and {looks good|the colour is off|does what it should}.",
    "{My {sister|neighbour|son}|A friend} {has the same one|uses it daily|was not convinced}.",
    "For {money} it is {fair|a bit much|a bargain}.",
    "The battery {lasts|lasted} {d1} {days|hours}, {which is fine|less than promised}.",
    "Customer service {answered within a day|never wrote back|was friendly}.",
    "We {stayed|ate} there in {month}; the {room|soup|view} was {lovely|cold|better than the photos}.",
    "The {staff|waiter|host} {was kind|seemed tired|helped with the bags}.",
    "After {d1} {weeks|months} it still {works|looks like new|squeaks}.",
    "I compared it with the {brand}, which {is heavier|costs {money}|has a better zip}.",
    "{Would buy again|Not for me|Four stars from me|Good value}.",
    "The manual is {short|only in {language}|clear}.",
)

SHOP: Sequence[str] = (
    "Our {shop|store|team} in {city} is open {from {clock} to {clock}|on Saturdays|every day}.",
    "{Free delivery|Gift wrapping|Pick-up} {for orders over {money}|is available|at no cost}.",
    "The {brand} {thing} comes in {three|five} colours and {two|four} sizes.",
    "{New|Back} in stock: {thing}s from {company}.",
    "{d2} % off all {thing}s {until {day}|this week}.",
    "Since {year} we have {repaired|sold|made} {thing}s {by hand|for families|in {city}}.",
    "All prices include tax; {returns|exchanges} within {d2} days.",
    "Winner of the {city} design prize.",
)


def paragraph(scene: Scene, bank: Sequence[str], low: int = 1, high: int = 5) -> str:
    return " ".join(scene.sample(bank, scene.random.randint(low, high)))


def paragraphs(scene: Scene, bank: Sequence[str], count: int) -> list[str]:
    return [paragraph(scene, bank) for _ in range(count)]
