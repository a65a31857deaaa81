"""What a defect is, the list of all of them, and what injectors share."""
import dataclasses
import typing

import numpy

SEVERITIES = ("severe", "moderate", "slight")


class NotApplicable(Exception):
    """The data set has nothing that the defect could be in."""


@dataclasses.dataclass(frozen=True)
class Defect:
    name: str
    story: str               # how it comes about
    checks: tuple            # ids of checks any of which names it rightly
    inject: typing.Callable  # (folder, severity, rng)
    seal: bool               # documents are made to agree with the files again


ALL: dict[str, Defect] = {}


def defect(checks, story, seal=True):
    """Register a function as the injector of a defect of its name."""
    def register(function):
        ALL[function.__name__] = Defect(function.__name__, story, tuple(checks.split()), function, seal)
        return function
    return register


def pick(severity, severe, moderate, slight):
    return {"severe": severe, "moderate": moderate, "slight": slight}[severity]


def some(rng, items, share, least=1):
    """Return a random share of the items, ascending, at least so many."""
    items = numpy.asarray(items)
    if len(items) < least:
        raise NotApplicable("too few records")
    count = min(len(items), max(least, round(share * len(items))))
    return numpy.sort(rng.choice(items, size=count, replace=False))


def rows_of(table, rng, share, least=1):
    return some(rng, numpy.arange(len(table)), share, least)


def first(items, what):
    for item in items:
        return item
    raise NotApplicable(f"no {what}")


def class_label(table):
    """Return the name of the first label that is one of a few classes."""
    return first((f["name"] for f in table.spec["fields"] if f.get("role") == "label" and not f.get("shape")
                  and (f.get("values") or f.get("vocabulary"))), "label of classes")


def array_feature(table):
    return first(table.names(lambda f: f.get("role") == "feature" and f.get("shape")), "array feature")


def with_arrays(table):
    """Return the array feature; text tables have none."""
    if table.is_text:
        raise NotApplicable("no arrays")
    return array_feature(table)


def quantity(table, *names):
    """Return a number field of one of these quantities."""
    return first(table.names(lambda f: f.get("quantity") in names and not f.get("shape")), "field of " + "/".join(names))


def plain_number(table):
    """Return a number field that is neither key, label nor tied to another field by a law."""
    tied = ("energy", "wavelength", "d", "two_theta", "counts")
    good = [f for f in table.spec["fields"] if table.is_number(f) and f.get("role", "other") in ("feature", "other")
            and f.get("quantity", "") not in tied and "most" in f and not f.get("vocabulary") and not f.get("values")
            and not f.get("references")]
    varied = lambda f: len(set(table.texts(f["name"]))) > 10
    good.sort(key=lambda f: (f.get("role", "other") != "feature", not varied(f)))
    return first((f["name"] for f in good), "number field with a range")


def same_class_pairs(table, split_from, split_to, share, rng, least=1):
    """Return pairs of records of the same class: a from one split, b from the other, each record once."""
    splits = table.splits()
    labels = numpy.array(table.texts(class_label(table)))
    sources, targets = [], []
    targets_all = some(rng, numpy.flatnonzero(splits == split_to), share, least)
    free = list(rng.permutation(numpy.flatnonzero(splits == split_from)))
    for target in targets_all:
        found = next((s for s in free if labels[s] == labels[target] and s != target), None)
        if found is not None:
            free.remove(found)
            sources.append(found)
            targets.append(target)
    if not sources:
        raise NotApplicable("no two records of the same class")
    return sources, targets


def measured_fields(table):
    """Return all columns but those that say which record it is and what it is labelled."""
    keys = table.of_role("id", "group", "label", "annotator", "confidence", "split", "parent")
    return [name for name in table.parts[0].columns if name not in keys]


def split_names(folder, least=2):
    """Return the names of the splits, that for training first and that for testing last."""
    order = {"train": 0, "validation": 1, "test": 2}
    names = sorted(folder.dictionary.get("splits", {}), key=lambda name: order.get(name, 1))
    if len(names) < least:
        raise NotApplicable("no splits")
    return names


def data_files(folder):
    return [path for path, _ in folder.files_of(folder.spec)]
