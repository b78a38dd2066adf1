# SPDX-License-Identifier: Apache-2.0
"""The same figures as bars: one panel a measure, a whisker from the slowest run to the fastest."""
from html import escape

WIDTH, LABEL, VALUE = 860, 130, 110
BAR, GAP, HEAD, FOOT = 20, 8, 44, 40
OURS, THEIRS, INK, FAINT = "#c2410c", "#7c9cbf", "#1f2933", "#9aa5b1"


def svg(rows, measures, footer):
    panels = [(m, [r for r in rows if r.samples.get(m.name)]) for m in measures]
    panels = [(m, shown) for m, shown in panels if shown]
    parts, y = [], 16
    for m, shown in panels:
        parts += _panel(m, shown, y)
        y += HEAD + len(shown) * (BAR + GAP) + 12
    parts.append(_text(20, y + 14, footer, size=11, fill=FAINT))
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + FOOT}"'
        f' width="{WIDTH}" height="{y + FOOT}" font-family="system-ui, sans-serif">',
        '<rect width="100%" height="100%" fill="#ffffff"/>', *parts, "</svg>", ""])


def _panel(m, rows, top):
    most = max(s.value for r in rows for s in r.samples[m.name])
    scale = (WIDTH - LABEL - VALUE - 40) / most
    parts = [_text(20, top + 18, m.title, size=15, weight="600"),
             _text(WIDTH - 20, top + 18, m.unit, size=12, fill=FAINT, anchor="end")]
    for i, row in enumerate(rows):
        parts += _bar(m, row, top + HEAD - 12 + i * (BAR + GAP), scale)
    return parts


def _bar(m, row, y, scale):
    left, middle = LABEL + 20, y + BAR / 2
    values = [s.value for s in row.samples[m.name]]
    low, high = left + min(values) * scale, left + max(values) * scale
    color = OURS if row.case.is_ours else THEIRS
    return [
        _text(left - 10, middle + 4, row.case.name, anchor="end"),
        f'<rect x="{left}" y="{y}" width="{row.median(m) * scale:.1f}" height="{BAR}" rx="3"'
        f' fill="{color}"><title>{escape(row.case.describe())}</title></rect>',
        f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f}'
        f' {middle - 4}v8" stroke="{INK}" stroke-opacity="0.55" fill="none"/>',
        _text(high + 8, middle + 4, f"{row.median(m):,.{m.digits}f}"),
    ]


def _text(x, y, text, size=13, fill=INK, anchor="start", weight="400"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}"'
            f' text-anchor="{anchor}" font-weight="{weight}">{escape(text)}</text>')
