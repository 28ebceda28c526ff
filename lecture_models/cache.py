"""A cache that counts bytes: what is costly is computed once a key, and the memory it takes has a limit.

Traces of one picture are a few megabytes, those of another a hundred. A limit on their number would say
nothing about the memory of the process, so the limit is on bytes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

V = TypeVar("V")
_only_kept: ContextVar[bool] = ContextVar("only_kept", default=False)
_at_once: ContextVar[bool] = ContextVar("at_once", default=False)


class NotKept(LookupError):  # noqa: N818 - it says what is the case, not that something broke
    """A value would have to be computed, where only what is kept was asked for."""


@contextmanager
def only_kept() -> Iterator[None]:
    """Inside, caches answer what they keep and raise NotKept for anything else."""
    yield from _set(_only_kept)


@contextmanager
def at_once() -> Iterator[None]:
    """Inside, :func:`soon` does not wait."""
    yield from _set(_at_once)


def _set(switch: ContextVar[bool]) -> Iterator[None]:
    token = switch.set(True)
    try:
        yield
    finally:
        switch.reset(token)


def refuse_if_only_kept() -> None:
    """Raise NotKept inside of :func:`only_kept`: said by whatever is about to compute something costly."""
    if _only_kept.get():
        raise NotKept


BUDGET = 448 << 20
"""Most memory, in bytes, for all that can be computed again: scenes, traces, records. :data:`KEPT` holds it.

A class of a hundred, each on an own scene, takes 340 MB of it (tests/benchmarks/test_class.py).
"""


def bytes_of(value: Any) -> int:
    """Memory that a value's own arrays take, in bytes: its ``nbytes``.

    Raises:
        ValueError: The value has no ``nbytes``; pass ``size`` to :meth:`ByteCache.get` for such values.

    >>> import numpy as np
    >>> bytes_of(np.zeros((2, 3), np.float32))
    24
    """
    if not hasattr(value, "nbytes"):
        raise ValueError(f"A {type(value).__name__} has no nbytes: say how many bytes it takes by `size`.")
    return int(value.nbytes)


class ByteCache(Generic[V]):
    """Least recently used values leave first; a key is computed by one thread while the others wait for it.

    Args:
        limit: Most bytes to keep, as ``size`` counts them. A value larger than this is returned but not kept.

    >>> cache = ByteCache(limit=10)
    >>> cache.get("a", lambda: b"12345678", size=len)
    b'12345678'
    >>> cache.get("a", lambda: b"never computed", size=len)
    b'12345678'
    >>> _ = cache.get("b", lambda: b"1234", size=len)
    >>> "a" in cache, "b" in cache, cache.nbytes
    (False, True, 4)
    """

    def __init__(self, limit: int) -> None:
        if limit < 0:
            raise ValueError(f"A cache's limit is in bytes and not negative; got {limit}.")
        self.limit = limit
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._pending: dict[Hashable, Future[V]] = {}
        self._nbytes = 0

    @property
    def nbytes(self) -> int:
        """Bytes kept now."""
        return self._nbytes

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._values

    def get(self, key: Hashable, compute: Callable[[], V], size: Callable[[V], int] = bytes_of) -> V:
        """The value of `key`, from the cache or by `compute()`.

        Args:
            key: What the value depends on, wholly.
            compute: Called without the cache's lock, at most once at a time for a key. What it raises reaches
                every caller that waits for this key; nothing is kept then, and the next caller tries again.
            size: Bytes of a value.
        """
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key][0]
            refuse_if_only_kept()
            waiting = self._pending.get(key)
            if waiting is None:
                mine = self._pending[key] = Future()
        return self._compute(key, mine, compute, size) if waiting is None else waiting.result()

    def _compute(
        self, key: Hashable, future: Future[V], compute: Callable[[], V], size: Callable[[V], int]
    ) -> V:
        try:
            value = compute()
            nbytes = size(value)
        except BaseException as error:
            with self._lock:
                del self._pending[key]
            future.set_exception(error)
            raise
        with self._lock:
            del self._pending[key]
            self._keep(key, value, nbytes)
        future.set_result(value)
        return value

    def _keep(self, key: Hashable, value: V, nbytes: int) -> None:
        if nbytes > self.limit:
            return
        self._values[key] = (value, nbytes)
        self._nbytes += nbytes
        while self._nbytes > self.limit:
            _, (_, freed) = self._values.popitem(last=False)
            self._nbytes -= freed

    def clear(self) -> None:
        """Forget every value. What is being computed now is kept when it is done."""
        with self._lock:
            self._values.clear()
            self._nbytes = 0


KEPT: ByteCache[Any] = ByteCache(BUDGET)
"""What every room keeps of its costly results; a key begins with a word that tells whose it is."""

BACKGROUND = 2
"""Threads that compute what :func:`soon` promised."""
PROMISES = 8
"""Most that they have to do at a time; what is one more is promised to who asks when there is room."""
_background = ThreadPoolExecutor(BACKGROUND, "soon")
_promised: dict[Hashable, Future[Any]] = {}
_promising = threading.RLock()


def soon(key: Hashable, compute: Callable[[], V], size: Callable[[V], int] = bytes_of) -> V | None:
    """The value of a key in :data:`KEPT`; inside of :func:`at_once`, None while it is computed in the background.

    The arguments are those of :meth:`ByteCache.get`. What ``compute`` raises in the background goes to the log, and the
    next call tries again: check what it is given before, and keep values that fit.

    >>> soon("a number", lambda: 42, size=lambda _: 8)
    42
    """
    if not _at_once.get() or key in KEPT:
        return KEPT.get(key, compute, size)
    refuse_if_only_kept()
    with _promising:
        if key in _promised:
            return None
        if len(_promised) < PROMISES:
            _promised[key] = promise = _background.submit(KEPT.get, key, compute, size)
            promise.add_done_callback(lambda done: _done(key, done))
    return None


def _done(key: Hashable, done: Future[Any]) -> None:
    with _promising:
        del _promised[key]
    done.result()  # what it raised is logged by the pool, which calls this
