# SPDX-License-Identifier: Apache-2.0
"""weft about keys, labels and permissions, against a fake weftd. WEFT: the program.

A secret goes one way: from a file or standard input to weftd. No output may have it.
"""
import json
import os

import pytest

from test_cli import ENDPOINT, ask, daemon, items, rows, weft  # noqa: F401

SECRET = "a secret of 24 bytes, ok"
HEX = SECRET.encode().hex()
KEYS = [{"kind": "Key", "name": "a", "id": 1, "state": "retiring", "retires": 1700000000000},
        {"kind": "Key", "name": "b", "id": 4294967295, "linux": True, "state": "signing"}]
CREATED = {"revision": 7, "results": [{"kind": "Key", "name": "a", "change": "created"}]}


@pytest.fixture
def keys(daemon):  # noqa: F811
    daemon.routes[("GET", "/v1/keys")] = items(*KEYS)
    daemon.routes[("GET", "/v1/sync")] = 200, {"revision": 9}
    daemon.routes[("POST", "/v1/apply")] = 200, CREATED
    daemon.routes[("POST", "/v1/keys/rotate")] = 200, {"revision": 9}
    daemon.routes[("POST", "/v1/endpoints/red/web/labels")] = 200, dict(
        ENDPOINT, labels={"app": "db"}, identity=4, revision=8)
    return daemon


