"""Load from wrk, a process of its own, so that no event loop measures itself."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import orjson

SCRIPT = Path(__file__).with_name("post.lua")
CONNECTIONS = 8
TIMEOUT_SECONDS = 60
"""How long an answer may take; wrk itself gives up after two seconds."""


class LoadFailed(Exception):
    """No figures; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one run of wrk saw; latencies in milliseconds. No request at all: none was answered in time."""

    requests: int
    per_second: float
    p50: float
    p99: float


def require_wrk() -> str:
    """Where wrk is; raises LoadFailed when it is nowhere."""
    found = shutil.which("wrk")
    if found is None:
        raise LoadFailed("wrk makes the load and is not on the PATH; get it with: apt-get install -y wrk")
    return found


def post(url: str, body: bytes, seconds: int, authorization: str) -> Load:
    """Posts a body for some seconds on 8 connections; raises LoadFailed when a request fails."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(body)
        file.flush()
        pace = ["-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-H", f"Authorization: {authorization}"]
        pace += ["--timeout", f"{TIMEOUT_SECONDS}s"]
        command = [require_wrk(), *pace, "-s", str(SCRIPT), url, "--", file.name]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 30, check=False)
    if ended.returncode:
        raise LoadFailed(f"wrk failed: {(ended.stderr or ended.stdout).strip()}")
    return _load(orjson.loads(ended.stdout.strip().splitlines()[-1]), url)


def _load(seen: dict[str, int], url: str) -> Load:
    if seen["failures"]:
        raise LoadFailed(f"{seen['failures']} of {seen['requests']} requests to {url} failed.")
    rate = seen["requests"] / seen["microseconds"] * 1e6
    return Load(seen["requests"], rate, seen["p50"] / 1000, seen["p99"] / 1000)
