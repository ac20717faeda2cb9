/* SPDX-License-Identifier: MIT */
#include "probes/machine/probe.h"

#include "detect/passport.h"

/* The driver makes the directory above when it is loaded, with or without a device; what is in it, for a
 * device. */
#define FW_CFG   "/sys/firmware/qemu_fw_cfg/by_name"
#define PASSPORT FW_CFG "/opt/virtwhere/passport/raw"

static void find_oem_string(struct vw_run *run)
{
	const struct vw_names *strings = &run->facts->dmi.oem_strings;
	struct vw_text *fact = &run->facts->passport.oem_string;

	vw_text_is(fact, strings->state == VW_VALUE ? VW_ABSENT : strings->state, strings->source);
	for (size_t i = 0; i < strings->count; i++) {
		if (!vwb_text_starts(strings->name[i], VW_PASSPORT_PREFIX))
			continue;
		*fact = (struct vw_text){
			.state = VW_VALUE, .text = strings->name[i], .source = strings->source};
		return;
	}
}

/**
 * The passport that a host may give to its guest (detect/passport.h).
 *
 * QEMU's own files there are for root only.
 *
 * Source: Linux, Documentation/ABI/testing/sysfs-firmware-qemu_fw_cfg, drivers/firmware/qemu_fw_cfg.c.
 */
void vw_probe_passport(struct vw_run *run)
{
	struct vw_passport_facts *passport = &run->facts->passport;

	vw_fact_read_present(run->source, FW_CFG, &passport->fw_cfg_present);
	if (passport->fw_cfg_present.state == VW_VALUE)
		vw_fact_read_text(run->source, PASSPORT, &passport->fw_cfg);
	else
		vw_text_is(&passport->fw_cfg, passport->fw_cfg_present.state, PASSPORT);
	find_oem_string(run);
}
