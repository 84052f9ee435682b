import pytest

from retrieval.articles.article import article
from retrieval.articles.passages import split
from retrieval.questions.parts import parts
from retrieval.search.hit import Hit
from retrieval.search.sentence_features import AskedFor
from retrieval.search.sentences import QuotableSentence


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "what did Kyiv and Moscow each say?",
            ["what did Kyiv say?", "what did Moscow say?"],
        ),
        (
            "What did both Starmer and von der Leyen say about sanctions?",
            [
                "What did Starmer say about sanctions?",
                "What did von der Leyen say about sanctions?",
            ],
        ),
        (
            "what do Kyiv, Moscow and Washington each want from the talks?",
            [
                "what do Kyiv want from the talks?",
                "what do Moscow want from the talks?",
                "what do Washington want from the talks?",
            ],
        ),
        (
            "when and where will the court hear the case?",
            ["when will the court hear the case?", "where will the court hear the case?"],
        ),
        ("what did the Department of Health and Human Services say?", None),
        ("what did Johnson and Johnson announce?", None),
        ("what did Kyiv say and what did Moscow say?", None),
        ("how many prisoners did Russia and Ukraine exchange?", None),
        ("who leads the Russian delegation?", None),
        ("what did Starmer say?", None),
        ("did war and peace end?", None),
        ("and", None),
        ("", None),
    ],
)  # fmt: skip
def test_questions_about_several_things(question: str, expected: list[str] | None) -> None:
    assert parts(question) == (expected or [question])


@pytest.mark.parametrize(
    ("question", "sentence", "may"),
    [
        ("when was the bridge opened?", "The bridge was opened on Feb. 12.", True),
        ("when was the bridge opened?", "The bridge opened at 3 p.m.", True),
        ("when was the bridge opened?", "The bridge was opened by the king.", False),
        ("who was mayor when the bridge fell?", "Ann Lee was mayor.", True),
        ("how many people came?", "Some 400 people came.", True),
        ("how many people came?", "Nobody had counted the people.", False),
        ("what did Lee say?", "Lee said no.", True),
        ("what did Lee say?", "Ray said no.", False),
    ],
)
def test_what_speaks_against_a_sentence(question: str, sentence: str, may: bool) -> None:
    made = article(sentence)
    hit = Hit(split(made)[0], made, 1, 0.5, "shared")
    one = QuotableSentence(hit, 0, len(sentence), sentence, "")

    assert AskedFor(question).may_be_answered_by(one, 1.0, 1.0, frozenset()) == may
