import pytest

from retrieval.asked_statement import asked_statement, content, speakers


@pytest.mark.parametrize(
    ("question", "speaker", "topic"),
    [
        ("what did Starmer say?", "Starmer", ""),
        ("What did Keir Starmer say about the tariffs?", "Keir Starmer", "tariffs"),
        ("did macron comment on sanctions", "macron", "sanctions"),
        ("how did the police react to the protest?", "police", "protest"),
        ("Macron said what about the ferry terminal?", "Macron", "ferry terminal"),
        ("Did Starmer announce tariffs?", "Starmer", "tariffs"),
    ],
)
def test_questions_for_statements_are_taken_apart(question: str, speaker: str, topic: str) -> None:
    asked = asked_statement(question)

    assert asked is not None
    assert (asked.speaker, asked.topic) == (content(speaker), content(topic))


@pytest.mark.parametrize(
    "question", ["how many prisoners were exchanged?", "who leads the delegation?", "?"]
)
def test_other_questions_are_not(question: str) -> None:
    assert asked_statement(question) is None


@pytest.mark.parametrize(
    ("sentence", "before", "who", "not_who"),
    [
        ('"It is fine," Ann Lee said.', "", "Lee", "fine"),
        ('"It is fine," said minister Ann Lee.', "", "Lee", "fine"),
        ("Mr Zelensky stressed that Mr Trump's proposal stands.", "", "Zelensky", "Trump"),
        ("Mr. Putin had offered talks, but he rejected Mr. Lee's call.", "", "Putin", "Lee"),
        ('"Too shallow," he said.', "Tomas Brandt rejected the plan.", "Brandt", "plan"),
        ("The bridge is closed, the police said.", "", "police", "bridge"),
        ("Keir Starmer rejected Moscow's stance, calling it bad.", "", "Starmer", "Moscow"),
        ("Moscow is unhappy, according to Ann Lee.", "", "Lee", ""),
    ],
)
def test_speakers_are_told_from_those_spoken_of(
    sentence: str, before: str, who: str, not_who: str
) -> None:
    found = speakers(sentence, before)

    assert content(who) <= found
    assert not content(not_who) & found


def test_a_sentence_without_a_verb_of_saying_has_no_speaker() -> None:
    assert speakers("Mayor Lindqvist did not comment on the study.", "Lindqvist spoke.") == set()
