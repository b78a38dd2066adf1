// SPDX-License-Identifier: Apache-2.0
/*
 * Sends UDP packets out of one namespace at the speed of one core and counts them in another.
 *
 *      source namespace                                        sink namespace
 *      XDP test run -> bpf_redirect(ifindex) -> ... path ... -> tc ingress: count, drop
 *
 * The clock starts with the first packet made and stops with the last one counted, so the test
 * run's set-up time is outside of the figure. The answer is one line of JSON on standard output.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/own.h"
#include "bench/gen.h"
#include "bench/place.h"
#include "gen.skel.h"

#define TCX_INGRESS 46 /* BPF_TCX_INGRESS; not in this release's headers */
#define SETTLE_MS   100

struct gen_options {
	const char *source_netns;
	const char *source_ifname;
	const char *sink_netns;
	const char *sink_ifname;
	struct wf_addr src;
	struct wf_addr dst;
	__u8 dst_mac[ETH_ALEN];
	__u32 n_flows;
	__u32 n_srcs;
	__u32 n_dsts;
	__u32 n_packets;
	__u32 cpu;
	__u32 port;	 /* of the destination */
	__u32 sink_port; /* where it arrives: a service may have translated it */
};

struct gen_result {
	__u64 n_delivered;
	__u64 end_ns;
	int n_other_cpus; /* that saw packets too */
};

WF_DEFINE_CLEANUP(gen_bpf, struct gen_bpf *, gen_bpf__destroy)

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * 1000000000 + (__u64)t.tv_nsec;
}

static int read_mac(const char *ifname, __u8 *ret_mac, struct wf_err *err)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = {};

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &ifr))
		return wf_err_errno(err, -errno, "cannot read the MAC of '%s'", ifname);
	memcpy(ret_mac, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	return 0;
}

/* The sum of @len bytes as big-endian 16-bit words; @len is even. */
static __u32 sum_words(const void *data, size_t len)
{
	const __u8 *b = data;
	__u32 sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += (__u32)b[i] << 8 | b[i + 1];
	return sum;
}

static __u16 write_ipv6(const struct gen_options *o, struct ipv6hdr *ip6, struct gen_plan *plan)
{
	__u16 udp_len = GEN_FRAME_BYTES - sizeof(struct ethhdr) - sizeof(*ip6);

	ip6->version = 6;
	ip6->payload_len = htons(udp_len);
	ip6->nexthdr = IPPROTO_UDP;
	ip6->hop_limit = 64;
	memcpy(&ip6->saddr, o->src.bytes, 16);
	memcpy(&ip6->daddr, o->dst.bytes, 16);
	plan->udp_sum = sum_words(&ip6->saddr, 12) + sum_words(&ip6->daddr, 12);
	return udp_len;
}

static __u16 write_ipv4(const struct gen_options *o, struct iphdr *ip, struct gen_plan *plan)
{
	__u16 ip_len = GEN_FRAME_BYTES - sizeof(struct ethhdr);

	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons(ip_len);
	ip->ttl = 64;
	ip->protocol = IPPROTO_UDP;
	plan->ip_sum = sum_words(ip, sizeof(*ip));
	return ip_len - sizeof(*ip);
}

static __u32 low_32_bits(const struct wf_addr *addr)
{
	__be32 low;

	memcpy(&low, addr->bytes + 12, sizeof(low));
	return ntohl(low);
}

static int write_plan(const struct gen_options *o, struct gen_plan *plan, struct wf_err *err)
{
	bool is_v4 = wf_addr_is_v4(&o->dst);
	struct ethhdr *eth = (void *)plan->header;
	size_t ip_bytes = is_v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
	struct udphdr *udp = (void *)(plan->header + sizeof(*eth) + ip_bytes);
	__u16 udp_len;
	int r;

	memcpy(eth->h_dest, o->dst_mac, ETH_ALEN);
	r = read_mac(o->source_ifname, eth->h_source, err);
	if (r)
		return r;
	eth->h_proto = htons(is_v4 ? ETH_P_IP : ETH_P_IPV6);
	udp_len = is_v4 ? write_ipv4(o, (void *)(eth + 1), plan)
			: write_ipv6(o, (void *)(eth + 1), plan);
	udp->dest = htons((__u16)o->port);
	udp->len = htons(udp_len);
	plan->udp_sum += IPPROTO_UDP + o->port + 2u * udp_len;
	plan->src_low = low_32_bits(&o->src);
	plan->dst_low = low_32_bits(&o->dst);
	plan->n_ports = o->n_flows;
	plan->n_srcs = o->n_srcs;
	plan->n_dsts = o->n_dsts;
	return 0;
}

