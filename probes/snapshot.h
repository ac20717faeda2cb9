/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_SNAPSHOT_H
#define VW_PROBES_SNAPSHOT_H

/* The snapshot's format, for its reader and its writer; contract, section 4. Internal to probes/. */

#define VW_SNAPSHOT_FORMAT "virtwhere.snapshot/1"

#endif