def secret_file(tmp_path, content, mode=0o600, name="a.key"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return str(path)


def test_a_key_is_added_from_a_file_or_standard_input(keys, tmp_path):
    path = secret_file(tmp_path, SECRET + "\n")
    for args, stdin, more in (["--secret-file", path], None, {}), (["-"], SECRET, {}), \
            (["--secret-file", "-", "--linux"], SECRET + "\n", {"linux": True}):
        r = ask(keys, "key", "add", "a", "--id", "4294967295", *args, stdin=stdin)
        assert (r.returncode, r.stdout, r.stderr) == (0, "Key a created\n", "")
        assert keys.asked[-1] == ("POST", "/v1/apply", {"objects": [
            {"kind": "Key", "name": "a", "id": 4294967295, "secret": HEX, **more}]})


def test_only_one_newline_is_cut_from_a_secret(keys, tmp_path):
    for content, sent in (b"\n" * 17, b"\n" * 16), (bytes(range(64)), bytes(range(64))), \
            (b"\0" * 16 + b"\r\n", b"\0" * 16 + b"\r"):
        path = secret_file(tmp_path, content)
        assert ask(keys, "key", "add", "a", "--id", "1", "--secret-file", path).returncode == 0
        assert keys.asked[-1][2]["objects"][0]["secret"] == sent.hex()


BAD_SECRETS = [
    (SECRET, 0o644, "secret file {path} is open to others (mode 0644): chmod it to 600, and "
     "make a new secret if somebody may have read it"),
    (SECRET, 0o640, "is open to others (mode 0640)"),
    (SECRET, 0o602, "is open to others (mode 0602)"),
    ("only 15 bytes..\n", 0o600, "the secret in {path} is wrong: 15 bytes; a secret has 16 to 64, "
     "such as openssl rand -hex 32 makes"),
    ("", 0o600, "the secret in {path} is wrong: 0 bytes; a secret has 16 to 64"),
    ("\n", 0o600, "the secret in {path} is wrong: 0 bytes; a secret has 16 to 64"),
    ("x" * 65, 0o600, "the secret in {path} is wrong: 65 bytes; a secret has 16 to 64"),
]


@pytest.mark.parametrize("content,mode,want", BAD_SECRETS)
def test_a_bad_secret_file_is_refused_unsent(keys, tmp_path, content, mode, want):
    path = secret_file(tmp_path, content, mode)
    r = ask(keys, "key", "add", "a", "--id", "1", "--secret-file", path)
    assert r.returncode == 1 and r.stdout == ""
    assert r.stderr.startswith("weft: ") and r.stderr.count("\n") == 1
    assert want.format(path=path) in r.stderr
    assert not content.strip() or content.strip() not in r.stderr
    assert keys.asked == []


def test_what_is_no_secret_file_is_refused(keys, tmp_path):
    for path, why in ("/nonexistent/a.key", "No such file"), (str(tmp_path), "Is a directory"):
        r = ask(keys, "key", "add", "a", "--id", "1", "--secret-file", path)
        assert r.returncode == 1 and r.stderr.startswith(f"weft: secret file {path}: {why}")
    r = ask(keys, "key", "add", "a", "--id", "1", "--secret-file", "/dev/zero")
    assert r.returncode == 1 and "4096 bytes; a secret has 16 to 64" in r.stderr
    r = ask(keys, "key", "add", "a", "--id", "1", "-", stdin="short")
    assert r.stderr.startswith("weft: the secret in standard input is wrong: 5 bytes")
    assert keys.asked == []


USAGE = [
    (["key"], "'weft key' needs a verb, such as 'weft key add'"),
    (["key", "rotat"], "there is no command 'weft key rotat': did you mean 'weft key rotate'?"),
    (["key", "add"], "an argument is missing\nusage: weft key add NAME --id N (--secret-file FILE"),
    (["key", "add", "a", "-"], "say by which id packets name it, with --id"),
    (["key", "add", "a", "--id", "0", "-"], "--id is a number from 1 to 4294967295, not '0'"),
    (["key", "add", "a", "--id", "4294967296", "-"], "--id is a number from 1 to 4294967295"),
    (["key", "add", "a", "--id", "1x", "-"], "--id is a number from 1 to 4294967295, not '1x'"),
    (["key", "add", "a", "--id", "-1", "-"], "--id is a number from 1 to 4294967295, not '-1'"),
    (["key", "add", "a", "--id", "1"], "say where the secret is: --secret-file FILE, or - for"),
    (["key", "add", "a", "--id", "1", "-", "--secret-file", "f"], "give --secret-file or -, not both"),
    (["key", "add", "a", "--id", "1", "hunter2"], "one argument is too many: a secret comes from a"),
    (["key", "rotate", "a"], "'a' is one argument too many"),
    (["endpoint", "label", "web"], "an argument is missing"),
    (["endpoint", "label", "red/web", "app"], "'app' is no label: write KEY=VALUE, or KEY- to take"),
    (["endpoint", "label", "red/web", "=x"], "'=x' is no label"),
    (["endpoint", "label", "red/web", "a=1", "a="], "label 'a' is given twice"),
    (["delete", "key", "red", "a"], "a key belongs to no tenant: give its NAME alone"),
]


@pytest.mark.parametrize("args,want", USAGE)
def test_wrong_usage_says_how_and_exits_2(args, want):
    r = weft(*args, stdin="")
    assert r.returncode == 2 and r.stdout == ""
    assert r.stderr.startswith("weft: " + want)
    assert "hunter2" not in r.stderr


def test_keys_are_listed_and_shown_without_secrets(keys):
    r = ask(keys, "key", "list")
    assert rows(r.stdout)[0] == "NAME ID STATE UNTIL LINUX"
    assert rows(r.stdout)[2] == "b 4294967295 signing - yes"
    retiring = rows(r.stdout)[1].split()
    assert retiring[:3] == ["a", "1", "retiring"] and len(retiring[3]) == len("22:13:20")
    assert json.loads(ask(keys, "key", "list", "--json").stdout) == {"items": KEYS}
    assert "STATE signing" in rows(ask(keys, "key", "show", "b").stdout)
    r = ask(keys, "key", "show", "c")
    assert (r.returncode, r.stderr) == (1, "weft: there is no key 'c': list them with 'weft key "
                                           "list'\n")


def test_rotate_shows_what_came_of_it(keys):
    r = ask(keys, "key", "rotate")
    assert (r.returncode, r.stderr) == (0, "")
    assert [row.split()[2] for row in rows(r.stdout)] == ["STATE", "retiring", "signing"]
    assert keys.asked == [("POST", "/v1/keys/rotate", {}), ("GET", "/v1/sync", {"revision": "9"}),
                          ("GET", "/v1/keys", {})]
    assert json.loads(ask(keys, "key", "rotate", "--json").stdout) == {"revision": 9}
    keys.routes[("POST", "/v1/keys/rotate")] = 409, {"error": {
        "message": "key 'a' is retiring: add the next one, and rotate, in 7 s"}}
    r = ask(keys, "key", "rotate")
    assert (r.returncode, r.stdout) == (1, "")
    assert r.stderr == "weft: key 'a' is retiring: add the next one, and rotate, in 7 s\n"


def test_a_key_is_deleted_by_name(keys):
    for args in ["key", "delete", "a"], ["delete", "key", "a"]:
        assert ask(keys, *args).returncode == 0
        assert keys.asked[-1] == ("POST", "/v1/delete", {"objects": [{"kind": "Key", "name": "a"}]})


MANIFEST = "kind: Key\nname: a\nid: 1\nsecret_file: {}\n"


def test_apply_reads_secrets_beside_the_manifest(keys, tmp_path):
    (tmp_path / "deep").mkdir()
    secret_file(tmp_path, SECRET + "\n", name="deep/a.key")
    for at, said in ("deep/m.yaml", "a.key"), ("m.yaml", "deep/a.key"), \
            ("m.yaml", str(tmp_path / "deep/a.key")):
        (tmp_path / at).write_text(MANIFEST.format(said))
        r = ask(keys, "apply", "-f", str(tmp_path / at))
        assert (r.returncode, r.stdout, r.stderr) == (0, "Key a created\n", "")
        assert keys.asked[-1][2]["objects"] == [
            {"kind": "Key", "name": "a", "id": 1, "secret": HEX}]


def test_all_bad_secret_files_of_manifests_are_told_at_their_place(keys, tmp_path):
    secret_file(tmp_path, SECRET, 0o644, "open.key")
    secret_file(tmp_path, "short", 0o600, "short.key")
    names = "open.key", "short.key", "none.key"
    (tmp_path / "m.yaml").write_text("---\n".join(
        MANIFEST.format(n).replace("name: a", "name: " + n[0]) for n in names))
    r = ask(keys, "apply", "-f", str(tmp_path / "m.yaml"))
    assert (r.returncode, r.stdout) == (1, "")
    lines = r.stderr.splitlines()
    at = f"{tmp_path}/m.yaml"
    assert lines[0].startswith(f"{at}:4: secret_file: secret file {tmp_path}/open.key is open to")
    assert lines[1].startswith(f"{at}:9: secret_file: the secret in {tmp_path}/short.key is wrong: 5")
    assert lines[2] == (f"{at}:14: secret_file: secret file {tmp_path}/none.key: No such file or "
                        "directory")
    assert len(lines) == 3 and keys.asked == [] and SECRET not in r.stderr


def test_a_secret_in_a_manifest_is_refused_and_not_shown(keys, tmp_path):
    (tmp_path / "m.yaml").write_text("kind: Key\nname: a\nid: 1\nsecret: hunter2\n")
    r = ask(keys, "apply", "-f", str(tmp_path / "m.yaml"))
    assert r.returncode == 1 and ":4: secret: a secret does not stand in a manifest" in r.stderr
    assert "hunter2" not in r.stderr and keys.asked == []
    assert ask(keys, "delete", "-f", "-", stdin=MANIFEST.format("no/such.key")).returncode == 0


def test_labels_are_set_and_taken_away(keys):
    r = ask(keys, "endpoint", "label", "red/web", "app=db", "x/y=", "tier-", "a-b-")
    assert (r.returncode, r.stderr) == (0, "")
    assert rows(r.stdout) == ["TENANT red", "NAME web", "LABELS app=db", "IDENTITY 4"]
    assert keys.asked[-1] == ("POST", "/v1/endpoints/red/web/labels", {
        "labels": {"app": "db", "x/y": "", "tier": None, "a-b": None}})
    r = ask(keys, "endpoint", "label", "web", "app=db", "--tenant", "red", "--json")
    assert json.loads(r.stdout)["labels"] == {"app": "db"}
    r = ask(keys, "endpoint", "label", "web", "app=db")
    assert r.returncode == 1 and "is in more than one tenant: name it as TENANT/web" in r.stderr
    r = ask(keys, "endpoint", "label", "red/wbe", "app=db")
    assert r.returncode == 1 and "there is no endpoint 'red/wbe'" in r.stderr


def test_attach_says_that_an_endpoint_is_sr_aware(keys):
    ask(keys, "attach", "--netns", "c1", "--tenant", "red", "--sr-aware")
    assert keys.asked[-1][2]["sr_aware"] is True
    ask(keys, "attach", "--netns", "c1", "--tenant", "red")
    assert "sr_aware" not in keys.asked[-1][2]


def test_permissions_are_listed(keys):
    tenant = {"kind": "Tenant", "name": "red", "id": 1, "prefixes": ["10.0.0.0/16"],
              "default": "deny", "require": ["hmac"], "metadata": "tlv", "verify": ["node/4"],
              "mtu": 1400, "endpoints": 0, "policies": 0}
    deny = {"kind": "Policy", "tenant": "red", "name": "d", "id": 2, "from": "tenant/blue/app=web",
            "to": "any", "action": "deny", "ports": ["tcp/80-90", "icmp/8"]}
    allow = {"kind": "Policy", "tenant": "red", "name": "a", "id": 1, "from": "internet",
             "to": {"app": "web"}, "via": ["node/1"], "require": ["path", "transit/100"]}
    keys.routes[("GET", "/v1/tenants")] = items(tenant)
    keys.routes[("GET", "/v1/policies")] = items(allow, deny)
    table = rows(ask(keys, "tenant", "list").stdout)
    assert table[0].startswith("NAME ID PREFIXES DEFAULT REQUIRE ENCODING")
    assert table[1].startswith("red 1 10.0.0.0/16 deny hmac - ")
    shown = rows(ask(keys, "tenant", "show", "red").stdout)
    assert {"DEFAULT deny", "METADATA tlv", "VERIFY node/4"} <= set(shown)
    table = rows(ask(keys, "policy", "list").stdout)
    assert table[0].startswith("TENANT NAME ID ACTION FROM TO PORTS WAY REVERSE REQUIRE")
    assert table[1].startswith("red a 1 allow internet app=web all node/1 - path, transit/100 ")
    assert table[2].startswith("red d 2 deny tenant/blue/app=web any tcp/80-90, icmp/8 - - - ")


def test_help_shows_how_to_make_a_secret():
    assert "openssl rand -hex 32" in weft("help", "key", "add").stdout
