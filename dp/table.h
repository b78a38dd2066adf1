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
#define WF_TABLES(X)                                                                  \
	X(PORT, ports, __u32, struct wf_port, 1 << 16)                                \
	X(TENANT, tenants, __u32, struct wf_tenant_entry, 1 << 16)                    \
	X(DEST, dests, struct wf_dest_key, struct wf_dest, 1 << 20)                   \
	X(CHOICE, choices, struct wf_choice_key, struct wf_choice, 1 << 18)           \
	X(PATH, paths, struct wf_path_key, struct wf_template, 1 << 18)               \
	X(SID, sids, __u64, struct wf_sid_entry, 1 << 14)                             \
	X(SET, sets, __u64, struct wf_set, 1 << 16)                                   \
	X(ZONE, zones, struct wf_zone_key, __u32, 1 << 18)                            \
	X(VERDICT, verdicts, struct wf_verdict_key, __u64, 1 << 19)                   \
	X(RANGES, ranges, __u64, struct wf_ranges, 1 << 16)                           \
	X(POLICY, policies, struct wf_policy_key, struct wf_policy_entry, 1 << 18)    \
	X(LISTED, listed, struct wf_listed_key, struct wf_listed, 1 << 18)            \
	X(KEY, keys, __u32, struct wf_key_entry, 1 << 4)                              \
	X(TRANSIT, transits, struct wf_transit_key, struct wf_transit_entry, 1 << 16) \
	X(LANES, lanes, struct wf_lanes_key, struct wf_lanes, 1 << 16)                \
	X(SERVICE, services, struct wf_service_key, struct wf_service_entry, 1 << 16) \
	X(SHARE, shares, struct wf_share_key, struct wf_share, 1 << 18)               \
	X(BACKEND, backends, __u32, struct wf_backend, 1 << 16)                       \
	X(EGRESS, egresses, __u32, struct wf_egress_entry, 1 << 16)                   \
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
/* IPv6, a full SRH, HMAC TLV, opaque TLV, transit TLV */
#define WF_TEMPLATE_MAX (40 + 8 + 16 * (WF_VIA_SID_MAX + 1) + 40 + 16 + 24)

/* An endpoint of this node, by the index of its host-side interface. */
struct wf_port {
	__u32 tenant;
	__u32 identity; /* of its labels, for the SID argument; 0: unknown */
	__u8 mac[6];	/* the container's */
	__u8 n_addrs;
	__u8 is_sr_aware; /* may send routing headers, with SIDs of its own tenant */
	__u16 sid; /* of the endpoint: its SID's function is WF_FN_ENDPOINT | sid; 0: it has none */
	__u8 proxy;	 /* enum wf_behavior by which packets were put in that come back here */
	__u8 is_gateway; /* what comes from it is from outside, but by its own addresses */
	__u8 addrs[WF_PORT_ADDRS][16];
};

/*
 * A tenant that exists, by its id, and its set of policies: what is in force. A set is never
 * edited: a change makes another one, and then exchanges the number here, so that a packet meets
 * the old policies or the new ones. Others must know a set before this node sends by it, so the
 * sending side follows a moment later (agent/staging.h).
 */
struct wf_tenant_entry {
	__u64 set;     /* by which packets that come are judged */
	__u64 set_out; /* by which packets that go are judged and get their way */
	__u64 set_was; /* what others may still send by; 0: none */
};

/* Where an address of a tenant lives. */
struct wf_dest_key {
	__u32 tenant;
	__u8 addr[16];
};

/*
 * Set in an ifindex that packets are given to: the endpoint is the node's own, so both ends of its
 * pair are in the node's network namespace, where bpf_redirect_peer() is refused.
 */
#define WF_IFINDEX_HOST (1u << 31)

struct wf_dest {
	__u32 home;	/* the tenant it belongs to; another one's by a policy that lets it in */
	__u32 identity; /* in its home: by which it is judged */
	__u32 identity_was; /* the one it had or will have, and may send, too; 0: none */
	__u16 node;
	__u16 pad;
	__u32 ifindex; /* host-side interface if it lives here (WF_IFINDEX_HOST); 0: elsewhere */
	__u8 mac[6];   /* if it lives here */
	__u8 pad2[2];
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
	__u8 has_lanes;		    /* bit i: alternative i goes through functions */
	__u8 pad[2];
};

