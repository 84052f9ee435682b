import pytest

from retrieval.english.words import content_stems
from retrieval.questions.requests import speakers, statement_request


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
def test_questions_for_statements_are_parsed(question: str, speaker: str, topic: str) -> None:
    asked = statement_request(question)

    assert asked is not None
    assert (asked.speaker, asked.topic) == (content_stems(speaker), content_stems(topic))


@pytest.mark.parametrize(
    ("question", "speaker", "topic"),
    [
        ("what has Starmer said", "Starmer", ""),
        ("What did Starmer say last week?", "Starmer", ""),
        ("and what did von der Leyen say?", "von der Leyen", ""),
        ("what did the Ukrainian source say?", "the Ukrainian source", ""),
        ("What did Brandt tell reporters about 2028?", "Brandt", "2028"),
        ("what did the mayor have to say about the study", "the mayor", "the study"),
        ("did the police say anything about the crowd?", "the police", "the crowd"),
        ("Has Macron commented on sanctions?", "Macron", "sanctions"),
        ("How did Kyiv respond to the plan?", "Kyiv", "the plan"),
        ("Starmer's view on tariffs", "Starmer", "tariffs"),
        ("What was Macron’s response to the tariffs?", "Macron", "the tariffs"),
        ("what is the opinion of Brandt on dredging?", "Brandt", "dredging"),
        ("quotes by Starmer", "Starmer", ""),
        ("Starmer quotes", "Starmer", ""),
        ("Starmer quotes about the tariffs", "Starmer", "the tariffs"),
        ("what's Starmer's reaction?", "Starmer", ""),
        ("what were Starmer's words?", "Starmer", ""),
        ("how did Macron describe the plan?", "Macron", "the plan"),
        ("has Brandt answered?", "Brandt", ""),
        ("show me all statements by Brandt about the eelgrass", "Brandt", "the eelgrass"),
        ("any comment from Lindqvist on the study?", "Lindqvist", "the study"),
        ("what does Putin think of the ceasefire?", "Putin", "the ceasefire"),
        ("what do the Europeans say about sanctions?", "the Europeans", "sanctions"),
        ("what is the bank saying about rates?", "the bank", "rates"),
        ("where does Okafor stand on the terminal?", "Okafor", "the terminal"),
        ("Starmer on tariffs: what did he say?", "Starmer", "tariffs"),
        ("tell me what Brandt said about 2028", "Brandt", "2028"),
        ("according to Starmer, what must happen?", "Starmer", "must happen"),
    ],
)
def test_questions_for_a_speaker_have_many_forms(question: str, speaker: str, topic: str) -> None:
    asked = statement_request(question)

    assert asked is not None
    assert (asked.speaker_text, asked.topic_text, asked.asks_who) == (speaker, topic, False)
    assert asked.topic == content_stems(topic)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("who called it unrealistic?", "unrealistic"),
        ("Who has called the demands unacceptable?", "the demands unacceptable"),
        ("who said “a wish, not a plan”?", "a wish, not a plan"),
        ("who says that the quay is too shallow?", "the quay is too shallow"),
        ("who denied that he knew?", "he knew"),
        ("who claimed that the town would win?", "the town would win"),
        ("what did people say about the ferry?", "the ferry"),
        ("did anyone comment on the study?", "the study"),
        ("what was said about the study?", "the study"),
    ],
)
def test_a_question_may_ask_who_says_so(question: str, topic: str) -> None:
    asked = statement_request(question)

    assert asked is not None
    assert (asked.speaker_text, asked.topic_text, asked.asks_who) == ("", topic, True)


@pytest.mark.parametrize(
    "question",
    [
        "how many prisoners were exchanged?",
        "who leads the delegation?",
        "what did the court decide?",
        "who won?",
        "how many people voted?",
        "did prices rise?",
        "who called the police?",
        "who called the meeting?",
        "who called for a recess?",
        "who claimed victory?",
        "who wrote the report?",
        "who believes in ghosts?",
        "what does the article say about prices?",
        "which film does Lee think is his best?",
        "what substance did Lee say is harmless?",
        "according to a new study, what is the best age?",
        "according to the police, how many people came?",
        "what is Oxford's word of the year?",
        "has the war ended?",
        "?",
        "",
        "what did say",
        "what did the say about the " * 90,
    ],
)
def test_other_questions_are_not_requests_for_statements(question: str) -> None:
    assert statement_request(question) is None


@pytest.mark.parametrize(
    ("question", "speaker", "topic", "how"),
    [
        ("what did Ann Lee deny?", "Ann Lee", "", "denied"),
        ("did Ann Lee deny that the ferry was late?", "Ann Lee", "the ferry was late", "denied"),
        ("who denied that he knew?", "", "he knew", "denied"),
        ("who criticized the tariffs?", "", "the tariffs", "criticised"),
        ("who complained about the noise?", "", "the noise", "criticised"),
        ("who said it was late?", "", "it was late", ""),
        ("how did stocks react to the vote?", "stocks", "the vote", "reacted"),
        ("what did Lee tell Bo Fox?", "Lee", "Bo Fox", ""),
    ],
)
def test_a_question_may_ask_for_denials_and_for_criticism(
    question: str, speaker: str, topic: str, how: str
) -> None:
    asked = statement_request(question)

    assert asked is not None
    assert (asked.speaker_text, asked.topic_text, asked.how) == (speaker, topic, how)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("what did he say?", ""),
        ("what did she say about the terminal?", "terminal"),
        ("what have they said on fishing?", "fishing"),
    ],
)
def test_a_question_need_not_name_a_speaker(question: str, topic: str) -> None:
    asked = statement_request(question)

    assert asked is not None
    assert not asked.asks_who
    assert asked.speaker_text == ""
    assert topic in asked.topic_text


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
def test_speakers_are_distinguished_from_people_spoken_of(
    sentence: str, before: str, who: str, not_who: str
) -> None:
    found = speakers(sentence, before)

    assert content_stems(who) <= found
    assert not content_stems(not_who) & found


def test_a_sentence_without_a_verb_of_saying_has_no_speaker() -> None:
    assert speakers("Mayor Lindqvist did not comment on the study.", "Lindqvist spoke.") == set()
