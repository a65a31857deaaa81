"""Learn the crystal system from powder patterns of three instruments, and say how well it does on structures never seen.

    hutch dataset build recipes/demo.yaml out/demo --records 40000
    PYTHONPATH=build/release/python /usr/bin/python3 examples/crystal_system.py out/demo --epochs 10

Needs torch and scipy (Debian: python3-torch, python3-scipy). docs/example.md says what is done, and what came out.
"""
import argparse
import copy
import gzip
import itertools
import math
import os
import pathlib
import re
import time

import hutch
import numpy
import torch
from scipy.stats import binomtest
from torch import nn
from torch.nn.functional import cross_entropy

SYSTEMS = ["triclinic", "monoclinic", "orthorhombic", "tetragonal", "trigonal", "hexagonal", "cubic"]
FIELDS = ["intensity", "truth/instrument", "truth/wavelength_1", "truth/crystal_system", "truth/group"]
POINTS = 2048
# On a logarithmic axis of q a larger cell is a shift, which convolutions do not mind.
Q_EDGES = torch.logspace(math.log10(0.45), math.log10(6.4), POINTS + 1, dtype=torch.float64)  # [1/angstrom]


def common_axis(counts, start, step, wavelength):
    """Return sqrt of counts per point, standardised, on the axis of q, and where it was measured: (record, 2, POINTS).

    start, step [degree of 2theta] and wavelength [angstrom] have one value a record. Zero shifts stay as they are.
    """
    sine = Q_EDGES * wavelength.double()[:, None] / (4 * math.pi)
    place = (torch.rad2deg(2 * torch.asin(sine.clamp(max=1))) - start[:, None]) / step[:, None]  # in points
    total = nn.functional.pad(torch.cumsum(counts.double(), 1), (1, 0))
    inside = place.clamp(0, counts.shape[1])
    below = inside.long().clamp(max=counts.shape[1] - 1)
    sums = torch.lerp(total.gather(1, below), total.gather(1, below + 1), inside - below)
    width = torch.diff(inside, dim=1)
    seen = ((torch.diff(place, dim=1) - width).abs() < 1e-9) & (sine[:, 1:] < 1)  # as a whole
    root = (torch.diff(sums, dim=1) / width.clamp(min=1e-9)).clamp(min=0).sqrt() * seen
    number = seen.sum(1, keepdim=True).clamp(min=1)
    apart = (root - root.sum(1, keepdim=True) / number) * seen
    deviation = apart.square().sum(1, keepdim=True).div(number).sqrt().clamp(min=1e-9)
    return torch.stack([apart / deviation, seen.double()], 1).float()


def prepared_by(axes):
    """Return the transform of a batch: inputs, classes and groups of nearly equal structures."""
    start, step = torch.tensor(axes[:, 0]), torch.tensor(axes[:, -1] - axes[:, 0]) / (axes.shape[1] - 1)
    def prepare(batch):
        instrument = batch["truth/instrument"].long()
        x = common_axis(batch["intensity"], start[instrument], step[instrument], batch["truth/wavelength_1"])
        return x, batch["truth/crystal_system"].long(), batch["truth/group"].long()

    return prepare


def network():
    layers = []
    for inputs, outputs, size, stride in [(2, 24, 15, 4), (24, 48, 9, 2), (48, 64, 7, 2), (64, 96, 5, 2), (96, 128, 5, 2)]:
        layers += [nn.Conv1d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm1d(outputs), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveMaxPool1d(8), nn.Flatten(), nn.Dropout(0.3), nn.Linear(8 * 128, 7))


def predictions(model, loader):
    """Return probabilities, classes and groups of one pass."""
    model.eval()
    with torch.no_grad():
        parts = [(model(x).softmax(1), y, group) for x, y, group in loader]
    return [torch.cat(part).numpy() for part in zip(*parts)]