/*
 * The lanes of an alternative: one for each way through instances of its functions that are up. A
 * lane's name is made of its instances, in the order of the forward way; so a lane and its mirror,
 * at both ends, have one name, and it stays while others come and go.
 */
struct wf_lanes_key {
	__u32 tenant;
	__u16 policy;
	__u8 is_reverse;
	__u8 alternative;
};

#define WF_LANES_MAX 64

struct wf_lanes {
	__u32 n; /* 1..WF_LANES_MAX */
	__u32 names[WF_LANES_MAX];
};

/*
 * A path as a ready-made header: outer IPv6 header, SRH, segment list. Policy 0 is the direct path;
 * it is the same for all tenants and has tenant 0, but for those whose set says has_direct.
 */
struct wf_path_key {
	__u32 tenant;
	__u16 policy;
	__u16 node; /* where it ends */
	__u8 is_reverse;
	__u8 alternative;
	__u16 sid;	/* the endpoint that it is for, or that it goes on from; 0: none */
	__u32 identity; /* of the sender, where the header is signed, as it is in it; else 0 */
	__u32 lane;	/* through which instances or by which backends; 0: there are none */
};

struct wf_template {
	__u16 len;	  /* bytes of header[]; 0: deliver here, without any (a direct path home) */
	__u16 arg_offset; /* of the 64-bit argument: in the final SID, or in the opaque TLV */
	__u16 transit_offset;	 /* of the transit TLV (wire/transit.h); 0: none */
	__u16 transit_every;	 /* one packet in so many is marked */
	__u8 next_header_offset; /* of the octet that says what is inside */
	__u8 is_signed;		 /* the argument is in it already: it is part of what is signed */
	__u8 pad[6];
	__u8 header[WF_TEMPLATE_MAX];
};

/* A SID of this node, by its first 64 bits in host order: block, node, function. */
enum wf_behavior {
	WF_BEHAVIOR_NONE,
	WF_BEHAVIOR_END,  /* RFC 8986 4.1 */
	WF_BEHAVIOR_UN,	  /* RFC 9800 4.1.1, End with NEXT-C-SID: the locator itself */
	WF_BEHAVIOR_DT46, /* RFC 8986 4.8, the tenant from the argument */
	/* draft-ietf-spring-sr-service-programming: */
	WF_BEHAVIOR_AN, /* the function gets the packet as it is */
	WF_BEHAVIOR_AS, /* the headers are taken off, and made anew */
	WF_BEHAVIOR_AD, /* ... remembered and put back */
	WF_BEHAVIOR_AM, /* the headers stay, the destination is the last segment */
	WF_BEHAVIOR_DX, /* RFC 8986 4.4, 4.5 in one: to an endpoint, whatever the address inside */
	WF_BEHAVIOR_DX_OUT, /* ... to a gateway's, whose packets are for the outside */
	WF_BEHAVIOR_COUNT,
};

struct wf_sid_entry {
	__u32 behavior;
	__u32 tenant;	   /* of the endpoint whose SID it is; 0: the node's own */
	__u32 ifindex;	   /* host-side interface of that endpoint; 0: the function is down */
	__u32 ifindex_out; /* AN, AS, AD, AM: of the one that packets come back from */
	__u8 mac[6];	   /* destination of the frames */
	__u8 is_bridged;   /* frames pass through the function as through a wire */
	__u8 is_passed_by; /* the function is down and may be left out: End */
};

/*
 * Who may talk to whom, and by which policy's way.
 *
 * A set holds, for pairs of sides, what its policies say of each protocol and port. A side is one
 * of the three an address can be looked at as: an identity, a zone (the longest prefix that a
 * policy of the set names, or one of the tenant's own), or anybody. dp/policy.h puts the nine
 * answers together: the way is the one of the highest rank, of equal ones that of the list that is
 * looked up first.
 */
