/* SPDX-License-Identifier: MIT */

/* What registered an image, as EC2's describe-images tells. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "export/jansson.h"
#include "export/preflight.h"

static const struct {
	const char *key;
	size_t field; /* of struct vw_ami, a string */
} strings[] = {
	{"ImageId", offsetof(struct vw_ami, image_id)},
	{"SriovNetSupport", offsetof(struct vw_ami, sriov_net_support)},
	{"VirtualizationType", offsetof(struct vw_ami, virtualization_type)},
	{"BootMode", offsetof(struct vw_ami, boot_mode)},
	{"Architecture", offsetof(struct vw_ami, architecture)},
	{"RootDeviceType", offsetof(struct vw_ami, root_device_type)},
	{"TpmSupport", offsetof(struct vw_ami, tpm_support)},
};

/* A copy of a string, fit to print; NULL for what is none. */
static const char *copy(const struct vwb_json *j, const json_t *value, struct vwb_arena *arena)
{
	const char *text = j->json_string_value(value);
	char *clean = text ? vwb_arena_string(arena, text) : NULL;

	if (clean)
		vwb_text_clean(clean, strlen(clean));
	return clean;
}

/* The image that a document tells of; NULL when it tells of none. */
static const json_t *image_of(const struct vwb_json *j, const json_t *document)
{
	const json_t *images = j->json_object_get(document, "Images");
	const json_t *image = images ? j->json_array_get(images, 0) : document;

	return j->json_object_get(image, "ImageId") || j->json_object_get(image, "Architecture") ? image
												 : NULL;
}

static void take(const struct vwb_json *j, const json_t *image, struct vwb_arena *arena, struct vw_ami *ami)
{
	const json_t *ena = j->json_object_get(image, "EnaSupport");

	/* EC2 leaves it out where it does not hold. */
	ami->ena_support = ena && json_typeof(ena) == JSON_TRUE ? VW_YES : VW_NO;
	for (size_t i = 0; i < VW_COUNT(strings); i++) {
		const char **field = (const char **)(void *)((char *)ami + strings[i].field);

		*field = copy(j, j->json_object_get(image, strings[i].key), arena);
	}
}

int vwx_ami_parse(const char *text, size_t size, struct vwb_arena *arena, struct vw_ami *ret, char *problem,
		  size_t problem_size)
{
	const struct vwb_json *j = vwb_json();
	struct vw_ami ami = {0};
	const json_t *image;
	json_error_t error;
	json_t *document;

	if (size > VW_AMI_LIMIT) {
		snprintf(problem, problem_size, "longer than %d bytes", VW_AMI_LIMIT);
		return -EFBIG;
	}
	if (!j) {
		snprintf(problem, problem_size, "JSON needs libjansson.so.4, which is not installed");
		return -EOPNOTSUPP;
	}
	document = j->json_loadb(text, size, 0, &error);
	if (!document) {
		snprintf(problem, problem_size, "line %d: %s", error.line, error.text);
		vwb_text_clean(problem, strlen(problem)); /* it has the document's own bytes in it */
		return -EBADMSG;
	}
	image = image_of(j, document);
	if (image)
		take(j, image, arena, &ami);
	else
		snprintf(problem, problem_size,
			 "tells of no image: what describe-images answers is asked for");
	j->json_delete(document);
	if (!image)
		return -EBADMSG;
	if (vwb_arena_failed(arena)) {
		snprintf(problem, problem_size, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	*ret = ami;
	return 0;
}
