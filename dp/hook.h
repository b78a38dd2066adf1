/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The programs, and where each goes: tc ingress of... */
#pragma once

enum wf_hook {
	WF_HOOK_NONE,
	WF_HOOK_APPLY,	  /* the host side of an endpoint's veth */
	WF_HOOK_VALIDATE, /* an underlay interface, part of the domain */
	WF_HOOK_EDGE,	  /* any other interface: keeps the SID block out */
	WF_HOOK_COUNT,
};
