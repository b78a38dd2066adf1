/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of an image's tables as text, from the key on: what image_text.c is made of. */
#pragma once

#include <stdint.h>

#include "base/buf.h"

void wf_put_addr(struct wf_buf *b, const void *bytes);
void wf_put_mac(struct wf_buf *b, const uint8_t mac[6]);
/* Of a SID, by its first 64 bits. */
void wf_put_sid_key(struct wf_buf *b, uint64_t head);
/* "End.DT46"; enum wf_behavior. DX_OUT is "End.DX46-out". */
const char *wf_behavior_text(uint32_t behavior);
/* " hmac,path": WF_NEED_*; nothing for none. */
void wf_put_needs(struct wf_buf *b, unsigned int needs);

void wf_put_sid(struct wf_buf *b, const void *key, const void *value);
void wf_put_lanes(struct wf_buf *b, const void *key, const void *value);
void wf_put_set(struct wf_buf *b, const void *key, const void *value);
void wf_put_zone(struct wf_buf *b, const void *key, const void *value);
void wf_put_verdict(struct wf_buf *b, const void *key, const void *value);
void wf_put_ranges(struct wf_buf *b, const void *key, const void *value);
void wf_put_policy(struct wf_buf *b, const void *key, const void *value);
void wf_put_listed(struct wf_buf *b, const void *key, const void *value);
/* What a key is made of is not shown. */
void wf_put_key(struct wf_buf *b, const void *key, const void *value);
void wf_put_transit(struct wf_buf *b, const void *key, const void *value);
void wf_put_service(struct wf_buf *b, const void *key, const void *value);
void wf_put_share(struct wf_buf *b, const void *key, const void *value);
void wf_put_backend(struct wf_buf *b, const void *key, const void *value);
void wf_put_egress(struct wf_buf *b, const void *key, const void *value);
