// SPDX-License-Identifier: Apache-2.0
#include "compile/realm.h"

/* Of who sends in the name of anybody, who must therefore know all verdicts. */
static bool has_speaker_here(const struct wf_realm *r, const struct wf_view *v)
{
	wf_vec_each (f, &r->functions) {
		if (!wf_function_speaks(&f->object->function))
			continue;
		wf_vec_each (instance, &f->list)
			if (instance->node == v->id)
				return true;
	}
	return false;
}

static int select_all(struct wf_realm *r, const struct wf_view *v)
{
	const struct wf_electorate electorate = {
		.model = v->model,
		.tenant = r->tenant,
		.members = &r->members,
		.zones = &r->zones,
		.sides = &r->sides,
	};
	int e;

	e = wf_functions_of(v->model, v->here, r->tenant->name, &r->functions);
	r->has_speaker_here = has_speaker_here(r, v);
	if (!e)
		e = wf_zones_of(&r->tenant->self, r->policies, r->n_policies, &r->zones);
	if (!e)
		e = wf_sides_of(v->model, &r->members, &r->zones, &r->sides);
	if (!e && r->has_speaker_here)
		wf_sides_take_all(&r->sides);
	if (!e)
		e = wf_selections_of(&electorate, r->policies, r->n_policies, &r->selections);
	return e ? e : wf_directions_of(r->policies, r->n_policies, &r->selections, &r->directions);
}

int wf_realm_init(struct wf_realm *ret, const struct wf_view *v, const struct wf_object *tenant)
{
	int r;

	ret->tenant = tenant;
	ret->policies = wf_model_range(v->model, WF_KIND_POLICY, tenant->name, &ret->n_policies);
	ret->outlets = wf_outlets_find(v->outlets, tenant->name, &ret->n_outlets);
	r = wf_members_of(v, tenant, ret->policies, ret->n_policies, &ret->members);
	return r || !ret->members.is_here ? r : select_all(ret, v);
}

void wf_realm_done(struct wf_realm *r)
{
	wf_functions_done(&r->functions);
	wf_directions_done(&r->directions);
	wf_selections_done(&r->selections);
	wf_sides_done(&r->sides);
	wf_zones_done(&r->zones);
	wf_members_done(&r->members);
}
