"""Stops: whether a full stop, question mark, exclamation mark or ellipsis ends a sentence."""

import re
from dataclasses import dataclass

from retrieval.english.abbreviations import (
    BEFORE_NUMBERS,
    CLOCK,
    EXCLAIMED,
    GENERATIONS,
    LETTERED,
    MAY_BE_LAST,
    MONTHS,
    NAMED,
    NAMED_AFTER,
    NEVER_LAST,
    TIME_ZONES,
    WEEKDAYS,
)
from retrieval.english.dates import DAYS
from retrieval.english.gazetteer import NAMELESS

# A stop, the marks after it that belong to the same sentence, and the blanks after those.
STOP = re.compile(
    r"(?P<mark>\.(?:[ \u00a0]\.)+|[.?!…‽]+)"
    r"(?P<closing>(?:[\"”’'»)\]*_]|\[\d{1,3}\])*(?:[^\S\n][”»](?=\s))?)(?P<gap>\s*)"
)


_NEAR = 60  # characters before and after a stop that decide


_AFTER = re.compile(
    r"(?P<bullet>[•▪●◦‣·]\s*|[-–—]+\s*|\*\s+)?(?P<opening>[\"“‘'«„(\[*_¿¡\s]{0,6})"
    r"(?P<word>[^\W_][\w’'&.-]*|)"
)


_BULLETS = tuple("•▪●◦‣·*")


_QUOTES = frozenset("\"”’'»“‘«„")


_INSIDE_WORDS = re.compile(r"[-–—/(\[{“\"‘'«„:*_]")


_CONTINUES = re.compile(r"[,;:.?!…%)\]”»’]")


_LIST_NUMBER = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivx]{2,5}|[IVX]{2,5})")


_ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]|[A-Z][a-z]{0,3}(?:\.[A-Z][a-z]{0,3})+|[^\W\d_]")


_CONTRACTED = re.compile(r"(?:n[’']t|[’'](?:s|re|ve|ll|d|m))$")


_BRAND = re.compile(r"[a-z]{1,2}[A-Z]")  # iPhone, eBay


_ADDRESS = re.compile(r"https?:|www\.|\S*(?:[@/]|\.(?:com|org|net|gov|edu|co|uk|tv)\b)", re.I)


_GLUED = re.compile(r"[\"“‘'(\[]?[A-Z](?:[a-z]|[’' ])")


_ROMAN = re.compile(r"[IVX]{2,}\b")


# Who asked or shouted the words just quoted: "Smith asked".
_SPEAKER = re.compile(
    r"(?:[A-Z][\w’'.-]+\s){1,4}(?:asks|asked|says|said|wonders|wondered|writes|wrote|tweets|tweeted"
    r"|adds|added|replies|replied|shouts|shouted|yells|yelled|jokes|joked)\b"
)


# Words that often begin a sentence and hardly ever a name.
_OPENERS = NAMELESS - DAYS - {"first", "second", "last", "next", "other", "women", "men"}


_ABBREVIATIONS = NAMED | NEVER_LAST | BEFORE_NUMBERS | MAY_BE_LAST | GENERATIONS | CLOCK


@dataclass(frozen=True, slots=True)
class _Context:
    """A stop and the text around it.

    Before the stop: `token`, all characters since the last blank; `word`, the last word of the
    token; `before`, the word in front of the token. After it: `closing` marks, a `gap`, a `bullet`,
    `opening` marks, and the `next` word; `after` is the text from the bullet on.
    """

    mark: str
    closing: str
    gap: str
    before: str
    token: str
    word: str
    begins_item: bool  # nothing stands before the token in its sentence, or a colon or semicolon
    bullet: str
    opening: str
    next: str
    after: str

    @property
    def is_quoted(self) -> bool:
        """Whether a quotation ends at the stop."""
        return not _QUOTES.isdisjoint(self.closing)

    @property
    def begins_sentence(self) -> bool:
        """Whether the next word is one that begins sentences rather than names."""
        plain = _CONTRACTED.sub("", self.next.rstrip(".").casefold())
        is_initial = len(plain) == 1 and self.next.endswith(".")
        return plain in _OPENERS and not is_initial

    @property
    def abbreviation(self) -> str:
        """The word, spelled as the abbreviations are: "NO. 1" in a heading is "No"."""
        is_capitals = self.next.isupper() or self.next.isdigit()
        is_heading = self.word.isupper() and is_capitals and len(self.word) > 1
        return self.word.capitalize() if is_heading else self.word

    @property
    def is_abbreviation(self) -> bool:
        """Whether the word is an abbreviation, in lower case or capitals."""
        spellings = {self.word, self.word.lower(), self.word.capitalize()}
        return bool(spellings & _ABBREVIATIONS or _ACRONYM.fullmatch(self.word))


