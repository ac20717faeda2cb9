/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_LISTEN_H
#define VW_AGENT_LISTEN_H

/*
 * Sockets that are listened on. Internal to the HTTP server.
 */

#include <sys/types.h>

#include "base/base.h"

enum { VW_LISTEN_NAME_MAX = 128 };

struct vwd_listener {
	int fd;
	bool local;                    /* a Unix socket or a loopback address: no other machine reaches it */
	char name[VW_LISTEN_NAME_MAX]; /* for people: "127.0.0.1:9796", or a path */
	dev_t device; /* of a Unix socket that was made here and is to be removed; 0 if not */
	ino_t inode;
};

/** What is no address is none of these: for messages. */
#define VW_LISTEN_FORMS "127.0.0.1:9796, [::1]:9796, :9796 or an absolute path of at most 107 bytes"

/** Is @text written as an address that vwd_listen() understands? Nothing is opened. */
bool vwd_listen_is_address(const char *text);

/**
 * Listen on an address.
 *
 * @address: "HOST:PORT" with HOST an IPv4 address, an IPv6 address in brackets or nothing for every address;
 * or the absolute path of a Unix socket. Names are not resolved. The Unix socket gets mode 0660; a socket
 *           that stands there and that nobody answers on is replaced, anything else is left alone
 *
 * Returns 0, -EINVAL for what is no address, -EADDRINUSE when somebody answers there, -EEXIST when what
 * stands there is no socket, or another negative errno.
 */
_must_check_ int vwd_listen(const char *address, struct vwd_listener *ret);

/**
 * Take over a socket that was handed in; it is made non-blocking and closed on exec.
 *
 * Returns 0, -ENOTSOCK when it does not listen for streams of IPv4, IPv6 or Unix, or another negative errno.
 */
_must_check_ int vwd_listen_inherit(int fd, struct vwd_listener *ret);

/** Stop listening; a Unix socket that was made is removed, unless another one stands in its place. */
void vwd_listen_close(struct vwd_listener *listener);

#endif
