import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from retrieval.attribution.attribution import Attribution  # noqa: E402
from retrieval.attribution.tagger import line_numbers, linked  # noqa: E402
from training import groups, loop, reader, tagger  # noqa: E402
from training.groups import Candidate, Group, occurrences  # noqa: E402
from training.reader_network import Network, batch, losses, tokenizer  # noqa: E402

RIGHT = Candidate("Bridges", "The bridge of Halvik opened on 3 May after years.", ((31, 36),))
WRONG = Candidate("", "The weather is fine in all of the country today.", ())
GROUPS = [
    Group("news", "when did the bridge open?", (RIGHT, WRONG)),
    Group("reading", "when did the ferry open?", (Candidate("", RIGHT.text, ()),)),
]


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("He saw “Squid Game” twice; Squid\nGame!", "“Squid Game”", ["Squid Game", "Squid\nGame"]),
        ("the United States and a United, the States", "The United States",
         ["United States", "United, the States"]),
        ("$1,000 and 21,000", "1,000", ["1,000"]),
        ("anything", "the", []),
        ("cats", "cat", []),
    ],
)  # fmt: skip
def test_answers_are_found_despite_other_punctuation_and_articles(
    text: str, answer: str, expected: list[str]
) -> None:
    assert [text[a:b] for a, b in occurrences(text, answer)] == expected


def test_a_batch_marks_the_tokens_of_the_answer() -> None:
    given = batch(tokenizer(), GROUPS, 4)

    assert given.ids.shape == (4, 32)
    assert given.groups == [range(0, 2), range(2, 3)]
    assert given.spans[1:] == [[], []]
    ((first, last),) = given.spans[0]
    assert tokenizer().decode(given.ids[0, first : last + 1].tolist()) == "3 may"
    assert given.readable[0, first]
    assert not given.readable[0, :10].any()


def test_losses_are_small_for_the_right_logits_only() -> None:
    given = batch(tokenizer(), GROUPS, 1)
    rows, length = given.ids.shape
    rank = torch.tensor([9.0, -9.0, -9.0])
    start, end = torch.zeros(rows, length), torch.zeros(rows, length)
    ((first, last),) = given.spans[0]
    start[0, first] = end[0, last] = 20.0

    good = losses(given, rank, start, end)
    bad = losses(given, -rank, -start, -end)

    assert all(float(good[name]) < 0.01 for name in good)
    assert all(float(bad[name]) > 1 for name in bad)


def test_a_news_group_has_passages_of_its_articles_and_no_accidental_answers(
    tmp_path: Path,
) -> None:
    articles = [
        {"url": "https://n.example/1", "title": "Bridge", "text": "The Halvik bridge opened on "
         "3 May.\n\nThe mayor of Halvik cut a ribbon at the bridge."},
        {"url": "https://n.example/2", "title": "Ferry", "text": "The bridge replaces a ferry of "
         "Halvik, 3 May or not."},
        {"url": "https://n.example/3", "title": "Road", "text": "No bridge opened in Halvik, roads "
         "did."},
    ]  # fmt: skip
    file = tmp_path / "articles.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, articles)).encode()))
    question = {
        "id": "1", "question": "When did the <b>Halvik</b> bridge open?", "answer": "3 May",
        "article_urls": ["https://n.example/1", "https://n.example/3"],
        "urls_with_answer": ["https://n.example/1"],
    }  # fmt: skip

    (group,) = groups.news(groups.Archive(file, tmp_path), [question], 8, 1)

    assert group.question == "When did the Halvik bridge open?"
    answering = [one for one in group.candidates if one.spans]
    others = [one for one in group.candidates if not one.spans]
    assert [one.text[slice(*one.spans[0])] for one in answering] == ["3 May"]
    assert {one.title for one in others} == {"Road"}


def test_no_text_is_both_trained_on_and_held_back(tmp_path: Path) -> None:
    rows = [
        {"question": f"who is {n}?", "context": f"Person {n % 40} is here.", "answer": None,
         "start": None}
        for n in range(200)
    ]  # fmt: skip
    (tmp_path / "reading").mkdir()
    (tmp_path / "reading/reading.jsonl.gz").write_bytes(
        gzip.compress("\n".join(map(json.dumps, rows)).encode())
    )

    trained = {g.candidates[0].text for g in groups.reading(tmp_path, 200, tmp_path, 1)}
    held = {g.candidates[0].text for g in groups.held_back_reading(tmp_path)}

    assert trained
    assert held
    assert not trained & held


