"""A question about several things → a question for each."""

import re

_LISTED = re.compile(
    r"^(?P<head>.*?\b(?:did|do|does|have|has|had|are|were|is|was|will|would)\b)\s+(?:both\s+)?"
    r"(?P<things>\w.*?\band\s+\w.*?)\s+(?P<each>each\s+|both\s+)?"
    r"(?P<tail>(?:say|said|tell|think|react|comment|respond|claim|want|promise|announce)\b.*"
    r"|(?<=each\s)\S.*|(?<=both\s)\S.*)$",
    re.I,
)


_THING = re.compile(r"(?!.*\b(did|do|does|what|who|say|said)\b)\S+(\s\S+){0,4}", re.I)


_PLAIN_NAME = re.compile(r"(?:(?:von|van|de|der|al|bin) )*[A-ZÀ-Þ][\w’'-]+( [A-ZÀ-Þ][\w’'-]+)?")


_WORD = "who|what|when|where|why|how many|how much|how long|how old|how|which"


_TWICE = re.compile(rf"^(?P<one>{_WORD})\s+and\s+(?P<other>{_WORD})\s+(?P<tail>\S.*)$", re.I)


_MAX_PARTS = 3


def parts(question: str) -> list[str]:
    """A question for each thing that the question asks about, or the question itself.

    "What did A and B each say?" is two questions, and so is "when and where did it begin?".
    Without "each" or "both", only plain names are separated: "the Department of Health and Human
    Services" is one thing.
    """
    if twice := _TWICE.match(question):
        return [f"{word} {twice['tail']}" for word in (twice["one"], twice["other"])]
    if listed := _LISTED.match(question):
        things = re.split(r"\s*,\s*(?:and\s+)?|\s+and\s+", listed["things"].strip())
        things = [one for one in dict.fromkeys(things) if one]
        said = listed["each"] or re.search(r"\bboth\b", question, re.I)
        thing = _THING if said else _PLAIN_NAME
        if 1 < len(things) <= _MAX_PARTS and all(thing.fullmatch(one) for one in things):
            return [f"{listed['head']} {one} {listed['tail']}" for one in things]
    return [question]
