// SPDX-License-Identifier: Apache-2.0
#include "agent/pulse.h"

/* How many results in a row it takes to leave @health for the other. */
static uint8_t patience(enum wf_health health, const struct wf_probe *probe, bool is_good)
{
	if (!is_good)
		return probe->fall;
	return health == WF_HEALTH_UNKNOWN ? 1 : probe->rise;
}

bool wf_pulse_take(struct wf_pulse *v, const struct wf_probe *probe, bool is_good)
{
	enum wf_health said = is_good ? WF_HEALTH_UP : WF_HEALTH_DOWN;

	if (v->health == said) {
		v->n_against = 0;
		return false;
	}
	if (++v->n_against < patience(v->health, probe, is_good))
		return false;
	*v = (struct wf_pulse){.health = said};
	return true;
}
