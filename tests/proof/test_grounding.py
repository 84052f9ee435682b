import pytest

from retrieval.proof.grounding import missing_numbers
from retrieval.proof.sentence import Evidence, Sentence, prove_sentence

STORM = "The storm killed two hundred and fifty people and cost $2.5 million."


def proved(drafted: str, source: str) -> str | None:
    evidence = Evidence("", source, (source,))
    return prove_sentence(Sentence(drafted, (1,)), {1: evidence}, "", lambda *_: 1.0, 0.5).shown


@pytest.mark.parametrize(
    ("drafted", "missing"),
    [
        ("It killed 250 people and cost 2,500,000 dollars.", []),
        ("It killed 1003000 people, or two hundred.", ["1003000", "two hundred"]),
        ("It cost 2.5 million euros.", ["2.5 million euros"]),
    ],
)
def test_numbers_that_a_source_does_not_have(drafted: str, missing: list[str]) -> None:
    assert missing_numbers(drafted, STORM) == missing


def test_a_number_may_be_drafted_in_figures() -> None:
    assert proved("The storm killed 250 people.", "The storm killed two hundred and fifty people.")
    assert not proved("The storm killed 200 people.", STORM)
