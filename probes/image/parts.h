/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_PARTS_H
#define VW_PROBES_IMAGE_PARTS_H

/*
 * The parts of an image's facts: each file of this folder fills some of them, vw_image_probe() calls them in
 * the order of its table. Each returns 0 or -ENOMEM. Internal to probes/image/.
 */

#include "probes/image/unpack.h"

int vw_image_probe_os(struct vw_image *image, struct vw_image_facts *facts); /* os, kmod, units, groups, … */
int vw_image_probe_init(
	struct vw_image *image,
	struct vw_image_facts *facts); /* after boot: init, its libraries; the BIOS's loader */
int vw_image_probe_boot(struct vw_image *image, struct vw_image_facts *facts); /* boot entries, all loaders */
int vw_image_probe_esp(struct vw_image *image, struct vw_image_facts *facts);
int vw_image_probe_kernels(struct vw_image *image,
			   struct vw_image_facts *facts); /* after boot: kernels, their
							     modules and initramfs */
int vw_image_probe_modprobe(struct vw_image *image, struct vw_image_facts *facts); /* and modules-load.d */
int vw_image_probe_mounts(struct vw_image *image, struct vw_image_facts *facts);
int vw_image_probe_network(struct vw_image *image, struct vw_image_facts *facts); /* and persistent_net */
int vw_image_probe_services(struct vw_image *image,
			    struct vw_image_facts *facts); /* started, default_target */
int vw_image_probe_sshd(struct vw_image *image, struct vw_image_facts *facts);
int vw_image_probe_udev(struct vw_image *image, struct vw_image_facts *facts); /* io_timeout */
int vw_image_probe_initramfs_conf(struct vw_image *image, struct vw_image_facts *facts);
int vw_image_probe_cloud_init(struct vw_image *image, struct vw_image_facts *facts);
int vw_image_probe_system(struct vw_image *image, struct vw_image_facts *facts); /* selinux, ssh, machine-id,
										    dkms, gettys, chrony */

/** The modules of a folder lib/modules/RELEASE of the image. @folder: its path */
int vw_module_tree_read(struct vw_image *image, const char *folder, struct vw_module_tree *ret);

/**
 * Modules out of the text of modules.dep and a list of the files that are there; shared with the initramfs
 * reader.
 *
 * @dep: modules.dep, or NULL where there is none: then depends come from each file's .modinfo where @depends
 * says
 * @file: paths below the tree's folder, in any order
 */
int vw_module_tree_index(struct vw_image *image, const char *dep, size_t dep_size, const char *const *file,
			 size_t files, struct vw_module_tree *ret);

/** A module's name from its file's path: base name, without ".ko" and what follows, '-' as '_'. NULL: no
 * module. */
const char *vw_module_name(struct vw_image *image, const char *path);

/** The directives of one modprobe.d file, added to a growing list of struct vw_modprobe_rule. */
int vw_modprobe_parse(struct vw_image *image, const char *text, size_t size, const char *path,
		      struct vw_growing *rules);

#endif
