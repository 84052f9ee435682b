import gzip
import json
from pathlib import Path

import pytest

from retrieval.articles.article import normalise
from retrieval.errors import SettingsError
from retrieval.newsdesk import Newsdesk
from retrieval.questions.question import MAX_QUESTION
from tests.conftest import SEEDS

HOSTILE = SEEDS.parent.parent / "shared" / "data" / "hostile"

pytestmark = pytest.mark.skipif(not HOSTILE.exists(), reason=f"{HOSTILE} is not here")


def strings() -> list[str]:
    """Strings that often break programs, and instructions to models."""
    return [
        json.loads(line)["text"]
        for name in ("strings", "injections")
        for line in gzip.open(HOSTILE / f"{name}.jsonl.gz", "rt", encoding="utf-8")
    ]


def test_hostile_strings_are_indexed_as_articles(data: Path, tmp_path: Path) -> None:
    wanted = {text: normalise(text) for text in strings()}
    file = tmp_path / "hostile.jsonl"
    rows = [
        {"text": f"{text}\nThe mayor spoke.", "title": text, "source": text, "authors": [text]}
        for text in wanted
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    desk = Newsdesk(data, create=True)

    report = [*desk.sync([file])][-1]

    assert report.failed == []
    stored = {article.text for article in desk.articles()}
    assert stored == {normalise(f"{text}\nThe mayor spoke.") for text in wanted}


def test_hostile_questions_are_answered_or_refused_with_a_message(seeded: Newsdesk) -> None:
    for text in strings()[::20]:
        if not normalise(text) or len(text) > MAX_QUESTION:
            with pytest.raises(SettingsError):
                seeded.ask(text)
            continue
        answer = seeded.ask(text)
        for citation in answer.citations:
            assert citation.hit.article.text[citation.start : citation.end] == citation.quote
