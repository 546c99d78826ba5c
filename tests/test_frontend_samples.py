"""Every GraphQL document in the front-end samples fits the schema; what they install is pinned, without addresses."""

import json
import re
from pathlib import Path

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, concat_ast, parse, validate
from pages_with_code import ROOT, documents

from invoice_graph.schema.build import build_schema

SAMPLES = ROOT / "frontend-samples"
PROJECTS = sorted(path.parent for path in SAMPLES.glob("*/package.json"))
OWN = [path for path in SAMPLES.rglob("*") if not path.is_relative_to(SAMPLES / "dashboard")]
PROGRAMS = sorted(path for path in OWN if path.suffix in (".md", ".html", ".js", ".py"))
FILES = sorted(path for path in OWN if path.suffix == ".graphql")
NEEDED = re.compile(r"(\^|>=) ?(\d+)(?:\.(\d+))?(?:\.\d+)?")
"""One of the alternatives in a package's `engines`."""
DOCUMENTS = [text for path in PROGRAMS for text in documents(path.read_text())] + [path.read_text() for path in FILES]


def test_the_samples_have_documents_of_every_kind() -> None:
    assert {text.split()[0] for text in DOCUMENTS} == {"query", "mutation", "subscription"}


@pytest.mark.parametrize("text", DOCUMENTS, ids=lambda text: text.split()[1])
def test_a_document_of_the_samples_fits_the_schema(text: str) -> None:
    assert validate(build_schema().schema, parse(text)) == []


def test_the_listed_operations_of_the_status_page_are_those_it_sends() -> None:
    (sent,) = documents((SAMPLES / "status-page" / "index.html").read_text())
    assert sent.strip() == (SAMPLES / "status-page" / "documents" / "invoice-status.graphql").read_text().strip()


def test_the_terminal_has_its_three_documents_among_them() -> None:
    assert len(documents((SAMPLES / "terminal" / "invoices.py").read_text())) == 3


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_the_documents_of_a_project_fit_the_schema(project: Path) -> None:
    # They use each other's fragments, so they are one document; each operation and fragment has a name of its own.
    document = concat_ast([parse(path.read_text()) for path in sorted((project / "src").rglob("*.graphql"))])
    assert validate(build_schema().schema, document) == []
    kinds = {type(definition) for definition in document.definitions}
    assert kinds == {OperationDefinitionNode, FragmentDefinitionNode}


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_no_document_of_a_project_hides_in_its_code(project: Path) -> None:
    sources = [path for path in (project / "src").rglob("*.ts*") if "generated" not in path.parts]
    assert [path.name for path in sources if re.search(r"\bgql\b|\bgraphql\s*[(`]", path.read_text())] == []


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_the_lock_file_of_a_project_names_no_address_and_each_package_s_content(project: Path) -> None:
    # npm would keep where to donate, which has to be taken out (`funding`); where it loads from is not its matter.
    text = (project / "package-lock.json").read_text()
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert "://" not in text
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    assert "omit-lockfile-registry-resolved=true" in (project / ".npmrc").read_text()


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_every_package_takes_the_oldest_node_that_a_project_names(project: Path) -> None:
    packages = json.loads((project / "package-lock.json").read_text())["packages"]
    engines = {
        name: package["engines"]["node"] for name, package in packages.items() if "node" in package.get("engines", {})
    }
    named = [(int(major), int(minor)) for _, major, minor in NEEDED.findall(engines.pop(""))]
    assert [name for name, range in engines.items() if not all(takes(range, version) for version in named)] == []


def takes(range: str, version: tuple[int, int]) -> bool:
    """Whether a package that needs a range of Node's versions runs on one of them."""
    found = [(kind, (int(major), int(minor or 0))) for kind, major, minor in NEEDED.findall(range)]
    assert len(found) == range.count("||") + 1, range
    return any(oldest <= version and (kind == ">=" or oldest[0] == version[0]) for kind, oldest in found)


def test_the_status_page_s_frame_shows_a_file_that_is_there() -> None:
    (name,) = re.findall(r'<iframe src="([^"#]+)#', (SAMPLES / "status-page" / "README.md").read_text())
    assert (SAMPLES / "status-page" / name).is_file()


def test_git_leaves_out_what_the_samples_keep() -> None:
    left_out = (ROOT / ".gitignore").read_text().splitlines()
    (kept,) = re.findall(r'"--cursor-file".*Path\("([^"]+)"\)', (SAMPLES / "terminal" / "invoices.py").read_text())
    assert any(Path(kept).match(pattern) for pattern in left_out if pattern)
