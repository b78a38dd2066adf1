/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where things stand in a drawing of a topology (after Sugiyama): layers from left to right by
 * distance from the first host (the first one outside, if there is one), rows such that linked
 * things are near each other. A link that crosses layers passes through an item without a host in
 * each, so every edge joins neighbors.
 */
#pragma once

#include "lab/topology.h"

#define WF_LAYERS_ITEMS_MAX 1000

struct wf_layer_item {
	int host; /* -1: a link passes through here */
	unsigned int layer;
	double y;	  /* while rows are sought */
	unsigned int row; /* no two items of a layer share one */
	unsigned int degree;
};

struct wf_layer_edge {
	unsigned int from; /* items; @to is one layer further right */
	unsigned int to;
};

struct wf_layers {
	WF_VEC(struct wf_layer_item) items;
	WF_VEC(struct wf_layer_edge) edges;
	unsigned int n_layers;
	unsigned int n_rows;
};

/* -E2BIG: more than a drawing can show; -ENOMEM. Give @ret to wf_layers_done() either way. */
int wf_layers_build(const struct wf_lab *lab, struct wf_layers *ret);
/* Moves every second layer half a row down: then no edge is straight, and none can be mistaken. */
void wf_layers_stagger(struct wf_layers *l);
void wf_layers_done(struct wf_layers *l);
