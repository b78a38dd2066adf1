# SPDX-License-Identifier: Apache-2.0
"""The rows of the table, in their order."""
from plain import Plain
from redirect import Redirect
from seg6 import Seg6
from vxlan import Vxlan

# The rows that all others are compared with.
REFERENCES = ("redirect", "plain", "seg6-1", "vxlan")


def every_case(build):
    return [Redirect(build), Plain(), Vxlan(),
            Seg6(1), Seg6(1, has_hmac=True), Seg6(2), Seg6(2, has_hmac=True)]