static int attach_sink(const struct gen_options *o, struct gen_bpf *bpf, int *ret_fd,
		       struct wf_err *err)
{
	int ifindex, fd;

	ifindex = bench_place_netns(o->sink_netns, err);
	if (!ifindex)
		ifindex = bench_place_ifindex(o->sink_ifname, err);
	if (ifindex < 0)
		return ifindex;
	fd = bpf_link_create(bpf_program__fd(bpf->progs.sink_packet), ifindex, TCX_INGRESS, NULL);
	if (fd < 0)
		return wf_err_errno(err, fd, "cannot attach the sink to '%s' in '%s' by tcx",
				    o->sink_ifname, o->sink_netns);
	*ret_fd = fd;
	return 0;
}

static int generate(const struct gen_options *o, struct gen_bpf *bpf, struct wf_err *err)
{
	__u8 frame[GEN_FRAME_BYTES] = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = (int)o->n_packets, .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		    .batch_size = GEN_BATCH);
	int r = bpf_prog_test_run_opts(bpf_program__fd(bpf->progs.generate), &opts);

	return r ? wf_err_errno(err, r, "the kernel does not run XDP programs on live frames") : 0;
}

static int read_sink(struct gen_bpf *bpf, unsigned int cpu, struct gen_result *ret)
{
	int n_cpus = libbpf_num_possible_cpus();
	_cleanup_free_ struct sink_count *counts = NULL;
	__u32 key = 0;

	if (n_cpus < 0)
		return n_cpus;
	counts = calloc((size_t)n_cpus, sizeof(*counts));
	if (!counts)
		return -ENOMEM;
	if (bpf_map_lookup_elem(bpf_map__fd(bpf->maps.sink), &key, counts))
		return -errno;
	*ret = (struct gen_result){};
	for (int i = 0; i < n_cpus; i++) {
		ret->n_delivered += counts[i].n;
		ret->n_other_cpus += counts[i].n && i != (int)cpu;
		if (counts[i].end_ns)
			ret->end_ns = counts[i].end_ns;
	}
	return 0;
}

/* Reads the sink until all has arrived, or nothing more does for SETTLE_MS. */
static int await_sink(struct gen_bpf *bpf, unsigned int cpu, __u64 run_end_ns,
		      struct gen_result *ret, struct wf_err *err)
{
	const struct timespec ms = {.tv_nsec = 1000000};
	__u64 n_seen = 0;

	for (int n_idle = 0; n_idle < SETTLE_MS; n_idle++) {
		int r = read_sink(bpf, cpu, ret);

		if (r)
			return wf_err_errno(err, r, "cannot read the sink");
		if (ret->n_delivered >= bpf->bss->state.n_sent)
			break;
		if (ret->n_delivered != n_seen)
			n_idle = 0;
		n_seen = ret->n_delivered;
		nanosleep(&ms, NULL);
	}
	if (!ret->end_ns)
		ret->end_ns = run_end_ns;
	return 0;
}

/* Loads the programs for packets out of the source, and leaves the thread in its namespace. */
static int load(const struct gen_options *o, struct gen_bpf *bpf, struct wf_err *err)
{
	int r = bench_place_netns(o->source_netns, err);
	int ifindex = r ? r : bench_place_ifindex(o->source_ifname, err);

	if (ifindex < 0)
		return ifindex;
	bpf->rodata->out_ifindex = (__u32)ifindex;
	bpf->rodata->is_ipv6 = !wf_addr_is_v4(&o->dst);
	bpf->rodata->sink_target = o->n_packets;
	bpf->rodata->sink_port = htons((__u16)o->sink_port);
	r = gen_bpf__load(bpf);
	if (r)
		return wf_err_errno(err, r, "cannot load the generator's programs");
	return write_plan(o, &bpf->bss->plan, err);
}

