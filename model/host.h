/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host access: of a tenant with `host: true` every node has one endpoint of its own, in its own
 * network namespace. It is called "host-NODE" and has the label host=NODE.
 */
#pragma once

#include "model/object.h"

#define WF_HOST_PREFIX "host-"
#define WF_HOST_LABEL  "host"
/* Bytes of a node's name that leave room for the prefix. */
#define WF_HOST_NODE_MAX (WF_NAME_MAX - (int)(sizeof(WF_HOST_PREFIX) - 1))

/* @ret: WF_NAME_MAX + 1 bytes. -ENAMETOOLONG: the node's name is longer than WF_HOST_NODE_MAX. */
int wf_host_name(const char *node, char *ret);
/* The node whose endpoint would be called so: a part of @name; NULL: no node's. */
const char *wf_host_node(const char *name);
