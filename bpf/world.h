/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How decisions look things up, in the kernel: in the maps. In user space: dp/world.h. */
#pragma once

#include "bpf/hash.h"
#include "bpf/maps.h"
#include "dp/config.h"
#include "wire/bytes.h"

/* Set by the loader. */
const volatile struct wf_config config SEC(".rodata") = {};

struct wf_world {
	const struct wf_config *config;
};

#define WF_MAP_PORT    ports
#define WF_MAP_TENANT  tenants
#define WF_MAP_DEST    dests
#define WF_MAP_CHOICE  choices
#define WF_MAP_PATH    paths
#define WF_MAP_SID     sids
#define WF_MAP_COUNTER slots
#define WF_MAP_SET     sets
#define WF_MAP_ZONE    zones
#define WF_MAP_VERDICT verdicts
#define WF_MAP_RANGES  ranges
#define WF_MAP_POLICY  policies
#define WF_MAP_LISTED  listed
#define WF_MAP_KEY     keys
#define WF_MAP_TRANSIT transits
#define WF_MAP_LANES   lanes
#define WF_MAP_SERVICE services
#define WF_MAP_SHARE   shares
#define WF_MAP_BACKEND backends
#define WF_MAP_EGRESS  egresses

#define WF_MAP_CONN	conns
#define WF_MAP_FRAGMENT fragments
#define WF_MAP_SERVED	served
#define WF_MAP_LOAD	loads
#define WF_MAP_PROXIED	proxied

#define wf_world_find(world, id, key) \
	((const WF_VALUE_##id *)((void)(world), bpf_map_lookup_elem(&WF_MAP_##id, key)))

#define wf_world_recall(world, id, key) \
	((WF_RECALL_##id *)((void)(world), bpf_map_lookup_elem(&WF_MAP_##id, key)))
#define wf_world_remember(world, id, key, value) \
	bpf_map_update_elem(&WF_MAP_##id, key, value, BPF_ANY)
#define wf_world_now_s(world) ((void)(world), (__u32)(bpf_ktime_get_ns() / 1000000000))

/* Functions of their own (bpf/case.h, bpf/send.h), which the verifier looks at once. */
int case_judge(struct wf_case *c, int is_back);
int case_decide(struct wf_case *c);
int case_keep(struct wf_case *c, __u32 lane, __u32 gateway);
struct wf_leg;
struct wf_way;
static int route_decide(const struct wf_leg *leg, const struct wf_dest *dest, __u64 hash,
			struct wf_way *ret);
#define wf_world_route(world, leg, dest, hash, ret) \
	((void)(world), (enum wf_drop)route_decide(leg, dest, hash, ret))
int lane_pick(const struct wf_leg *leg, const struct wf_choice *choice, struct wf_path_key *key);
#define wf_world_lane(world, leg, choice, key) \
	((void)(world), (enum wf_drop)lane_pick(leg, choice, key))
#define wf_world_judge(world, c, is_back)      ((void)(world), case_judge(c, is_back))
#define wf_world_decide(world, c)	       ((void)(world), (enum wf_drop)case_decide(c))
#define wf_world_keep(world, c, lane, gateway) ((void)(world), case_keep(c, lane, gateway))

/* ... in bpf/apply.h, */
int static_speak(const struct wf_port *port, struct wf_case *c);
#define wf_world_speak(world, port, c) ((void)(world), (enum wf_drop)static_speak(port, c))

/* ... and in bpf/service.h. */
int service_pick(struct wf_case *c, __u32 tenant);
int service_answer(struct wf_case *c, __u32 tenant, __u32 sid);
int service_recognise(struct wf_case *c, __u32 tenant, __u32 node, __u32 claimed);
#define wf_world_ask(world, c, tenant)	       ((void)(world), (enum wf_drop)service_pick(c, tenant))
#define wf_world_answer(world, c, tenant, sid) ((void)(world), service_answer(c, tenant, sid))
#define wf_world_recognise(world, c, tenant, node, claimed) \
	((void)(world), (enum wf_drop)service_recognise(c, tenant, node, claimed))

/* ... and in bpf/egress.h. */
int egress_pick(struct wf_case *c, __u32 tenant, __u32 sid);
int egress_enter(struct wf_case *c, __u32 tenant);
int egress_pass(struct wf_case *c, const struct wf_sid_entry *sid);
#define wf_world_leave(world, c, tenant, sid) \
	((void)(world), (enum wf_drop)egress_pick(c, tenant, sid))
#define wf_world_enter(world, c, tenant) ((void)(world), (enum wf_drop)egress_enter(c, tenant))
#define wf_world_pass(world, c, sid)	 ((void)(world), (enum wf_drop)egress_pass(c, sid))

/* The loader's values, which the compiler must not take for the zeros that stand above. */
WF_INLINE const struct wf_config *here(void)
{
	const struct wf_config *p = (const struct wf_config *)&config;

	asm("" : "+r"(p));
	return p;
}

/* Inside this node's locator? */
WF_INLINE _Bool is_here(const __u8 addr[16])
{
	return wf_load_be32(addr) == here()->block && wf_load_be16(addr + 4) == here()->node;
}

#define WF_WORLD                   \
	(&(const struct wf_world){ \
		.config = here(),  \
	})

/* As dp/world.h; the verifier looks at @step once, however often it runs. */
#define wf_world_repeat(n, step, arg) bpf_loop(n, step, arg, 0)

#define wf_world_hash(job, n_blocks) hash_blocks(job, n_blocks)
