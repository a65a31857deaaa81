"""What needs torch, which is imported only here."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

try:
    import torch
except ImportError as problem:
    raise ImportError("torch is not there; expected it for .torch(); install it, on Debian by 'apt-get install "
                      "python3-torch', or use .numpy()") from problem


def ranks(rank: int | None, world: int | None) -> tuple[int, int]:
    """Return what is given, else what torch.distributed says, else 0 of 1."""
    is_running = torch.distributed.is_available() and torch.distributed.is_initialized()
    if rank is None:
        rank = torch.distributed.get_rank() if is_running else 0
    if world is None:
        world = torch.distributed.get_world_size() if is_running else 1
    return rank, world


def to_tensors(device: Any, pin_memory: bool) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return a function that makes tensors of a batch's arrays without copying them, then moves them."""

    def one(value: Any) -> Any:
        if not isinstance(value, numpy.ndarray) or value.dtype == object:
            return value
        tensor = torch.from_numpy(value)
        if pin_memory:
            tensor = tensor.pin_memory()
        return tensor if device is None else tensor.to(device, non_blocking=True)

    return lambda batch: {name: one(value) for name, value in batch.items()}
