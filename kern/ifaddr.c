// SPDX-License-Identifier: Apache-2.0
#include "kern/ifaddr.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>
#include <sys/socket.h>

#include "base/vec.h"
#include "kern/inet.h"

static void begin(struct wf_nl_req *req, uint16_t type, uint16_t flags, int ifindex,
		  const struct wf_addr *addr)
{
	struct ifaddrmsg *msg = wf_nl_begin(req, type, flags, sizeof(*msg));
	struct wf_inet inet = wf_inet_of(addr);

	msg->ifa_family = inet.family;
	msg->ifa_prefixlen = inet.n_bytes * 8;
	msg->ifa_index = (uint32_t)ifindex;
	mnl_attr_put(&req->hdr, IFA_LOCAL, inet.n_bytes, inet.bytes);
	mnl_attr_put(&req->hdr, IFA_ADDRESS, inet.n_bytes, inet.bytes);
}

int wf_ifaddr_add(struct wf_nl *nl, int ifindex, const struct wf_addr *addr, struct wf_err *err)
{
	char text[WF_ADDR_STR_MAX];
	struct wf_nl_req req;

	begin(&req, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifindex, addr);
	mnl_attr_put_u32(&req.hdr, IFA_FLAGS, IFA_F_NODAD);
	mnl_attr_put_u8(&req.hdr, IFA_PROTO, WF_RTPROT);
	return wf_nl_do(nl, &req, err, "add the address %s", wf_addr_str(addr, text));
}

int wf_ifaddr_delete(struct wf_nl *nl, int ifindex, const struct wf_addr *addr, struct wf_err *err)
{
	char text[WF_ADDR_STR_MAX];
	struct wf_nl_req req;
	int r;

	begin(&req, RTM_DELADDR, 0, ifindex, addr);
	r = wf_nl_do(nl, &req, err, "delete the address %s", wf_addr_str(addr, text));
	return r == -EADDRNOTAVAIL ? 0 : r;
}

struct found {
	WF_VEC(struct wf_addr) addrs;
	int ifindex;
};

struct entry {
	struct wf_addr addr;
	bool has_addr;
	bool is_ours;
};

static int take_attr(const struct nlattr *attr, void *arg)
{
	struct entry *e = arg;
	size_t len = mnl_attr_get_payload_len(attr);

	if (mnl_attr_get_type(attr) == IFA_ADDRESS && len == sizeof(e->addr.bytes)) {
		memcpy(e->addr.bytes, mnl_attr_get_payload(attr), len);
		e->has_addr = true;
	}
	if (mnl_attr_get_type(attr) == IFA_PROTO && len == sizeof(uint8_t))
		e->is_ours = mnl_attr_get_u8(attr) == WF_RTPROT;
	return MNL_CB_OK;
}

static int collect(const struct nlmsghdr *hdr, void *arg)
{
	const struct ifaddrmsg *msg = mnl_nlmsg_get_payload(hdr);
	struct found *found = arg;
	struct entry e = {0};

	if (hdr->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(hdr) < sizeof(*msg))
		return -EBADMSG;
	wf_nl_attrs(hdr, sizeof(*msg), take_attr, &e);
	if (!e.has_addr || !e.is_ours || (int)msg->ifa_index != found->ifindex)
		return 0;
	return wf_vec_push(&found->addrs, e.addr);
}

int wf_ifaddr_purge(struct wf_nl *nl, int ifindex, const struct wf_addr *keep, struct wf_err *err)
{
	struct found found = {.ifindex = ifindex};
	struct wf_nl_req req;
	struct ifaddrmsg *msg = wf_nl_begin(&req, RTM_GETADDR, NLM_F_DUMP, sizeof(*msg));
	int r;

	msg->ifa_family = AF_INET6;
	r = wf_nl_list(nl, &req, collect, &found, &found.addrs.n, err, "list the addresses");
	for (size_t i = 0; !r && i < found.addrs.n; i++)
		if (!keep || wf_addr_cmp(keep, &found.addrs.items[i]))
			r = wf_ifaddr_delete(nl, ifindex, &found.addrs.items[i], err);
	wf_vec_done(&found.addrs);
	return r;
}
