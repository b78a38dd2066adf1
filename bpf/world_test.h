/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who there is in a test's world. Two tenants with equal addresses.
 *
 *   red   A 10.0.0.1 fd00::1 on c0   B 10.0.0.2 fd00::2 on c1   R 10.0.0.3 fd00::3 on node 2
 *   blue  A 10.0.0.1 fd00::1 on c2                              R 10.0.0.3 fd00::3 on node 3
 *
 * Red A's packets to red R take policy 0x7788, of which a test says the path. Both tenants allow
 * all within 10.0.0.0/16 and fd00::/16. R has just had A's labels, so that its packets may bear the
 * same argument as A's.
 */
#pragma once

#include "bpf/fixture_test.h"

#define RED	   0xabcdefu
#define BLUE	   8u
#define IDENTITY_A 0x123456u
#define IDENTITY_B 0x99u
#define IDENTITY_R 0x654321u
#define POLICY	   0x7788
#define RED_SET	   0x1111222233334444ull
#define BLUE_SET   0x5555666677778888ull
#define RED_ARG	   "abcd:ef12:3456:7788" /* of the final SID of red A's packets */

/* Counter slots. */
enum {
	SLOT_A_TX = 11,
	SLOT_A_RX,
	SLOT_B_RX,
	SLOT_PATH,
	SLOT_HOME,
	SLOT_RED_IN, /* by policy POLICY */
	SLOT_RED_IN_0,
	SLOT_A_TX_DROP,
	SLOT_A_RX_DROP,
	SLOT_RED_DENY_IN,
	SLOT_RED_DENY_OUT,
};

extern const uint8_t gateway_mac[6], mac_a[6], mac_b[6], mac_blue[6], mac_underlay[6],
	mac_router[6];

void world_fill(struct fixture *f);

/* The header of tests/goldens/encap.txt with @n waypoints, its argument and next header zero. */
void world_template(const char *encoding, unsigned int n, struct wf_template *ret);
/* The bytes of its line, argument and all. */
void world_golden(const char *encoding, unsigned int n, const char *family, struct packet *ret);

/* The path of policy POLICY to node 2, alternative @alternative. */
void world_put_path(struct fixture *f, uint8_t alternative, const struct wf_template *t);
/* What a tenant's set says of all, and of a pair of sides: one range, or those of @items. */
void world_put_set(struct fixture *f, uint32_t tenant, uint64_t number, const struct wf_set *set);
void world_put_list(struct fixture *f, uint64_t set, struct wf_side from, struct wf_side to,
		    uint64_t number, const struct wf_range *items, uint32_t n);
void world_put_dest(struct fixture *f, uint32_t tenant, const char *addr,
		    const struct wf_dest *dest);
