/* SPDX-License-Identifier: MIT */

/* Where is listened: how an address is written, what the socket is like, and what stands in its place. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cmocka.h>

#include "agent/listen.h"
#include "tests/unit/left_behind.h"
#include "tests/unit/left_out.h"
#include "tests/unit/scratch.h"

static bool no_ipv6; /* the kernel has none */

int socket_in_place(int family, int type, int protocol) __asm__("socket");

int socket_in_place(int family, int type, int protocol)
{
	errno = EAFNOSUPPORT;
	return family == AF_INET6 && no_ipv6 ? -1 : (int)syscall(SYS_socket, family, type, protocol);
}

/* Can this machine listen on ::1? */
static bool has_ipv6(void)
{
	const struct sockaddr_in6 loopback = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool has = fd >= 0 && bind(fd, (const struct sockaddr *)&loopback, sizeof(loopback)) == 0;

	if (fd >= 0)
		close(fd);
	return has;
}

/* How it is written. */

#define TEN "0123456789"

static void addresses_have_a_form(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{"127.0.0.1:9796", true},
		{"0.0.0.0:0", true},
		{"127.0.0.1:65535", true},
		{"127.0.0.1:00080", true},
		{"127.0.0.1:65536", false},
		{"127.0.0.1:-1", false},
		{"127.0.0.1:+1", false},
		{"127.0.0.1: 1", false},
		{"127.0.0.1:0x10", false},
		{"127.0.0.1:", false},
		{"127.0.0.1", false},
		{"127.0.0:1", false},
		{"127.0.0.256:1", false},
		{"localhost:1", false},
		{"[::1]:9796", true},
		{"[::]:0", true},
		{"[::ffff:10.0.0.1]:1", true},
		{"[2001:db8:1111:2222:3333:4444:5555:6666]:1", true},
		{"[fe80::1%eth0]:1", false},
		{"[127.0.0.1]:1", false},
		{"[::1]", false},
		{"[::1:1", false},
		{"::1]:1", false},
		{"::1:1", false},
		{"[]:1", false},
		{"[:1", false},
		{"]:1", false},
		{":9796", true},
		{":0", true},
		{":", false},
		{"", false},
		{"9796", false},
		{"run/socket", false},
		{"./socket", false},
		{"@abstract", false},
		{"/", true},
		{"/run/virtwhere/http", true},
		{"/run/a:b", true},
		{"/" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "123456", true}, /* 107 bytes */
		{"/" TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN "1234567", false},
		/* a host that is too long for one */
		{"[1111:2222:3333:4444:5555:6666:111.111.111.111]:1", true},
		{TEN TEN TEN TEN "12345:1", false},
		{TEN TEN TEN TEN "1234567:1", false},
		{TEN TEN TEN TEN "12345678:1", false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vwd_listener listener;

		if (vwd_listen_is_address(rows[i].text) != rows[i].good)
			fail_msg("%s", rows[i].text);
		if (!rows[i].good)
			assert_int_equal(vwd_listen(rows[i].text, &listener), -EINVAL);
	}
}

/* What is opened. */

static int option_of(int fd, int level, int option)
{
	socklen_t size = sizeof(int);
	int is = -1;

	assert_int_equal(getsockopt(fd, level, option, &is, &size), 0);
	return is;
}

