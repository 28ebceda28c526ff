"""A cache that counts bytes: what is costly is computed once a key, and the memory it takes has a limit.

Traces of one picture are a few megabytes, those of another a hundred. A limit on their number would say
nothing about the memory of the process, so the limit is on bytes.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

V = TypeVar("V")
_only_kept: ContextVar[bool] = ContextVar("only_kept", default=False)


class NotKept(LookupError):  # noqa: N818 - it says what is the case, not that something broke
    """A value would have to be computed, where only what is kept was asked for."""


@contextmanager
def only_kept() -> Iterator[None]:
    """Inside, caches answer what they keep and raise NotKept for anything else."""
    token = _only_kept.set(True)
    try:
        yield
    finally:
        _only_kept.reset(token)


def refuse_if_only_kept() -> None:
    """Raise NotKept inside of :func:`only_kept`: said by whatever is about to compute something costly."""
    if _only_kept.get():
        raise NotKept


BUDGET = 320 << 20
"""Most memory, in bytes, for all that can be computed again: scenes, traces, records. :data:`KEPT` holds it."""


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
