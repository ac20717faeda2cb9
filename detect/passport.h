/* SPDX-License-Identifier: MIT */
#ifndef VW_DETECT_PASSPORT_H
#define VW_DETECT_PASSPORT_H

/*
 * The passport: one line by which a host tells its guest what lies under the guest, because a guest sees only
 * the innermost hypervisor. It travels as an SMBIOS OEM string (type 11) or as the fw_cfg file
 * opt/virtwhere/passport. `virtwhere passport` prints it (export/passport.c), the guest's virtwhere reads it.
 *
 *	passport = "virtwhere:1" ";stack=" kinds *( ";" key "=" value )
 *	kinds    = kind *7( "/" kind )
 *	kind     = 1*23( %x61-7A / DIGIT / "-" )
 *	key      = 1*16( %x61-7A )
 *	value    = 1*63( ALPHA / DIGIT / "." / "_" / "-" )
 *
 * The kinds are platform ids, from the hypervisor on the hardware to the one that runs the guest. Each key
 * occurs at most once.
 *
 * At most 200 bytes, all of them printable ASCII; no comma, quote, space or backslash, so that QEMU's option
 * parser, libvirt's XML and a shell's single quotes take it as it is.
 *
 * Keys of version 1: "cloud" (a provider of the list of clouds) and "type" (its instance type), both of the
 * outermost machine. A reader skips keys that it does not know. Example, printed in a KVM host that is an EC2
 * instance:
 *
 *	virtwhere:1;stack=nitro/kvm;cloud=aws;type=c8i.large
 *
 * Meaning for the guest that reads it:
 * - The last kind is the guest's own hypervisor, which it sees itself. What it observed stands; a last kind
 *   of another family is a conflict, for the line then belongs to another machine. "qemu" there means that
 *   the host could not tell which accelerator QEMU would use, and agrees with whatever runs below QEMU.
 * - The kinds before the last are layers that are known as declared, level 0 first; so the guest is at level
 *   `layers`.
 * - "unknown" as the first kind: the host did not know what it stands on itself.
 * - One kind alone: the guest's hypervisor runs on the hardware.
 */

#include "base/base.h"

#define VW_PASSPORT_PREFIX "virtwhere:"

enum {
	VW_PASSPORT_MAX = 200, /* bytes of a line, without the NUL */
	VW_PASSPORT_LAYERS = 8,
	VW_PASSPORT_KIND_SIZE = 24,  /* with the NUL */
	VW_PASSPORT_VALUE_SIZE = 64, /* with the NUL */
};

struct vw_passport {
	size_t layers; /* at least 1 */
	char kind[VW_PASSPORT_LAYERS][VW_PASSPORT_KIND_SIZE];
	char cloud[VW_PASSPORT_VALUE_SIZE];         /* "" when not told */
	char instance_type[VW_PASSPORT_VALUE_SIZE]; /* "" when not told */
};

/**
 * Parse a passport. The line comes from whoever started the guest: it is a claim, and it may be hostile.
 *
 * @text: the line; NULL is malformed
 * @ret: what it says; kinds are well-formed words, and need not be ones of this version's platforms
 *
 * Returns 0, -EBADMSG when it does not follow the grammar, or -EPROTONOSUPPORT for another version; @ret is
 * untouched on failure.
 */
_must_check_ int vw_passport_parse(const char *text, struct vw_passport *ret);

#endif
