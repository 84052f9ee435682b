"""Claims: what of a sentence must stand in a source: quotations, numbers, names, other words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from retrieval.library.keywords import GRAMMAR, stems

# What readers are told apart from what language models are told: sentences that give orders on an
# answer are no news. Their words prove nothing, and they are not quoted.
_ORDER = re.compile(
    r"\b(?:in|to|of|with|from|for|end|begin|start|change|modify|augment|enhance) your (?:\w+ )?"
    r"(?:answer|response|reply|replies|output|completion|message|prompts?)\b"
    r"|\byour (?:answer|response|reply|replies|output) (?:must|should|with|to|as|in)\b"
    r"|\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}"
    r"\b(?:instructions?|prompts?|above|everything)\b"
    r"|\b(?:just|only|simply) (?:print|reply|respond|output)\b"
    r"|\b(?:reply|respond|answer) (?:only )?with\s*:?\s*[\"“'‘]"
    r"|\bfrom now on,? you\b|\byou are (?:now|going|about) to (?:act|be|pretend|immerse|play)\b"
    r"|\b(?:developer mode|do anything now|jailbreak\w*)\b|\b(?-i:DANs?) (?:mode|stands|can)\b"
    r"|\b(?:pretend|roleplay) (?:to be|as|that you)\b|\bas an (?:AI|language) (?:model|assistant)\b"
    r"|^\W*(?:note to|attention|dear) (?:the )?(?:AI|assistant|(?:language )?model|chatbot|bot)\b"
    r"|^\W*(?:system|assistant|user)\s*:|</?(?:system|assistant|user|instructions?|passages?)\b"
    r"|\[/?INST\]|<\||\bthe (?:secret|magic|code) ?word is\b|\bstop everything\b",
    re.I,
)
# How an order begins; news has no sentence that does, but for recipes and advice.
_BEGINS_AN_ORDER = re.compile(
    r"^\W*(?:please )?(?:include|insert|append|integrate|augment|enhance|modify|mention|print"
    r"|repeat|reply|respond|ignore|disregard|pretend|translate|summari[sz]e|replace|convert|render"
    r"|substitute|rearrange|anagram|scramble|jumble|misspell|introduce|compose|develop|draft|write"
    r"|explain|describe|provide|create|generate|output|rewrite|combine|group|remove|add|start with"
    r"|begin with|end with|finish with|say|answer with|use numbers|use anagrams|use commonly"
    r"|break down|tell me|give me|show me|in your)\b(?! (?:of|and|to that)\b)",
    re.I,
)
# What whoever writes about a text is told to do with it; in quotation marks it is somebody's words.
_WRITE = (
    "(?:say|write|state|output|print|mention|include|contain|repeat|reply|answer|respond|finish"
    "|begin|start|end|add|insert|append|quote|use|give|display|show|note|tell)"
)
_WRITER = (
    r"(?:you|assistants?|(?:language )?models?|AIs?|(?:chat ?)?bots?|summar(?:y|ies)|answers?"
    r"|repl(?:y|ies)|responses?|outputs?|(?:whoever|any(?:one|body) who|every(?:one|body) who) \w+)"
)
_OUGHT = r"(?:must|should|shall|has to|have to|needs? to|ought to|(?:is|are) to)"
_DEMANDS = re.compile(
    rf"\b{_WRITER}\b[^.!?]{{0,40}}\b{_OUGHT}\b[^.!?]{{0,15}}\b{_WRITE}\b"
    r"|^[^\w\"“‘']*(?:always|never|kindly|please|finally|be sure to|make sure (?:to|that you)"
    r"|(?:do not|don[’']t|never) forget to|remember to|ensure (?:to|that you)|you are to)"
    rf" (?:\w+ )?{_WRITE}\b"
    r"|^[^\w\"“‘']*(?:tell|show|give|inform) (?:the|your) (?:readers?|users?|people)\b"
    rf"|\bit is (?:important|vital|essential|necessary|crucial) (?:that|for) (?:you|{_WRITER})\b"
    r"|\byour (?:first|last|opening|final|next) (?:word|line|sentence|paragraph)\b"
    r"|^[^\w\"“‘']*(?:make|let) .{1,40}\b(?:first|last|opening|final) (?:word|line|sentence)\b",
    re.I,
)
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]*://|\bwww\.|\S@[\w-]+\.\w|(?<!\w)@\w|<[@#:/a-z]|\]\s*\(|`"
    r"|\b[\w-]+\.(?:com|org|net|io|info|biz|xyz|gg|co|ru|cn|de|uk|eu|app|dev|me|tv|link|site"
    r"|online|top|shop|club)\b",
    re.I,
)
_QUOTED = re.compile(
    r"“([^“”]*)”|\"([^\"]*)\"|«([^«»]*)»|„([^„“”]*)[“”]|(?<!\w)‘([^‘]*?)’(?!\w)|(?<!\w)'([^']*?)'(?!\w)"
)
_DENIAL = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|den(?:y|ies|ied)|reject(?:s|ed)?"
    r"|refus(?:e|es|ed)|false|untrue|hardly|scarcely|barely|far from|doubt\w*|lack(?:s|ed)?"
    r"|stop(?:s|ped)?|ceas\w+|except|all but|short of|acquitted|cleared of)\b|n[’']t\b",
    re.I,
)
_MARK = re.compile(r"[“”\"«»„]")
_NUMBER = re.compile(
    r"[$€£¥]?\s?(?<![\w.])[-−]?\d+(?:[.,:/]\d+)*(?:\s?(?:[%‰°½¼¾]"
    r"|(?:st|nd|rd|th|percent|per cent|million|billion|trillion|thousand|hundred|euros?|dollars?"
    r"|pounds?)\b))?|[¼½¾⅓⅔]",
    re.I,
)
_FOREIGN = re.compile(r"[^\W\d_A-Za-z\u00c0-\u024f\u1e00-\u1eff’']+")
_BETWEEN = re.compile(r";\s+|,?\s+(?:while|whereas)\s+|,\s+(?:but|and)\s+")
_CLAUSE = 4  # words at least
_WORD = re.compile(r"[^\W\d_]+(?:[-’'.&][^\W\d_]+)*")
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
# That somebody said it, and not how, may be told in other words than the source's.
SAYING = frozenset(stems("say says said saying tell told report reported state stated according"))
_WEAK = {"1"}  # "one of them" counts nothing
_TITLE = """
mr mrs ms miss dr sir lord lady dame president vice prime minister chancellor secretary senator
representative congressman congresswoman governor mayor king queen prince princess pope general
colonel captain judge justice professor chairman chairwoman chair spokesman spokeswoman
spokesperson leader ceo director commissioner ambassador foreign the
"""
TITLES = frozenset(_TITLE.split())
_DAY = """
monday tuesday wednesday thursday friday saturday sunday january february march april may june july
august september october november december
"""
DAYS = frozenset(_DAY.split())
# With which sentences begin that name nobody.
_START = """
according after although among amid another before both despite during each earlier however
later meanwhile most neither no nobody none others several since some still though together
under until while within without yes one two three four five few many articles article reports
passages sources separately instead similarly moreover in addition
"""
_STARTS = GRAMMAR | frozenset(_START.split())
_SAME = str.maketrans(
    {
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("‘’‚‹›′`´", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2009\u200a\u202f\n\t", " "),
    }
)


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands between quotation marks; offsets in its sentence, the marks left out."""

    start: int
    end: int
    text: str


