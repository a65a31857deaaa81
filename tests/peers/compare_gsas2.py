#!/usr/bin/env python3
"""Compare `hutch powder simulate` with patterns that GSAS-II calculated. Needs numpy.

usage: compare_gsas2.py HUTCH FOLDER_OF_CIF_AND_REFERENCES FOLDER_OF_INSTPRM [OPTIONS OF hutch powder simulate]

Prints per pattern: R = sum |y - s y_ref| / sum y_ref after one scale factor, the largest difference of peak positions, and the
largest relative difference of F^2 among reflections above 1 % of the strongest. Multiplicities must be equal; reflections are
matched by hkl, else by d and multiplicity.
"""
import csv
import glob
import os
import subprocess
import sys
import tempfile

import numpy as np

hutch, folder, instruments = sys.argv[1:4]
options = sys.argv[4:]


def read_reference(path):
    rows = [line.strip().split(",") for line in open(path) if line[0] in "-0123456789"]
    return [(tuple(int(v) for v in r[:3]), int(float(r[3])), float(r[4]), float(r[5]), float(r[7])) for r in rows]


def find(ours, hkl, multiplicity, d, f2):
    if hkl in ours:
        return ours[hkl]
    near = [o for o in ours.values() if abs(o[1] - d) < 2e-5 * d and o[0] == multiplicity]
    return min(near, key=lambda o: abs(o[3] - f2)) if near else None


def best_r(y, reference):
    scale = (y * reference).sum() / (y * y).sum()
    return min(np.abs(f * scale * y - reference).sum() / reference.sum() for f in np.linspace(0.97, 1.03, 121))


def compare(cif, instprm, base, scratch):
    x, reference = np.loadtxt(base + ".xy", unpack=True, usecols=(0, 1))
    step = (x[-1] - x[0]) / (len(x) - 1)
    subprocess.run([hutch, "powder", "simulate", "--structure", cif, "--instrument", instprm, "--size", "0.3",
                    "--microstrain", "800e-6", "--two-theta", f"{x[0]}:{x[-1] + step / 100}:{step:.6g}", "--out", scratch + "/o.xy",
                    "--reflections", scratch + "/o.csv", *options], check=True, stdout=subprocess.DEVNULL)
    y = np.loadtxt(scratch + "/o.xy", unpack=True, usecols=(0, 1))[1][: len(x)]
    ours = {(int(r["h"]), int(r["k"]), int(r["l"])): (int(r["multiplicity"]), float(r["d"]), float(r["two_theta"]), float(r["F2"]))
            for r in csv.DictReader(open(scratch + "/o.csv"))}
    rows = read_reference(base + ".hkl.csv")
    strongest = max(r[4] for r in rows)
    shift = worst = missing = 0
    for hkl, multiplicity, d, two_theta, f2 in rows:
        one = find(ours, hkl, multiplicity, d, f2)
        if one is None:
            missing += 1
            continue
        assert one[0] == multiplicity, (hkl, one, multiplicity)
        shift = max(shift, abs(one[2] - two_theta))
        if f2 > 0.01 * strongest:
            worst = max(worst, abs(one[3] / f2 - 1))
    return best_r(y, reference), shift, worst, len(rows), missing


print("structure and instrument             R/%    position/degree  F^2/%  reflections missing")
for cif in sorted(glob.glob(os.path.join(folder, "*.cif"))):
    for instprm in sorted(glob.glob(os.path.join(instruments, "*.instprm"))):
        name = os.path.basename(cif)[:-4] + "." + os.path.basename(instprm)[:-8]
        if not os.path.exists(os.path.join(folder, name + ".xy")):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            r, shift, worst, count, missing = compare(cif, instprm, os.path.join(folder, name), scratch)
        print(f"{name:34} {100 * r:6.3f}  {shift:.1e}        {100 * worst:7.3f}  {count:6d} {missing}")
