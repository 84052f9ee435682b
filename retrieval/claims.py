"""Claims: what of a sentence must stand in a source: quotations, numbers, names, other words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from retrieval.words import GRAMMAR, stems

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
_MAYBE = re.compile(
    r"\b(?:(?-i:may)|might|could|would|should|if|unless|whether|alleg\w+|reported(?:ly)?"
    r"|plan(?:s|ned|ning)?|propos\w+|consider(?:s|ed|ing)?|wants?|wanted|hop(?:e|es|ed|ing)"
    r"|threat\w*|promis\w+|expect\w*|likely|unlikely|possibl[ey]|perhaps|probably|tr(?:y|ies|ied)"
    r"|attempt\w*|claim\w*|accus\w+|suspect\w*|rumou?r\w*|nearly|almost|fail\w*|former|on trial"
    r"|charged with|fewer|less|more than|over|under|up to|at least|at most)\b",
    re.I,
)
# After these, who does it may stand behind whom it is done to.
_INVERTING = re.compile(r"\b(?:was|were|been|being|is|are) \w+ (?:\w+ )?by\b", re.I)
_PRONOUNS = frozenset(
    ["he", "she", "they", "it", "him", "her", "them", "his", "their", "its", "we", "i"]
)
_NEARLY = 0.7  # ratio of two sentences' words (difflib) from which one is the other, edited
_NEAR = 0.7  # of a sentence's words are in a sentence of the source that it may turn
_MARK = re.compile(r"[“”\"«»„]")
_NUMBER = re.compile(
    r"[$€£¥]?\s?(?<![\w.])[-−]?\d+(?:[.,:/]\d+)*(?:\s?(?:[%‰°½¼¾]"
    r"|(?:percent|per cent|million|billion|trillion|thousand|hundred|euros?|dollars?|pounds?)\b))?",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+(?:[-’'.&][^\W\d_]+)*")
_UNIT = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen twenty
"""
_WORDS_FOR = {word: str(number) for number, word in enumerate(_UNIT.split())} | {
    "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80",
    "ninety": "90", "hundred": "100", "thousand": "1000", "million": "million",
    "billion": "billion", "trillion": "trillion", "dozen": "12", "half": "half",
    "millions": "million", "billions": "billion", "thousands": "1000", "hundreds": "100",
    "dozens": "12", "once": "1", "twice": "2", "first": "1", "second": "2", "third": "3",
}  # fmt: skip
# A count that says nothing of its own: "one of", "the first to", "the second half".
_WEAK = {"1", "half"}
_TITLE = """
mr mrs ms miss dr sir lord lady dame president vice prime minister chancellor secretary senator
representative congressman congresswoman governor mayor king queen prince princess pope general
colonel captain judge justice professor chairman chairwoman chair spokesman spokeswoman
spokesperson leader ceo director commissioner ambassador foreign the
"""
_TITLES = frozenset(_TITLE.split())
_DAY = """
monday tuesday wednesday thursday friday saturday sunday january february march april may june july
august september october november december
"""
_DAYS = frozenset(_DAY.split())
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
    return bool(_ORDER.search(said) or _BEGINS_AN_ORDER.search(said))


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
    folded, places = _folded(text)
    seek = _folded(wanted)[0].strip()
    start = folded.find(seek) if seek else -1
    while start >= 0:
        end = start + len(seek)
        before, after = folded[start - 1 : start], folded[end : end + 1]
        if not (
            (before.isalnum() and seek[0].isalnum()) or (after.isalnum() and seek[-1].isalnum())
        ):
            return text[places[start] : places[end - 1] + 1]
        start = folded.find(seek, start + 1)
    return None


def _folded(text: str) -> tuple[str, list[int]]:
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
    found = {_plain(one) for one in _NUMBER.findall(text)}
    words = re.findall(r"[a-z]+", text.lower())
    return found | {_WORDS_FOR[word] for word in words if word in _WORDS_FOR}


def _plain(number: str) -> str:
    number = re.sub(r"[\s,](?=\d{3}\b)|\s", "", number.lower().replace("−", "-"))
    number = number.replace("percent", "%")
    return re.sub(r"(?<![\d.])0+(?=\d)", "", number)


def is_the_same(one: str, other: str) -> bool:
    """Whether two sentences are the same, whatever quotes, dashes and blanks they have."""
    return _folded(one)[0].strip() == _folded(other)[0].strip()


