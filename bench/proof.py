# SPDX-License-Identifier: Apache-2.0
"""No figure without proof: every packet arrives, and on the underlay it is what its case claims."""
import netns
import udp_rate
from capture import Capture

N_PACKETS = 256  # fits any queue on the way, so nothing may be lost


def prove(build, case, topo):
    """Sends a small burst; raises netns.Failed unless all of it arrived, in the right clothes."""
    with Capture(topo.h2, "underlay") as capture:
        got = udp_rate.send(build, topo, case.ends(), N_PACKETS, n_flows=16)
        found = capture.first(lambda layers: layers[-1] == "udp")
    if got["sent"] != N_PACKETS or got["delivered"] != N_PACKETS:
        raise netns.Failed(f"{case.name}: {got['delivered']} of {got['sent']} packets arrived")
    if found != tuple(case.layers):
        raise netns.Failed(f"{case.name}: packets between the nodes should be"
                           f" {' / '.join(case.layers)} but are {' / '.join(found or ['absent'])}")
    return found