static void check_listens(const struct vwd_listener *listener, int family)
{
	assert_int_equal(option_of(listener->fd, SOL_SOCKET, SO_DOMAIN), family);
	assert_int_equal(option_of(listener->fd, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
	assert_int_equal(option_of(listener->fd, SOL_SOCKET, SO_ACCEPTCONN), 1);
	assert_true(fcntl(listener->fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(listener->fd, F_GETFD) & FD_CLOEXEC);
	if (family == AF_UNIX)
		assert_true(listener->local);
}

static void check_inet(const struct vwd_listener *listener, int family, const char *host)
{
	char name[64];
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} bound = {.any = {0}};
	socklen_t size = sizeof(bound);

	check_listens(listener, family);
	assert_int_equal(option_of(listener->fd, SOL_SOCKET, SO_REUSEADDR), 1);
	assert_int_equal(option_of(listener->fd, IPPROTO_TCP, TCP_NODELAY), 1);
	assert_int_equal(getsockname(listener->fd, &bound.any, &size), 0);
	snprintf(name, sizeof(name), "%s:%u", host,
		 ntohs(family == AF_INET ? bound.v4.sin_port : bound.v6.sin6_port));
	assert_string_equal(listener->name, name);
	assert_int_not_equal(ntohs(bound.v4.sin_port), 0);
}

static void internet_sockets_are_opened(void **state)
{
	struct vwd_listener listener, second;
	int fd;

	(void)state;
	assert_int_equal(vwd_listen("127.0.0.1:0", &listener), 0);
	check_inet(&listener, AF_INET, "127.0.0.1");
	assert_int_equal(vwd_listen(listener.name, &second), -EADDRINUSE);
	fd = listener.fd;
	vwd_listen_close(&listener);
	assert_int_equal(listener.fd, -1);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(vwd_listen("0.0.0.0:0", &listener), 0);
	check_inet(&listener, AF_INET, "0.0.0.0");
	vwd_listen_close(&listener);

	no_ipv6 = true;
	assert_int_equal(vwd_listen(":0", &listener), 0);
	check_inet(&listener, AF_INET, "0.0.0.0");
	vwd_listen_close(&listener);
	assert_int_equal(vwd_listen("[::]:0", &listener), -EAFNOSUPPORT);
	no_ipv6 = false;
}

/* "Every address" is IPv4's, too, an address of IPv6 is not. */
static void ipv6_sockets_are_opened(void **state)
{
	static const struct {
		const char *address, *host;
		int only;
	} rows[] = {{"[::1]:0", "[::1]", 1}, {"[::]:0", "[::]", 0}, {":0", "[::]", 0}};

	(void)state;
	if (!has_ipv6())
		LEAVE_OUT_ALL("no IPv6 loopback");
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		struct vwd_listener listener;

		assert_int_equal(vwd_listen(rows[i].address, &listener), 0);
		check_inet(&listener, AF_INET6, rows[i].host);
		assert_int_equal(option_of(listener.fd, IPPROTO_IPV6, IPV6_V6ONLY), rows[i].only);
		vwd_listen_close(&listener);
	}
}

/* Unix sockets. */

static int bind_there(const char *path, int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void unix_sockets_are_opened(void **state)
{
	static const mode_t masks[] = {0, 022, 077, 0777};
	const struct scratch *scratch = *state;
	struct vwd_listener listener, second;
	struct stat there;
	char path[96];

	snprintf(path, sizeof(path), "%s/http", scratch->directory);
	for (size_t i = 0; i < VW_COUNT(masks); i++) {
		mode_t before = umask(masks[i]);

		assert_int_equal(vwd_listen(path, &listener), 0);
		umask(before);
		check_listens(&listener, AF_UNIX);
		assert_string_equal(listener.name, path);
		assert_int_equal(lstat(path, &there), 0);
		assert_int_equal(there.st_mode, S_IFSOCK | 0660);
		assert_int_equal(vwd_listen(path, &second), -EADDRINUSE);
		vwd_listen_close(&listener);
		assert_int_equal(lstat(path, &there), -1);
	}
	snprintf(path, sizeof(path), "%s/nothing/http", scratch->directory);
	assert_int_equal(vwd_listen(path, &listener), -ENOENT);
}

/* What a crash left behind goes; what lives, or is no socket, stays. */
static void what_stands_there_is_looked_at(void **state)
{
	const struct scratch *scratch = *state;
	struct vwd_listener listener;
	struct stat before, after;
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "%s/http", scratch->directory);
	close(bind_there(path, SOCK_STREAM));
	assert_int_equal(vwd_listen(path, &listener), 0);
	check_listens(&listener, AF_UNIX);

	/* another one in its place is not removed with it */
	assert_int_equal(unlink(path), 0);
	close(bind_there(path, SOCK_STREAM));
	assert_int_equal(lstat(path, &before), 0);
	vwd_listen_close(&listener);
	assert_int_equal(lstat(path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(unlink(path), 0);

	fd = bind_there(path, SOCK_DGRAM);
	assert_int_equal(vwd_listen(path, &listener), -EADDRINUSE);
	assert_int_equal(access(path, F_OK), 0);
	close(fd);
	assert_int_equal(unlink(path), 0);

	write_text(path, "precious");
	assert_int_equal(vwd_listen(path, &listener), -EEXIST);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(vwd_listen(path, &listener), -EEXIST);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("nowhere", path), 0);
	assert_int_equal(vwd_listen(path, &listener), -EEXIST);
	assert_int_equal(lstat(path, &after), 0);
	assert_true(S_ISLNK(after.st_mode));
}

/* What is handed in. */

static void sockets_are_taken_over(void **state)
{
	const struct scratch *scratch = *state;
	const struct sockaddr_in loopback = {.sin_family = AF_INET,
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct vwd_listener listener;
	char path[96];
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(vwd_listen_inherit(fd, &listener), -ENOTSOCK);
	assert_int_equal(bind(fd, (const struct sockaddr *)&loopback, sizeof(loopback)), 0);
	assert_int_equal(vwd_listen_inherit(fd, &listener), -ENOTSOCK);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(vwd_listen_inherit(fd, &listener), 0);
	check_listens(&listener, AF_INET);
	assert_int_equal(strncmp(listener.name, "127.0.0.1:", 10), 0);
	assert_int_equal(listener.fd, fd);
	vwd_listen_close(&listener);
	assert_int_equal(fcntl(fd, F_GETFD), -1);

	/* its path is not ours to remove */
	snprintf(path, sizeof(path), "%s/http", scratch->directory);
	fd = bind_there(path, SOCK_STREAM);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(vwd_listen_inherit(fd, &listener), 0);
	check_listens(&listener, AF_UNIX);
	assert_string_equal(listener.name, path);
	vwd_listen_close(&listener);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(unlink(path), 0);
}

static void what_is_no_such_socket_is_not(void **state)
{
	static const struct sockaddr_un nameless = {.sun_family = AF_UNIX};
	const struct sockaddr_in loopback = {.sin_family = AF_INET,
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const struct scratch *scratch = *state;
	struct vwd_listener listener;
	char path[96];
	int fd;

	assert_int_equal(vwd_listen_inherit(scratch->fd, &listener), -ENOTSOCK);
	assert_int_equal(vwd_listen_inherit(-1, &listener), -ENOTSOCK);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&loopback, sizeof(loopback)), 0);
	assert_int_equal(vwd_listen_inherit(fd, &listener), -ENOTSOCK);
	close(fd);
	snprintf(path, sizeof(path), "%s/packets", scratch->directory);
	fd = bind_there(path, SOCK_SEQPACKET);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(vwd_listen_inherit(fd, &listener), -ENOTSOCK);
	close(fd);

	/* an abstract one has no path */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&nameless, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(vwd_listen_inherit(fd, &listener), 0);
	assert_string_equal(listener.name, "unix socket");
	assert_true(listener.local);
	vwd_listen_close(&listener);
}

static const struct scratch *place;

static void live(void)
{
	struct vwd_listener listener;
	char path[96];

	snprintf(path, sizeof(path), "%s/http", place->directory);
	close(bind_there(path, SOCK_STREAM));
	assert_int_equal(vwd_listen(path, &listener), 0);
	vwd_listen_close(&listener);
	assert_int_equal(vwd_listen("127.0.0.1:0", &listener), 0);
	vwd_listen_close(&listener);
	assert_int_equal(vwd_listen(place->canary, &listener), -EEXIST);
	snprintf(path, sizeof(path), "%s/nothing/http", place->directory);
	assert_int_equal(vwd_listen(path, &listener), -ENOENT);
}

static void nothing_is_left_behind(void **state)
{
	place = *state;
	check_leaves_nothing(live);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(addresses_have_a_form),          TEST(internet_sockets_are_opened),
		TEST(ipv6_sockets_are_opened),        TEST(unix_sockets_are_opened),
		TEST(what_stands_there_is_looked_at), TEST(sockets_are_taken_over),
		TEST(what_is_no_such_socket_is_not),  TEST(nothing_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
