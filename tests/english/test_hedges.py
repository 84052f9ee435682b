"""Each hedge, bound and part of english/hedges.py in a sentence that needs it."""

from collections.abc import Callable

import pytest

from retrieval.articles.article import article
from retrieval.articles.passages import split
from retrieval.proof.containment import unsupported_part
from retrieval.proof.fact_check import verdict
from retrieval.search.hit import Hit
from tests.english.mutation import survivors
from tests.english.test_reporting import extracted

OPENS = "The quay opens in May."
HOLM = "Holm | said | it sinks"


def left_out(source: str) -> str:
    """What the statement that the quay opens leaves out of a source."""
    return unsupported_part(OPENS, [("", source)])


def is_said(source: str) -> bool:
    """Whether a source says that the bridge of Halvik is safe for cars."""
    made = article(source)
    hits = [Hit(part, made, 1, None, "") for part in split(made)]
    return verdict("The bridge of Halvik is safe for cars.", hits).said


def numbered(two: tuple[str, str]) -> str:
    """Why the first is no excerpt of the second."""
    return unsupported_part(two[0], [("", two[1])])


MORE = "it has a number for what is more or less than that"
PART = "it says of the whole what a cited sentence says of a part, or of what is near"
FEES = "Boats pay 50 euros a day."
BOATS = "Boats of the town leak in winter."

