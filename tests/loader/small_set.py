"""A small data set whose every value says which record it is of, as HDF5 (one chunk size and filter) or as .npy files."""
import json
import pathlib

import numpy

POINTS = 50
SIZES = {"train-0": 40, "train-1": 23, "train-2": 30, "test": 11}


def columns(first, count):
    """Return x[r][i] = r + i / 64, image[r][i][j] = 100 r + 10 i + j, label[r] = r % 7, name[r] = "record r"."""
    records = numpy.arange(first, first + count)
    return {"x": (records[:, None] + numpy.arange(POINTS) / 64).astype("f4"),
            "image": (100 * records[:, None, None] + 10 * numpy.arange(4)[:, None] + numpy.arange(5)).astype("u2"),
            "label": (records % 7).astype("i2"),
            "name": numpy.array([f"record {record}" for record in records], dtype="S")}


def check(batch):
    """Say whether all values of a batch of all fields are of the same records; return these."""
    records = [int(name.split()[1]) for name in batch["name"]]
    for place, record in enumerate(records):
        wanted = columns(record, 1)
        for name in ("x", "image", "label"):
            assert numpy.array_equal(numpy.asarray(batch[name][place]), wanted[name][0]), (name, record)
    return records


def dictionary(suffix):
    roles = {"x": "feature", "image": "other", "label": "label", "name": "id"}
    return {"name": "small", "version": "1.2.0",
            "tables": [{"name": "records", "format": "hdf5",
                        "files": [{"path": f"train-*{suffix}", "split": "train"}, {"path": f"test{suffix}", "split": "test"}],
                        "fields": [{"name": name, "role": role} for name, role in roles.items()],
                        "shared": [{"name": "axis", "role": "axis"}]}]}


def write_hdf5(folder, **storage):
    """Write HDF5 files by h5py; `storage` are arguments of create_dataset. Return the folder."""
    import h5py

    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    first = 0
    for stem, count in SIZES.items():
        with h5py.File(folder / f"{stem}.h5", "w") as file:
            for name, values in columns(first, count).items():
                is_large = name in ("x", "image") and "chunks" in storage
                chunks = (min(storage["chunks"], count), *values.shape[1:]) if is_large else None
                file.create_dataset(name, data=values, **({**storage, "chunks": chunks} if is_large else {}))
            file["axis"] = numpy.full(POINTS, 0.5)
        first += count
    (folder / "dictionary.json").write_text(json.dumps(dictionary(".h5")))
    return folder


def write_npy(folder):
    """Write train/x.npy ... and test/x.npy ...; there is no dictionary. Return the folder."""
    first = 0
    for split, count in (("train", 93), ("test", 11)):
        place = pathlib.Path(folder) / split
        place.mkdir(parents=True, exist_ok=True)
        for name, values in columns(first, count).items():
            numpy.save(place / f"{name}.npy", values)
        first += count
    return pathlib.Path(folder)
