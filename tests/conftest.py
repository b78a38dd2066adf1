# SPDX-License-Identifier: Apache-2.0
"""Tests against whole clusters: `WEFT_BUILD=build /usr/bin/python3 -m pytest tests`, as root."""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "demo")]
pytest.register_assert_rewrite("cluster", "frames", "servers")
