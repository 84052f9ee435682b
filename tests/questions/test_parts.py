import pytest

from retrieval.questions.parts import parts


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
def test_a_question_about_several_things_is_split(
    question: str, expected: list[str] | None
) -> None:
    assert parts(question) == (expected or [question])
