"""How far the verdict "the articles say it" can be trusted, on claims that people judged.

    python -m benchmarks.verdicts --data FOLDER

FOLDER holds files `*.jsonl.gz` of objects with `claim`, `evidence` and `supported` (0 or 1). Each
claim is checked against its own evidence only.
"""

from benchmarks.questions import options, rows
from benchmarks.tables import print_head, print_row
from retrieval.articles.article import article
from retrieval.articles.passages import split
from retrieval.errors import ReadError
from retrieval.proof.fact_check import verdict
from retrieval.search.hit import Hit


def main() -> None:
    """Print the table."""
    given = options(__doc__, None).parse_args()
    print_head("claims", "supported", "confirmed", "of these rightly", "share of the supported")
    for file in sorted(given.data.glob("*.jsonl.gz")):
        judged = [
            (bool(row["supported"]), is_confirmed)
            for row in rows(file)
            if (is_confirmed := confirmed(row["claim"], row["evidence"])) is not None
        ]
        supported = sum(truth for truth, _ in judged)
        count = sum(is_confirmed for _, is_confirmed in judged)
        right = sum(truth and is_confirmed for truth, is_confirmed in judged)
        name = f"{len(judged):,} of {file.name.partition('.')[0]}"
        shares = (right / count if count else 0, right / supported)
        print_row(name, f"{supported:,}", f"{count:,}", *(f"{one:.3f}" for one in shares))


def confirmed(claim: str, evidence: str) -> bool | None:
    """Whether the evidence confirms the claim; None if it is not accepted as an article."""
    try:
        only = article(evidence)
    except ReadError:
        return None
    hits = [Hit(one, only, rank, None, "") for rank, one in enumerate(split(only), 1)]
    return verdict(claim, hits).said


if __name__ == "__main__":
    main()
