"""Statements asked for → the sentences in which their speaker makes them."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from retrieval.models.embedder import Embedder, Vector
from retrieval.search.hit import Hit
from retrieval.search.sentence_features import AskedFor
from retrieval.search.sentences import QuotableSentence, Quote, quotable_sentences

Floats = npt.NDArray[np.float64]

_BESIDE_THE_POINT = 0.2  # what is left of the probability of a sentence that isn't to the point

# Bias, then one weight a feature in the order of `features`; fitted on 100 questions of news of
# 2022 to 2024, but for the eighth: those ask for nobody's statements.
WEIGHTS = np.array([-4.66, 1.36, 1.02, -0.02, 0.83, 0.31, 0.46, 1.02, 1.00, 0.78, 1.69])


class StatementReader:
    """Judges each sentence by meaning, shared words and names, and who speaks in it."""

    def __init__(self, embedder: Embedder, known: Callable[[Iterable[str]], set[str]]) -> None:
        """`known` tells which stems occur anywhere in the library."""
        self._embedder = embedder
        self._known = known

    def quotes(self, asked: AskedFor, hits: Sequence[Hit]) -> list[Quote]:
        """The sentences of the hits, most probable first."""
        found = quotable_sentences(hits)
        if not found:
            return []
        quotes = [
            Quote(one.hit, one.start, one.end, one.text, float(chance))
            for one, chance in zip(found, self._probabilities(asked, found), strict=True)
        ]
        return sorted(quotes, key=lambda one: (-one.probability, one.hit.rank, one.start))

    def _probabilities(self, asked: AskedFor, found: Sequence[QuotableSentence]) -> Floats:
        features, vectors = self._features(asked, found)
        chances = np.asarray(1 / (1 + np.exp(-(features @ WEIGHTS[1:] + WEIGHTS[0]))))
        topic = asked.statement.topic_text if asked.statement else ""
        about = vectors @ self._embedder.question(topic) if topic else np.zeros(len(found))
        strange = asked.terms - self._known(asked.terms)
        for number, one in enumerate(found):
            near, topical = float(features[number, 0]), float(about[number])
            if not asked.may_be_answered_by(one, near, topical, strange):
                chances[number] *= _BESIDE_THE_POINT
        return chances

    def _features(
        self, asked: AskedFor, found: Sequence[QuotableSentence]
    ) -> tuple[Floats, Vector]:
        """One row a sentence and one column a feature, about 0 to 1; and the sentences' vectors."""
        vectors = self._embedder.passages([one.text for one in found])
        nearness = vectors @ self._embedder.question(asked.text)
        rows = [[near, *asked.features(one)] for near, one in zip(nearness, found, strict=True)]
        return np.array(rows), vectors