@contextmanager
def interrupted(step: int) -> Iterator[None]:
    """Interrupts the training in this step, before the weights change."""
    clip, calls = loop.clip_grad_norm_, []

    def stop(*given: object) -> object:
        calls.append(given)
        if len(calls) == step:
            raise KeyboardInterrupt
        return clip(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "clip_grad_norm_", stop)
        yield


@pytest.mark.slow
def test_the_training_of_the_reader_resumes_where_it_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "compile", lambda network, dynamic: network)
    monkeypatch.setattr(reader, "ROWS", 4)
    monkeypatch.setattr(reader, "_KEEP", 1)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()

    through = reader.train(GROUPS * 6, GROUPS, whole)
    with interrupted(3), pytest.raises(KeyboardInterrupt):
        reader.train(GROUPS * 6, GROUPS, parts)
    resumed = reader.train(GROUPS * 6, GROUPS, parts)

    for name, weight in through.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name
    moved = Network().state_dict()
    assert not torch.equal(moved["rank.weight"], resumed.state_dict()["rank.weight"])


SPOKEN = "“It is safe,” Berg said. “It will stay.”\n\nDahl, who left, told us it was not."
ATTRIBUTIONS = [
    Attribution(((14, 18),), ((19, 23),), ((0, 13), (25, 40))),
    Attribution(((42, 46),), ((58, 62),), ((66, 76),)),
]


def test_annotations_become_tags_and_links() -> None:
    one = tagger.annotated(tokenizer(), SPOKEN, ATTRIBUTIONS)
    words = [SPOKEN[start:end] for start, end in one.places]

    began = {word: tuple(tags) for word, tags in zip(words, one.tags, strict=True) if 1 in tags}
    assert began == {
        "“": (0, 0, 1), "Berg": (1, 0, 0), "said": (0, 1, 0), "Dahl": (1, 0, 0),
        "told": (0, 1, 0), "it": (0, 0, 1),
    }  # fmt: skip
    assert [(kind, words[a], words[b]) for kind, a, b in one.links] == [
        (0, "“", "said"), (0, "“", "said"), (1, "said", "Berg"),
        (0, "it", "told"), (1, "told", "Dahl"),
    ]  # fmt: skip


def test_the_tags_and_links_that_are_learnt_give_the_annotations_again() -> None:
    one = tagger.annotated(tokenizer(), SPOKEN, ATTRIBUTIONS)
    tags = np.eye(3, dtype=np.float32)[one.tags].reshape(-1, 9)
    links = np.zeros((len(tags), 4, tagger.LINK), dtype=np.float32)
    for number, (kind, token, partner) in enumerate(one.links):
        links[token, 2 * kind, number] = 9.0
        links[partner, 2 * kind + 1, number] = 1.0
    links = links.reshape(len(tags), -1)

    lines = line_numbers(SPOKEN, one.places)
    assert linked(one.places, lines, 20 * tags, links) == ATTRIBUTIONS

    given = tagger.batch([(one, 0, len(one.ids))])
    padded = [torch.nn.functional.pad(torch.tensor(part), (0, 0, 1, 1))[None]
              for part in (20 * tags, links)]  # fmt: skip
    right = tagger.losses(given, *padded)
    wrong = tagger.losses(given, -padded[0], 0 * padded[1])
    assert all(float(right[name]) < 0.01 for name in right)
    assert all(float(wrong[name]) > 0.3 for name in wrong)


@pytest.mark.slow
def test_the_training_of_the_tagger_resumes_where_it_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {"layers": 1, "rows": 2, "steps": 6, "dropout": 0.0, "warmup": 1}
    monkeypatch.setattr(tagger, "SETTINGS", tagger.SETTINGS | small)
    monkeypatch.setattr(tagger, "_NOTE", 1)
    every = [tagger.annotated(tokenizer(), SPOKEN, ATTRIBUTIONS)] * 4
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()

    through = tagger.train(every, every[:1], whole)
    with interrupted(3), pytest.raises(KeyboardInterrupt):
        tagger.train(every, every[:1], parts)
    resumed = tagger.train(every, every[:1], parts)

    for name, weight in through.state_dict().items():
        assert torch.equal(weight, resumed.state_dict()[name]), name
    notes = loop.curve(parts, "tagger")
    assert notes[-1]["tags"] < notes[0]["tags"]
