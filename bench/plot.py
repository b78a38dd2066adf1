# SPDX-License-Identifier: Apache-2.0
"""The same figures as bars: one panel a measure, a whisker from the slowest run to the fastest."""
import statistics
from dataclasses import dataclass
from html import escape

WIDTH, LABEL, VALUE = 860, 130, 110
BAR, GAP, HEAD, FOOT = 20, 8, 44, 40
OURS, THEIRS, INK, FAINT = "#c2410c", "#7c9cbf", "#1f2933", "#9aa5b1"


@dataclass(frozen=True)
class Bar:
    name: str
    values: list  # of all runs
    is_ours: bool
    what: str     # for who points at it


@dataclass(frozen=True)
class Panel:
    title: str
    unit: str
    digits: int   # after the point
    bars: list


def measure_panels(rows, measures):
    """One of each measure that has figures, with all rows that have them."""
    panels = [Panel(m.title, m.unit, m.digits,
                    [Bar(r.case.name, [s.value for s in r.samples[m.name]], r.case.is_ours,
                         r.case.describe()) for r in rows if r.samples.get(m.name)])
              for m in measures]
    return [p for p in panels if p.bars]


def svg(panels, footer):
    parts, y = [], 16
    for panel in panels:
        parts += _panel(panel, y)
        y += HEAD + len(panel.bars) * (BAR + GAP) + 12
    parts.append(_text(20, y + 14, footer, size=11, fill=FAINT))
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + FOOT}"'
        f' width="{WIDTH}" height="{y + FOOT}" font-family="system-ui, sans-serif">',
        '<rect width="100%" height="100%" fill="#ffffff"/>', *parts, "</svg>", ""])


def _panel(panel, top):
    most = max(max(bar.values) for bar in panel.bars) or 1
    scale = (WIDTH - LABEL - VALUE - 40) / most
    parts = [_text(20, top + 18, panel.title, size=15, weight="600"),
             _text(WIDTH - 20, top + 18, panel.unit, size=12, fill=FAINT, anchor="end")]
    for i, bar in enumerate(panel.bars):
        parts += _bar(bar, panel.digits, top + HEAD - 12 + i * (BAR + GAP), scale)
    return parts


def _bar(bar, digits, y, scale):
    left, middle, median = LABEL + 20, y + BAR / 2, statistics.median(bar.values)
    low, high = left + min(bar.values) * scale, left + max(bar.values) * scale
    return [
        _text(left - 10, middle + 4, bar.name, anchor="end"),
        f'<rect x="{left}" y="{y}" width="{median * scale:.1f}" height="{BAR}" rx="3"'
        f' fill="{OURS if bar.is_ours else THEIRS}"><title>{escape(bar.what)}</title></rect>',
        f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f}'
        f' {middle - 4}v8" stroke="{INK}" stroke-opacity="0.55" fill="none"/>',
        _text(high + 8, middle + 4, f"{median:,.{digits}f}"),
    ]


def _text(x, y, text, size=13, fill=INK, anchor="start", weight="400"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}"'
            f' text-anchor="{anchor}" font-weight="{weight}">{escape(text)}</text>')
