#!/usr/bin/env python3
"""Time GSAS-II's forward calculation of a powder pattern of 4,501 points. Prints seconds per structure, one a line.

usage: gsas2_rate.py FOLDER_OF_GSAS-II INSTRPM_FILE CIF...
"""
import contextlib
import io
import os
import sys
import tempfile
import time

sys.path.insert(0, sys.argv[1])
with contextlib.redirect_stdout(io.StringIO()):
    import GSASII.GSASIIscriptable as gsas2

for path in sys.argv[3:]:
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        try:
            project = gsas2.G2Project(newgpx=os.path.join(folder, "a.gpx"))
            phase = project.add_phase(path, phasename="p", fmthint="CIF")
            project.add_simulated_powder_histogram("h", sys.argv[2], 10.0, 100.0, Tstep=0.02, phases=[phase])
            project.data["Controls"]["data"]["max cyc"] = 0
            start = time.process_time()
            project.do_refinements([{}])
            seconds = time.process_time() - start
        except Exception as problem:  # the peer's own limits are not ours to judge
            print(f"{path}: {problem}", file=sys.stderr)
            continue
    print(seconds)
