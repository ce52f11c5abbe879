"""Drills: sums, lists, letters, order puzzles, small programs and tool calls, harder by construction."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path
from random import Random
from string import ascii_lowercase
from typing import Final

from sobrio.understand.train.exercises import Exercise, filled

_PROGRAMS: Final = Path(__file__).with_name("programs.txt")
_WORDS: Final = (
    "river", "lamp", "orange", "window", "pencil", "garden", "bridge", "cloud", "kitchen", "silver",
    "monkey", "train", "island", "butter", "letter", "winter", "bottle", "castle", "doctor", "engine",
    "flower", "hammer", "jacket", "ladder", "market", "needle", "office", "pepper", "rabbit", "saddle",
    "ticket", "valley", "wallet", "yellow", "necessary", "committee", "parallel", "bookkeeper",
    "mississippi", "onomatopoeia", "tomorrow", "balloon",
)  # fmt: skip
_PEOPLE: Final = ("Ana", "Bo", "Carl", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo")
_SUMS: Final = (
    # Form, digits of either number, level.
    ("What is {} + {}?", 1, 1, 1.0), ("{} - {} =", 2, 1, 1.2), ("{} * {} = ?", 1, 1, 1.0),
    ("What is {} + {}?", 2, 2, 1.3), ("Calculate {} + {}.", 3, 3, 1.7), ("What is {} x {}?", 2, 1, 1.8),
    ("What is {} - {}?", 4, 3, 2.2), ("What is {} + {}?", 6, 6, 2.8), ("Calculate {} * {}", 2, 2, 2.8),
    ("What is {} divided by {}? Give two decimals.", 3, 1, 2.8), ("What is {} times {}?", 3, 2, 3.8),
    ("What is {} * {}?", 3, 3, 4.8), ("What is {} + {}?", 14, 14, 4.5), ("Multiply {} by {}.", 4, 4, 6.2),
    ("What is {} divided by {}? Give four decimals.", 5, 3, 5.5), ("What is {} * {}?", 6, 5, 7.0),
)  # fmt: skip
_ON_LISTS: Final = (
    ("Sort these words alphabetically: {}", 0.0),
    ("Put in alphabetical order: {}", 0.0),
    ("Which word is the longest? {}", -0.3),
    ("Reverse the order of this list: {}", 0.3),
    ("List only the words with exactly six letters: {}", 0.8),
    ("How many of these words contain the letter e? {}", 1.2),
)
_ORDERS: Final = (("taller", "shorter"), ("older", "younger"), ("faster", "slower"), ("richer", "poorer"))
_TOOLS: Final = (
    ("What is the weather in {place} tomorrow?", "get_weather(city, day)", "Gets the forecast for a city."),
    ("Convert {m} euros to yen.", "convert_currency(amount, source, target)", "Converts an amount of money."),
    ("Play some jazz in the kitchen.", "play_music(genre, room)", "Plays music in a room."),
    ("Find a table for {n} in {place} on Friday at 7 pm.", "restaurant.book(city, guests, time)",
     "Books a table at a restaurant."),
    ("How far is {place} from Lyon by road?", "route.distance(origin, destination, mode)",
     "Distance between two places."),
    ("Remind me to call the bank at {n} o'clock.", "set_reminder(text, time)", "Sets a reminder."),
    ("Compute the area of a circle with radius {n}.", "geometry.circle_area(radius)",
     "Computes the area of a circle."),
    ("Send Paul a message that I will be {m} minutes late.", "send_message(recipient, text)",
     "Sends a text message."),
)  # fmt: skip
_PLACES: Final = ("Oslo", "Lima", "Turin", "Cairo", "Ghent", "Osaka", "Quito", "Perth")
_ASKED_OF_PROGRAMS: Final = (
    "What does this program print?\n\n{}",
    "```python\n{}\n```\nWhat is the output?",
    "What is printed by the following Python code?\n{}",
)


def drills() -> Iterator[Exercise]:
    random = Random(2)
    for make in (_sums, _lists, _letters, _orders, _liars, _programs, _calls):
        yield from make(random)


def _sums(random: Random) -> Iterator[Exercise]:
    for (form, first, second, level), _ in product(_SUMS, range(5)):
        yield Exercise(level, form.format(_number(random, first), _number(random, second)))


def _number(random: Random, digits: int) -> int:
    return random.randint(max(2, 10 ** (digits - 1)), 10**digits - 1)


def _lists(random: Random) -> Iterator[Exercise]:
    for (form, harder), count in product(_ON_LISTS, (3, 5, 8, 12, 20)):
        words = ", ".join(random.sample(_WORDS, count))
        yield Exercise(max(1.0, 1 + harder + 0.16 * count), form.format(words))


def _letters(random: Random) -> Iterator[Exercise]:
    for word in random.sample(_WORDS, 20):
        letter = random.choice(word)
        yield Exercise(1.0, f"What is the first letter of the word {word}?")
        yield Exercise(2.0 + 0.2 * len(word), f'How many times does "{letter}" occur in "{word}"?')
        yield Exercise(1.5 + 0.35 * len(word), f"Spell the word {word} backwards.")
        key = random.choice(ascii_lowercase[1:])
        asked = f'Encrypt "{word}" with a Caesar cipher in which a becomes {key}.'
        yield Exercise(3.0 + 0.25 * len(word), asked)


def _orders(random: Random) -> Iterator[Exercise]:
    """Who is where in a row: told in order for few people, mixed up and by negation for more."""
    for count, (more, less), mixed in product((2, 3, 4, 5, 7, 9), _ORDERS, (False, True)):
        row = random.sample(_PEOPLE, count)
        told = [f"{a} is {more} than {b}." for a, b in pairwise(row)]
        if mixed:
            told = [f"{b} is {less} than {a}." if place % 2 else f"{a} is not {less} than {b}, nor equal."
                    for place, (a, b) in enumerate(pairwise(row))]  # fmt: skip
            random.shuffle(told)
        asked = (
            f"Who is the {less[:-1]}st?"
            if count < 4
            else f"Who is number {count // 2 + 1}, counted from the {more[:-1]}st?"
        )
        yield Exercise(1.0 + 0.35 * (count - 2) + mixed * 0.2 * count, " ".join([*told, asked]))


def _liars(random: Random) -> Iterator[Exercise]:
    """Who always lies and who never does."""
    for count, _ in product((2, 3, 4, 5), range(4)):
        row = random.sample(_PEOPLE, count)
        said = [_claim(random, speaker, row) for speaker in row]
        text = f"Everybody on an island either always lies or never does. {' '.join(said)} Who lies?"
        yield Exercise(3.2 + 0.9 * (count - 2), text)


def _claim(random: Random, speaker: str, row: list[str]) -> str:
    one = random.choice([each for each in row if each != speaker])
    other = random.choice([each for each in row if each != one])
    forms = ("{} says: {} lies.", "{} says: {} and {} are alike.",
             "{} says: if {} lies, then {} does not.", "{} says: exactly one of us lies.")  # fmt: skip
    return random.choice(forms).format(speaker, one, other)


def _programs(random: Random) -> Iterator[Exercise]:
    for (level, program), asked in product(_levelled_programs(), _ASKED_OF_PROGRAMS):
        first, second = random.sample(_WORDS, 2)
        values = {"n": random.randint(4, 9), "m": random.randint(11, 97), "w": first, "v": second}
        code = filled(program, values.__getitem__)
        yield Exercise(level, asked.format(code))


def _levelled_programs() -> list[tuple[float, str]]:
    _, *blocks = _PROGRAMS.read_text(encoding="utf-8").split("\n[")
    parts = (block.split("]\n", 1) for block in blocks)
    return [(float(level), program.strip()) for level, program in parts]


def _calls(random: Random) -> Iterator[Exercise]:
    """One call by the one tool there is; by the right one of several; several at once."""
    for (asks, signature, does), others in product(_TOOLS, (0, 1, 3)):
        spare = random.sample([each for each in _TOOLS if each[0] != asks], others)
        tools = [(signature, does), *((each[1], each[2]) for each in spare)]
        yield Exercise(2.0 + 0.2 * others, _with_tools(_plain(random, asks), random, tools))
    for count, _ in product((2, 3, 4), range(4)):
        chosen = random.sample(_TOOLS, count)
        text = " ".join(_plain(random, asks) for asks, _, _ in chosen)
        tools = [(signature, does) for _, signature, does in chosen]
        yield Exercise(2.3 + 0.5 * (count - 1), _with_tools(text, random, tools))


def _plain(random: Random, asks: str) -> str:
    return asks.format(place=random.choice(_PLACES), n=random.randint(2, 9), m=random.randint(20, 90))


def _with_tools(text: str, random: Random, tools: list[tuple[str, str]]) -> str:
    random.shuffle(tools)
    return "\n".join([text, "", "[TOOLS]", *(f"- {signature}: {does}" for signature, does in tools)])
