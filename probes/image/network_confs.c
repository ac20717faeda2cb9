/* SPDX-License-Identifier: MIT */
#include "probes/image/network.h"

#include <errno.h>
#include <string.h>

#include "probes/image/parts.h"

enum { CONFS_LIMIT = 1024 };

struct vw_netconf *vw_network_add(struct vw_network_facts *network, const char *kind, const char *path,
				  unsigned line)
{
	struct vw_netconf *conf = vw_grow(network->image, &network->confs, sizeof(*conf), CONFS_LIMIT);

	if (!conf) {
		network->lost = true;
		vw_image_unread(network->image, path, -E2BIG);
		return NULL;
	}
	conf->kind = kind;
	conf->source = line ? vw_image_place(network->image, path, line)
			    : vw_image_clean(network->image, path, strlen(path));
	return conf;
}

/* Returns false when the list is full. */
static bool add_copy(struct vw_network_facts *network, const struct vw_netconf *conf, const char *interface)
{
	struct vw_netconf *one = vw_network_add(network, conf->kind, conf->source, 0);
	const char *source;

	if (!one)
		return false;
	source = one->source;
	*one = *conf;
	one->source = source;
	one->interface = interface;
	return true;
}

void vw_network_add_each(struct vw_network_facts *network, const struct vw_netconf *conf, const char *names)
{
	struct vw_span rest = {names, names ? strlen(names) : 0}, word;
	bool any = false;

	while (vw_word_next(&rest, &word)) {
		any = true;
		if (!add_copy(network, conf, vw_span_copy(network->image, word)))
			return;
	}
	if (!any)
		add_copy(network, conf, NULL);
}
