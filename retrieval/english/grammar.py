"""Grammar: the closed classes of English words, and the turns of phrase that are told by them."""

import re

_PRONOUN = "he she they it him her them his their its we our i"
_MODAL = "will would shall should can could may might must"
_FINITE = "is are was were has have had do does did"
_NOT_YET = "to not of for from before without"
_CONJUNCTION = """
after before while when because but although though that if unless until since
"""
_LINKING = """
since meanwhile however also while whereas though although still separately instead
"""

PRONOUNS = frozenset(_PRONOUN.split())
AUXILIARIES = frozenset(f"{_FINITE} {_MODAL}".split()) - {"may"}  # it is a month more often
BE = frozenset(("was", "were", "is", "are", "be", "been", "being", "got"))
# A verb behind one of these is not said to be done: "to close", "will close", "before closing".
UNDONE = frozenset(f"{_MODAL} {_NOT_YET}".split())
LINKING = frozenset(_LINKING.split())  # they join a sentence to the one before
TOGETHER = frozenset(("than", "from"))  # what stands behind one of these belongs to it
MUTUAL = frozenset(("met", "meet"))  # "A met B" is "A and B met"
JOINING = frozenset(("that", "if", "whether", "unless", "when"))  # "only fools believe that …"

# Where one clause ends and another begins.
CLAUSE = re.compile(r";\s+|,?\s+(?:while|whereas)\s+|,\s+(?:but|and)\s+")
CONJUNCTION = re.compile(rf"\b(?:{'|'.join(_CONJUNCTION.split())})\b|;")
RELATIVE = re.compile(r",\s+(?:which|who|whose|where)\b")
# Words on where or when, which may stand first or last.
ADJUNCT = re.compile(
    r"^(?:in|at|on) (?:\S+ ){0,3}?\S+, |\s(?:in|at|on) (?:\S+ ){0,3}?[^\s.!]+[.!]?$", re.I
)
PASSIVE = re.compile(rf"\b(?:{'|'.join(BE - {'be', 'got'})}) (?:\w+ly )?(\w+)")
PRONOUN_AHEAD = re.compile(  # of a verb that goes on with the same subject
    r"\b(?:he|she|it|they)(?: (?:has|have|had|is|was|were))?\W*$"
)
OWNED = re.compile(r"\b(\w+) of (?:the |an? |his |her |its |their )?(\w+)", re.I)


def has_pronoun(text: str) -> bool:
    """Whether it has a pronoun for persons or things."""
    return not PRONOUNS.isdisjoint(re.findall(r"[a-z]+", text.lower()))
