# SPDX-License-Identifier: Apache-2.0
"""A table of its own, beside the cases: how something grows."""
import statistics

import netns


class Study:
    """A subclass sets the attributes and overrides n_steps(), fill() and tables()."""
    name = ""   # for --only and the JSON
    group = ""  # of cases.GROUPS, or alone

    def __init__(self, build):
        self.build = build
        self.samples = {}  # (row, column) -> [value]
        self.failure = ""  # why it could not be measured

    def n_steps(self, n_runs):
        """How often fill() calls progress.step()."""
        raise NotImplementedError

    def fill(self, n_runs, stack, progress):
        """Fills the samples; what is to be undone goes onto the ExitStack `stack`."""
        raise NotImplementedError

    def tables(self):
        raise NotImplementedError

    def panels(self):
        """For the plot."""
        return []

    def measure(self, n_runs, stack, progress):
        try:
            self.fill(n_runs, stack, progress)
        except (netns.Failed, netns.Unsupported) as e:
            self.failure = str(e)

    def add(self, row, column, value):
        self.samples.setdefault((row, column), []).append(value)

    def median(self, row, column):
        """The median value, or None if there is none."""
        values = self.samples.get((row, column))
        return statistics.median(values) if values else None

    def cell(self, row, column, digits=0, scale=1):
        value = self.median(row, column)
        return "-" if value is None else f"{value * scale:,.{digits}f}"

    def figures(self):
        """For the JSON."""
        return {"name": self.name, "failure": self.failure,
                "results": [{"row": row, "column": column, "median": self.median(row, column),
                             "samples": values}
                            for (row, column), values in self.samples.items()]}
