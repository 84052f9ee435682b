"""A follow-up question → one that stands alone, by rules of English grammar.

A name alone replaces the name asked about before, a pronoun becomes the name that the conversation
is about, and a question without a name gets one in front: "As for Starmer, …".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.english.words import STOPWORDS

MAX_TURNS = 6
MAX_CHARACTERS = 2000  # of all turns
_MAX_FRAGMENT = 6  # words
_MAX_NAMELESS = 4  # content words of a question that may be a follow-up without any pronoun
_MAX_DEPENDENT = 8  # content words of any follow-up question
_MAX_INITIALS = 3  # characters, as of "US", which are too few for a part of a name
_MAX_BEFORE = 2  # content words before a pronoun, with more of which it means one of them


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was understood, and its answer; "" where there was none."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question that stands alone, and the tokens that a language model took to reword it."""

    question: str
    tokens: int = 0


_WORD = r"[A-ZÀ-Þ][\w’'.-]*(?<![.'’-])"
_NAME = re.compile(
    rf"\b{_WORD}(?:[ .]+(?:(?:von|van|der|de|al|bin|of|the)\s+)*{_WORD})*"
    rf"|\b(?:von|van|de)\s+(?:der\s+)?{_WORD}(?:\s{_WORD})*"
)
_AUXILIARY = (
    r"did|does|do|is|was|are|were|has|have|had|will|would|can|could|should|didn[’']?t|wasn[’']?t"
)
_ASKING = re.compile(
    r"^(?:and |but |or |so )?(?:who|what|when|where|why|how|which|whose|whom|in|on|at|by|for|from"
    rf"|to|during|after|before|besides|any|anything|anyone|other|another|more|as for|{_AUXILIARY})"
    r"\b",
    re.I,
)
_FRAGMENT = re.compile(
    r"^(?:(?:and|but|or)\s+)?(?P<about>(?:what|how) about\s+)?(?P<other>[^?]+)$", re.I
)
_ON_TOPIC = re.compile(r"^(?:(?:and|but|or)\s+)?about\s+(?P<topic>[^?]+)$", re.I)
# A text with such a beginning is a request or an opinion, not a name to ask about instead.
_OWN = re.compile(
    r"^(?:and |but )?(?:please )?(?P<request>tell|give|show|explain|find|list)?(?(request)|"
    r"(?:say|i|you|we|they|he|she|it|this|that|there|don[’']?t|no|yes))\b",
    re.I,
)
# "And in 2024?"
_CIRCUMSTANCE = re.compile(
    rf"^(?:and|but|(?:and )?(?:what|how) about) (?P<when>(?:in|on|at|for|from|during|after|before"
    rf"|since|with|without|under)\b(?!.*\b(?:{_AUXILIARY})\b)[^?]*)",
    re.I,
)
_NO_POSSESSIVE = "in|on|at|to|for|from|with|by|as|and|or|after|before|when|while|that|a|an|the"
_PERSON = re.compile(
    rf"\b(?:(?P<whose>his|their|her(?= (?!(?:{_NO_POSSESSIVE})\b)\w))"
    r"|he|she|they|him|her|them)\b",
    re.I,
)
_ASKED_FIRST = re.compile(rf"\b(?:{_AUXILIARY}) $", re.I)  # "what did …"
_THEY = frozenset(("they", "them", "their"))
_HE_OR_SHE = frozenset(("he", "she", "him", "his", "her"))
# "When was that?" depends on what was before; "who said that the war is lost?" doesn't, nor do
# "this week" and "are there".
_THING = re.compile(
    r"\b(?:it|its|these|those|then|else)\b|\b(?:the|that|this) (?:\w+ )?ones?\b"
    r"|\bthat\b(?=\W*$)|(?<=\bis )that\b|(?<=\bwas )that\b|(?<=\bdid )that\b|(?<=\bdoes )that\b"
    r"|\bthis\b(?! (?:week|month|year|morning|afternoon|evening|time|spring|summer|autumn)\b)"
    r"|(?<!\bare )(?<!\bis )(?<!\bwas )(?<!\bwere )\bthere\b(?! (?:is|are|was|were)\b)",
    re.I,
)
_ARTICLE = re.compile(r"\b(?:about|in|of|from) (?:this|the) (?:article|story|topic)\b", re.I)
# A question for news stands alone.
_NEWS = re.compile(
    r"\b(?:this|last|next) (?:week|weekend|month|year)\b|\b(?:today|yesterday|recent(?:ly)?)\b"
    r"|\bthe following\b|\bone of the\b",
    re.I,
)
# "The Russian delegation", which isn't "the Russian".
_OF_SOMETHING = re.compile(
    r"\b(?:the|an?)\s+[A-ZÀ-Þ][\w’'-]*(?<!Vatic)(?<!Talib)(?:an|ish|ese|ch|aeli|aqi|ani)"
    r"\s+[a-zß-ÿ]\w+"
)
_NO_PERSON = re.compile(rf"\b(?:the|a|an|in|at|of|from|for|on|to)\s+(?:{_NAME.pattern})")
_SAYING = frozenset(("say", "says", "said", "exactly", "happen", "happened"))
_SPOKEN = frozenset(("say", "says", "said", "think", "thinks", "know", "knows"))
_BEGINS = re.compile(r"^(?:and|but|so|or)\s+", re.I)
_AS_FOR = re.compile(r"^As for (?P<subject>.+?), (?=[a-z])")
_ENDS = " ?!.…"


