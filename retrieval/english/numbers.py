"""Numbers: those of a text, in figures or words, each in the one form in which they are compared.

"250" and "two hundred and fifty" are "250", "$2.5 million" and "2,500,000 dollars" are "$2500000",
"ten percent" is "10%", and "twenty-first" is "21st". What has no value stays a word: "dozens".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_BELOW_TWENTY = """
one two three four five six seven eight nine
ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_CARDINALS = {word: value for value, word in enumerate(_BELOW_TWENTY.split(), 1)} | {
    word: 10 * value for value, word in enumerate(_TENS.split(), 2)
}
_TIMES = {"dozen": 12, "hundred": 100}
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_VALUES = _CARDINALS | _TIMES | _SCALES
_IRREGULAR = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
_ORDINALS = {
    _IRREGULAR.get(one) or f"{re.sub('y$', 'ie', one)}th": one for one in _VALUES if one != "dozen"
}
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_TIMES_DONE = {"zero": 0, "once": 1, "twice": 2}
_VAGUE = ("half", "quarter", "dozens", "hundreds", "thousands", "millions", "billions")
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25"), "three": Decimal("0.75")}
_VULGAR = {"½": ".5", "¼": ".25", "¾": ".75"}
_SHORT = {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "tn": 10**12}
# "Pounds" may be those of weight, and so are no "£".
_MEASURES = {
    "percent": "%", "per cent": "%", "dollar": "$", "dollars": "$", "euro": "€", "euros": "€",
    "pound": "pounds",
}  # fmt: skip
NUMBER_WORDS = frozenset((*_VALUES, *_ORDINALS, *_TIMES_DONE, *_VAGUE))

