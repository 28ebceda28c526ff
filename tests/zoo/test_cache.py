"""ByteCache: what it keeps, what it forgets, and that threads share one computation."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lecture_models.cache import ByteCache


def test_oldest_unused_value_leaves_first():
    cache: ByteCache[bytes] = ByteCache(limit=9)
    for key in "abc":
        cache.get(key, lambda: b"123", size=len)
    cache.get("a", lambda: b"not computed", size=len)  # a was used last, so b leaves
    cache.get("d", lambda: b"123", size=len)
    assert [key in cache for key in "abcd"] == [True, False, True, True]
    assert cache.nbytes == 9


def test_value_larger_than_the_limit_is_returned_and_not_kept():
    cache: ByteCache[bytes] = ByteCache(limit=2)
    cache.get("small", lambda: b"1", size=len)
    assert cache.get("large", lambda: b"123", size=len) == b"123"
    assert "large" not in cache
    assert "small" in cache


def test_bytes_stay_below_the_limit_and_add_up():
    cache: ByteCache[np.ndarray] = ByteCache(limit=1000)
    rng = np.random.default_rng(0)
    for key in rng.integers(0, 40, 500):
        cache.get(int(key), lambda key=key: np.zeros(int(key) * 8, np.uint8))
        assert cache.nbytes <= 1000
    assert cache.nbytes == sum(len(cache.get(k, lambda: np.zeros(0))) for k in range(40) if k in cache)


def test_threads_wait_for_one_computation():
    cache: ByteCache[bytes] = ByteCache(limit=100)
    started, go, calls = threading.Event(), threading.Event(), []

    def compute() -> bytes:
        calls.append(1)
        started.set()
        assert go.wait(5)
        return b"value"

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(cache.get, "key", compute, len)
        assert started.wait(5)
        rest = [pool.submit(cache.get, "key", compute, len) for _ in range(3)]
        go.set()
        assert [future.result(5) for future in (first, *rest)] == [b"value"] * 4
    assert len(calls) == 1


def test_one_key_does_not_block_another():
    cache: ByteCache[bytes] = ByteCache(limit=100)
    go = threading.Event()

    def slow() -> bytes:
        assert go.wait(5)
        return b"slow"

    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(cache.get, "slow", slow, len)
        assert pool.submit(cache.get, "fast", lambda: b"fast", len).result(5) == b"fast"
        go.set()
        assert waiting.result(5) == b"slow"


def test_an_error_reaches_the_caller_and_is_not_kept():
    cache: ByteCache[bytes] = ByteCache(limit=100)

    def fail() -> bytes:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.get("key", fail, size=len)
    assert cache.get("key", lambda: b"yes", size=len) == b"yes"


def test_clear_and_bad_arguments():
    cache: ByteCache[object] = ByteCache(limit=100)
    with pytest.raises(ValueError, match="nbytes"):
        cache.get("key", lambda: "a string")
    cache.get("key", lambda: "a string", size=lambda _: 7)
    cache.clear()
    assert (len(cache), cache.nbytes) == (0, 0)
    with pytest.raises(ValueError, match="-1"):
        ByteCache(limit=-1)
