from collections.abc import Mapping, Sequence
from typing import Any

version: str

class RecordSet:
    def __init__(self, path: str, split: str, table: str, cache_bytes: int) -> None: ...
    records: int
    name: str
    version: str
    splits: list[str]
    columns: list[tuple[str, str, tuple[int, ...], str, str]]
    default_names: list[str]
    shared_names: list[str]
    def shared(self, name: str) -> Any: ...
    def record(self, place: int, fields: Sequence[str]) -> dict[str, Any]: ...

class Loader:
    def __init__(self, records: RecordSet, *, fields: Sequence[str], dtypes: Mapping[str, str], batch: int, drop_last: bool,
                 shuffle: str, seed: int, rank: int, world: int, ends: str, workers: int, ahead: int) -> None: ...
    epoch: int
    position: int
    records: int
    batches: int
    def next(self) -> dict[str, Any] | None: ...
    def start(self, epoch: int) -> None: ...
    def state(self) -> str: ...
    def set_state(self, state: str) -> None: ...
