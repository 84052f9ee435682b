"""How far "the articles say it" is to be trusted: verdicts on claims that people judged.

    python -m benchmarks.verdicts --data FOLDER

Each claim is checked against its own evidence alone. FOLDER holds files `*.jsonl.gz` of objects
with `claim`, `evidence` and `supported` (0 or 1).
"""

import argparse
from pathlib import Path

from benchmarks.questions import rows
from retrieval.articles.article import article
from retrieval.articles.passages import split
from retrieval.errors import ReadError
from retrieval.proof.fact_check import verdict
from retrieval.search.hit import Hit


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verdicts", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    print("| claims | supported | confirmed | of these rightly | share of the supported |")
    print("|---|---|---|---|---|")
    for file in sorted(parser.parse_args().data.glob("*.jsonl.gz")):
        judged = [
            (bool(row["supported"]), said)
            for row in rows(file)
            if (said := is_said(row["claim"], row["evidence"])) is not None
        ]
        supported = sum(truth for truth, _ in judged)
        said = sum(said for _, said in judged)
        right = sum(truth and said for truth, said in judged)
        print(
            f"| {len(judged):,} of {file.name.partition('.')[0]} | {supported:,} | {said:,} "
            f"| {right / said if said else 0:.3f} | {right / supported:.3f} |"
        )


def is_said(claim: str, evidence: str) -> bool | None:
    """Whether the evidence is found to say the claim; None where it is no article."""
    try:
        only = article(evidence)
    except ReadError:
        return None
    hits = [Hit(one, only, rank, None, "") for rank, one in enumerate(split(only), 1)]
    return verdict(claim, hits).said


if __name__ == "__main__":
    main()
