/* SPDX-License-Identifier: MIT */
#ifndef VW_AGENT_INSPECT_H
#define VW_AGENT_INSPECT_H

#include "agent/config.h"
#include "detect/report.h"
#include "probes/probes.h"

/* A report and what it hangs on. A structure of zeros is empty. */
struct vwd_inspected {
	struct vw_source *source;
	struct vw_facts *facts;
	struct vw_report *report;
	struct vw_counter_reader *counters;
	double seconds; /* that it took */
};

/**
 * Look at the machine, or at the snapshot of the configuration: probe and detect.
 *
 * What only root may read is taken from $CREDENTIALS_DIRECTORY (systemd.exec(5), LoadCredential=) under these
 * names, where it holds more than nothing or the word "absent":
 *
 *   dmi.table           /sys/firmware/dmi/tables/DMI
 *   dmi.product-uuid    /sys/class/dmi/id/product_uuid
 *   dmi.product-serial  /sys/class/dmi/id/product_serial
 *   acpi.facp           /sys/firmware/acpi/tables/FACP
 *   fw_cfg.passport     /sys/firmware/qemu_fw_cfg/by_name/opt/virtwhere/passport/raw
 *
 * @ret: free with vwd_inspected_free()
 * @problem: on failure receives one line, without newline
 *
 * Returns 0, or what vw_source_live(), vw_source_snapshot(), vw_probe() and vw_detect() return; -EMFILE,
 * -ENFILE or -ENOMEM when a source could not be read for want of these.
 */
_must_check_ int vwd_inspect(const struct vwd_config *config, struct vwd_inspected *ret, char *problem,
			     size_t problem_size);

void vwd_inspected_free(struct vwd_inspected *inspected);

#endif
