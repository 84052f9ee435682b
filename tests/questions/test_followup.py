import pytest

from retrieval.questions.followup import MAX_TURNS, Turn, standalone

STARMER = "what did Starmer say?"
LEADER = "who leads the Russian delegation?"
MEDINSKY = "Vladimir Medinsky leads the Russian delegation."
PRIZE = "Who won the Nobel Peace Prize?"
MACHADO = "María Corina Machado was awarded the prize on Friday."
ISTANBUL = "What happened in Istanbul this week?"


@pytest.mark.parametrize(
    ("text", "before", "quoted", "understood"),
    [
        ("and von der Leyen?", STARMER, "", "what did von der Leyen say?"),
        ("what about Putin?", STARMER, "", "what did Putin say?"),
        ("and the EU?", STARMER, "", "what did the EU say?"),
        ("and Putin?", "what did the EU say?", "", "what did Putin say?"),
        ("and the Ukrainian one?", LEADER, "", "who leads the Ukrainian delegation?"),
        ("and Putin?", PRIZE, "", "As for Putin, who won the Nobel Peace Prize?"),
        ("and in 2024?", PRIZE, "", "Who won the Nobel Peace Prize in 2024?"),
        ("and sanctions?", STARMER, "", "what did Starmer say about sanctions?"),
        ("about sanctions?", STARMER, "", "what did Starmer say about sanctions?"),
        ("and about Putin?", STARMER, "", "what did Starmer say about Putin?"),
        ("about Putin?", "what did Starmer say about Gaza?", "",
         "what did Starmer say about Putin?"),
        ("and sanctions?", ISTANBUL, "", f"As for sanctions, w{ISTANBUL[1:]}"),
        ("what did he say about sanctions?", STARMER, "",
         "what did Starmer say about sanctions?"),
        ("what did he say?", LEADER, MEDINSKY, "what did Vladimir Medinsky say?"),
        ("where was she born?", PRIZE, MACHADO, "where was María Corina Machado born?"),
        ("and what was her reaction?", PRIZE, MACHADO,
         "and what was María Corina Machado’s reaction?"),
        ("tell me more about him", STARMER, "", "tell me more about Starmer"),
        ("what did Starmer propose?", STARMER, "Keir Starmer spoke.",
         "what did Keir Starmer propose?"),
        ("did they agree?", "what did the EU say?", "", "did the EU agree?"),
        ("did they agree?", ISTANBUL, "", "As for Istanbul, did they agree?"),
        ("who is his wife?", "what did the EU say?", "", "As for the EU, who is his wife?"),
        ("and how long did it take?", ISTANBUL, "", "As for Istanbul, how long did it take?"),
        ("how many people died?", ISTANBUL, "", "As for Istanbul, how many people died?"),
        ("what else is in this article?", ISTANBUL, "", "what else is in Istanbul?"),
        ("how long will it last?", "Gaza ceasefire (talks)", "",
         "As for Gaza ceasefire, how long will it last?"),
        ("when was that?", STARMER, "", "when was that: what did Starmer say?"),
        ("and who said that?", STARMER, "", "and who said that: what did Starmer say?"),
        ("why?", STARMER, "", "why: what did Starmer say?"),
        *((alone, STARMER, "Keir Starmer said it was unacceptable.", alone) for alone in (
            "who won the 2022 World Cup?", "Tell me about von der Leyen",
            "What happened in Istanbul this week?", "Who said that Ukraine lost the war?",
            "Are there any news about Gaza?", "give me more", "you are wrong",
            "I don't think that helps anybody", "Which one of the parties won?",
            "Did Ursula von der Leyen say that she agrees?",
            "Which company ousted its CEO over a code of conduct?",
            "How many stars were on the first US flag?", "which album was released this week?",
            "What did Keir Starmer say?", "What did scientists who studied the glaciers of the "
            "Alps find out about their retreat since measurements began?",
        )),
    ],
)  # fmt: skip
def test_a_follow_up_stands_alone(text: str, before: str, quoted: str, understood: str) -> None:
    assert standalone(text, [Turn(before, quoted)]) == understood


def test_without_earlier_turns_a_question_is_unchanged() -> None:
    assert standalone("  and when   was that?", []) == "and when was that?"


def test_resolved_follow_ups_do_not_grow() -> None:
    turns = [Turn(STARMER)]
    for more in ("when was that?", "and who said it?", "why is that?"):
        turns.append(Turn(standalone(more, turns)))
    assert turns[-1].question == "why is that: what did Starmer say?"

    turns = [Turn(ISTANBUL)]
    for more in ("how long did it take?", "and when does it go on?", "was it a success?"):
        turns.append(Turn(standalone(more, turns)))
    assert turns[-1].question == "As for Istanbul, was it a success?"


def test_the_subject_stays_until_another_is_asked_about() -> None:
    turns = [Turn(STARMER, "Keir Starmer spoke to Friedrich Merz in London.")]
    for text in ("when was he elected?", "and Merz?", "what did he say about sanctions?"):
        turns.append(Turn(standalone(text, turns)))

    assert [turn.question for turn in turns[1:]] == [
        "when was Keir Starmer elected?",
        "when was Merz elected?",
        "what did Friedrich Merz say about sanctions?",
    ]


@pytest.mark.parametrize(
    "after",
    [
        pytest.param([Turn("is anybody well?")] * MAX_TURNS, id="too many turns ago"),
        pytest.param([Turn("is anybody well?", "nobody " * 300)], id="too much said since"),
    ],
)
def test_old_turns_are_forgotten(after: list[Turn]) -> None:
    assert standalone("did he say so?", [Turn(STARMER), *after]) != "did Starmer say so?"
    assert standalone("did he say so?", [Turn(STARMER), Turn("is anybody well?")]) == (
        "did Starmer say so?"
    )


@pytest.mark.parametrize(
    "text", ["", "?", "his", "As for", ": ", "…", "THE", "Ü" * 5000, "a " * 900]
)
def test_any_input_gives_a_question(text: str) -> None:
    assert standalone("sanctions", [Turn(text, text)])
    for turns in ([Turn(text, text)], [Turn(STARMER, text)], [Turn(text), Turn(STARMER)]):
        assert isinstance(standalone(text, turns), str)
        assert standalone("when did he say that?", turns)


def test_she_is_the_last_one_asked_about_even_if_the_name_begins_in_lower_case() -> None:
    asked = [Turn(STARMER), Turn("what did von der Leyen say?")]

    assert standalone("what else did she say?", asked) == "what else did von der Leyen say?"
