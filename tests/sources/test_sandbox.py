import subprocess
import sys
import time
from pathlib import Path

import pytest

from retrieval.errors import ReadError
from retrieval.sources import files, sandbox

PAGE = b"<html><head><title>Halvik</title></head><body><article><p>%s</p></article></body></html>"
TEXT = b"The bridge of Halvik was closed on Monday, because its cables had rusted, said the mayor."


def test_a_page_is_parsed_in_another_process() -> None:
    found = sandbox.read("html", PAGE % TEXT, address="https://news.example/a")

    assert found.text == TEXT.decode()
    assert found.url == "https://news.example/a"


@pytest.mark.slow
def test_a_document_that_takes_too_long_is_abandoned_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sandbox._SECONDS, "html", 3.0)
    tables = b"<table><tr><td>a</td></tr></table>" * 50_000
    started = time.monotonic()
    with pytest.raises(ReadError, match="too long"):
        sandbox.read("html", b"<html><body>" + tables)
    monkeypatch.undo()

    assert time.monotonic() - started < 10
    assert sandbox.read("html", PAGE % TEXT).text == TEXT.decode()


def test_a_crash_is_reported_and_the_next_document_is_read() -> None:
    with sandbox._process() as process:
        process._popen.kill()
        process._popen.wait()
        answer = process.ask({"kind": "html", "given": {}, "seconds": 20.0}, PAGE % TEXT)

    assert "crashed" in answer["error"]
    assert sandbox.read("html", PAGE % TEXT).text == TEXT.decode()


@pytest.mark.parametrize("kind", ["html", "pdf", "docx"])
def test_damaged_documents_are_named(kind: str, tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        sandbox.read(kind, b"\xff\x00%PDF-1.4 rubbish PK\x03\x04")
    (tmp_path / f"a.{kind}").write_bytes(b"%PDF-1.4 rubbish")
    (found,) = files.read(tmp_path / f"a.{kind}")

    assert isinstance(found, ReadError)
    assert found.place.endswith(f"a.{kind}")


@pytest.mark.slow
def test_a_parser_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "from retrieval.sources import sandbox\n"
        "sandbox._SECONDS['html'] = 2.0\n"
        "with sandbox._process() as process:\n"
        "    sandbox._idle.put(process)\n"
        "    print(process._popen.pid, flush=True)\n"
        "sandbox.read('html', b'<html><body>' + b'<table><tr><td>a</td></tr></table>' * 50_000)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    time.sleep(2)
    parent.kill()
    parent.wait()
    parent.stdout.close()

    for _ in range(100):
        if not _is_alive(child):
            return
        time.sleep(0.2)
    raise AssertionError("it lives on")


def _is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_documents_are_read_under_a_lower_memory_limit() -> None:
    resource = pytest.importorskip("resource")
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (1_800_000_000,) * 2)\n"
        "from retrieval.sources import sandbox\n"
        f"print(sandbox.read('html', {PAGE % TEXT!r}).text)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert resource
    assert done.stdout.strip() == TEXT.decode()
