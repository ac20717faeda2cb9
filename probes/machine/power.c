/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#define LPARCFG "/proc/ppc64/lparcfg"

static void read_lparcfg(struct vw_run *run)
{
	struct vw_power_facts *power = &run->facts->power;
	const char *text;
	size_t size;
	struct vw_text_line line;
	int r = vw_source_read(run->source, LPARCFG, VW_TEXT_LIMIT, &text, &size);
	enum vw_state missing = r < 0 ? vw_state_of(r) : VW_ABSENT;

	vw_text_is(&power->shared_processor, missing, LPARCFG);
	vw_text_is(&power->partition, missing, LPARCFG);
	vw_number_is(&power->lparcfg, missing, LPARCFG);
	if (r < 0)
		return;
	vw_fact_set_number(&power->lparcfg, 1, LPARCFG);
	while (vw_line_next(&text, &size, '=', &line)) {
		if (vw_line_is(&line, "shared_processor_mode"))
			vw_fact_set_text(run->source, &power->shared_processor, line.value, line.value_size,
					 LPARCFG);
		else if (vw_line_is(&line, "partition_id"))
			vw_fact_set_text(run->source, &power->partition, line.value, line.value_size,
					 LPARCFG);
	}
}

/* Only where the device tree probe found a tree. */
static void read_tree(struct vw_run *run)
{
	struct vw_power_facts *power = &run->facts->power;
	const struct vw_names *root = &run->facts->devicetree.root;
	struct vw_text name;

	if (root->state != VW_VALUE) {
		vw_number_is(&power->hmc_managed, root->state, root->source);
		return;
	}
	vw_fact_read_present(run->source, vw_path(run, "%s/hmc-managed?", root->source), &power->hmc_managed);
	vw_fact_read_text(run->source, vw_path(run, "%s/ibm,partition-name", root->source), &name);
	if (name.state == VW_VALUE)
		power->partition = name;
}

/**
 * What a POWER machine tells of its logical partition.
 *
 * Source: Linux, arch/powerpc/platforms/pseries/lparcfg.c; IBM PAPR, section C.6.2 (root node properties).
 */
void vw_probe_power(struct vw_run *run)
{
	read_lparcfg(run);
	read_tree(run);
}
