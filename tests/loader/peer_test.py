#!/usr/bin/env python3
"""Let others read compressed shards: h5py with Debian's plug-in of bitshuffle, and zstandard. peer_test.py HUTCH MODULE_FOLDER"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import small_library

try:
    import h5py
    import numpy
    import zstandard
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected h5py, numpy and zstandard for {sys.executable}")
    sys.exit(77)
if not h5py.h5z.filter_avail(32008):
    print("SKIPPED: HDF5 has no plug-in for filter 32008; expected Debian's package bitshuffle")
    sys.exit(77)


def build(folder, compression, dtype, threads="1"):
    text = small_library.recipe_text(records=70, shard_records=40).replace("seed: 7", f"seed: 7\ndtype: {dtype}")
    (folder / "recipe.yaml").write_text(text)
    out = folder / f"{compression}_{dtype}_{threads}"
    subprocess.run([sys.argv[1], "dataset", "build", str(folder / "recipe.yaml"), "--compression", compression, "--out", str(out),
                    "--threads", threads], check=True, stdout=subprocess.DEVNULL)
    return sorted((out / "shards").glob("*.h5"))


def unpacked(dataset):
    """Undo shuffle and zstd of each chunk by hand: Debian has no plug-in for filter 32015."""
    properties = dataset.id.get_create_plist()
    filters = [properties.get_filter(i)[0] for i in range(properties.get_nfilters())]
    assert filters == [h5py.h5z.FILTER_SHUFFLE, 32015], filters
    rows = []
    for row in range(dataset.shape[0]):
        skipped, chunk = dataset.id.read_direct_chunk((row, 0))
        assert skipped == 0
        planes = numpy.frombuffer(zstandard.ZstdDecompressor().decompress(chunk), "u1").reshape(dataset.dtype.itemsize, -1)
        rows.append(numpy.ascontiguousarray(planes.T).view(dataset.dtype)[:, 0])
    return numpy.array(rows)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        small_library.write_library(folder)
        for dtype in ("float32", "uint16"):
            raw, bits, zstd = (build(folder, kind, dtype) for kind in ("none", "bitshuffle_lz4", "zstd"))
            assert len(raw) == len(bits) == len(zstd) == 2
            for plain, packed, other in zip(raw, bits, zstd):
                with h5py.File(plain) as a, h5py.File(packed) as b, h5py.File(other) as c:
                    wanted = a["intensity"][...]
                    assert b["intensity"].chunks == (1, wanted.shape[1])
                    assert b["intensity"].id.get_create_plist().get_filter(0)[0] == 32008
                    assert numpy.array_equal(b["intensity"][...], wanted), f"bitshuffle of {dtype} reads differently by h5py"
                    assert numpy.array_equal(unpacked(c["intensity"]), wanted), f"zstd of {dtype} unpacks to others"
                assert packed.stat().st_size < plain.stat().st_size and other.stat().st_size < plain.stat().st_size
            for kind, one in (("bitshuffle_lz4", bits), ("zstd", zstd)):
                for first, second in zip(one, build(folder, kind, dtype, "3")):
                    assert first.read_bytes() == second.read_bytes(), f"{kind} differs with the number of threads"
        check_foreign(folder)
    print("h5py reads bitshuffle-LZ4 shards by Debian's plug-in; zstd chunks unpack by zstandard; what the plug-ins write is read")
    return 0


def check_foreign(folder):
    """The loader reads what the plug-ins of bitshuffle and LZ4 write: other block sizes, sizes that do not divide, several rows."""
    values = numpy.random.default_rng(1).poisson(3, (20, 1003)).astype("f4")
    path = folder / "foreign.h5"
    with h5py.File(path, "w") as file:
        for name, dtype, options in (("a", "f4", (0, 2)), ("b", "u2", (64, 2)), ("c", "f8", (0, 2)), ("d", "u1", (0, 2)),
                                     ("plain", "i4", (0, 0)), ("blocks", "i2", (128, 0))):
            for rows in (1, 6):
                file.create_dataset(f"{name}{rows}", data=values.astype(dtype), chunks=(rows, 1003), compression=32008,
                                    compression_opts=options)
        if h5py.h5z.filter_avail(32004):
            for size in (0, 512):
                file.create_dataset(f"lz4_{size}", data=values, chunks=(1, 1003), compression=32004, compression_opts=(size,))
    code = ("import sys; sys.path.insert(0, sys.argv[1]); import hutch, numpy\n"
            "values = numpy.random.default_rng(1).poisson(3, (20, 1003)).astype('f4')\n"
            "batch = next(iter(hutch.dataset(sys.argv[2]).numpy()))\n"
            "assert len(batch) >= 12\n"
            "for name, found in batch.items(): assert numpy.array_equal(found, values.astype(found.dtype)), name\n")
    subprocess.run([sys.executable, "-c", code, sys.argv[2], str(path)], check=True)


if __name__ == "__main__":
    sys.exit(main())
