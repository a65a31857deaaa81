#!/usr/bin/env python3
"""Drive flow's Slurm client on a real Slurm that this test starts: client_test.py CLIENT

Arrays, exit codes, signals, cancelling, GPUs, MPI steps, a node that dies, a slurmd that dies alone, and a controller
that is away. Skipped with status 77 where Slurm is not installed.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import cluster as slurm

ARRAY = """#!/bin/sh
echo "task $SLURM_ARRAY_TASK_ID"
case $SLURM_ARRAY_TASK_ID in
3) exit 3;;
5) kill -9 $$;;
esac
"""


class Client:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        (folder / "logs").mkdir()

    def run(self, *words, fails=False):
        end = subprocess.run([self.program, *map(str, words)], capture_output=True, text=True, check=False)
        assert (end.returncode != 0) == fails, f"{words} ended with {end.returncode}: {end.stdout}{end.stderr}"
        return end.stderr if fails else end.stdout

    def submit(self, name, script, *extra, size=1, gpus=0, ranks=1, fails=False):
        path = self.folder / f"{name}.sh"
        path.write_text(script if script.startswith("#!") else f"#!/bin/sh\n{script}\n")
        return self.run("submit", name, path, self.folder / "logs", size, gpus, ranks, *extra, fails=fails).strip()

    def states(self, job, size=1):
        lines = self.run("states", job, size, 60).splitlines()
        return [tuple(line.split("|")) for line in lines]

    def wait(self, job, is_so, size=1, seconds=90):
        end = time.monotonic() + seconds
        while not is_so(states := self.states(job, size)):
            assert time.monotonic() < end, f"job {job} after {seconds} s: {states}"
            time.sleep(0.3)
        return states

    def wait_for_end(self, job, size=1, seconds=90):
        return self.wait(job, lambda states: all(state in ("done", "failed") for _, state, *_ in states), size, seconds)

    def wait_for_run(self, job, size=1):
        # COMPLETING, say, is a reason.
        return self.wait(job, lambda states: all(state == "running" and not why for _, state, why, *_ in states), size)

    def log(self, job, task=0):
        return (self.folder / "logs" / f"{job}_{task}.log").read_text()


def expect(seen, expected):
    assert seen == expected, f"seen {seen}, expected {expected}"


def runs_an_array(client):
    job = client.submit("array", ARRAY, "--exclude=n3", size=12)
    states = client.wait_for_end(job, 12)
    for task, (number, state, reason, exit_code, node) in enumerate(states):
        expect(number, str(task))
        expected = {3: ("failed", "FAILED (NonZeroExitCode)", "3"), 5: ("failed", "FAILED (JobLaunchFailure)", "137")}
        expect((state, reason, exit_code), expected.get(task, ("done", "", "0")))
        assert node in ("n1", "n2"), node
        expect(client.log(job, task), f"task {task}\n")
    expect(client.run("named", "array").split(), [job])
    expect(client.run("named", "nothing").split(), [])
    return job


def cancels(client):
    job = client.submit("long", "sleep 300", "--exclude=n3", size=2)
    client.wait_for_run(job, 2)
    client.run("cancel", job)
    states = client.wait_for_end(job, 2)
    expect([(state, reason) for _, state, reason, *_ in states], [("failed", "CANCELLED")] * 2)
    client.run("cancel", job)
    client.run("cancel", 99999)
    held = client.submit("held", "true", "--hold")
    expect(client.states(held)[0][1:3], ("pending", "JobHeldUser"))
    client.run("cancel", held)
    assert client.wait(held, lambda states: states[0][1] in ("failed", "gone"))


def knows_nothing_of_an_unknown_job(client):
    expect(client.states(99999, 2), [("0", "gone", "", "0", ""), ("1", "gone", "", "0", "")])


def gives_gpus(client):
    job = client.submit("gpu", 'echo "gpu $CUDA_VISIBLE_DEVICES"', "--exclude=n3", gpus=2)
    expect(client.wait_for_end(job)[0][1], "done")
    expect(client.log(job), "gpu 0,1\n")
    message = client.submit("gpus", "true", gpus=9, fails=True)
    assert message.startswith("denied: ") and "Requested node configuration is not available" in message, message


def describes_the_site(client):
    expect(client.run("site").splitlines(), ["1001", "main 1 1 3 4 gpu:fake:2"])


def runs_mpi(client):
    missing = [name for name in ("mpicc", "mpirun") if shutil.which(name) is None]
    if missing:
        print(f"  without MPI: {' and '.join(missing)} not installed; apt-get install openmpi-bin libopenmpi-dev")
        return
    ring = client.folder / "ring"
    subprocess.run(["mpicc", pathlib.Path(__file__).with_name("ring.c"), "-o", ring], check=True)
    expect(client.run("mpi", 4, ring), "ranks 4 sum 10\nmpirun ended with 0\n")
    # Six ranks on nodes of four CPUs: over two nodes.
    job = client.submit("mpi", f"{client.program} mpi 6 {ring}", "--exclude=n3", ranks=6)
    state, log = client.wait_for_end(job)[0], client.log(job)
    expect(log, "ranks 6 sum 21\nsrun ended with 0\n")
    expect((state[1], state[4]), ("done", "n[1-2]"))


def lives_through_the_death_of_slurmd(client, cluster):
    job = client.submit("survivor", "sleep 3; exit 4", "--nodelist=n2")
    client.wait_for_run(job)
    cluster.kill_node("n2", daemon_only=True)
    expect(client.wait_for_end(job)[0][1:4], ("failed", "FAILED (NonZeroExitCode)", "4"))
    cluster.start_node("n2")


def survives_a_controller_that_is_away(client, cluster, job):
    cluster.kill_node("slurmctld")
    message = client.run("states", job, 12, 2, fails=True)
    assert message.startswith("external: "), message
    cluster.start_node("slurmctld")
    # The queue is what it was.
    expect([state for _, state, *_ in client.wait_for_end(job, 12)].count("done"), 10)


def sees_a_node_die(client, cluster, others):
    """Let tasks run on n3 and kill it, do other things, and see what is reported."""
    lost = client.submit("lost", "sleep 300", "--nodelist=n3", size=2)
    again = client.submit("again", "sleep 300", "--nodelist=n3", "--requeue")
    client.wait_for_run(lost, 2)
    client.wait_for_run(again)
    cluster.kill_node("n3")
    start = time.monotonic()
    others()
    states = client.wait_for_end(lost, 2)
    expect([state[1:] for state in states], [("failed", "NODE_FAIL (NodeDown)", "0", "n3")] * 2)
    print(f"  node failure reported within {time.monotonic() - start:.0f} s")
    states = client.wait(again, lambda states: states[0][1] == "pending")
    assert states[0][2] in ("", "BeginTime") or "NotAvail" in states[0][2], states
    client.run("cancel", again)
    cluster.start_node("n3")
    cluster.wait_for_node("n3", "idle")
    job = client.submit("back", "true", "--nodelist=n3")
    expect(client.wait_for_end(job)[0][1], "done")


def check(client, cluster):
    def step(test, *arguments):
        start = time.monotonic()
        result = test(client, *arguments)
        print(f"{test.__name__.replace('_', ' ')}: {time.monotonic() - start:.1f} s", flush=True)
        return result

    def others():
        job = step(runs_an_array)
        for test in (cancels, knows_nothing_of_an_unknown_job, gives_gpus, runs_mpi):
            step(test)
        step(lives_through_the_death_of_slurmd, cluster)
        return job

    step(describes_the_site)
    jobs = []
    step(sees_a_node_die, cluster, lambda: jobs.append(others()))
    step(survives_a_controller_that_is_away, cluster, jobs[0])


def stop_in_time(*_):
    raise TimeoutError("the test took too long, or was told to end")


def main():
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, stop_in_time)
    signal.alarm(280)  # before ctest kills this process and leaves the daemons
    # In /tmp, because sockets need short paths.
    with tempfile.TemporaryDirectory(prefix="hutch_slurm_", dir="/tmp") as name:
        folder = pathlib.Path(name)
        try:
            with slurm.Cluster(folder / "cluster", gpus=2) as cluster:
                os.environ.update(cluster.environment)
                check(Client(os.path.abspath(sys.argv[1]), folder), cluster)
        except slurm.Missing as missing:
            print(f"skipped: {missing}")
            return slurm.SKIPPED
    return 0


if __name__ == "__main__":
    sys.exit(main())
