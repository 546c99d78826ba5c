"""Settings: each is an option of `invoice-graph serve` and an environment variable `INVOICE_GRAPH_<NAME>`."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ENVIRONMENT_PREFIX = "INVOICE_GRAPH_"
DEFAULT_DATABASE = "sqlite+aiosqlite:///invoice-graph.db"
DEMO_DATABASE = "sqlite+aiosqlite:///invoice-graph-demo.db"


class Settings(BaseSettings):
    """The settings of one process, read once."""

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT_PREFIX, extra="ignore")

    database: str = Field(DEFAULT_DATABASE, description="Where the data is: `sqlite+aiosqlite:///FILE`.")
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    workers: int = Field(1, ge=1, le=64, description="How many server processes share the port and the database.")
    demo: bool = Field(False, description="Serve a demonstration account without asking for a key.")
    public_url: str = Field("", description="The server's address in links; made of host and port when empty.")
    readers: int = Field(4, ge=1, le=64, description="Connections for reading, per process.")
    synchronous: Literal["FULL", "NORMAL", "OFF"] = Field(
        "FULL", description="When SQLite waits for the disk; with FULL a committed invoice survives a power cut."
    )
    busy_milliseconds: int = Field(
        5000, ge=0, le=600_000, description="How long a write waits for another process's before it is refused."
    )
    max_body_bytes: int = Field(1_000_000, ge=1000, description="The largest request body.")
    body_timeout: float = Field(30, gt=0, description="Seconds in which a request body must arrive.")
    keep_alive_interval: float = Field(12, gt=0, description="Seconds between signs of life on event streams.")
    send_timeout: float = Field(10, gt=0, description="Seconds a client may leave a message unread.")
    init_timeout: float = Field(3, gt=0, description="Seconds in which a WebSocket must be initialised.")
    max_operations: int = Field(100, ge=1, description="Operations under way on one WebSocket.")
    allowed_origins: list[str] = Field([], description="Origins of browsers on other hosts, a JSON list; `*` for all.")
    watch_interval: float = Field(
        0.04, gt=0, le=10, description="Seconds between looks for changes made by other processes."
    )
    drain_timeout: int = Field(10, ge=0, description="Seconds that open requests get after SIGTERM.")

    @property
    def address(self) -> str:
        """The server's address for people and links."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or f"http://{host}:{self.port}"
