# SPDX-License-Identifier: Apache-2.0
"""Hosts of a lab that are no part of the domain:

    c -- a --- b --- inet --- far        inet and far are outside: a and b are the domain
"""
import json
import pathlib
import subprocess
import tempfile

import pytest

from cluster import Cluster, cluster, command_lines, container, dump, tenant, wait_for

B4, INET4, B6, INET6 = "192.0.2.1", "192.0.2.2", "2001:db8:1::1", "2001:db8:1::2"
FAR4, FAR6 = "198.51.100.2", "2001:db8:2::2"
TO_INET = {"between": ["b", "inet"], "ifnames": ["out0", "eth0"], "mtu": 1400,
           "addresses": [[f"{B4}/30", f"{B6}/64"], [f"{INET4}/30", f"{INET6}/64"]]}
TO_FAR = {"between": ["inet", "far"],
          "addresses": [["198.51.100.1/24", "2001:db8:2::1/64"], [f"{FAR4}/24", f"{FAR6}/64"]]}


def hosts(**far):
    def defaults(via4, via6):
        return [["ip", "route", "add", "default", "via", via4],
                ["ip", "-6", "route", "add", "default", "via", via6]]
    return {"nodes": ["a", {"name": "b", "run": defaults(INET4, INET6)}],
            "outside": ["inet", {"name": "far", "run": defaults("198.51.100.1", "2001:db8:2::1"),
                                 **far}]}


def outside_lab(**far):
    members = hosts(**far)
    return cluster(members["nodes"], [("a", "b"), TO_INET, TO_FAR],
                   [container("c", "a", "10.0.0.1")], tenant("red", "10.0.0.0/16"),
                   outside=members["outside"])


@pytest.fixture(scope="module", name="lab")
def lab_():
    with outside_lab(start=[["sleep", "1000"]]) as lab:
        yield lab


def shown(lab):
    return json.loads(lab.weft("lab", "show", lab.name, "--json"))


def addresses(lab, who):
    return {link["ifname"]: {a["local"] for a in link["addr_info"] if a["scope"] == "global"}
            for link in json.loads(lab.run(who, "ip", "-j", "addr")) if link["ifname"] != "lo"}


def test_both_ends_have_the_names_and_addresses_that_the_file_says(lab):
    assert addresses(lab, "b")["out0"] == {B4, B6}
    assert addresses(lab, "inet") == {"eth0": {INET4, INET6},
                                      "to-far": {"198.51.100.1", "2001:db8:2::1"}}
    assert (lab.mtu("b", "out0"), lab.mtu("inet"), lab.mtu("inet", "to-far")) == (1400, 1400, 1500)


@pytest.mark.parametrize("address", [INET4, INET6, FAR4, FAR6])
def test_what_runs_in_a_node_makes_a_way_through_routers_outside(lab, address):
    assert lab.pings("b", address)


def test_the_outside_is_no_underlay(lab):
    [words] = [line.split(b"\0") for _, line in command_lines()
               if f"\0--netns\0{lab.name}-b\0".encode() in line]
    assert words[words.index(b"--underlay") + 1] == b"to-a"
    for who in ("inet", "far"):
        assert "5f00:" not in lab.run(who, "ip", "-6", "route")
        assert lab.run(who, "sysctl", "-n", "net.ipv6.conf.all.seg6_enabled") == "0\n"
    assert "dev out0" not in lab.run("a", "ip", "-6", "route") + lab.run(
        "b", "ip", "-6", "route", "show", "5f00::/16")
    assert not lab.pings("inet", "5f00:0:2::1")


def test_a_sid_that_comes_from_outside_is_dropped(lab):
    lab.run("inet", "ip", "-6", "route", "add", "5f00::/16", "via", B6)
    try:
        with lab.dropping("b", "outside"):
            assert not lab.pings("inet", "5f00:0:2:e001::")
    finally:
        lab.run("inet", "ip", "-6", "route", "del", "5f00::/16")


def test_show_draws_and_lists_them(lab):
    text = lab.weft("lab", "show", lab.name)
    assert text.startswith("[inet] ─┬─ b ") and "OUTSIDE" in text
    answer = shown(lab)
    assert [(h["name"], h["programs"], h["running"]) for h in answer["outside"]] == [
        ("inet", 0, 0), ("far", 1, 1)]
    assert answer["outside"][1]["addresses"] == [f"{FAR4}/24", f"{FAR6}/64"]
    assert [link.get("cost") for link in answer["links"]] == [1, None, None]
    assert answer["links"][1]["outside"][0] == {
        "host": "b", "ifname": "out0", "addresses": [f"{B4}/30", f"{B6}/64"]}
    [line] = [line for line in lab.weft("lab", "list").splitlines() if lab.name in line]
    assert line.split() == [lab.name, "2", "2", "0", "2", "1"]


def test_a_program_outside_is_started_again_and_has_a_log(lab):
    [pid] = [pid for pid, line in command_lines() if line == b"\0sleep\0001000\0" and
             f"WEFT_LAB={lab.name}/far/".encode() in pathlib.Path(f"/proc/{pid}/environ").read_bytes()]
    subprocess.check_call(["kill", "-9", str(pid)])
    wait_for(lambda: shown(lab)["outside"][1]["running"] == 0, "the program to end")
    assert "1" in lab.weft("lab", "start", lab.name)
    assert shown(lab)["outside"][1]["running"] == 1
    assert (lab.folder / "far.log").exists()


def test_a_command_that_fails_outside_takes_the_lab_away(lab):
    members = hosts(start=[["no-such-program"]])
    text = dump({"kind": "Lab", "name": f"{lab.name}f", "links": [["a", "b"], TO_INET, TO_FAR],
                 **members})
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([lab.weft_path, "lab", "up", file.name], capture_output=True,
                              text=True, check=False)
    assert done.returncode == 1
    assert "host 'far': no-such-program: No such file or directory" in done.stderr
    other = Cluster("")
    other.name, other.folder = f"{lab.name}f", lab.folder.with_name(f"{lab.name}f")
    other.check_gone()
