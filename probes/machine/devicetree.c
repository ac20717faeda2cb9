/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include <string.h>

enum { STRINGS = 64 }; /* of one property */

/* A property that is a list of NUL-terminated strings (Devicetree Specification 0.4, section 2.2.4). */
static void read_strings(struct vw_run *run, const char *path, struct vw_names *fact)
{
	struct vw_name_list list;
	const char *bytes;
	size_t size;
	int r = vw_source_read(run->source, path, VW_TEXT_LIMIT, &bytes, &size);

	vw_names_are(fact, vw_state_of(r), path);
	if (r < 0 || !vw_name_list_init(run, &list, STRINGS))
		return;
	for (const char *end = bytes + size; bytes < end;) {
		size_t length = strnlen(bytes, (size_t)(end - bytes));

		vw_name_list_add(&list, vw_clean_copy(run, bytes, length));
		bytes += length + 1;
	}
	vw_fact_set_names(fact, &list, path);
}

/**
 * The device tree's root and its hypervisor node.
 *
 * Source: Devicetree Specification 0.4, section 3.2; Linux, Documentation/devicetree/bindings/arm/xen.txt.
 */
void vw_probe_devicetree(struct vw_run *run)
{
	struct vw_devicetree_facts *tree = &run->facts->devicetree;
	const char *base;

	vw_fact_read_list(run->source, "/proc/device-tree", &tree->root);
	if (tree->root.state == VW_ABSENT)
		vw_fact_read_list(run->source, "/sys/firmware/devicetree/base", &tree->root);
	base = tree->root.source;
	if (tree->root.state != VW_VALUE) {
		vw_text_is(&tree->model, tree->root.state, base);
		vw_names_are(&tree->compatible, tree->root.state, base);
		vw_names_are(&tree->hypervisor, tree->root.state, base);
		return;
	}
	vw_fact_read_text(run->source, vw_path(run, "%s/model", base), &tree->model);
	read_strings(run, vw_path(run, "%s/compatible", base), &tree->compatible);
	read_strings(run, vw_path(run, "%s/hypervisor/compatible", base), &tree->hypervisor);
}
