#!/usr/bin/env python3
"""Compare the loader with PyTorch's DataLoader over h5py, in one run on the same files in the page cache.

    loader_peers.py HUTCH MODULE_FOLDER [--recipe recipes/demo.yaml] [--records 50000] [--scratch FOLDER] [--seconds 3]

Builds a data set of simulated patterns three times (raw, bitshuffle-LZ4, zstd) and images of 256 x 256 by h5py, then reads
the split train (40,000 patterns of the demo's recipe) in random order. Printed are samples by second of processor time of all threads and processes ("core-s"), and by second on the
wall; the best of several epochs. Needs h5py, numpy and, for the part of PyTorch, torch (Debian: python3-torch).
"""
import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import h5py
import numpy


def cpu_seconds():
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def measure(name, epoch, seconds, results):
    """Run epochs for some seconds after one that warms up; print and keep the best."""
    epoch()
    best = {"core": 0.0, "wall": 0.0}
    end = time.perf_counter() + seconds
    while True:
        wall, cpu = time.perf_counter(), cpu_seconds()
        samples = epoch()
        wall, cpu = time.perf_counter() - wall, cpu_seconds() - cpu
        best = {"core": max(best["core"], samples / cpu), "wall": max(best["wall"], samples / wall)}
        if time.perf_counter() > end:
            break
    results[name] = best
    print(f"{name:58s} {best['core']:12,.0f} /core-s {best['wall']:12,.0f} /s", flush=True)


def build(arguments, compression):
    out = arguments.scratch / compression
    subprocess.run([arguments.hutch, "dataset", "build", arguments.recipe, "--records", str(arguments.records), "--dtype", "float32",
                    "--compression", compression, "--out", str(out)], check=True, stdout=subprocess.DEVNULL)
    return out


def write_images(folder, compression):
    """Images of photon counts, one a chunk, by h5py (bitshuffle-LZ4 by Debian's plug-in)."""
    counts = numpy.random.default_rng(3).poisson(3, (256, 256, 256)).astype("u2")
    storage = {"none": {}, "gzip": {"compression": "gzip"}, "bitshuffle_lz4": {"compression": 32008, "compression_opts": (0, 2)}}
    folder.mkdir()
    for shard in range(8):
        with h5py.File(folder / f"train-{shard}.h5", "w") as file:
            chunks = {} if compression == "none" else {"chunks": (1, 256, 256)}
            file.create_dataset("image", data=counts, **chunks, **storage[compression])
            file["label"] = numpy.arange(256, dtype="i4")


def ours(data, field, options, torch=False):
    loader = (data.torch if torch else data.numpy)(shuffle=True, seed=1, **options)
    return lambda: sum(len(batch[field]) for batch in loader)


class Rows:
    """The same shards as PyTorch's users read them: one row of an open HDF5 file for each sample."""

    def __init__(self, folder, field, label, dtype):
        self.paths = sorted(pathlib.Path(folder).glob("**/train-*.h5"))
        self.names, self.dtype, self.files = (field, label), dtype, None
        self.sizes = [h5py.File(path)[field].shape[0] for path in self.paths]
        self.ends = numpy.cumsum(self.sizes)

    def __len__(self):
        return int(self.ends[-1])

    def __getitem__(self, index):
        if self.files is None:  # in each worker
            self.files = [[h5py.File(path)[name] for name in self.names] for path in self.paths]
        shard = int(numpy.searchsorted(self.ends, index, side="right"))
        row = index - int(self.ends[shard]) + self.sizes[shard]
        x, label = self.files[shard]
        return x[row].astype(self.dtype, copy=False), int(label[row])


def theirs(rows, torch, batch, workers):
    loader = torch.utils.data.DataLoader(rows, batch_size=batch, shuffle=True, num_workers=workers)
    return lambda: sum(len(x) for x, label in loader)


