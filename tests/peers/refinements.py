#!/usr/bin/env python3
"""Run the refinements of docs/validation.md with hutch and print a row for each.

usage: refinements.py HUTCH SHARED [FOLDER_OF_GSAS-II-TUTORIALS]

SHARED is the folder of measured data (with powder/pbso4, nac_joint, cucr2o4_seq); the tutorials are a checkout of
AdvancedPhotonSource/GSAS-II-tutorials (e1e2601). Recipes and starting structures stand in refinements/ beside this file, the
recipes follow the tutorials' texts. Prints: name, Rwp of each pattern in per cent, free cell constants with their s.u.,
variables, processor seconds. GSAS-II's own values come from its tutorials' projects or from gsas2_refine.py.
"""
import json
import pathlib
import resource
import subprocess
import sys

HERE = pathlib.Path(__file__).parent / "refinements"
SHARED_CASES = {"pbso4_full": "powder/pbso4", "nac": "powder/nac_joint", "cucr2o4": "powder/cucr2o4_seq"}
TUTORIAL_CASES = {"fluorapatite": "LabData/data", "garnet": "CWNeutron/data", "garnet_pawley": "CWNeutron/data",
                  "garnet_le_bail": "CWNeutron/data", "mn3o4": "Magnetic-V/data", "sucrose": "LeBail/data"}


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(hutch, name, folder):
    recipe = HERE / f"{name}.yaml"
    files = [path for path in [*sorted(folder.iterdir()), *sorted(HERE.glob("*.cif"))] if path.is_file()]
    verb = "refine_series" if "\nseries:" in recipe.read_text() else "refine"
    before = processor_seconds()
    done = subprocess.run([hutch, "powder", verb, recipe, "--json", *[f"--files={path}" for path in files]],
                          capture_output=True, text=True)
    if done.returncode:
        return f"{name}: {done.stderr.strip()}"
    found = json.loads(done.stdout)
    found = found.get("findings", found)
    seconds = f"{processor_seconds() - before:.2f} s"
    if verb == "refine_series":
        return f"{name}: Rwp {' '.join(f'{100 * one:.2f}' for one in found['r_wp'])}; {seconds}"
    rows = zip(found["parameters"], found["values"], found["uncertainties"])
    cells = ", ".join(f"{key} {value:.6f} ({su:.6f})" for key, value, su in rows if ".cell." in key)
    r_wp = " ".join(f"{100 * one:.3f}" for one in found["pattern_r_wp"])
    return f"{name}: Rwp {r_wp}, all {100 * found['r_wp']:.3f}; {cells}; {found['variables']} variables; {seconds}"


hutch, shared = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
for name, folder in SHARED_CASES.items():
    print(run(hutch, name, shared / folder), flush=True)
for name, folder in TUTORIAL_CASES.items() if len(sys.argv) > 3 else ():
    print(run(hutch, name, pathlib.Path(sys.argv[3]) / folder), flush=True)
