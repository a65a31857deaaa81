"""Batches of a data set, epoch after epoch, from wherever one stopped."""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _core

if TYPE_CHECKING:
    from .dataset import Dataset, Field

Transform = Callable[[dict[str, Any]], Any]


def torch_types(fields: Mapping[str, Field]) -> dict[str, str]:
    """Return types for what torch has no type for."""
    larger = {"uint16": "int32", "uint32": "int64"}
    return {name: larger[field.dtype] for name, field in fields.items() if field.dtype in larger}


class Loader:
    """An iterable of batches. Each `for` is one epoch: the one that load_state() went into, else the next one."""

    def __init__(self, dataset: Dataset, core: _core.Loader, batch: int, drop_last: bool, workers: int,
                 transform: Transform | None, as_tuple: bool | Sequence[str],
                 convert: Callable[[dict[str, Any]], dict[str, Any]] | None) -> None:
        self.dataset = dataset
        self.batch_size = batch
        self.drop_last = drop_last
        self.num_workers = workers
        self.sampler = self  # where a DataLoader's sampler is asked for: set_epoch()
        self._core = core
        self._transform = transform
        self._names = as_tuple
        self._convert = convert
        self._is_fresh = True  # nothing of this epoch was given, or load_state() chose the place

    def __len__(self) -> int:
        """Return the batches of an epoch."""
        return self._core.batches

    @property
    def epoch(self) -> int:
        """The epoch of the next batch."""
        return self._core.epoch

    def set_epoch(self, epoch: int) -> None:
        """Let the next `for` be that epoch from its start."""
        self._core.start(epoch)
        self._is_fresh = True

    def state(self) -> dict[str, Any]:
        """Return where the next batch stands: a small dict that JSON can hold."""
        return json.loads(self._core.state())

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Let the next `for` go on there, with exactly the batches that would have come."""
        self._core.set_state(json.dumps(dict(state)))
        self._is_fresh = True

    state_dict = state
    load_state_dict = load_state

    def __iter__(self) -> Iterator[Any]:
        if not self._is_fresh:
            self._core.start(self._core.epoch + 1)  # the last one was left in its middle
        self._is_fresh = False
        return self._run()

    def _run(self) -> Iterator[Any]:
        while (batch := self._core.next()) is not None:
            yield self._finished(batch)
        self._is_fresh = True

    def _finished(self, batch: dict[str, Any]) -> Any:
        if self._convert is not None:
            batch = self._convert(batch)
        if self._transform is not None:
            batch = self._transform(batch)
        return tuple(batch[name] for name in self._names) if self._names else batch
