"""The resident process: keeps one project in memory, and answers its clients.

How it works: one thread accepts clients, one for each client reads requests and writes answers, and the main thread
computes one answer after another, since a session serves one caller at a time. Waiting requests are ordered by urgency:
an edit waits for its check, nothing waits for a report. The daemon ends after some idle minutes, on SIGTERM, when a
client asks for it, and when archguard has been replaced on disk.

Memory: one project, `MOST_CLIENTS` messages of `MOST_BYTES` at most, and what drafts leave behind, which `heap` frees.
A daemon that has grown by `MOST_GROWTH` nevertheless ends, and the next client starts another one.
"""

import os
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from queue import Empty, PriorityQueue
from threading import BoundedSemaphore, Event, Thread
from typing import Any, Final, TypeAlias

from archguard.dataclass import dataclass
from archguard.incremental.program_state import program_state
from archguard.reporters.tool_info import version
from archguard.servers.client import OUTDATED
from archguard.servers.connection import Connection
from archguard.servers.heap import Heap, memory
from archguard.servers.listener import Listener
from archguard.servers.protocol import InvalidMessageError, decoded, encoded

MOST_CLIENTS: Final = 32
"""Clients at once; more wait to be accepted. An agent asks from a handful of processes."""
SILENCE: Final = 60.0
"""Seconds after which a client is let go that sends nothing, or half a message, or does not read its answer."""
MOST_GROWTH: Final = 1 << 30
"""Bytes by which the daemon may grow after its first answers."""
FIRST_ANSWERS: Final = 10
"""Answers after which nearly all that drafts need of other files is in memory."""
_QUIET: Final = 30.0
"""Seconds without a request after which all garbage is freed: who edits is not quiet for so long, and on a project of
the size of Django that takes seconds, in which nobody is answered."""
_WRITTEN: Final = 1.0
"""Seconds without a request after which a draft that was checked has been written, or will not be. The project is read
then, so that the next check need not wait for it."""
_REFRESH: Final = {"method": "refresh"}
_PAUSE: Final = 0.1
_FAREWELL: Final = 2.0
"""Seconds that the last answer may take to its client."""

Message: TypeAlias = dict[str, Any]
Answers: TypeAlias = Callable[[Message], Message]
"""From a request to its answer. It raises `InvalidMessageError` for a request that it does not understand."""

_URGENCY: Final = {"stop": 0, "check": 1, "preview": 1}
_LEAST_URGENT: Final = 2


@dataclass(order=True)
class _Job:
    """A request that waits for the main thread."""

    urgency: int
    number: int
    request: Message = field(compare=False)
    connection: Connection = field(compare=False)
    answer: Message = field(default_factory=dict, compare=False)
    is_answered: Event = field(default_factory=Event, compare=False)
    is_sent: Event = field(default_factory=Event, compare=False)


