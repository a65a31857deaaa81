#!/usr/bin/env python3
"""Run a flow of 200 items and more on a real Slurm that this test starts: flow_test.py HUTCH

A node and the run itself are killed on the way; the results must be, byte for byte, those of a local run. Skipped with
status 77 where Slurm is not installed.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import cluster as slurm

CIF = """data_NaCl
_cell_length_a 5.6402
_cell_length_b 5.6402
_cell_length_c 5.6402
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'F m -3 m'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_U_iso_or_equiv
Na Na 0 0 0 0.01
Cl Cl 0.5 0.5 0.5 0.01
"""

FLOW = """
flow: sizes
steps:
  simulate:
    step: powder.simulate
    for: {size: {from: 0.01, to: 1.0, by: 0.01}, microstrain: [0, 0.001]}
    inputs: {structure: "NaCl.cif"}
    parameters: {size: "${size}", microstrain: "${microstrain}", dose: 5000, two_theta: [10, 120, 0.02]}
    retry: 1
  largest:
    step: program.run
    for: {microstrain: "${simulate.microstrain}"}
    inputs: {in: "${simulate.pattern[*]}"}
    outputs: [stdout]
    parameters: {command: [sh, -c, 'cat "$@" | sort -k2 -n -r | head -3', largest, "{in}"]}
  device:
    step: program.run
    device: cuda
    inputs: {in: "${largest.stdout[*]}"}
    outputs: [stdout]
    parameters: {command: [cat, "{in}"]}
  ranks:
    step: program.run
    outputs: [stdout]
    parameters: {ranks: 3, command: [RING]}
"""


def command(hutch, folder, out, *more):
    return [hutch, "run", str(folder / "flow.yaml"), "--out", str(folder / out), *more]


def results_of(out):
    return {str(path.relative_to(out)): path.read_bytes() for path in (out / "results").rglob("*") if path.is_file()}


def count_records(out):
    return sum(path.read_bytes().count(b'"result":') for path in (out / ".flow/journal").glob("*.log"))


def wait_until(is_so, what, seconds=60):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"{what}: not after {seconds} s"
        time.sleep(0.1)


def queue(environment):
    """Return the states of all jobs of the cluster, and what GPUs they asked for."""
    end = subprocess.run(["squeue", "-h", "-a", "-r", "-t", "all", "-o", "%i|%T|%b|%j"], env=environment, capture_output=True, text=True, check=True)
    return [line.split("|") for line in end.stdout.splitlines()]


def build_ring(folder):
    source = pathlib.Path(__file__).parent / "ring.c"
    end = subprocess.run(["mpicc", "-O1", "-o", str(folder / "ring"), str(source)], capture_output=True, check=False)
    return end.returncode == 0


def main():
    hutch = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = pathlib.Path(name)
        (folder / "NaCl.cif").write_text(CIF)
        has_mpi = build_ring(folder)
        text = FLOW.replace("RING", f'"{folder}/ring"') if has_mpi else FLOW.replace("  ranks:", "  plain:").replace("ranks: 3, ", "").replace("[RING]", "[echo, no MPI]")
        (folder / "flow.yaml").write_text(text)
        try:
            cluster = slurm.Cluster(folder / "c", nodes=3, cpus=2, gpus=1)
            cluster.start()
        except slurm.Missing as missing:
            print(f"skipped: {missing}")
            return 77
        try:
            return follow(hutch, folder, cluster)
        finally:
            cluster.stop()


def follow(hutch, folder, cluster):
    environment = dict(os.environ, **cluster.environment)
    subprocess.run(command(hutch, folder, "local"), check=True, stdout=subprocess.DEVNULL)
    expected = results_of(folder / "local")
    on_slurm = command(hutch, folder, "out", "--on", "slurm", "--task-minutes", "0.15", "--grace", "2")
    out = folder / "out"
    run = subprocess.Popen(on_slurm, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: (out / ".flow/journal").exists() and count_records(out) > 0, "first results")
        seen = queue(environment)
        arrays = {row[0].split("_")[0] for row in seen}
        assert any("_" in row[0] for row in seen), seen
        print(f"{len(seen)} tasks in {len(arrays)} arrays; {count_records(out)} records; killing a node, then the run")
        cluster.kill_node("n2")
        time.sleep(0.5)
    finally:
        run.kill()
        run.communicate()
    time.sleep(1)
    cluster.start_node("n2")
    after = count_records(out)
    end = subprocess.run(on_slurm, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert end.returncode == 0, end.stdout + end.stderr
    print(f"{after} records before the second run\n{end.stdout}")
    found = results_of(out)
    different = [name for name in sorted(expected.keys() | found.keys()) if expected.get(name) != found.get(name)]
    assert not different, f"{len(different)} of {len(expected)} files differ from those of a local run: {different[:5]}"
    assert any("gpu" in row[2] for row in queue(environment)), queue(environment)
    again = subprocess.run(on_slurm, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert again.returncode == 0 and " 0 made" in again.stdout, again.stdout + again.stderr
    print(f"{len(expected)} files, all as in a local run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
