/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of the wish as plain structs (DESIGN section 4).
 *
 * Objects are immutable once shared and counted by reference: a model, its copies and the API's
 * overlay hold the same ones. All strings are owned by their object.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/own.h"
#include "model/gateway.h"
#include "model/labels.h"
#include "model/limits.h"
#include "model/membership.h"
#include "model/probe.h"

enum wf_kind {
	WF_KIND_NODE,
	WF_KIND_TENANT,
	WF_KIND_IDENTITY, /* made by attaching, never declared by people */
	WF_KIND_ENDPOINT,
	WF_KIND_POLICY,
	WF_KIND_KEY,
	WF_KIND_FUNCTION,
	WF_KIND_SERVICE,
	WF_KIND_GATEWAY,
	WF_KIND_COUNT,
};

enum wf_encoding {
	WF_ENCODING_UNSET, /* policy: as the tenant's; tenant: csid */
	WF_ENCODING_CSID,
	WF_ENCODING_SRH,
	WF_ENCODING_COUNT,
};

struct wf_node {
	uint16_t id;	  /* 0: not allocated yet */
	uint32_t mtu;	  /* smallest underlay MTU of the node, bytes; 0: unknown */
	bool has_end_sid; /* a router that does not run Weft: waypoint by its own End SID */
	struct wf_addr end_sid;
};

/* Where a packet carries tenant, identity and policy. */
enum wf_metadata {
	WF_METADATA_SID, /* the final SID's argument */
	WF_METADATA_TLV, /* an opaque TLV of the SRH */
	WF_METADATA_COUNT,
};

/* What the receiving node insists on; the bits of WF_NEED_* in dp/table.h. */
#define WF_REQUIRE_HMAC	   (1 << 0)
#define WF_REQUIRE_PATH	   (1 << 1) /* implies HMAC */
#define WF_REQUIRE_TRANSIT (1 << 2) /* implies HMAC */

struct wf_tenant {
	uint32_t id; /* 0: not allocated yet */
	struct wf_prefix prefixes[WF_TENANT_PREFIX_MAX];
	unsigned int n_prefixes;
	enum wf_encoding encoding;
	enum wf_metadata metadata;
	bool is_deny_default; /* what no policy allows is dropped */
	uint8_t require;      /* WF_REQUIRE_HMAC: PATH and TRANSIT are policies' */
	char verify[WF_VIA_MAX][WF_NAME_MAX + 1]; /* nodes that verify its headers on the way */
	unsigned int n_verify;
	bool is_host; /* processes on nodes reach its endpoints: each node has one in it
			 (model/host.h) */
};

struct wf_identity {
	uint32_t id; /* 1..WF_IDENTITY_MAX, within the tenant */
	struct wf_labels labels;
	bool is_left; /* no endpoint has it any more: it goes when all have forgotten it */
};

struct wf_endpoint {
	char node[WF_NAME_MAX + 1]; /* "": declared, not attached */
	bool is_declared;	    /* stays when it is detached */
	uint8_t mac[6];
	struct wf_addr addrs[WF_ENDPOINT_ADDR_MAX];
	unsigned int n_addrs;
	struct wf_labels labels;
	uint32_t identity; /* 0: none yet */
	/* While its labels change (agent/relabel.c): the identity it had, which others still take
	   from it; 0: none. It is announced first, then used, then forgotten. */
	uint32_t identity_was;
	bool is_announced; /* its node still sends identity_was */
	bool is_sr_aware;  /* may send routing headers, with SIDs of its own tenant */
	/* Packets are sent to it by its own SID, as to instances and backends: unique on its node,
	   1..WF_ENDPOINT_SID_MAX; 0: none. Written by its node. */
	uint16_t sid;
	bool is_down;	 /* its node found that it does not work */
	bool is_host;	 /* made by its node, for the processes there (model/host.h) */
	bool is_gateway; /* made by a gateway's node: the way out of its tenant (model/gateway.h) */
	/* Where its node has attached it; "" and 0: it did not say. Two endpoints of one node and
	   netns are two arms of one container. */
	char ifname[WF_ENDPOINT_IFNAME_MAX + 1]; /* in the container */
	uint64_t netns;				 /* inode of the network namespace */
};

