#!/usr/bin/env python3
"""Open what `dataset build` writes, and the sets of the proof, with readers that know nothing of Hutch: readers_test.py HUTCH"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

try:
    import clean_sets
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected h5py and numpy for {sys.executable}")
    sys.exit(77)
import small_library


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        small_library.write_library(scratch)
        (scratch / "small.yaml").write_text(small_library.recipe_text())
        subprocess.run([sys.argv[1], "dataset", "build", "small.yaml", "--out", "built"], cwd=scratch, check=True,
                       capture_output=True)
        folders = [scratch / "built"]
        for kind in ("images", "table", "lines"):
            clean_sets.make(kind, scratch / kind, 1)
            folders.append(scratch / kind)
        reader = pathlib.Path(__file__).resolve().parent / "readers.py"
        return subprocess.run([sys.executable, str(reader), *map(str, folders)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
