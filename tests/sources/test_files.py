import gzip
import json
import os
from pathlib import Path

import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.articles.article import Article
from retrieval.errors import ReadError
from retrieval.sources import files


def only(path: Path) -> Article:
    (found,) = files.read(path)
    assert isinstance(found, Article), found
    return found


def reason(path: Path) -> str:
    (found,) = files.read(path)
    assert isinstance(found, ReadError), found
    assert str(found).startswith(str(path))
    return found.reason


def test_a_text_file_is_read_completely(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("\ufeffTitle line\r\n\r\nGrüße aus Kiew.".encode())

    article = only(path)

    assert (article.text, article.title) == ("Title line\n\nGrüße aus Kiew.", "Title line")
    assert article.path == str(path)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_other_encodings_are_recognised(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    text = "Die Außenministerin sagte am Freitag in München, sie sei darüber „sehr froh“ gewesen."
    path.write_bytes(text.encode(encoding))

    assert only(path).text == text


def test_front_matter_sets_the_fields_of_the_article(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "---\ntitle: 'Talks: day one'\nsource: Reuters\nurl: https://r.example/a\n"
        "published: 2025-05-16\nauthors: [Ann Lee, Bo Ek]\n---\n"
        "The talks began.\n---\nStill text.\n"
    )

    article = only(path)

    assert article.title == "Talks: day one"
    assert (article.source, article.url) == ("Reuters", "https://r.example/a")
    assert (article.published, article.authors) == ("2025-05-16", ("Ann Lee", "Bo Ek"))
    assert article.text == "The talks began.\n---\nStill text."


@pytest.mark.parametrize("matter", ["title: [", "- a\n- b", "plain words"])
def test_bad_front_matter_is_refused(tmp_path: Path, matter: str) -> None:
    path = tmp_path / "a.md"
    path.write_text(f"---\n{matter}\n---\ntext")

    assert "front matter" in reason(path)


def test_an_impossible_date_does_not_lose_the_article(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\npublished: 2025-02-30\nauthors: !!python/object:os.system x\n---\ntext")

    article = only(path)

    assert (article.text, article.published) == ("text", None)


def test_html_is_extracted(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    paragraph = "The minister told reporters on Friday that the bridge would open in May. " * 4
    path.write_text(
        "<html><head><title>Bridge opens</title><meta name='author' content='Ann Lee'>"
        "<meta property='article:published_time' content='2025-05-16T10:00:00Z'>"
        "<meta property='og:site_name' content='The Courier'>"
        "<link rel='canonical' href='https://c.example/bridge'></head><body><nav>Home News</nav>"
        f"<article><h1>Bridge opens</h1><p>{paragraph}</p><p>{paragraph}</p></article>"
        "<script>alert(1)</script></body></html>"
    )

    article = only(path)

    assert paragraph.strip() in article.text
    assert "alert" not in article.text
    assert article.title == "Bridge opens"
    assert (article.source, article.url) == ("The Courier", "https://c.example/bridge")
    assert (article.published, article.authors) == ("2025-05-16", ("Ann Lee",))


def test_docx_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    document = Document()
    document.core_properties.title = "Bridge opens"
    document.add_paragraph("The bridge opens in May.")
    document.add_paragraph("Nobody objected.")
    document.save(str(path))

    article = only(path)

    assert (article.title, article.text) == (
        "Bridge opens",
        "The bridge opens in May.\n\nNobody objected.",
    )


def test_pdf_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf("The bridge opens in May, the minister said."))

    assert only(path).text == "The bridge opens in May, the minister said."


def pdf(line: str) -> bytes:
    """A PDF of one page with one line of text."""
    stream = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (
        b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%"
        b"EOF" % (table, len(out))
    )


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz"])
def test_bad_json_lines_are_named_and_the_others_are_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    lines = [
        json.dumps({"text": "First.", "url": "https://a.example/1", "authors": ["Ann Lee"]}),
        "{broken",
        json.dumps({"title": "no text"}),
        json.dumps({"text": "Fourth.", "title": None, "published": 3}),
        "",
        json.dumps({"text": 5}),
        json.dumps(["text"]),
    ]
    content = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(content) if ending.endswith(".gz") else content)

    found = list(files.read(path))

    assert [one.text for one in found if isinstance(one, Article)] == ["First.", "Fourth."]
    failed = [one.place for one in found if isinstance(one, ReadError)]
    assert failed == [f"{path}:{number}" for number in (2, 3, 6, 7)]


def test_a_line_over_the_limit_is_named_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_LINE", 50)
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "long " * 50}) + "\n" + json.dumps({"text": "Short."}))

    long, short = files.read(path)

    assert isinstance(long, ReadError)
    assert "limit" in long.reason
    assert isinstance(short, Article)


