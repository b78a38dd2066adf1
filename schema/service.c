// SPDX-License-Identifier: Apache-2.0
#include "schema/service.h"

#include "schema/keys.h"
#include "schema/probe.h"

static void read_id(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	uint32_t id;

	if (wf_value_number(r, key, v, 1, WF_SERVICE_ID_MAX, &id))
		o->service.id = (uint16_t)id;
}

static int write_id(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote_number(o->service.id, ret);
}

static void read_addresses(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_addrs(r, key, v, WF_SERVICE_ADDR_MAX, o->service.addrs, &o->service.n_addrs);
}

static int write_addresses(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(wf_addrs_to_json(o->service.addrs, o->service.n_addrs), ret);
}

static void read_ports(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_service_ports_from_json(r, key, v, &o->service);
}

static int write_ports(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(wf_service_ports_to_json(&o->service), ret);
}

static void read_backends(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_backends_from_json(r, key, v, &o->service);
}

static int write_backends(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(wf_backends_to_json(&o->service), ret);
}

static void read_affinity(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	static const char *const words[] = {"none", "client", NULL};

	o->service.is_by_client = wf_value_word(r, key, v, words, "none or client") == 1;
}

static int write_affinity(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(json_string(o->service.is_by_client ? "client" : "none"), ret);
}

static void read_balance(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	static const char *const words[] = {"hash", "least-loaded", NULL};

	o->service.is_least_loaded = wf_value_word(r, key, v, words, "hash or least-loaded") == 1;
}

static int write_balance(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(json_string(o->service.is_least_loaded ? "least-loaded" : "hash"), ret);
}

static void read_capacity(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_number(r, key, v, 1, WF_CAPACITY_MAX, &o->service.capacity);
}

static int write_capacity(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote_number(o->service.capacity, ret);
}

static void read_probe(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_probe_from_json(r, key, v, &o->service.probe);
}

static int write_probe(const struct wf_object *o, json_t **ret)
{
	const struct wf_probe *p = &o->service.probe;

	return p->type == WF_PROBE_NONE ? 0 : wf_key_wrote(wf_probe_to_json(p), ret);
}

static void read_drain(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_duration(r, key, v, 0, WF_DRAIN_MAX_MS, &o->service.drain_ms);
}

static int write_drain(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(wf_duration_to_json(o->service.drain_ms), ret);
}

static void read_memberships(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_history_from_json(r, key, v, &o->service.history);
}

static int write_memberships(const struct wf_object *o, json_t **ret)
{
	const struct wf_history *h = &o->service.history;

	return h->n ? wf_key_wrote(wf_history_to_json(h), ret) : 0;
}

static void finish(struct wf_reader *r, json_t *json, struct wf_object *o)
{
	(void)r; /* nothing can be wrong */
	if (!json_object_get(json, "drain"))
		o->service.drain_ms = WF_DRAIN_MS;
}

static const struct wf_key keys[] = {
	{"id", WF_KEY_TRUSTED, read_id, write_id},
	{"addresses", WF_KEY_REQUIRED, read_addresses, write_addresses},
	{"ports", WF_KEY_REQUIRED, read_ports, write_ports},
	{"backends", WF_KEY_REQUIRED, read_backends, write_backends},
	{"affinity", 0, read_affinity, write_affinity},
	{"balance", 0, read_balance, write_balance},
	{"capacity", 0, read_capacity, write_capacity},
	{"probe", 0, read_probe, write_probe},
	{"drain", 0, read_drain, write_drain},
	{"memberships", WF_KEY_TRUSTED, read_memberships, write_memberships},
	{0},
};

const struct wf_keys wf_service_keys = {.keys = keys, .finish = finish};
