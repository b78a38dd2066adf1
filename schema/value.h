/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single values out of JSON. Each says false after it has reported what is wrong with the value and
 * what would be right; outputs are then untouched. @key is where the value stands: "via[2]".
 *
 * A number or a truth value where text is wanted is taken as the text it was written as: YAML reads
 * `name: 1` so.
 */
#pragma once

#include <jansson.h>

#include "model/model.h"

struct wf_reader {
	bool is_trusted;  /* what is read was written by Weft itself */
	bool is_manifest; /* it stands in a file: secrets are in others */
	bool is_out_of_memory;
	size_t index; /* for the problems */
	struct wf_problems *problems;
};

#define WF_KEY_MAX	  96
#define WF_VALUE_TEXT_MAX 256

void wf_value_wrong(struct wf_reader *r, const char *key, const char *wanted, json_t *v);
bool wf_value_text(struct wf_reader *r, const char *key, json_t *v, const char *wanted,
		   char ret[WF_VALUE_TEXT_MAX]);
bool wf_value_name(struct wf_reader *r, const char *key, json_t *v, char ret[WF_NAME_MAX + 1]);
bool wf_value_number(struct wf_reader *r, const char *key, json_t *v, uint32_t min, uint32_t max,
		     uint32_t *ret);
bool wf_value_bool(struct wf_reader *r, const char *key, json_t *v, bool *ret);
bool wf_value_addr(struct wf_reader *r, const char *key, json_t *v, struct wf_addr *ret);
bool wf_value_prefix(struct wf_reader *r, const char *key, json_t *v, struct wf_prefix *ret);
bool wf_value_encoding(struct wf_reader *r, const char *key, json_t *v, enum wf_encoding *ret);
/* A list of at most @max. */
void wf_value_addrs(struct wf_reader *r, const char *key, json_t *v, size_t max,
		    struct wf_addr *ret, unsigned int *ret_n);
/* "200ms", "1s", "2m" */
bool wf_value_duration(struct wf_reader *r, const char *key, json_t *v, uint32_t min_ms,
		       uint32_t max_ms, uint32_t *ret_ms);
bool wf_value_ifname(struct wf_reader *r, const char *key, json_t *v,
		     char ret[WF_ENDPOINT_IFNAME_MAX + 1]);
bool wf_value_labels(struct wf_reader *r, const char *key, json_t *v, struct wf_labels *ret);

/* A word of @words (NULL-terminated): its place among them, or -1. @wanted: "allow or deny". */
int wf_value_word(struct wf_reader *r, const char *key, json_t *v, const char *const *words,
		  const char *wanted);
/* A waypoint: a node, written node/NAME, or the name of a function. */
void wf_value_waypoint(struct wf_reader *r, const char *key, json_t *v, char ret[WF_NAME_MAX + 1],
		       bool *ret_is_function);
/* The ways of a path. NULL: no memory. */
json_t *wf_via_to_json(const struct wf_path *path);
/* A node, written node/NAME. */
void wf_value_node(struct wf_reader *r, const char *key, json_t *v, char ret[WF_NAME_MAX + 1]);
/* A list of those. NULL: no memory. */
json_t *wf_nodes_to_json(const char (*names)[WF_NAME_MAX + 1], unsigned int n);

/* Is it a list of at most @max? @what: "prefixes, like [10.0.0.0/16]". */
bool wf_value_list(struct wf_reader *r, const char *key, json_t *v, size_t max, const char *what);

/* A key that nothing knows. @known: the keys that would be right, NULL-terminated. */
void wf_value_unknown_key(struct wf_reader *r, const char *key, const char *word,
			  const char *const *known);

/* NULL: no memory; so with all that write. */
json_t *wf_addrs_to_json(const struct wf_addr *addrs, unsigned int n);
json_t *wf_duration_to_json(uint32_t ms);
json_t *wf_labels_to_json(const struct wf_labels *l);
/* NULL for WF_ENCODING_UNSET. */
const char *wf_encoding_name(enum wf_encoding e);
