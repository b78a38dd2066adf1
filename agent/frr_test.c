// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "agent/arm.h"
#include "agent/rig.h"
#include "kern/run_dir.h"

#define GATEWAY(more)                                                                             \
	"{\"kind\":\"Gateway\",\"name\":\"gw\",\"node\":\"n1\",\"outside\":\"out0\",\"egress\":[" \
	"{\"tenant\":\"red\",\"nat\":[\"203.0.113.8/31\"]},{\"tenant\":\"blue\"}],\"publish\":["  \
	"{\"service\":\"red/web\",\"addresses\":[\"203.0.113.80\"]}]" more "}"
#define WORLD                                                                                      \
	"[{\"kind\":\"Tenant\",\"name\":\"red\",\"prefixes\":[\"10.0.0.0/16\"]},"                  \
	"{\"kind\":\"Tenant\",\"name\":\"blue\",\"prefixes\":[\"10.1.0.0/16\"]},"                  \
	"{\"kind\":\"Service\",\"name\":\"web\",\"tenant\":\"red\",\"addresses\":"                 \
	"[\"10.0.9.1\"],\"ports\":[\"tcp/"                                                         \
	"80\"],\"backends\":[{\"labels\":{\"app\":\"web\"}}]}," GATEWAY(",\"bgp\":{\"as\":65001,"  \
									"\"peers\":[{\"address\":" \
									"\"192.0.2.1\",\"as\":"    \
									"65000}]}") "]"
#define SILENT "[" GATEWAY("") "]"

static int setup(void **state)
{
	wf_rig_setup(state, sizeof(struct wf_rig), 1);
	return 0;
}

static void what_it_announces_is_written_for_frr(void **state)
{
	static const char expected[] =
		"! Written by weftd for gateway 'gw': it will overwrite what is changed here.\n"
		"ip prefix-list weft-out-4 permit 10.1.0.0/16\n"
		"ip prefix-list weft-out-4 permit 203.0.113.8/31\n"
		"ip prefix-list weft-out-4 permit 203.0.113.80/32\n"
		"ip prefix-list weft-out-4 deny any\n"
		"ipv6 prefix-list weft-out-6 deny any\n"
		"ipv6 prefix-list weft-in-6 deny 5f00:0::/32 le 128\n"
		"ipv6 prefix-list weft-in-6 permit any\n"
		"router bgp 65001\n"
		" bgp router-id 0.87.0.1\n"
		" no bgp ebgp-requires-policy\n"
		" no bgp default ipv4-unicast\n"
		" bgp network import-check\n"
		" neighbor 192.0.2.1 remote-as 65000\n"
		" !\n"
		" address-family ipv4 unicast\n"
		"  network 10.1.0.0/16\n"
		"  network 203.0.113.8/31\n"
		"  network 203.0.113.80/32\n"
		"  neighbor 192.0.2.1 activate\n"
		"  neighbor 192.0.2.1 prefix-list weft-out-4 out\n"
		" exit-address-family\n"
		" !\n"
		" address-family ipv6 unicast\n"
		" exit-address-family\n"
		"exit\n";
	char dir[] = "/tmp/weft-gateway-XXXXXX", path[64];
	const struct wf_link out0 = {.name = "out0",
				     .mtu = 1500,
				     .is_up = true,
				     .has_carrier = true,
				     .is_ethernet = true};
	struct wf_rig *rig = *state;
	char *text;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/" WF_FRR_FILE, dir);
	rig->nodes[0].agent->options.run_dir = strdup(dir);
	wf_kern_fake_link_set(rig->nodes[0].world, &out0);
	assert_int_equal(wf_pass(rig->nodes[0].agent, NULL), 0);
	wf_rig_must_apply(rig->nodes[0].agent, WORLD);
	wf_rig_settle(rig);
	text = wf_run_read(path);
	assert_string_equal(text, expected);
	free(text);
	assert_int_equal(wf_run_write(path, "of somebody else", 0600, NULL), 0);
	assert_int_equal(wf_pass_repair(rig->nodes[0].agent, NULL), 0);
	text = wf_run_read(path);
	assert_string_equal(text, expected);
	free(text);
	wf_rig_must_apply(rig->nodes[0].agent, SILENT);
	wf_rig_settle(rig);
	assert_null(wf_run_read(path));
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_it_announces_is_written_for_frr, setup,
						wf_rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