def test_a_file_with_only_bad_lines_is_abandoned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_BAD_LINES", 3)
    path = tmp_path / "a.jsonl"
    path.write_text("x\n" * 1000)

    found = list(files.read(path))

    assert len(found) == 4
    assert isinstance(found[-1], ReadError)
    assert "the rest is not read" in found[-1].reason


def test_a_truncated_archive_is_read_as_far_as_possible(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    lines = b"".join(
        json.dumps({"text": os.urandom(300).hex()}).encode() + b"\n" for _ in range(50)
    )
    path.write_bytes(gzip.compress(lines)[:-2000])

    found = list(files.read(path))

    assert isinstance(found[0], Article)
    assert isinstance(found[-1], ReadError)
    assert "cut off" in found[-1].reason


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n", "empty"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "not text"),
        ("a.md", b"---\ntitle: t\n---\n", "no text"),
        ("a.pdf", b"%PDF-1.4 nothing more", "damaged"),
        ("a.docx", b"PK but no archive", "damaged"),
        ("a.html", b"<html><body></body></html>", "no article"),
        ("a.jsonl", b"", "empty"),
        ("a.jsonl.gz", b"not an archive", "damaged"),
    ],
)
def test_an_unreadable_file_is_named_with_the_reason(
    tmp_path: Path, name: str, content: bytes, why: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)

    assert why in reason(path)


def test_a_file_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    path = tmp_path / "a.txt"
    path.write_text("more than ten bytes")

    assert "over the limit" in reason(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("text")
    path.chmod(0)

    assert "Permission denied" in reason(path)


def test_a_file_that_vanishes_is_named(tmp_path: Path) -> None:
    assert "No such file" in reason(tmp_path / "a.txt")


def test_folders_are_searched_and_missing_or_unknown_files_are_named(tmp_path: Path) -> None:
    for name in ("b.txt", "sub/a.md", "sub/c.JSONL", "sub/.hidden.txt", ".git/d.txt", "e.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")

    found = list(files.find([tmp_path, tmp_path / "none.txt", tmp_path / "e.png"]))

    paths = [str(one.relative_to(tmp_path)) for one in found if isinstance(one, Path)]
    assert paths == ["b.txt", "sub/a.md", "sub/c.JSONL"]
    failed = [one.place for one in found if isinstance(one, ReadError)]
    assert failed == [str(tmp_path / "none.txt"), str(tmp_path / "e.png")]


def test_pipes_are_skipped_and_links_are_followed_once(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    os.mkfifo(folder / "pipe.txt")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.txt").write_text("x")
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (folder / "round").symlink_to(folder)
    (folder / "broken.txt").symlink_to(tmp_path / "nowhere.txt")

    found = list(files.find([folder, folder / "pipe.txt"]))

    assert [one.name for one in found if isinstance(one, Path)] == ["broken.txt", "a.txt"]
    assert [one.place for one in found if isinstance(one, ReadError)] == [str(folder / "pipe.txt")]


def test_file_names_that_are_not_utf_8_can_be_stored_and_printed() -> None:
    shown = files.name(Path(os.fsdecode(b"/a/\xff\x1b[31mred.txt")))

    shown.encode()
    assert shown.isprintable()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(content=st.binary(max_size=300), name=st.sampled_from(sorted(files.READERS)))
def test_any_bytes_give_articles_or_errors(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / f"a{name}"
    path.write_bytes(content)

    assert all(isinstance(one, Article | ReadError) for one in files.read(path))
