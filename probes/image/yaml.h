/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_YAML_H
#define VW_PROBES_IMAGE_YAML_H

/*
 * YAML as netplan and cloud-init are configured with: block and flow mappings and lists, plain and quoted
 * scalars, comments. Anchors, aliases, tags, directives and second documents are not understood, which is
 * told and not guessed. Internal to probes/image/. Source: YAML 1.2, yaml.org/spec.
 */

#include "probes/image/reader.h"

enum vw_yaml_kind { VW_YAML_TEXT, VW_YAML_MAPPING, VW_YAML_LIST };

struct vw_yaml {
	enum vw_yaml_kind kind;
	const char *key;  /* in a mapping, else NULL; safe to print */
	const char *text; /* of a scalar, safe to print; "" for a block scalar, whose text is not kept */
	unsigned line;    /* from 1: of the key in a block, else where the value begins */
	struct vw_yaml *child, *next;
};

/**
 * Read the first document of a text.
 *
 * @ret_root: NULL for an empty one
 * @ret_lost: whether something in it was not understood, or was beyond a bound
 *
 * Returns 0 or -ENOMEM.
 */
_must_check_ int vw_yaml_read(struct vw_image *image, const char *text, size_t size,
			      const struct vw_yaml **ret_root, bool *ret_lost);

/** The value of a key, the last where there are several; NULL also when @mapping is none, or NULL. */
const struct vw_yaml *vw_yaml_get(const struct vw_yaml *mapping, const char *key);

/** The text of a scalar, or NULL. */
const char *vw_yaml_text(const struct vw_yaml *node);

#endif
