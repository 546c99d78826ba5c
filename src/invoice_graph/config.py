"""Settings: each is an option of `invoice-graph serve` and an environment variable `INVOICE_GRAPH_<NAME>`."""

import json
import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ENVIRONMENT_PREFIX = "INVOICE_GRAPH_"
DEFAULT_DATABASE = "sqlite+aiosqlite:///invoice-graph.db"
DEMO_DATABASE = "sqlite+aiosqlite:///invoice-graph-demo.db"

ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^/?#@\sA-Z]+")
"""What a browser says of where a page comes from, which never ends with a slash; `*` for whatever it says."""

PUBLIC_URL = re.compile(r"(https?://[^/?#\s]+(/[^?#\s]*)?)?", re.IGNORECASE)

PASSWORD = re.compile(r"(://[^/:@?]*):[^/?]*@")
"""A URL's password, and what stands before it."""


def _origin(given: object) -> object:
    if isinstance(given, str) and ORIGIN.fullmatch(given):
        return given
    raise ValueError("give an origin such as https://app.example, in lower-case letters and without a path")


def _listed(text: str) -> list[Any]:
    try:
        return list(json.loads(text))
    except ValueError:
        raise ValueError("""give a JSON list such as '["https://app.example"]'""") from None


class Settings(BaseSettings):
    """The settings of one process, read once."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, extra="ignore", allow_inf_nan=False)

    database: str = Field(
        DEFAULT_DATABASE,
        description="Where the data is: `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://USER@HOST/NAME`.",
    )
    migrate: bool = Field(
        True, description="Whether tables are made or upgraded at start; otherwise a database that needs it is refused."
    )
    database_wait: float = Field(
        0, ge=0, le=86_400, description="Seconds that a PostgreSQL server which does not answer is waited for at start."
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    workers: int = Field(1, ge=1, le=64, description="How many server processes share the port and the database.")
    demo: bool = Field(False, description="Serve a demonstration account without asking for a key.")
    jobs: bool = Field(
        True, description="Whether what is due is done here as well; otherwise `invoice-graph worker` has to run."
    )
    public_url: str = Field("", description="The server's address in links; made of host and port when empty.")
    readers: int = Field(
        0,
        ge=0,
        le=64,
        description="Connections for reading, per process; 0 for one per processor with SQLite, 4 with PostgreSQL.",
    )
    writers: int = Field(8, ge=1, le=64, description="Connections for writing, per process; SQLite has one.")
    statement_milliseconds: int = Field(
        30_000, ge=1, le=600_000, description="How long PostgreSQL may take for one statement."
    )
    synchronous: Literal["FULL", "NORMAL", "OFF"] = Field(
        "FULL", description="When SQLite waits for the disk; with FULL a committed invoice survives a power cut."
    )
    busy_milliseconds: int = Field(
        5000, ge=0, le=600_000, description="How long a write waits for others before it is refused."
    )
    documents: str = Field(
        "",
        description="A directory of GraphQL files and manifests; nothing else runs then. Empty for whatever is asked.",
    )
    max_cost: int = Field(
        1_000_000, ge=1, description="Points that one operation may cost: one per object, a page's size times its node."
    )
    max_depth: int = Field(64, ge=1, description="Objects below one another in one operation.")
    max_root_fields: int = Field(100, ge=1, le=1000, description="Fields at the top of one operation.")
    max_mutations: int = Field(50, ge=1, description="Mutations of one request.")
    max_aliases: int = Field(1000, ge=0, description="Aliases of one document.")
    max_variable_values: int = Field(
        20_000, ge=0, description="Values in the variables of one request, members and entries at any depth."
    )
    cost_per_minute: int = Field(
        0, ge=0, description="Points that each key may spend in a minute, per process; 0 for no end."
    )
    operation_timeout: float = Field(30, gt=0, description="Seconds after which a query is ended.")
    max_body_bytes: int = Field(1_000_000, ge=1000, description="The largest request body.")
    max_connections: int = Field(10_000, ge=1, description="Open connections without a WebSocket, per process.")
    header_timeout: float = Field(10, gt=0, description="Seconds in which the headers of a request must arrive.")
    body_timeout: float = Field(30, gt=0, description="Seconds in which a request body must arrive.")
    keep_alive_interval: float = Field(12, gt=0, description="Seconds between signs of life on event streams.")
    send_timeout: float = Field(10, gt=0, description="Seconds a client may leave a message unread.")
    init_timeout: float = Field(3, gt=0, description="Seconds in which a WebSocket must be initialised.")
    max_sockets_per_key: int = Field(10_000, ge=1, description="WebSockets of each key, per process.")
    max_subscriptions_per_key: int = Field(10_000, ge=1, description="Subscriptions of each key, per process.")
    max_operations: int = Field(100, ge=1, description="Operations under way on one WebSocket.")
    allowed_origins: Annotated[list[Annotated[str, BeforeValidator(_origin)]], NoDecode] = Field(
        [], description="Origins whose pages may call from browsers, a JSON list; `*` for all. The own host always may."
    )
    production: bool = Field(
        False, description="For servers that strangers reach: the three settings below are off unless they are set."
    )
    pages: bool | None = Field(None, description="GraphiQL and the console for browsers.")
    suggestions: bool | None = Field(None, description="Names that a misspelt one could have meant, in errors.")
    introspection: bool | None = Field(None, description="The schema, also for keys without the scope `schema:read`.")
    log_operations: bool = Field(
        False, description="Write a line of JSON to standard output for each operation and each refused request."
    )
    oidc_issuer: str = Field("", description="The OpenID Connect issuer whose tokens are accepted too; empty for none.")
    oidc_audience: str = Field("", validate_default=True, description="Whom the issuer's tokens must be for.")
    oidc_jwks_url: str = Field("", description="Where the issuer's keys are; discovered when empty.")
    oidc_account_claim: str = Field("account", description="The claim that names the account.")
    oidc_scope_claim: str = Field("scope", description="The claim that lists scopes.")
    oidc_customer_claim: str = Field("customer", description="The claim that makes somebody one of the customers.")
    oidc_timeout: float = Field(5, gt=0, description="Seconds in which the issuer must answer.")
    watch_interval: float = Field(
        0.04, gt=0, le=10, description="Seconds between looks for changes made by other processes."
    )
    drain_delay: float = Field(
        0, ge=0, le=600, description="Seconds after SIGTERM in which the server answers as before, but is not ready."
    )
    drain_timeout: int = Field(10, ge=0, description="Seconds that open requests then get to end.")

    def tells(self, what: bool | None) -> bool:
        """Whether something is shown that `production` hides unless a setting says otherwise."""
        return not self.production if what is None else what

    @field_validator("oidc_audience")
    @classmethod
    def _is_told(cls, audience: str, info: ValidationInfo) -> str:
        # Without one, tokens that the issuer made for other services would open this one.
        if info.data.get("oidc_issuer") and not audience:
            raise ValueError("name the audience of the issuer's tokens")
        return audience

    @field_validator("public_url")
    @classmethod
    def _leads_somewhere(cls, url: str) -> str:
        if not PUBLIC_URL.fullmatch(url):
            raise ValueError("give an address such as https://invoices.example")
        return url

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _one_by_one(cls, given: Iterable[str] | str) -> list[Any]:
        """The option comes any number of times, the variable once, each with an origin or a JSON list of them."""
        texts = [given] if isinstance(given, str) else given
        return [origin for text in texts for origin in (_listed(text) if text.startswith("[") else [text])]

    @property
    def database_shown(self) -> str:
        """The database for people and logs: without its password."""
        return PASSWORD.sub(r"\1:***@", self.database)

    @property
    def address(self) -> str:
        """The server's address for people and links."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"
