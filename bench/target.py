# SPDX-License-Identifier: Apache-2.0
"""The targets of DESIGN section 9, and those of services and functions, beside what was measured. They
accuse nobody: a busy machine misses them, too, so the exit status does not depend on them."""
from dataclasses import dataclass

import matrix
from table import Table

# measure, case, reference, at least
RATIOS = (
    ("udp", "weft-direct", "redirect", 0.85),
    ("udp", "weft-direct", "plain", 1.2),
    ("udp", "weft-direct", "seg6-1", 2.4),
    ("udp", "weft-direct", "vxlan", 2.0),
    ("udp", "weft-6", "redirect", 0.82),
    ("udp", "policies-1", "redirect", 0.85),
    ("udp", "policies-100", "redirect", 0.85),
    ("udp", "policies-10000", "redirect", 0.85),
    ("udp", "policies-10000", "policies-1", 0.97),  # thousands cost no more than one
    ("udp", "hmac-cached", "redirect", 0.80),
    ("udp", "hmac-cached", "seg6-1-hmac", 3.0),
    ("tcp_stream", "weft-direct", "plain", 0.97),
    ("tcp_rr", "weft-direct", "plain", 0.97),
    ("udp", "service", "weft-direct", 0.95),
    ("udp", "service-port", "weft-direct", 0.95),
    ("udp", "proxy-dynamic", "routed", 0.90),
)
MILLION = 0.90  # one million endpoints against one thousand


@dataclass(frozen=True)
class Target:
    what: str
    wanted: float
    measured: float

    @property
    def is_met(self):
        return self.measured >= self.wanted


def targets(rows, measures, scale):
    """Those that can be told from what was measured; `scale` is None or the Study."""
    found = []
    for m in measures:
        ratios = matrix.ratios(rows, m, {ref for _, _, ref, _ in RATIOS})
        for name, case, ref, wanted in RATIOS:
            value = ratios.get(case, {}).get(ref) if name == m.name else None
            if value:
                found.append(Target(f"{m.title}: {case} / {ref}", wanted, value))
    for way, what in (("one", "one destination"), ("spread", "many destinations"),
                      ("new", "each packet a new flow")):
        if scale and scale.ratio(way):
            found.append(Target(f"{scale.sizes[-1]:,} endpoints / {scale.sizes[0]:,}, {what}",
                                MILLION, scale.ratio(way)))
    return found


def table(found):
    t = Table("Targets", ["ratio", "wanted", "measured", ""])
    for f in found:
        t.rows.append([f.what, f"{f.wanted:.2f}", f"{f.measured:.2f}",
                       "met" if f.is_met else "NOT MET"])
    return t


def figures(found):
    return [{"what": f.what, "wanted": f.wanted, "measured": f.measured, "met": f.is_met}
            for f in found]