def is_order(sentence: str) -> bool:
    """Whether a sentence tells whoever answers what to write."""
    said = _UNSEEN.sub("", sentence)
    spoken = _QUOTED.sub('""', said)
    return bool(_ORDER.search(said) or _BEGINS_AN_ORDER.search(said) or _DEMANDS.search(spoken))


def denies(sentence: str) -> bool:
    """Whether it denies something; what is denied twice is said."""
    return len(_DENIAL.findall(sentence)) % 2 == 1


def has_address(sentence: str) -> bool:
    """Whether it has a link, a mention, an address of mail, or markup."""
    return bool(_ADDRESS.search(sentence))


def quotations(sentence: str) -> list[Quotation] | None:
    """What it has between quotation marks; None where these don't match."""
    found, rest = [], sentence
    for match in _QUOTED.finditer(sentence):
        group = next(number for number in range(1, 7) if match[number] is not None)
        found.append(Quotation(match.start(group), match.end(group), match[group]))
        rest = rest.replace(match[0], " ", 1)
    return None if _MARK.search(rest) else found


def slice_of(text: str, wanted: str) -> str | None:
    """The slice of `text` that `wanted` is, whole words, whatever quotes, dashes and blanks it has.

    None where there is none.
    """
    plainly, places = folded(text)
    seek = folded(wanted)[0].strip()
    start = plainly.find(seek) if seek else -1
    while start >= 0:
        end = start + len(seek)
        before, after = plainly[start - 1 : start], plainly[end : end + 1]
        if not (
            (before.isalnum() and seek[0].isalnum()) or (after.isalnum() and seek[-1].isalnum())
        ):
            return text[places[start] : places[end - 1] + 1]
        start = plainly.find(seek, start + 1)
    return None


