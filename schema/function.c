// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "schema/keys.h"
#include "schema/probe.h"

#define INTERFACE "eth0" /* where nothing is said */

static void read_instances(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_labels(r, key, v, &o->function.instances);
}

static int write_instances(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(wf_labels_to_json(&o->function.instances), ret);
}

static const char *const modes[] = {
	[WF_MODE_DYNAMIC] = "dynamic",
	[WF_MODE_STATIC] = "static",
	[WF_MODE_MASQUERADE] = "masquerade",
	[WF_MODE_NATIVE] = "native",
	[WF_MODE_COUNT] = NULL,
};

static void read_mode(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	int mode = wf_value_word(r, key, v, modes, "native, static, dynamic or masquerade");

	if (mode >= 0)
		o->function.mode = (enum wf_mode)mode;
}

static int write_mode(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(json_string(modes[o->function.mode]), ret);
}

static void read_in(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_ifname(r, key, v, o->function.in);
}

static int write_in(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(json_string(o->function.in), ret);
}

static void read_out(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_value_ifname(r, key, v, o->function.out);
}

static int write_out(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(json_string(o->function.out), ret);
}

static void read_frames(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	static const char *const words[] = {"routed", "bridged", NULL};

	o->function.is_bridged = wf_value_word(r, key, v, words, "routed or bridged") == 1;
}

static int write_frames(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(json_string(o->function.is_bridged ? "bridged" : "routed"), ret);
}

static void read_on_failure(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	static const char *const words[] = {"drop", "bypass", NULL};

	o->function.is_bypass = wf_value_word(r, key, v, words, "drop or bypass") == 1;
}

static int write_on_failure(const struct wf_object *o, json_t **ret)
{
	return wf_key_wrote(json_string(o->function.is_bypass ? "bypass" : "drop"), ret);
}

static void read_probe(struct wf_reader *r, const char *key, json_t *v, struct wf_object *o)
{
	wf_probe_from_json(r, key, v, &o->function.probe);
}

static int write_probe(const struct wf_object *o, json_t **ret)
{
	const struct wf_probe *p = &o->function.probe;

	return p->type == WF_PROBE_NONE ? 0 : wf_key_wrote(wf_probe_to_json(p), ret);
}

static void finish(struct wf_reader *r, json_t *json, struct wf_object *o)
{
	struct wf_function *f = &o->function;
	bool has_in = json_object_get(json, "in"), has_out = json_object_get(json, "out");

	if (has_out && !has_in)
		wf_problems_add(r->problems, r->index, "out",
				"`in` is missing: with two interfaces both of them are named");
	if (!has_in)
		strcpy(f->in, INTERFACE);
	if (!has_out)
		strcpy(f->out, f->in);
}

static const struct wf_key keys[] = {
	{"instances", WF_KEY_REQUIRED, read_instances, write_instances},
	{"mode", 0, read_mode, write_mode},
	{"in", 0, read_in, write_in},
	{"out", 0, read_out, write_out},
	{"frames", 0, read_frames, write_frames},
	{"on_failure", 0, read_on_failure, write_on_failure},
	{"probe", 0, read_probe, write_probe},
	{0},
};

const struct wf_keys wf_function_keys = {.keys = keys, .finish = finish};
