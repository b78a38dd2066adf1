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

/* Policies of a tenant of which one allows exactly what the other one denies. */
int wf_check_rivals(const struct wf_changes *c);
/* Tenants that a policy joins, and that have addresses in common. */
int wf_check_joins(const struct wf_changes *c);
/* Too many keys, and signatures that no key makes. */
int wf_check_keys(const struct wf_changes *c);
/* Nodes that stop to run Weft, and are needed to. */
int wf_check_stopped(const struct wf_changes *c);
