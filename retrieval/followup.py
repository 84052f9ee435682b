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
    r"^(?:(?:and|but|or)\s+)?(?P<about>(?:what|how) about\s+)?(?P<other>[^?]+?)\W*$", re.I
)
_PERSON = re.compile(r"\b(?P<whose>his|their)\b|\b(?P<who>he|she|they|him|her|them)\b", re.I)
_THING = re.compile(
    r"\b(it|its|that|this|these|those|there|then|one|else)\b(?!\s+[a-z]+s?\b.*\b\1\b)", re.I
)
_OF_SOMETHING = re.compile(r"\b(?:the|a|an)\s+[A-ZÀ-Þ][\w’'-]*\s+(?=[a-zß-ÿ])")
_MAX_FRAGMENT = 6  # words


def standalone(question: str, before: str, quoted: str = "") -> str:
    """The question as it can be asked of the articles without `before`, the question before it.

    `quoted` is what that one was answered with. A name alone takes the place of the one asked
    about ("and von der Leyen?"); he, she and they are the person last asked about, else quoted
    first; what else is leant on ("when was that?") is said by adding the question before.
    """
    text = " ".join(question.split())
    fragment = _FRAGMENT.match(text)
    short = fragment and len(fragment["other"].split()) <= _MAX_FRAGMENT
    if fragment and short and (fragment["about"] or not _ASKING.match(text)):
        return _exchanged(before, fragment["other"])
    person = _person(before) or _person(quoted)
    if person and _PERSON.search(text):
        return _PERSON.sub(lambda said: f"{person}’s" if said["whose"] else person, text)
    if _THING.search(text) or text.lower().startswith(("and ", "but ")):
        root = before.rpartition(": ")[2]  # what a follow-up before this one was added to
        return f"{text.rstrip('?! .')}: {root}"
    return text


def _exchanged(before: str, other: str) -> str:
    names = _names(before)
    if not names:
        return f"{before.rstrip('?! .')} {other}?"
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
