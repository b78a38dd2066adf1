/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The tables that user space writes and the data path reads: their keys and values.
 *
 * All keys are stable names (ids from the wish, addresses, interface indexes), never positions: an
 * entry means the same before and after any change around it, so tables can be updated one entry at
 * a time in any order that makes before it breaks. Numbers are in host order, addresses are 16
 * bytes in network order (IPv4 as IPv4-mapped). No holes: the bytes are compared and hashed.
 */
#pragma once

#include <linux/types.h>

/* X(enum suffix, map name, key type, value type, most entries) */
#define WF_TABLES(X)                                                        \
	X(PORT, ports, __u32, struct wf_port, 1 << 16)                      \
	X(TENANT, tenants, __u32, struct wf_tenant_entry, 1 << 16)          \
	X(DEST, dests, struct wf_dest_key, struct wf_dest, 1 << 20)         \
	X(RULE, rules, struct wf_rule_key, struct wf_rule, 1 << 18)         \
	X(CHOICE, choices, struct wf_choice_key, struct wf_choice, 1 << 18) \
	X(PATH, paths, struct wf_path_key, struct wf_template, 1 << 18)     \
	X(SID, sids, __u64, struct wf_sid_entry, 1 << 10)                   \
	X(COUNTER, slots, struct wf_counter_key, __u32, WF_COUNTER_SLOTS)

enum wf_table {
#define WF_TABLE_ENUM(id, name, key, value, max) WF_TABLE_##id,
	WF_TABLES(WF_TABLE_ENUM)
#undef WF_TABLE_ENUM
	WF_TABLE_COUNT,
};

#define WF_COUNTER_SLOTS (1 << 17) /* slot 0 counts what has no slot of its own */
#define WF_PORT_ADDRS	 8
#define WF_CHOICE_MAX	 8
#define WF_VIA_SID_MAX	 16 /* waypoints of a path */
#define WF_TEMPLATE_MAX	 (40 + 8 + 16 * WF_VIA_SID_MAX)

/* An endpoint of this node, by the index of its host-side interface. */
struct wf_port {
	__u32 tenant;
	__u32 class;	/* as wf_dest */
	__u32 identity; /* of its labels, for the SID argument; 0: unknown */
	__u8 mac[6];	/* the container's */
	__u8 n_addrs;
	__u8 pad;
	__u8 addrs[WF_PORT_ADDRS][16];
};

/* A tenant that exists, by its id. */
struct wf_tenant_entry {
	__u32 has_rules; /* 0: nothing in the rule table, every pair takes the direct path */
};

/* Where an address of a tenant lives. */
struct wf_dest_key {
	__u32 tenant;
	__u8 addr[16];
};

struct wf_dest {
	__u32 class; /* endpoints that no rule tells apart share it; its identity, as a rule */
	__u16 node;
	__u16 pad;
	__u32 ifindex; /* host-side interface if it lives here; 0: elsewhere */
	__u8 mac[6];   /* if it lives here */
	__u8 pad2[2];
};

/*
 * Which policy a pair takes. Looked up from the most specific: (source, destination), (source,
 * ANY), (ANY, destination), (ANY, ANY); none: the direct path.
 */
#define WF_CLASS_ANY 0xffffffffu

struct wf_rule_key {
	__u32 tenant;
	__u32 source; /* class */
	__u32 dest;   /* class */
};

struct wf_rule {
	__u16 policy;
	__u8 is_reverse; /* the mirrored ways of a symmetric policy */
	__u8 pad;
};

/* A policy's alternatives towards a node. */
struct wf_choice_key {
	__u32 tenant;
	__u16 policy;
	__u16 node;
	__u8 is_reverse;
	__u8 pad[3];
};

struct wf_choice {
	__u16 bound[WF_CHOICE_MAX]; /* running sums of the weights */
	__u8 n;			    /* 1..WF_CHOICE_MAX; bound[n - 1] is the sum of all */
	__u8 pad[3];
};

/*
 * A path as a ready-made header: outer IPv6 header, SRH, segment list. Policy 0 is the direct path;
 * it is the same for all tenants and has tenant 0.
 */
struct wf_path_key {
	__u32 tenant;
	__u16 policy;
	__u16 node; /* where it ends */
	__u8 is_reverse;
	__u8 alternative;
	__u8 pad[2];
};

struct wf_template {
	__u16 len;	 /* bytes of header[]; 0: deliver here, without any (a direct path home) */
	__u8 arg_offset; /* of the final SID's 64-bit argument */
	__u8 next_header_offset; /* of the octet that says what is inside */
	__u8 pad[4];
	__u8 header[WF_TEMPLATE_MAX];
};

/* A SID of this node, by its first 64 bits in host order: block, node, function. */
enum wf_behavior {
	WF_BEHAVIOR_NONE,
	WF_BEHAVIOR_END,  /* RFC 8986 4.1 */
	WF_BEHAVIOR_UN,	  /* RFC 9800 4.1.1, End with NEXT-C-SID: the locator itself */
	WF_BEHAVIOR_DT46, /* RFC 8986 4.8, the tenant from the argument */
	WF_BEHAVIOR_COUNT,
};

struct wf_sid_entry {
	__u32 behavior;
};

/* Which counter slot belongs to what. Slots are given by user space when it installs the thing. */
enum wf_counter_kind {
	WF_COUNTER_NONE,
	WF_COUNTER_ENDPOINT_TX, /* name: struct wf_dest_key of its first address */
	WF_COUNTER_ENDPOINT_RX,
	WF_COUNTER_PATH, /* name: struct wf_path_key */
	WF_COUNTER_SID,	 /* name: the key of the SID table */
	WF_COUNTER_KIND_COUNT,
};

struct wf_counter_key {
	__u32 kind;
	__u8 name[20]; /* zero-filled */
};

struct wf_counter {
	__u64 packets;
	__u64 bytes; /* of the packet inside, from its IP header on */
};

/* The type of a table's values, by its id. */
#define WF_VALUE_PORT	 struct wf_port
#define WF_VALUE_TENANT	 struct wf_tenant_entry
#define WF_VALUE_DEST	 struct wf_dest
#define WF_VALUE_RULE	 struct wf_rule
#define WF_VALUE_CHOICE	 struct wf_choice
#define WF_VALUE_PATH	 struct wf_template
#define WF_VALUE_SID	 struct wf_sid_entry
#define WF_VALUE_COUNTER __u32

#define WF_SIZE_IS(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " has a hole")
WF_SIZE_IS(struct wf_port, 20 + 16 * WF_PORT_ADDRS);
WF_SIZE_IS(struct wf_dest_key, 20);
WF_SIZE_IS(struct wf_dest, 20);
WF_SIZE_IS(struct wf_rule_key, 12);
WF_SIZE_IS(struct wf_rule, 4);
WF_SIZE_IS(struct wf_choice_key, 12);
WF_SIZE_IS(struct wf_choice, 2 * WF_CHOICE_MAX + 4);
WF_SIZE_IS(struct wf_path_key, 12);
WF_SIZE_IS(struct wf_template, 8 + WF_TEMPLATE_MAX);
WF_SIZE_IS(struct wf_counter_key, 24);
WF_SIZE_IS(struct wf_counter, 16);
