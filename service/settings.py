"""What the operator can set: environment variables that begin with ``YOUJU_``, read once at start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.domain.errors import ConfigurationError

_PREFIX = "YOUJU_"

#: What was expected, by the type pydantic gives its errors.
_EXPECTED = {
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "greater_than_equal": "不能小于{ge}",
    "less_than_equal": "不能大于{le}",
    "literal_error": "只能是 {expected}",
    "string_pattern_mismatch": "写法有误：数据库应以 sqlite:// 或 postgresql+psycopg:// 开头，服务地址应以 http:// 或 https:// 开头且不含用户名",
    "dict_type": "应为JSON对象，如 {{\"top_k\": 1}}",
    "bool_parsing": "应为 true 或 false",
    "path_type": "应为文件夹路径",
}


#: Plain HTTP or HTTPS without a user in it: a password would be shown with the address.
_ADDRESS = r"^$|^https?://[^\s@]+$"


def _json_object(text: object) -> object:
    """Read a JSON object; anything else is refused by the type of the field."""
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


class Settings(BaseSettings):
    """The settings; with none set, everything works on the embedded default.

    Attributes:
        home: Folder of the embedded store and the logs.
        database_url: SQLAlchemy address of a database to use in place of the SQLite file under *home*.
        keep_originals: Whether the files of documents are kept, for download and images of pages.
        max_file_mb: Largest file taken in, in MB.
        workers: Files read side by side when many are ingested; 0 for one per core.
        file_seconds: Seconds after which the reading of one of many files is given up.
        file_memory_mb: Memory, in MB, that the reading of one of many files may use (where the system can bound it).
        max_question_chars: Longest question, in characters.
        host: Address `youju serve` listens on.
        port: Port `youju serve` listens on.
        hosts: Names under which `youju serve` may be reached besides its address, separated by commas; see `service.web.senders`.
        log_level: Least important log line that is written.
        llm_base_url: Address of an OpenAI-compatible server (``https://…/v1``); "" for none.
        llm_model: Name of the model there; "" for none.
        llm_api_key: Its key; never shown, never logged.
        llm_understand_model: Model that proposes plans for questions: "" for *llm_model*, ``none`` for none.
        llm_answer_model: Model that words answers, likewise.
        llm_draft_model: Model that words drafts, likewise.
        llm_seconds: Seconds that all requests for one reply may take together.
        llm_retries: How often a request is repeated where the server is busy or the connection fails.
        llm_steps: Most requests to the model that understanding one question may take.
        llm_extra_body: JSON object that is sent along with every request, for what a server wants beyond the protocol.
        embedding_base_url: Address of an OpenAI-compatible server of embeddings; "" for the embedded default.
        embedding_model: Name of the model there.
        embedding_api_key: Its key; never shown, never logged.
        embedding_fused: Whether its vectors rank passages along with the words; otherwise they only fill up.
    """

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    home: Annotated[Path, AfterValidator(Path.expanduser)] = Field(default=Path("~/.youju"), validate_default=True)
    database_url: str = Field(default="", pattern=r"^$|^(sqlite|postgresql)(\+\w+)?://")
    keep_originals: bool = True
    max_file_mb: int = Field(default=32, ge=1, le=1024)
    workers: int = Field(default=0, ge=0, le=256)
    file_seconds: int = Field(default=120, ge=1, le=86_400)
    file_memory_mb: int = Field(default=4096, ge=512, le=1_048_576)
    max_question_chars: int = Field(default=2000, ge=1, le=100_000)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    hosts: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    llm_base_url: str = Field(default="", pattern=_ADDRESS)
    llm_model: str = ""
    llm_api_key: SecretStr = SecretStr("")
    llm_understand_model: str = ""
    llm_answer_model: str = ""
    llm_draft_model: str = ""
    llm_seconds: int = Field(default=20, ge=1, le=600)
    llm_retries: int = Field(default=1, ge=0, le=5)
    llm_steps: int = Field(default=6, ge=1, le=20)
    llm_extra_body: Annotated[dict[str, Any], NoDecode, BeforeValidator(_json_object)] = Field(default_factory=dict)
    embedding_base_url: str = Field(default="", pattern=_ADDRESS)
    embedding_model: str = ""
    embedding_api_key: SecretStr = SecretStr("")
    embedding_fused: bool = False

    @property
    def database(self) -> Path | str:
        """The database address, or the SQLite file under *home*."""
        return self.database_url or self.home / "youju.sqlite"

    @property
    def originals_folder(self) -> Path:
        """Where the files of documents are kept as they were received."""
        return self.home / "originals"

    @property
    def passages_folder(self) -> Path:
        """Where the passage index lives. Derived data: it can be deleted and is built again."""
        return self.home / "passages"

    @property
    def logs_folder(self) -> Path:
        """Where the command line writes what went wrong unexpectedly."""
        return self.home / "logs"


def read_settings() -> Settings:
    """Read the settings from the environment.

    Raises:
        ConfigurationError: A value cannot be used; the message names the variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "；".join(
            f"{_PREFIX}{str(each['loc'][0]).upper()}{_shown(each['loc'][0], each['input'])}"
            f"{_expected(each['type'], each.get('ctx') or {}, each['msg'])}"
            for each in error.errors()
        )
        raise ConfigurationError(f"环境变量有误：{problems}。请改正或去掉它（去掉则用默认值）。") from None
    except RuntimeError:
        raise ConfigurationError(
            "找不到当前用户的主目录，无法确定数据文件夹。请用环境变量 YOUJU_HOME 指定一个文件夹。"
        ) from None


def _shown(name: object, value: object) -> str:
    """Repeat a value, but not an address or a key: it may hold a password."""
    return "" if str(name).endswith(("_url", "_key", "_body")) else f"=“{str(value)[:40]}”"


def _expected(kind: str, limits: dict[str, object], otherwise: str) -> str:
    return _EXPECTED.get(kind, otherwise).format(**limits)