_GAP = r"[\s-]+"
_BIG = rf"(?:{'|'.join((*_TIMES, *_SCALES))})\b"
_SMALL = (  # up to 99, read to its end
    rf"(?>(?:{'|'.join(_TENS.split())})(?:{_GAP}(?:{'|'.join(_BELOW_TWENTY.split()[:9])})\b)?"
    rf"|(?:{'|'.join(_CARDINALS)})\b)"
)
_FIGURE = (
    r"(?P<currency>[$€£¥])?\s?(?<![\w.])(?P<figure>[-−]?(?:\d+|\.\d+)(?:[.,:/]\d+)*)"
    r"(?:\s?(?P<part>[½¼¾⅓⅔])|\s?(?P<ordinal>st|nd|rd|th)\b"
    r"|(?P<short>(?(currency)(?:k|mn?|bn|tn)|(?:mn|bn|tn))\b))?|[½¼¾⅓⅔]"
)
_FRACTION = (  # "half a", "three quarters of a", before "million"
    rf"(?P<fraction>half|quarter|three(?={_GAP}quarters))(?:{_GAP}quarters)?(?:{_GAP}of)?"
    rf"(?:{_GAP}an?)?(?={_GAP}{_BIG})"
)
_AND = (  # of "a hundred and fifty", but not of "a hundred and two hundred"
    rf"(?P<and>(?:(?<=hundred[\s-])|(?<=thousand[\s-])(?!and{_GAP}{_SMALL}{_GAP}{_BIG}))and"
    rf"{_GAP}(?={_SMALL}(?!{_GAP}(?:{'|'.join(_TIMES)})\b)))"
)
_TOKEN = re.compile(
    rf"{_FIGURE}|\b(?:{_FRACTION}|(?P<half>and{_GAP}a{_GAP}half)|(?P<a>an?)(?={_GAP}{_BIG})"
    rf"|{_AND}?(?P<word>{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))}))\b",
    re.I,
)
_WHICH = re.compile(r"\d+(?:st|nd|rd|th)")
_JOINED = re.compile(_GAP)
_DECIMAL = re.compile(r"-?(?:\d+|\d*\.\d+)")
_MEASURE = re.compile(r"\s?[%‰°]|[\s-]?(?:percent|per cent|euros?|dollars?|pounds?)\b", re.I)
_BETWEEN = re.compile(rf"\bbetween{_GAP}$", re.I)
_Token = re.Match[str]


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a text: where it stands, and the form in which it is compared."""

    start: int
    end: int
    form: str


def numbers(text: str) -> set[str]:
    """The numbers in it, each in its one form, with sign, currency and percent."""
    return {one.form for one in numbers_in_order(text)}


@lru_cache(2_000)
def numbers_in_order(text: str) -> tuple[Number, ...]:
    """The same with their places, in order."""
    found, at, tokens = list[Number](), 0, [*_TOKEN.finditer(text)]
    while at < len(tokens):
        number, at = _number(text, tokens, at)
        found.append(number)
    return tuple(found)


def has_amount(text: str) -> bool:
    """Whether it has a number that may say how many or how much, not only which one."""
    return any(not _WHICH.fullmatch(form) for form in numbers(text))


def in_figures(text: str) -> str:
    """The text with each number in its one form."""
    parts, last = [], 0
    for one in numbers_in_order(text):
        parts += [text[last : one.start], one.form]
        last = one.end
    return "".join([*parts, text[last:]])


def _plain(figure: str) -> str:
    """A figure without what only makes it easier to read: blanks, commas, leading zeros."""
    figure = re.sub(r"[\s,](?=\d{3}\b)|\s", "", figure.lower().replace("−", "-"))
    return re.sub(r"(?<![\d.])0+(?=\d)", "", figure)


class _Reading:
    """A number as it is read word by word: `done` is complete, `group` may still be multiplied."""

    def __init__(self, value: Decimal, room: int) -> None:
        self.done, self.group = Decimal(0), value
        self.room = room  # what is added must be less; 0 for a figure, to which nothing is
        self.scale = 10**15  # the next one must be less

    @property
    def value(self) -> Decimal:
        return self.done + self.group

    def takes(self, token: _Token, gap: str) -> bool:
        """Whether the token goes on with the number; then it is read."""
        word = _word(token)
        if token["half"]:
            self.group += Decimal("0.5") if self.group else Decimal("0.5") * self.scale
            self.room = self.room and 1
        elif word in _TIMES and 0 < self.group < 100:
            self.group *= _TIMES[word]
            self.room = self.room and 100
        elif word in _SCALES and self.group and _SCALES[word] < self.scale:
            self.scale = _SCALES[word]
            self.done, self.group = self.done + self.group * self.scale, Decimal(0)
            self.room = self.room and self.scale
        else:
            return word in _CARDINALS and self._is_added(_CARDINALS[word], gap)
        return True

    def _is_added(self, value: int, gap: str) -> bool:
        is_century = 13 <= self.group <= 20 and value >= 10 and self.room and gap == " "
        if value >= self.room and not is_century:
            return False
        if value >= self.room:  # "nineteen eighty-four"
            self.group *= 100
        self.group += value
        self.room = 10 if value >= 20 else 1
        return True


def _number(text: str, tokens: Sequence[_Token], at: int) -> tuple[Number, int]:
    """The number that begins with a token, and the place of the first token behind it."""
    first = last = tokens[at]
    reading, end = _begun(first), at + 1
    while reading and not _is_ordinal(last) and end < len(tokens):
        token, gap = tokens[end], text[last.end() : tokens[end].start()]
        is_other = token["and"] and _BETWEEN.search(text, max(0, first.start() - 12), first.start())
        if is_other or not (_JOINED.fullmatch(gap) and reading.takes(token, gap)):
            break
        last, end = token, end + 1
    form = _form(first, last, reading)
    start, stop = first.start() + len(first[0]) - len(_own(first)), last.end()
    measure = _MEASURE.match(text, stop)
    if measure and (reading or first["figure"]) and not _is_ordinal(last):
        form, stop = _measured(form, measure[0].lower().strip(" -\n")), measure.end()
    return Number(start, stop, form), end


def _begun(token: _Token) -> _Reading | None:
    """What a number begins with; None for what nothing is added to, and which has no value."""
    if token["figure"]:
        part = token["part"] or ""
        digits = _plain(token["figure"]) + _VULGAR.get(part, part)
        return _Reading(Decimal(digits), 0) if _DECIMAL.fullmatch(digits) else None
    if token["fraction"]:
        return _Reading(_PARTS[token["fraction"].lower()], 0)
    if token["a"]:
        return _Reading(Decimal(1), 1)
    word = _word(token)
    if word in _CARDINALS or _is_ordinal(token):
        value = _VALUES[word]
        return _Reading(Decimal(value), 10 if 20 <= value < 100 else 1)
    return _Reading(Decimal(_TIMES_DONE[word]), 0) if word in _TIMES_DONE else None


def _form(first: _Token, last: _Token, reading: _Reading | None) -> str:
    """The number in the form in which it is compared, without what it measures."""
    if not reading or first["ordinal"]:
        return _plain(_own(first))
    if first is last and first["figure"]:
        scale = _SHORT.get((first["short"] or "").lower())
        value = (reading.value * scale).normalize() if scale else reading.value
        return f"{first['currency'] or ''}{value:f}"
    value = reading.value.normalize()
    ending = _ending(int(value)) if _is_ordinal(last) else ""
    return f"{first['currency'] or ''}{value:f}{ending}"


def _measured(form: str, measure: str) -> str:
    sign = _MEASURES.get(measure, measure)
    if sign not in ("$", "€"):
        return f"{form}{sign}"
    return form if form[0] in "$€£¥" else f"{sign}{form}"


def _ending(number: int) -> str:
    return "th" if 10 < number % 100 < 20 else _ENDINGS.get(number % 10, "th")


def _own(token: _Token) -> str:
    """The token without a blank ahead of it, or what joins it to a number before."""
    return "half" if token["half"] else token["word"] or token[0].lstrip()


def _word(token: _Token) -> str:
    word = (token["word"] or "").lower()
    return _ORDINALS.get(word, word)


def _is_ordinal(token: _Token) -> bool:
    return bool(token["ordinal"]) or (token["word"] or "").lower() in _ORDINALS
