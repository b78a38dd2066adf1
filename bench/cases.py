# SPDX-License-Identifier: Apache-2.0
"""The rows of the tables, in their order, and the tables beside them."""
from dataclasses import dataclass

from control_apply import ControlApply
from control_attach import ControlAttach
from control_store import ControlStore
from dnat import Dnat
from failover import Failover
from ipvs import Ipvs
from plain import Plain
from proxies import Proxy, Routed
from redirect import Redirect
from scale import Scale
from seg6 import Seg6
from services import Service
from signed import Hmac, Transit
from validated import Policies
from vxlan import Vxlan
from weft_case import Weft


@dataclass(frozen=True)
class Group:
    """Cases that share tables."""
    name: str
    title: str         # in front of what is measured; "" is none
    references: tuple  # the rows, also of other groups, that its own are compared with


GROUPS = (
    Group("ways", "", ("redirect", "plain", "seg6-1", "vxlan")),
    Group("validated", "Validated policies: ",
          ("redirect", "seg6-1-hmac", "policies-1", "new-1", "transit-off")),
    Group("services", "Services: ", ("weft-direct", "new-1", "dnat", "dnat-new")),
    Group("proxies", "Functions: ", ("routed",)),
)
REFERENCES = tuple(dict.fromkeys(r for group in GROUPS for r in group.references))


def every_case(build):
    return [Redirect(build), *(Weft(build, n) for n in (0, 1, 6)), Weft(build, 1, "srh"),
            Plain(), Vxlan(),
            Seg6(1), Seg6(1, has_hmac=True), Seg6(2), Seg6(2, has_hmac=True),
            *(Policies(build, n) for n in (1, 100, 10000)),
            *(Policies(build, n, is_new=True) for n in (0, 1, 10000)),
            Hmac(build), Hmac(build, is_full=True),
            *(Transit(build, every) for every in (0, 100, 1)),
            *(Service(build, shape) for shape in ("", "port", "new")),
            *(Dnat(shape) for shape in ("", "port", "new")), Ipvs(),
            Routed(), *(Proxy(build, mode) for mode in ("static", "dynamic"))]


def every_study(build):
    return [Failover(build), Scale(build), ControlApply(build), ControlAttach(build),
            ControlStore(build)]


def names_of(group, cases):
    """A group's cases and studies, and those of others that they are compared with."""
    return {c.name for c in cases if c.group == group.name} | set(group.references)
