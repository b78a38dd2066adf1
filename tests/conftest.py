# SPDX-License-Identifier: Apache-2.0
"""Tests against whole clusters: `WEFT_BUILD=build /usr/bin/python3 -m pytest tests`, as root."""
import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("WEFT_BUILD", HERE.parent / "build")).resolve()
sys.path[:0] = [str(HERE), str(HERE.parent / "demo")]
os.environ.setdefault("WEFT", str(BUILD / "cli/weft"))
pytest.register_assert_rewrite("attack", "cluster", "frames", "servers")