static int run(const struct gen_options *o, struct wf_err *err)
{
	WF_CLEANUP(cleanup_gen_bpf) struct gen_bpf *bpf = gen_bpf__open();
	_cleanup_close_ int sink_fd = -1;
	struct gen_result result = {};
	int r;

	if (!bpf)
		return wf_err_errno(err, -errno, "cannot open the generator's programs");
	r = load(o, bpf, err);
	if (!r)
		r = attach_sink(o, bpf, &sink_fd, err);
	if (!r)
		r = bench_place_netns(o->source_netns, err);
	if (!r)
		r = bench_place_cpu(o->cpu, err);
	if (!r)
		r = generate(o, bpf, err);
	if (!r)
		r = await_sink(bpf, o->cpu, now_ns(), &result, err);
	if (r)
		return r;
	printf("{\"sent\": %llu, \"delivered\": %llu, \"ns\": %llu, \"other_cpus\": %d}\n",
	       bpf->bss->state.n_sent, result.n_delivered, result.end_ns - bpf->bss->state.start_ns,
	       result.n_other_cpus);
	return 0;
}

static bool parse_mac(const char *text, __u8 *ret)
{
	char end;

	return sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &ret[0], &ret[1], &ret[2],
		      &ret[3], &ret[4], &ret[5], &end) == 6;
}

static bool parse_count(const char *text, __u32 min, __u32 max, __u32 *ret)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || end == text || n < min || n > max)
		return false;
	*ret = (__u32)n;
	return true;
}

static bool parse_option(int c, const char *text, struct gen_options *o)
{
	switch (c) {
	case 'm':
		return parse_mac(text, o->dst_mac);
	case 's':
		return !wf_addr_parse(text, &o->src);
	case 'd':
		return !wf_addr_parse(text, &o->dst);
	case 'f':
		return parse_count(text, 1, GEN_PORT_COUNT_MAX, &o->n_flows);
	case 'S':
		return parse_count(text, 1, 1u << 24, &o->n_srcs);
	case 'D':
		return parse_count(text, 1, 1u << 24, &o->n_dsts);
	case 'n':
		return parse_count(text, 1, INT32_MAX, &o->n_packets);
	case 'c':
		return parse_count(text, 0, 1023, &o->cpu);
	case 'p':
		return parse_count(text, 1, UINT16_MAX, &o->port);
	case 'P':
		return parse_count(text, 1, UINT16_MAX, &o->sink_port);
	}
	return false;
}

static const struct option long_options[] = {
	{"dst-mac", required_argument, NULL, 'm'},
	{"src", required_argument, NULL, 's'},
	{"dst", required_argument, NULL, 'd'},
	{"flows", required_argument, NULL, 'f'},
	{"srcs", required_argument, NULL, 'S'},
	{"dsts", required_argument, NULL, 'D'},
	{"packets", required_argument, NULL, 'n'},
	{"cpu", required_argument, NULL, 'c'},
	{"port", required_argument, NULL, 'p'},
	{"sink-port", required_argument, NULL, 'P'},
	{},
};

static int usage(void)
{
	fprintf(stderr,
		"usage: bench-gen --dst-mac MAC --src ADDR --dst ADDR [--flows N] [--srcs N]"
		" [--dsts N] [--packets N]\n"
		"                 [--cpu N] [--port N] [--sink-port N]"
		" SOURCE-NETNS SOURCE-IFNAME SINK-NETNS SINK-IFNAME\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct gen_options o = {.n_flows = 64,
				.n_srcs = 1,
				.n_dsts = 1,
				.n_packets = 500000,
				.port = GEN_PORT_DISCARD,
				.sink_port = GEN_PORT_DISCARD};
	struct wf_err err = {};
	int c;

	while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		if (!parse_option(c, optarg, &o))
			return usage();
	if (argc - optind != 4 || wf_addr_is_v4(&o.src) != wf_addr_is_v4(&o.dst))
		return usage();
	o.source_netns = argv[optind];
	o.source_ifname = argv[optind + 1];
	o.sink_netns = argv[optind + 2];
	o.sink_ifname = argv[optind + 3];
	if (run(&o, &err)) {
		fprintf(stderr, "bench-gen: %s\n", err.msg);
		return 1;
	}
	return 0;
}
