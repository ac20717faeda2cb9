/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_CONNECTIONS_H
#define VW_AGENT_CONNECTIONS_H

/*
 * Who is connected, since when, and who goes first when there is no room. libmicrohttpd knows idle times
 * only, so a client that sends one byte now and then would stay; here the whole of a request has a deadline.
 * Internal to the HTTP server.
 */

#include <sys/socket.h>

#include "base/base.h"

enum vwd_stage {
	VW_STAGE_FIRST,     /* no whole request yet, since it connected */
	VW_STAGE_IDLE,      /* answered, waiting for the next one */
	VW_STAGE_ANSWERING, /* a request came, its answer is not taken yet */
	VW_STAGE_HELD,      /* its password is being computed: it is not late, and dropped as the last one */
};

/* Who has one address of an IPv6 network can take any other of it: the network counts. */
struct vwd_network {
	uint8_t address[16]; /* IPv6, or IPv4 mapped into it; of IPv6 the network of 64 bits */
	bool local;          /* a Unix socket: nobody knows who it is */
};

struct vwd_connection {
	struct vwd_connection *previous, *next;
	int fd; /* not owned */
	enum vwd_stage stage;
	uint64_t since;             /* microseconds of CLOCK_MONOTONIC: when the stage began */
	uint64_t safe_until;        /* until then those go first that have had their time */
	struct vwd_network network; /* a local one has no limit */
	bool leaving;               /* it ends with the answer that is under way */
	bool dropped;               /* shut down; the one who reads it will notice */
};

/* A structure of zeros with the limits set is empty. */
struct vwd_connections {
	struct vwd_connection *first;
	unsigned count; /* without the dropped ones */
	unsigned limit, limit_per_address;
	uint64_t timeout, idle_timeout; /* microseconds */
};

/** The network of a client. @address: of IPv4, IPv6 or Unix */
struct vwd_network vwd_network_of(const struct sockaddr *address);

/** Are they one? All that is local is. */
bool vwd_network_same(const struct vwd_network *a, const struct vwd_network *b);

/**
 * Make room for one more. The descriptor of who is dropped for it stays open until its owner has looked at
 * it.
 *
 * @address: of the newcomer; AF_UNIX has none
 */
void vwd_connections_make_room(struct vwd_connections *connections, const struct sockaddr *address,
			       uint64_t now);

/** Enter one. Returns it, or NULL when there is no memory. @fd: stays the caller's */
struct vwd_connection *vwd_connections_add(struct vwd_connections *connections, int fd,
					   const struct sockaddr *address, uint64_t now);

/** Strike one out and free it. */
void vwd_connections_remove(struct vwd_connections *connections, struct vwd_connection *connection);

/** A stage begins. One that leaves is shut down when it has its answer. */
void vwd_connection_enter(struct vwd_connection *connection, enum vwd_stage stage, uint64_t now);

/** Let all that are there leave: who waits for an answer gets it, the others are dropped. */
void vwd_connections_leave(struct vwd_connections *connections);

/** Is one there that leaves? */
bool vwd_connections_are_leaving(const struct vwd_connections *connections);

/**
 * Drop those that are past their deadline.
 *
 * Returns when to look again, or UINT64_MAX when nobody has a deadline.
 */
uint64_t vwd_connections_expire(struct vwd_connections *connections, uint64_t now);

/** Drop the one that can best be spared, if there is one. Returns whether there was. */
bool vwd_connections_drop_one(struct vwd_connections *connections, uint64_t now);

#endif
