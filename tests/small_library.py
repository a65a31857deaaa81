"""A few textbook structures as CIF files and a recipe on them, for the tests of the command line."""
import pathlib

STRUCTURES = {
    "silicon": ("5.4309 5.4309 5.4309 90 90 90", "F d -3 m:2", "Si Si .125 .125 .125 .006"),
    "diamond": ("3.5669 3.5669 3.5669 90 90 90", "F d -3 m:2", "C C .125 .125 .125 .002"),
    "halite": ("5.6402 5.6402 5.6402 90 90 90", "F m -3 m", "Na Na 0 0 0 .02\nCl Cl .5 .5 .5 .017"),
    "sylvite": ("6.2917 6.2917 6.2917 90 90 90", "F m -3 m", "K K 0 0 0 .025\nCl Cl .5 .5 .5 .025"),
    "iron": ("2.8665 2.8665 2.8665 90 90 90", "I m -3 m", "Fe Fe 0 0 0 .004"),
    "quartz": ("4.9134 4.9134 5.4052 90 90 120", "P 32 2 1", "Si Si .4701 0 .6666667 .008\nO O .4139 .2674 .7858 .014"),
    "corundum": ("4.7591 4.7591 12.9918 90 90 120", "R -3 c", "Al Al 0 0 .35218 .0035\nO O .3063 0 .25 .004"),
    "rutile": ("4.5937 4.5937 2.9587 90 90 90", "P 42/m n m", "Ti Ti 0 0 0 .005\nO O .3053 .3053 0 .006"),
}

RECIPE = """name: small
version: 1.0.0
seed: 7
records: {records}
points: {points}
shard_records: {shard_records}
structures:
  - path: cifs
    name: textbook
splits: {{train: 0.7, test: 0.3}}
march_axes: [[0, 0, 1], [1, 1, 0]]
parameters:
  size: {{log_uniform: [0.05, 1]}}
  strain_11: {{normal: [0, 0.003]}}
  dose: {{log_uniform: [300, 50000]}}
instruments:
  - name: lab
    share: 2
    radiation: xray
    geometry: bragg_brentano
    two_theta: [10, 90]
    wavelengths:
      - {{wavelength: 1.5406}}
      - {{wavelength: 1.5444, weight: {{uniform: [0.4, 0.6]}}}}
    background:
      chebyshev: [{{uniform: [0.01, 0.1]}}]
  - name: q_axis
    geometry: debye_scherrer
    q: [1, 6]
    wavelengths: [{{wavelength: {{choice: [0.8, 0.85]}}}}]
"""


def cif_text(name):
    """Return a structure as CIF."""
    cell, group, atoms = STRUCTURES[name]
    tags = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"]
    lines = [f"data_{name}", f"_chemical_name_mineral '{name}'"]
    lines += [f"_cell_{tag} {value}" + ("(2)" if "." in value else "") for tag, value in zip(tags, cell.split())]
    lines += [f"_space_group_name_H-M_alt '{group}'", "loop_"]
    lines += [f"_atom_site_{tag}" for tag in ["label", "type_symbol", "fract_x", "fract_y", "fract_z", "U_iso_or_equiv"]]
    return "\n".join(lines) + "\n" + atoms + "\n"


def write_library(folder):
    """Write one CIF for each structure into a new folder `cifs`."""
    cifs = pathlib.Path(folder) / "cifs"
    cifs.mkdir()
    for name in STRUCTURES:
        (cifs / f"{name}.cif").write_text(cif_text(name))


def recipe_text(records=64, points=1024, shard_records=16):
    return RECIPE.format(records=records, points=points, shard_records=shard_records)
