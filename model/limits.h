/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a user controls has a limit; these are the model's. */
#pragma once

#define WF_NAME_MAX	     63 /* bytes of an object's name: [A-Za-z0-9], then also '-', '_', '.' */
#define WF_LABEL_KEY_MAX     63	 /* bytes: as a name, and '/' */
#define WF_LABEL_VALUE_MAX   63	 /* bytes: as a name, or empty */
#define WF_LABELS_MAX	     32	 /* labels of one endpoint or selector */
#define WF_LABELS_TEXT_MAX   400 /* bytes of wf_labels_str(): it is part of a store's key */
#define WF_TENANT_PREFIX_MAX 16	 /* prefixes of one tenant */
#define WF_ENDPOINT_ADDR_MAX 8	 /* addresses of one endpoint */
#define WF_VIA_MAX	     16	 /* waypoints of one path */
#define WF_PATHS_MAX	     8	 /* alternatives of one policy */
#define WF_WEIGHT_MAX	     255
#define WF_POLICY_PORTS_MAX  31 /* port ranges of one policy: a list of 64 holds the gaps, too */
#define WF_LIVE_KEYS_MAX     2	/* live keys of the domain */
#define WF_SECRET_MIN	     16 /* bytes of a key's secret */
#define WF_SECRET_MAX	     64 /* as many as SHA-256 takes without hashing them first */

#define WF_ENDPOINT_IFNAME_MAX 15 /* bytes of an interface's name: IFNAMSIZ less its NUL */

#define WF_SERVICE_ADDR_MAX	4 /* virtual addresses of one service */
#define WF_SERVICE_PORTS_MAX	16
#define WF_SERVICE_BACKENDS_MAX 8 /* selections of backends; each may select many */
#define WF_BACKEND_WEIGHT_MAX	100
#define WF_SEATS_MAX		1024	/* backends of one service that get flows */
#define WF_MEMBERSHIPS_MAX	8	/* sets of backends that may have flows of one service */
#define WF_CAPACITY_MAX		1000000 /* flows of one backend */
#define WF_DRAIN_MAX_MS		(3600 * 1000)
#define WF_DRAIN_MS		(30 * 1000) /* where nothing is said */

#define WF_GATEWAY_TENANTS_MAX 256  /* tenants that reach the outside by one gateway */
#define WF_GATEWAY_PUBLISH_MAX 256  /* services that it publishes */
#define WF_NAT_PREFIX_MAX      16   /* addresses and prefixes of one pool */
#define WF_NAT_ADDR_MAX	       256  /* addresses of one pool, of each family */
#define WF_NAT_PORT_FIRST      1024 /* where nothing is said; to 65535 */
#define WF_BGP_PEERS_MAX       8

#define WF_PROBE_PATH_MAX	 255 /* bytes */
#define WF_PROBE_ARGS_MAX	 32  /* words of a command */
#define WF_PROBE_ARG_MAX	 255 /* bytes of one */
#define WF_PROBE_INTERVAL_MIN_MS 100
#define WF_PROBE_INTERVAL_MAX_MS (3600 * 1000)
#define WF_PROBE_TIMEOUT_MIN_MS	 10
#define WF_PROBE_TIMEOUT_MAX_MS	 (60 * 1000)
#define WF_PROBE_TIMES_MAX	 100 /* rise and fall */

#define WF_NODE_ID_MIN	    0x0001 /* global C-SIDs, DESIGN section 3 */
#define WF_NODE_ID_MAX	    0xdfff
#define WF_TENANT_ID_MAX    0xffffff /* 24 bits of the SID argument */
#define WF_IDENTITY_MAX	    0xffffff
#define WF_POLICY_ID_MAX    0xffff
#define WF_SERVICE_ID_MAX   0xffff
#define WF_ENDPOINT_SID_MAX 4095 /* its SID's function is 0xf000 | sid */
#define WF_UNDERLAY_MTU_MIN 1320 /* an IPv6 packet of 1280 and the shortest header */
#define WF_UNDERLAY_MTU_MAX 65535
