import re
from pathlib import Path

import pytest

from bot import settings
from retrieval.errors import SettingsError

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_the_example_names_every_setting_with_its_default() -> None:
    given = dict(re.findall(r"^(NEWSDESK_\w+)=(.*)$", EXAMPLE.read_text(), re.M))

    assert list(given) == [f"NEWSDESK_{name.upper()}" for name in settings.Settings.model_fields]
    for name, field in settings.Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        assert given[f"NEWSDESK_{name.upper()}"] == default


def test_the_example_explains_every_setting() -> None:
    text = " ".join(line.lstrip("# ") for line in EXAMPLE.read_text().splitlines())

    for field in settings.Settings.model_fields.values():
        first = str(field.description).split(".")[0].split(",")[0]
        assert first in text, first


def test_the_example_can_be_used_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(EXAMPLE.read_text())

    assert settings.load() == settings.Settings.model_construct()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NEWSDESK_THRESHOLD", "s3cret"),
        ("NEWSDESK_THRESHOLD", "1.5"),
        ("NEWSDESK_CHROMA_URL", "ftp://user:s3cret@host"),
        ("NEWSDESK_LOG_LEVEL", "s3cret"),
        ("NEWSDESK_MODEL_URL", "s3cret:8000/v1"),
        ("NEWSDESK_MODEL_BUDGET", "s3cret"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_never_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError, match=name) as error:
        settings.load()
    assert "s3cret" not in str(error.value)


WEB = "it must begin with http:// or https:// and name a host"
SOCKET = "it must begin with ws:// or wss:// and name a host"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        pytest.param("CHROMA_URL", "127.0.0.1:8000", WEB, id="no scheme"),
        pytest.param("MODEL_URL", "ftp://models.example/v1", WEB, id="another scheme"),
        pytest.param("DISCORD_API", "https://", WEB, id="no host"),
        pytest.param("DISCORD_GATEWAY", "https://gateway.example", SOCKET, id="no web socket"),
        pytest.param(
            "CHROMA_URL", "http://me@chroma:8000", "it may have nothing but a host and a port",
            id="a user",
        ),
        pytest.param(
            "CHROMA_URL", "http://chroma:8000/api", "it may have nothing but a host and a port",
            id="a path",
        ),
    ],
)  # fmt: skip
def test_a_wrong_address_gets_a_message_that_says_what_it_must_be(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(f"NEWSDESK_{name}", value)

    with pytest.raises(SettingsError) as error:
        settings.load()
    assert str(error.value) == f"A setting is wrong: NEWSDESK_{name}: {reason}."


def test_misspelt_settings_are_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NEWSDESK_TRESHOLD", "0.4")
    (tmp_path / ".env").write_text("NEWSDESK_LIBARY=x\nOTHER_TOOL=y\n")

    assert settings.unknown() == ["NEWSDESK_LIBARY", "NEWSDESK_TRESHOLD"]
