// SPDX-License-Identifier: Apache-2.0
#include "kern/link.h"

#include <errno.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/veth.h>
#include <string.h>

#include "base/vec.h"

/* Copies what fits, NUL-terminated; the kernel's own limits are those of struct wf_link. */
static void copy_text(char *to, size_t size, const struct nlattr *attr)
{
	size_t n = strnlen(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));

	if (n >= size)
		n = size - 1;
	memcpy(to, mnl_attr_get_payload(attr), n);
	to[n] = '\0';
}

struct parsed {
	struct wf_link link;
	struct wf_link_peer peer;
};

static int take_attr(const struct nlattr *attr, void *arg)
{
	struct parsed *p = arg;
	bool is_u32 = mnl_attr_get_payload_len(attr) == sizeof(uint32_t);

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		copy_text(p->link.name, sizeof(p->link.name), attr);
		break;
	case IFLA_IFALIAS:
		copy_text(p->link.alias, sizeof(p->link.alias), attr);
		break;
	case IFLA_ADDRESS:
		if (mnl_attr_get_payload_len(attr) == sizeof(p->link.mac))
			memcpy(p->link.mac, mnl_attr_get_payload(attr), sizeof(p->link.mac));
		break;
	case IFLA_MTU:
		if (!is_u32)
			return MNL_CB_ERROR;
		p->link.mtu = mnl_attr_get_u32(attr);
		break;
	case IFLA_LINK:
		if (!is_u32)
			return MNL_CB_ERROR;
		p->peer.ifindex = (int)mnl_attr_get_u32(attr);
		break;
	case IFLA_LINK_NETNSID:
		if (!is_u32)
			return MNL_CB_ERROR;
		p->peer.nsid = (int)mnl_attr_get_u32(attr);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

int wf_link_parse(const struct nlmsghdr *hdr, struct wf_link *ret, struct wf_link_peer *ret_peer)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(hdr);
	struct parsed p = {.peer.nsid = -1};

	if (hdr->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(hdr) < sizeof(*info))
		return -EBADMSG;
	if (wf_nl_attrs(hdr, sizeof(*info), take_attr, &p) != MNL_CB_OK || !p.link.name[0])
		return -EBADMSG;
	p.link.ifindex = info->ifi_index;
	p.link.is_up = info->ifi_flags & IFF_UP;
	p.link.has_carrier = info->ifi_flags & IFF_LOWER_UP;
	p.link.is_loopback = info->ifi_flags & IFF_LOOPBACK;
	p.link.is_ethernet = info->ifi_type == ARPHRD_ETHER;
	*ret = p.link;
	if (ret_peer)
		*ret_peer = p.peer;
	return 0;
}

static int push_link(const struct nlmsghdr *hdr, void *arg)
{
	struct wf_links *links = arg;
	struct wf_link link;
	int r = wf_link_parse(hdr, &link, NULL);

	return r ? r : wf_vec_push(links, link);
}

