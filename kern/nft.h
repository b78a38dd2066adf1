/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nftables, by the program of that name (Debian: nftables): a transaction is a text, and what the
 * kernel holds is one, too.
 *
 * Not by its library: that ends the process that it is in when memory runs out, and brings four
 * more libraries into a daemon of which most have no gateway.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"

#define WF_NFT_TABLE "weft" /* of family inet: the one that Weft has in a namespace */

/* All of @text or nothing, in the namespace @netns_fd. -ENOENT: there is no such program;
 * -EBADMSG: refused, @err has its words. */
int wf_nft_load(int netns_fd, const char *text, struct wf_err *err);
/* What the kernel has as WF_NFT_TABLE, without what counts and comes and goes by itself; "": there
 * is no such table. The caller frees. */
int wf_nft_list(int netns_fd, char **ret, struct wf_err *err);
/* Of a counter of the table. -ENOENT: there is none. */
int wf_nft_counter(int netns_fd, const char *name, uint64_t *ret_packets, struct wf_err *err);
