"""Settings: `opendata.toml`, overridden by the environment (`OPENDATA_…`) and the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

import opendata
from opendata.errors import ConfigurationError, Text, settings_file
from opendata.release import Publisher
from opendata.store import FolderStore, S3Options, Store, apart, open_store
from opendata.workbook import Limits

_BESIDE = frozenset({"OPENDATA_CONFIG", "OPENDATA_LANG"})
"""Variables that are no settings: where the settings stand, and the language of the Makefile."""

_UNKNOWN = Text("この名前の設定はありません", "there is no setting of this name")
_KINDS = {
    "bool": Text("true か false ではありません", "not true or false"),
    "float": Text("数ではありません", "not a number"),
    "int": Text("整数ではありません", "not a whole number"),
    "string": Text("文字列ではありません", "not text in quotes"),
    "path": Text("場所の文字列ではありません", "not a path in quotes"),
    "tuple": Text("角かっこ [ ] の並びではありません", "not a list in [ ]"),
    "dict": Text("名前と値の組ではありません", "not a table of names and values"),
    "model": Text("名前と値の組ではありません", "not a table of names and values"),
}
"""What a value is not, by the first word of pydantic's type of error."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PublisherSettings(_Strict):
    """Who publishes: a municipality or another body."""

    name: str = "（発行者名を opendata.toml に設定してください）"
    code: str | None = None
    """Its municipality code, six characters with the check digit."""
    email: str | None = None
    """The office's public mail address for questions."""
    homepage: str | None = None


class LimitSettings(_Strict):
    """What reading one file may cost."""

    file_megabytes: int = 50
    expanded_megabytes: int = 1024
    cells: int = 5_000_000
    seconds: float = 60.0
    memory_megabytes: int = 4096

    def limits(self) -> Limits:
        return Limits(
            file_bytes=self.file_megabytes * 2**20,
            expanded_bytes=self.expanded_megabytes * 2**20,
            cells=self.cells,
            seconds=self.seconds,
            memory_bytes=self.memory_megabytes * 2**20,
        )


class ServeSettings(_Strict):
    """How `opendata serve` stays up."""

    cron: str = "0 2 * * *"
    timezone: str = "Asia/Tokyo"
    settle_seconds: float = 2.0
    """A file counts when its size and time have not changed for so long."""
    polling: bool = False
    """Look at the inbox every so often; the system says nothing of network shares."""


class S3Settings(_Strict):
    """How to speak to the S3 server of the stores; access keys stand elsewhere (docs/stores.md)."""

    endpoint_url: str | None = None
    region: str | None = None
    profile: str | None = None
    addressing: Literal["auto", "path", "virtual"] = "auto"
    checksums: Literal["when_required", "when_supported"] = "when_required"
    multipart_megabytes: int = Field(64, ge=5)
    connect_seconds: float = Field(10.0, gt=0)
    read_seconds: float = Field(60.0, gt=0)
    attempts: int = Field(5, ge=1)
    lease_seconds: float = Field(20.0, gt=0)

    def options(self) -> S3Options:
        given = self.model_dump()
        return S3Options(multipart_bytes=given.pop("multipart_megabytes") * 2**20, **given)


