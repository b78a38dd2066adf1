// SPDX-License-Identifier: Apache-2.0
#include "kern/route.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/vec.h"
#include "kern/inet.h"
#include "kern/own.h"

#define LAST_METRIC (1u << 30)

static struct rtmsg *begin(struct wf_nl_req *req, uint16_t type, uint16_t flags, uint8_t family)
{
	struct rtmsg *msg = wf_nl_begin(req, type, flags, sizeof(*msg));

	msg->rtm_family = family;
	msg->rtm_table = RT_TABLE_MAIN;
	msg->rtm_protocol = WF_RTPROT;
	msg->rtm_scope = RT_SCOPE_UNIVERSE;
	msg->rtm_type = RTN_UNICAST;
	return msg;
}

static void put_prefix(struct wf_nl_req *req, struct rtmsg *msg, const struct wf_prefix *prefix)
{
	struct wf_inet dst = wf_inet_of(&prefix->addr);

	msg->rtm_dst_len = (uint8_t)(prefix->len - 8 * (16 - dst.n_bytes));
	mnl_attr_put(&req->hdr, RTA_DST, dst.n_bytes, dst.bytes);
}

int wf_route_add(struct wf_nl *nl, int ifindex, const struct wf_prefix *prefix,
		 const struct wf_addr *gateway, struct wf_err *err)
{
	struct wf_inet by = wf_inet_of(gateway);
	char via[WF_ADDR_STR_MAX], to[WF_PREFIX_STR_MAX] = "default";
	struct wf_nl_req req;
	struct rtmsg *msg = begin(&req, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, by.family);

	msg->rtm_flags = RTNH_F_ONLINK;
	if (prefix) {
		put_prefix(&req, msg, prefix);
		wf_prefix_str(prefix, to);
	}
	mnl_attr_put(&req.hdr, RTA_GATEWAY, by.n_bytes, by.bytes);
	mnl_attr_put_u32(&req.hdr, RTA_OIF, (uint32_t)ifindex);
	return wf_nl_do(nl, &req, err, "add the route to %s by %s", to, wf_addr_str(gateway, via));
}

int wf_route_own_add(struct wf_nl *nl, int ifindex, const struct wf_prefix *prefix,
		     const struct wf_addr *gateway, const struct wf_addr *source,
		     struct wf_err *err)
{
	struct wf_inet by = wf_inet_of(gateway), from = wf_inet_of(source);
	char to[WF_PREFIX_STR_MAX];
	struct wf_nl_req req;
	struct rtmsg *msg = begin(&req, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, by.family);

	msg->rtm_table = WF_OWN_TABLE;
	msg->rtm_flags = RTNH_F_ONLINK;
	put_prefix(&req, msg, prefix);
	mnl_attr_put(&req.hdr, RTA_GATEWAY, by.n_bytes, by.bytes);
	mnl_attr_put(&req.hdr, RTA_PREFSRC, from.n_bytes, from.bytes);
	mnl_attr_put_u32(&req.hdr, RTA_OIF, (uint32_t)ifindex);
	return wf_nl_do(nl, &req, err, "add the node's route to %s", wf_prefix_str(prefix, to));
}

int wf_route_own_delete(struct wf_nl *nl, int ifindex, const struct wf_prefix *prefix,
			struct wf_err *err)
{
	char to[WF_PREFIX_STR_MAX];
	struct wf_nl_req req;
	struct rtmsg *msg = begin(&req, RTM_DELROUTE, 0, wf_inet_of(&prefix->addr).family);

	msg->rtm_table = WF_OWN_TABLE;
	put_prefix(&req, msg, prefix);
	mnl_attr_put_u32(&req.hdr, RTA_OIF, (uint32_t)ifindex);
	return wf_nl_do(nl, &req, err, "delete the node's route to %s", wf_prefix_str(prefix, to));
}

static int change_unreachable(struct wf_nl *nl, uint16_t type, uint16_t flags,
			      const struct wf_prefix *prefix, struct wf_err *err)
{
	char text[WF_PREFIX_STR_MAX];
	struct wf_nl_req req;
	struct rtmsg *msg = begin(&req, type, flags, AF_INET6);

	msg->rtm_type = RTN_UNREACHABLE;
	msg->rtm_dst_len = prefix->len;
	mnl_attr_put(&req.hdr, RTA_DST, sizeof(prefix->addr.bytes), prefix->addr.bytes);
	mnl_attr_put_u32(&req.hdr, RTA_PRIORITY, LAST_METRIC);
	return wf_nl_do(nl, &req, err, "%s the unreachable route %s",
			type == RTM_NEWROUTE ? "add" : "delete", wf_prefix_str(prefix, text));
}

int wf_route_unreachable_add(struct wf_nl *nl, const struct wf_prefix *prefix, struct wf_err *err)
{
	return change_unreachable(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, prefix, err);
}

struct wf_prefixes {
	WF_VEC(struct wf_prefix) found;
};

static int take_attr(const struct nlattr *attr, void *arg)
{
	struct wf_prefix *p = arg;

	if (mnl_attr_get_type(attr) == RTA_DST &&
	    mnl_attr_get_payload_len(attr) == sizeof(p->addr.bytes))
		memcpy(p->addr.bytes, mnl_attr_get_payload(attr), sizeof(p->addr.bytes));
	return MNL_CB_OK;
}

static int collect(const struct nlmsghdr *hdr, void *arg)
{
	const struct rtmsg *msg = mnl_nlmsg_get_payload(hdr);
	struct wf_prefixes *prefixes = arg;
	struct wf_prefix p = {0};

	if (hdr->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(hdr) < sizeof(*msg))
		return -EBADMSG;
	if (msg->rtm_protocol != WF_RTPROT || msg->rtm_type != RTN_UNREACHABLE ||
	    msg->rtm_table != RT_TABLE_MAIN || msg->rtm_dst_len > 128)
		return 0;
	wf_nl_attrs(hdr, sizeof(*msg), take_attr, &p);
	p.len = msg->rtm_dst_len;
	return wf_vec_push(&prefixes->found, p);
}

int wf_route_purge(struct wf_nl *nl, const struct wf_prefix *keep, struct wf_err *err)
{
	struct wf_prefixes all = {0};
	struct wf_nl_req req;
	int r;

	begin(&req, RTM_GETROUTE, NLM_F_DUMP, AF_INET6);
	r = wf_nl_list(nl, &req, collect, &all, &all.found.n, err, "list the routes");
	for (size_t i = 0; !r && i < all.found.n; i++) {
		const struct wf_prefix *p = &all.found.items[i];

		if (keep && wf_prefix_cmp(keep, p) == 0)
			continue;
		r = change_unreachable(nl, RTM_DELROUTE, 0, p, err);
	}
	wf_vec_done(&all.found);
	return r;
}
