# SPDX-License-Identifier: Apache-2.0
"""Every measure of every case, interleaved, so that whatever else the machine does hits all alike;
and compared sample by sample, since what it does changes.

All topologies are up at the same time; an idle one costs nothing."""
import statistics
from dataclasses import dataclass, field

import netns
import proof


@dataclass
class Row:
    case: object
    topo: object
    layers: tuple = ()
    skipped: str = ""                             # why this kernel cannot
    samples: dict = field(default_factory=dict)   # measure name -> [Sample]
    failures: dict = field(default_factory=dict)  # measure name -> why; "set-up" when nothing went

    def median(self, measure):
        """The median value, or None if there is none."""
        samples = self.samples.get(measure.name)
        return statistics.median(s.value for s in samples) if samples else None


def prepare(build, cases, stack, progress):
    """Sets up and proves all cases; what is to be undone goes onto the ExitStack `stack`."""
    rows = []
    for case in cases:
        progress.step(f"set up {case.name}")
        row = Row(case, case.topology())
        rows.append(row)
        stack.callback(row.topo.down)
        stack.callback(case.teardown)
        try:
            row.topo.up()
            case.setup(row.topo)
            row.layers = proof.prove(build, case, row.topo)
        except netns.Unsupported as e:
            row.skipped = str(e)
        except netns.Failed as e:
            row.failures["set-up"] = str(e)
    return rows


def measure(rows, measures, n_runs, progress):
    """Fills the rows' samples. All rows take turns at one measure before the next one is begun: what
    is compared was sampled within seconds. A measure that failed once is not tried again in that row."""
    for run in range(n_runs):
        for m in measures:
            good = [r for r in rows if r.layers and m.name in r.case.measures]
            for turn in range(run * m.n_per_run, (run + 1) * m.n_per_run):
                shift = turn % max(1, len(good))
                for row in good[shift:] + good[:shift]:
                    progress.step(f"run {run + 1} of {n_runs}: {row.case.name}, {m.title}")
                    _sample(row, m)


def n_steps(cases, measures, n_runs):
    """Of prepare() and measure()."""
    return sum(1 + n_runs * sum(m.n_per_run for m in wanted(c, measures)) for c in cases)


def wanted(case, measures):
    return [m for m in measures if m.name in case.measures]


def _sample(row, m):
    if m.name in row.failures:
        return
    try:
        row.samples.setdefault(m.name, []).append(m.sample(row.case, row.topo))
    except (netns.Failed, netns.Unsupported) as e:
        row.failures[m.name] = str(e)


def failures(rows):
    """One sentence for each thing that could not be measured."""
    return [f"{r.case.name}, {what}: {why}" for r in rows for what, why in r.failures.items()]


def ratios(rows, m, references):
    """{case: {reference: median of its samples, each by the reference's of the same turn, where
    that is not 0}} over all that were measured."""
    samples = {r.case.name: [s.value for s in r.samples.get(m.name, ())] for r in rows}
    return {name: {ref: statistics.median(v / r for v, r in zip(values, samples[ref]) if r)
                   for ref in references if any(samples.get(ref, ()))}
            for name, values in samples.items() if values}
