"""Data sets made for learning, read at the speed of memory.

    import hutch
    train = hutch.dataset("out/demo", split="train")
    for batch in train.torch(batch=256, shuffle=True):
        loss = model(batch["intensity"], batch["truth/crystal_system"])

See docs/loading.md.
"""
from ._core import version as __version__
from .dataset import Dataset, Field, dataset
from .loader import Loader

__all__ = ["Dataset", "Field", "Loader", "dataset", "__version__"]
