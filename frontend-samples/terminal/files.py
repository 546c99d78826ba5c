"""What the program writes: whole or not at all."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from failures import Unusable

STANDARD_OUTPUT = Path("-")


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """The standard output, a device, or a file that has its name only once all is in it."""
    try:
        if path == STANDARD_OUTPUT:
            yield sys.stdout
            sys.stdout.flush()
        elif path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8") as device:
                yield device
        else:
            with _replaced(path.resolve()) as file:
                yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unusable(f"{path} can't be written ({error.strerror}): name another file with --output.") from error


@contextmanager
def _replaced(path: Path) -> Iterator[TextIO]:
    beside = path.with_name(path.name + ".new")
    try:
        with beside.open("w", encoding="utf-8") as file:
            if path.exists():
                shutil.copymode(path, beside)
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


class CursorFile:
    """Where the next run goes on."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str | None:
        with self._explained():
            return self._path.read_text().strip() if self._path.exists() else None

    def write(self, cursor: str) -> None:
        """Whole or not at all, even if the power fails."""
        with self._explained(), _replaced(self._path) as file:
            file.write(cursor + "\n")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", "it is no text")
            raise Unusable(
                f"The cursor can't be kept in {self._path} ({why}): name another file with --cursor-file."
            ) from error
