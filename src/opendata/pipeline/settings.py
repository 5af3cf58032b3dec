"""Settings: `opendata.toml`, overridden by the environment (`OPENDATA_…`) and the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

import opendata
from opendata.errors import ConfigurationError, Text, settings_file
from opendata.release import LicenceName, Publisher
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
    licence: LicenceName | None = None
    """What everything is published under; each package's own licence when unset."""


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


class MailSettings(_Strict):
    """The mail server and the operator's addresses. Nothing is sent without a `host`."""

    host: str | None = None
    port: int | None = Field(None, ge=1, le=65535)
    """Of the server: 587 when unset, with `tls` 465, with `none` 25."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    """A file that holds the password, in the place of `password`."""
    ca_file: Path | None = None
    """Certificates (PEM) of whoever vouches for the server, where the system does not know them."""
    timeout_seconds: float = Field(30.0, gt=0, le=600)
    """How long the server may take for one answer."""
    sender: str | None = None
    operator: tuple[str, ...] = ()
    """Who is told what every pass did, and what could not be done."""
    language: Literal["ja", "en", "both"] = "ja"
    attach: bool = True
    """Send along what a steward has to look at: the review and the marked workbook."""
    attach_megabytes: float = Field(8.0, ge=0)
    """As much as one message may carry."""
    reviews_url: str | None = None
    """Where stewards find `<workspace>/reviews`: an address, or a share as \\\\server\\reviews."""

    @property
    def is_on(self) -> bool:
        return bool(self.host)

    def port_of(self) -> int:
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]


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
        env_prefix="OPENDATA_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # it may be a password
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
    mail: MailSettings = MailSettings()
    responsible: dict[str, tuple[str, ...]] = {}
    """Who is told what becomes of the files in a folder of the inbox: addresses by folder."""
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
        apart(workspace=self.workspace, public=self.public)
        return self.workspace_store(), self.public_store()

    def own_inbox(self) -> Path:
        """The inbox, for what is going to read all of it. Raises ConfigurationError where it lies
        inside a store, or a store inside it."""
        apart(inbox=str(self.inbox), workspace=self.workspace)
        apart(inbox=str(self.inbox), public=self.public)
        return self.inbox

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

    def worker_log(self) -> Path:
        """Where worker processes write what went wrong with them."""
        return self.own_folder() / "logs" / "worker.log"

    def publisher_of(self) -> Publisher:
        return Publisher(**self.publisher.model_dump())

    def responsible_for(self, place: str) -> tuple[str, ...]:
        """Who is told what becomes of a file: what the longest folder says that holds its place."""
        parts = _parts(place)
        folders = {_parts(folder): addresses for folder, addresses in self.responsible.items()}
        known = [folders[parts[:end]] for end in range(len(parts) + 1) if parts[:end] in folders]
        return tuple(dict.fromkeys(known[-1])) if known else ()

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
        settings = Settings(**known)
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
    for setting, reason in _mistakes_of_mail(settings):
        raise _wrong(setting, reason)
    return settings


_ADDRESS = re.compile(r"[!-~]+@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_SPECIAL = frozenset('<>()[],:;"\\')


def _mistakes_of_mail(settings: Settings) -> Iterator[tuple[str, Text]]:
    """What no message can be sent with, by setting; addresses also where mail is off."""
    mail = settings.mail
    named = [
        *(("mail.sender", one) for one in [mail.sender] if one is not None),
        *(("mail.operator", one) for one in mail.operator),
        *((f"responsible.{place}", one) for place, s in settings.responsible.items() for one in s),
    ]
    for setting, one in named:
        if not _ADDRESS.fullmatch(one) or one.count("@") > 1 or _SPECIAL & set(one):
            yield (
                setting,
                Text(f"「{one}」はメールアドレスではありません", f'"{one}" is no mail address'),
            )
    if not mail.is_on:
        return
    if mail.sender is None:
        yield "mail.sender", Text("差出人のアドレスがありません", "the sender's address is missing")
    if not mail.operator and not settings.responsible:
        yield "mail.operator", Text("送る相手がいません", "there is nobody to write to")
    if mail.password is not None and mail.password_file is not None:
        both = Text(
            "password と password_file の両方があります", "password and password_file are both set"
        )
        yield "mail.password_file", both
    has_password = mail.password is not None or mail.password_file is not None
    if has_password and mail.username is None:
        yield "mail.username", Text("パスワードだけがあります", "there is a password without it")
    if mail.username is not None and not has_password:
        yield "mail.password", Text("利用者名だけがあります", "there is a user name without it")
    if mail.username is not None and mail.security == "none":
        plain = Text(
            "パスワードを暗号化せずに送ることはできません", "no password is sent unencrypted"
        )
        yield "mail.security", plain


def _parts(place: str) -> tuple[str, ...]:
    """A place's folders; a name from a Mac is spelled otherwise and is the same."""
    return tuple(part for part in normalize("NFC", place).split("/") if part)


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
    if not isinstance(value, (str, int, float)) or "password" in error["loc"]:
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