def standalone(question: str, turns: Sequence[Turn]) -> str:
    """The question so that it can be understood without the turns before it, oldest first.

    A question that stands alone comes back as it is.
    """
    text = " ".join(question.split())
    turns = _kept(turns)
    own = _OWN.match(text)
    if not turns or (own and not own["request"]):
        return text
    if not own and (changed := _with_fragment(text, turns[-1].question)):
        return changed
    pronoun = _pronoun(text)
    if pronoun and pronoun[0].lower() in _HE_OR_SHE and (name := _subject(turns, person=True)):
        return _in_full(text, name) or _put(name, pronoun)
    return _with_subject(text, pronoun, turns)


def _with_subject(text: str, pronoun: "re.Match[str] | None", turns: Sequence[Turn]) -> str:
    """The question with the subject of the conversation, where it needs that."""
    subject = _subject(turns)
    if whole := _in_full(text, subject):
        return whole
    root = _root(turns)
    if _is_bare(text, pronoun) and not (pronoun and _AS_FOR.match(root)):
        return f"{text.rstrip(_ENDS)}: {root}"
    if not subject or _mentions(text, subject):
        return text
    if pronoun and pronoun[0].lower() in _THEY and not _is_place(subject, turns):
        return _put(subject, pronoun)
    if _ARTICLE.search(text):
        return _ARTICLE.sub(lambda said: f"{said[0].split()[0]} {subject}", text, count=1)
    if pronoun or _is_nameless(text):
        return _as_for(subject, text)
    return text


def _kept(turns: Sequence[Turn]) -> list[Turn]:
    """The last turns, as many as the limits allow."""
    kept: list[Turn] = []
    room = MAX_CHARACTERS
    for turn in reversed(turns[-MAX_TURNS:]):
        room -= len(turn.question) + len(turn.answer)
        if room < 0:
            break
        kept.insert(0, turn)
    return kept


def _with_fragment(text: str, before: str) -> str:
    """The question before, asked about what the text names; "" where the text is no fragment."""
    if circumstance := _CIRCUMSTANCE.match(text):
        return f"{before.rstrip(_ENDS)} {circumstance['when'].rstrip(_ENDS)}?"
    if topic := _on_topic(text, before):
        return topic
    fragment = _FRAGMENT.match(text.rstrip(_ENDS))
    if not fragment or len(fragment["other"].split()) > _MAX_FRAGMENT:
        return ""
    if not fragment["about"] and _ASKING.match(text):
        return ""
    other, names = fragment["other"], _names(before)
    if names and _NAME.search(other):
        return _exchanged(before, names[0], other)
    said = before.rstrip(_ENDS)
    is_spoken = said.rpartition(" ")[2] in _SPOKEN
    return f"{said} about {other}?" if is_spoken else _as_for(other, before)


def _on_topic(text: str, before: str) -> str:
    """The question before for somebody's words, on the topic that the text names; else ""."""
    topic = _ON_TOPIC.match(text.rstrip(_ENDS))
    asked = before.rstrip(_ENDS).partition(" about ")[0]
    if not topic or asked.rpartition(" ")[2] not in _SPOKEN:
        return ""
    return f"{asked} about {topic['topic']}?"


def _exchanged(before: str, name: str, other: str) -> str:
    if f"the {name.lower()}" in before.lower():
        if not other.lower().startswith("the "):
            if not re.search(rf"\b(?:{_AUXILIARY}) the {re.escape(name)}\b", before, re.I):
                return _as_for(other, before)
            group = _OF_SOMETHING.search(before)
            name = group[0] if group and name in group[0] else f"the {name}"
        other = re.sub(r"^the\s+|\s+ones?$", "", other)  # "the Ukrainian one" for "the Russian"
    return before.replace(name, other, 1)


def _as_for(subject: str, text: str) -> str:
    text = _BEGINS.sub("", text)
    return f"As for {subject}, {text[:1].lower()}{text[1:]}"


def _put(name: str, pronoun: "re.Match[str]") -> str:
    name = f"{name}’s" if pronoun["whose"] else name
    return pronoun.string[: pronoun.start()] + name + pronoun.string[pronoun.end() :]


