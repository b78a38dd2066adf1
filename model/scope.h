/* SPDX-License-Identifier: Apache-2.0 */
/* Which prefixes a tenant can have, and which addresses of them an endpoint can have. */
#pragma once

#include "model/object.h"

/* Describes what forbids @p: "127.0.0.0/8, loopback"; NULL: a tenant can have it. */
const char *wf_prefix_reserved(const struct wf_prefix *p);

/*
 * Can an endpoint of @tenant not have @a? Then @buf (WF_ADDRESS_FAULT_STR_MAX bytes) says why: "...
 * is outside the prefixes of tenant 'red' (10.0.0.0/16)".
 */
#define WF_ADDRESS_FAULT_STR_MAX 256
bool wf_tenant_address_fault(const struct wf_object *tenant, const struct wf_addr *a, char *buf);

/* Does @p lie inside one prefix of @t? */
bool wf_tenant_has_prefix(const struct wf_tenant *t, const struct wf_prefix *p);

/* "10.0.0.0/16, fd00::/48 and 3 more". @buf: WF_TENANT_PREFIXES_STR_MAX bytes; returns @buf. */
#define WF_TENANT_PREFIXES_STR_MAX 160
const char *wf_tenant_prefixes_str(const struct wf_tenant *t, char *buf);
