"""Negation: whether a sentence denies something."""

import re

_DENIAL = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|den(?:y|ies|ied)|reject(?:s|ed)?"
    r"|refus(?:e|es|ed)|false|untrue|hardly|scarcely|barely|far from|doubt\w*|lack(?:s|ed)?"
    r"|stop(?:s|ped)?|ceas\w+|except|all but|short of|acquitted|cleared of)\b|n[’']t\b",
    re.I,
)


def denies(sentence: str) -> bool:
    """Whether it denies something; what is denied twice is said."""
    return len(_DENIAL.findall(sentence)) % 2 == 1
