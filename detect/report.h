/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_REPORT_H
#define VW_DETECT_REPORT_H

/*
 * What detect concludes from the facts: the report virtwhere.report/1 as structures. Strings belong to the
 * report, to its facts or to static tables, and live as long as the report and the facts do.
 */

#include "detect/facts.h"

#define VW_REPORT_SCHEMA "virtwhere.report/1"

enum vw_weight { VW_WEAK = 1, VW_STRONG, VW_DECISIVE };

enum vw_confidence { VW_GUESS = 1, VW_LIKELY, VW_CERTAIN };

enum vw_class {
	VW_CLASS_UNKNOWN = 0,
	VW_CLASS_NONE, /* the guest has no such device */
	VW_CLASS_VS,   /* virtualized in software */
	VW_CLASS_P,    /* paravirtual */
	VW_CLASS_VH,   /* virtualized in hardware */
	VW_CLASS_H,    /* the hardware itself */
};

enum vw_known { VW_OBSERVED = 1, VW_INFERRED, VW_DECLARED };

enum vw_dimension_id {
	VW_CPU_MEMORY,
	VW_NETWORK,
	VW_LOCAL_STORAGE,
	VW_REMOTE_STORAGE,
	VW_INTERRUPTS_TIMERS,
	VW_MOTHERBOARD_BOOT,
	VW_DIMENSIONS,
};

enum vw_tristate { VW_UNKNOWN = 0, VW_NO, VW_YES };

struct vw_cloud {
	const char *provider, *instance_type, *instance_id; /* each may be NULL */
};

struct vw_platform {
	const char *id;               /* "xen-pvhvm" */
	const char *name;             /* for people */
	const char *hypervisor;       /* family; "none", "unknown" */
	const char *vmm, *mode, *row; /* each may be NULL */
	struct vw_cloud cloud;
	const char *container, *confidential; /* each may be NULL */
	enum vw_confidence confidence;
	/* in a container; in another root than the host's; the program's instructions are translated */
	enum vw_tristate contained, chroot, translated;
};

struct vw_layer {
	int level;        /* 0 runs on the hardware */
	const char *kind; /* a platform id, "linux" for the running kernel, or a container's word */
	const char *name;
	enum vw_known known;
};

/* Numbers of pieces of evidence, as indexes into the report's evidence. */
struct vw_refs {
	size_t count;
	const size_t *index;
};

struct vw_dimension {
	enum vw_class class;
	const char *with; /* "eth0 (ena 1d0f:ec20)"; NULL when unknown */
	struct vw_refs evidence;
};

struct vw_nested {
	enum vw_tristate can_host;
	const char *extension; /* "vmx", "svm", "pvm", "el2" or NULL */
	size_t feature_count;
	const char *const *feature; /* "ept", "shadow_vmcs", … */
	const char *kvm;     /* "usable", "denied", "no-device", "not-loaded", or NULL when not known */
	const char *hint;    /* what to do, or why not; may be NULL */
	bool hint_is_reason; /* it says why, and nothing that can be done about it */
};

struct vw_device {
	const char *kind; /* "network", "storage", or what another device is: "pmu", "balloon", "display" */
	const char *name; /* "eth0" */
	const char *bus;  /* may be NULL */
	const char *ids;  /* "1d0f:ec20" or NULL */
	const char *driver, *driver_version; /* each may be NULL */
	const char *what;                    /* "Amazon Elastic Network Adapter" */
	enum vw_class class;
};

enum vw_status { VW_PASS = 1, VW_FAIL, VW_WARN, VW_SKIP, VW_STATUS_UNKNOWN };
enum vw_severity { VW_ADVICE = 1, VW_DEGRADED, VW_FATAL };

struct vw_finding {
	const char *id;
	enum vw_status status;
	enum vw_severity severity;
	const char *subject, *message;
	const char *remedy, *evidence, *reference; /* each may be NULL */
};

struct vw_evidence {
	const char *id;     /* "e1", "e2", … */
	const char *source; /* "cpuid 0x40000000", "/sys/hypervisor/type" */
	const char *value;  /* as read, shortened to VW_VALUE_MAX bytes */
	size_t support_count;
	const char *const *supports; /* words: platform ids, clouds, containers, "nested", … */
	enum vw_weight weight;
	const char *reference; /* who says that it means that; for explain */
};

enum { VW_VALUE_MAX = 120 };

struct vw_conflict {
	size_t evidence[2]; /* indexes into evidence */
	const char *message;
};

struct vw_report {
	const struct vw_facts *facts; /* what it was made from; for source, unread, and explain */
	struct vw_platform platform;
	int level; /* hypervisors known to be under this kernel */
	size_t layer_count;
	const struct vw_layer *layer; /* L0 first, the container last */
	struct vw_dimension dimension[VW_DIMENSIONS];
	struct vw_nested nested;
	size_t device_count;
	const struct vw_device *device;
	size_t finding_count;
	const struct vw_finding *finding;
	size_t evidence_count;
	const struct vw_evidence *evidence;
	size_t conflict_count;
	const struct vw_conflict *conflict;
};

/**
 * Turn facts into a report. Pure: no I/O, no clock; the same facts give the same report.
 *
 * @facts: what the probes saw; must outlive the report
 * @ret_report: the report; free with vw_report_free()
 *
 * Returns 0, or -ENOMEM with @ret_report untouched.
 */
int vw_detect(const struct vw_facts *facts, struct vw_report **ret_report);

void vw_report_free(struct vw_report *report);

/**
 * Does a word hold for a report? The words of `virtwhere is`: a platform id, a hypervisor family, a mode, a
 * cloud, a container, a VMM, a confidential technology, and vm, nested, container, confidential, metal.
 *
 * @ret: VW_YES, VW_NO, or VW_UNKNOWN when the report cannot tell
 *
 * Returns 0, or -EINVAL when nobody knows the word.
 */
int vw_report_is(const struct vw_report *report, const char *word, enum vw_tristate *ret);

/* The closed lists that commands print and tests walk. */

struct vw_word {
	const char *word, *meaning;
	const char *hypervisor; /* platforms only: the family; NULL elsewhere */
};

/**
 * Walk a list of words. @list: "platforms", "clouds", "containers", "hypervisors", "modes", "vmms",
 * "confidential", "rows", "targets" or "words" (those that only `is` knows).
 *
 * Returns the word at @index, static, or NULL past the end or for a list that does not exist.
 */
const struct vw_word *vw_word_at(const char *list, size_t index);

/**
 * The cells of the EC2 table's row that vw_word_at("rows", @index) names: VW_DIMENSIONS classes, static.
 * Returns NULL past the end. Source: Brendan Gregg, "AWS EC2 Virtualization 2017: Introducing Nitro".
 */
const enum vw_class *vw_row_cells(size_t index);

const char *vw_class_word(enum vw_class class);         /* "VH" */
const char *vw_dimension_word(enum vw_dimension_id id); /* "cpu_memory" */
const char *vw_confidence_word(enum vw_confidence c);   /* "certain" */
const char *vw_word_known(enum vw_known k);             /* "observed" */
const char *vw_weight_word(enum vw_weight w);           /* "decisive" */
const char *vw_status_word(enum vw_status s);           /* "pass" */
const char *vw_severity_word(enum vw_severity s);       /* "fatal" */

#endif