struct wf_set {
	__u8 is_deny_default;  /* what no policy allows is dropped */
	__u8 is_tracked;       /* connections are: some reply is allowed only as one */
	__u8 has_verdicts;     /* 0: nothing in the verdict table */
	__u8 needs;	       /* WF_NEED_*, of every packet of the tenant */
	__u8 is_verified_here; /* this node, as a waypoint, verifies the tenant's headers */
	__u8 has_zones;	       /* 0: nothing in the zone table */
	__u8 has_direct;       /* its direct paths are its own: policy 0 of this tenant */
	__u8 pad;
};

/* What the receiving node insists on. */
#define WF_NEED_HMAC	(1 << 0)
#define WF_NEED_PATH	(1 << 1) /* the signed segment list is one of the policy's */
#define WF_NEED_TRANSIT (1 << 2) /* the waypoints left their marks */
#define WF_NEED_HERE	(1 << 7) /* nothing: it has not left its sender's node */

/* Longest prefix match (a kernel's LPM trie: length in bits of what follows, then that). */
struct wf_zone_key {
	__u32 prefix_len; /* 64 + 0..128 */
	__u8 set[8];	  /* network order */
	__u8 addr[16];
};

#define WF_ZONE_SET_BITS 64
#define WF_ZONE_INSIDE	 0x80000000u /* of the value: the address is within the tenant's prefixes */
#define WF_ZONE_NUMBER	 0x7fffffffu /* ... and the zone; 0: no policy names it */

struct wf_side {
	__u32 tenant; /* whose identity; WF_SIDE_*: no identity */
	__u32 id;     /* identity or zone */
};

#define WF_SIDE_ANY	 0xffffffffu /* every endpoint of the tenant; id 0 */
#define WF_SIDE_ZONE	 0xfffffffeu
#define WF_SIDE_INTERNET 0xfffffffdu /* no endpoint, and outside the tenant's prefixes; id 0 */

struct wf_verdict_key {
	__u64 set;
	struct wf_side from;
	struct wf_side to;
};

/*
 * The value is the number of a list of ranges: what is said of (protocol << 16 | port), in order.
 * Ranges follow each other without gaps: one ends where the next begins, the last at
 * WF_RANGE_LAST. The port is the destination's, of ICMP type << 8 | code; of what has none 0.
 */
#define WF_RANGES_MAX 64
#define WF_RANGE_LAST 0xffffffu

enum wf_verdict {
	WF_VERDICT_NONE, /* says nothing of it, but perhaps of the way */
	WF_VERDICT_ALLOW,
	WF_VERDICT_DENY,
};

struct wf_range {
	__u32 last;
	__u16 policy;	 /* whose verdict it is */
	__u16 way;	 /* the policy whose way it takes; 0: not said here */
	__u8 verdict;	 /* enum wf_verdict */
	__u8 is_reverse; /* the mirrored ways of a symmetric policy */
	__u16 rank;	 /* of the way: how specific its policy is; 0 without a way */
};

struct wf_ranges {
	__u32 n; /* 1..WF_RANGES_MAX */
	__u32 pad;
	struct wf_range items[WF_RANGES_MAX];
};

/* A policy of a set. */
struct wf_policy_key {
	__u64 set;
	__u16 policy;
	__u8 pad[6];
};

struct wf_policy_entry {
	__u8 needs; /* WF_NEED_*, its tenant's included */
	__u8 is_symmetric;
	__u16 transit_every; /* with WF_NEED_TRANSIT: one packet in so many is checked; >= 1 */
};

/* A segment list that a policy may come here by: wf_listed_hash() of it (dp/proof.h). */
struct wf_listed_key {
	__u32 tenant;
	__u16 policy;
	__u16 source; /* node */
	__u64 hash;
};

struct wf_listed {
	__u16 n; /* waypoints that leave a mark, in order */
	__u16 nodes[WF_VIA_SID_MAX];
	__u16 pad;
	__u32 lane; /* that it is; 0: it leads through no functions */
};

