"""Programs in processes of their own that are forked from one that has loaded the house, so that they start at once."""

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

from databases import databases
from serving import serve_as_told
from system import STOP_SECONDS

from invoice_graph.cli import main

_loaded = multiprocessing.get_context("forkserver")
_loaded.set_forkserver_preload(["invoice_graph.cli"])


def invoice_graph(*arguments: str) -> None:
    """What `invoice-graph` does with these arguments."""
    sys.argv = ["invoice-graph", *arguments]
    main()


def _print_into(pipe: Connection, program: Callable[..., None], arguments: tuple[str, ...]) -> None:
    os.dup2(pipe.fileno(), sys.stdout.fileno())
    program(*arguments)


class Forked:
    """A program that has begun with some arguments; it can be killed and stopped."""

    def __init__(self, program: Callable[..., None], *arguments: str) -> None:
        self._output, output = _loaded.Pipe(duplex=False)
        with output:
            self._process = _loaded.Process(target=_print_into, args=(output, program, arguments), daemon=True)
            self._process.start()
        self._lines = os.fdopen(self._output.fileno(), closefd=False)

    def __enter__(self) -> "Forked":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def next_line(self) -> str:
        """Waits for the next line that it prints; "" when there is none."""
        return self._lines.readline()

    def end(self) -> int | None:
        """Its exit code, once it has ended."""
        self._process.join(STOP_SECONDS)
        return self._process.exitcode

    def kill(self) -> None:
        """Ends it without any warning, and waits until it is gone."""
        self._process.kill()
        assert self.end() is not None
        self._output.close()

    def stand_still(self) -> None:
        """Has it do nothing until it is told to go on."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process.pid
        os.kill(self._process.pid, number)


class ForkedServer(Forked):
    """A server on the database of a URL that is ready; `options` are those of serving.py."""

    def __init__(self, database: str, *options: str) -> None:
        super().__init__(serve_as_told, database, *options)
        ready, port = self.next_line().split()
        assert ready == "ready"
        self.url = f"http://127.0.0.1:{port}/graphql"
        self.ws_url = f"ws://127.0.0.1:{port}/graphql"


@contextlib.contextmanager
def start(path: Path, *options: str) -> Iterator[ForkedServer]:
    """A server on the database that a path names."""
    with ForkedServer(databases.url(path), *options) as server:
        yield server
