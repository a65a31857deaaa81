#!/usr/bin/env python3
"""Open a built data set as its users do, with h5py and with numpy.memmap: h5py_test.py HUTCH"""
import pathlib
import subprocess
import sys
import tempfile

import small_library

try:
    import h5py
    import numpy
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected h5py and numpy for {sys.executable}")
    sys.exit(77)

UNITS = {"intensity": "count", "truth/id": "1", "truth/cell_lengths": "angstrom",
         "truth/cell_angles": "degree", "truth/density": "g/cm^3", "truth/size": "um", "truth/dose": "count", "truth/wavelength_1": "angstrom",
         "truth/composition": "1"}


def text_of(attribute):
    """Return a text attribute; h5py gives those of fixed length as bytes."""
    return attribute.decode("utf-8") if isinstance(attribute, bytes) else str(attribute)


def check_file(path, dtype, points, seen):
    with h5py.File(path) as file:
        intensity = file["intensity"]
        rows = intensity.shape[0]
        assert intensity.shape == (rows, points) and intensity.dtype == dtype, (intensity.shape, intensity.dtype)
        mapped = numpy.memmap(path, dtype=dtype, mode="r", offset=intensity.id.get_offset(), shape=intensity.shape)
        assert numpy.array_equal(mapped, intensity[...])
        assert intensity.nbytes <= 65536 or intensity.id.get_offset() % 4096 == 0, intensity.id.get_offset()
        for name, unit in UNITS.items():
            assert text_of(file[name].attrs["units"]) == unit, (name, file[name].attrs["units"])
        assert file["truth/cell_lengths"].shape == file["truth/cell_angles"].shape == (rows, 3)
        assert file["truth/composition"].shape == (rows, 98)
        assert all(item.shape[0] == rows for item in file["truth"].values())
        assert file["axis"].shape == (2, points)
        assert list(file["instruments/name"].asstr()) == ["lab", "q_axis"]
        assert list(file["instruments/axis"].asstr()) == ["two_theta", "q"]
        assert text_of(file.attrs["dataset"]) == "small" and int(file.attrs["seed"]) == 7
        assert text_of(file.attrs["split"]) == path.name.split("-")[0]
        seen.extend(file["truth/id"][...].tolist())
        assert set(file["truth/source"].asstr()) <= {f"{name}.cif" for name in small_library.STRUCTURES}
        groups = dict(zip(file["truth/source"].asstr()[...], file["truth/space_group"][...]))
        assert groups.get("silicon.cif", 227) == 227 and groups.get("quartz.cif", 154) == 154, groups


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        small_library.write_library(folder)
        for dtype in ["float32", "uint16"]:
            recipe = small_library.recipe_text(records=70, shard_records=40).replace("seed: 7", f"seed: 7\ndtype: {dtype}")
            (folder / "recipe.yaml").write_text(recipe)
            out = folder / dtype
            subprocess.run([sys.argv[1], "dataset", "build", str(folder / "recipe.yaml"), "--out", str(out)], check=True,
                           stdout=subprocess.DEVNULL)
            seen = []
            for path in sorted((out / "shards").glob("*.h5")):
                check_file(path, dtype, 1024, seen)
            assert sorted(seen) == list(range(70)), seen
    print("h5py and numpy.memmap give the same arrays, with units")
    return 0


if __name__ == "__main__":
    sys.exit(main())