class Daemon:
    """Answers the clients of one project until it ends."""

    def __init__(self, root: Path, idle: float, log: Callable[[str], None], most_growth: int = MOST_GROWTH) -> None:
        """Serve nobody yet.

        Args:
            root: The folder of the project.
            idle: The seconds without a request after which it ends.
            log: Where messages go.
            most_growth: The bytes by which it may grow after its first answers.
        """
        self._root = root
        self._idle = idle
        self._log = log
        self._most_growth = most_growth
        self._jobs: PriorityQueue[_Job] = PriorityQueue()
        self._slots = BoundedSemaphore(MOST_CLIENTS)
        self._program = program_state()
        self._started = time.monotonic()
        self._answered = 0
        self._is_draft_checked = False
        """Whether a draft was checked since files were read the last time."""
        self._heap = Heap()
        self._first_memory = 0
        """Bytes after the first answers."""

    def accept_from(self, listener: Listener) -> None:
        """Accept clients, in a thread of its own."""
        Thread(target=self._accept, args=(listener,), daemon=True).start()

    def run(self, answers: Answers) -> str:
        """Answer requests, and return why the daemon is to end."""
        while job := self._next(answers):
            if end := self._do(job, answers):
                job.is_sent.wait(_FAREWELL)
                return end
        return f"idle for {self._idle:g} seconds"

    def _next(self, answers: Answers) -> _Job | None:
        """The most urgent request; None if none comes. Meanwhile what was written is read, and memory is freed."""
        written, quiet = min(_WRITTEN, self._idle), min(_QUIET, self._idle)
        with suppress(Empty):
            return self._jobs.get(timeout=written)
        if self._is_draft_checked:
            self._is_draft_checked = False
            self._answer(_REFRESH, answers)
        with suppress(Empty):
            return self._jobs.get(timeout=quiet - written)
        self._heap.collect_all()
        with suppress(Empty):
            return self._jobs.get(timeout=self._idle - quiet)
        return None

    def _do(self, job: _Job, answers: Answers) -> str:
        """Answer a request; returns why the daemon is to end, if it is."""
        end = ""
        if job.request["method"] == "stop":
            job.answer, end = {"stopped": True}, "a client has asked for it"
        elif self._is_replaced():
            job.answer, end = error(OUTDATED, "archguard has been replaced"), "archguard has been replaced"
        elif not job.connection.is_closed():
            job.answer = self._answer(job.request, answers)
            self._is_draft_checked |= job.request["method"] == "check"
        self._answered += 1
        job.is_answered.set()
        return end or self._tidy()

    def _is_replaced(self) -> bool:
        try:
            return program_state() != self._program
        except OSError:  # it is being replaced
            return True

    def _answer(self, request: Message, answers: Answers) -> Message:
        try:
            return answers(request)
        except InvalidMessageError as fault:
            return error("request", str(fault))
        except Exception as fault:  # noqa: BLE001  # a fault in one request ends neither the daemon nor its other clients
            self._log(f"a fault in archguard itself, for the method {request['method']}\n{traceback.format_exc()}")
            return error("fault", f"a fault in archguard itself: {type(fault).__name__}: {fault}", "please report it")

    def _tidy(self) -> str:
        """Free memory if nobody waits; returns why the daemon is to end, if it has grown too much."""
        if self._jobs.empty():
            self._heap.collect_new()
        if self._answered == FIRST_ANSWERS:
            self._first_memory = memory()
        grown = memory() - self._first_memory if self._first_memory else 0
        return f"it has grown by {grown >> 20} MiB" if grown > self._most_growth else ""

    def _accept(self, listener: Listener) -> None:
        while True:
            self._slots.acquire()
            try:
                connection = listener.accept()
            except OSError:  # the client has gone, or no descriptors are left
                connection = None
                time.sleep(_PAUSE)
            if connection is None:
                self._slots.release()
            else:
                Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: Connection) -> None:
        """Answer the requests of one client until it goes."""
        try:
            connection.wait_at_most(SILENCE)
            while (line := connection.receive()) is not None:
                job = self._job(line, connection)
                job.is_answered.wait()
                connection.send(encoded(job.answer))
                job.is_sent.set()
        except InvalidMessageError as fault:  # an overlong message: where the next one begins is not known
            with suppress(OSError):
                connection.send(encoded(error("request", str(fault))))
        except OSError:  # the client has gone, or is silent
            pass
        finally:
            connection.close()
            self._slots.release()

    def _job(self, line: bytes, connection: Connection) -> _Job:
        """The request in `line`, which waits for the main thread, unless it can be answered at once."""
        number = time.monotonic_ns()
        try:
            request = _request(line)
        except InvalidMessageError as fault:
            return _answered(_Job(0, number, {}, connection), error("request", str(fault)))
        job = _Job(_URGENCY.get(request["method"], _LEAST_URGENT), number, request, connection)
        if request["method"] == "status":
            return _answered(job, self._status())
        self._jobs.put(job)
        return job

    def _status(self) -> Message:
        return {
            "version": version(),
            "root": str(self._root),
            "pid": os.getpid(),
            "seconds": round(time.monotonic() - self._started, 1),
            "cpu_seconds": round(time.process_time(), 3),
            "answered": self._answered,
            "waiting": self._jobs.qsize(),
            "bytes": memory(),
        }


def _request(line: bytes) -> Message:
    request = decoded(line)
    if not isinstance(request.get("method"), str):
        raise InvalidMessageError("a request names its `method`")
    return request


def _answered(job: _Job, answer: Message) -> _Job:
    job.answer = answer
    job.is_answered.set()
    return job


def error(code: str, message: str, hint: str = "", problems: tuple[Message, ...] = ()) -> Message:
    """The answer to a request that failed."""
    return {"error": {"code": code, "message": message, "hint": hint, "problems": [*problems]}}
