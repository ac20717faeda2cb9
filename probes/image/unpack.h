/* SPDX-License-Identifier: MIT */
#ifndef VW_PROBES_IMAGE_UNPACK_H
#define VW_PROBES_IMAGE_UNPACK_H

/*
 * Compressed streams, cpio archives, ELF and PE files, from bytes that nobody vouches for. Internal to
 * probes/image/.
 */

#include "probes/image/reader.h"

/** Open the decompressors' libraries. One that is not installed makes its format unreadable (-EOPNOTSUPP). */
void vw_codecs_open(void);

struct vw_codec; /* a format of compression: a row of one table */

/** Which codec do these first bytes of a stream belong to? NULL for none. Source: Linux lib/decompress.c. */
const struct vw_codec *vw_codec_of(const unsigned char *head, size_t size);
const char *vw_codec_name(const struct vw_codec *codec); /* "lz4 legacy" */
bool vw_codec_in_linux(const struct vw_codec *codec);    /* not so "lz4 frame", "xz CRC64" */

/* Takes what comes out; a negative errno ends the decoding with it. */
typedef int (*vw_unpack_sink)(void *context, const unsigned char *bytes, size_t size);

/**
 * Decode one stream to its end.
 *
 * @bytes: starts with the stream; more may follow it
 * @limit: bytes that may come out; -E2BIG beyond, and for a ratio that no system's file has
 * @ret_used: how many bytes the stream took
 *
 * Returns 0, -EBADMSG for a damaged stream, -ENODATA for one that ends too early, -EOPNOTSUPP, -E2BIG,
 * -ETIME, -ENOMEM, or what the sink gave. @ret_used is set in each case to what was understood.
 */
_must_check_ int vw_codec_unpack(struct vw_image *image, const struct vw_codec *codec,
				 const unsigned char *bytes, size_t size, uint64_t limit, vw_unpack_sink sink,
				 void *context, size_t *ret_used);

/**
 * Read a part of a file into memory that the caller frees with vw_file_free_large(): for what is large and
 * soon forgotten.
 *
 * @offset: where it starts; @limit: how many bytes are read at most
 *
 * Returns 0, or a negative errno: as vw_image_open_file(), -EFBIG beyond 192 MiB and what is left of the
 * image's memory, -ETIME. It is remembered as unread.
 */
_must_check_ int vw_file_read_large(struct vw_image *image, const char *path, uint64_t offset, uint64_t limit,
				    unsigned char **ret_bytes, size_t *ret_size);

void vw_file_free_large(struct vw_image *image, unsigned char *bytes, size_t size);

/**
 * Read a file that may be compressed as a whole (module.ko.xz), unpacked.
 *
 * @limit: of the unpacked bytes
 * @ret_bytes: freed with free(3); NULL for none
 */
_must_check_ int vw_file_read_unpacked(struct vw_image *image, const char *path, size_t limit,
				       unsigned char **ret_bytes, size_t *ret_size);

/* ELF. */

struct vw_elf {
	const char *arch;     /* as uname -m says: "x86_64", "aarch64", …; NULL for one that has no row */
	bool is64, is_module; /* ET_REL with a section .modinfo */
	const char *interpreter; /* PT_INTERP, or NULL */
	struct vw_names needed;  /* DT_NEEDED, in their own order */
	const char *soname;
	const char *runpath; /* DT_RUNPATH or DT_RPATH; "$" where it could not be read; NULL: none */
};

/** Read an ELF file's header and dynamic section. Returns 0, or -EBADMSG for what is none, or damaged. */
_must_check_ int vw_elf_read(struct vw_image *image, const unsigned char *bytes, size_t size,
			     struct vw_elf *ret);

/** Read a module's .modinfo, and whether a signature is appended. Source: Linux include/linux/moduleparam.h,
 * kernel/module_signature.c. */
_must_check_ int vw_modinfo_read(struct vw_image *image, const unsigned char *bytes, size_t size,
				 struct vw_modinfo *ret, struct vw_names *ret_depends);

/* PE. */

struct vw_pe_section {
	const char *name;      /* ".linux" */
	uint64_t offset, size; /* in the file; never beyond its end */
};

struct vw_pe {
	const char *arch; /* "x86_64", "aarch64", … or NULL */
	size_t count;
	const struct vw_pe_section *section;
};

/** Read a PE file's headers. @head: its first bytes; @file_size: of all of it. Source: PE format, Microsoft.
 */
_must_check_ int vw_pe_read(struct vw_image *image, const unsigned char *head, size_t size,
			    uint64_t file_size, struct vw_pe *ret);

const struct vw_pe_section *vw_pe_find(const struct vw_pe *pe, const char *name);

/* Initramfs. */

/**
 * Read an initramfs, or the .initrd (and .ucode) of a UKI, to its end, by the kernel's own rules.
 *
 * @path: in the image
 * Returns 0, or -ENOMEM; everything else is in @ret. Source: Linux
 * Documentation/driver-api/early-userspace/buffer-format.rst, init/initramfs.c.
 */
_must_check_ int vw_initramfs_read(struct vw_image *image, const char *path, struct vw_initramfs *ret);

#endif