def train(model, data, prepare, options):
    """Train, keep the state with the best balanced accuracy of validation; go on from options.state if it is there."""
    loader = data["train"].torch(batch=128, shuffle=True, seed=options.seed, drop_last=True, fields=FIELDS, transform=prepare)
    validation = data["validation"].torch(batch=256, fields=FIELDS, transform=prepare)
    labels = data["train"].numpy(batch=4096, fields=["truth/crystal_system"])
    counted = sum(numpy.bincount(batch["truth/crystal_system"], minlength=7) for batch in labels).clip(1)
    weights = torch.tensor(numpy.sqrt(counted.sum() / (7 * counted)), dtype=torch.float32)
    batches = min(len(loader), options.records // 128 or len(loader))
    optimizer = torch.optim.AdamW(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=options.epochs * batches)
    best = (-1.0, None)
    parts = (model, optimizer, schedule, loader)  # all have state_dict() and load_state_dict()
    if options.state and options.state.exists():
        states, random, best = torch.load(options.state)
        for part, state in zip(parts, states):
            part.load_state_dict(state)
        torch.set_rng_state(random)
    for epoch in range(loader.epoch, options.epochs):
        began = time.time()
        model.train()
        for x, y, _ in itertools.islice(loader, batches):
            loss = cross_entropy(model(x), y, weights, label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        loader.set_epoch(epoch + 1)
        p, y, _ = predictions(model, validation)
        score = numpy.mean([(p.argmax(1) == y)[y == c].mean() for c in numpy.unique(y)])
        if score > best[0]:
            best = (score, copy.deepcopy(model.state_dict()))
        print(f"epoch {epoch + 1}: validation accuracy {(p.argmax(1) == y).mean():.3f}, balanced {score:.3f}, "
              f"{time.time() - began:.0f} s", flush=True)
        if options.state:
            torch.save(([part.state_dict() for part in parts], torch.get_rng_state(), best), options.state)
    model.load_state_dict(best[1])


def report_test(p, truth, group, seed, draws=2000):
    """Print accuracies with 95 % intervals from a bootstrap over groups of structures, beside always the most frequent class."""
    names, member = numpy.unique(group, return_inverse=True)
    tables = numpy.zeros((len(names), 7, 7))  # of each group: truth, prediction
    numpy.add.at(tables, (member, truth, p.argmax(1)), 1)
    drawn = numpy.random.default_rng(seed).multinomial(len(names), numpy.full(len(names), 1 / len(names)), draws)
    both = numpy.concatenate([tables.sum(0)[None], (drawn @ tables.reshape(-1, 49)).reshape(-1, 7, 7)])  # measured, then drawn
    number, hits = both.sum(2), numpy.diagonal(both, axis1=1, axis2=2)
    of_class = numpy.where(number > 0, hits / number.clip(1), numpy.nan)
    alike = numpy.trace(tables, axis1=1, axis2=2) / tables.sum((1, 2))
    common = (tables.sum(2) / tables.sum((1, 2))[:, None]).mean(0).max()
    rows = [("accuracy", number[0].sum(), hits.sum(1) / number.sum(1), number[0].max() / number[0].sum()),
            ("accuracy, each group counts once", number[0].sum(), numpy.append(alike.mean(), drawn @ alike / len(names)), common),
            ("balanced accuracy", number[0].sum(), numpy.nanmean(of_class, 1), 1 / numpy.count_nonzero(number[0])),
            *((name, number[0, c], of_class[:, c], float(c == number[0].argmax())) for c, name in enumerate(SYSTEMS))]
    print("| | records | groups | right | 95 % | baseline |\n|---|---|---|---|---|---|")
    for (name, records, values, baseline), of in zip(rows, [len(names)] * 3 + list(numpy.count_nonzero(tables.sum(2), axis=0))):
        low, high = numpy.nanpercentile(values[1:], [2.5, 97.5])
        print(f"| {name} | {records:.0f} | {of} | {values[0]:.3f} | {low:.3f} to {high:.3f} | {baseline:.3f} |")


def read_dat(path):
    """Return start and step [degree] and counts of "start step stop" and then counts."""
    head, body = gzip.open(path, "rt").read().split("\n", 1)
    return *map(float, head.split()[:2]), numpy.array(body.split(), float)


def read_fxye(path):
    """Return the same, and what stands before them, of a GSAS file; steps that waver are made equal."""
    head, body = re.split(r"^BANK.*\n", path.read_text(), maxsplit=1, flags=re.M)
    x, y, _ = numpy.array(body.split(), float).reshape(-1, 3).T
    even, step = numpy.linspace(x[0], x[-1], len(x), retstep=True)
    return (even[0] / 100, step / 100, numpy.interp(even, x, y)), head


def measured():
    """Yield sample, pattern, crystal system, wavelength and the pattern for what HUTCH_DATA and HUTCH_SHARED hold."""
    fox = pathlib.Path(os.environ.get("HUTCH_DATA", ".")) / "usr/share/doc/objcryst-fox/example"
    known = {"pbso4/xray": (2, 1.5406), "pbso4/neutron": (2, 1.909), "cimetidine/cime": (1, 1.52904)}
    for path in sorted(fox.glob("tutorial-*/*.dat.gz")):
        if (name := f"{path.parent.name[9:]}/{path.name[:-7]}") in known:
            yield name, name, *known[name], read_dat(path)
    powder = pathlib.Path(os.environ.get("HUTCH_SHARED", ".")) / "powder"
    for path in sorted(powder.glob("cucr2o4_seq/OH_*.fxye")) + sorted(powder.glob("nac_joint/*.fxye")):
        pattern, head = read_fxye(path)
        wavelength, kelvin = (float(re.search(name + r" *= *([\d.]+)", head)[1]) for name in ("wavelength", r"Temp \(K\)"))
        # CuCr2O4 is orthorhombic below 130 K: Suchomel et al. (2012) Phys. Rev. B 86, 054406
        system = 6 if path.parent.name == "nac_joint" else 2 if kelvin < 130 else 3
        sample = "Na2Ca3Al2F14" if system == 6 else f"CuCr2O4, {SYSTEMS[system]}"
        yield sample, f"{path.stem}, {kelvin:.0f} K", system, wavelength, pattern


def report_measured(model):
    """Print what the network says of measured patterns; those of one sample are not independent: most decide for it."""
    right = {}
    print("\n| sample | pattern | known | found | " + " | ".join(SYSTEMS) + " |\n" + "|---" * 11 + "|")
    for sample, name, system, wavelength, (start, step, counts) in measured():
        x = common_axis(*(torch.tensor(numpy.array([value])) for value in (counts, start, step, wavelength)))
        p = predictions(model, [(x, torch.tensor([system]), torch.tensor([0]))])[0][0]
        right.setdefault(sample, []).append(p.argmax() == system)
        print(f"| {sample} | {name} | {SYSTEMS[system]} | {SYSTEMS[p.argmax()]} | " + " | ".join(f"{v:.2f}" for v in p) + " |")
    for what, hits in right and [("patterns", sum(right.values(), [])), ("samples", [2 * sum(one) > len(one) for one in right.values()])]:
        interval = binomtest(int(sum(hits)), len(hits)).proportion_ci()  # exact: Clopper and Pearson (1934)
        print(f"measured {what}: {sum(hits)} of {len(hits)} right, 95 % interval {interval.low:.3f} to {interval.high:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    for name, default, meaning in [("records", 0, "of an epoch; 0: all"), ("epochs", 10, ""), ("seed", 1, ""), ("threads", 1, "")]:
        parser.add_argument("--" + name, type=int, default=default, help=meaning)
    parser.add_argument("--state", type=pathlib.Path, help="file to go on from after an interruption")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    data = {split: hutch.dataset(options.folder, split=split, fields=FIELDS) for split in ("train", "validation", "test")}
    prepare = prepared_by(data["train"].shared("axis"))
    model = network()
    train(model, data, prepare, options)
    report_test(*predictions(model, data["test"].torch(batch=256, transform=prepare)), options.seed)
    report_measured(model)


if __name__ == "__main__":
    main()