def mapped(folder, field):
    """NumPy alone: memory maps of raw shards, rows of a shuffled batch copied one by one."""
    arrays = []
    for path in sorted(pathlib.Path(folder).glob("**/train-*.h5")):
        with h5py.File(path) as file:
            data = file[field]
            arrays.append(numpy.memmap(path, dtype=data.dtype, mode="r", offset=data.id.get_offset(), shape=data.shape))
    place = numpy.array([(shard, row) for shard, array in enumerate(arrays) for row in range(len(array))])

    def epoch():
        order = numpy.random.default_rng(1).permutation(len(place))
        batch = numpy.empty((256, *arrays[0].shape[1:]), arrays[0].dtype)
        for start in range(0, len(order), 256):
            for i, (shard, row) in enumerate(place[order[start:start + 256]]):
                batch[i] = arrays[shard][row]
        return len(order)

    return epoch


def print_ratios(results):
    """Against DataLoader with as many helpers, by processor time, and the best against the best, by time on the wall."""
    hutch = [results[f"hutch .torch(), none, random, {n} threads"] for n in (0, 2)]
    peer = [results[f"torch DataLoader + h5py, none, random, {n} processes"] for n in (0, 2)]
    for n, one, other in zip((0, 2), hutch, peer):
        print(f"hutch .torch() / DataLoader, {n} helpers: {one['core'] / other['core']:.1f} by processor time, "
              f"{one['wall'] / other['wall']:.1f} on the wall")
    for by in ("core", "wall"):
        print(f"best / best by {by}: {max(one[by] for one in hutch) / max(one[by] for one in peer):.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hutch")
    parser.add_argument("module")
    parser.add_argument("--recipe", default="recipes/demo.yaml")
    parser.add_argument("--records", type=int, default=50000)
    parser.add_argument("--scratch", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=3)
    arguments = parser.parse_args()
    sys.path.insert(0, arguments.module)
    import hutch
    try:
        import torch
        torch.set_num_threads(1)
    except ImportError as problem:
        torch = None
        print(f"without PyTorch: {problem}")
    results = {}
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
        arguments.scratch = pathlib.Path(scratch)
        fields = ["intensity", "truth/crystal_system"]
        for compression in ("none", "bitshuffle_lz4", "zstd"):
            folder = build(arguments, compression)
            data = hutch.dataset(folder, "train", fields=fields)
            size = sum(path.stat().st_size for path in (folder / "shards").iterdir())
            print(f"{compression}: {len(data)} patterns of {data.fields['intensity'].shape[0]} points, {size / 1e6:.0f} MB in all")
            for workers in (0, 2):
                measure(f"hutch, {compression}, random, {workers} threads", ours(data, "intensity", {"workers": workers}),
                        arguments.seconds, results)
            if torch and compression == "none":
                for workers in (0, 2):
                    measure(f"hutch .torch(), none, random, {workers} threads",
                            ours(data, "intensity", {"workers": workers}, True), arguments.seconds, results)
                rows = Rows(folder, *fields, "f4")
                for workers in (0, 2):
                    measure(f"torch DataLoader + h5py, none, random, {workers} processes", theirs(rows, torch, 256, workers),
                            arguments.seconds, results)
            if compression == "none":
                measure("numpy.memmap, none, random", mapped(folder, "intensity"), arguments.seconds, results)
        for compression in ("none", "bitshuffle_lz4", "gzip"):
            folder = arguments.scratch / f"images_{compression}"
            write_images(folder, compression)
            data = hutch.dataset(folder, "train", fields=["image", "label"])
            for workers in (0, 2):
                measure(f"hutch, images, {compression}, random, {workers} threads",
                        ours(data, "image", {"workers": workers, "batch": 64}), arguments.seconds, results)
            if torch:
                rows = Rows(folder, "image", "label", "i4")  # torch has no uint16
                measure(f"torch DataLoader + h5py, images, {compression}", theirs(rows, torch, 64, 0), arguments.seconds, results)
    if torch:
        print_ratios(results)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