class Settings(BaseSettings):
    """Everything a run needs to know."""

    model_config = SettingsConfigDict(
        env_prefix="OPENDATA_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    inbox: Path = Path("inbox")
    workspace: str = "workspace"
    public: str = "public"
    package: tuple[str, ...] = ()
    """The packages to publish; all there are when empty."""
    packages_folder: Path | None = None
    """The folder that holds the packages; `datapackages` here or beside the program when unset."""
    base_url: str | None = None
    workers: int = 0
    """Processes that read workbooks; one per core when 0."""
    publisher: PublisherSettings = PublisherSettings()
    municipalities: dict[str, str] = {}
    """Names of municipalities by their codes, for the pages."""
    limits: LimitSettings = LimitSettings()
    serve: ServeSettings = ServeSettings()
    s3: S3Settings = S3Settings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        path = Path(settings_file())
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path))

    def stores(self) -> tuple[Store, Store]:
        """The workspace and the public store. Raises ConfigurationError where one lies inside the
        other."""
        apart(self.workspace, self.public)
        return self.workspace_store(), self.public_store()

    def workspace_store(self) -> Store:
        return open_store(self.workspace, self.s3.options(), is_private=True)

    def public_store(self) -> Store:
        return open_store(self.public, self.s3.options())

    def own_folder(self) -> Path:
        """This machine's folder for logs and the like: the workspace, where that is a folder."""
        store = self.workspace_store()
        if isinstance(store, FolderStore):
            return store.root
        state = os.environ.get("STATE_DIRECTORY") or os.environ.get("XDG_STATE_HOME")
        return (Path(state) if state else Path.home() / ".local" / "state") / "opendata"

    def publisher_of(self) -> Publisher:
        return Publisher(**self.publisher.model_dump())

    def packages_root(self) -> Path:
        """The folder that holds the packages. Raises ConfigurationError where there is none."""
        own = Path(opendata.__file__).parent
        candidates = [Path("datapackages"), own.parents[1] / "datapackages", own / "_datapackages"]
        for folder in [self.packages_folder] if self.packages_folder else candidates:
            if folder.is_dir():
                return folder
        raise ConfigurationError(
            "configuration-error",
            setting="packages_folder",
            reason=Text("パッケージのフォルダーがありません", "no folder of packages"),
        )


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; an override that is None says nothing. Raises ConfigurationError."""
    known = {name: value for name, value in overrides.items() if value is not None}
    path = settings_file()
    if os.environ.get("OPENDATA_CONFIG") and not Path(path).is_file():
        raise _wrong("OPENDATA_CONFIG", Text(f"{path} がありません", f"there is no file {path}"))
    for name in sorted(os.environ):
        if name.upper().startswith("OPENDATA_") and not _is_known(name):
            raise _wrong(name, _UNKNOWN)
    try:
        return Settings(**known)
    except ValidationError as error:
        first = error.errors()[0]
        setting = ".".join(str(part) for part in first["loc"])
        raise _wrong(setting, _reason(first)) from error
    except SettingsError as error:  # of a variable that must hold JSON and does not
        found = re.search(r'field "(\w+)"', str(error))
        setting = f"OPENDATA_{found[1].upper()}" if found else path
        raise _wrong(setting, Text("JSON として読めません", "not JSON")) from error
    except (ValueError, OSError) as error:
        raise _wrong(path, _unreadable(error)) from error


def _wrong(setting: str, reason: Text) -> ConfigurationError:
    return ConfigurationError("configuration-error", setting=setting, reason=reason)


def _is_known(variable: str) -> bool:
    """Whether a variable is a setting's; what follows `__` is left to the setting's own type."""
    if variable.upper() in _BESIDE:
        return True
    name, *inner = variable.lower().removeprefix("opendata_").split("__")
    field = Settings.model_fields.get(name)
    return field is not None and (not inner or isinstance(field.default, (BaseModel, dict)))


def _reason(error: Mapping[str, Any]) -> Text:
    """Why pydantic refuses a value; its own English words where they are not foreseen."""
    if error["type"] == "extra_forbidden":
        return _UNKNOWN
    kind, message = _KINDS.get(error["type"].partition("_")[0]), str(error["msg"])
    if kind is None:
        return Text(f"値が正しくありません：{message}", message)
    value = error["input"]
    if not isinstance(value, (str, int, float)):
        return kind
    shown = value if isinstance(value, str) else str(value).lower()
    return Text(f"「{shown[:80]}」は{kind.ja}", f'"{shown[:80]}" is {kind.en}')


def _unreadable(error: ValueError | OSError) -> Text:
    """Why a file of settings cannot be read."""
    if isinstance(error, UnicodeDecodeError):
        return Text("文字コードが UTF-8 ではありません", "it is not in UTF-8")
    if isinstance(error, OSError):
        return Text("ファイルを読み取れません", error.strerror or "it cannot be read")
    if line := re.search(r"at line (\d+)", str(error)):
        return Text(f"{line[1]}行目を TOML として読めません", f"line {line[1]} is not TOML")
    return Text(
        "ファイルの終わりを TOML として読めません", f"it is not TOML up to its end: {error}"
    )
