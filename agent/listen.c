/* SPDX-License-Identifier: MIT */
#include "agent/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = SOMAXCONN, SOCKET_MODE = 0660, HOST_MAX = INET6_ADDRSTRLEN + 2 }; /* with brackets */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
	struct sockaddr_storage storage;
};

static socklen_t size_of(const union address *address)
{
	switch (address->any.sa_family) {
	case AF_INET:
		return sizeof(address->v4);
	case AF_INET6:
		return sizeof(address->v6);
	default:
		return sizeof(address->local);
	}
}

static int parse_local(const char *path, union address *ret)
{
	size_t length = strlen(path);

	/* It fits into a listener's name too. */
	if (length >= sizeof(ret->local.sun_path))
		return -EINVAL;
	ret->local.sun_family = AF_UNIX;
	memcpy(ret->local.sun_path, path, length + 1);
	return 0;
}

static int parse_port(const char *text, in_port_t *ret)
{
	uint64_t port;
	int err;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	err = vwb_number_parse(text, 10, UINT16_MAX, &port);
	if (err)
		return -EINVAL;
	*ret = htons((uint16_t)port);
	return 0;
}

/* Without a host: IPv6's "any", which takes IPv4's clients too. */
static int parse_host(const char *host, in_port_t port, union address *ret)
{
	size_t length = strlen(host);
	char bare[HOST_MAX];

	if (length == 0) {
		ret->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
		return 0;
	}
	if (inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = port;
		return 0;
	}
	if (length < 2 || host[0] != '[' || host[length - 1] != ']')
		return -EINVAL;
	memcpy(bare, host + 1, length - 2);
	bare[length - 2] = '\0';
	if (inet_pton(AF_INET6, bare, &ret->v6.sin6_addr) != 1)
		return -EINVAL;
	ret->v6.sin6_family = AF_INET6;
	ret->v6.sin6_port = port;
	return 0;
}

static int parse(const char *text, union address *ret)
{
	const char *colon = strrchr(text, ':');
	char host[HOST_MAX];
	in_port_t port;
	int err;

	*ret = (union address){0};
	if (text[0] == '/')
		return parse_local(text, ret);
	if (!colon || (size_t)(colon - text) >= sizeof(host))
		return -EINVAL;
	err = parse_port(colon + 1, &port);
	if (err)
		return err;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
	return parse_host(host, port, ret);
}

bool vwd_listen_is_address(const char *text)
{
	union address parsed;

	return parse(text, &parsed) == 0;
}

static void format(const union address *address, char ret[VW_LISTEN_NAME_MAX])
{
	char host[INET6_ADDRSTRLEN] = "?";

	switch (address->any.sa_family) {
	case AF_INET:
		inet_ntop(AF_INET, &address->v4.sin_addr, host, sizeof(host));
		snprintf(ret, VW_LISTEN_NAME_MAX, "%s:%u", host, ntohs(address->v4.sin_port));
		break;
	case AF_INET6:
		inet_ntop(AF_INET6, &address->v6.sin6_addr, host, sizeof(host));
		snprintf(ret, VW_LISTEN_NAME_MAX, "[%s]:%u", host, ntohs(address->v6.sin6_port));
		break;
	default:
		/* An abstract one begins with a NUL and has no path. */
		snprintf(ret, VW_LISTEN_NAME_MAX, "%.*s", (int)sizeof(address->local.sun_path),
			 address->local.sun_path[0] ? address->local.sun_path : "unix socket");
	}
}

