"""Names: whether two names, or a question's words and a name, may mean the same speaker."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from retrieval.english.abbreviations import GENERATIONS, IN_NAMES, RANKS
from retrieval.english.gazetteer import GIVEN, NO_PERSONS, QUALIFIERS, ROLES, STARTERS
from retrieval.english.words import STOPWORDS

UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞİŁŃŇŌŐŘŚŞŠŤŪŮŰŹŻŽ"
_PARTICLE = "von van der de al bin"
PARTICLES = "|".join(_PARTICLE.split())
_CAPITALISED = rf"[{UPPER}][\w’'.-]*(?<![.'’-])"
NAME = re.compile(
    rf"\b{_CAPITALISED}(?:[ .]+(?:(?:{PARTICLES}|of|the)\s+)*{_CAPITALISED})*"
    rf"|\b(?:von|van|de)\s+(?:der\s+)?{_CAPITALISED}(?:\s{_CAPITALISED})*"
)
# A word with a capital, where no sentence begins.
INNER_NAME = re.compile(rf"(?<![.!?\"“] )(?<!^)\b[{UPPER}][\w’'-]+")

HONORIFICS = {"mr": "m", "sir": "m", "lord": "m", "mrs": "f", "ms": "f", "miss": "f", "lady": "f"}
_TITLE = """
dr professor general colonel captain senator representative governor president prime minister
secretary chancellor mayor king queen prince princess pope judge justice dame the congressman
congresswoman ambassador commissioner
"""
_LESSER_TITLE = """
reverend major admiral elect chief baroness councilman councilwoman councillor assemblyman
assemblywoman delegate sheriff attorney
"""
_OFFICE = """
vice chairman chairwoman chair spokesman spokeswoman spokesperson leader ceo director foreign
"""
# Words that begin no name, and those that may stand before one unproved.
_TITLES = HONORIFICS.keys() | f"{_TITLE} {_LESSER_TITLE}".split() | {one.lower() for one in RANKS}
TITLES = HONORIFICS.keys() | f"{_TITLE} {_OFFICE}".split()
ABBREVIATED = "|".join(sorted(IN_NAMES | GENERATIONS))

_SKY = "kyy kiy kyi kij kii kyj ki"
_ENDING = re.compile(rf"(?<=[a-z]{{2}}s)(?:{'|'.join(_SKY.split())})$")
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
_SPELLINGS = {
    "kyiv": "kiev", "odesa": "odessa", "kharkiv": "kharkov", "gop": "republican",
    "sen": "senator", "gov": "governor", "rep": "representative", "gen": "general",
}  # fmt: skip
_GENERATIONS = frozenset(("jr", "sr", "ii", "iii", "junior", "senior"))
_LINKS = "of in from at for with on to by who that which near inside"
_LINK = re.compile(rf"\s(?:{'|'.join(_LINKS.split())})\s|[,(]")
_LITTLE = "the a an of in from at for with on to and by s former"
_OF_LITTLE_WEIGHT = frozenset(_LITTLE.split())
_COUNTRIES = {
    "british": "britain", "french": "france", "spanish": "spain", "dutch": "netherlands",
    "polish": "poland", "swedish": "sweden", "danish": "denmark",
    "swiss": "switzerland", "greek": "greece", "welsh": "wales", "finnish": "finland",
    "american": "us", "states": "us", "irish": "ireland",
}  # fmt: skip
_DETERMINERS = frozenset(("the", "a", "an", "his", "her", "its", "their", "former"))
_OF_A_PEOPLE = ROLES | QUALIFIERS | NO_PERSONS  # behind "European" in what somebody is
_STEM = 4  # letters of a country's name that its people's begins with
_OF_A_COUNTRY = ("ian", "ean", "an", "ish", "ese", "i")
_PEOPLES = (
    "ans", "ish", "ese", "french", "dutch", "swiss", "greeks", "turks", "czechs", "poles", "danes",
    "swedes", "finns",
)  # fmt: skip

_BEGUN = re.compile(r"(?:\A|[.!?:;\n”\"“«‘'])\s*\Z")
WORD = re.compile(r"[^\W\d_]+(?:[-’'.&][^\W\d_]+)*")
_STARTS = STOPWORDS | STARTERS


@lru_cache(maxsize=10_000)
def key(name: str) -> str:
    """The name as one speaker's statements are stored under it.

    Lower case, without diacritics, titles and initials of middle names; "-skyy", "-skiy" and
    "-ski" are "-sky".
    """
    first, *rest = _untitled(name) or [""]
    inner, last = rest[:-1], rest[-1:]
    if len(first) > 1:
        inner = [word for word in inner if len(word) > 1]
    return " ".join([first, *inner, *last])


def _untitled(name: str) -> list[str]:
    found = words(name)
    while len(found) > 1 and found[0] in _TITLES:
        found = found[1:]
    return found


def words(text: str) -> list[str]:
    """The words of a name or description, folded as `key` folds them."""
    return list(_words(text))


@lru_cache(maxsize=10_000)
def _words(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = re.sub(r"[’']s\b|(?<=\b[a-z])\.(?=[a-z]\b)|[’'`]", "", plain)
    found = (_ENDING.sub("ky", word) for word in re.findall(r"[^\W_]+", plain))
    return tuple(_SPELLINGS.get(word, word) for word in found)


def surname(name: str) -> str:
    """The last word of the name's key, without "Jr." and the like."""
    own = [word for word in key(name).split() if word not in _GENERATIONS]
    return own[-1] if own else ""


