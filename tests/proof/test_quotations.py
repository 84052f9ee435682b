"""The quotes of an answer pass the same proof as a language model's draft."""

import random
from contextlib import closing
from pathlib import Path

import pytest

from retrieval.english.sentences import sentences
from retrieval.newsdesk import Newsdesk
from retrieval.proof.sentence import Sentence, evidence, prove_sentence
from retrieval.questions.question import Question

SEEDS = Path(__file__).parents[2] / "seeds"
QUESTIONS = (
    "what did {} say?", "who is {}?", "what happened to {}?", "why did {} do that?",
    "when did {} meet them?", "how many people saw {}?", "{}?", "did {} deny that {}?",
)  # fmt: skip


def refused(text: str, passages: list[str]) -> float:
    raise AssertionError(f"a quote needs no model to be proved: {text!r}")


def unproved(desk: Newsdesk, questions: list[str]) -> tuple[list[str], int]:
    """The quotes that the proof refuses, and the number of all quotes."""
    wrong, count = [], 0
    for question in questions:
        for one in desk.ask(Question(question, limit=2, threshold=0.0)).citations:
            count += 1
            passages = {one.number: evidence(one.hit)}
            sentence = Sentence(" ".join(one.quote.split()), (one.number,))
            proof = prove_sentence(sentence, passages, question, refused, 0.5)
            wrong += [] if proof.shown else [f"{question}: {one.quote!r}: {proof.reason}"]
    return wrong, count


def asked(count: int) -> list[str]:
    """Questions made from sentences of the sample articles, and others."""
    draw, words, said = random.Random(7), set[str](), list[str]()
    for path in sorted(SEEDS.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        words |= {word.strip(".,:;\"'()") for word in text.split() if word[:1].isupper()}
        said += [" ".join(text[a:b].split()) for a, b in sentences(text)]
    names = sorted(filter(None, words))
    found = []
    while len(found) < count:
        shape = draw.choice(QUESTIONS)
        found.append(shape.format(draw.choice(names), draw.choice(names)))
        found.append(f"is it true that {draw.choice(said)[:200]}?")
    return found[:count]


@pytest.fixture
def desk(data: Path) -> Newsdesk:
    desk = Newsdesk(data, create=True)
    (*_, report) = desk.sync([SEEDS])
    assert report.added > 5
    return desk


def test_quotes_of_answers_pass_the_proof(desk: Newsdesk) -> None:
    with closing(desk):
        wrong, count = unproved(desk, asked(20))

    assert wrong == []
    assert count > 10


@pytest.mark.slow
def test_quotes_of_a_thousand_questions_pass_the_proof(desk: Newsdesk) -> None:
    with closing(desk):
        wrong, count = unproved(desk, asked(1000))

    assert wrong == []
    assert count > 500