def _is_bare(text: str, pronoun: "re.Match[str] | None") -> bool:
    """Whether it has nothing to search for: "why?", "when was that?", "who said it?"."""
    if _content(text) - _SAYING or (pronoun and pronoun.re is _PERSON):
        return False
    return bool(pronoun or not _names(text))


def _is_nameless(text: str) -> bool:
    """Whether it is a short question without a name, and not one for news."""
    few = len(_content(text)) <= _MAX_NAMELESS
    return few and not (_names(text) or _NEWS.search(text) or _OWN.match(text))


def _subject(turns: Sequence[Turn], *, person: bool = False) -> str:
    """What the last question with a name is about; of several names, the most frequent one.

    For a `person`, "the Peace Prize" and "in Oslo" don't count, but names in the answer do.
    """
    asked = " ".join(turn.question for turn in turns)
    titles = [title for turn in turns if (title := _title(turn.question))]
    for turn in reversed(turns):
        for title in titles:
            if re.search(rf"\b{re.escape(title)}(?!\w)", turn.question, re.I):
                return title
        question = turn.question[:1].lower() + turn.question[1:]  # "Scientists" is no name
        names = _names((_NO_PERSON if person else _OF_SOMETHING).sub(" ", question))
        if names:
            return _with_article(_fullest(max(names, key=asked.count), turns), question)
        names = _names(_NO_PERSON.sub(" ", turn.answer))
        if not question.startswith("who "):
            names = [name for name in names if person and _is_full(name)]
        if names:
            return names[0]
        if not person and (group := _OF_SOMETHING.search(question)):
            return group[0]
    return ""


def _title(question: str) -> str:
    """A name without a question, as "Andrew Carnegie", or the one after "As for"; else ""."""
    if said := _AS_FOR.match(question):
        return said["subject"]
    words = question.split()
    if question.endswith("?") or _ASKING.match(question) or _OWN.match(question):
        return ""
    title = re.sub(r"\s*\([^)]*\)", "", question).rstrip(_ENDS)
    return title if len(words) <= _MAX_FRAGMENT else ""


def _fullest(name: str, turns: Sequence[Turn]) -> str:
    """The full name, if the conversation has one, for a first or last name: "Keir Starmer"."""
    for text in (*(turn.question for turn in turns), *(turn.answer for turn in turns)):
        for full in _names(text):
            if _is_full(full) and name in (full.partition(" ")[0], full.rpartition(" ")[2]):
                return full
    return name


def _is_full(name: str) -> bool:
    """Whether it may be a person's full name."""
    words = name.split()
    return 2 <= len(words) <= 3 and all(word[0].isupper() and len(word) > 1 for word in words)


def _with_article(name: str, question: str) -> str:
    found = re.search(rf"\bthe {re.escape(name)}\b", question, re.I)
    return found[0] if found else name


def _in_full(text: str, name: str) -> str:
    """The text with a name in full of which it has only the first or last word; else ""."""
    if not _is_full(name) or name.lower() in text.lower():
        return ""
    ends = (name.split()[0], name.split()[-1])
    for found in _NAME.finditer(text):
        said = _bare(found[0])
        if said in ends and len(said) > _MAX_INITIALS:
            return text[: found.start()] + name + text[found.start() + len(said) :]
    return ""


def _is_place(name: str, turns: Sequence[Turn]) -> bool:
    return any(re.search(rf"\b(?:in|at|near) {re.escape(name)}\b", one.question) for one in turns)


def _mentions(text: str, name: str) -> bool:
    """Whether the text has a word of the name, other than a short one."""
    return any(len(word) > _MAX_INITIALS for word in _content(text) & _content(name))


def _pronoun(text: str) -> "re.Match[str] | None":
    """The first pronoun, unless it means something earlier in the question; else None."""
    found = _PERSON.search(text) or _THING.search(text)
    if not found or len(_content(text)) > _MAX_DEPENDENT:
        return None
    before = text[: found.start()]
    if _names(before):
        return None
    if _ASKED_FIRST.search(before):
        return found
    own = before.lower().startswith("which ") or len(_content(before)) > _MAX_BEFORE
    return None if own else found


def _root(turns: Sequence[Turn]) -> str:
    """The last question, without the part that was put before it for a bare "when was that?"."""
    return turns[-1].question.rpartition(": ")[2]


def _content(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.lower())) - STOPWORDS


def _names(text: str) -> list[str]:
    """The names in order; a capital at the beginning of a sentence makes no name of "The"."""
    found = []
    for match in _NAME.finditer(text):
        words = _bare(match[0]).split()
        while words and _is_grammar(words[0]):
            words.pop(0)
        if words:
            found.append(" ".join(words))
    return found


def _is_grammar(word: str) -> bool:
    if len(word) > 1 and word.isupper():
        return False  # "US"
    return word.lower() in STOPWORDS or bool(_ASKING.match(word))


def _bare(name: str) -> str:
    return re.sub(r"[’']s?$", "", name)
