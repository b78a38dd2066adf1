# SPDX-License-Identifier: Apache-2.0
"""The rows of the table, in their order, and the tables beside it."""
from control_apply import ControlApply
from control_attach import ControlAttach
from control_store import ControlStore
from plain import Plain
from redirect import Redirect
from scale import Scale
from seg6 import Seg6
from vxlan import Vxlan
from weft_case import Weft

# The rows that all others are compared with.
REFERENCES = ("redirect", "plain", "seg6-1", "vxlan")


def every_case(build):
    return [Redirect(build), *(Weft(build, n) for n in (0, 1, 6)), Weft(build, 1, "srh"),
            Plain(), Vxlan(),
            Seg6(1), Seg6(1, has_hmac=True), Seg6(2), Seg6(2, has_hmac=True)]


def every_study(build):
    return [Scale(build), ControlApply(build), ControlAttach(build), ControlStore(build)]
