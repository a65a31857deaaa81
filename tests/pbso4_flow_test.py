#!/usr/bin/env python3
"""Run recipes/pbso4.flow.yaml on the measured patterns of the round robin: pbso4_flow_test.py HUTCH"""
import os
import pathlib
import subprocess
import sys
import tempfile

data = pathlib.Path(os.environ.get("HUTCH_DATA", "") + "/usr/share/doc/objcryst-fox/example/tutorial-pbso4/xray.dat.gz")
if not data.exists():
    print(f"SKIPPED: {data} is not there; expected Debian's objcryst-fox below HUTCH_DATA")
    sys.exit(77)
try:
    import h5py
    import numpy
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected h5py and numpy for {sys.executable}")
    sys.exit(77)


def main():
    flow = pathlib.Path(__file__).parent.parent / "recipes/pbso4.flow.yaml"
    with tempfile.TemporaryDirectory() as name:
        out = pathlib.Path(name) / "out"
        for _ in range(2):  # the second run finds all results
            subprocess.run([sys.argv[1], "run", str(flow), "--out", str(out)], check=True, stdout=subprocess.DEVNULL)
        folder = out / "results/fuse/dataset"
        subprocess.run([sys.argv[1], "dataset", "verify", str(folder)], check=True, stdout=subprocess.DEVNULL)
        with h5py.File(folder / "shards/train-00000.h5") as file:
            assert list(file["id"].asstr()) == ["PbSO4.xray", "PbSO4.neutron"]
            assert (file["quality/r_wp"][:] < [0.1057, 0.0454]).all(), file["quality/r_wp"][:]
            assert file["structure/space_group"][:].tolist() == [62, 62]
            cell, su = file["structure/cell_lengths"][:], file["structure/cell_lengths_su"][:]
            assert (su > 0).all() and (su < 1e-3).all(), su
            assert (cell[1] < cell[0]).all(), cell  # neutrons were measured in the cold
            # Simulated from the refined structures, patterns look like those that were measured.
            for row, least in [(0, 0.9), (1, 0.9)]:
                mask = file["pattern/mask"][row].astype(bool)
                net = (file["pattern/measured"][row] - file["pattern/background"][row])[mask]
                likeness = numpy.corrcoef(net, file["pattern/simulated"][row][mask])[0, 1]
                assert likeness > least, (row, likeness)
    print("PbSO4: refined, simulated, fused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
