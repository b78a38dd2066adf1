# SPDX-License-Identifier: Apache-2.0
"""Writes what was measured: bench.json for programs, bench.svg for eyes."""
import datetime
import json
import os
import platform

import matrix
import plot


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        models = [line.split(":", 1)[1].strip() for line in f if line.startswith("model name")]
    return {"cpu": models[0] if models else platform.machine(), "n_cpus": os.cpu_count(),
            "kernel": platform.release()}


def write(folder, rows, measures, references, n_runs, panels, more):
    """Writes both files into `folder` and returns their paths; `panels` are those of studies, `more`
    goes into the JSON as it is."""
    about = {"date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
             "n_runs": n_runs, **machine()}
    footer = (f"medians of {n_runs} interleaved runs; {about['n_cpus']} x {about['cpu']},"
              f" Linux {about['kernel']}, {about['date'][:10]}")
    content = {
        "bench.json": json.dumps({**about, **_figures(rows, measures, references), **more},
                                 indent=1),
        "bench.svg": plot.svg(plot.measure_panels(rows, measures) + panels, footer),
    }
    paths = [f"{folder}/{name}" for name in content]
    for path, text in zip(paths, content.values()):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    return paths


def _figures(rows, measures, references):
    ratios = {m.name: matrix.ratios(rows, m, references) for m in measures}
    return {
        "measures": [{"name": m.name, "title": m.title, "unit": m.unit} for m in measures],
        "cases": [{
            "name": r.case.name, "description": r.case.describe(), "layers": r.layers,
            "skipped": r.skipped, "failures": r.failures,
            "results": {m.name: _result(r, m, ratios[m.name]) for m in measures
                        if r.samples.get(m.name)},
        } for r in rows],
    }


def _result(row, m, ratios):
    samples = row.samples[m.name]
    return {"median": row.median(m), "samples": [s.value for s in samples],
            "loss": [s.loss for s in samples], "ratios": ratios[row.case.name]}