CASES: list[tuple[Callable[..., object], list[tuple[object, object]]]] = [
    (
        left_out,
        [
            (OPENS, ""),
            ("The quay opens in May if it is dry.", "it leaves out 'if'"),
            ("The quay opens in May unless it rains.", "it leaves out 'unless'"),
            ("Provided that it is dry, the quay opens in May.", "it leaves out 'provided that'"),
            ("As long as it is dry, the quay opens in May.", "it leaves out 'as long as'"),
            ("On condition of a vote the quay opens in May.", "it leaves out 'on condition'"),
            ("It may be that the quay opens in May.", "it leaves out 'may'"),
            ("It might be that the quay opens in May.", "it leaves out 'might'"),
            ("It could be that the quay opens in May.", "it leaves out 'could'"),
            ("It would be nice that the quay opens in May.", "it leaves out 'would'"),
            ("It should be so that the quay opens in May.", "it leaves out 'should'"),
            ("It will be that the quay opens in May.", "it leaves out 'will'"),
            ("It shall be that the quay opens in May.", "it leaves out 'shall'"),
            ("The town votes whether the quay opens in May.", "it leaves out 'whether'"),
            ("There is a rumor that the quay opens in May.", "it leaves out 'rumor'"),
            ("There are rumours that the quay opens in May.", "it leaves out 'rumours'"),
            ("It is likely that the quay opens in May.", "it leaves out 'likely'"),
            ("It is unlikely that the quay opens in May.", "it leaves out 'unlikely'"),
            ("It is possible that the quay opens in May.", "it leaves out 'possible'"),
            ("Possibly the quay opens in May.", "it leaves out 'possibly'"),
            ("Perhaps the quay opens in May.", "it leaves out 'perhaps'"),
            ("Probably the quay opens in May.", "it leaves out 'probably'"),
            ("It seems that the quay opens in May.", "it leaves out 'seems'"),
            ("It appears to all that the quay opens in May.", "it leaves out 'appears to'"),
            ("It looks like the quay opens in May.", "it leaves out 'looks like'"),
            ("Supposedly the quay opens in May.", "it leaves out 'supposedly'"),
            ("They try hard, so the quay opens in May.", "it leaves out 'try'"),
            ("She tries hard, so the quay opens in May.", "it leaves out 'tries'"),
            ("She tried hard, so the quay opens in May.", "it leaves out 'tried'"),
            ("Trying again, the quay opens in May.", "it leaves out 'trying'"),
            ("The attempt is that the quay opens in May.", "it leaves out 'attempt'"),
            ("The target is that the quay opens in May.", "it leaves out 'target'"),
            ("The threat is that the quay opens in May.", "it leaves out 'threat'"),
            ("Behind threats the quay opens in May.", "it leaves out 'threats'"),
            ("All agree to it that the quay opens in May.", "it leaves out 'agree to'"),
            ("Many call for it that the quay opens in May.", "it leaves out 'call for'"),
            ("They call on you that the quay opens in May.", "it leaves out 'call on'"),
            ("All is set to go, so the quay opens in May.", "it leaves out 'set to'"),
            ("All is on track that the quay opens in May.", "it leaves out 'on track'"),
            ("Nearly all of the quay opens in May.", "it leaves out 'nearly'"),
            ("Almost all of the quay opens in May.", "it leaves out 'almost'"),
            ("It is partly so that the quay opens in May.", "it leaves out 'partly'"),
            ("It fails that the quay opens in May.", "it leaves out 'fails'"),
            ("A former dock, the quay opens in May.", "it leaves out 'former'"),
            ("Formerly a dock, the quay opens in May.", "it leaves out 'formerly'"),
            ("Previously a dock, the quay opens in May.", "it leaves out 'previously'"),
            ("Its owner on trial, the quay opens in May.", "it leaves out 'on trial'"),
            ("Its man charged with fraud, the quay opens in May.", "it leaves out 'charged with'"),
        ],
    ),
    (
        extracted,
        [
            (HOLM, ["Holm"]),
            ("Holm | allegedly said | it sinks", []),
            ("Holm | reportedly said | it sinks", []),
            ("Holm | supposedly said | it sinks", []),
            ("Holm | purportedly said | it sinks", []),
            ("Holm | said | it sinks, a fabricated post has it", []),
            ("Holm | said | it sinks, a doctored video has it", []),
            ("Holm | said | it sinks, a misquoted line", []),
            ("Holm | said | it sinks, a deepfake shows", []),
            ("Holm | said | it sinks, a satirical site has it", []),
        ],
    ),
    (
        is_said,
        [
            ("The bridge of Halvik is safe for cars.", True),
            ("The old bridge of Halvik is safe for cars.", True),
            ("The bridge of Halvik is safe for cars until May.", False),
            ("Only the bridge of Halvik is safe for cars.", False),
            ("The bridge of Halvik is no less safe for cars than for ships.", False),
            ("The bridge of Halvik is safer for cars than ships, and safe for cars.", False),
            ("The bridge of Halvik is safe for cars before the frost.", False),
            ("The bridge of Halvik is safe for cars after the works.", False),
            ("The first bridge of Halvik is safe for cars.", False),
            ("The second bridge of Halvik is safe for cars.", False),
            ("The third bridge of Halvik is safe for cars.", False),
            ("The fourth bridge of Halvik is safe for cars.", False),
            ("The fifth bridge of Halvik is safe for cars.", False),
            ("The sixth bridge of Halvik is safe for cars.", False),
            ("The seventh bridge of Halvik is safe for cars.", False),
            ("The eighth bridge of Halvik is safe for cars.", False),
            ("The ninth bridge of Halvik is safe for cars.", False),
            ("The tenth bridge of Halvik is safe for cars.", False),
            ("A fake sign has it that the bridge of Halvik is safe for cars.", False),
            ("It is a hoax that the bridge of Halvik is safe for cars.", False),
            ("It is a myth that the bridge of Halvik is safe for cars.", False),
            ("It is a joke that the bridge of Halvik is safe for cars.", False),
        ],
    ),
    (
        numbered,
        [
            ((FEES, "Boats pay 50 euros a day."), ""),
            ((FEES, "Boats pay over 50 euros a day."), MORE),
            ((FEES, "Boats pay more than 50 euros a day."), MORE),
            ((FEES, "Boats pay above 50 euros a day."), MORE),
            (("The club has 50 boats.", "The club has 50 plus boats."), MORE),
            ((FEES, "Boats pay under 50 euros a day."), MORE),
            ((FEES, "Boats pay less than 50 euros a day."), MORE),
            ((FEES, "Boats pay fewer than 50 euros a day."), MORE),
            ((FEES, "Boats pay below 50 euros a day."), MORE),
            ((FEES, "Boats pay up to 50 euros a day."), MORE),
            ((FEES, "Boats pay at most 50 euros a day."), MORE),
            ((FEES, "Boats pay as many as 50 euros a day."), MORE),
            ((FEES, "Boats pay at least 50 euros a day."), MORE),
            ((BOATS, "Some boats of the town leak in winter."), PART),
            ((BOATS, "Many boats of the town leak in winter."), PART),
            ((BOATS, "Most boats of the town leak in winter."), PART),
            ((BOATS, "Few boats of the town leak in winter."), PART),
            ((BOATS, "Several boats of the town leak in winter."), PART),
            ((BOATS, "Half the boats of the town leak in winter."), PART),
            ((BOATS, "Part of the boats of the town leak in winter."), PART),
            ((BOATS, "One of the boats of the town leaks in winter."), PART),
            ((BOATS, "Dozens of boats of the town leak in winter."), PART),
            ((BOATS, "Hundreds of boats of the town leak in winter."), PART),
            ((BOATS, "Thousands of boats of the town leak in winter."), PART),
            ((BOATS, "Scores of boats of the town leak in winter."), PART),
            ((BOATS, "Boats near the town leak in winter."), PART),
            ((BOATS, "Boats outside the town leak in winter."), PART),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "given", "expected"),
    [(check, given, expected) for check, some in CASES for given, expected in some],
    ids=[str(given) for _, some in CASES for given, _ in some],
)
def test_nothing_is_left_out_that_weakens_a_sentence(
    check: Callable[..., object], given: object, expected: object
) -> None:
    assert check(given) == expected


def results() -> list[str]:
    """What the tests compare."""
    return [repr(check(given)) for check, some in CASES for given, _ in some]


@pytest.mark.slow
@pytest.mark.parametrize("table", ["HEDGES", "BOUNDS", "PARTS"])
def test_no_entry_goes_unnoticed(table: str) -> None:
    assert survivors(f"retrieval.english.hedges:{table}", f"{__name__}:results") == []
