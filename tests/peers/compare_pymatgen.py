#!/usr/bin/env python3
"""Compare peak positions of `hutch powder simulate` with pymatgen's XRDCalculator at Cu Ka1, 10 to 100 degrees.

usage: compare_pymatgen.py HUTCH CIF...        (Debian: python3-pymatgen)

Each of pymatgen's peaks must have a reflection of ours within 1e-4 degree. Peaks at one angle are merged by pymatgen.
"""
import csv
import subprocess
import sys
import tempfile
import warnings

import numpy as np

warnings.simplefilter("ignore")
from pymatgen.analysis.diffraction.xrd import XRDCalculator  # noqa: E402
from pymatgen.core import Structure  # noqa: E402

calculator = XRDCalculator(wavelength=1.5405929)
peaks = structures = missing = 0
worst = 0.0
for path in sys.argv[2:]:
    try:
        theirs = np.array(calculator.get_pattern(Structure.from_file(path), two_theta_range=(10, 100), scaled=False).x)
    except Exception as problem:
        print(f"pymatgen cannot: {path}: {problem}")
        continue
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.argv[1], "powder", "simulate", "--structure", path, "--wavelength", "1.5405929", "--two-theta", "9.99:100.01:1",
                               "--reflections", folder + "/r.csv"], capture_output=True, text=True)
        if done.returncode:
            print(f"hutch refuses: {done.stderr.strip()}")
            continue
        ours = np.array(sorted(float(row["two_theta"]) for row in csv.DictReader(open(folder + "/r.csv"))))
    nearest = np.array([np.abs(ours - x).min() if len(ours) else 999.0 for x in theirs])
    lost = int((nearest > 1e-4).sum())
    if lost:
        print(f"{path}: {lost} of {len(theirs)} peaks have no reflection of ours; first at {theirs[nearest > 1e-4][0]:.4f}")
    structures += 1
    peaks += len(theirs)
    missing += lost
    worst = max(worst, nearest[nearest <= 1e-4].max(initial=0))
print(f"{structures} structures, {peaks} peaks of pymatgen: {missing} without a reflection of ours; largest difference of the others {worst:.1e} degree")
