// SPDX-License-Identifier: Apache-2.0
#include "kern/neigh.h"

#include <linux/neighbour.h>

#include "kern/inet.h"

int wf_neigh_set(struct wf_nl *nl, int ifindex, const struct wf_addr *addr, const uint8_t *mac,
		 struct wf_err *err)
{
	struct wf_inet inet = wf_inet_of(addr);
	char text[WF_ADDR_STR_MAX];
	struct wf_nl_req req;
	struct ndmsg *msg = wf_nl_begin(&req, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE,
					sizeof(*msg));

	msg->ndm_family = inet.family;
	msg->ndm_ifindex = ifindex;
	msg->ndm_state = NUD_PERMANENT;
	mnl_attr_put(&req.hdr, NDA_DST, inet.n_bytes, inet.bytes);
	mnl_attr_put(&req.hdr, NDA_LLADDR, 6, mac);
	return wf_nl_do(nl, &req, err, "add the neighbor %s", wf_addr_str(addr, text));
}
