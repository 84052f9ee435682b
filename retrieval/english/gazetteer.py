"""Gazetteer: words by which the people in a text are known, in lower case, from `data/`.

`GIVEN` are given names with "m" or "f"; `ROLES` what people do; `SAYING_LITTLE` those roles that
describe nobody by themselves; `QUALIFIERS` stand before a role; `GROUPS` speak without a name;
`STARTERS` begin sentences and no names, as all of `NAMELESS`; `NO_PERSONS` are in names of what is
no person.
"""

from importlib.resources import files

from retrieval.english.abbreviations import RANKS
from retrieval.english.dates import DAYS

_LITTLE = """
rival nominee candidate fellow wife husband son daughter mother father brother sister friend
"""


def _lines(name: str) -> list[str]:
    text = (files("retrieval.english") / "data" / f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def _words(name: str) -> frozenset[str]:
    return frozenset(" ".join(_lines(name)).split())


GIVEN = {
    name: gender
    for gender, _, names in (line.partition(": ") for line in _lines("given_names"))
    for name in names.split()
}
ROLES = _words("roles") | frozenset(map(str.lower, RANKS))
SAYING_LITTLE = frozenset(_LITTLE.split())
QUALIFIERS = _words("qualifiers")
GROUPS = _words("groups")
STARTERS = _words("sentence_starters")
NAMELESS = STARTERS | GROUPS | DAYS
NO_PERSONS = _words("non_persons")
