/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_READ_REDACT_H
#define VW_PROBES_READ_REDACT_H

/* Taking out of a recorded file what names one machine or one person. Internal to probes/. */

#include "base/base.h"

/**
 * Clean a file in place: letters and digits of serial numbers, UUIDs, MAC addresses and the like become '0',
 * so that length and shape stay, and so does the part that a verdict rests on ("ec2" of a UUID).
 *
 * @place: where the file lies, without links: "/sys/devices/virtual/dmi/id/product_uuid"
 * @bytes: at least @size + 1 bytes, the last one NUL
 * @with_ids: keep the ids; secrets go all the same: the values of PID 1's environment
 *
 * Returns the new size, at the most @size.
 */
size_t vw_redact(const char *place, char *bytes, size_t size, bool with_ids);

#endif