/* What a crash left behind is removed; what lives, or is no socket, stays. */
static int remove_stale(const union address *address)
{
	const char *path = address->local.sun_path;
	struct stat there;
	int fd, err;

	if (lstat(path, &there) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(there.st_mode))
		return -EEXIST;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	err = connect(fd, &address->any, size_of(address)) < 0 ? errno : 0;
	close(fd);
	if (err == ENOENT)
		return 0;
	/* EPROTOTYPE: somebody's datagram socket. EAGAIN: one that lives and is full. */
	if (err != ECONNREFUSED)
		return err == EACCES ? -EACCES : -EADDRINUSE;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

static int bind_local(int fd, const union address *address, struct vwd_listener *listener)
{
	const char *path = address->local.sun_path;
	struct stat made;
	int err;

	err = remove_stale(address);
	if (err)
		return err;
	/* The file takes this mode and loses what the umask says; it never has more than it shall have. */
	if (fchmod(fd, SOCKET_MODE) < 0 || bind(fd, &address->any, size_of(address)) < 0)
		return -errno;
	if (chmod(path, SOCKET_MODE) < 0 || lstat(path, &made) < 0) {
		err = -errno;
		unlink(path);
		return err;
	}
	listener->device = made.st_dev;
	listener->inode = made.st_ino;
	return 0;
}

static int bind_inet(int fd, const union address *address)
{
	static const int on = 1, off = 0;
	bool any = address->any.sa_family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return -errno;
	if (address->any.sa_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, any ? &off : &on, sizeof(on)) < 0)
		return -errno;
	/* What is accepted inherits it: an answer is sent as a whole. */
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
		return -errno;
	return bind(fd, &address->any, size_of(address)) < 0 ? -errno : 0;
}

static bool is_local(const union address *address)
{
	const struct in6_addr *v6 = &address->v6.sin6_addr;

	switch (address->any.sa_family) {
	case AF_INET:
		return ntohl(address->v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(v6) ||
		       (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == IN_LOOPBACKNET);
	default:
		return true;
	}
}

static int name_it(struct vwd_listener *listener)
{
	union address bound = {0};
	socklen_t size = sizeof(bound);

	if (getsockname(listener->fd, &bound.any, &size) < 0)
		return -errno;
	listener->local = is_local(&bound);
	format(&bound, listener->name);
	return 0;
}

static int open_socket(const union address *address, struct vwd_listener *ret)
{
	struct vwd_listener listener = {0};
	int err;

	listener.fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener.fd < 0)
		return -errno;

	err = address->any.sa_family == AF_UNIX ? bind_local(listener.fd, address, &listener)
						: bind_inet(listener.fd, address);
	if (!err)
		err = name_it(&listener);
	if (!err && listen(listener.fd, BACKLOG) < 0)
		err = -errno;
	if (err) {
		vwd_listen_close(&listener);
		return err;
	}
	*ret = listener;
	return 0;
}

int vwd_listen(const char *address, struct vwd_listener *ret)
{
	union address parsed;
	int err;

	err = parse(address, &parsed);
	if (err)
		return err;
	err = open_socket(&parsed, ret);
	/* ":9796" where the kernel has no IPv6 */
	if (err == -EAFNOSUPPORT && address[0] == ':') {
		in_port_t port = parsed.v6.sin6_port;

		parsed = (union address){.v4 = {.sin_family = AF_INET, .sin_port = port}};
		err = open_socket(&parsed, ret);
	}
	return err;
}

static bool has_option(int fd, int option, int value)
{
	socklen_t size = sizeof(int);
	int is = 0;

	return getsockopt(fd, SOL_SOCKET, option, &is, &size) == 0 && is == value;
}

static bool has_known_family(int fd)
{
	return has_option(fd, SO_DOMAIN, AF_INET) || has_option(fd, SO_DOMAIN, AF_INET6) ||
	       has_option(fd, SO_DOMAIN, AF_UNIX);
}

int vwd_listen_inherit(int fd, struct vwd_listener *ret)
{
	struct vwd_listener listener = {.fd = fd};
	int flags, err;

	if (!has_option(fd, SO_TYPE, SOCK_STREAM) || !has_option(fd, SO_ACCEPTCONN, 1) ||
	    !has_known_family(fd))
		return -ENOTSOCK;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	err = name_it(&listener);
	if (err)
		return err;
	*ret = listener;
	return 0;
}

void vwd_listen_close(struct vwd_listener *listener)
{
	struct stat there;

	if (listener->inode && lstat(listener->name, &there) == 0 && there.st_dev == listener->device &&
	    there.st_ino == listener->inode)
		unlink(listener->name);
	close(listener->fd);
	*listener = (struct vwd_listener){.fd = -1};
}