static int by_ifindex(const void *a, const void *b)
{
	const struct wf_link *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

int wf_link_list(struct wf_nl *nl, struct wf_links *ret, struct wf_err *err)
{
	struct wf_links links = {0};
	struct wf_nl_req req;
	int r;

	wf_nl_begin(&req, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	r = wf_nl_list(nl, &req, push_link, &links, &links.n, err, "list the interfaces");
	if (r) {
		wf_links_done(&links);
		return r;
	}
	wf_vec_sort(&links, by_ifindex);
	*ret = links;
	return 0;
}

static int take_link(const struct nlmsghdr *hdr, void *arg)
{
	struct parsed *p = arg;

	return wf_link_parse(hdr, &p->link, &p->peer);
}

int wf_link_get(struct wf_nl *nl, int ifindex, struct wf_link *ret, struct wf_link_peer *ret_peer,
		struct wf_err *err)
{
	struct wf_nl_req req;
	struct ifinfomsg *info = wf_nl_begin(&req, RTM_GETLINK, 0, sizeof(*info));
	struct parsed p = {0};
	int r;

	if (ifindex <= 0)
		return wf_err_set(err, -ENODEV, "no interface has index %d", ifindex);
	info->ifi_index = ifindex;
	r = wf_nl_ask(nl, &req, take_link, &p, err, "look up an interface");
	if (r == -ENODEV)
		return wf_err_set(err, r, "no interface has index %d", ifindex);
	if (r)
		return r;
	*ret = p.link;
	if (ret_peer)
		*ret_peer = p.peer;
	return 0;
}

int wf_link_find(struct wf_nl *nl, const char *name, struct wf_link *ret, struct wf_err *err)
{
	struct wf_nl_req req;
	struct parsed p = {0};
	int r;

	if (strlen(name) > WF_IFNAME_MAX)
		return wf_err_set(err, -ENODEV, "'%.64s' is too long for an interface", name);
	wf_nl_begin(&req, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(&req.hdr, IFLA_IFNAME, name);
	r = wf_nl_ask(nl, &req, take_link, &p, err, "look up an interface");
	if (r == -ENODEV)
		return wf_err_set(err, r, "no interface is called '%s'", name);
	if (!r)
		*ret = p.link;
	return r;
}

static void put_end(struct wf_nl_req *req, const struct wf_veth_end *end)
{
	mnl_attr_put_strz(&req->hdr, IFLA_IFNAME, end->name);
	mnl_attr_put(&req->hdr, IFLA_ADDRESS, 6, end->mac);
	mnl_attr_put_u32(&req->hdr, IFLA_MTU, end->mtu);
	if (end->gso_max_bytes)
		mnl_attr_put_u32(&req->hdr, IFLA_GSO_MAX_SIZE, end->gso_max_bytes);
}

int wf_link_veth_add(struct wf_nl *nl, const struct wf_veth_end *near,
		     const struct wf_veth_end *peer, int netns_fd, struct wf_err *err)
{
	struct nlattr *link_info, *data, *veth_peer;
	struct wf_nl_req req;

	wf_nl_begin(&req, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(struct ifinfomsg));
	put_end(&req, near);
	link_info = mnl_attr_nest_start(&req.hdr, IFLA_LINKINFO);
	mnl_attr_put_strz(&req.hdr, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(&req.hdr, IFLA_INFO_DATA);
	veth_peer = mnl_attr_nest_start(&req.hdr, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(&req.hdr, sizeof(struct ifinfomsg));
	put_end(&req, peer);
	mnl_attr_put_u32(&req.hdr, IFLA_NET_NS_FD, (uint32_t)netns_fd);
	mnl_attr_nest_end(&req.hdr, veth_peer);
	mnl_attr_nest_end(&req.hdr, data);
	mnl_attr_nest_end(&req.hdr, link_info);
	return wf_nl_do(nl, &req, err, "make the interface '%s' inside the container", peer->name);
}

static void put_no_ipv6_address(struct wf_nl_req *req)
{
	struct nlattr *families = mnl_attr_nest_start(&req->hdr, IFLA_AF_SPEC);
	struct nlattr *inet6 = mnl_attr_nest_start(&req->hdr, AF_INET6);

	mnl_attr_put_u8(&req->hdr, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(&req->hdr, inet6);
	mnl_attr_nest_end(&req->hdr, families);
}

int wf_link_set(struct wf_nl *nl, int ifindex, const struct wf_link_change *change,
		struct wf_err *err)
{
	struct wf_nl_req req;
	struct ifinfomsg *info = wf_nl_begin(&req, RTM_SETLINK, 0, sizeof(*info));

	info->ifi_index = ifindex;
	if (change->to_up)
		info->ifi_flags = info->ifi_change = IFF_UP;
	if (change->name)
		mnl_attr_put_strz(&req.hdr, IFLA_IFNAME, change->name);
	if (change->alias)
		mnl_attr_put_strz(&req.hdr, IFLA_IFALIAS, change->alias);
	if (change->mac)
		mnl_attr_put(&req.hdr, IFLA_ADDRESS, 6, change->mac);
	if (change->mtu)
		mnl_attr_put_u32(&req.hdr, IFLA_MTU, change->mtu);
	if (change->to_no_ipv6_address)
		put_no_ipv6_address(&req);
	return wf_nl_do(nl, &req, err, "set up interface %d%s%s", ifindex,
			change->name ? " as " : "", change->name ? change->name : "");
}

int wf_link_delete(struct wf_nl *nl, int ifindex, struct wf_err *err)
{
	struct wf_nl_req req;
	struct ifinfomsg *info = wf_nl_begin(&req, RTM_DELLINK, 0, sizeof(*info));

	if (ifindex <= 0)
		return wf_err_set(err, -ENODEV, "no interface has index %d", ifindex);
	info->ifi_index = ifindex;
	return wf_nl_do(nl, &req, err, "delete interface %d", ifindex);
}

static int take_nsid_attr(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) == NETNSA_NSID &&
	    mnl_attr_get_payload_len(attr) == sizeof(int32_t))
		*(int *)arg = (int)mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static int take_nsid(const struct nlmsghdr *hdr, void *arg)
{
	wf_nl_attrs(hdr, sizeof(struct rtgenmsg), take_nsid_attr, arg);
	return 0;
}

int wf_link_nsid(struct wf_nl *nl, int netns_fd)
{
	struct wf_nl_req req;
	int nsid = -1;

	wf_nl_begin(&req, RTM_GETNSID, 0, sizeof(struct rtgenmsg));
	mnl_attr_put_u32(&req.hdr, NETNSA_FD, (uint32_t)netns_fd);
	if (wf_nl_ask(nl, &req, take_nsid, &nsid, NULL, "number a network namespace"))
		return -1;
	return nsid;
}
