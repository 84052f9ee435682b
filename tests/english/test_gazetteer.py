"""A sample of each list stands in a sentence that names other people without it."""

from importlib.resources import files
from pathlib import Path

import pytest

from retrieval.attribution.attribution import Attribution
from retrieval.attribution.coreference import speakers
from retrieval.attribution.people import People
from retrieval.english.names import named
from tests.english.mutation import survivors

# A sentence with an entry of each list.
SENTENCES = {
    "given_names": "There spoke {} Zander.",
    "roles": "There spoke {} Zander.",
    "qualifiers": "There spoke the former {} minister Ann Zander.",
    "groups": "{} near the head of the delegation Ann Zander said no.",
    "sentence_starters": "{} Zander left.",
    "non_persons": "There spoke Zander {}.",
}
TABLES = {
    "GIVEN": "given_names", "ROLES": "roles", "QUALIFIERS": "qualifiers", "GROUPS": "groups",
    "STARTERS": "sentence_starters", "NO_PERSONS": "non_persons",
}  # fmt: skip
RANKS = """
Dr Prof Rev Fr Msgr Hon Sen Rep Gov Amb Atty Supt Insp Det Gen Lt Col Capt Sgt Cpl Maj Adm Cmdr Brig
Pvt Pfc Cllr
"""
LITTLE = """
rival nominee candidate fellow wife husband son daughter mother father brother sister friend
"""


def entries(name: str) -> list[str]:
    """The words of a list, as its file has them."""
    text = (files("retrieval.english") / "data" / f"{name}.txt").read_text(encoding="utf-8")
    lines = [line.rpartition(":")[2] for line in text.splitlines() if not line.startswith("#")]
    return " ".join(lines).split()


def people(text: str) -> list[str]:
    """Whoever the text names: a person's gender or a thing, the name, and the description."""
    found = []
    for one in People(text).all:
        kind = one.gender or "person" if one.is_person else "thing"
        found.append(f"{kind} {one.name} {one.description}".strip())
    return found


def speaker(text: str) -> str:
    """Whoever is said to say the last word."""
    cue = text.index(" said ")
    spans = ((0, cue),), ((cue + 1, cue + 5),), ((cue + 6, len(text) - 1),)
    return speakers(text, [Attribution(*spans)])[0].name


def read(name: str, word: str) -> list[str]:
    is_lower = name == "qualifiers"
    text = SENTENCES[name].format(word if is_lower else word.title())
    return [speaker(text)] if name == "groups" else people(text)


def of(name: str) -> list[list[str]]:
    """What is read in the sentences of a list."""
    return [read(name, word) for word in entries(name)]


def given_names() -> list[list[str]]:
    return of("given_names")


def roles() -> list[list[str]]:
    return [*of("roles"), *(read("roles", f"{rank}.") for rank in RANKS.split())]


def qualifiers() -> list[list[str]]:
    return of("qualifiers")


def groups() -> list[list[str]]:
    return of("groups")


def sentence_starters() -> list[list[str]]:
    alone = [f"{word.title()} left." for word in entries("sentence_starters")]
    return [*of("sentence_starters"), *([one for *_, one in named(text)] for text in alone)]


def non_persons() -> list[list[str]]:
    return of("non_persons")


def little() -> list[list[str]]:
    return [people(f"There spoke {word} Ann Zander.") for word in LITTLE.split()]


def sample() -> list[list[str]]:
    """200 words, drawn once, each with its list and what is read in its sentence."""
    text = (Path(__file__).parent / "gazetteer.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


@pytest.mark.parametrize(("name", "word", "expected"), sample())
def test_a_sample_of_each_list_is_known(name: str, word: str, expected: str) -> None:
    assert "; ".join(read(name, word)) == expected


@pytest.mark.slow
@pytest.mark.parametrize(("table", "name"), TABLES.items())
def test_each_of_a_sample_is_needed(table: str, name: str) -> None:
    assert survivors(f"retrieval.english.gazetteer:{table}", f"{__name__}:{name}", most=200) == []


@pytest.mark.slow
def test_each_role_that_says_little_is_needed() -> None:
    assert survivors("retrieval.english.gazetteer:_LITTLE", f"{__name__}:little") == []