/*
 * Keys of the domain sign headers (RFC 8754 section 2.1.2). At most two live at a time: the one
 * that signs and another one that is accepted, the next or (retiring) the last.
 */
enum wf_key_state {
	WF_KEY_ACCEPTED,
	WF_KEY_SIGNING,
	WF_KEY_RETIRING, /* accepted until retires_ms */
	WF_KEY_STATE_COUNT,
};

struct wf_hmac_key {
	uint32_t id; /* HMAC Key ID, not 0 */
	uint8_t secret[WF_SECRET_MAX];
	unsigned int secret_len; /* WF_SECRET_MIN.. bytes */
	enum wf_key_state state;
	int64_t retires_ms; /* since 1970 */
	bool is_linux;	    /* as the Linux kernel signs (docs/keys.md) */
};

enum wf_selector_type {
	WF_SELECT_ANY,
	WF_SELECT_LABELS,   /* endpoints that have all of these */
	WF_SELECT_PREFIX,   /* addresses inside */
	WF_SELECT_TENANT,   /* endpoints of another tenant, that have all labels (if any) */
	WF_SELECT_INTERNET, /* addresses outside the tenant that belong to no endpoint */
	WF_SELECT_COUNT,
};

struct wf_selector {
	enum wf_selector_type type;
	char tenant[WF_NAME_MAX + 1]; /* WF_SELECT_TENANT */
	struct wf_labels labels;
	struct wf_prefix prefix;
};

/* Of a policy: tcp/80-90; icmp/8 (type). Protocol 0: any (first 0, last 65535). */
struct wf_port_range {
	uint8_t proto;	/* 1 is ICMP of either family: the data path's 58, too */
	uint16_t first; /* a port; of ICMP a type, 0..255, that stands for all of its codes */
	uint16_t last;
};

struct wf_path {
	char via[WF_VIA_MAX][WF_NAME_MAX + 1]; /* names of nodes and functions, in order */
	bool is_function[WF_VIA_MAX];	       /* of the policy's tenant; else a node */
	unsigned int n_via;		       /* 0: direct */
	unsigned int weight;		       /* 1..WF_WEIGHT_MAX */
};

struct wf_policy {
	uint16_t id; /* 1.., within the tenant; 0: not allocated yet */
	struct wf_selector from;
	struct wf_selector to;
	struct wf_path *paths; /* owned; 1..WF_PATHS_MAX */
	unsigned int n_paths;
	bool is_symmetric; /* reverse: symmetric - packets from `to` to `from` take the mirrored
			      ways */
	enum wf_encoding encoding;
	bool is_deny;		/* then it has no paths */
	uint8_t require;	/* WF_REQUIRE_* */
	uint16_t transit_every; /* with WF_REQUIRE_TRANSIT: one packet in so many; else 0 */
	struct wf_port_range ports[WF_POLICY_PORTS_MAX];
	unsigned int n_ports; /* 0: all */
};

/* How an instance gets packets (draft-ietf-spring-sr-service-programming). */
enum wf_mode {
	WF_MODE_DYNAMIC,    /* End.AD: without the SRH, which is remembered and put back */
	WF_MODE_STATIC,	    /* End.AS: without the SRH; what comes out gets the configured one */
	WF_MODE_MASQUERADE, /* End.AM: with the SRH and the final destination */
	WF_MODE_NATIVE,	    /* End.AN: as they are; it knows SRv6 */
	WF_MODE_COUNT,
};

/* Endpoints that packets are sent through. */
struct wf_function {
	struct wf_labels instances; /* endpoints of the tenant that have all of these */
	enum wf_mode mode;
	char in[WF_ENDPOINT_IFNAME_MAX + 1]; /* interface in the container by which packets enter */
	char out[WF_ENDPOINT_IFNAME_MAX + 1]; /* ... and leave; the same: one arm */
	bool is_bridged; /* frames pass as on a wire, not addressed to the interface */
	bool is_bypass;	 /* without a healthy instance: on to the next segment; else dropped */
	struct wf_probe probe;
};

struct wf_service_port {
	uint8_t proto;	 /* tcp, udp, sctp */
	uint16_t port;	 /* of the virtual address; 1.. */
	uint16_t target; /* the backend's */
};

