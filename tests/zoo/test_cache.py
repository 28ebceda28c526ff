"""ByteCache: what it keeps, what it forgets, and that threads share one computation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from lecture_models import cache as rooms
from lecture_models.cache import KEPT, ByteCache, NotKept, at_once, only_kept, soon


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


# ---- soon --------------------------------------------------------------------------------------------
@pytest.fixture
def key() -> Iterator[tuple[str, object]]:
    """A key of its own, and nothing left in the background."""
    yield ("test", object())
    _wait_for(lambda: not rooms._promised)


def _wait_for(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_soon_waits_unless_an_answer_is_due_at_once(key):
    assert soon(key, lambda: b"value", len) == b"value"
    with at_once():
        assert soon(key, lambda: b"never computed", len) == b"value"


def test_soon_computes_once_in_the_background(key):
    go, calls = threading.Event(), []

    def compute() -> bytes:
        calls.append(threading.current_thread().name)
        assert go.wait(5)
        return b"value"

    with at_once():
        assert [soon(key, compute, len) for _ in range(3)] == [None] * 3
        go.set()
        _wait_for(lambda: key in KEPT)
        assert soon(key, compute, len) == b"value"
    assert [name.startswith("soon") for name in calls] == [True]


def test_who_may_wait_gets_the_value_that_is_on_its_way(key):
    started, go = threading.Event(), threading.Event()

    def slowly() -> bytes:
        started.set()
        return b"value" if go.wait(5) else b""

    with at_once():
        assert soon(key, slowly, len) is None
    assert started.wait(5)
    threading.Timer(0.05, go.set).start()
    assert soon(key, lambda: b"never computed", len) == b"value"


def test_an_error_in_the_background_is_logged_and_tried_again(key, caplog):
    with at_once():
        assert soon(key, lambda: 1 // 0, len) is None
        _wait_for(lambda: not rooms._promised)
        _wait_for(lambda: "ZeroDivisionError" in caplog.text)
        assert soon(key, lambda: b"value", len) is None
        _wait_for(lambda: key in KEPT)


def test_where_too_much_is_promised_nobody_waits_and_the_next_who_asks_gets_it(key):
    go = threading.Event()
    with at_once():
        for number in range(rooms.PROMISES):
            assert soon((*key, number), lambda: b"1" if go.wait(5) else b"", len) is None
        assert soon(key, lambda: b"value", len) is None
        assert key not in rooms._promised
        go.set()
        _wait_for(lambda: not rooms._promised)
        assert soon(key, lambda: b"value", len) is None
        _wait_for(lambda: key in KEPT)


def test_soon_computes_nothing_where_only_what_is_kept_was_asked_for(key):
    with only_kept(), at_once(), pytest.raises(NotKept):
        soon(key, lambda: b"value", len)
    assert not rooms._promised
