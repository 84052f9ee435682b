"""Each negation of english/negation.py in a sentence that needs it."""

import re
from collections.abc import Callable

import pytest

from retrieval.attribution.attribution import Attribution
from retrieval.attribution.statements import statements
from retrieval.english.negation import denials, denies
from tests.english.mutation import survivors
from tests.english.test_reporting import denied


def given_to(text: str) -> list[str]:
    """Who says what Ann Lee says in the text."""
    start, cue = text.index("Ann Lee"), re.search(r"\bsaid\b", text)
    assert cue is not None
    one = Attribution(((start, start + 7),), (cue.span(),), ((cue.end() + 1, len(text) - 1),))
    return [each.speaker.name for each in statements("a", text, [one])]


CASES: list[tuple[Callable[..., object], list[tuple[object, object]]]] = [
    (
        denials,
        [
            ("The quay is safe.", 0),
            ("The quay is not safe.", 1),
            ("The quay was never safe.", 1),
            ("The quay isn’t safe.", 1),
            ("There is no quay.", 1),
            ("There were none.", 1),
            ("He found nothing.", 1),
            ("Nor did he look.", 1),
            ("He left without a word.", 1),
            ("Nobody came.", 1),
            ("Neither came.", 1),
            ("They hardly slept.", 1),
            ("They scarcely slept.", 1),
            ("They barely slept.", 1),
            ("It is far from safe.", 1),
            ("Experts doubted it.", 1),
            ("They lack money.", 1),
            ("It lacks money.", 1),
            ("It lacked money.", 1),
            ("They stop here.", 1),
            ("It stops here.", 1),
            ("It stopped here.", 1),
            ("The firing ceased.", 1),
            ("All came except Lee.", 1),
            ("He all but won.", 1),
            ("It fell short of that.", 1),
            ("He was acquitted.", 1),
            ("He was cleared of fraud.", 1),
            ("The report is false.", 1),
            ("The report is untrue.", 1),
            ("The report is wrong.", 1),
            ("The report is baseless.", 1),
            ("The report is unfounded.", 1),
            ("The mayor was silent.", 1),
            ("They denied it.", 1),
            ("She refused to pay and never came.", 2),
        ],
    ),
    (denies, [("It is not true that he never came.", False), ("He never came.", True)]),
    (
        denied,
        [
            ("Holm | said | it sinks", False),
            ("Holm | had no comment on | the quay", True),
            ("Holm | stayed silent on | the quay", True),
            ("Holm | left without saying | if it sinks", True),
            ("Holm | left without commenting on | the quay", True),
            ("Holm | stopped short of calling | it a ruin", True),
        ],
    ),
    (
        given_to,
        [
            ("The aide to Ann Lee said it sinks.", ["Ann Lee"]),
            ("Nobody around Ann Lee said it sinks.", []),
            ("No one around Ann Lee said it sinks.", []),
            ("Neither Bo Fox nor Ann Lee said it sinks.", []),
            ("None of the aides, nor Ann Lee said it sinks.", []),
            ("It is true that Ann Lee said it sinks.", ["Ann Lee"]),
            ("It is not true that Ann Lee said it sinks.", []),
            ("It is false that Ann Lee said it sinks.", []),
        ],
    ),
]


@pytest.mark.parametrize(
    ("check", "given", "expected"),
    [(check, given, expected) for check, some in CASES for given, expected in some],
    ids=[str(given) for _, some in CASES for given, _ in some],
)
def test_what_denies_is_known(
    check: Callable[..., object], given: object, expected: object
) -> None:
    assert check(given) == expected


def results() -> list[str]:
    """What the tests compare."""
    return [repr(check(given)) for check, some in CASES for given, _ in some]


@pytest.mark.slow
def test_no_entry_goes_unnoticed() -> None:
    assert survivors("retrieval.english.negation:NEGATIONS", f"{__name__}:results") == []