def ends_sentence(text: str, begin: int, stop: re.Match[str], last: int) -> bool:
    """Whether the sentence that begins at `begin` ends with `stop`, a match of `STOP`.

    Text from `last` on is ignored.
    """
    context = _context(text, begin, stop, last)
    if context.bullet.startswith(_BULLETS):
        return True
    if _CONTINUES.match(context.after) or (not context.gap and not _is_glued(context)):
        return False
    if context.begins_item and context.mark == "." and _LIST_NUMBER.fullmatch(context.token):
        return False
    if context.next[:1].islower():
        return _ends_before_lower_case(context)
    if "?" in context.mark or "!" in context.mark:
        return _ends_with_question(context)
    return _ends_with_full_stop(context) if context.mark == "." else _ends_with_ellipsis(context)


def _context(text: str, begin: int, stop: re.Match[str], last: int) -> _Context:
    first = max(begin, stop.start() - _NEAR)
    words = text[first : stop.start()].split()
    token = words.pop() if words and not text[stop.start() - 1].isspace() else ""
    after = text[stop.end() : min(last, stop.end() + _NEAR)]
    found = _AFTER.match(after)
    assert found  # all its parts may be empty
    return _Context(
        mark=stop["mark"],
        closing=stop["closing"],
        gap=stop["gap"],
        before=words[-1] if words else "",
        token=token,
        word=_INSIDE_WORDS.split(token)[-1],
        begins_item=(first == begin and not words) or "".join(words[-1:]).endswith((":", ";")),
        bullet=found["bullet"] or "",
        opening=found["opening"],
        next=found["word"],
        after=after,
    )


def _is_glued(context: _Context) -> bool:
    """Whether only the blank between two sentences is missing, as in "he said.The"."""
    if _ADDRESS.match(context.token) or _ADDRESS.match(context.after):
        return False
    is_word = context.closing or re.search(r"[^\W\d_]{2}$|\d$", context.word)
    return bool(is_word and _GLUED.match(context.after))


def _ends_before_lower_case(context: _Context) -> bool:
    if context.is_quoted or context.is_abbreviation:
        return False
    if _ADDRESS.match(context.after) or _BRAND.match(context.next):
        return True
    return context.mark == "." and bool(re.fullmatch(r"[a-z’']{3,}", context.word))


def _ends_with_question(context: _Context) -> bool:
    """The same for question and exclamation marks."""
    if context.is_quoted:
        return context.begins_sentence or not _SPEAKER.match(context.after)
    return "?" in context.mark or context.word not in EXCLAIMED or context.begins_sentence


def _ends_with_ellipsis(context: _Context) -> bool:
    """The same for an ellipsis; with a blank before it, it may stand for omitted words."""
    if context.token:
        return True
    is_complete = context.before.endswith((".", "?", "!", '"', "”"))
    return is_complete or (context.begins_sentence and not context.next.startswith("I"))


def _ends_with_full_stop(context: _Context) -> bool:
    word = context.abbreviation
    if word in NAMED:
        return word == "St" and context.before[:1].isupper() and context.begins_sentence
    if word in NEVER_LAST or (context.bullet and context.is_abbreviation):
        return False
    if word in BEFORE_NUMBERS:
        return not _is_number_next(context)
    if word in CLOCK:
        return not _is_day_or_zone_next(context)
    if word in GENERATIONS:
        return context.begins_sentence or _is_name_next(context)
    if len(word) == 1 and word.isalpha():
        return context.begins_sentence or _is_label(context)
    if word in MAY_BE_LAST or _ACRONYM.fullmatch(word):
        is_whole_quotation = context.token[:1] in _QUOTES
        return context.begins_sentence or (context.is_quoted and not is_whole_quotation)
    return True


def _is_number_next(context: _Context) -> bool:
    """Whether a number is next, or, after a weekday, a month."""
    is_date = context.word in WEEKDAYS and context.next.rstrip(".") in MONTHS
    return context.next[:1].isdigit() or bool(_ROMAN.match(context.next)) or is_date


def _is_day_or_zone_next(context: _Context) -> bool:
    """Whether a day, a time zone, a number or something in brackets is next."""
    plain = re.split(r"[-–’']", context.next)[0].replace(".", "")
    is_day = plain.casefold().removesuffix("s") in DAYS or plain in MONTHS | WEEKDAYS
    is_aside = "(" in context.opening and not context.begins_sentence
    return is_day or plain in TIME_ZONES or plain[:1].isdigit() or is_aside


def _is_name_next(context: _Context) -> bool:
    """Whether a capital is next that doesn't belong to "Jr.", as "Day" does in "King Jr. Day"."""
    is_capital = context.next[:1].isupper() and "(" not in context.opening
    return is_capital and context.next.rstrip(".") not in NAMED_AFTER


def _is_label(context: _Context) -> bool:
    """Whether a single letter is no initial: "plan B", "so do I"."""
    is_pronoun = context.word == "I" and context.before in ("do", "did", "am", "as", "or", "than")
    return is_pronoun or context.before.casefold() in LETTERED
