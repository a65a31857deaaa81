#!/usr/bin/env python3
"""Train and iterate through torch as its users do: torch_test.py FOLDER_OF_THE_MODULE"""
import pathlib
import sys
import tempfile
import unittest

try:
    import h5py
    import numpy
    import torch
except ImportError as problem:
    print(f"SKIPPED: {problem}; expected h5py, numpy and torch for {sys.executable}; on Debian: apt-get install python3-torch")
    sys.exit(77)

sys.path.insert(0, sys.argv[1])
import hutch
import small_set


class Torch(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = small_set.write_hdf5(pathlib.Path(self.scratch.name) / "small")

    def tearDown(self):
        self.scratch.cleanup()

    def open(self, **options):
        return hutch.dataset(self.folder, "train", **options)

    def test_tensors_share_memory_and_have_torchs_types(self):
        loader = self.open(fields=["x", "image", "label", "name"]).torch(batch=10, shuffle=True, seed=2)
        seen = []
        for batch in loader:
            self.assertEqual((batch["x"].dtype, batch["image"].dtype, batch["label"].dtype),
                             (torch.float32, torch.int32, torch.int16))
            self.assertIsInstance(batch["name"], list)
            seen += small_set.check(batch)
        self.assertEqual(sorted(seen), list(range(93)))
        arrays = []
        loader = self.open().torch(transform=lambda b: arrays.append(b["x"].numpy().ctypes.data) or b)
        self.assertEqual(next(iter(loader))["x"].data_ptr(), arrays[0])

    def test_a_model_learns(self):
        """x of record r is r + ramp, and the label r % 7: a linear model finds the mean of x."""
        torch.manual_seed(0)
        model = torch.nn.Linear(small_set.POINTS, 1)
        loader = self.open(fields=["x"]).torch(batch=31, shuffle=True, transform=lambda b: {"x": b["x"] / 100})
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        losses = []
        for _ in range(60):
            for batch in loader:
                loss = ((model(batch["x"])[:, 0] - batch["x"].mean(1)) ** 2).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                losses.append(float(loss))
        self.assertLess(losses[-1], losses[0] / 20)

    def test_it_serves_where_a_data_loader_does(self):
        loader = self.open().torch(batch=16, as_tuple=True, dtype={"label": "int64"})
        self.assertEqual((len(loader), loader.batch_size, loader.drop_last, len(loader.dataset)), (6, 16, False, 93))
        loader.sampler.set_epoch(3)
        for x, label in loader:
            torch.nn.functional.cross_entropy(torch.zeros(len(x), 7), label)
        self.assertEqual(loader.epoch, 4)
        state = loader.state_dict()
        loader.load_state_dict(state)

    def test_a_data_set_goes_through_torchs_own_loader(self):
        own = torch.utils.data.DataLoader(self.open(), batch_size=8, num_workers=2)
        seen = [float(x) for batch in own for x in batch["x"][:, 0]]
        self.assertEqual(seen, [float(r) for r in range(93)])

    def test_ranks_come_from_torch_distributed(self):
        torch.distributed.init_process_group("gloo", init_method=f"file://{self.scratch.name}/meet", rank=0, world_size=1)
        try:
            self.assertEqual(sum(len(batch["x"]) for batch in self.open().torch()), 93)
        finally:
            torch.distributed.destroy_process_group()
        halves = [{float(x) for batch in self.open().torch(rank=rank, world=2, shuffle=True) for x in batch["x"][:, 0]}
                  for rank in range(2)]
        self.assertEqual((len(halves[0]), len(halves[1]), halves[0] & halves[1]), (46, 46, set()))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