/* A live key of the domain, by its HMAC Key ID: SHA-256 after the inner and the outer pad. */
struct wf_key_entry {
	__u32 inner[8];
	__u32 outer[8];
	__u8 is_linux; /* signs and verifies as Linux does, not as RFC 8754 says */
	__u8 pad[7];
};

/* What @node marks packets with. A node holds its own and those of waypoints to itself. */
struct wf_transit_key {
	__u32 key; /* HMAC Key ID it is derived from */
	__u16 node;
	__u16 pad;
};

struct wf_transit_entry {
	__u64 k[2]; /* of SipHash */
};

/* A service, by what its clients send to. */
struct wf_service_key {
	__u32 tenant;
	__u16 port;
	__u8 proto;
	__u8 pad;
	__u8 addr[16];
};

struct wf_service_entry {
	__u32 home;	/* the tenant it and its shares belong to, as in struct wf_dest */
	__u16 id;	/* within that */
	__u16 target;	/* port of the backends */
	__u16 n_blocks; /* of its table: n_blocks * WF_SHARE_SLOTS slots, of which n_slots count */
	__u16 n_slots;	/* a prime */
	__u8 is_by_client; /* flows of one client go to one backend */
	__u8 is_least_loaded;
	__u8 pad[2];
	__u32 capacity; /* flows a backend takes before it declines, if is_least_loaded */
};

/* A part of a service's Maglev table: who owns a slot, and who did. */
struct wf_share_key {
	__u32 tenant;
	__u16 service;
	__u16 block;
};

#define WF_SHARE_SLOTS	  32
#define WF_CANDIDATES_MAX 3

struct wf_candidate {
	__u16 node;
	__u16 sid; /* of the backend on it; 0: none */
};

struct wf_share {
	struct wf_candidate slots[WF_SHARE_SLOTS][WF_CANDIDATES_MAX]; /* the present one first */
};

/* A backend of some service, by node << 16 | sid. */
struct wf_backend {
	__u32 tenant;
	__u32 identity;
	__u32 identity_was; /* as in struct wf_dest */
	__u32 ifindex;	    /* if it is here */
	__u8 v4[16];	    /* its first address of each family; zero: none */
	__u8 v6[16];
	__u8 mac[6];
	__u8 pad[2];
};

/* A gateway by which packets leave a tenant. */
#define WF_EXIT_V4	(1 << 0)
#define WF_EXIT_V6	(1 << 1)
#define WF_EXIT_ANSWERS (1 << 2) /* of services that are published, of either family */

struct wf_exit {
	struct wf_dest dest; /* its endpoint in the tenant; identity 0: who gets it is outside */
	__u16 sid;	     /* of that */
	__u16 flags;	     /* WF_EXIT_* */
};

#define WF_EXITS_MAX 8

/* All that work, by tenant. No entry: no gateway serves the tenant. */
struct wf_egress_entry {
	__u32 n; /* up to WF_EXITS_MAX; 0: none works now */
	struct wf_exit exits[WF_EXITS_MAX];
};

/* Which counter slot belongs to what. Slots are given by user space when it installs the thing. */
enum wf_counter_kind {
	WF_COUNTER_NONE,
	WF_COUNTER_ENDPOINT_TX, /* name: struct wf_dest_key of its first address */
	WF_COUNTER_ENDPOINT_RX,
	WF_COUNTER_PATH,	     /* name: struct wf_path_key */
	WF_COUNTER_SID,		     /* name: the key of the SID table */
	WF_COUNTER_ENDPOINT_TX_DROP, /* name as ENDPOINT_TX */
	WF_COUNTER_ENDPOINT_RX_DROP,
	WF_COUNTER_POLICY_IN, /* name: struct wf_policy_name; what came from other nodes by it */
	WF_COUNTER_POLICY_DENY_OUT, /* what it denied, here at the sender ... */
	WF_COUNTER_POLICY_DENY_IN,  /* ... and at the receiver */
	WF_COUNTER_POLICY_TRANSIT,  /* packets whose marks were checked and right */
	WF_COUNTER_POLICY_TRANSIT_DROP,
	WF_COUNTER_KIND_COUNT,
};

