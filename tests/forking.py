"""Server processes that are killed, stopped and raced, forked from one that has loaded everything already."""

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from databases import databases
from system import SERVING, STOP_SECONDS

Start = Callable[..., AbstractContextManager["Forked"]]
"""Starts a server on the database that a path names, with options of serving.py, and returns when it is ready."""


class Forked:
    """A server in a process of its own."""

    def __init__(self, port: int, pid: int) -> None:
        self.url = f"http://127.0.0.1:{port}/graphql"
        self.ws_url = f"ws://127.0.0.1:{port}/graphql"
        self._process = os.pidfd_open(pid)

    def kill(self) -> None:
        """Ends it without any warning, and waits until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._process, signal.SIGKILL)
        assert select.select([self._process], [], [], STOP_SECONDS)[0]

    def stand_still(self) -> None:
        """Has it do nothing until it is told to go on."""
        signal.pidfd_send_signal(self._process, signal.SIGSTOP)

    def go_on(self) -> None:
        signal.pidfd_send_signal(self._process, signal.SIGCONT)

    def close(self) -> None:
        """Leaves no process behind."""
        self.kill()
        os.close(self._process)


@pytest.fixture(scope="session")
def start() -> Iterator[Start]:
    """What starts servers, in a tenth of the time that the first start takes."""
    command = [sys.executable, str(SERVING)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as loaded:
        assert loaded.stdin is not None
        assert loaded.stdout is not None
        orders, answers = loaded.stdin, loaded.stdout

        @contextlib.contextmanager
        def begin(path: Path, *options: str) -> Iterator[Forked]:
            print(databases.url(path), *options, file=orders, flush=True)
            ready, port, pid = answers.readline().split()
            assert ready == "ready"
            with contextlib.closing(Forked(int(port), int(pid))) as forked:
                yield forked

        yield begin
        orders.close()
