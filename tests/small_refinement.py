"""A refinement as powder.refine writes it, made by hand: three points, one line, one atom of silicon."""
import json
import math


def estimate(value, su=0.0):
    return {"value": value, "su": su}


def refinement(title="small", axis="two_theta", a=5.4309):
    y, calculated, sigma = [10.0, 100.0, 12.0], [11.0, 98.0, 12.0], [3.0, 10.0, 3.5]
    r_wp = math.sqrt(sum(((m - c) / s) ** 2 for m, c, s in zip(y, calculated, sigma)) /
                     sum((m / s) ** 2 for m, s in zip(y, sigma)))
    cell = {name: estimate(a, 1e-4) for name in "abc"} | {name: estimate(90) for name in ["alpha", "beta", "gamma"]}
    site = {"label": "Si1", "element": "Si", "multiplicity": 1, "occupancy": estimate(1), "u_iso": estimate(0.01, None),
            "position": [estimate(0), estimate(0, 1e-3), estimate(0.25)], "u_aniso": None}
    is_angle = axis == "two_theta"
    pattern = {"name": "p", "radiation": "xray" if is_angle else "neutron", "axis": axis,
               "wavelengths": [{"value": 1.5406, "weight": 1}] if is_angle else [],
               "points": 3, "r_wp": r_wp, "r_p": 0.1, "r_wp_net": 0.1, "r_exp": 0.1, "goodness": 1.1,
               "x": [28.0, 28.5, 29.0], "y": y, "sigma": sigma, "calculated": calculated, "background": [9.0, 9.0, 9.0],
               "lines": {"A": [2.0, 89.0, 3.0]}}
    return {"hutch": "0.1.0", "title": title, "ending": "converged", "variables": 1, "observations": 3, "restraints": 0,
            "r_wp": r_wp, "r_exp": 0.1, "goodness": 1.1,
            "phases": [{"name": "A", "intensities": "structure", "space_group": "P 1", "space_group_number": 1,
                        "formula": "Si", "operations": ["x,y,z"], "cell": cell, "volume": estimate(a ** 3, 0.01),
                        "density": 0.29, "sites": [site], "distances": []}],
            "patterns": [pattern],
            "shares": [{"phase": "A", "pattern": "p", "scale": estimate(1, 0.1), "weight_fraction": estimate(None),
                        "cell": None, "r_bragg": 0.1, "r_f": 0.1,
                        "reflections": {"h": [1], "k": [1], "l": [1], "multiplicity": [8], "d": [3.1355],
                                        "position": [28.45], "calculated": [10.5], "observed": [None]}}],
            "parameters": [{"name": "p.profile.w", "unit": "degree2", "value": 0.02, "su": 0.001, "is_refined": True,
                            "is_at_bound": False}],
            "refined": ["p.profile.w"], "correlation": [[1]],
            "stages": [{"name": "all", "ending": "converged", "cycles": 2, "variables": 1, "r_wp": [r_wp],
                        "r_wp_all": r_wp, "goodness": 1.1}],
            "warnings": []}


def write(path, **changes):
    path.write_text(json.dumps(refinement(**changes)))
    return str(path)
