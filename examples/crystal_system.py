"""Learn the crystal system from powder patterns of three instruments, and say how well it does on structures never seen.

    hutch dataset build recipes/demo.yaml out/demo --records 40000
    PYTHONPATH=build/release/python /usr/bin/python3 examples/crystal_system.py out/demo --epochs 10

Needs torch (Debian: python3-torch). docs/example.md says what is done, and what came out.
"""
import argparse
import gzip
import math
import os
import pathlib
import re
import time

import hutch
import numpy
import torch
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
    seen = (torch.diff(place, dim=1) - width).abs() < 1e-9
    seen &= sine[:, 1:] < 1
    root = (torch.diff(sums, dim=1) / width.clamp(min=1e-9)).clamp(min=0).sqrt() * seen
    number = seen.sum(1, keepdim=True).clamp(min=1)
    mean = root.sum(1, keepdim=True) / number
    deviation = ((root - mean) * seen).square().sum(1, keepdim=True).div(number).sqrt().clamp(min=1e-9)
    return torch.stack([(root - mean) / deviation * seen, seen.double()], 1).float()


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


def balanced(confusion):
    """Return the mean over classes of the share found; the last two axes are truth and prediction."""
    hits, all_ = numpy.diagonal(confusion, axis1=-2, axis2=-1), confusion.sum(-1)
    return numpy.nanmean(numpy.where(all_ > 0, hits / numpy.maximum(all_, 1), numpy.nan), -1)


