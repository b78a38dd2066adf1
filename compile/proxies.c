// SPDX-License-Identifier: Apache-2.0
#include "compile/proxies.h"

#include <string.h>

#include "wire/sid.h"

static uint32_t ifindex_of(const struct wf_view *v, const struct wf_object *endpoint)
{
	const struct wf_here_port *port = wf_here_find(v->here, endpoint);

	return port ? (uint32_t)port->ifindex : 0;
}

/* An instance that takes nothing has no interface in its entry: but the entry stays, to say so. */
static struct wf_sid_entry entry_of(const struct wf_view *v, const struct wf_instances *f,
				    const struct wf_instance *instance, bool is_reverse)
{
	static const uint8_t bridged[] = WF_BRIDGED_MAC;
	const struct wf_function *function = &f->object->function;
	const struct wf_object *in = wf_instance_arm(instance, is_reverse);
	struct wf_sid_entry entry = {
		.behavior = wf_function_behavior(function),
		.is_bridged = function->is_bridged,
	};

	memcpy(entry.mac, function->is_bridged ? bridged : in->endpoint.mac, sizeof(entry.mac));
	if (instance->is_up) {
		entry.ifindex = ifindex_of(v, in);
		entry.ifindex_out = ifindex_of(v, wf_instance_arm(instance, !is_reverse));
	}
	if (entry.ifindex && entry.ifindex_out)
		return entry;
	entry.ifindex = entry.ifindex_out = 0;
	entry.is_passed_by = function->is_bypass;
	return entry;
}

static int add_arm(struct wf_image *img, const struct wf_view *v, const struct wf_object *endpoint,
		   const struct wf_sid_entry *entry)
{
	uint64_t key = wf_sid_head_make(v->here->block, v->id,
					WF_FN_ENDPOINT | endpoint->endpoint.sid);
	struct wf_counter_key counter = {.kind = WF_COUNTER_SID};
	int r = wf_image_add(img, WF_TABLE_SID, &key, entry);

	memcpy(counter.name, &key, sizeof(key));
	return r ? r : wf_image_add_counter(img, &counter);
}

static int add_instance(struct wf_image *img, const struct wf_view *v, const struct wf_realm *realm,
			const struct wf_instances *f, const struct wf_instance *instance)
{
	bool has_two_arms = instance->in != instance->out;
	int r = 0;

	for (int is_reverse = 0; is_reverse <= has_two_arms && !r; is_reverse++) {
		struct wf_sid_entry entry = entry_of(v, f, instance, is_reverse);

		entry.tenant = realm->tenant->self.id;
		r = add_arm(img, v, wf_instance_arm(instance, is_reverse), &entry);
	}
	return r;
}

int wf_proxies_add(struct wf_image *img, const struct wf_view *v, const struct wf_realm *realm)
{
	int r = 0;

	wf_vec_each (f, &realm->functions)
		wf_vec_each (instance, &f->list)
			if (instance->node == v->id && !r)
				r = add_instance(img, v, realm, f, instance);
	return r;
}
