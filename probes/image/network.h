/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_NETWORK_H
#define VW_PROBES_IMAGE_NETWORK_H

/* The readers of network configurations, which all fill one list. Internal to network*.c. */

#include "probes/image/settings.h"

struct vw_network_facts {
	struct vw_image *image;
	struct vw_growing confs; /* of struct vw_netconf */
	struct vw_growing pins;  /* of struct vw_line */
	bool lost;
};

/** Room for one more; NULL when the list is full, which is remembered. */
struct vw_netconf *vw_network_add(struct vw_network_facts *network, const char *kind, const char *path,
				  unsigned line);

/** The same configuration once for each word of @names, which may be NULL or empty: any interface. */
void vw_network_add_each(struct vw_network_facts *network, const struct vw_netconf *conf, const char *names);

/** The interfaces below netplan's "ethernets", or cloud-init's. */
struct vw_yaml;
void vw_network_ethernets(struct vw_network_facts *network, const char *kind, const char *path,
			  const struct vw_yaml *ethernets);

_must_check_ int vw_network_netplan(struct vw_network_facts *network);
_must_check_ int vw_network_networkd(struct vw_network_facts *network);
_must_check_ int vw_network_manager(struct vw_network_facts *network);

#endif
