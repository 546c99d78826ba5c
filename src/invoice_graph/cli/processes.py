"""Processes that share one listening socket, and the event loop each of them runs."""

import asyncio
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType
from typing import Any, TypeVar

import typer

from invoice_graph.cli.logs import start_logs
from invoice_graph.cli.options import Unfit
from invoice_graph.config import Settings
from invoice_graph.server.app import serve

new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
with suppress(ImportError):  # uvloop is not made for every system.
    from uvloop import new_event_loop

T = TypeVar("T")

SHORTEST_LIFE = 1.0
"""Seconds that a process must have lived to be replaced at once when it dies."""

# New interpreters, not copies of this one: what a library started here, such as a thread, can't be half there.
_spawning = multiprocessing.get_context("spawn")


def run_loop(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end, on the fastest event loop there is."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


def serve_alone(settings: Settings, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serves in this process until SIGTERM."""
    run_loop(serve(settings, listener, lambda _port: ready()))


class Workers:
    """As many server processes as the settings ask for; one that dies is replaced."""

    def __init__(self, settings: Settings, listener: socket.socket, ready: Callable[[], None]) -> None:
        self._settings = settings
        self._listener = listener
        self._ready = ready
        self._reports, self._report = _spawning.Pipe(duplex=False)
        self._living: dict[SpawnProcess, float] = {}
        self._started = False
        self._stopping = False

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT, which lets all processes end what they have begun.

        `ready` is called when the first one listens. Raises Unfit when none can.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for _ in range(self._settings.workers):
            self._start()
        while self._living:
            happened = wait([self._reports, *(process.sentinel for process in self._living)])
            if self._reports in happened:
                self._hear()
            for process in [process for process in self._living if process.sentinel in happened]:
                self._bury(process)

    def _start(self) -> None:
        process = _spawning.Process(target=_work, args=(self._settings, self._listener, self._report))
        process.start()
        self._living[process] = time.monotonic()
        if self._stopping:
            process.terminate()

    def _hear(self) -> None:
        self._reports.recv()
        if not self._started:
            self._started = True
            self._ready()

    def _bury(self, process: SpawnProcess) -> None:
        process.join()
        born = self._living.pop(process)
        if self._stopping:
            # Nobody would accept what this process's copy of the socket still lets connect.
            self._listener.close()
            return
        if not self._started:
            self._stop()
            raise Unfit(f"A server process ended with {process.exitcode} before it could listen.")
        typer.echo(f"Process {process.pid} ended with {process.exitcode}; another takes its place.", err=True)
        time.sleep(max(0.0, born + SHORTEST_LIFE - time.monotonic()))
        self._start()

    def _stop(self, _signal: int = signal.SIGTERM, _frame: FrameType | None = None) -> None:
        self._stopping = True
        for process in list(self._living):
            process.terminate()


def _work(settings: Settings, listener: socket.socket, report: "Connection[int, int]") -> None:
    """What a process does: serves until it is told to end, or until the process that made it is gone."""
    start_logs(settings)
    run_loop(_serve_while_wanted(settings, listener, report))


async def _serve_while_wanted(settings: Settings, listener: socket.socket, report: "Connection[int, int]") -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    asyncio.get_running_loop().add_reader(parent.sentinel, os.kill, os.getpid(), signal.SIGTERM)
    await serve(settings, listener, report.send)
