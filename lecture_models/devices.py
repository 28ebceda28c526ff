"""Where networks run, and how a call asks for a GPU that is lent by the call (ZeroGPU Spaces)."""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lecture_models.cache import refuse_if_only_kept

if TYPE_CHECKING:
    import torch


def device() -> torch.device:
    """Where networks run: LECTURE_DEVICE if it is set, else CUDA, else Apple's MPS, else the CPU.

    Raises:
        ValueError: LECTURE_DEVICE names a device that this machine does not have.
    """
    import torch

    wanted = os.environ.get("LECTURE_DEVICE", "")
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if not wanted:
        return torch.device(next(name for name, available in here.items() if available))
    if not here.get(wanted.split(":")[0], False):
        raise ValueError(
            f"LECTURE_DEVICE is {wanted!r}; this machine has {', '.join(k for k in here if here[k])}."
        )
    return torch.device(wanted)


def _gpu_decorator() -> Callable[..., Any]:
    """spaces.GPU on a ZeroGPU Space, else a decorator, with or without arguments, that changes nothing."""
    if lent_by_call():
        return _asking(importlib.import_module("spaces").GPU)

    def unchanged(function: Callable[..., Any] | None = None, **_: Any) -> Callable[..., Any]:
        return function if function is not None else lambda inner: inner

    return unchanged


def lent_by_call() -> bool:
    """Whether this is a ZeroGPU Space, where each call asks for its GPU."""
    return bool(os.environ.get("SPACES_ZERO_GPU"))


def _asking(lend: Callable[..., Any]) -> Callable[..., Any]:
    """The decorator that lends, but a function called for a quick answer raises NotKept before it asks."""

    def decorator(function: Callable[..., Any] | None = None, **options: Any) -> Callable[..., Any]:
        if function is None:
            return lambda inner: decorator(inner, **options)
        lent = lend(**options)(function) if options else lend(function)

        @functools.wraps(lent)
        def call(*values: Any, **more: Any) -> Any:
            refuse_if_only_kept()
            return lent(*values, **more)

        return call

    return decorator


gpu = _gpu_decorator()