def folded(text: str) -> tuple[str, list[int]]:
    """The text with one kind of quote, dash and blank, and where each of its characters stands."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text.translate(_SAME)):
        if character == " " and characters[-1:] == [" "]:
            continue
        for one in "..." if character == "…" else character:
            characters.append(one)
            places.append(place)
    return "".join(characters), places


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


def is_the_same(one: str, other: str) -> bool:
    """Whether two sentences are the same, whatever quotes, dashes and blanks they have."""
    return folded(one)[0].strip() == folded(other)[0].strip()


def missing_numbers(sentence: str, source: str) -> set[str]:
    """The sentence's numbers that the source doesn't have."""
    return numbers(sentence) - numbers(source) - _WEAK


def missing_names(sentence: str, source: str) -> list[str]:
    """The sentence's names, or parts of them, that the source doesn't have, or not together.

    A name is written with a capital there too, and in capitals where it is in the sentence; so is
    every word of another script than the Latin one a name, for those that have no capitals.
    """
    words = [*named(sentence)]
    known = [_bare(match[0]) for match in _WORD.finditer(source)]
    folded = {word.casefold() for word in known}
    capital = {word.casefold() for word in known if word[:1].isupper()}
    pairs = {(a.casefold(), b.casefold()) for a, b in pairwise(known)}
    small = {word for word in known if word.islower()} | TITLES
    missing = [
        word
        for start, _, word in words
        if word.casefold() not in (folded if _begins(sentence, start) else capital | TITLES)
        or (word.isupper() and len(word) > 1 and word not in known)
    ]
    for (_, place, one), (_, next_place, other) in pairwise(words):
        a, b = one.casefold(), other.casefold()
        apart = next_place != place + 1 or (a, b) in pairs
        if not apart and not {a, b} & (small | DAYS) and {a, b} <= folded:
            missing.append(f"{one} {other}")
    return missing + [one for one in _FOREIGN.findall(sentence) if one not in source]


def named(sentence: str) -> Iterator[tuple[int, int, str]]:
    """Words written as names are, with where they begin and their places among the words.

    Places follow one another where nothing but a blank stands between.
    """
    place = end = -1
    for match in _WORD.finditer(sentence):
        place += 1 if sentence[end : match.start()].isspace() else 2
        end = match.end()
        word, begins = _bare(match[0]), _begins(sentence, match.start())
        if word[:1].isupper() and not (begins and word.casefold() in _STARTS) and word != "I":
            yield match.start(), place, word


def _begins(sentence: str, start: int) -> bool:
    """Whether a word that begins there has a capital for that alone."""
    return sentence[:start].rstrip()[-1:] in (*".!?:;\"“«‘'", "")


def clauses(sentence: str) -> list[str]:
    """What it says of one thing and of another, where words between tell them apart."""
    parts = _BETWEEN.split(sentence)
    return parts if min(len(part.split()) for part in parts) >= _CLAUSE else [sentence]


def _bare(word: str) -> str:
    return re.sub(r"['’]s$|['’]$|\.$", "", word)


def share_found(sentence: str, source: str) -> float:
    """The share of the words that mean something which the source has, 0 to 1; figures aside."""
    wanted = {one for one in stems(sentence) if not one.isdigit()} - GRAMMAR - SAYING
    return len(wanted & {*stems(source)}) / len(wanted) if wanted else 0.0
