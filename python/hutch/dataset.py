"""Open a data set by folder or by name, and look at its records one by one."""
from __future__ import annotations

import os
import pathlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Union

from . import _core
from .loader import Loader, Transform, torch_types

Path = Union[str, "os.PathLike[str]"]


class Field(NamedTuple):
    """What a field of the records is."""

    name: str
    dtype: str
    shape: tuple[int, ...]  #: of one record; () for a number or a text
    unit: str
    role: str  #: "feature", "label", "id" ...; "other" where nothing says it


def find(name: Path) -> pathlib.Path:
    """Return the folder of a data set: a path, or a name below one of the folders in HUTCH_DATASETS (a list like PATH)."""
    path = pathlib.Path(name)
    if path.exists():
        return path
    folders = [folder for folder in os.environ.get("HUTCH_DATASETS", "").split(os.pathsep) if folder]
    for folder in folders:
        if not path.is_absolute() and (pathlib.Path(folder) / path).exists():
            return pathlib.Path(folder) / path
    raise FileNotFoundError(f"'{name}' is no folder and no name of a data set; expected a path, or a folder below one of "
                            f"HUTCH_DATASETS ({', '.join(folders) or 'which is not set'})")


def dataset(name: Path, split: str | None = None, *, fields: Sequence[str] | None = None, table: str | None = None,
            cache_bytes: int = 256 << 20) -> Dataset:
    """Open a data set.

    name: its folder (with dictionary.json, or of HDF5 or .npy files), one such file, or a name in HUTCH_DATASETS.
    split: "train", "test" ...; None takes all records.
    fields: what records and batches hold; None takes features and labels.
    table: of the dictionary; None takes the first.
    cache_bytes: memory for unpacked chunks that hold several records.
    """
    return Dataset(find(name), split, fields=fields, table=table, cache_bytes=cache_bytes)


