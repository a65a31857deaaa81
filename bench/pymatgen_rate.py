#!/usr/bin/env python3
"""Time pymatgen's XRDCalculator on CIF files: a list of peaks, no profile. Prints seconds per structure, one a line.

usage: pymatgen_rate.py CIF...
"""
import sys
import time
import warnings

warnings.simplefilter("ignore")
from pymatgen.analysis.diffraction.xrd import XRDCalculator  # noqa: E402
from pymatgen.core import Structure  # noqa: E402

calculator = XRDCalculator(wavelength=1.5405929)
for path in sys.argv[1:]:
    try:
        structure = Structure.from_file(path)
        start = time.process_time()
        calculator.get_pattern(structure, two_theta_range=(10, 100))
        print(time.process_time() - start)
    except Exception as problem:  # the peer's own limits are not ours to judge
        print(f"{path}: {problem}", file=sys.stderr)
