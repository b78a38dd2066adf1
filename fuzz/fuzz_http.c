// SPDX-License-Identifier: Apache-2.0
/* What a probed server answers, as it comes in: piece by piece. */
#include "fuzz/target.h"

#include <errno.h>
#include <stdbool.h>

#include "agent/http_status.h"

static bool is_status(int r)
{
	return r >= 100 && r <= 999;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int last = -EAGAIN;

	for (size_t len = 0; len <= size && len <= 2 * WF_HTTP_HEAD_BYTES; len++) {
		int r = wf_http_status((const char *)data, len);

		MUST(r == -EAGAIN || r == -EBADMSG || is_status(r));
		MUST(r != -EAGAIN || len < WF_HTTP_HEAD_BYTES);
		MUST(last == -EAGAIN || r == last); /* more bytes change nothing */
		last = r;
	}
	return 0;
}
