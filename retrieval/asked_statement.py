"""Asked statements: whom a question asks about, and who speaks in a sentence, by their grammar."""

import re
from dataclasses import dataclass

from retrieval.words import GRAMMAR, stems

_SAY = "say|said|tell|told|comment|respond|react|think|claim|warn|announce|promise|mention"
_ASKED = re.compile(
    rf"\b(?:did|does|do|has|have|had)\s+(?P<who>.+?)\s+(?:{_SAY})(?:ed|d)?\b"
    rf"|^(?P<first>[\w .'’-]+?)\s+(?:said|says|told)\s+what\b",
    re.I,
)
_TOPIC = re.compile(
    rf"\b(?:{_SAY})(?:ed|d)?\b(?:\s+what)?(?:\s+(?:about|on|of|to|regarding|concerning|that))?"
    r"\s+(?P<topic>\w.*?)\W*$",
    re.I,
)
_FINITE = re.compile(
    r"\b(said|says|told|tells|stressed|warned|called|added|announced|claimed|insisted|argued|asked"
    r"|stated|denied|rejected|tweeted|wrote|described|confirmed|replied|declared|promised|expects?"
    r"|predicted|urged|suggested|explained|noted|acknowledged|admitted)\b"
)
_PARTICIPLE = re.compile(r"\b(saying|calling|adding|warning|arguing|stating|according to)\b", re.I)
_NAME = re.compile(
    r"[A-ZÀ-Þ][\w’'-]*(?:[ .]+(?:(?:von|van|der|de|al|bin|of|the)\s+)*[A-ZÀ-Þ][\w’'-]*)*"
)
_BEHIND = re.compile(
    rf"\s+(?:(?!(?:that|he|she|it|they|in|on|at|to|of|if)\b)[a-z]+\s+){{0,3}}({_NAME.pattern})"
)
_INVERTED = frozenset(("said", "says", "added", "wrote", "stated", "replied", "according to"))
_PRONOUN = re.compile(r"\b(he|she|they|it)\b\W*(?:\w+\W+)?$", re.I)


@dataclass(frozen=True, slots=True)
class AskedStatement:
    """Whose words a question asks for, and on what: stems, empty where it doesn't say."""

    speaker: frozenset[str]
    topic: frozenset[str]
    topic_text: str


def asked_statement(question: str) -> AskedStatement | None:
    """What a question such as "what did X say about T?" asks for; None for any other question."""
    asked = _ASKED.search(question)
    if not asked:
        return None
    topic = _TOPIC.search(question)
    text = topic["topic"] if topic else ""
    return AskedStatement(content(asked["who"] or asked["first"]), content(text), text)


def speakers(sentence: str, before: str) -> frozenset[str]:
    """The stems of the names of whoever may speak in the sentence; `before` is the one before it.

    A speaker is named last before a verb of saying or right behind it; where that is a pronoun,
    whoever the sentence, else the one before it, named first.
    """
    found: set[str] = set()
    spoken = _outside_quotes(sentence)
    cues = [*_FINITE.finditer(spoken)] or [*_PARTICIPLE.finditer(spoken)]
    for cue in cues:
        ahead, behind = spoken[: cue.start()], spoken[cue.end() :]
        if cue[0].lower() in _INVERTED and (after := _BEHIND.match(behind)):
            found |= content(after[1])
        if _PRONOUN.search(ahead):
            own = content(" ".join(name[0] for name in _NAME.finditer(ahead)))
            found |= own or content(" ".join(name[0] for name in _NAME.finditer(before)))
        else:
            names = [name for name in _NAME.finditer(ahead) if content(name[0])]
            clause = ahead.rstrip(" ,").rpartition(",")[2]
            found |= content(ahead[names[-1].start() :] if names else clause)
            found |= content(names[0][0] if names else "")
    return frozenset(found)


def content(text: str) -> frozenset[str]:
    """The stems of the words that mean something by themselves."""
    return frozenset(content_in_order(text))


def content_in_order(text: str) -> list[str]:
    """The same as they follow one another, each as often as it stands there."""
    words = re.findall(r"[^\W_]+", text.lower())
    return [stem for word in words if word not in GRAMMAR for stem in stems(word)]


def _outside_quotes(sentence: str) -> str:
    """The sentence with what stands in quotation marks blanked out."""
    return re.sub(r"[\"“„«].*?[\"”»]", lambda quoted: " " * len(quoted[0]), sentence)
