#!/usr/bin/env python3
"""Calculate a powder pattern and its reflections with GSAS-II, to compare with.

usage: gsas2_reference.py FOLDER_OF_GSAS-II OUT_FOLDER INSTPRM_FILE FIRST LAST STEP CIF...

Isotropic size 0.3 um and microstrain 800e-6, no background, no noise. Writes NAME.INSTRUMENT.xy (degree, intensity) and
NAME.INSTRUMENT.hkl.csv (h, k, l, multiplicity, d, two theta, -, F^2).
"""
import contextlib
import io
import os
import sys
import tempfile

gsas2_folder, out, instrument = sys.argv[1:4]
first, last, step = map(float, sys.argv[4:7])
sys.path.insert(0, gsas2_folder)
with contextlib.redirect_stdout(io.StringIO()):
    import GSASII.GSASIIscriptable as gsas2


def calculate(cif, name, folder):
    project = gsas2.G2Project(newgpx=os.path.join(folder, "a.gpx"))
    phase = project.add_phase(cif, phasename=name, fmthint="CIF")
    histogram = project.add_simulated_powder_histogram("h", instrument, first, last, Tstep=step, phases=[phase], scale=1e4)
    link = phase.data["Histograms"][histogram.name]
    link["Size"][0], link["Size"][1][0] = "isotropic", 0.3
    link["Mustrain"][0], link["Mustrain"][1][0] = "isotropic", 800.0
    histogram.SampleParameters["Scale"] = [1e4, False]
    histogram.data["Background"][0] = ["chebyschev-1", False, 1, 0.0]
    project.data["Controls"]["data"]["max cyc"] = 0
    project.save()
    project.do_refinements([{}])
    return project.histograms()[0]


for path in sys.argv[7:]:
    name = os.path.splitext(os.path.basename(path))[0]
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        histogram = calculate(path, name, folder)
    base = os.path.join(out, f"{name}.{os.path.splitext(os.path.basename(instrument))[0]}")
    with open(base + ".xy", "w") as file:
        for x, y in zip(histogram.getdata("x"), histogram.getdata("ycalc")):
            file.write(f"{x:.5f} {y:.6g}\n")
    with open(base + ".hkl.csv", "w") as file:
        for r in histogram.data["Reflection Lists"][name]["RefList"]:
            file.write(f"{r[0]:.0f},{r[1]:.0f},{r[2]:.0f},{r[3]:.0f},{r[4]:.8g},{r[5]:.8g},{r[8]:.8g},{r[9]:.8g}\n")
    print(name, len(histogram.getdata("x")), "points")
