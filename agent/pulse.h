/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does it work? What the results of one probe say, one after the other.
 *
 *   unknown --good--> up --fall bad in a row--> down --rise good in a row--> up
 *      '-------------fall bad in a row--------> down
 */
#pragma once

#include "model/probe.h"

enum wf_health {
	WF_HEALTH_UNKNOWN, /* no verdict yet */
	WF_HEALTH_UP,
	WF_HEALTH_DOWN,
};

/* The zeroed struct knows nothing. */
struct wf_pulse {
	enum wf_health health;
	uint8_t n_against; /* results in a row that speak against it */
};

/* The probe's next result. Is the verdict another one now? */
bool wf_pulse_take(struct wf_pulse *v, const struct wf_probe *probe, bool is_good);
