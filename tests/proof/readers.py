#!/usr/bin/env python3
"""Open data sets with readers that know nothing of Hutch, and say what each found.

readers.py FOLDER... [--node-modules FOLDER] [--datacite-schema metadata.xsd] [--mlcroissant FOLDER...]

h5py, csv, json and numpy are always tried, xmllint (well-formedness) where it is installed. The options name what nobody
installs by default: the npm package h5wasm, DataCite's schema, and the Python sources of mlcroissant and etils.
Exit status 0: every reader that was tried read everything.
"""
import argparse
import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys

try:
    import h5py
    import numpy
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected h5py and numpy for {sys.executable}")
    sys.exit(77)

WASM = """
import h5wasm from "h5wasm/node";
const { FS } = await h5wasm.ready;
let sets = 0, values = 0, strings = 0;
for (const path of process.argv.slice(2)) {
    const file = new h5wasm.File(path, "r");
    const walk = (group) => {
        for (const name of group.keys()) {
            const item = group.get(name);
            if (item instanceof h5wasm.Group) { walk(item); continue; }
            const value = item.value;
            sets += 1;
            const count = value === null ? 0 : value.length === undefined ? 1 : value.length;
            values += count;
            if (item.shape !== null && item.shape.reduce((a, b) => a * b, 1) !== count && !(item.shape.length === 0))
                throw new Error(`${path}: ${item.path}: ${count} values for shape ${item.shape}`);
            if (typeof (count ? value[0] : 0) === "string") strings += 1;
        }
    };
    walk(file);
    file.close();
}
console.log(JSON.stringify({ sets, values, strings, hdf5: h5wasm.Module?.get_libver?.() ?? "" }));
"""


def read_h5py(paths):
    """Read every value of every HDF5 file."""
    count, values = 0, 0
    for path in paths:
        with h5py.File(path) as file:
            found = []
            file.visititems(lambda name, item, found=found: found.append(item) if isinstance(item, h5py.Dataset) else None)
            for item in found:
                array = item[()]
                count, values = count + 1, values + numpy.size(array)
    return f"h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}: {len(paths)} files, {count} arrays, {values:,} values"


def read_h5wasm(paths, modules):
    script = pathlib.Path(modules).parent / "read_hdf5.mjs"
    script.write_text(WASM)
    done = subprocess.run(["node", str(script), *map(str, paths)], capture_output=True, text=True, check=True)
    version = json.loads((pathlib.Path(modules) / "h5wasm/package.json").read_text())["version"]
    said = json.loads(done.stdout)
    return f"h5wasm {version} on node: {len(paths)} files, {said['sets']} arrays, {said['values']:,} values"


def read_texts(folder):
    rows = 0
    names = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
        assert all(len(line) == len(lines[0]) for line in lines), path
        rows, names = rows + len(lines) - 1, [*names, path.name]
    for path in sorted(folder.rglob("*.jsonl")):
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        rows, names = rows + len(lines), [*names, path.name]
    for path in sorted(folder.rglob("*.json")):
        json.loads(path.read_text(encoding="utf-8"))
        names.append(path.name)
    return f"Python {sys.version.split()[0]} csv, json: {len(names)} files, {rows:,} rows"


def read_checksums(folder):
    done = subprocess.run(["sha256sum", "--check", "--quiet", "checksums.sha256"], cwd=folder, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return f"sha256sum: {len((folder / 'checksums.sha256').read_text().splitlines())} files agree"


def read_xml(folder, schema):
    if not shutil.which("xmllint"):
        return "xmllint is not installed: not tried"
    path = folder / "datacite.xml"
    command = ["xmllint", "--nonet", "--noout", *(["--schema", schema] if schema else []), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    version = subprocess.run(["xmllint", "--version"], capture_output=True, text=True, check=False).stderr.split()[4]
    return f"xmllint {version}: datacite.xml " + ("obeys " + "/".join(pathlib.Path(schema).parts[-2:]) if schema else
                                                  "is well-formed (no schema was given)")


def read_croissant(folder, sources):
    environment = dict(os.environ, PYTHONPATH=":".join(map(str, sources)))
    script = ("import sys, mlcroissant as mlc\n"
              "d = mlc.Dataset(jsonld=sys.argv[1])\n"
              "assert not d.metadata.issues.errors, d.metadata.issues.report()\n"
              "print(len(d.metadata.issues.warnings), 'warnings')\n"
              "for r in d.metadata.record_sets:\n"
              "    if r.data is not None: n = len(r.data)\n"
              "    else: n = sum(1 for _ in d.records(r.uuid))\n"
              "    assert n, r.uuid + ' has no records'\n"
              "    print(r.uuid, n)\n")
    done = subprocess.run([sys.executable, "-c", script, "croissant.json"], cwd=folder, env=environment, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr[-1500:]
    lines = done.stdout.splitlines()
    return f"mlcroissant: no error, {lines[0]}; records: " + ", ".join(lines[1:])


def readings(folder, asked):
    """Yield each reader's name and a function that reads."""
    hdf5 = sorted(folder.rglob("*.h5"))
    if hdf5:
        yield "h5py", lambda: read_h5py(hdf5)
        if asked.node_modules:
            yield "h5wasm", lambda: read_h5wasm(hdf5, asked.node_modules)
    yield "texts", lambda: read_texts(folder)
    yield "sha256sum", lambda: read_checksums(folder)
    if (folder / "datacite.xml").is_file():
        yield "xmllint", lambda: read_xml(folder, asked.datacite_schema)
    if asked.mlcroissant:
        yield "mlcroissant", lambda: read_croissant(folder, asked.mlcroissant)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    parser.add_argument("--node-modules", type=pathlib.Path)
    parser.add_argument("--datacite-schema")
    parser.add_argument("--mlcroissant", nargs="+", type=pathlib.Path)
    asked = parser.parse_args()
    good, bad = 0, 0
    for folder in asked.folders:
        print(f"{folder.name}:")
        for name, read in readings(folder, asked):
            try:
                print("  " + read())
                good += 1
            except Exception as problem:  # whatever a reader throws is what is to be told
                print(f"  {name} refuses: {problem}")
                bad += 1
    print(f"{good} passed, {bad} failed")
    return 1 if bad or not good else 0


if __name__ == "__main__":
    sys.exit(main())
