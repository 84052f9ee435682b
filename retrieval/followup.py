"""A question that leans on the talk before it → one that stands alone, by its grammar alone."""

import re

_NAME = re.compile(
    r"\b[A-ZÀ-Þ][\w’'-]*(?:[ .]+(?:(?:von|van|der|de|al|bin|of|the)\s+)*[A-ZÀ-Þ][\w’'-]*)*"
    r"|\b(?:von|van|de)\s+(?:der\s+)?[A-ZÀ-Þ][\w’'-]*(?:\s[A-ZÀ-Þ][\w’'-]*)*"
)
_ASKING = re.compile(
    r"^(?:and|but|or|so)?\s*(?:who|what|when|where|why|how|which|whose|did|does|do|is|was|are|were"
    r"|has|have|had|will|would|can|could|in|on|at|by)\b",
    re.I,
)
_FRAGMENT = re.compile(
    r"^(?:(?:and|but|or)\s+)?(?P<about>(?:what|how) about\s+)?(?P<other>[^?]+)$", re.I
)
# What begins so is a request or an opinion of its own, and no name to be asked about instead.
_OWN = re.compile(
    r"^(?:and |but )?(?:please )?(?:tell|give|show|say|explain|find|list|i|you|we|they|he|she|it"
    r"|this|that|there|don[’']?t|no|yes|are|is)\b",
    re.I,
)
_PERSON = re.compile(r"\b(?P<whose>his|their)\b|\b(?P<who>he|she|they|him|her|them)\b", re.I)
# "When was that?" leans, "who said that the war is lost?" doesn't; nor "this week", "are there".
_THING = re.compile(
    r"\b(?:it|its|these|those|then|else)\b|\b(?:the|that|this) (?:\w+ )?ones?\b"
    r"|\bthat\b(?=\W*$)|(?<=\bis )that\b|(?<=\bwas )that\b|(?<=\bdid )that\b|(?<=\bdoes )that\b"
    r"|\bthis\b(?! (?:week|month|year|morning|afternoon|evening|time|spring|summer|autumn)\b)"
    r"|(?<!\bare )(?<!\bis )(?<!\bwas )(?<!\bwere )\bthere\b(?! (?:is|are|was|were)\b)",
    re.I,
)
_OF_SOMETHING = re.compile(r"\b(?:the|a|an)\s+[A-ZÀ-Þ][\w’'-]*\s+(?=[a-zß-ÿ])")
_MAX_FRAGMENT = 6  # words
_ENDS = " ?!.…"


def standalone(question: str, before: str, quoted: str = "") -> str:
    """The question as it can be asked of the articles without `before`, the question before it.

    `quoted` is what that one was answered with. A name alone takes the place of the one asked
    about ("and von der Leyen?"); he, she and they are the person last asked about, else quoted
    first; what else is leant on ("when was that?") is said by adding the question before.
    """
    text = " ".join(question.split())
    fragment = None if _OWN.match(text) else _FRAGMENT.match(text.rstrip(_ENDS))
    short = fragment and len(fragment["other"].split()) <= _MAX_FRAGMENT
    if fragment and short and (fragment["about"] or not _ASKING.match(text)):
        return _exchanged(before, fragment["other"])
    person = _person(before) or _person(quoted)
    if person and _PERSON.search(text):
        return _PERSON.sub(lambda said: f"{person}’s" if said["whose"] else person, text)
    if _THING.search(text) or text.lower().startswith(("and ", "but ")):
        root = before.rpartition(": ")[2]  # what a follow-up before this one was added to
        return f"{text.rstrip(_ENDS)}: {root}"
    return text


def _exchanged(before: str, other: str) -> str:
    names = _names(before)
    if not names or not _NAME.search(other):
        return f"{before.rstrip(_ENDS)} about {other}?"
    last = names[-1] if len(names) == 1 else names[0]
    if f"the {last.lower()}" in before.lower():  # "the Ukrainian one" for "the Russian"
        other = re.sub(r"^the\s+|\s+ones?$", "", other)
    return before.replace(last, other, 1)


def _person(text: str) -> str:
    """The first name that isn't said of something else, as in "the Russian delegation"."""
    names = [match[0] for match in _NAME.finditer(_OF_SOMETHING.sub("", text))]
    return next((name for name in names if not _ASKING.match(name)), "")


def _names(text: str) -> list[str]:
    """Names in the order in which they stand; the first word of a question is none."""
    found = [match for match in _NAME.finditer(text) if not _ASKING.match(match[0])]
    return [match[0] for match in found]
