#!/usr/bin/env python3
"""Write the checksum of all sources of device kernels as a macro: kernel_sources.py OUTPUT SOURCE..."""
import hashlib
import pathlib
import sys


def main():
    output, sources = pathlib.Path(sys.argv[1]), sorted(sys.argv[2:])
    total = hashlib.sha256()
    for source in sources:
        total.update(hashlib.sha256(pathlib.Path(source).read_bytes()).digest())
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(f'#define HUTCH_KERNEL_SOURCES "{total.hexdigest()[:32]}"\n', encoding="ascii")


if __name__ == "__main__":
    main()
