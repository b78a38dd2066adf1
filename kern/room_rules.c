// SPDX-License-Identifier: Apache-2.0
#include "kern/room_rules.h"

#include <stdio.h>

#include "kern/nft.h"

#define POOL_SEED  0x57656674 /* the same for ever: a container keeps its address */
#define FLOWS_MAX  131072     /* destinations with flows; beyond, ports are not counted */
#define PORTS_SURE 128	      /* so many of a range the kernel looks at one by one */

/* What the two families of IP have words of their own for. */
static const struct family {
	bool is_v4;
	const char *ip, *type, *proto, *icmp;
} families[] = {
	{true, "ip", "ipv4_addr", "ipv4", "icmp"},
	{false, "ip6", "ipv6_addr", "ipv6", "icmpv6"},
};

#define N_FAMILIES 2

/* One of a list in braces, which begins with it or goes on. */
static void put_item(struct wf_buf *ret, const char *text, size_t *n)
{
	wf_buf_printf(ret, "%s%s", (*n)++ ? ", " : "{ ", text);
}

static size_t put_addrs(struct wf_buf *ret, const struct wf_addr *addrs, size_t n_addrs, bool is_v4)
{
	char text[WF_ADDR_STR_MAX];
	size_t n = 0;

	for (size_t i = 0; i < n_addrs; i++)
		if (wf_addr_is_v4(&addrs[i]) == is_v4)
			put_item(ret, wf_addr_str(&addrs[i], text), &n);
	wf_buf_puts(ret, n ? " }" : "");
	return n;
}

static size_t put_prefixes(struct wf_buf *ret, const struct wf_prefix *prefixes, size_t n_prefixes,
			   bool is_v4)
{
	char text[WF_PREFIX_STR_MAX];
	size_t n = 0;

	for (size_t i = 0; i < n_prefixes; i++)
		if (wf_prefix_is_v4(&prefixes[i]) == is_v4)
			put_item(ret, wf_prefix_str(&prefixes[i], text), &n);
	wf_buf_puts(ret, n ? " }" : "");
	return n;
}

static struct wf_addr nth_of(const struct wf_prefix *p, uint32_t i)
{
	struct wf_addr a = p->addr;

	for (int b = 15; b > 11; b--, i >>= 8)
		a.bytes[b] |= (uint8_t)i;
	return a;
}

static uint32_t size_of(const struct wf_prefix *p)
{
	unsigned int bits = 128u - p->len;

	return bits < 16 ? 1u << bits : 1u << 16; /* a pool has at most 256 */
}

/* "{ 0 : 203.0.113.10, ...": what is left of the source address, and the address that it gets. */
static uint32_t put_pool(struct wf_buf *ret, const struct wf_room_spec *spec, bool is_v4)
{
	char text[WF_ADDR_STR_MAX];
	uint32_t n = 0;

	for (size_t i = 0; i < spec->n_nat; i++) {
		if (wf_prefix_is_v4(&spec->nat[i]) != is_v4)
			continue;
		for (uint32_t k = 0; k < size_of(&spec->nat[i]); k++, n++) {
			struct wf_addr a = nth_of(&spec->nat[i], k);

			wf_buf_printf(ret, "%s%u : %s", n ? ", " : "{ ", n, wf_addr_str(&a, text));
		}
	}
	wf_buf_puts(ret, n ? " }" : "");
	return n;
}

/* Of a pool, an address's ports: near the end of a large range the kernel gives up its search,
 * which nobody would be told of. */
static unsigned int ports_of(const struct wf_room_spec *spec)
{
	unsigned int n = (unsigned int)spec->last_port - spec->first_port + 1;

	return n > PORTS_SURE ? n - n / 32 : n;
}

/* Connections of published services are followed at their backends. Nobody outside has one of their
 * addresses. */
static void put_early(const struct wf_room_spec *spec, struct wf_buf *ret)
{
	wf_buf_puts(ret, "\tchain early {\n"
			 "\t\ttype filter hook prerouting priority raw; policy accept;\n");
	for (size_t f = 0; f < N_FAMILIES; f++) {
		const struct family *fam = &families[f];
		struct wf_buf list = {0};

		if (put_addrs(&list, spec->published, spec->n_published, fam->is_v4))
			wf_buf_printf(ret,
				      "\t\tiifname \"outside\" %s saddr %s counter drop\n"
				      "\t\tiifname \"outside\" %s daddr %s notrack\n"
				      "\t\tiifname \"inside\" %s saddr %s notrack\n",
				      fam->ip, list.data, fam->ip, list.data, fam->ip, list.data);
		wf_buf_done(&list);
	}
	wf_buf_puts(ret, "\t}\n");
}

