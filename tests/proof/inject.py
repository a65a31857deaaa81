#!/usr/bin/env python3
"""Put one defect into a copy of a data set: inject.py FOLDER COPY DEFECT SEVERITY; inject.py --list

A defect is what goes wrong at facilities; it says which checks name it rightly. All other documents of the copy are made to
agree with its files, so that nothing but the defect is there.
"""
import sys
import zlib

import numpy

import defects_in_documents
import defects_in_files
import defects_in_meaning
from dataset_folder import DatasetFolder
from defects import ALL, SEVERITIES, NotApplicable

assert defects_in_documents and defects_in_files and defects_in_meaning  # imported to register their injectors


def inject(source, target, name, severity, seed=0):
    """Copy a data set and put a defect into the copy. Same arguments, same bytes.

    NotApplicable: the data set has nothing that the defect could be in; the copy is not to be used then.
    """
    found = ALL[name]
    folder = DatasetFolder.copy(source, target)
    rng = numpy.random.default_rng([seed, zlib.crc32(name.encode()), SEVERITIES.index(severity)])
    found.inject(folder, severity, rng)
    if found.seal:
        folder.seal()
    return folder


def main():
    if sys.argv[1:] == ["--list"]:
        for found in ALL.values():
            print(f"{found.name:32} {' '.join(found.checks):20} {found.story}")
        print(f"{len(ALL)} defects, {len(SEVERITIES)} severities each")
        return 0
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        inject(*sys.argv[1:5])
    except NotApplicable as problem:
        print(f"not applicable: {problem}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
