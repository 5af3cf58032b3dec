"""docs/operation.md says what is true."""

import re
from pathlib import Path

import pytest

from flows import hold
from opendata.pipeline import load_settings

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "operation.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_settings_shown_are_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shown,) = blocks("toml")
    path = tmp_path / "opendata.toml"
    path.write_text(shown, encoding="utf-8")
    monkeypatch.setenv("OPENDATA_CONFIG", str(path))
    settings = load_settings()
    assert settings.publisher.name == "例市 情報政策課"
    assert (settings.serve.cron, settings.serve.timezone) == ("0 2 * * *", "Asia/Tokyo")


def test_the_event_shown_is_the_event_that_wakes() -> None:
    (shown,) = [block for block in blocks("sh") if "prefect event emit" in block]
    assert shown.split()[3:] == [hold.EVENT, "--resource-id", hold.RESOURCE]
