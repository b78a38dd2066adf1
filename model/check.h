/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of wf_model_check_put() that look at many objects together. Each reports what the batch
 * would make wrong, at the place in the batch; 0 or -ENOMEM. They cost nothing where nothing of the
 * kind changes.
 */
#pragma once

#include "model/batch.h"

struct wf_changes {
	const struct wf_model *model;
	const struct wf_batch *batch;
	struct wf_problems *problems;
};

/* As the batch will leave it. Borrowed; NULL: it will not be there. @tenant: "" for kinds that
 * belong to none. */
const struct wf_object *wf_changes_find(const struct wf_changes *c, enum wf_kind kind,
					const char *tenant, const char *name);
/* Reports that there is none, and those that are near. */
void wf_changes_unknown(const struct wf_changes *c, size_t index, const char *key,
			enum wf_kind kind, const char *tenant, const char *name);
/* "endpoint 'web'": as in the middle of a sentence. @buf: WF_OBJECT_DESCRIPTION_MAX bytes. */
#define WF_OBJECT_DESCRIPTION_MAX 80
const char *wf_object_describe(const struct wf_object *o, char *buf);

/* Policies of a tenant of which one allows exactly what the other one denies. */
int wf_check_rivals(const struct wf_changes *c);
/* Tenants that a policy joins, and that have addresses in common. */
int wf_check_joins(const struct wf_changes *c);
/* Too many keys, and signatures that no key makes. */
int wf_check_keys(const struct wf_changes *c);
/* Nodes that stop to run Weft, and are needed to. */
int wf_check_stopped(const struct wf_changes *c);
/* Endpoints that two functions select. */
int wf_check_functions(const struct wf_changes *c);
/* Static functions on the way of what must be signed. */
int wf_check_static(const struct wf_changes *c);
/* Tenants with host access that overlap, and endpoints that are called as the nodes' own. */
int wf_check_hosts(const struct wf_changes *c);
/* What gateways name and is not there, nodes with two of them, endpoints that are called as theirs.
 */
int wf_check_gateways(const struct wf_changes *c);
/* Addresses outside that two gateways, tenants or services have. */
int wf_check_outside(const struct wf_changes *c);
/* Addresses outside that tenants have inside. */
int wf_check_inside(const struct wf_changes *c);

/* Where waypoint @j of path @i stands: "via[2]", "paths[1].via[2]". @buf: WF_VIA_KEY_MAX bytes;
 * returns @buf. */
#define WF_VIA_KEY_MAX 48
const char *wf_via_key(const struct wf_policy *p, unsigned int i, unsigned int j, char *buf);

/* The parts of wf_object_check(). */
void wf_check_function(const struct wf_function *f, size_t index, struct wf_problems *problems);
void wf_check_service(const struct wf_service *s, size_t index, struct wf_problems *problems);
void wf_check_gateway(const struct wf_object *gateway, size_t index, struct wf_problems *problems);
/* Of a function or a service. */
void wf_check_probe(const struct wf_probe *p, size_t index, struct wf_problems *problems);