class Dataset(Sequence):
    """The records of a split: a sequence of dicts, and the source of loaders."""

    def __init__(self, path: Path, split: str | None = None, *, fields: Sequence[str] | None = None,
                 table: str | None = None, cache_bytes: int = 256 << 20) -> None:
        self.path = pathlib.Path(path)
        self.split = split
        self._arguments = {"fields": fields, "table": table, "cache_bytes": cache_bytes}
        self._core = _core.RecordSet(str(path), split or "", table or "", cache_bytes)
        self.all_fields: dict[str, Field] = {one[0]: Field(*one) for one in self._core.columns}
        names = list(self._core.default_names) if fields is None else list(fields)
        for name in names:
            if name not in self.all_fields:
                raise ValueError(f"'{name}' is no field; expected one of {', '.join(self.all_fields)}")
        #: Fields that records and batches hold, unless a loader is asked for others.
        self.fields: dict[str, Field] = {name: self.all_fields[name] for name in names}

    @property
    def name(self) -> str:
        """As dictionary.json says it; "" without one."""
        return self._core.name

    @property
    def version(self) -> str:
        """As dictionary.json says it; "" without one."""
        return self._core.version

    @property
    def splits(self) -> list[str]:
        """Names that `split` may have."""
        return list(self._core.splits)

    @property
    def shared_names(self) -> list[str]:
        """Arrays that all records share, such as axes."""
        return list(self._core.shared_names)

    def shared(self, name: str) -> Any:
        """Return an array that all records share; texts as a list."""
        return self._core.shared(name)

    def __len__(self) -> int:
        return self._core.records

    def __getitem__(self, index: Any) -> Any:
        """Return record `index` as a dict, or a list of them for a slice."""
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        place = index.__index__()
        if place < 0:
            place += len(self)
        if not 0 <= place < len(self):
            raise IndexError(f"record {index} is not there; expected 0 to {len(self) - 1}")
        return self._core.record(place, list(self.fields))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        split = f", split={self.split!r}" if self.split else ""
        return f"hutch.dataset({str(self.path)!r}{split}): {len(self)} records of {', '.join(self.fields)}"

    # A process that gets it opens the files anew.
    def __reduce__(self) -> Any:
        return _reopen, (self.path, self.split, self._arguments)

    def numpy(self, batch: int = 256, *, shuffle: bool | str = False, seed: int = 0, workers: int = 2, ahead: int = 0,
              rank: int = 0, world: int = 1, ends: str = "drop", drop_last: bool = False,
              fields: Sequence[str] | None = None, dtype: str | Mapping[str, str] | None = None,
              transform: Transform | None = None, as_tuple: bool | Sequence[str] = False) -> Loader:
        """Return an iterable of batches: dicts of arrays (texts: lists).

        shuffle: True or "records" mixes all records; "blocks" shuffles runs of neighbours and mixes within some of them,
            for chunks that hold many records.
        seed: of the order; each epoch has another order.
        workers: threads that read ahead; `ahead` batches, or two more than threads.
        rank, world: this process and how many there are; each gets other records.
        ends: "drop", "pad" or "uneven", where records do not divide by world.
        dtype: another type than stored: of all fields of numbers that it can hold, or of those named.
        transform: called with each batch, in the thread that iterates.
        as_tuple: values in the order of fields instead of a dict; or names: their values.
        """
        return self._loader(batch, shuffle, seed, workers, ahead, rank, world, ends, drop_last, fields,
                            self._types(dtype, fields), transform, as_tuple)

    def torch(self, batch: int = 256, *, shuffle: bool | str = False, seed: int = 0, workers: int = 2, ahead: int = 0,
              rank: int | None = None, world: int | None = None, ends: str = "drop", drop_last: bool = False,
              fields: Sequence[str] | None = None, dtype: str | Mapping[str, str] | None = None,
              transform: Transform | None = None, as_tuple: bool | Sequence[str] = False, device: Any = None,
              pin_memory: bool = False) -> Loader:
        """Return an iterable of batches of tensors, which share the arrays' memory; it serves where a DataLoader does.

        rank and world come from torch.distributed where it runs and they are not given. Unsigned integers of 16 to 64 bits,
        which torch lacks, become the next larger signed ones. Tensors are moved to `device` if one is given. The rest is
        as in numpy().
        """
        from . import tensors

        rank, world = tensors.ranks(rank, world)
        types = {**torch_types(self.all_fields), **self._types(dtype, fields)}
        chosen = {name: kind for name, kind in types.items() if name in (fields if fields is not None else self.fields)}
        return self._loader(batch, shuffle, seed, workers, ahead, rank, world, ends, drop_last, fields, chosen, transform,
                            as_tuple, tensors.to_tensors(device, pin_memory))

    def _types(self, dtype: str | Mapping[str, str] | None, fields: Sequence[str] | None) -> dict[str, str]:
        if dtype is None:
            return {}
        if isinstance(dtype, Mapping):
            return {name: str(kind) for name, kind in dtype.items()}
        names = self.fields if fields is None else fields
        return {name: str(dtype) for name in names if not self.all_fields[name].dtype.startswith("utf8")}

    def _loader(self, batch: int, shuffle: bool | str, seed: int, workers: int, ahead: int, rank: int, world: int, ends: str,
                drop_last: bool, fields: Sequence[str] | None, types: Mapping[str, str], transform: Transform | None,
                as_tuple: bool | Sequence[str], convert: Callable[[dict[str, Any]], dict[str, Any]] | None = None) -> Loader:
        names = list(self.fields) if fields is None else list(fields)
        order = {True: "records", False: "none"}.get(shuffle, shuffle) if isinstance(shuffle, bool) else shuffle
        core = _core.Loader(self._core, fields=names, dtypes=dict(types), batch=batch, drop_last=drop_last, shuffle=order,
                            seed=seed, rank=rank, world=world, ends=ends, workers=workers, ahead=ahead)
        return Loader(self, core, batch, drop_last, workers, transform, names if as_tuple is True else as_tuple, convert)


def _reopen(path: pathlib.Path, split: str | None, arguments: dict[str, Any]) -> Dataset:
    return Dataset(path, split, **arguments)
