# SPDX-License-Identifier: Apache-2.0
"""No figure without proof: every packet arrives, and on the underlay it is what its case claims."""
import netns
import udp_rate
from capture import Capture

N_PACKETS = 256  # fits any queue on the way, so nothing may be lost


def prove(build, case, topo):
    """Sends a small burst; raises netns.Failed unless all of it arrived, in the right clothes.

    Returns the layers seen on the underlay."""
    with (Capture(topo.h2, "underlay") as underlay, Capture(topo.c2, "eth0") as container,
          case.watch(topo, N_PACKETS)):
        got = udp_rate.send(build, topo, case.ends(), N_PACKETS, n_flows=16)
        found, delivered = (c.first(lambda layers: layers[-1] == "udp")
                            for c in (underlay, container))
    if got["sent"] != N_PACKETS or got["delivered"] != N_PACKETS:
        raise netns.Failed(f"{got['delivered']} of {got['sent']} packets arrived")
    _check("between the nodes", found, case.layers)
    _check("in the container", delivered, case.layers[-2:])
    return found


def _check(where, found, wanted):
    if found != tuple(wanted):
        raise netns.Failed(f"packets to the MAC address there should be {' / '.join(wanted)}"
                           f" {where} but are {' / '.join(found or ['absent'])}")