/* Of one family: which flows of containers may begin, and by which of the pool's addresses. */
static void put_begin(const struct wf_room_spec *spec, const struct family *fam, uint32_t n_pool,
		      struct wf_buf *ret)
{
	static const char counted[] = "counter name refused reject with icmpx admin-prohibited";
	unsigned int n_ports = ports_of(spec);

	wf_buf_printf(ret, "\tchain begin_%s {\n\t\tct state != new drop\n", fam->proto);
	wf_buf_printf(ret, "\t\tmeta mark set jhash %s saddr mod %u seed 0x%x\n", fam->ip, n_pool,
		      POOL_SEED);
	wf_buf_printf(ret,
		      "\t\tmeta l4proto { tcp, udp } add @flows_%s { meta mark . meta l4proto . %s "
		      "daddr . th dport ct count over %u } %s\n",
		      fam->proto, fam->ip, n_ports, counted);
	wf_buf_printf(ret,
		      "\t\t%s type echo-request add @flows_%s { meta mark . meta l4proto . %s "
		      "daddr . 0 ct count over %u } %s\n",
		      fam->icmp, fam->proto, fam->ip, n_ports, counted);
	wf_buf_printf(ret,
		      "\t\tmeta l4proto { tcp, udp } accept\n\t\t%s type echo-request accept\n",
		      fam->icmp);
	wf_buf_puts(ret, "\t\treject with icmpx admin-prohibited\n\t}\n");
}

static void put_flows(const struct family *fam, struct wf_buf *ret)
{
	wf_buf_printf(ret,
		      "\tset flows_%s {\n\t\ttype mark . inet_proto . %s . inet_service\n"
		      "\t\tsize %u\n\t\tflags dynamic\n\t}\n",
		      fam->proto, fam->type, FLOWS_MAX);
}

/* What is to or from one of @list passes. */
static void put_open(const struct family *fam, const struct wf_buf *list, struct wf_buf *ret)
{
	wf_buf_printf(ret,
		      "\t\tiifname \"outside\" oifname \"inside\" %s daddr %s accept\n"
		      "\t\tiifname \"inside\" oifname \"outside\" %s saddr %s accept\n",
		      fam->ip, list->data, fam->ip, list->data);
}

static void put_published(const struct wf_room_spec *spec, struct wf_buf *ret)
{
	for (size_t f = 0; f < N_FAMILIES; f++) {
		const struct family *fam = &families[f];
		struct wf_buf list = {0};

		if (put_addrs(&list, spec->published, spec->n_published, fam->is_v4))
			put_open(fam, &list, ret);
		wf_buf_done(&list);
	}
}

static void put_routed(const struct wf_room_spec *spec, struct wf_buf *ret)
{
	for (size_t f = 0; f < N_FAMILIES; f++) {
		const struct family *fam = &families[f];
		struct wf_buf list = {0};

		if (put_prefixes(&list, spec->prefixes, spec->n_prefixes, fam->is_v4))
			put_open(fam, &list, ret);
		wf_buf_done(&list);
	}
}

static void put_pass(const struct wf_room_spec *spec, const uint32_t *n_pool, struct wf_buf *ret)
{
	wf_buf_puts(ret, "\tchain pass {\n"
			 "\t\ttype filter hook forward priority filter; policy drop;\n");
	put_published(spec, ret);
	if (spec->is_egress && !spec->n_nat)
		put_routed(spec, ret);
	if (spec->n_nat)
		wf_buf_puts(ret, "\t\tct state established,related accept\n");
	for (size_t f = 0; f < N_FAMILIES; f++)
		if (n_pool[f])
			wf_buf_printf(ret,
				      "\t\tiifname \"inside\" oifname \"outside\" meta nfproto %s "
				      "jump begin_%s\n",
				      families[f].proto, families[f].proto);
	wf_buf_puts(ret, "\t\tiifname \"inside\" reject with icmpx admin-prohibited\n\t}\n");
}

