/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_PROBES_H
#define VW_PROBES_PROBES_H

/*
 * What the probes offer: a source (this machine, or a snapshot), one call that reads all that is to be known
 * from it, and snapshots.
 */

#include <stddef.h>

#include "base/base.h"
#include "detect/facts.h"

/* Where bytes come from: this machine or a recorded one, behind the same calls. */
struct vw_source;

/**
 * Read from this machine.
 *
 * Returns 0, or a negative errno (ENOMEM, or what opening the root directory gave).
 */
_must_check_ int vw_source_live(struct vw_source **ret_source);

/**
 * Read from a snapshot: a directory, or an archive (.tar, .tar.gz, .tar.zst) which is unpacked into a private
 * directory that vw_source_free() removes. Nothing is ever read from the machine that replays it.
 *
 * @path: the snapshot
 * @problem: on failure receives one line, without newline, that names the file and the reason
 * @problem_size: its size in bytes
 *
 * Returns 0 or a negative errno: -ENOENT, -EACCES, -EBADMSG for what is no snapshot or a damaged one, -E2BIG
 * for one beyond the bounds, -EOPNOTSUPP when the library for the archive's format is not installed.
 */
_must_check_ int vw_source_snapshot(const char *path, struct vw_source **ret_source, char *problem,
				    size_t problem_size);

/**
 * Say that nothing more will be read: removes what an archive was unpacked into, and lets the signals through
 * that were held back so long (SIGTERM, SIGINT and their like). What was read stays valid. vw_source_free()
 * does it too.
 */
void vw_source_finish(struct vw_source *source);

void vw_source_free(struct vw_source *source);
void vw_source_freep(struct vw_source **source);

/**
 * Act as if reading were not allowed (EACCES). For tests: they run as root, whom no mode bit stops.
 *
 * @what: a path below which all is denied ("/sys/class/dmi"), or "cpuid", or "cpuid xen"
 *
 * Returns 0, or -ENOMEM.
 */
_must_check_ int vw_source_deny(struct vw_source *source, const char *what);

/**
 * Take the bytes of one file from another: of what only root may read, a service without rights is handed a
 * copy (systemd.exec(5), LoadCredential=). Live sources only.
 *
 * @path: as the probes ask for it: "/sys/firmware/dmi/tables/DMI"
 * @file: the copy; one that cannot be opened counts as not handed in
 *
 * Returns 0, or -ENOMEM.
 */
_must_check_ int vw_source_overlay(struct vw_source *source, const char *path, const char *file);

/** Number of CPUID instructions executed through this source. */
size_t vw_source_cpuid_executions(const struct vw_source *source);

enum vw_probe_flags {
	VW_PROBE_TIMING = 1 << 0, /* measure the CPUID exit latency */
	VW_PROBE_WIDE = 1 << 1, /* read also what no verdict waits for: for explain, drivers and snapshots */
	VW_PROBE_OUTCOMES = 1 << 2, /* note how each probe went, and how long it took */
};

/**
 * Run every probe of the table.
 *
 * @flags: of enum vw_probe_flags
 * @ret_facts: the facts; they live in the source's memory: free them with vw_facts_free() before the source
 *
 * Returns 0 or -ENOMEM. A source that cannot be read is a fact with its state, never an error.
 */
_must_check_ int vw_probe(struct vw_source *source, unsigned flags, struct vw_facts **ret_facts);

void vw_facts_free(struct vw_facts *facts);
void vw_facts_freep(struct vw_facts **facts);

/* What runs on while the machine does: the time that its hypervisor took from it, and what ENA counts. */
struct vw_counter_reader;

/**
 * Prepare to read the counters of a machine.
 *
 * @source: needed during this call only, before vw_source_finish(). Live: the reader opens what it needs, and
 * reads it again at each call. A snapshot: it takes what was recorded (proc/stat, ethtool.json), and each
 * call gives the same
 * @facts: of that source; needed during this call only. They tell the interfaces: those of the driver "ena",
 * VW_COUNTER_INTERFACES at the most
 *
 * What cannot be read is left out of the counters; it is no error.
 *
 * Returns 0 or -ENOMEM.
 * Source: proc(5), /proc/stat; linux/ethtool.h, ETHTOOL_GSTATS, which needs no privilege
 * (net/ethtool/ioctl.c), on a socket of any family (net/socket.c), so of AF_UNIX.
 */
_must_check_ int vw_counter_reader_new(struct vw_source *source, const struct vw_facts *facts,
				       struct vw_counter_reader **ret_reader);

/**
 * Read the counters. A device that has gone is left out.
 *
 * @ret: valid until the next call, or until the reader is freed
 *
 * Returns 0 or -ENOMEM.
 */
_must_check_ int vw_counter_reader_read(struct vw_counter_reader *reader, struct vw_counters *ret);

void vw_counter_reader_free(struct vw_counter_reader *reader); /* NULL is fine */
void vw_counter_reader_freep(struct vw_counter_reader **reader);

enum { VW_COUNTER_INTERFACES = 32 };

enum vw_snapshot_flags {
	VW_SNAPSHOT_WITH_IDS = 1 << 0, /* keep serials, UUIDs, MAC addresses and instance ids */
	VW_SNAPSHOT_TIMING = 1 << 1,   /* measure the CPUID exit latency and record it */
};

/**
 * Record all that the probes read from @source.
 *
 * @path: a directory to create, or an archive by its suffix: .tar, .tar.gz, .tar.zst. Written whole or not at
 *all; never over something that is there
 * @problem: as for vw_source_snapshot()
 *
 * Returns 0 or a negative errno: -EEXIST, -EOPNOTSUPP for an unknown suffix or a missing library, or what
 *writing gave.
 */
_must_check_ int vw_snapshot_record(struct vw_source *source, const char *path, unsigned flags, char *problem,
				    size_t problem_size);

#endif
