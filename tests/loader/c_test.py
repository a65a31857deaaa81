#!/usr/bin/env python3
"""Run the program c_test, which reads a data set through the C interface: c_test.py PROGRAM LIBRARY"""
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected numpy for {sys.executable}")
    sys.exit(77)

import small_set

with tempfile.TemporaryDirectory() as scratch:
    folder = small_set.write_npy(scratch)
    # Names are of .npy files: records in the text are those that labels are made of, modulo 7.
    numpy.save(folder / "train/label.npy", numpy.arange(93).astype("i2"))
    done = subprocess.run([sys.argv[1], str(folder)], stdout=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stdout
    assert done.stdout == ("x 1 dims 50, label int64, name utf8\n93 records in 10 batches\nepoch 0, batch 4\n"
                           "resumed with the same batches\n"), done.stdout
shown = subprocess.run(["nm", "-D", "--defined-only", sys.argv[2]], stdout=subprocess.PIPE, text=True, check=True).stdout
names = [line.split()[-1] for line in shown.splitlines()]
strange = [name for name in names if not name.startswith(("hutch_loader_", "hutch_batch_"))]
assert len(names) >= 20 and not strange, f"the library shows more than its interface: {strange[:5]}"
print(f"a C99 program loads and resumes; the library shows {len(names)} functions and nothing else")
