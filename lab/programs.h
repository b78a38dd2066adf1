/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a topology tells to run in its hosts and containers. Each process has WEFT_LAB=LAB/WHO/N in
 * its environment, WHO being the host or container and N counting its commands, and so have those
 * that it starts: by that (or by its session: sessions.h), and by the namespace that it is in, it
 * is known as the lab's.
 */
#pragma once

#include "lab/lab.h"

#define WF_LAB_RUN_MS  60000 /* a command of `run` must be over after that */
#define WF_LAB_KILL_MS 3000  /* until a program is no longer asked to end, but killed */

/*
 * Runs all commands of `run`, in order: of hosts, then of containers. -ECHILD: one failed,
 * -ETIMEDOUT, -EINTR: a signal that is held back has come. @detail gets the last lines they said;
 * @file is for messages.
 */
int wf_programs_run_all(const struct wf_lab *lab, const char *file, struct wf_buf *detail,
			struct wf_err *err);
/* Starts all programs of `start` that do not run, and counts them. -ECHILD: one cannot be. */
int wf_programs_start_all(const struct wf_lab *lab, const char *file, struct wf_buf *detail,
			  unsigned int *ret_started, struct wf_err *err);
/* How many programs of `start` run in the host or container @who, whose @programs are. */
unsigned int wf_programs_running(const struct wf_lab *lab, const char *who,
				 const struct wf_lab_programs *programs);
/* Ends all processes that the lab has started in its namespaces, and those that they have. */
void wf_programs_stop_all(const struct wf_lab *lab);
