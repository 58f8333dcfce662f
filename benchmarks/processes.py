"""Run a program, and measure its time, its processor time and its memory.

A process begins with the memory of the one that starts it, as far as the kernel's peak (`ru_maxrss`) is concerned: of a
program that a large process starts, nothing smaller shows. So a launcher of 9 MiB starts it, waits for it, and tells
what the kernel has counted. The kernel's peak is that of the largest process; the peak of a process and its workers
together is sampled, and slows them down, so that such a run is not timed.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LAUNCHER: Final = """
import os, sys, time
begin = time.perf_counter()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, usage = os.wait4(process, 0)
seconds = time.perf_counter() - begin
print(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
_PEAK_UNIT: Final = 1 << 20 if sys.platform == "darwin" else 1 << 10
"""What `ru_maxrss` counts in a MiB."""
_SAMPLE_EVERY: Final = 0.02
"""Seconds between two samples of memory, if one takes less than a tenth of that: a shorter peak is not seen."""


@dataclass(frozen=True)
class Sample:
    """What one run took."""

    seconds: float
    cpu: float
    """Seconds of all processors, with those of its workers."""
    mebibytes: float
    """The peak of its largest process."""
    together: float
    """The sampled peak of all its processes, memory that they share counted once; 0 if it was not watched."""
    exit_code: int


@dataclass(frozen=True)
class Place:
    """Where programs run."""

    folder: Path
    variables: Mapping[str, str]
    """Of the environment, beside those of this process."""
    output: Path
    """The file with what the last one has written."""

    def run(self, command: Sequence[str], limit: float, *, watch: bool) -> Sample:
        """Run a program, killed after `limit` seconds with an exit code of -9. With `watch`, sample its memory."""
        process = self._start(command)
        killer = threading.Timer(limit, os.killpg, (process.pid, signal.SIGKILL))
        killer.start()
        together = _peak(process) if watch else 0.0
        told, _ = process.communicate()
        killer.cancel()
        if not told:
            return Sample(limit, limit, 0.0, 0.0, -signal.SIGKILL)
        seconds, cpu, peak, exit_code = told.split()
        largest = int(peak) / _PEAK_UNIT
        return Sample(float(seconds), float(cpu), largest, max(together, largest) * watch, int(exit_code))

    def _start(self, command: Sequence[str]) -> "subprocess.Popen[str]":
        with self.output.open("wb") as file:
            return subprocess.Popen(  # noqa: S603  # the commands are ours
                [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command],
                cwd=self.folder,
                env={**os.environ, **self.variables},
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                start_new_session=True,
            )


def busy_seconds() -> float:
    """The processor time that all processes of the machine have taken since it was started; 0 if it is not known."""
    try:
        user, nice, system, _, _, *others = map(int, Path("/proc/stat").read_text(encoding="ascii").split()[1:9])
    except OSError:
        return 0.0
    return (user + nice + system + sum(others)) / os.sysconf("SC_CLK_TCK")


def _peak(process: "subprocess.Popen[str]") -> float:
    """The most MiB that the processes below the launcher have together, until it ends."""
    peak = 0
    while True:
        begin = time.perf_counter()
        peak = max(peak, sum(map(_own_share, _descendants(process.pid))))
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(_SAMPLE_EVERY, 10 * (time.perf_counter() - begin)))
            return peak / 1024


def _descendants(process: int) -> Iterator[int]:
    """The processes below `process`, which is not among them."""
    try:
        listed = [file.read_text() for file in Path(f"/proc/{process}/task").glob("*/children")]
    except OSError:  # it has ended
        return
    for child in map(int, " ".join(listed).split()):
        yield child
        yield from _descendants(child)


def _own_share(process: int) -> int:
    """KiB of a process, each page divided by the number of processes that share it."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
