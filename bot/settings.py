"""The environment, read and checked once."""

from typing import Annotated, Literal, Self

from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.errors import Mistake

Mode = Literal["socket", "http"]

MOST_REPLICAS = 5
"""Slack takes ten connections of one app, and each replica has two."""

MEANINGS = {
    "SLACK_BOT_TOKEN": "the bot token of the app, which begins with xoxb-",
    "SLACK_APP_TOKEN": "an app-level token with connections:write, which begins with xapp-",
    "SLACK_SIGNING_SECRET": "the signing secret under Basic Information of the app",
    "SLACK_API_URL": "an address that ends in /api/",
    "PORT": "a number from 1 to 65535",
    "TACK_REPLICAS": "how many of Tack run side by side, 1 to 5",
    "TACK_LOG": "one of debug, info, warning, error",
    "DATABASE_URL": "sqlite:///FILE or postgresql://USER@HOST/NAME",
}


class SettingsMistake(Mistake):
    """Settings that are missing or wrong: one sentence a line."""


class Settings(BaseSettings):
    """What Tack is told by its environment; tokens are never printed."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    database_url: str = "sqlite:///tack.db"
    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    tack_admins: Annotated[frozenset[str], NoDecode] = frozenset()
    host: str = "127.0.0.1"
    port: int = 3000
    tack_replicas: int = 1
    tack_log: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("tack_admins", mode="before")
    @classmethod
    def _split(cls, told: object) -> object:
        return frozenset(told.replace(",", " ").split()) if isinstance(told, str) else told

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("unknown database")
        return url

    @field_validator("slack_api_url")
    @classmethod
    def _whole_api_url(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")) or not url.endswith("/api/"):
            raise ValueError("not the base of an API")
        return url

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
            raise SettingsMistake("\n".join(_sentence(name) for name in names)) from error

    def mode(self, asked: Mode | None) -> Mode:
        """How Slack reaches Tack: as asked, else by socket where there is an app token."""
        return asked or ("socket" if self.slack_app_token.get_secret_value() else "http")

    def check(self, mode: Mode) -> None:
        """Raise SettingsMistake where Slack could not be spoken to in this mode."""
        wrong = []
        if not self.slack_bot_token.get_secret_value().startswith("xoxb-"):
            wrong.append("SLACK_BOT_TOKEN")
        if mode == "socket" and not self.slack_app_token.get_secret_value().startswith("xapp-"):
            wrong.append("SLACK_APP_TOKEN")
        if mode == "http" and not self.slack_signing_secret.get_secret_value():
            wrong.append("SLACK_SIGNING_SECRET")
        if wrong:
            raise SettingsMistake("\n".join(_sentence(name) for name in wrong))


def _sentence(name: str) -> str:
    return f"{name} has to be {MEANINGS[name]}."
