"""The command line, run in this process."""

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from tests.conftest import SEEDS

COMMAND = [sys.executable, "-m", "bot"]
REPOSITORY = SEEDS.parent


@dataclass
class Ended:
    """What a command printed and how it ended."""

    stdout: str
    stderr: str
    returncode: int


def newsdesk(*arguments: str, data: Path, given: str = "", **settings: str) -> Ended:
    """Run the command as the installed script does, but in this process."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name, value in (settings | {"NEWSDESK_DATA": str(data)}).items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["newsdesk", *arguments])
        patch.setattr(sys, "stdin", io.StringIO(given))
        try:
            main()
        except SystemExit as exc:
            code = int(exc.code or 0)
    return Ended(out.getvalue(), err.getvalue(), code)
