/* SPDX-License-Identifier: MIT */
#include "agent/connections.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Who was asked for an answer gets this long to take it before he makes room for others. */
enum { ANSWERING_AT_LEAST = 1000 * 1000 };

/* --- addresses ---------------------------------------------------------------------------------------- */

struct vw_network vw_network_of(const struct sockaddr *address)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;
	struct vw_network network = {.local = false};

	switch (address->sa_family) {
	case AF_INET:
		memset(network.address + 10, 0xff, 2);
		memcpy(network.address + 12, &v4->sin_addr, 4);
		break;
	case AF_INET6:
		memcpy(network.address, &v6->sin6_addr, IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) ? 16 : 8);
		break;
	default:
		network.local = true;
	}
	return network;
}

bool vw_network_same(const struct vw_network *a, const struct vw_network *b)
{
	return a->local == b->local && memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

static bool same_address(const struct vw_connection *a, const struct vw_connection *b)
{
	return !a->network.local && vw_network_same(&a->network, &b->network);
}

/* --- who can be spared -------------------------------------------------------------------------------- */

static bool may_be_spared(const struct vw_connection *connection, uint64_t now)
{
	if (connection->dropped || connection->stage == VW_STAGE_HELD)
		return false;
	return connection->stage != VW_STAGE_ANSWERING || now - connection->since >= ANSWERING_AT_LEAST;
}

/* Stages are in the order in which they are spared. */
static bool is_spared_before(const struct vw_connection *a, const struct vw_connection *b)
{
	return a->stage != b->stage ? a->stage < b->stage : a->since < b->since;
}

/* @like: only those of its address; NULL for all */
static struct vw_connection *least_needed(const struct vw_connections *connections,
					  const struct vw_connection *like, uint64_t now)
{
	struct vw_connection *least = NULL;

	for (struct vw_connection *one = connections->first; one; one = one->next) {
		if (!may_be_spared(one, now) || (like && !same_address(one, like)))
			continue;
		if (!least || is_spared_before(one, least))
			least = one;
	}
	return least;
}

static void drop(struct vw_connections *connections, struct vw_connection *connection)
{
	shutdown(connection->fd, SHUT_RDWR);
	connection->dropped = true;
	connections->count--;
}

static bool drop_least_needed(struct vw_connections *connections, const struct vw_connection *like,
			      uint64_t now)
{
	struct vw_connection *least = least_needed(connections, like, now);

	if (!least)
		return false;
	drop(connections, least);
	return true;
}

bool vw_connections_drop_one(struct vw_connections *connections, uint64_t now)
{
	return drop_least_needed(connections, NULL, now);
}

static unsigned count_like(const struct vw_connections *connections, const struct vw_connection *like)
{
	unsigned count = 0;

	for (const struct vw_connection *one = connections->first; one; one = one->next)
		count += !one->dropped && same_address(one, like);
	return count;
}

bool vw_connections_make_room(struct vw_connections *connections, const struct sockaddr *address,
			      uint64_t now, bool *ret_dropped)
{
	const struct vw_connection like = {.network = vw_network_of(address)};

	*ret_dropped = false;
	if (count_like(connections, &like) >= connections->limit_per_address)
		return *ret_dropped = drop_least_needed(connections, &like, now);
	if (connections->count >= connections->limit)
		return *ret_dropped = drop_least_needed(connections, NULL, now);
	return true;
}

/* --- the list ----------------------------------------------------------------------------------------- */

struct vw_connection *vw_connections_add(struct vw_connections *connections, int fd,
					 const struct sockaddr *address, uint64_t now)
{
	struct vw_connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return NULL;
	connection->fd = fd;
	connection->network = vw_network_of(address);
	vw_connection_enter(connection, VW_STAGE_FIRST, now);

	connection->next = connections->first;
	if (connections->first)
		connections->first->previous = connection;
	connections->first = connection;
	connections->count++;
	return connection;
}

void vw_connections_remove(struct vw_connections *connections, struct vw_connection *connection)
{
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		connections->first = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	if (!connection->dropped)
		connections->count--;
	free(connection);
}

void vw_connection_enter(struct vw_connection *connection, enum vw_stage stage, uint64_t now)
{
	connection->stage = stage;
	connection->since = now;
	/* All of the answer is with the kernel. */
	if (connection->leaving && stage == VW_STAGE_IDLE)
		shutdown(connection->fd, SHUT_RDWR);
}

void vw_connections_leave(struct vw_connections *connections)
{
	for (struct vw_connection *one = connections->first; one; one = one->next) {
		one->leaving = true;
		if (!one->dropped && (one->stage == VW_STAGE_FIRST || one->stage == VW_STAGE_IDLE))
			drop(connections, one);
	}
}

bool vw_connections_are_leaving(const struct vw_connections *connections)
{
	for (const struct vw_connection *one = connections->first; one; one = one->next)
		if (one->leaving)
			return true;
	return false;
}

uint64_t vw_connections_expire(struct vw_connections *connections, uint64_t now)
{
	uint64_t next = UINT64_MAX;

	for (struct vw_connection *one = connections->first; one; one = one->next) {
		uint64_t deadline;

		if (one->dropped || one->stage == VW_STAGE_HELD)
			continue;
		deadline = one->since +
			   (one->stage == VW_STAGE_IDLE ? connections->idle_timeout : connections->timeout);
		if (deadline <= now)
			drop(connections, one);
		else if (deadline < next)
			next = deadline;
	}
	return next;
}
