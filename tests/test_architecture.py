"""The house: rooms import lower floors only, each library stays in its rooms, files and functions keep their size."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import invoice_graph

HOUSE = Path(invoice_graph.__file__).parent
FLOORS = (
    ("domain", "config", "deferred", "tracing"),
    ("store", "adapters"),
    ("commands", "planner"),
    ("schema", "worker", "seed", "demo"),
    ("server", "documentation"),
    ("cli",),
)
"""From the ground up. A room imports rooms of lower floors, and itself."""

FLOORS_OF_COMMANDS = (("catalogue",), ("invoices",), ("payments", "credit_notes"))
"""The same within the room of commands."""

ROOMS_OF_LIBRARIES = {
    "sqlalchemy": {"store", "planner"},
    "aiosqlite": {"store"},
    "asyncpg": {"store"},
    "alembic": {"store"},
    "sqlite3": {"store"},
    "strawberry": {"schema"},
    "starlette": {"server"},
    "uvicorn": {"server"},
    "typer": {"cli"},
    "opentelemetry": {"tracing"},
}
"""Where a library may be imported."""

VAGUE_NAMES = {"utils", "helpers", "base", "manager", "misc", "common_utils", "core"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 45

FILES = sorted(HOUSE.rglob("*.py"))


def room(path: Path) -> str:
    """The room of a file of the house."""
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def floor(name: str, floors: tuple[tuple[str, ...], ...] = FLOORS) -> int:
    """The floor of a room."""
    return next(level for level, rooms in enumerate(floors) if name in rooms)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """The modules that a file imports, with their lines."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            yield node.lineno, str(node.module)
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def name_of(path: Path) -> str:
    return str(path.relative_to(HOUSE))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_room_imports_lower_floors_only(path: Path) -> None:
    if path.parent == HOUSE and path.name in ("__init__.py", "__main__.py"):
        return
    for line, module in imports(path):
        if module.startswith("invoice_graph.") and module != "invoice_graph.__version__":
            target = module.split(".")[1]
            allowed = target == room(path) or floor(target) < floor(room(path))
            assert allowed, f"{path}:{line} imports {module}"


def test_commands_of_one_kind_import_those_below_them() -> None:
    commands = HOUSE / "commands"
    own = {name for names in FLOORS_OF_COMMANDS for name in names}
    assert own == {path.parent.name for path in commands.glob("*/__init__.py")}
    for name in own:
        found = {module for path in (commands / name).rglob("*.py") for _, module in imports(path)}
        others = {other for other in own - {name} if f"invoice_graph.commands.{other}" in " ".join(found)}
        assert all(floor(other, FLOORS_OF_COMMANDS) < floor(name, FLOORS_OF_COMMANDS) for other in others), name


def test_no_files_import_each_other_in_a_circle_not_even_for_their_types() -> None:
    """But for the types of the schema, which refer to each other as a graph does."""
    graph: dict[str, set[str]] = {}
    for path in FILES:
        graph.setdefault(module_of(path), set()).update(
            module_of(target) for _, module in imports(path) if (target := file_of(module)) is not None
        )
    for module, imported in graph.items():
        imported.discard(module)
    TopologicalSorter(graph).prepare()


def module_of(path: Path) -> str:
    """A file, or the types of the schema as one."""
    return "schema/types" if path.parent.name == "types" and path.parent.parent.name == "schema" else name_of(path)


def file_of(module: str) -> Path | None:
    """The file of a module of the house; a package's face has no part in a circle."""
    path = HOUSE.parent.joinpath(*module.split(".")).with_suffix(".py")
    return path if path in FILES else None


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_library_is_imported_in_its_rooms_only(path: Path) -> None:
    for line, module in imports(path):
        rooms = ROOMS_OF_LIBRARIES.get(module.split(".")[0])
        assert rooms is None or room(path) in rooms, f"{path}:{line} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_stand_at_the_top(path: Path) -> None:
    tree = ast.parse(path.read_text())
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        nested = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
        assert not nested, f"{path}:{function.lineno} {function.name} imports inside"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_and_functions_keep_their_size(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{path}:{node.lineno} {node.name} has {length} lines"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_file_says_what_it_is_for(path: Path) -> None:
    assert path.stem not in VAGUE_NAMES
    assert ast.get_docstring(ast.parse(path.read_text()))


def test_the_domain_needs_the_standard_library_alone() -> None:
    for path in (HOUSE / "domain").rglob("*.py"):
        for line, module in imports(path):
            top = module.split(".")[0]
            assert top == "invoice_graph" or top in sys.stdlib_module_names, f"{path}:{line} imports {module}"


def test_a_start_on_a_file_imports_nothing_that_it_may_not_need() -> None:
    program = "import sys, invoice_graph.cli; print(*sys.modules)"
    imported = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"aiosqlite", "strawberry"} <= set(imported)
    assert not {"alembic", "asyncpg", "cryptography", "httpx"} & set(imported)