def _plain_words(text: str) -> list[str]:
    folded = _folded(text)[0].casefold()
    return [_plain(one) for one in re.findall(r"\d+(?:[.,:]\d+)*|[^\W\d_]+", folded)]


def missing_numbers(sentence: str, source: str) -> set[str]:
    """The sentence's numbers that the source doesn't have."""
    return numbers(sentence) - numbers(source) - _WEAK


def missing_names(sentence: str, source: str) -> list[str]:
    """The sentence's names, or parts of them, that the source doesn't have, or not together."""
    words = [*_named(sentence)]
    known = [_bare(word) for word in _WORD.findall(source)]
    folded = {word.casefold() for word in known}
    pairs = {(a.casefold(), b.casefold()) for a, b in pairwise(known)}
    plain = {word for word in known if word.islower()} | _TITLES
    missing = [word for _, word in words if word.casefold() not in folded]
    for (place, one), (next_place, other) in pairwise(words):
        a, b = one.casefold(), other.casefold()
        apart = next_place != place + 1 or (a, b) in pairs
        if not apart and not {a, b} & plain and {a, b} <= folded:
            missing.append(f"{one} {other}")
    return missing


def _named(sentence: str) -> Iterator[tuple[int, str]]:
    """Words written as names are, with their places among the words."""
    for place, match in enumerate(_WORD.finditer(sentence)):
        word = _bare(match[0])
        begins = place == 0 or sentence[: match.start()].rstrip()[-1:] in ".!?:;\"“«‘'"
        if word[:1].isupper() and not (begins and word.casefold() in _STARTS) and word != "I":
            yield place, word


def _bare(word: str) -> str:
    return re.sub(r"['’]s$|['’]$|\.$", "", word)


def turned(sentence: str, said: Sequence[str]) -> tuple[str, str] | None:
    """How a sentence turns what the source's sentence nearest to it says, and that one; else None.

    It may not deny what that says, or say what that denies, nor leave out that it is only
    possible, planned or claimed, nor name the same two the other way round, nor be the same but
    for a word.
    """
    wanted = {*stems(sentence)} - GRAMMAR
    shared = {one: len(wanted & {*stems(one)}) for one in said}
    near = sorted(
        (one for one in shared if shared[one] >= _NEAR * len(wanted)), key=shared.__getitem__
    )
    reasons = [(_turn(sentence, one), one) for one in near[::-1]]
    return reasons[0] if reasons and all(reason for reason, _ in reasons) else None


def _turn(sentence: str, said: str) -> str:
    if said.rstrip("\"'”’»)").endswith("?"):
        return "a cited passage only asks that"
    if denies(sentence) != denies(said):
        return "it denies what a cited passage says, or says what that denies"
    left_out = {one.lower() for one in _MAYBE.findall(said)}
    if left_out := left_out - {one.lower() for one in _MAYBE.findall(sentence)}:
        return f"it leaves out {min(left_out)!r}"
    ones, others = _order(sentence, said)[:2], _order(said, sentence)[:2]
    if len(ones) > 1 and ones == others[::-1] and not _INVERTING.search(sentence):
        return "it has who and whom the other way round"
    return _exchanged(sentence, said)


def _exchanged(sentence: str, said: str) -> str:
    """Which word it has in another one's place, where it says nearly the same."""
    before, after = _plain_words(said), _plain_words(sentence)
    match = SequenceMatcher(None, before, after, autojunk=False)
    if match.ratio() < _NEARLY:
        return ""
    names = {word.casefold() for _, word in _named(sentence)}
    known = GRAMMAR | ({*before} - names)
    if _PRONOUNS & {*before}:  # whom it means may be named in its place
        known |= names - {*before}
    for what, _, _, first, last in match.get_opcodes():
        new = [word for word in after[first:last] if word not in known]
        if what in ("replace", "insert") and new:
            return f"it has {new[0]!r} where a cited sentence has other words"
    return ""


def _order(text: str, other: str) -> list[str]:
    """The last words of names that both have, as they stand in the first, each once."""
    shared = {word.casefold() for _, word in _named(other)}
    words = [*_named(text)]
    ends = [
        word.casefold()
        for (place, word), (after, _) in pairwise([*words, (-1, "")])
        if after != place + 1
    ]
    return [one for one in dict.fromkeys(ends) if one in shared and one not in _DAYS]


def share_found(sentence: str, source: str) -> float:
    """The share of the words that mean something which the source has, 0 to 1."""
    wanted = {*stems(sentence)} - GRAMMAR
    return len(wanted & {*stems(source)}) / len(wanted) if wanted else 0.0
