/* SPDX-License-Identifier: MIT */
#include "agent/connections.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* Microseconds: to send a request, and to take its answer, before who comes may take the place. Only a pause
 * between two requests gives the second one as much: who sends one after the other is spared once. */
enum { ASKING = 250 * 1000, ANSWERING = 1000 * 1000, PAUSE = 1000 * 1000 };

struct vwd_network vwd_network_of(const struct sockaddr *address)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;
	struct vwd_network network = {.local = false};

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

bool vwd_network_same(const struct vwd_network *a, const struct vwd_network *b)
{
	return a->local == b->local && memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

static bool same_address(const struct vwd_connection *a, const struct vwd_connection *b)
{
	return !a->network.local && vwd_network_same(&a->network, &b->network);
}

/* Is @a needed less than the newer @b? Stages are in that order. Somebody always makes room: so many have to
 * come after a connection as there are places before it is dropped within its time. */
static bool is_needed_less(const struct vwd_connection *a, const struct vwd_connection *b, uint64_t now)
{
	bool a_has_time = a->safe_until > now, b_has_time = b->safe_until > now;

	if ((a->stage == VW_STAGE_HELD) != (b->stage == VW_STAGE_HELD))
		return b->stage == VW_STAGE_HELD;
	if (a_has_time != b_has_time)
		return b_has_time;
	if (a_has_time)
		return a->safe_until <= b->safe_until;
	return a->stage != b->stage ? a->stage < b->stage : a->since <= b->since;
}

/* @like: only those of its address; NULL for all */
static struct vwd_connection *least_needed(const struct vwd_connections *connections,
					   const struct vwd_connection *like, uint64_t now)
{
	struct vwd_connection *least = NULL;

	for (struct vwd_connection *one = connections->first; one; one = one->next) {
		if (one->dropped || (like && !same_address(one, like)))
			continue;
		if (!least || is_needed_less(one, least, now))
			least = one;
	}
	return least;
}

static void drop(struct vwd_connections *connections, struct vwd_connection *connection)
{
	shutdown(connection->fd, SHUT_RDWR);
	connection->dropped = true;
	connections->count--;
}

static bool drop_least_needed(struct vwd_connections *connections, const struct vwd_connection *like,
			      uint64_t now)
{
	struct vwd_connection *least = least_needed(connections, like, now);

	if (!least)
		return false;
	drop(connections, least);
	return true;
}

bool vwd_connections_drop_one(struct vwd_connections *connections, uint64_t now)
{
	return drop_least_needed(connections, NULL, now);
}

static unsigned count_like(const struct vwd_connections *connections, const struct vwd_connection *like)
{
	unsigned count = 0;

	for (const struct vwd_connection *one = connections->first; one; one = one->next)
		count += !one->dropped && same_address(one, like);
	return count;
}

void vwd_connections_make_room(struct vwd_connections *connections, const struct sockaddr *address,
			       uint64_t now)
{
	const struct vwd_connection like = {.network = vwd_network_of(address)};

	if (count_like(connections, &like) >= connections->limit_per_address)
		(void)drop_least_needed(connections, &like, now);
	else if (connections->count >= connections->limit)
		(void)drop_least_needed(connections, NULL, now);
}

struct vwd_connection *vwd_connections_add(struct vwd_connections *connections, int fd,
					   const struct sockaddr *address, uint64_t now)
{
	struct vwd_connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return NULL;
	connection->fd = fd;
	connection->network = vwd_network_of(address);
	connection->since = now;
	connection->safe_until = now + ASKING;

	connection->next = connections->first;
	if (connections->first)
		connections->first->previous = connection;
	connections->first = connection;
	connections->count++;
	return connection;
}

void vwd_connections_remove(struct vwd_connections *connections, struct vwd_connection *connection)
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

void vwd_connection_enter(struct vwd_connection *connection, enum vwd_stage stage, uint64_t now)
{
	bool paused = connection->stage == VW_STAGE_IDLE && now - connection->since >= PAUSE;

	if (stage == VW_STAGE_ANSWERING && (connection->stage == VW_STAGE_FIRST || paused))
		connection->safe_until = now + ANSWERING;
	else if (stage == VW_STAGE_IDLE)
		connection->safe_until = now;
	connection->stage = stage;
	connection->since = now;
	/* All of the answer is with the kernel. */
	if (connection->leaving && stage == VW_STAGE_IDLE)
		shutdown(connection->fd, SHUT_RDWR);
}

void vwd_connections_leave(struct vwd_connections *connections)
{
	for (struct vwd_connection *one = connections->first; one; one = one->next) {
		one->leaving = true;
		if (!one->dropped && (one->stage == VW_STAGE_FIRST || one->stage == VW_STAGE_IDLE))
			drop(connections, one);
	}
}

bool vwd_connections_are_leaving(const struct vwd_connections *connections)
{
	for (const struct vwd_connection *one = connections->first; one; one = one->next)
		if (one->leaving)
			return true;
	return false;
}

uint64_t vwd_connections_expire(struct vwd_connections *connections, uint64_t now)
{
	uint64_t next = UINT64_MAX;

	for (struct vwd_connection *one = connections->first; one; one = one->next) {
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