def ends(name: str) -> str:
    """The first and the last word of the name's key, which all full names of a person share."""
    return f"{key(name).partition(' ')[0]} {surname(name)}"


def same_person(one: str, other: str) -> bool:
    """Whether two full names of any articles are one person's.

    Titles, spelling, initials and left out middle names don't matter. A surname alone is the same
    only as itself: "Starmer" may be another than Keir Starmer.
    """
    left, right = _untitled(one), _untitled(other)
    if left == right:
        return bool(left)
    if min(len(left), len(right)) < 2 or generation(one) != generation(other):
        return False
    left, right = ([w for w in name if w not in _GENERATIONS] for name in (left, right))
    if min(len(left), len(right)) < 2 or (left[0], left[-1]) != (right[0], right[-1]):
        return False
    fewer, more = sorted((left[1:-1], right[1:-1]), key=len)
    return all(any(own in (word, word[0]) or word == own[0] for own in more) for word in fewer)


def is_asked(asked: str, name: str, description: str) -> bool:
    """Whether a question's words for a speaker may mean the one with this name and description.

    "Starmer", "Mr. Starmer" and "the British prime minister" may mean Keir Starmer, British Prime
    Minister; "Trump" doesn't mean the Trump campaign.
    """
    if re.search(r"\sand\s", name) and not re.search(r"\sand\s", asked):
        return any(is_asked(asked, one, "") for one in re.split(r",?\sand\s", name))
    wanted = [word for word in words(asked) if word not in _OF_LITTLE_WEIGHT]
    if set(wanted) <= HONORIFICS.keys():
        return False
    if _is_named_so(asked, wanted, name):
        return True
    if len(wanted) == 1 and asked[:1].isupper() and not wanted[0].endswith(_PEOPLES):
        return False  # "Powell" is no name like "Power", the Guardian no guardian
    known = [word for word in words(f"{name} {description}") if word not in _OF_LITTLE_WEIGHT]
    if len(wanted) == 1 and wanted[0].endswith(_PEOPLES):
        people, own = wanted[0], key(name).partition(" ")[0]
        people = people if people in _COUNTRIES else people.rstrip("s")
        return (own not in GIVEN and akin(people, own)) or any(
            akin(people, word) and role in _OF_A_PEOPLE
            for word, role in pairwise(words(description))
        )
    heads = {head(name), head(description)} - {""}
    return any(akin(head(asked), one) for one in heads) and all(
        any(akin(word, one) for one in known) for word in wanted
    )


def _is_named_so(asked: str, wanted: list[str], name: str) -> bool:
    own, called = key(name).split(), key(asked).split()
    initials = "".join(word[0] for word in own if word not in _OF_LITTLE_WEIGHT)
    is_organisation = name.removeprefix("the ")[:1].isupper() and own[:1] and own[0] not in GIVEN
    if len(initials) > 1 and wanted == [initials] and is_organisation:
        return True
    if re.match(r"[a-z]", re.split(r"[\s’'-]", name.strip())[-1]):
        return own == called  # "Trump critics" and "the Trump campaign" are others than Trump
    if not own or head(name) not in (own[-1], surname(name)):
        return False  # the last word names something else, as in "a source in Kiev"
    if name[:1].islower():
        return own == called
    is_first = called == own[:1] and words(asked)[0] not in _TITLES  # no king is any Charles
    is_part = set(called) <= set(own) and (surname(asked) == surname(name) or is_first)
    return is_part or same_person(asked, name) or (own == called[-1:] and not name.isupper())


def head(phrase: str) -> str:
    """The folded word that says what the phrase is: "source" of "a source in the delegation"."""
    first, *behind = _LINK.split(f"{phrase} ", maxsplit=1)
    title = words(behind[0].partition(",")[0]) if behind else []
    if title and title[-1] in ROLES and not _DETERMINERS & {*title}:
        return title[-1]  # the House of Commons Speaker is no house
    found = words(first)
    return found[-1] if found else ""


def akin(one: str, other: str) -> bool:
    """Whether two folded words are one word or of one country, as "ukrainian" and "ukraine"."""
    one, other = _COUNTRIES.get(one, one), _COUNTRIES.get(other, other)
    if one == other or one.rstrip("s") == other.rstrip("s"):
        return True
    short, long = sorted((one.removesuffix("s"), other.removesuffix("s")), key=len)
    stem = short.rstrip("aeiouy")
    return len(stem) >= _STEM and long.startswith(stem) and long[len(stem) :] in _OF_A_COUNTRY


def generation(name: str) -> frozenset[str]:
    """What tells a child from a parent of the same name: "jr"; empty for most names."""
    return _GENERATIONS & {*_untitled(name)}


def named(sentence: str) -> Iterator[tuple[int, int, str]]:
    """Words written as names are, with where they begin and their places among the words.

    Places follow one another where nothing but a blank stands between.
    """
    place = end = -1
    for match in WORD.finditer(sentence):
        place += 1 if sentence[end : match.start()].isspace() else 2
        end = match.end()
        word, begins = bare_word(match[0]), begins_sentence(sentence, match.start())
        if word[:1].isupper() and not (begins and word.casefold() in _STARTS) and word != "I":
            yield match.start(), place, word


def begins_sentence(text: str, start: int) -> bool:
    """Whether a word that begins there has a capital for that alone."""
    return bool(_BEGUN.search(text[max(0, start - 8) : start]))


def bare_word(word: str) -> str:
    """The word without "'s" or a full stop at its end."""
    return re.sub(r"['’]s$|['’]$|\.$", "", word)