def train(model, data, prepare, options):
    """Train, keep the state with the best balanced accuracy of validation; go on from options.state if it is there."""
    loader = data["train"].torch(batch=128, shuffle=True, seed=options.seed, drop_last=True, fields=FIELDS, transform=prepare)
    validation = data["validation"].torch(batch=256, fields=FIELDS, transform=prepare)
    labels = data["train"].numpy(batch=4096, fields=["truth/crystal_system"])
    counted = sum(numpy.bincount(batch["truth/crystal_system"], minlength=7) for batch in labels)
    weights = torch.tensor(numpy.sqrt(counted.sum() / (7 * counted.clip(1))), dtype=torch.float32)
    batches = min(len(loader), max(1, options.records // 128)) if options.records else len(loader)
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=options.epochs * batches)
    best = (-1.0, None)
    if options.state and options.state.exists():
        saved = torch.load(options.state)
        for part, value in zip((model, optimizer, schedule), saved["parts"]):
            part.load_state_dict(value)
        loader.load_state(saved["loader"])
        torch.set_rng_state(saved["random"])
        best = saved["best"]
    for epoch in range(loader.epoch, options.epochs):
        model.train()
        began, loss_sum = time.time(), 0.0
        for number, (x, y, _) in enumerate(loader, 1):
            loss = cross_entropy(model(x), y, weights, label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            loss_sum += loss.item()
            if number == batches:
                break
        if loader.epoch == epoch:
            loader.set_epoch(epoch + 1)
        p, y, _ = predictions(model, validation)
        score = balanced(confusion_of(y, p.argmax(1)))
        if score > best[0]:
            best = (score, {name: value.clone() for name, value in model.state_dict().items()})
        print(f"epoch {epoch + 1}: loss {loss_sum / batches:.3f}, validation accuracy {(p.argmax(1) == y).mean():.3f}, "
              f"balanced {score:.3f}, {time.time() - began:.0f} s", flush=True)
        if options.state:
            torch.save({"parts": [part.state_dict() for part in (model, optimizer, schedule)], "loader": loader.state(),
                        "random": torch.get_rng_state(), "best": best}, options.state)
    model.load_state_dict(best[1])


def confusion_of(truth, found):
    return numpy.bincount(truth * 7 + found, minlength=49).reshape(7, 7)


def report_test(p, truth, group, seed, draws=2000):
    """Print accuracies with 95 % intervals from a bootstrap over groups of structures, beside the most frequent class."""
    names, member = numpy.unique(group, return_inverse=True)
    tables = numpy.zeros((len(names), 7, 7))
    numpy.add.at(tables, (member, truth, p.argmax(1)), 1)
    drawn = numpy.random.default_rng(seed).multinomial(len(names), numpy.full(len(names), 1 / len(names)), draws)
    sample, all_ = (drawn @ tables.reshape(-1, 49)).reshape(-1, 7, 7), tables.sum(0)
    per_class = all_.sum(1)
    print(f"test: {len(truth)} records of {len(names)} groups of structures\n| | records | groups | share found | 95 % | baseline |")

    def line(name, records, groups, value, values, baseline):
        low, high = numpy.nanpercentile(values, [2.5, 97.5])
        print(f"| {name} | {records:.0f} | {groups} | {value:.3f} | {low:.3f} to {high:.3f} | {baseline:.3f} |")

    shares = numpy.trace(sample, axis1=1, axis2=2) / sample.sum((1, 2))
    line("accuracy", len(truth), len(names), numpy.trace(all_) / len(truth), shares, per_class.max() / len(truth))
    line("balanced accuracy", len(truth), len(names), balanced(all_), balanced(sample), 1 / numpy.count_nonzero(per_class))
    for c, name in enumerate(SYSTEMS):
        hits, of = sample[:, c, c], sample[:, c].sum(1)
        line(name, per_class[c], numpy.count_nonzero(tables[:, c].sum(1)), all_[c, c] / max(per_class[c], 1),
             numpy.where(of > 0, hits / numpy.maximum(of, 1), numpy.nan), float(c == per_class.argmax()))


def exact_interval(hits, number):
    """Return the 95 % interval of a share (Clopper and Pearson 1934, Biometrika 26, 404-413)."""
    def tail(share, least):  # the probability of at least so many hits
        return sum(math.comb(number, k) * share**k * (1 - share)**(number - k) for k in range(least, number + 1))

    def where(least, value):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if tail(middle, least) < value else (low, middle)
        return low

    return where(hits, 0.025) if hits else 0.0, where(hits + 1, 0.975) if hits < number else 1.0


def read_dat(path):
    """Return start and step [degree] and counts of "start step stop" and ten counts a line."""
    head, body = gzip.open(path, "rt").read().split("\n", 1)
    return float(head.split()[0]), float(head.split()[1]), numpy.array([float(word) for word in body.split()])


def read_fxye(path):
    """Return the same, and the wavelength, of a GSAS file; steps that waver are made equal."""
    head, body = re.split(r"^BANK.*\n", path.read_text(), maxsplit=1, flags=re.M)
    x, y = numpy.array([line.split()[:2] for line in body.splitlines() if line.strip()], float).T
    even = numpy.linspace(x[0], x[-1], len(x)) / 100
    return (even[0], even[1] - even[0], numpy.interp(even, x / 100, y)), float(re.search(r"wavelength = *([\d.]+)", head)[1])


def measured():
    """Yield sample, pattern, crystal system, wavelength and the pattern for what HUTCH_DATA and HUTCH_SHARED hold."""
    fox = pathlib.Path(os.environ.get("HUTCH_DATA", "")) / "usr/share/doc/objcryst-fox/example"
    for sample, file, system, wavelength in [("PbSO4, X-ray", "tutorial-pbso4/xray", 2, 1.5406),
                                             ("PbSO4, neutron", "tutorial-pbso4/neutron", 2, 1.909),
                                             ("cimetidine", "tutorial-cimetidine/cime", 1, 1.52904)]:
        if (fox / f"{file}.dat.gz").exists():
            yield sample, file, system, wavelength, read_dat(fox / f"{file}.dat.gz")
    powder = pathlib.Path(os.environ.get("HUTCH_SHARED", "")) / "powder"
    for path in sorted(powder.glob("cucr2o4_seq/OH_*.fxye")) + sorted(powder.glob("nac_joint/*.fxye")):
        pattern, wavelength = read_fxye(path)
        kelvin = float(re.search(r"Temp \(K\) = *([\d.]+)", path.read_text())[1])
        if path.parent.name == "nac_joint":
            yield "Na2Ca3Al2F14", path.stem, 6, wavelength, pattern
        else:  # orthorhombic below 130 K: Suchomel et al. (2012) Phys. Rev. B 86, 054406
            system = 2 if kelvin < 130 else 3
            yield f"CuCr2O4, {SYSTEMS[system]}", f"{path.stem}, {kelvin:.0f} K", system, wavelength, pattern


def report_measured(model):
    """Print what the network says about measured patterns; patterns of one sample are not independent."""
    model.eval()
    right = {}
    print("| sample | pattern | known | found | " + " | ".join(SYSTEMS) + " |")
    for sample, name, system, wavelength, (start, step, counts) in measured():
        x = common_axis(torch.tensor(counts)[None], *(torch.tensor([v], dtype=torch.float64) for v in (start, step, wavelength)))
        with torch.no_grad():
            p = model(x).softmax(1)[0]
        right.setdefault(sample, []).append(int(p.argmax()) == system)
        print(f"| {sample} | {name} | {SYSTEMS[system]} | {SYSTEMS[p.argmax()]} | " + " | ".join(f"{v:.2f}" for v in p) + " |")
    for what, hits in [("patterns", sum(right.values(), [])), ("samples (most patterns right)", [2 * sum(r) > len(r) for r in right.values()])]:
        if hits:
            low, high = exact_interval(sum(hits), len(hits))
            print(f"measured {what}: {sum(hits)} of {len(hits)} right, 95 % interval {low:.3f} to {high:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--records", type=int, default=0, help="of an epoch; 0: all")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
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
