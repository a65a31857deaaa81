#!/usr/bin/env python3
"""Fuse hand-made refinements and open the data set as its users do, with h5py and as JSON Lines: fuse_test.py HUTCH"""
import csv
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import small_refinement

try:
    import h5py
    import numpy
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected h5py and numpy for {sys.executable}")
    sys.exit(77)


def hutch(*words):
    return subprocess.run([sys.argv[1], *words], capture_output=True, text=True, check=False)


def check_every_array_has_a_unit(file):
    found = []

    def look(name, item):
        is_number = isinstance(item, h5py.Dataset) and item.dtype.kind in "fiu"
        if is_number and "units" not in item.attrs and not name.endswith(("parameters/value", "parameters/value_su")):
            found.append(name)

    file.visititems(look)
    assert not found, found


def check_file(path):
    with h5py.File(path) as file:
        check_every_array_has_a_unit(file)
        assert list(file["id"].asstr()) == ["one.p", "two.p"]
        record = file["records/one.p"]
        assert record["x"][:].tolist() == [28.0, 28.5, 29.0] and record["measured"][:].tolist() == [10.0, 100.0, 12.0]
        assert record["x"].attrs["units"].decode() == "degree" and file["records/two.p/x"].attrs["units"].decode() == "microsecond"
        assert record["reflections/A/h"][0] == 1 and math.isnan(record["reflections/A/observed"][0])
        assert record["structure/A/label"].asstr()[0] == "Si1" and "_cell_length_a 5.4309" in record["structure/A/cif"].asstr()[0]
        assert record["structure/A/position_su"][0].tolist() == [0.0, 1e-3, 0.0]
        assert math.isnan(file["structure/site_u_iso_su"][0, 0])  # not determined
        assert file["structure/cell_lengths_su"][0].tolist() == [1e-4] * 3
        assert file["structure/cell_angles_su"][0].tolist() == [0.0] * 3
        assert file["instrument/profile_w_su"][:].tolist() == [0.001, 0.001]
        assert file["instrument/radiation"][:].tolist() == [0, 1]
        q, mask, measured = file["q"][:], file["pattern/mask"][:].astype(bool), file["pattern/measured"][:]
        assert measured.shape == mask.shape == (2, q.size) and (measured[~mask] == 0).all()
        # Three points half a degree apart: their intervals reach from 27.75 to 29.25 degrees, shifted by what the line says.
        shift = 28.45 - 2 * math.degrees(math.asin(1.5406 / (2 * 3.1355)))
        ends = [4 * math.pi * math.sin(math.radians((x - shift) / 2)) / 1.5406 for x in (27.75, 29.25)]
        assert abs(q[mask[0]].min() - ends[0]) < 0.002 and abs(q[mask[0]].max() - ends[1]) < 0.002, (q[mask[0]], ends)
        # The integral over q is that of the points.
        expected = (ends[1] - ends[0]) / 3 * (10 + 100 + 12)
        assert abs(measured[0].sum() * (q[1] - q[0]) / expected - 1) < 0.02
        assert numpy.isfinite(file["pattern/sigma"][:]).all()


def check_lines(folder):
    lines = [json.loads(line) for line in (folder / "records.jsonl").read_text().splitlines()]
    croissant = json.loads((folder / "croissant.json").read_text())
    for task in ["pattern_to_structure", "structure_to_pattern"]:
        fields = next(one for one in croissant["recordSet"] if one["name"] == task)["field"]
        columns = [field["source"]["extract"]["column"] for field in fields]
        assert set(columns) <= set(lines[0]) and len(columns) > 20, columns
    with h5py.File(folder / "shards/train-00000.h5") as file:
        assert numpy.allclose([line["pattern_measured"] for line in lines], file["pattern/measured"][:], rtol=1e-6)
    records = list(csv.DictReader((folder / "records.csv").open()))
    assert [record["id"] for record in records] == [line["id"] for line in lines]


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        one = small_refinement.write(folder / "one.json", title="one")
        two = small_refinement.write(folder / "two.json", title="two", axis="time_of_flight")
        made = hutch("dataset", "fuse", "--refinements", one, "--refinements", two, "--q", "1.5:2.5:2001", "--dataset",
                     str(folder / "out"))
        assert made.returncode == 0, made.stderr
        check_file(folder / "out/shards/train-00000.h5")
        check_lines(folder / "out")
        assert hutch("dataset", "verify", str(folder / "out")).returncode == 0
        same = hutch("dataset", "fuse", "--refinements", one, "--refinements", one, "--dataset", str(folder / "no"))
        assert same.returncode == 2 and "have the id 'one'" in same.stderr, same.stderr
        other = hutch("dataset", "fuse", "--refinements", str(folder / "out/croissant.json"), "--dataset", str(folder / "no"))
        assert other.returncode == 4 and "is JSON of another kind" in other.stderr, other.stderr
    print("h5py and JSON Lines give the same records, with units and uncertainties")
    return 0


if __name__ == "__main__":
    sys.exit(main())
