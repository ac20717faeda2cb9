/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_KERNELS_H
#define VW_PROBES_IMAGE_KERNELS_H

/*
 * Kernels, and what boots them: shared between kernels.c, kernel_file.c, boot.c and the readers of each
 * loader's configuration (grub.c, bls.c, extlinux.c). Internal to probes/image/.
 */

#include <limits.h>

#include "probes/image/parts.h"

enum {
	VW_BOOT_ENTRIES = 4096,
	VW_KERNELS = 256,
	/* bytes of one command line, and of the initrd lines of one BLS entry; no kernel takes more than
	 * 4096: COMMAND_LINE_SIZE of Linux arch/<arch>/include/uapi/asm/setup.h is 256 to 4096 */
	VW_CMDLINE_LIMIT = 64 * 1024,
};

/** Read the header of a kernel's file, or of the kernel inside a UKI. What cannot be read is its state.
 *
 * Returns 0 or -ENOMEM. Sources: Linux Documentation/arch/x86/boot.rst, arch/arm64/booting.rst,
 * arch/riscv/boot-image-header.rst, drivers/firmware/efi/libstub/zboot-header.S, arch/s390/boot/head.S.
 */
int vw_kernel_file_read(struct vw_image *image, const char *path, struct vw_kernel_file *ret);

/** Read a folder's files that an earlier folder of @folders has none of the same name of (modprobe.d(5),
 * modules-load.d(5)), and give each to @take in the order of their names.
 *
 * @folders: ends with NULL; two that are the same one count once
 * @ret_state: VW_ABSENT when none of the folders is there, or the state of a file that could not be read
 */
typedef int (*vw_conf_taker)(struct vw_image *image, const char *text, size_t size, const char *path,
			     struct vw_growing *list);
int vw_conf_folders_read(struct vw_image *image, const char *const *folders, vw_conf_taker take,
			 struct vw_growing *list, enum vw_state *ret_state);

/* Boot entries, while they are read. */

/* A text of the entry at hand, which is written again where it stands: a configuration may set it very often.
 */
struct vw_boot_text {
	char *text;
	size_t size, space;
	long entry;
};

struct vw_boot_build {
	struct vw_image *image;
	struct vw_boot *boot;
	struct vw_growing entries; /* struct vw_boot_entry */
	struct vw_boot_text kernel, kernel_at, cmdline;
	size_t used;     /* bytes of all entries' command lines and initramfs paths */
	bool is_decided; /* the default is known, or known to be lost */
};

/** Add an entry. Returns its index, or -ENOMEM, or -E2BIG beyond VW_BOOT_ENTRIES. */
long vw_boot_add(struct vw_boot_build *build, const char *loader, const char *title, const char *source);
struct vw_boot_entry *vw_boot_entry_at(struct vw_boot_build *build, long index);

/** Give an entry its kernel. @folder: to which a path that is not absolute is relative, or NULL */
void vw_boot_set_kernel(struct vw_boot_build *build, long index, const char *folder, const char *path);

/** Add initramfs files: paths parted by white space or commas. */
void vw_boot_add_initrd(struct vw_boot_build *build, long index, const char *folder, const char *paths);

/** Add words to an entry's command line. What makes it longer than VW_CMDLINE_LIMIT is left out, and told as
 * unread. */
void vw_boot_add_cmdline(struct vw_boot_build *build, long index, const char *words);

/** Empty an entry's command line. */
void vw_boot_clear_cmdline(struct vw_boot_build *build, long index);

/** Note that not all of an entry's command line, or of its initramfs files, was kept. */
void vw_boot_cut_cmdline(struct vw_boot_build *build, long index);
void vw_boot_cut_initrds(struct vw_boot_build *build, long index);

/** The default, unless another loader's configuration has named it before. */
void vw_boot_decide(struct vw_boot_build *build, long index, const char *by, const char *lost);

/**
 * Where is a file that a loader names? Its paths are relative to the partition that it lies on.
 *
 * @ret_found: receives the path in the image
 *
 * Returns whether it is there.
 */
bool vw_boot_find(struct vw_image *image, const char *folder, const char *path, char ret_found[PATH_MAX]);

int vw_grub_read(struct vw_boot_build *build);
int vw_systemd_boot_read(struct vw_boot_build *build);
int vw_uki_read(struct vw_boot_build *build);
int vw_extlinux_read(struct vw_boot_build *build);
int vw_menu_lst_read(struct vw_boot_build *build);

/* One entry of the Boot Loader Specification, type 1. */
struct vw_bls {
	const char *id; /* the file's name without ".conf" and without its count of tries */
	const char *title, *version, *machine_id, *sort_key, *kernel, *options, *initrd;
	bool options_cut, initrd_cut; /* longer than VW_CMDLINE_LIMIT; what is kept is not all */
	const char *source;
};

/** Read the entries of a folder, in ascending order of their files' names. */
int vw_bls_read(struct vw_image *image, const char *folder, struct vw_growing *list);

/** Note at an entry what was cut of its file's command line and initrd lines. */
void vw_bls_note_cuts(struct vw_boot_build *build, long index, const struct vw_bls *bls);

/** The folder of BLS entries that GRUB's blscfg reads, or NULL when there is none. */
const char *vw_bls_folder(struct vw_image *image);

extern const char *const vw_esp_folders[]; /* where an ESP or XBOOTLDR partition is mounted; ends with NULL */

#endif
