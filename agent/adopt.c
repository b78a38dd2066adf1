// SPDX-License-Identifier: Apache-2.0
/* What the kernel's tables hold becomes an image again, and its counters keep their slots. */
#include "agent/state.h"

struct adopt {
	struct wf_image *image;
	struct wf_slots slots;
	enum wf_table table;
	int r;
};

static void adopt_entry(void *arg, const void *key, const void *value)
{
	struct adopt *ad = arg;

	if (!ad->r)
		ad->r = wf_image_add(ad->image, ad->table, key, value);
}

/* A slot that cannot be, or is given twice, is nobody's: the pass gives the counter a new one. */
static void adopt_slot(void *arg, const void *key, const void *value)
{
	struct adopt *ad = arg;
	struct wf_counter_key counter;
	uint32_t number;

	memcpy(&counter, key, sizeof(counter));
	memcpy(&number, value, sizeof(number));
	if (wf_slots_adopt(&ad->slots, &counter, number) == -ENOMEM)
		ad->r = -ENOMEM;
}

static int dump(struct wf_agent *a, struct adopt *ad, struct wf_err *err)
{
	for (ad->table = 0; ad->table < WF_TABLE_COUNT; ad->table++) {
		bool is_counter = ad->table == WF_TABLE_COUNTER;
		int r = a->kern->ops->table_dump(a->kern, ad->table,
						 is_counter ? adopt_slot : adopt_entry, ad, err);

		if (r)
			return r;
		if (ad->r)
			return wf_err_set(err, ad->r, "out of memory for the table '%s'",
					  wf_table_name(ad->table));
	}
	return wf_image_seal(ad->image, err);
}

int wf_adopt(struct wf_agent *a, struct wf_err *err)
{
	struct adopt ad = {.image = wf_image_new()};
	int r = ad.image ? dump(a, &ad, err) : wf_err_set(err, -ENOMEM, "out of memory");

	if (r) {
		wf_image_free(ad.image);
		wf_slots_done(&ad.slots);
		return r;
	}
	wf_image_free(a->installed);
	wf_slots_done(&a->slots);
	wf_slots_sort(&ad.slots);
	a->installed = ad.image;
	a->slots = ad.slots;
	return 0;
}
