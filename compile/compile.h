/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For this wish, this node must hold exactly this: a pure function from (model, here) to an image.
 */
#pragma once

#include "compile/here.h"
#include "compile/image.h"
#include "model/model.h"

/*
 * The model must have passed its checks. A node without an id, or whose object is not there yet,
 * gets an image with hooks only. 0, -E2BIG (a table's limit, named), -EEXIST (two things in one
 * place, which the checks would have found), -ENOMEM.
 */
int wf_compile(const struct wf_model *m, const struct wf_here *here, struct wf_image **ret,
	       struct wf_err *err);

#define WF_MTU_MIN 1280 /* RFC 8200 section 5: less would end IPv6 in the container */

/*
 * Largest packet a tenant's containers may send: the underlay MTU less the largest header of any
 * path their policies can give, but at least WF_MTU_MIN (then the longest paths answer packet too
 * big). @underlay_mtu 0: 1500 is assumed.
 */
uint32_t wf_compile_tenant_mtu(const struct wf_model *m, const char *tenant, uint32_t underlay_mtu);

/* The same for one of its endpoints: an instance of a function that sees the outer headers gets
 * packets as the underlay has them. */
uint32_t wf_compile_port_mtu(const struct wf_model *m, const struct wf_here_port *port,
			     uint32_t tenant_mtu, uint32_t underlay_mtu);