struct wf_backends {
	struct wf_labels labels; /* endpoints of the tenant that have all of these */
	uint8_t weight;		 /* of each; 0: keeps what it has, gets nothing new */
};

/* Virtual addresses that are spread over endpoints. */
struct wf_service {
	uint16_t id; /* 1.., within the tenant; 0: not allocated yet */
	struct wf_addr addrs[WF_SERVICE_ADDR_MAX];
	unsigned int n_addrs;
	struct wf_service_port ports[WF_SERVICE_PORTS_MAX];
	unsigned int n_ports;
	/* Of several that select an endpoint the first one counts. */
	struct wf_backends backends[WF_SERVICE_BACKENDS_MAX];
	unsigned int n_backends;
	bool is_by_client;    /* affinity: all flows of a client go to one backend */
	bool is_least_loaded; /* a backend with so many flows declines new ones: */
	uint32_t capacity;    /* 1..WF_CAPACITY_MAX; 0 unless is_least_loaded */
	struct wf_probe probe;
	uint32_t drain_ms;	   /* so long a backend that was taken out keeps its flows */
	struct wf_history history; /* owned; who has been spread over (agent/membership.h) */
};

struct wf_object {
	enum wf_kind kind;
	unsigned int refs;
	char tenant[WF_NAME_MAX + 1]; /* "" for kinds that belong to none */
	/* Unique within kind and tenant. An identity's is wf_labels_str() of its labels. */
	char *name; /* owned */
	union {
		struct wf_node node;
		struct wf_tenant self; /* WF_KIND_TENANT */
		struct wf_identity identity;
		struct wf_endpoint endpoint;
		struct wf_policy policy;
		struct wf_hmac_key key;
		struct wf_function function;
		struct wf_service service;
		struct wf_gateway gateway;
	};
};

/* "Node", "Tenant", ...: as in manifests. */
const char *wf_kind_name(enum wf_kind kind);
/* -EINVAL: no such kind. */
int wf_kind_parse(const char *text, enum wf_kind *ret);
bool wf_kind_has_tenant(enum wf_kind kind);

/* A zeroed object with one reference, or NULL without memory. @tenant may be NULL. */
struct wf_object *wf_object_new(enum wf_kind kind, const char *tenant, const char *name);
struct wf_object *wf_object_ref(struct wf_object *o);
void wf_object_unref(struct wf_object *o);
/* A deep copy with one reference, to change before it is shared. */
struct wf_object *wf_object_clone(const struct wf_object *o);
WF_DEFINE_CLEANUP(object, struct wf_object *, wf_object_unref)

/* Order of kind, tenant, name. Within a kind it is the order of the store's keys, so that a sorted
 * listing of them loads in one pass. */
int wf_object_cmp(const struct wf_object *a, const struct wf_object *b);

/*
 * The store's key of an object: "/weft/v1/<kind>/[<tenant>/]<name>". @buf: WF_OBJECT_KEY_MAX bytes.
 * Parsing gives back the parts; -EINVAL: not such a key.
 */
#define WF_OBJECT_KEY_MAX    512
#define WF_OBJECT_KEY_PREFIX "/weft/v1/"
const char *wf_object_key(enum wf_kind kind, const char *tenant, const char *name, char *buf);
int wf_object_key_parse(const char *key, enum wf_kind *ret_kind, char ret_tenant[WF_NAME_MAX + 1],
			const char **ret_name);

/* [A-Za-z0-9][A-Za-z0-9._-]*, at most WF_NAME_MAX bytes. */
bool wf_name_is_valid(const char *name);

/*
 * "any", "internet", "app=web", "10.0.0.0/8", "tenant/red", "tenant/red/app=web", as written.
 * @buf: WF_SELECTOR_STR_MAX bytes; returns @buf.
 */
#define WF_SELECTOR_TENANT  "tenant/"
#define WF_SELECTOR_STR_MAX (sizeof(WF_SELECTOR_TENANT) + WF_NAME_MAX + 1 + WF_LABELS_TEXT_MAX)
const char *wf_selector_str(const struct wf_selector *s, char *buf);
/* @e: an endpoint of the tenant that @s speaks of, which is another one than the policy's with
 * WF_SELECT_TENANT. The Internet has no endpoints. */
bool wf_selector_matches(const struct wf_selector *s, const struct wf_endpoint *e);
