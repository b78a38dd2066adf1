// SPDX-License-Identifier: Apache-2.0
#include "kern/rule.h"

#include <linux/fib_rules.h>
#include <sys/socket.h>

#include "kern/ifaddr.h"

static int change(struct wf_nl *nl, uint16_t type, uint16_t flags, const struct fib_rule_hdr *rule,
		  uint32_t priority, struct wf_err *err)
{
	struct wf_nl_req req;
	struct fib_rule_hdr *hdr = wf_nl_begin(&req, type, flags, sizeof(*hdr));

	*hdr = *rule;
	mnl_attr_put_strz(&req.hdr, FRA_IIFNAME, "lo");
	mnl_attr_put_u32(&req.hdr, FRA_PRIORITY, priority);
	mnl_attr_put_u8(&req.hdr, FRA_PROTOCOL, WF_RTPROT);
	return wf_nl_do(nl, &req, err, "%s the IPv%d rule for routing table %u",
			type == RTM_NEWRULE ? "add" : "delete", rule->family == AF_INET ? 4 : 6,
			rule->table);
}

int wf_rule_add(struct wf_nl *nl, uint8_t family, uint32_t priority, uint8_t table,
		struct wf_err *err)
{
	const struct fib_rule_hdr rule = {.family = family,
					  .table = table,
					  .action = FR_ACT_TO_TBL};

	return change(nl, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, &rule, priority, err);
}

int wf_rule_delete(struct wf_nl *nl, uint8_t family, uint32_t priority, uint8_t table,
		   struct wf_err *err)
{
	const struct fib_rule_hdr rule = {.family = family,
					  .table = table,
					  .action = FR_ACT_TO_TBL};

	return change(nl, RTM_DELRULE, 0, &rule, priority, err);
}
