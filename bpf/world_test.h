/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who there is in a test's world. Two tenants with equal addresses.
 *
 *   red   A 10.0.0.1 fd00::1 on c0   B 10.0.0.2 fd00::2 on c1   R 10.0.0.3 fd00::3 on node 2
 *   blue  A 10.0.0.1 fd00::1 on c2                              R 10.0.0.3 fd00::3 on node 3
 *
 * Red A's packets to red R take policy 0x7788, of which a test says the path.
 */
#pragma once

#include "bpf/fixture_test.h"

#define RED	   0xabcdefu
#define BLUE	   8u
#define CLASS_A	   5u
#define CLASS_B	   6u
#define CLASS_R	   7u
#define IDENTITY_A 0x123456u
#define POLICY	   0x7788
#define RED_ARG	   "abcd:ef12:3456:7788" /* of the final SID of red A's packets */

/* Counter slots. */
enum {
	SLOT_A_TX = 11,
	SLOT_A_RX,
	SLOT_B_RX,
	SLOT_PATH,
	SLOT_HOME,
	SLOT_DT46,
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
void world_put_dest(struct fixture *f, uint32_t tenant, const char *addr,
		    const struct wf_dest *dest);