static void put_leave(const struct wf_room_spec *spec, const struct wf_buf *pools,
		      const uint32_t *n_pool, struct wf_buf *ret)
{
	wf_buf_puts(ret, "\tchain leave {\n"
			 "\t\ttype nat hook postrouting priority srcnat; policy accept;\n");
	for (size_t f = 0; f < N_FAMILIES; f++)
		if (n_pool[f])
			wf_buf_printf(ret,
				      "\t\toifname \"outside\" meta nfproto %s meta l4proto { %s, "
				      "tcp, udp } snat %s to meta mark map %s : %u-%u\n",
				      families[f].proto, families[f].icmp, families[f].ip,
				      pools[f].data, spec->first_port, spec->last_port);
	wf_buf_puts(ret, "\t}\n");
}

/* By which address the room itself is known outside: a public one, if it has any. */
static const struct wf_addr *face_of(const struct wf_room_spec *spec, bool is_v4)
{
	for (size_t i = 0; i < spec->n_nat; i++)
		if (wf_prefix_is_v4(&spec->nat[i]) == is_v4)
			return &spec->nat[i].addr;
	for (size_t i = 0; i < spec->n_published; i++)
		if (wf_addr_is_v4(&spec->published[i]) == is_v4)
			return &spec->published[i];
	for (size_t i = 0; i < spec->n_addrs; i++)
		if (wf_addr_is_v4(&spec->addrs[i]) == is_v4)
			return &spec->addrs[i];
	return NULL;
}

/* The room sends nothing of its own but errors about what it passes on. */
static void put_tell(const struct wf_room_spec *spec, struct wf_buf *ret)
{
	char text[WF_ADDR_STR_MAX];

	wf_buf_puts(ret, "\tchain tell {\n"
			 "\t\ttype filter hook output priority filter; policy accept;\n");
	for (size_t f = 0; f < N_FAMILIES; f++) {
		const struct family *fam = &families[f];
		const struct wf_addr *face = face_of(spec, fam->is_v4);

		if (face)
			wf_buf_printf(ret,
				      "\t\toifname \"outside\" meta l4proto %s %s saddr set %s\n",
				      fam->icmp, fam->ip, wf_addr_str(face, text));
	}
	wf_buf_puts(ret, "\t}\n");
}

void wf_room_rules(const struct wf_room_spec *spec, struct wf_buf *ret)
{
	struct wf_buf pools[N_FAMILIES] = {0};
	uint32_t n_pool[N_FAMILIES] = {0};

	for (size_t f = 0; f < N_FAMILIES; f++) {
		n_pool[f] = put_pool(&pools[f], spec, families[f].is_v4);
		if (n_pool[f])
			put_flows(&families[f], ret);
	}
	wf_buf_puts(ret, "\tcounter " WF_ROOM_REFUSED " {\n\t}\n");
	put_early(spec, ret);
	for (size_t f = 0; f < N_FAMILIES; f++)
		if (n_pool[f])
			put_begin(spec, &families[f], n_pool[f], ret);
	put_pass(spec, n_pool, ret);
	if (spec->n_nat)
		put_leave(spec, pools, n_pool, ret);
	put_tell(spec, ret);
	for (size_t f = 0; f < N_FAMILIES; f++) {
		ret->is_failed |= pools[f].is_failed;
		wf_buf_done(&pools[f]);
	}
}

void wf_gate_rules(const struct wf_gate_spec *spec, struct wf_buf *ret)
{
	static const char rooms[] = "\"" WF_ROOM_IFNAME "*\"";

	wf_buf_puts(ret, "\tchain forward {\n"
			 "\t\ttype filter hook forward priority filter; policy accept;\n");
	wf_buf_printf(ret, "\t\tiifname %s oifname \"%s\" accept\n", rooms, spec->outside);
	wf_buf_printf(ret, "\t\tiifname %s oifname %s accept\n", rooms, rooms);
	wf_buf_printf(ret, "\t\tiifname %s drop\n", rooms);
	wf_buf_printf(ret, "\t\tiifname \"%s\" oifname %s accept\n", spec->outside, rooms);
	wf_buf_printf(ret, "\t\toifname %s drop\n", rooms);
	for (size_t i = 0; i < spec->n_underlay; i++)
		wf_buf_printf(ret, "\t\tiifname \"%s\" oifname \"%s\" drop\n", spec->outside,
			      spec->underlay[i]);
	wf_buf_printf(ret,
		      "\t}\n\tchain input {\n"
		      "\t\ttype filter hook input priority filter; policy accept;\n"
		      "\t\tiifname %s meta l4proto { icmp, icmpv6 } accept\n"
		      "\t\tiifname %s drop\n\t}\n",
		      rooms, rooms);
}
