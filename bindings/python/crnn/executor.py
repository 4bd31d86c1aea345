"""Threads for `crnn_batch_run`, which has none of its own."""

from __future__ import annotations

import ctypes
import threading
from ctypes import c_int32, c_size_t, c_void_p
from typing import Callable, Optional

from .library import sized

CExecutorTask = ctypes.CFUNCTYPE(None, c_void_p, c_int32)
CExecutorRun = ctypes.CFUNCTYPE(None, c_void_p, CExecutorTask, c_void_p, c_int32)


class CExecutor(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("context", c_void_p),
        ("run", CExecutorRun),
        ("width", c_int32),
        ("reserved", c_int32),
    ]


def _run(_context, task, argument, count) -> None:
    """Calls ``task`` for every number below ``count``, this thread's share included; returns when all calls have.

    It runs in a thread of `in_own_thread`, which no signal interrupts: an exception here would let the library go on
    while tasks still run.
    """
    started, left = [], list(range(1, count))
    try:
        while left:
            thread = threading.Thread(target=task, args=(argument, left[-1]), daemon=True)
            thread.start()
            started.append(thread)
            left.pop()
    except RuntimeError:  # no more threads on this system: the rest is for this one
        pass
    for index in [0, *left]:
        task(argument, index)
    for thread in started:
        thread.join()


_callback = CExecutorRun(_run)


def executor_of(threads: int) -> CExecutor:
    """An executor of so many threads, which begin with a batch and end with it."""
    return sized(CExecutor, run=_callback, width=threads)


def in_own_thread(call: Callable[[], object], abandoned: Optional[Callable[[], None]] = None) -> None:
    """Runs ``call`` in another thread and waits for it; raises what it raised.

    Should the waiting be interrupted (Ctrl-C), the thread goes on and keeps what it works with; ``abandoned`` then
    gives back what came of it.
    """
    problems, lock = [], threading.Lock()
    is_over = is_alone = False

    def work() -> None:
        nonlocal is_over
        try:
            call()
        except BaseException as problem:
            problems.append(problem)
        with lock:
            is_over = True
        if is_alone and abandoned:
            abandoned()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        thread.join()
    except BaseException:
        with lock:
            is_alone = not is_over
        if not is_alone and abandoned:
            abandoned()
        raise
    if problems:
        raise problems[0]
