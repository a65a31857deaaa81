#!/usr/bin/env python3
"""Refine PbSO4 (X-rays and neutrons together) with GSAS-II in the six steps of its tutorial, to compare with.

usage: gsas2_refine.py FOLDER_OF_GSAS-II FOLDER_OF_PBSO4_DATA [neutron|xray] [SMALLEST_CHANGE]

The folder holds PBSO4.XRA, PBSO4.CWN, INST_XRY.PRM, inst_d1a.prm and PbSO4-Wyckoff.cif. The third argument says which pattern
has its own strained cell (neutron). A stage stops when chi2 falls by less than this part of it (0.001, the tutorial's, after
8 cycles at most); a smaller number goes on for up to 40 cycles, and GSAS-II may then give up before the minimum. Prints one
line a stage: Rwp of both patterns, GOF, variables, cell with its uncertainty, cycles, CPU seconds of one thread; then every
refined parameter of the last stage with its uncertainty. Needs numpy, scipy and PyCifRW.
"""
import contextlib
import io
import os
import sys
import tempfile
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"
program, data = sys.argv[1:3]
strained = 0 if sys.argv[3:4] == ["xray"] else 1
change = float(sys.argv[4]) if len(sys.argv) > 4 else 1e-3
sys.path.insert(0, program)
with contextlib.redirect_stdout(io.StringIO()):
    import GSASII.GSASIIscriptable as gsas2

BROADENING = {"Size": {"type": "isotropic", "refine": True}, "Mustrain": {"type": "isotropic", "refine": True}}


def background_and_scale(phase, xray, neutron):
    for pattern in (xray, neutron):
        pattern.set_refinements({"Background": {"no. coeffs": 3, "refine": True}})


def cell(phase, xray, neutron):
    phase.set_refinements({"Cell": True})


def strain(phase, xray, neutron):
    phase.set_HAP_refinements({"HStrain": True}, histograms=[(xray, neutron)[strained]])


def broadening(phase, xray, neutron):
    phase.set_HAP_refinements(BROADENING, histograms=[xray])


def displacement_and_atoms(phase, xray, neutron):
    xray.set_refinements({"Sample Parameters": ["Shift"]})
    neutron.set_refinements({"Sample Parameters": ["DisplaceX", "DisplaceY"]})
    neutron.data["Sample Parameters"]["Gonio. radius"] = 650.0
    phase.set_refinements({"Atoms": {"all": "XU"}})


def widths_and_limits(phase, xray, neutron):
    xray.set_refinements({"Limits": [16.0, 158.4], "Instrument Parameters": ["U", "V", "W"]})
    neutron.set_refinements({"Limits": [19.0, 153.0], "Instrument Parameters": ["U", "V", "W"]})


def start(folder):
    project = gsas2.G2Project(newgpx=os.path.join(folder, "a.gpx"))
    patterns = [project.add_powder_histogram(os.path.join(data, pattern), os.path.join(data, instrument), fmthint="GSAS powder")
                for pattern, instrument in (("PBSO4.XRA", "INST_XRY.PRM"), ("PBSO4.CWN", "inst_d1a.prm"))]
    project.add_phase(os.path.join(data, "PbSO4-Wyckoff.cif"), phasename="PbSO4", histograms=patterns, fmthint="CIF")
    project.data["Controls"]["data"]["max cyc"] = 8 if change >= 1e-3 else 40
    project.data["Controls"]["data"]["min dM/M"] = change
    return project


def refine(project):
    talk, begin = io.StringIO(), time.process_time()
    with contextlib.redirect_stdout(talk):
        project.refine()
    cycles = sum(line.strip().startswith("Cycle ") for line in talk.getvalue().splitlines())
    return cycles, time.process_time() - begin


def report(project, step, cycles, seconds):
    xray, neutron = (pattern.get_wR() for pattern in project.histograms())
    result = project["Covariance"]["data"]["Rvals"]
    lengths, errors = project.phases()[0].get_cell_and_esd()
    axes = [f"{lengths[a]:.6f}({1e6 * errors.get(a, 0):.0f})" for a in ("length_a", "length_b", "length_c")]
    fit = f"{xray:.4f},{neutron:.4f},{result['GOF']:.4f},{result['Nvars']}"
    print(f"{step.__name__},{fit},{','.join(axes)},{cycles},{seconds:.2f}")


print("stage,Rwp_xray,Rwp_neutron,GOF,variables,a,b,c,cycles,cpu_s")
with tempfile.TemporaryDirectory() as folder:
    with contextlib.redirect_stdout(io.StringIO()):
        project = start(folder)
    for step in (background_and_scale, cell, strain, broadening, displacement_and_atoms, widths_and_limits):
        step(project.phases()[0], *project.histograms())
        report(project, step, *refine(project))
    covariance = project["Covariance"]["data"]
    for name, value, error in zip(covariance["varyList"], covariance["variables"], covariance["sig"]):
        print(f"{name},{value:.8g},{error:.3g}")
