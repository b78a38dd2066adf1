// SPDX-License-Identifier: Apache-2.0
#include "kern/netlink.h"

#include <errno.h>
#include <linux/if_link.h>
#include <net/if_arp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/own.h"
#include "kern/link.h"

static const uint8_t mac[6] = {2, 3, 4, 5, 6, 7};

/* Calls @check with the first @len bytes in memory of just that size, the header's length mended.
 */
static void with_cut(const struct wf_nl_req *req, size_t len,
		     void (*check)(const struct nlmsghdr *hdr))
{
	_cleanup_free_ struct nlmsghdr *hdr = malloc(len);

	memcpy(hdr, req, len);
	hdr->nlmsg_len = (uint32_t)len;
	check(hdr);
}

static void build_error(struct wf_nl_req *req, int code, uint16_t flags, const char *text)
{
	struct nlmsgerr *e = wf_nl_begin(req, NLMSG_ERROR, flags, sizeof(*e));

	e->error = code;
	e->msg.nlmsg_len = sizeof(e->msg);
	mnl_attr_put_u32(&req->hdr, NLMSGERR_ATTR_OFFS, 12);
	mnl_attr_put_strz(&req->hdr, NLMSGERR_ATTR_MSG, text);
}

static void verdict_has_the_kernels_words(void **state)
{
	const struct {
		uint16_t flags;
		int code;
		const char *text;
	} cases[] = {
		{NLM_F_ACK_TLVS | NLM_F_CAPPED, -EEXIST, "File exists already"},
		{NLM_F_ACK_TLVS, -EEXIST, "File exists already"},
		{NLM_F_CAPPED, -EPERM, NULL},
		{NLM_F_CAPPED, 0, NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wf_nl_req req;
		const char *text;

		build_error(&req, cases[i].code, cases[i].flags, "File exists already");
		assert_int_equal(wf_nl_verdict(&req.hdr, &text), cases[i].code);
		if (cases[i].text)
			assert_string_equal(text, cases[i].text);
		else
			assert_null(text);
	}
}

static void verdict_passes_over_the_request_that_comes_back(void **state)
{
	struct wf_nl_req req;
	struct nlmsgerr *e = wf_nl_begin(&req, NLMSG_ERROR, NLM_F_ACK_TLVS, sizeof(*e));
	const char *text;

	e->error = -EINVAL;
	e->msg.nlmsg_len = sizeof(e->msg) + 8;
	mnl_attr_put_u32(&req.hdr, NLMSGERR_ATTR_MSG, 0x41414141); /* part of the request */
	mnl_attr_put_strz(&req.hdr, NLMSGERR_ATTR_MSG, "behind it");
	assert_int_equal(wf_nl_verdict(&req.hdr, &text), -EINVAL);
	assert_string_equal(text, "behind it");
	e->msg.nlmsg_len = 1 << 20;
	assert_int_equal(wf_nl_verdict(&req.hdr, &text), -EBADMSG);
	e->msg.nlmsg_len = 3;
	assert_int_equal(wf_nl_verdict(&req.hdr, &text), -EBADMSG);
}

static void check_cut_verdict(const struct nlmsghdr *hdr)
{
	const char *text = NULL;
	int r = wf_nl_verdict(hdr, &text);

	if (hdr->nlmsg_len < NLMSG_HDRLEN + sizeof(struct nlmsgerr))
		assert_int_equal(r, -EBADMSG);
	else
		assert_int_equal(r, -EEXIST);
	if (text)
		assert_string_equal(text, "taken");
}

static void verdict_survives_truncation_at_every_byte(void **state)
{
	struct wf_nl_req req;

	build_error(&req, -EEXIST, NLM_F_ACK_TLVS | NLM_F_CAPPED, "taken");
	for (size_t len = NLMSG_HDRLEN; len <= req.hdr.nlmsg_len; len++)
		with_cut(&req, len, check_cut_verdict);
}

static void build_link(struct wf_nl_req *req)
{
	struct ifinfomsg *info = wf_nl_begin(req, RTM_NEWLINK, 0, sizeof(*info));

	info->ifi_index = 42;
	info->ifi_type = ARPHRD_ETHER;
	info->ifi_flags = 1; /* IFF_UP */
	mnl_attr_put_strz(&req->hdr, IFLA_IFNAME, "wf0");
	mnl_attr_put_u32(&req->hdr, IFLA_MTU, 1400);
	mnl_attr_put(&req->hdr, IFLA_ADDRESS, sizeof(mac), mac);
	mnl_attr_put_u32(&req->hdr, IFLA_LINK, 2);
	mnl_attr_put_u32(&req->hdr, IFLA_LINK_NETNSID, 5);
	mnl_attr_put_strz(&req->hdr, IFLA_IFALIAS, "red/web");
}

static void link_message_is_read(void **state)
{
	struct wf_link_peer peer;
	struct wf_link link;
	struct wf_nl_req req;

	build_link(&req);
	assert_int_equal(wf_link_parse(&req.hdr, &link, &peer), 0);
	assert_int_equal(link.ifindex, 42);
	assert_string_equal(link.name, "wf0");
	assert_string_equal(link.alias, "red/web");
	assert_int_equal(link.mtu, 1400);
	assert_memory_equal(link.mac, mac, sizeof(mac));
	assert_true(link.is_up && link.is_ethernet && !link.is_loopback);
	assert_int_equal(peer.ifindex, 2);
	assert_int_equal(peer.nsid, 5);
}

static void check_cut_link(const struct nlmsghdr *hdr)
{
	struct wf_link link;
	int r = wf_link_parse(hdr, &link, NULL);

	/* Complete up to the name at least, or refused. */
	if (hdr->nlmsg_len < NLMSG_HDRLEN + sizeof(struct ifinfomsg) + NLA_HDRLEN + sizeof("wf0"))
		assert_int_equal(r, -EBADMSG);
	else
		assert_int_equal(r, 0);
	if (!r)
		assert_string_equal(link.name, "wf0");
}

static void link_message_survives_truncation_at_every_byte(void **state)
{
	struct wf_nl_req req;

	build_link(&req);
	for (size_t len = NLMSG_HDRLEN; len <= req.hdr.nlmsg_len; len++)
		with_cut(&req, len, check_cut_link);
}

static void link_attributes_of_wrong_size_are_refused(void **state)
{
	const uint16_t types[] = {IFLA_MTU, IFLA_LINK, IFLA_LINK_NETNSID};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct wf_link link;
		struct wf_nl_req req;

		build_link(&req);
		mnl_attr_put_u16(&req.hdr, types[i], 1);
		assert_int_equal(wf_link_parse(&req.hdr, &link, NULL), -EBADMSG);
	}
}

static void overlong_texts_are_cut(void **state)
{
	struct wf_nl_req req;
	struct wf_link link;
	char text[400];

	memset(text, 'x', sizeof(text)); /* not even terminated */
	build_link(&req);
	mnl_attr_put(&req.hdr, IFLA_IFNAME, sizeof(text), text);
	mnl_attr_put(&req.hdr, IFLA_IFALIAS, sizeof(text), text);
	assert_int_equal(wf_link_parse(&req.hdr, &link, NULL), 0);
	assert_int_equal(strlen(link.name), WF_IFNAME_MAX);
	assert_int_equal(strlen(link.alias), WF_ALIAS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdict_has_the_kernels_words),
		cmocka_unit_test(verdict_passes_over_the_request_that_comes_back),
		cmocka_unit_test(verdict_survives_truncation_at_every_byte),
		cmocka_unit_test(link_message_is_read),
		cmocka_unit_test(link_message_survives_truncation_at_every_byte),
		cmocka_unit_test(link_attributes_of_wrong_size_are_refused),
		cmocka_unit_test(overlong_texts_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
