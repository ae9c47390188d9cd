"""The environment, read and checked once."""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from models.errors import Mistake

Mode = Literal["socket", "http"]

MOST_REPLICAS = 5
"""Slack takes ten connections of one app, and each replica has two."""

AROUND = re.compile(r"^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$")
"""What comes along where a setting is copied or read from a file."""

SIGNS = re.compile("[!-~]+")
"""What a header takes, and every token consists of."""

PROXY = "an address such as http://HOST:PORT, without white space around it"

MEANINGS = {
    "SLACK_BOT_TOKEN": "the bot token of the app, which begins with xoxb-",
    "SLACK_APP_TOKEN": "an app-level token with connections:write, which begins with xapp-",
    "SLACK_SIGNING_SECRET": "the signing secret under Basic Information of the app",
    "SLACK_API_URL": "an address that ends in /api/",
    "PORT": "a number from 1 to 65535",
    "TACK_REPLICAS": "how many of Tack run side by side, 1 to 5",
    "TACK_LOG": "one of debug, info, warning, error",
    "DATABASE_URL": "sqlite:///FILE or postgresql://USER@HOST/NAME, and in a password %40 "
    "stands for @, %3A for : and %2F for /",
    "HTTPS_PROXY": PROXY,
    "HTTP_PROXY": PROXY,
}


class SettingsMistake(Mistake):
    """Settings that are missing or wrong: one sentence a line."""


class Settings(BaseSettings):
    """What Tack is told by its environment; tokens are never printed."""

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    database_url: str = Field("sqlite:///tack.db", repr=False)
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    tack_admins: Annotated[frozenset[str], NoDecode] = frozenset()
    host: str = "127.0.0.1"
    port: int = 3000
    tack_replicas: int = 1
    tack_log: Literal["debug", "info", "warning", "error"] = "info"
    https_proxy: SecretStr = SecretStr("")
    http_proxy: SecretStr = SecretStr("")
    """Read by those who speak to Slack, and looked at here: they tell of what they do not take."""

    @field_validator("*", mode="before")
    @classmethod
    def _bare(cls, value: object, about: ValidationInfo) -> object:
        is_read_by_others = str(about.field_name).endswith("_proxy")
        return AROUND.sub("", value) if isinstance(value, str) and not is_read_by_others else value

    @field_validator("tack_admins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return frozenset(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        try:
            host = make_url(url).host or ""
        except ArgumentError as error:
            raise ValueError("no address") from error
        known = url.startswith(("sqlite:///", "postgresql://"))
        if not known or not url.isprintable() or "@" in host:
            raise ValueError("unknown database")
        return url

    @field_validator("slack_api_url")
    @classmethod
    def _whole_api_url(cls, url: str) -> str:
        if not _is_address(url) or "@" in url or not url.endswith("/api/"):
            raise ValueError("not the base of an API")
        return url

    @field_validator("https_proxy", "http_proxy")
    @classmethod
    def _whole_proxy(cls, proxy: SecretStr) -> SecretStr:
        url = proxy.get_secret_value()
        if url.strip() and not _is_address(url):
            raise ValueError("no proxy")
        return proxy

    @field_validator("port")
    @classmethod
    def _possible_port(cls, port: int) -> int:
        if not 0 < port < 65_536:
            raise ValueError("no port")
        return port

    @field_validator("tack_replicas")
    @classmethod
    def _possible_replicas(cls, replicas: int) -> int:
        if not 0 < replicas <= MOST_REPLICAS:
            raise ValueError("Slack takes ten connections")
        return replicas

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment. Raises SettingsMistake."""
        try:
            return cls()
        except ValidationError as error:
            names = [str(problem["loc"][0]).upper() for problem in error.errors()]
            raise SettingsMistake("\n".join(_sentence(name) for name in names)) from None

    def mode(self, asked: Mode | None) -> Mode:
        """How Slack reaches Tack: as asked, else by socket where there is an app token."""
        return asked or ("socket" if self.slack_app_token.get_secret_value() else "http")

    def check(self, mode: Mode) -> None:
        """Raise SettingsMistake where Slack could not be spoken to in this mode."""
        wrong = []
        if not _is_token(self.slack_bot_token, "xoxb-"):
            wrong.append("SLACK_BOT_TOKEN")
        if mode == "socket" and not _is_token(self.slack_app_token, "xapp-"):
            wrong.append("SLACK_APP_TOKEN")
        if mode == "http" and not _is_token(self.slack_signing_secret):
            wrong.append("SLACK_SIGNING_SECRET")
        if wrong:
            raise SettingsMistake("\n".join(_sentence(name) for name in wrong))


def _is_address(url: str) -> bool:
    """Whether a server can be asked there; raises ValueError where its port is no number."""
    parts = urlsplit(url)
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    return is_web and SIGNS.fullmatch(url) is not None


def _is_token(secret: SecretStr, begins: str = "") -> bool:
    token = secret.get_secret_value()
    return token.startswith(begins) and SIGNS.fullmatch(token) is not None


def _sentence(name: str) -> str:
    return f"{name} has to be {MEANINGS[name]}."
