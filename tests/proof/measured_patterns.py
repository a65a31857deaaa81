"""Read the real powder patterns that HUTCH_SHARED and HUTCH_DATA hold, as counts that obey Poisson's law."""
import dataclasses
import datetime
import functools
import gzip
import hashlib
import os
import pathlib
import re

import numpy


@dataclasses.dataclass
class Measured:
    name: str
    sample: str
    formula: str
    instrument: str
    wavelength: float        # angstrom
    temperature: float       # K; NaN: not written down
    time: str                # ISO 8601; empty: not written down
    two_theta: numpy.ndarray
    counts: numpy.ndarray    # whole numbers
    source: tuple            # label, licence, citation, SHA-256


def source_of(path, label, licence, citation):
    return (label, licence, citation, hashlib.sha256(path.read_bytes()).hexdigest())


def read_fxye(path, wavelength, sample, formula, citation):
    """Read x [centidegree], y, sigma; (y / sigma)^2 is the number of counts that stands behind a point."""
    lines = path.read_text(errors="replace").splitlines()
    head = [line for line in lines[:120] if line.startswith("#")]
    values = numpy.array([[float(v) for v in line.split()] for line in lines
                          if re.fullmatch(r"(\s*[-+.\dEe]+){3}\s*", line)])
    about = "\n".join(head)
    found = re.search(r"Temp \(K\)\s*=\s*([\d.]+)", about)
    when = re.search(r"Scan time\s*=\s*(\w{3} \d+, \d{4} \d\d:\d\d:\d\d)", about)
    stamp = datetime.datetime.strptime(when[1].title(), "%b %d, %Y %H:%M:%S") if when else None
    # The beamline's clock shows Chicago's time: five hours behind UTC in summer, six in winter.
    zone = "-05:00" if stamp and 4 <= stamp.month <= 10 else "-06:00"
    # Twelve detectors are joined on a fine grid, so that neighbours share counts: two points make one here.
    values = values[:len(values) // 2 * 2].reshape(-1, 2, 3)
    counts = numpy.rint((values[:, :, 1] / numpy.maximum(values[:, :, 2], 1e-12)) ** 2).sum(axis=1).astype("int64")
    return Measured(path.stem, sample, formula, "APS 11-BM", wavelength, float(found[1]) if found else float("nan"),
                    stamp.isoformat() + zone if stamp else "", values[:, :, 0].mean(axis=1) / 100, counts,
                    source_of(path, path.name, "BSD-3-Clause", citation))


def read_dat(path, name, sample, formula, instrument, wavelength):
    """Read a header 'start step stop' and counts behind it."""
    lines = gzip.decompress(path.read_bytes()).decode("latin-1").splitlines()
    start, step = (float(v) for v in lines[0].split()[:2])
    counts = numpy.array([float(v) for line in lines[1:] for v in line.split()])
    axis = numpy.round(start + step * numpy.arange(len(counts)), 6)
    return Measured(name, sample, formula, instrument, wavelength, float("nan"), "", axis, numpy.rint(counts).astype("int64"),
                    source_of(path, path.name, "GPL-2.0-only", "Debian package objcryst-fox"))


@functools.lru_cache(maxsize=1)
def measured_patterns():
    """Return all that is there; none is no error."""
    found = []
    shared = pathlib.Path(os.environ.get("HUTCH_SHARED", "/nonexistent")) / "powder"
    for path in sorted((shared / "cucr2o4_seq").glob("*.fxye")):
        found.append(read_fxye(path, 0.413263, "CuCr2O4", "CuCr2O4", "GSAS-II tutorials, sequential refinement"))
    for path in sorted((shared / "nac_joint").glob("11BM*.fxye")):
        found.append(read_fxye(path, 0.413909, "NAC", "Na2Ca3Al2F14", "GSAS-II tutorials, joint refinement"))
    fox = pathlib.Path(os.environ.get("HUTCH_DATA", "/nonexistent")) / "usr/share/doc/objcryst-fox/example"
    for name, sample, formula, instrument, wavelength in [
            ("tutorial-pbso4/xray", "PbSO4", "PbSO4", "laboratory", 1.5406),
            ("tutorial-pbso4/neutron", "PbSO4", "PbSO4", "ILL D1A", 1.909),
            ("tutorial-cimetidine/cime", "cimetidine", "C10H16N6S", "synchrotron", 1.52904)]:
        if (fox / (name + ".dat.gz")).is_file():
            found.append(read_dat(fox / (name + ".dat.gz"), name.replace("/", "-"), sample, formula, instrument, wavelength))
    return found