struct wf_counter_key {
	__u32 kind;
	__u8 name[20]; /* zero-filled */
};

/* Policy 0: what no policy speaks of. */
struct wf_policy_name {
	__u32 tenant;
	__u32 policy;
};

struct wf_counter {
	__u64 packets;
	__u64 bytes; /* of the packet inside, from its IP header on */
};

/* The type of a table's values, by its id. */
#define WF_VALUE_PORT	 struct wf_port
#define WF_VALUE_TENANT	 struct wf_tenant_entry
#define WF_VALUE_DEST	 struct wf_dest
#define WF_VALUE_CHOICE	 struct wf_choice
#define WF_VALUE_PATH	 struct wf_template
#define WF_VALUE_SID	 struct wf_sid_entry
#define WF_VALUE_COUNTER __u32
#define WF_VALUE_SET	 struct wf_set
#define WF_VALUE_ZONE	 __u32
#define WF_VALUE_VERDICT __u64
#define WF_VALUE_RANGES	 struct wf_ranges
#define WF_VALUE_POLICY	 struct wf_policy_entry
#define WF_VALUE_LISTED	 struct wf_listed
#define WF_VALUE_KEY	 struct wf_key_entry
#define WF_VALUE_TRANSIT struct wf_transit_entry
#define WF_VALUE_LANES	 struct wf_lanes
#define WF_VALUE_SERVICE struct wf_service_entry
#define WF_VALUE_SHARE	 struct wf_share
#define WF_VALUE_BACKEND struct wf_backend
#define WF_VALUE_EGRESS	 struct wf_egress_entry

#define WF_SIZE_IS(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " has a hole")
WF_SIZE_IS(struct wf_port, 20 + 16 * WF_PORT_ADDRS);
WF_SIZE_IS(struct wf_dest_key, 20);
WF_SIZE_IS(struct wf_tenant_entry, 24);
WF_SIZE_IS(struct wf_dest, 28);
WF_SIZE_IS(struct wf_choice_key, 12);
WF_SIZE_IS(struct wf_choice, 2 * WF_CHOICE_MAX + 4);
WF_SIZE_IS(struct wf_path_key, 20);
WF_SIZE_IS(struct wf_sid_entry, 24);
WF_SIZE_IS(struct wf_lanes_key, 8);
WF_SIZE_IS(struct wf_lanes, 4 + 4 * WF_LANES_MAX);
WF_SIZE_IS(struct wf_service_key, 24);
WF_SIZE_IS(struct wf_service_entry, 20);
WF_SIZE_IS(struct wf_share_key, 8);
WF_SIZE_IS(struct wf_share, 4 * WF_CANDIDATES_MAX * WF_SHARE_SLOTS);
WF_SIZE_IS(struct wf_backend, 56);
WF_SIZE_IS(struct wf_exit, 32);
WF_SIZE_IS(struct wf_egress_entry, 4 + 32 * WF_EXITS_MAX);
WF_SIZE_IS(struct wf_template, 16 + WF_TEMPLATE_MAX);
WF_SIZE_IS(struct wf_set, 8);
WF_SIZE_IS(struct wf_zone_key, 28);
WF_SIZE_IS(struct wf_verdict_key, 24);
WF_SIZE_IS(struct wf_range, 12);
WF_SIZE_IS(struct wf_ranges, 8 + 12 * WF_RANGES_MAX);
WF_SIZE_IS(struct wf_policy_key, 16);
WF_SIZE_IS(struct wf_policy_entry, 4);
WF_SIZE_IS(struct wf_listed_key, 16);
WF_SIZE_IS(struct wf_listed, 40);
WF_SIZE_IS(struct wf_key_entry, 72);
WF_SIZE_IS(struct wf_transit_key, 8);
WF_SIZE_IS(struct wf_transit_entry, 16);
WF_SIZE_IS(struct wf_counter_key, 24);
WF_SIZE_IS(struct wf_counter, 16);
