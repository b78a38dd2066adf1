/* SPDX-License-Identifier: Apache-2.0 */
/* A struct wf_addr as the kernel's address families see it. */
#pragma once

#include <stdint.h>
#include <sys/socket.h>

#include "base/addr.h"

struct wf_inet {
	uint8_t family; /* AF_INET, AF_INET6 */
	uint8_t n_bytes;
	const uint8_t *bytes; /* inside the address it was made of */
};

static inline struct wf_inet wf_inet_of(const struct wf_addr *a)
{
	if (wf_addr_is_v4(a))
		return (struct wf_inet){AF_INET, 4, a->bytes + 12};
	return (struct wf_inet){AF_INET6, 16, a->bytes};
}
