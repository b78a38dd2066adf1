// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "bpf/service_test.h"

#include <netinet/in.h>

const struct wf_candidate backend_b = {1, SID_B}, backend_r = {2, SID_R};
const char *const vip[2] = {"10.0.0.100", "fd00::100"};
const char *const addr_a[2] = {"10.0.0.1", "fd00::1"}, *const addr_b[2] = {"10.0.0.2", "fd00::2"},
		  *const addr_r[2] = {"10.0.0.3", "fd00::3"};
const struct wf_service_entry service_plain = {
	.home = RED, .id = SERVICE, .target = 8080, .n_blocks = 1, .n_slots = 31};

void service_put(struct fixture *f, const struct wf_service_entry *entry)
{
	static const uint8_t protos[] = {IPPROTO_TCP, IPPROTO_UDP};

	for (int v6 = 0; v6 < 2; v6++)
		for (int i = 0; i < 2; i++) {
			struct wf_service_key key = {.tenant = RED, .port = 80, .proto = protos[i]};

			addr_of(vip[v6], key.addr);
			fixture_put(f, WF_TABLE_SERVICE, &key, entry);
		}
}

static void put_backend(struct fixture *f, struct wf_candidate c, uint32_t identity,
			const char *const addrs[2])
{
	const uint32_t key = (uint32_t)c.node << 16 | c.sid;
	struct wf_backend b = {.tenant = RED, .identity = identity};

	addr_of(addrs[0], b.v4);
	addr_of(addrs[1], b.v6);
	fixture_put(f, WF_TABLE_BACKEND, &key, &b);
}

/* End.DX of B, which knows that it is a backend. */
static void put_here(struct fixture *f)
{
	const uint64_t head = wf_sid_head_make(TEST_BLOCK, TEST_NODE, WF_FN_ENDPOINT | SID_B);
	struct wf_sid_entry sid = {.behavior = WF_BEHAVIOR_DX, .tenant = RED};
	struct wf_port port;

	sid.ifindex = f->ports[1];
	memcpy(sid.mac, mac_b, 6);
	fixture_put(f, WF_TABLE_SID, &head, &sid);
	memcpy(&port, test_tables_find(&f->tables, WF_TABLE_PORT, &f->ports[1]), sizeof(port));
	port.sid = SID_B;
	fixture_put(f, WF_TABLE_PORT, &f->ports[1], &port);
}

/* The ways to R's End.DX: straight, and of red A by POLICY. */
static void put_paths(struct fixture *f)
{
	struct wf_path_key straight = {.node = 2, .sid = SID_R};
	struct wf_path_key by_policy = {.tenant = RED, .policy = POLICY, .node = 2, .sid = SID_R};
	struct wf_template t;

	world_template("csid", 0, &t);
	wf_store_be16(t.header + 30, WF_FN_ENDPOINT | SID_R);
	fixture_put(f, WF_TABLE_PATH, &straight, &t);
	world_template("csid", 2, &t);
	wf_store_be16(t.header + 54, WF_FN_ENDPOINT | SID_R);
	fixture_put(f, WF_TABLE_PATH, &by_policy, &t);
}

void service_fill(struct fixture *f, struct wf_candidate first, struct wf_candidate second,
		  struct wf_candidate third)
{
	const struct wf_share_key key = {.tenant = RED, .service = SERVICE};
	struct wf_share share = {0};

	world_fill(f);
	for (int i = 0; i < WF_SHARE_SLOTS; i++) {
		share.slots[i][0] = first;
		share.slots[i][1] = second;
		share.slots[i][2] = third;
	}
	fixture_put(f, WF_TABLE_SHARE, &key, &share);
	service_put(f, &service_plain);
	put_backend(f, backend_b, IDENTITY_B, addr_b);
	put_backend(f, backend_r, IDENTITY_R, addr_r);
	put_here(f);
	put_paths(f);
}

void packet_from_b(struct packet *p, const struct ip_spec *ip)
{
	packet_from_container(p, ip);
	memcpy(p->bytes + 6, mac_b, 6);
}

static uint32_t l4_of(const struct packet *p, uint32_t off)
{
	return off + (p->bytes[off] >> 4 == 4 ? (p->bytes[off] & 15) * 4u : 40u);
}

void packet_flags(struct packet *p, uint32_t off, uint8_t flags)
{
	uint8_t *tcp = p->bytes + l4_of(p, off);
	uint32_t sum = (uint16_t)~wf_load_be16(tcp + 16) + (uint32_t)flags;

	assert_int_equal(tcp[13], 0);
	tcp[13] = flags;
	wf_store_be16(tcp + 16, (uint16_t) ~((sum & 0xffff) + (sum >> 16)));
}

void packet_sum(struct packet *p, uint32_t off)
{
	const bool is_v4 = p->bytes[off] >> 4 == 4;
	const uint32_t l4 = l4_of(p, off), len = p->len - l4;
	uint32_t pseudo = is_v4 ? 0 : len + IPPROTO_ICMPV6;

	for (uint32_t i = off + 8; !is_v4 && i < off + 40; i += 2)
		pseudo += wf_load_be16(p->bytes + i);
	wf_store_be16(p->bytes + l4 + 2, 0);
	wf_store_be16(p->bytes + l4 + 2, slow_sum(pseudo, p->bytes + l4, len));
}

void assert_ends(const struct packet *p, uint32_t off, const char *src, uint16_t sport,
		 const char *dst, uint16_t dport)
{
	const bool v6 = strchr(src, ':');
	const uint8_t *ip = p->bytes + off, *l4 = p->bytes + l4_of(p, off);
	uint8_t addr[16];

	addr_of(src, addr);
	assert_memory_equal(ip + (v6 ? 8 : 12), addr + (v6 ? 0 : 12), v6 ? 16 : 4);
	addr_of(dst, addr);
	assert_memory_equal(ip + (v6 ? 24 : 16), addr + (v6 ? 0 : 12), v6 ? 16 : 4);
	assert_int_equal(wf_load_be16(l4), sport);
	assert_int_equal(wf_load_be16(l4 + 2), dport);
	assert_sums(p, off);
}

void assert_to_b(const struct outcome *o)
{
	assert_int_equal(o->drop, WF_DROP_NONE);
	assert_int_equal(o->verdict, VERDICT_REDIRECT);
	assert_memory_equal(o->out.bytes, mac_b, 6);
	assert_memory_equal(o->out.bytes + 6, gateway_mac, 6);
}
