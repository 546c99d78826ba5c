"""What is held until it is let go."""

from collections.abc import Callable
from types import TracebackType


class Held:
    """Something that is let go once, at the end of a block at the latest. There are several for each silent subscriber,
    and one is a tenth of a generator's context manager."""

    __slots__ = ("_let_go", "_what")

    def __init__(self, let_go: Callable[..., None] | None = None, *what: object) -> None:
        self._let_go = let_go
        self._what = what

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def release(self) -> None:
        """Lets it go, unless that has happened."""
        let_go, self._let_go = self._let_go, None
        if let_go is not None:
            let_go(*self._what)
