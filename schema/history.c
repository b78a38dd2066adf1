// SPDX-License-Identifier: Apache-2.0
/*
 * The memberships of a service: {"serial": 3, "slots": 1021, "backends": ["1/2", "4/1*50"]}, each
 * backend as node/sid, and its weight unless that is 1; of one that is drained also "drained":
 * true. Only Weft writes them.
 */
#include "schema/service.h"

#include <stdio.h>
#include <string.h>

#define SEAT_STR_MAX 24

static const char wanted[] = "memberships as Weft writes them";

static bool read_seat(const char *text, struct wf_seat *ret)
{
	unsigned int node, sid, weight = 1;
	int end = 0, end_weight = 0;

	if (sscanf(text, "%5u/%4u%n*%3u%n", &node, &sid, &end, &weight, &end_weight) < 2 ||
	    text[end_weight ? end_weight : end])
		return false;
	*ret = (struct wf_seat){(uint16_t)node, (uint16_t)sid, (uint8_t)weight};
	return node >= 1 && node <= WF_NODE_ID_MAX && sid >= 1 && sid <= WF_ENDPOINT_SID_MAX &&
	       weight >= 1 && weight <= WF_BACKEND_WEIGHT_MAX;
}

static bool read_seats(struct wf_reader *r, json_t *list, struct wf_membership *ret)
{
	json_t *item;
	size_t i;

	ret->seats = calloc(json_array_size(list) + 1, sizeof(*ret->seats));
	r->is_out_of_memory |= !ret->seats;
	if (!ret->seats)
		return true;
	json_array_foreach(list, i, item)
	{
		struct wf_seat *seat = &ret->seats[i];

		if (!json_is_string(item) || !read_seat(json_string_value(item), seat) ||
		    (i && wf_seat_cmp(seat - 1, seat) >= 0))
			return false;
		ret->n_seats++;
	}
	return true;
}

static bool read_membership(struct wf_reader *r, json_t *v, struct wf_membership *ret)
{
	json_t *seats = json_object_get(v, "backends");
	json_int_t serial = json_integer_value(json_object_get(v, "serial"));
	json_int_t slots = json_integer_value(json_object_get(v, "slots"));

	if (!json_is_array(seats) || json_array_size(seats) > WF_SEATS_MAX || serial < 1 ||
	    serial > UINT32_MAX || slots < 1 || slots > UINT16_MAX ||
	    !wf_slots_is_valid((uint32_t)slots))
		return false;
	ret->serial = (uint32_t)serial;
	ret->n_slots = (uint16_t)slots;
	ret->is_drained = json_is_true(json_object_get(v, "drained"));
	return read_seats(r, seats, ret);
}

void wf_history_from_json(struct wf_reader *r, const char *key, json_t *v, struct wf_history *ret)
{
	json_t *item;
	size_t i;

	if (!wf_value_list(r, key, v, WF_MEMBERSHIPS_MAX, wanted))
		return;
	ret->items = calloc(json_array_size(v) + 1, sizeof(*ret->items));
	r->is_out_of_memory |= !ret->items;
	if (!ret->items)
		return;
	json_array_foreach(v, i, item)
	{
		ret->n++;
		if (read_membership(r, item, &ret->items[i]))
			continue;
		wf_value_wrong(r, key, wanted, item);
		return;
	}
}

static json_t *write_seat(const struct wf_seat *s)
{
	char text[SEAT_STR_MAX];

	if (s->weight == 1)
		snprintf(text, sizeof(text), "%u/%u", s->node, s->sid);
	else
		snprintf(text, sizeof(text), "%u/%u*%u", s->node, s->sid, s->weight);
	return json_string(text);
}

static json_t *write_membership(const struct wf_membership *m)
{
	json_t *seats = json_array();

	for (unsigned int i = 0; seats && i < m->n_seats; i++)
		if (json_array_append_new(seats, write_seat(&m->seats[i])) < 0) {
			json_decref(seats);
			return NULL;
		}
	return json_pack("{s:I, s:i, s:o, s:o*}", "serial", (json_int_t)m->serial, "slots",
			 (int)m->n_slots, "backends", seats, "drained",
			 m->is_drained ? json_true() : NULL);
}

json_t *wf_history_to_json(const struct wf_history *h)
{
	json_t *list = json_array();

	for (unsigned int i = 0; list && i < h->n; i++)
		if (json_array_append_new(list, write_membership(&h->items[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}
