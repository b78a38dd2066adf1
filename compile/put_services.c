// SPDX-License-Identifier: Apache-2.0
/* The tables of services and gateways as text. */
#include "compile/image_put.h"
#include "dp/table.h"

void wf_put_service(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_service_key *k = key;
	const struct wf_service_entry *s = value;

	wf_buf_printf(b, " tenant %u", k->tenant);
	wf_put_addr(b, k->addr);
	wf_buf_printf(b, " protocol %u port %u = home %u service %u port %u, %u slots in %u blocks",
		      k->proto, k->port, s->home, s->id, s->target, s->n_slots, s->n_blocks);
	if (s->is_by_client)
		wf_buf_puts(b, ", by client");
	if (s->is_least_loaded)
		wf_buf_printf(b, ", capacity %u", s->capacity);
}

static void put_candidates(struct wf_buf *b, const struct wf_candidate *list)
{
	wf_buf_puts(b, list->sid ? " " : " -");
	for (unsigned int i = 0; i < WF_CANDIDATES_MAX && list[i].sid; i++)
		wf_buf_printf(b, "%s%u/%u", i ? ">" : "", list[i].node, list[i].sid);
}

void wf_put_share(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_share_key *k = key;
	const struct wf_share *share = value;

	wf_buf_printf(b, " tenant %u service %u block %u =", k->tenant, k->service, k->block);
	for (unsigned int i = 0; i < WF_SHARE_SLOTS; i++)
		put_candidates(b, share->slots[i]);
}

void wf_put_backend(struct wf_buf *b, const void *key, const void *value)
{
	const uint32_t seat = *(const uint32_t *)key;
	const struct wf_backend *backend = value;

	wf_buf_printf(b, " %u/%u = tenant %u identity %u", seat >> 16, seat & 0xffff,
		      backend->tenant, backend->identity);
	if (backend->identity_was)
		wf_buf_printf(b, " was %u", backend->identity_was);
	wf_put_addr(b, backend->v4);
	wf_put_addr(b, backend->v6);
	if (!backend->ifindex)
		return;
	wf_buf_printf(b, " interface %u", backend->ifindex);
	wf_put_mac(b, backend->mac);
}

static void put_exit(struct wf_buf *b, const struct wf_exit *exit)
{
	wf_buf_printf(b, " node %u sid %u%s%s%s", exit->dest.node, exit->sid,
		      exit->flags & WF_EXIT_V4 ? " v4" : "", exit->flags & WF_EXIT_V6 ? " v6" : "",
		      exit->flags & WF_EXIT_ANSWERS ? " answers" : "");
	if (!exit->dest.ifindex)
		return;
	wf_buf_printf(b, " interface %u", exit->dest.ifindex);
	wf_put_mac(b, exit->dest.mac);
}

void wf_put_egress(struct wf_buf *b, const void *key, const void *value)
{
	const struct wf_egress_entry *entry = value;

	wf_buf_printf(b, " tenant %u =%s", *(const uint32_t *)key, entry->n ? "" : " none");
	for (unsigned int i = 0; i < entry->n && i < WF_EXITS_MAX; i++) {
		if (i)
			wf_buf_puts(b, ",");
		put_exit(b, &entry->exits[i]);
	}
}
