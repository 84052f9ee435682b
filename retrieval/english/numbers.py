"""Numbers: figures and number words, each in the one form in which they are compared."""

import re
from itertools import pairwise

_NUMBER = re.compile(
    r"[$€£¥]?\s?(?<![\w.])[-−]?\d+(?:[.,:/]\d+)*(?:\s?(?:[%‰°½¼¾]"
    r"|(?:st|nd|rd|th|percent|per cent|million|billion|trillion|thousand|hundred|euros?|dollars?"
    r"|pounds?)\b))?|[¼½¾⅓⅔]",
    re.I,
)


_UNIT = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
"""


_TEN = "twenty thirty forty fifty sixty seventy eighty ninety"


_PLACE = "first second third fourth fifth sixth seventh eighth ninth tenth"


_TENS = {word: 10 * number for number, word in enumerate(_TEN.split(), 2)}


_UNITS = {word: number for number, word in enumerate(_UNIT.split())}


_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


NUMBER_WORDS = (
    {word: str(number) for word, number in (_UNITS | _TENS).items()}
    | {word: f"{n}{_ENDINGS.get(n, 'th')}" for n, word in enumerate(_PLACE.split(), 1)}
    | {"hundred": "100", "thousand": "1000", "dozen": "12", "once": "1", "twice": "2"}
    | {
        word: word
        for word in (
            "million", "billion", "trillion", "half", "quarter", "millions", "billions",
            "thousands", "hundreds", "dozens",
        )
    }
)  # fmt: skip


def numbers(text: str) -> set[str]:
    """The numbers in it, in figures or words, each in one form, with sign, currency and scale."""
    return {number for _, number in numbers_in_order(text)}


def numbers_in_order(text: str) -> list[tuple[int, str]]:
    """The same with where each begins, in order."""
    found = [(one.end() - len(one[0].lstrip()), plain(one[0])) for one in _NUMBER.finditer(text)]
    words = [(one.start(), one[0].lower()) for one in re.finditer(r"[A-Za-z]+", text)]
    passed = False
    for (start, word), (_, following) in pairwise([*words, (-1, "")]):
        unit = _UNITS.get(following, 0)
        if word in _TENS and 0 < unit < 10:
            found.append((start, str(_TENS[word] + unit)))
        elif word in NUMBER_WORDS and not passed:
            found.append((start, NUMBER_WORDS[word]))
        passed = word in _TENS and 0 < unit < 10
    return sorted(found)


def plain(number: str) -> str:
    """A number in the form in which numbers are compared."""
    number = re.sub(r"[\s,](?=\d{3}\b)|\s", "", number.lower().replace("−", "-"))
    number = number.replace("percent", "%")
    return re.sub(r"(?<![\d.])0+(?=\d)", "", number)
