#!/usr/bin/env python3
"""Use the module `hutch` as its users do, with numpy alone: loader_test.py FOLDER_OF_THE_MODULE"""
import gc
import hashlib
import json
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import threading
import unittest

try:
    import h5py
    import numpy
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected h5py and numpy for {sys.executable}")
    sys.exit(77)

sys.path.insert(0, sys.argv[1])
import hutch
import small_set

FIELDS = ["x", "image", "label", "name"]

# What a run that is killed does: print the digest of each batch, and say where the next one stands.
KILLED = """
import hashlib, json, os, sys
sys.path.insert(0, sys.argv[1])
import hutch
loader = hutch.dataset(sys.argv[2], split="train").numpy(batch=5, shuffle=True, seed=11)
if sys.argv[3] != "-":
    loader.load_state(json.loads(sys.argv[3]))
left = int(sys.argv[4])
for epoch in range(2 - loader.epoch):
    for batch in loader:
        print(hashlib.sha256(batch["x"].tobytes() + batch["label"].tobytes()).hexdigest(), flush=True)
        left -= 1
        if left == 0:
            print(json.dumps(loader.state()), flush=True)
            os.kill(os.getpid(), 9)
"""


class Loading(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = small_set.write_hdf5(pathlib.Path(self.scratch.name) / "small")

    def tearDown(self):
        self.scratch.cleanup()

    def open(self, split="train", **options):
        return hutch.dataset(self.folder, split, **{"fields": FIELDS, **options})

    def test_a_data_set_is_a_sequence_of_records(self):
        train = self.open()
        self.assertEqual((len(train), train.name, train.version, train.splits), (93, "small", "1.2.0", ["train", "test"]))
        self.assertEqual(train.fields["image"], hutch.Field("image", "uint16", (4, 5), "", "other"))
        self.assertEqual(train.all_fields["name"].dtype, "utf8")
        self.assertEqual(list(hutch.dataset(self.folder, "train").fields), ["x", "label"])
        self.assertEqual(train[41]["name"], "record 41")
        self.assertEqual(train[-1]["name"], "record 92")
        self.assertEqual(int(train[41]["label"]), 41 % 7)
        self.assertEqual([record["name"] for record in train[3:5]], ["record 3", "record 4"])
        self.assertEqual(len(list(train)), 93)
        self.assertTrue(numpy.array_equal(train.shared("axis"), numpy.full(small_set.POINTS, 0.5)))
        with self.assertRaises(IndexError):
            train[93]
        self.assertIn("93 records of x, image, label, name", repr(train))

    def test_batches_hold_each_record_once(self):
        loader = self.open().numpy(batch=16, shuffle=True, seed=4)
        self.assertEqual(len(loader), 6)
        epochs = [[record for batch in loader for record in small_set.check(batch)] for _ in range(2)]
        self.assertNotEqual(epochs[0], epochs[1])
        for records in epochs:
            self.assertEqual(sorted(records), list(range(93)))
        plain = [record for batch in self.open("test").numpy(batch=4) for record in small_set.check(batch)]
        self.assertEqual(plain, list(range(93, 104)))

    def test_all_that_h5py_writes_can_be_read(self):
        # A folder for each: the loader of the last one reads ahead into the next epoch, and its files must stay as they are.
        for storage in ({"chunks": 1}, {"chunks": 7, "compression": "gzip"}, {"chunks": 4, "compression": "gzip", "shuffle": True},
                        {"chunks": 5, "compression": "lzf", "shuffle": True}, {"chunks": 8, "compression": "lzf"},
                        {"chunks": 16, "compression": "gzip", "shuffle": True, "fletcher32": True}):
            folder = small_set.write_hdf5(pathlib.Path(self.scratch.name) / f"stored-{storage['chunks']}", **storage)
            for shuffle in (False, True, "blocks"):
                loader = hutch.dataset(folder, "train", fields=FIELDS).numpy(batch=10, shuffle=shuffle)
                self.assertEqual(sorted(record for batch in loader for record in small_set.check(batch)), list(range(93)))

    def test_odd_types_of_h5py(self):
        path = pathlib.Path(self.scratch.name) / "odd.h5"
        with h5py.File(path, "w") as file:
            file["flag"] = numpy.array([True, False, True])
            file["half"] = numpy.array([0.5, 1, 2], dtype="f2")
            file["big"] = numpy.array([1, 2, 3], dtype=">i4")
            file.create_dataset("free", data=["ä", "", "long text"], dtype=h5py.string_dtype())
            file.create_dataset("never", shape=(3, 4), chunks=(1, 4), dtype="f4", fillvalue=7)
            file.create_dataset("tiles", data=numpy.arange(3 * 10 * 11).reshape(3, 10, 11), chunks=(2, 4, 5), compression="gzip")
            space, kept = h5py.h5s.create_simple((3,)), h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            kept.set_layout(h5py.h5d.COMPACT)
            h5py.h5d.create(file.id, b"compact", h5py.h5t.STD_I16LE, space, kept)
            file["compact"][...] = [5, 6, 7]
            file["pairs"] = numpy.array([[b"a", b"bc"]] * 3)
        batch = next(iter(hutch.dataset(path).numpy()))
        self.assertEqual(batch["flag"].dtype, bool)
        self.assertEqual(batch["flag"].tolist(), [True, False, True])
        self.assertEqual(batch["half"].tolist(), [0.5, 1, 2])
        self.assertEqual((batch["big"].dtype, batch["big"].tolist()), (numpy.dtype("i4"), [1, 2, 3]))
        self.assertEqual(batch["free"], ["ä", "", "long text"])
        self.assertEqual(batch["never"].tolist(), [[7.0] * 4] * 3)
        self.assertTrue(numpy.array_equal(batch["tiles"], numpy.arange(3 * 10 * 11).reshape(3, 10, 11)))
        self.assertEqual(batch["compact"].tolist(), [5, 6, 7])
        self.assertEqual(batch["pairs"].tolist(), [["a", "bc"]] * 3)

    def test_npy_files_are_fields(self):
        folder = small_set.write_npy(pathlib.Path(self.scratch.name) / "npy")
        for workers in (0, 2):
            loader = hutch.dataset(folder, "train", fields=FIELDS).numpy(batch=10, shuffle=True, workers=workers)
            self.assertEqual(sorted(record for batch in loader for record in small_set.check(batch)), list(range(93)))

    def test_killed_runs_go_on_with_the_same_batches(self):
        def run(state, batches):
            done = subprocess.run([sys.executable, "-c", KILLED, sys.argv[1], str(self.folder), state, str(batches)],
                                  stdout=subprocess.PIPE, text=True)
            return done.returncode, done.stdout.split("\n")[:-1]

        status, whole = run("-", -1)
        self.assertEqual((status, len(whole)), (0, 2 * 19))
        for stop in (1, 7, 18, 19, 20, 30, 37):
            status, start = run("-", stop)
            self.assertEqual(status, -9)
            status, rest = run(start.pop(), -1)
            self.assertEqual(status, 0)
            self.assertEqual(start + rest, whole, f"killed after {stop} batches")

    def test_state_is_small_and_belongs_to_one_data_set(self):
        loader = self.open().numpy(batch=16, shuffle=True, seed=1)
        next(iter(loader))
        state = json.loads(json.dumps(loader.state()))
        self.assertEqual((state["seed"], state["epoch"], state["batch"], state["version"]), (1, 0, 1, "1.2.0"))
        with self.assertRaisesRegex(ValueError, "is of other options; expected the same fields, batch, shuffle"):
            self.open().numpy(batch=16, shuffle=True, seed=2).load_state(state)
        with self.assertRaisesRegex(ValueError, "is of another data set, version '1.2.0'"):
            self.open("test").numpy(batch=16, shuffle=True, seed=1).load_state(state)

    def test_a_loop_that_is_left_is_followed_by_the_next_epoch(self):
        loader = self.open().numpy(batch=16, shuffle=True)
        for batch in loader:
            break
        self.assertEqual(loader.epoch, 0)
        self.assertEqual(sum(len(batch["label"]) for batch in loader), 93)
        self.assertEqual(loader.epoch, 2)
        loader.set_epoch(0)
        self.assertTrue(numpy.array_equal(next(iter(loader))["x"], batch["x"]))

    def test_ranks_see_disjoint_halves(self):
        halves = [{record for batch in self.open().numpy(batch=8, shuffle=True, rank=rank, world=2, ends="uneven")
                   for record in small_set.check(batch)} for rank in range(2)]
        self.assertEqual((len(halves[0]), len(halves[1]), halves[0] & halves[1]), (47, 46, set()))
        self.assertEqual(halves[0] | halves[1], set(range(93)))
        for ends, size in (("drop", 46), ("pad", 47)):
            loaders = [self.open().numpy(rank=rank, world=2, ends=ends) for rank in range(2)]
            self.assertEqual([sum(len(batch["label"]) for batch in loader) for loader in loaders], [size, size])

    def test_arrays_live_as_long_as_they_are_held(self):
        loader = self.open().numpy(batch=10, shuffle=True)
        kept = [batch for _ in range(3) for batch in loader]
        first = kept[0]["x"]
        del loader
        gc.collect()
        for batch in kept:
            small_set.check(batch)
        copy = first.copy()
        del kept, batch
        gc.collect()
        self.assertTrue(numpy.array_equal(first, copy))
        first[:] = 0  # a batch is the caller's: writing to it changes no file
        self.assertEqual(float(self.open()[1]["x"][0]), 1.0)

    def test_types_transforms_and_tuples(self):
        loader = self.open().numpy(batch=93, dtype={"label": "int64", "image": "float32"})
        batch = next(iter(loader))
        self.assertEqual((batch["label"].dtype, batch["image"].dtype), (numpy.dtype("i8"), numpy.dtype("f4")))
        self.assertEqual(float(batch["image"][3][2][1]), 321.0)
        x, label = next(iter(self.open().numpy(batch=5, as_tuple=("x", "label"), transform=lambda b: {**b, "x": b["x"] * 2})))
        self.assertEqual((x.shape, float(x[3][0]), int(label[3])), ((5, 50), 6.0, 3))
        self.assertEqual(len(next(iter(self.open().numpy(as_tuple=True)))), 4)

    def test_names_are_looked_up(self):
        os.environ["HUTCH_DATASETS"] = os.pathsep.join(["/nowhere", self.scratch.name])
        try:
            self.assertEqual(len(hutch.dataset("small", split="test")), 11)
            with self.assertRaisesRegex(FileNotFoundError, "'large' is no folder and no name"):
                hutch.dataset("large")
        finally:
            del os.environ["HUTCH_DATASETS"]

    def test_refusals_are_told(self):
        with self.assertRaisesRegex(ValueError, "'split' is 'valid'; expected one of train, test"):
            self.open("valid")
        with self.assertRaisesRegex(ValueError, "'lable' is no field"):
            self.open(fields=["lable"])
        with self.assertRaisesRegex(ValueError, "'shuffle' is 'some'; expected one of none, records, blocks"):
            self.open().numpy(shuffle="some")
        with self.assertRaisesRegex(ValueError, "'rank' is 2 of 'world' 2"):
            self.open().numpy(rank=2, world=2)
        self.assertRaises(FileNotFoundError, hutch.dataset, "/nowhere/at/all")

    def test_data_sets_can_be_sent_to_other_processes(self):
        again = pickle.loads(pickle.dumps(self.open()))
        self.assertEqual((len(again), again[5]["name"]), (93, "record 5"))

    def test_waiting_leaves_other_threads_their_turn(self):
        done = []
        loader = self.open().numpy(batch=1, shuffle=True)
        threads = [threading.Thread(target=lambda: done.append(sum(1 for _ in self.open().numpy(batch=1)))) for _ in range(4)]
        for thread in threads:
            thread.start()
        self.assertEqual(sum(1 for _ in loader), 93)
        for thread in threads:
            thread.join()
        self.assertEqual(done, [93] * 4)

    def test_a_fork_is_told_to_open_its_own(self):
        loader = self.open().numpy(batch=8)
        next(iter(loader))
        child = os.fork()
        if child == 0:
            try:
                next(loader._run())
            except NotImplementedError:
                os._exit(17)
            os._exit(1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 17)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
