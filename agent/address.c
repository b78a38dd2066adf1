// SPDX-License-Identifier: Apache-2.0
#include "agent/address.h"

#include "agent/hash.h"

/* Of a large IPv6 prefix only so many bits vary: its addresses stay short. */
#define HOST_BITS_MAX 32

struct range {
	struct wf_addr base;
	uint64_t first; /* offset of the lowest address that can be given */
	uint64_t n;	/* how many there are from there on */
};

/* Without network, broadcast and subnet-router anycast address; of one or two addresses, all. */
static struct range range_of(const struct wf_prefix *p)
{
	unsigned int bits = 128u - p->len;
	struct range r = {.base = p->addr, .n = 1};

	if (bits > HOST_BITS_MAX)
		bits = HOST_BITS_MAX;
	r.n <<= bits;
	if (bits < 2)
		return r;
	r.first = 1;
	r.n -= wf_prefix_is_v4(p) ? 2 : 1;
	return r;
}

static struct wf_addr at(const struct range *r, uint64_t i)
{
	struct wf_addr a = r->base;
	uint64_t offset = r->first + i;

	for (int byte = 15; offset; byte--, offset >>= 8)
		a.bytes[byte] |= (uint8_t)offset;
	return a;
}

/* 1: @ret is free; 0: the prefix is full. */
static int search(struct wf_edit *e, const struct wf_prefix *p, const struct wf_object *endpoint,
		  struct wf_addr *ret, struct wf_err *err)
{
	struct wf_claim claim = {.kind = WF_KIND_ENDPOINT,
				 .type = WF_CLAIM_ADDRESS,
				 .scope = endpoint->tenant};
	const struct range r = range_of(p);
	uint64_t start = wf_endpoint_hash(endpoint->tenant, endpoint->name, 0) % r.n;
	int free = 0;

	for (uint64_t i = 0; i < r.n && !free; i++) {
		claim.value = at(&r, (start + i) % r.n);
		free = wf_edit_is_free(e, &claim, endpoint, err);
	}
	if (free == 1)
		*ret = claim.value;
	return free;
}

static int allocate(struct wf_edit *e, const struct wf_tenant *tenant, bool is_v4,
		    struct wf_object *endpoint, struct wf_err *err)
{
	bool has_family = false;
	struct wf_addr a;

	for (unsigned int i = 0; i < tenant->n_prefixes; i++) {
		int r;

		if (wf_prefix_is_v4(&tenant->prefixes[i]) != is_v4)
			continue;
		has_family = true;
		r = search(e, &tenant->prefixes[i], endpoint, &a, err);
		if (r < 0)
			return r;
		if (!r)
			continue;
		endpoint->endpoint.addrs[endpoint->endpoint.n_addrs++] = a;
		return 0;
	}
	if (!has_family)
		return 0;
	return wf_err_set(
		err, -EADDRNOTAVAIL,
		"all IPv%d addresses of tenant '%s' are in use: detach endpoints, or give it "
		"another prefix",
		is_v4 ? 4 : 6, endpoint->tenant);
}

int wf_address_allocate(struct wf_edit *e, const struct wf_object *tenant,
			struct wf_object *endpoint, struct wf_err *err)
{
	int r;

	if (endpoint->endpoint.n_addrs)
		return 0;
	r = allocate(e, &tenant->self, true, endpoint, err);
	return r ? r : allocate(e, &tenant->self, false, endpoint, err);
}
