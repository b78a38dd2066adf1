# SPDX-License-Identifier: Apache-2.0
"""Tables for people: text columns to the left, numbers to the right."""
import statistics
from dataclasses import dataclass, field

import matrix


@dataclass
class Table:
    title: str
    columns: list
    rows: list = field(default_factory=list)  # of as many strings as there are columns
    n_text_columns: int = 1                   # the first ones; the last column is text, too

    def text(self):
        widths = [max(len(r[i]) for r in [self.columns, *self.rows])
                  for i in range(len(self.columns))]
        lines = [self._line(r, widths) for r in [self.columns, *self.rows]]
        lines.insert(1, "-" * max(map(len, lines)))
        return "\n".join([self.title, ""] + ["  " + line for line in lines]) + "\n"

    def _line(self, cells, widths):
        last = len(cells) - 1
        return "  ".join(c.ljust(w) if i < self.n_text_columns or i == last else c.rjust(w)
                         for i, (c, w) in enumerate(zip(cells, widths))).rstrip()


def measure_table(group, rows, all_rows, m):
    """One measure of a group's rows, with the ratios to its reference rows, which may be others."""
    measured = {r.case.name for r in all_rows if m.name in r.case.measures}
    references = [ref for ref in group.references if ref in measured]
    table = Table(f"{group.title}{m.title} (ratios: this row / that row)",
                  ["case", m.unit, "spread", "loss", *references, "what"])
    ratios = matrix.ratios(all_rows, m, references)
    for row in rows:
        cells = _cells(row, m, ratios.get(row.case.name, {}), references)
        table.rows.append([row.case.name, *cells])
    return table


def _cells(row, m, ratio, references):
    samples = row.samples.get(m.name)
    if not samples:
        why = f"skipped: {row.skipped}" if row.skipped else "not measured, see below"
        return ["-"] * (3 + len(references)) + [why]
    return [f"{row.median(m):.{m.digits}f}", f"{spread(samples):.0%}", _loss(samples),
            *(f"{ratio[ref]:.2f}" if ref in ratio else "-" for ref in references),
            row.case.describe()]


def _loss(samples):
    loss = statistics.median(s.loss for s in samples)
    return f"{loss:.2%}" if loss else "0"


def spread(samples):
    """Half of the middle half's width, relative to the median: 0.03 is +- 3 %."""
    values = [s.value for s in samples]
    if len(values) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / 2 / middle
