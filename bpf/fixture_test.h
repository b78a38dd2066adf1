/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A node for tests: the programs loaded, unpinned, in a network namespace of the process's own.
 *
 *   other namespace |           node 1           | other namespace
 *       eth0 ------ c0  red A                    |
 *       eth1 ------ c1  red B                    u0 ------ u1   fe80::99, 5f00::/16 lies behind it
 *       eth2 ------ c2  blue A                   |
 *
 * A packet is put through a program by BPF_PROG_TEST_RUN: redirects are verdicts, lookups in the
 * kernel's FIB are real. Each change of a table goes into the maps and into a user-space copy.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "dp/drops.h"
#include "dp/table.h"
#include "dp/tables_test.h"
#include "wire/sid.h"

#define TEST_BLOCK 0x5f000000u
#define TEST_NODE  1
#define TEST_MTU   1500

#define VERDICT_PASS	 0 /* TC_ACT_OK */
#define VERDICT_DROP	 2 /* TC_ACT_SHOT */
#define VERDICT_REDIRECT 7

#define PACKET_MAX 4096

enum fixture_prog {
	PROG_APPLY,
	PROG_VALIDATE,
	PROG_EDGE,
	PROG_COUNT,
};

struct packet {
	uint8_t bytes[PACKET_MAX];
	uint32_t len;
};

/* What a program did. */
struct outcome {
	int verdict;
	enum wf_drop drop; /* the last reason counted, NONE: none */
	uint32_t n_drops;  /* all that were counted */
	struct packet out;
};

struct fixture {
	struct weft_bpf *skel; /* owned */
	int far_fd;	       /* owned; the other namespace */
	struct wf_config config;
	struct wf_world world; /* over @tables */
	struct test_tables tables;
	uint32_t underlay, ports[3]; /* ifindexes */
	uint64_t drops[64];	     /* as last read */
};

/* The network, the programs, no entry in any table. */
struct fixture *fixture_new(void);
void fixture_free(struct fixture *f);

/* cmocka's group setup and teardown; with the tables of world_test.h. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Into the map and the copy; then what the programs remember is forgotten. */
void fixture_put(struct fixture *f, enum wf_table t, const void *key, const void *value);
void fixture_drop(struct fixture *f, enum wf_table t, const void *key);
void fixture_forget(struct fixture *f);
/* Into the map only: what is remembered from before still holds. */
void fixture_put_unseen(struct fixture *f, enum wf_table t, const void *key, const void *value);

/* As many ICMP errors as the bucket holds may be sent again. */
void fixture_refill(struct fixture *f);

void fixture_run(struct fixture *f, enum fixture_prog prog, uint32_t ifindex,
		 const struct packet *in, struct outcome *ret);
/* 0, or the negative errno with which the kernel refuses to run on such a packet. */
int fixture_try(struct fixture *f, enum fixture_prog prog, uint32_t ifindex,
		const struct packet *in, uint32_t gso_size, struct outcome *ret);

/* The counter of @slot, all CPUs. */
struct wf_counter fixture_counter(const struct fixture *f, uint32_t slot);
