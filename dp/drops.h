/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Why a packet was dropped: the one list. A drop is never silent; each reason has a per-CPU counter
 * of this index. Append only: the numbers are in pinned maps.
 */
#pragma once

/* X(enum suffix, name for people and JSON, what it means) */
#define WF_DROPS(X)                                                                                \
	X(NONE, "none", "not dropped")                                                             \
	/* apply: from a container */                                                              \
	X(NO_PORT, "no-port", "the interface belongs to no endpoint (any more)")                   \
	X(NOT_IP, "not-ip", "neither IPv4, IPv6 nor ARP")                                          \
	X(MALFORMED, "malformed", "truncated, or a length or version that cannot be")              \
	X(SOURCE_MAC, "source-mac", "Ethernet source is not the endpoint's")                       \
	X(SOURCE_ADDRESS, "source-address", "IP source is not an address of the endpoint")         \
	X(MULTICAST, "multicast", "destination is multicast or broadcast")                         \
	X(ROUTING_HEADER, "routing-header", "a container may not send routing headers")            \
	X(SID_DESTINATION, "sid-destination", "a container may not send to the SID block")         \
	X(ARP, "arp", "ARP that is not a request for the gateway")                                 \
	X(ND, "nd", "neighbor or router discovery that is not for the gateway")                    \
	X(GATEWAY, "gateway", "sent to the gateway's own address, which only answers ping")        \
	X(NO_ENDPOINT, "no-endpoint", "nobody in the tenant has the destination address")          \
	X(NO_PATH, "no-path", "the policy has no path to the destination's node")                  \
	X(NO_ROUTE, "no-route", "the underlay has no route to the path's first segment")           \
	X(HOP_LIMIT, "hop-limit", "hop limit or TTL exceeded; the sender was told")                \
	X(TOO_BIG, "too-big", "bigger than the path's MTU; the sender was told")                   \
	X(RESIZE, "resize", "the kernel could not make or remove room for headers")                \
	/* validate: from the underlay */                                                          \
	X(OUTSIDE, "outside", "to or from the SID block, through an interface outside the domain") \
	X(ROUTING_TYPE, "routing-type", "routing header of type 0 or an unknown type")             \
	X(SRH_TRUNCATED, "srh-truncated", "SRH longer than the packet, or too short to be one")    \
	X(SRH_SEGMENTS_LEFT, "srh-segments-left", "SRH Segments Left beyond Last Entry + 1")       \
	X(SRH_LAST_ENTRY, "srh-last-entry", "SRH Last Entry beyond Hdr Ext Len")                   \
	X(SRH_TLV, "srh-tlv", "SRH TLV that overruns the header")                                  \
	X(UNKNOWN_SID, "unknown-sid", "inside this node's locator, but not a SID of it")           \
	X(UPPER_LAYER, "upper-layer", "a SID was sent an upper layer that it does not take")       \
	X(UNKNOWN_TENANT, "unknown-tenant", "the SID argument names no tenant")                    \
	X(NOT_HERE, "not-here", "the destination endpoint is not on this node")                    \
	X(INNER_MALFORMED, "inner-malformed", "the packet inside cannot be")                       \
	X(ECN, "ecn", "congestion marked outside, but the inner flow does not know ECN")           \
	X(ICMP_UNMATCHED, "icmp-unmatched", "packet-too-big about a packet that was not ours")     \
	/* policies: at the sender, at the receiver, or both */                                    \
	X(DENIED, "denied", "a policy, or the tenant's default, does not allow it")                \
	X(ICMP_UNRELATED, "icmp-unrelated", "ICMP error about a packet its receiver did not send") \
	X(FRAGMENT, "fragment", "a fragment whose ports are not known, or hidden on purpose")      \
	X(FOREIGN_SID, "foreign-sid",                                                              \
	  "a SID of another tenant: of its function, or by an SR-aware one")                       \
	X(IDENTITY, "identity", "the sender claims an identity that its address does not have")    \
	X(SOURCE_NODE, "source-node", "not from the node where the sender lives")                  \
	X(UNKNOWN_POLICY, "unknown-policy", "the SID argument names no policy of the tenant")      \
	X(NESTED, "nested", "the packet inside is itself addressed to the SID block")              \
	X(HMAC_MISSING, "hmac-missing", "its policy or tenant requires a signed header")           \
	X(HMAC_KEY, "hmac-key", "signed with a key that this node does not know (any more)")       \
	X(HMAC, "hmac", "the signature is wrong")                                                  \
	X(PATH, "path", "the signed segment list is not one of the policy's")                      \
	X(TRANSIT, "transit", "a waypoint's mark is missing, wrong or out of order")               \
	/* functions and services */                                                               \
	X(FUNCTION_DOWN, "function-down", "a function on the path is down, not to be left out")    \
	X(FUNCTION_FLOW, "function-flow", "from a function: not of a flow that it was given")      \
	X(DECLINED, "declined", "the last backend that was asked did not take the flow")           \
	X(NO_BACKEND, "no-backend", "the service has no backend that could take the flow")         \
	X(HAIRPIN, "hairpin", "the service chose the client itself, who cannot answer itself")     \
	X(NO_PROGRAM, "no-program", "the other half of the programs is not loaded")                \
	X(NO_GATEWAY, "no-gateway", "no gateway that works leads the tenant outside")

enum wf_drop {
#define WF_DROP_ENUM(id, name, text) WF_DROP_##id,
	WF_DROPS(WF_DROP_ENUM)
#undef WF_DROP_ENUM
	WF_DROP_COUNT,
};
