/* SPDX-License-Identifier: MIT */
#include "probes/image/kernels.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
	HEAD_SIZE = 64 * 1024, /* all headers, and enough of a compressed image to see what is in it */
	HEAD_LEAST = 1024,
	VERSION_SIZE = 256,
	SECTOR = 512,
	SETUP_SECTS = 0x1f1,
	BOOT_HEADER = 0x202,
	BOOT_PROTOCOL = 0x206,
	KERNEL_VERSION = 0x20e,
	XLOADFLAGS = 0x236,
	PAYLOAD_OFFSET = 0x248,
	PAYLOAD_LENGTH = 0x24c,
	IMAGE_MAGIC = 0x38, /* of arm64 and RISC-V */
	S390_MAGIC = 0x10008,
};

struct kernel_bytes {
	struct vw_image *image;
	const struct vw_file *file; /* NULL: the head is all there is */
	uint64_t base, size;        /* of the kernel in the file */
	const unsigned char *head;
	size_t head_size;
};

/* Source: System V ABI's e_machine; Microsoft's PE format, machine types. */
static const struct {
	const char *arch;
	uint16_t elf, pe;
} machines[] = {
	{"x86_64", 62, 0x8664},   {"i386", 3, 0x14c},           {"aarch64", 183, 0xaa64}, {"arm", 40, 0x1c2},
	{"riscv64", 243, 0x5064}, {"loongarch64", 258, 0x6264}, {"ppc64", 21, 0},         {"s390x", 22, 0},
	{"sparc64", 43, 0},       {"alpha", 0x9026, 0x184},     {"ia64", 50, 0x200},
};

static uint16_t get16(const unsigned char *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static uint32_t get32(const unsigned char *bytes)
{
	return get16(bytes) | (uint32_t)get16(bytes + 2) << 16;
}

static const char *arch_of(uint16_t machine, bool is_elf)
{
	for (size_t i = 0; i < VW_COUNT(machines); i++)
		if (machine && (is_elf ? machines[i].elf : machines[i].pe) == machine)
			return machines[i].arch;
	return NULL;
}

/* At most @size bytes at @offset of the kernel. */
static size_t read_at(const struct kernel_bytes *kernel, uint64_t offset, unsigned char *bytes, size_t size)
{
	ssize_t r;

	if (offset >= kernel->size)
		return 0;
	if (size > kernel->size - offset)
		size = (size_t)(kernel->size - offset);
	r = kernel->file ? vw_image_pread(kernel->image, kernel->file, bytes, size, kernel->base + offset)
			 : -1;
	return r < 0 ? 0 : (size_t)r;
}

static bool has_magic(const struct kernel_bytes *kernel, size_t offset, const char *magic, size_t size)
{
	return offset + size <= kernel->head_size && memcmp(kernel->head + offset, magic, size) == 0;
}

/* PE's machine; 0 when it is no PE file. */
static uint16_t pe_machine(const struct kernel_bytes *kernel)
{
	uint32_t offset;

	if (!has_magic(kernel, 0, "MZ", 2))
		return 0;
	offset = get32(kernel->head + 0x3c);
	if (offset > kernel->head_size - 6 || memcmp(kernel->head + offset, "PE\0\0", 4) != 0)
		return 0;
	return get16(kernel->head + offset + 4);
}

/* The first word of the banner that the header points to: "6.1.0-56-amd64 (debian-kernel@…) #1 SMP …". */
static void read_banner(const struct kernel_bytes *kernel, struct vw_kernel_file *ret)
{
	unsigned char text[VERSION_SIZE];
	uint32_t place = (uint32_t)get16(kernel->head + KERNEL_VERSION) + 0x200;
	size_t size, length;

	if (place == 0x200)
		return;
	size = read_at(kernel, place, text, sizeof(text) - 1);
	text[size] = '\0';
	length = strcspn((const char *)text, " \t\n");
	if (length && length < sizeof(text) - 1)
		ret->version = vw_image_clean(kernel->image, (const char *)text, length);
}

static int read_bzimage(const struct kernel_bytes *kernel, struct vw_kernel_file *ret)
{
	uint16_t protocol = get16(kernel->head + BOOT_PROTOCOL);
	unsigned setup = kernel->head[SETUP_SECTS] ? kernel->head[SETUP_SECTS] : 4;
	unsigned char magic[8];
	const struct vw_codec *codec;
	uint64_t payload, length;
	size_t size;

	ret->format = "bzImage";
	ret->arch = arch_of(pe_machine(kernel), false);
	ret->efi_stub = ret->arch != NULL;
	if (protocol >= 0x20c)
		ret->arch = get16(kernel->head + XLOADFLAGS) & 1 ? "x86_64" : "i386";
	if (protocol >= 0x200)
		read_banner(kernel, ret);
	if (protocol < 0x208)
		return 0;

	payload = (uint64_t)(setup + 1) * SECTOR + get32(kernel->head + PAYLOAD_OFFSET);
	length = get32(kernel->head + PAYLOAD_LENGTH);
	if (payload + length > kernel->size)
		return -EBADMSG;
	size = read_at(kernel, payload, magic, sizeof(magic));
	codec = vw_codec_of(magic, size);
	ret->compression = codec ? vw_codec_name(codec) : NULL;
	if (ret->compression && vwb_text_starts(ret->compression, "lz4"))
		ret->compression = "lz4";
	return 0;
}

static int read_zboot(const struct kernel_bytes *kernel, struct vw_kernel_file *ret)
{
	ret->format = "zboot";
	ret->arch = arch_of(pe_machine(kernel), false);
	ret->efi_stub = true;
	ret->compression = vw_image_clean(kernel->image, (const char *)kernel->head + 24,
					  strnlen((const char *)kernel->head + 24, 32));
	/* "zstd22" and the like are make rules of the same formats. */
	if (ret->compression && vwb_text_starts(ret->compression, "zstd"))
		ret->compression = "zstd";
	return (uint64_t)get32(kernel->head + 8) + get32(kernel->head + 12) > kernel->size ? -EBADMSG : 0;
}

static int read_image(const struct kernel_bytes *kernel, struct vw_kernel_file *ret, bool is_riscv)
{
	ret->format = is_riscv ? "riscv Image" : "arm64 Image";
	ret->arch = is_riscv ? "riscv64" : "aarch64";
	ret->efi_stub = has_magic(kernel, 0, "MZ", 2);
	return 0;
}

static int read_elf(const struct kernel_bytes *kernel, struct vw_kernel_file *ret)
{
	const unsigned char *head = kernel->head;
	bool is_big = head[5] == 2;

	ret->format = "ELF";
	ret->arch = arch_of(is_big ? (uint16_t)((unsigned)head[18] << 8 | head[19]) : get16(head + 18), true);
	if (!is_big && vwb_text_equal(ret->arch, "ppc64"))
		ret->arch = "ppc64le";
	return 0;
}

static int read_known(const struct kernel_bytes *kernel, struct vw_kernel_file *ret, bool *ret_known)
{
	*ret_known = true;
	if (has_magic(kernel, BOOT_HEADER, "HdrS", 4) && kernel->head_size >= HEAD_LEAST)
		return read_bzimage(kernel, ret);
	if (has_magic(kernel, 0, "MZ", 2) && has_magic(kernel, 4, "zimg", 4))
		return read_zboot(kernel, ret);
	if (has_magic(kernel, IMAGE_MAGIC, "ARM\x64", 4))
		return read_image(kernel, ret, false);
	if (has_magic(kernel, IMAGE_MAGIC, "RSC\x05", 4))
		return read_image(kernel, ret, true);
	if (has_magic(kernel, 0, "\177ELF", 4))
		return read_elf(kernel, ret);
	*ret_known = false;
	return 0;
}

struct peek {
	unsigned char bytes[HEAD_LEAST];
	size_t size;
};

static int take_head(void *context, const unsigned char *bytes, size_t size)
{
	struct peek *peek = context;
	size_t room = sizeof(peek->bytes) - peek->size;

	memcpy(peek->bytes + peek->size, bytes, size < room ? size : room);
	peek->size += size < room ? size : room;
	return peek->size == sizeof(peek->bytes) ? -ECANCELED : 0;
}

/* A kernel image that is compressed as a whole, as arm64 and RISC-V have it (Image.gz). */
static int read_compressed(const struct kernel_bytes *kernel, const struct vw_codec *codec,
			   struct vw_kernel_file *ret)
{
	struct peek peek = {.size = 0};
	struct kernel_bytes inner = {.image = kernel->image, .head = peek.bytes};
	size_t used;
	bool known;
	int r = vw_codec_unpack(kernel->image, codec, kernel->head, kernel->head_size, HEAD_SIZE * 16,
				take_head, &peek, &used);

	if (r == -ENOMEM || r == -EBADMSG)
		return r;
	ret->compression = vw_codec_name(codec);
	if (peek.size < sizeof(peek.bytes))
		return 0;
	inner.head_size = peek.size;
	inner.size = UINT32_MAX; /* not known: what lies behind the head is not looked at */
	return read_known(&inner, ret, &known);
}

static int read_header(const struct kernel_bytes *kernel, struct vw_kernel_file *ret)
{
	const struct vw_codec *codec;
	unsigned char magic[6];
	uint16_t machine;
	bool known;
	int r = read_known(kernel, ret, &known);

	if (known || r < 0)
		return r;
	machine = pe_machine(kernel);
	if (machine) {
		ret->format = "EFI";
		ret->arch = arch_of(machine, false);
		ret->efi_stub = true;
		return 0;
	}
	if (read_at(kernel, S390_MAGIC, magic, sizeof(magic)) == sizeof(magic) &&
	    memcmp(magic, "S390EP", sizeof(magic)) == 0) {
		ret->format = "s390 image";
		ret->arch = "s390x";
		return 0;
	}
	codec = vw_codec_of(kernel->head, kernel->head_size);
	return codec ? read_compressed(kernel, codec, ret) : 0;
}

/* A UKI: the kernel is its section .linux, and .uname has the release, which no header of arm64 has. */
static int read_uki(const struct kernel_bytes *file, const struct vw_pe *pe, struct vw_kernel_file *ret)
{
	const struct vw_pe_section *kernel = vw_pe_find(pe, ".linux"), *name = vw_pe_find(pe, ".uname");
	unsigned char text[VERSION_SIZE], *head = vwb_arena_alloc(vw_image_arena(file->image), HEAD_SIZE);
	struct kernel_bytes inner = *file;
	size_t size;
	int r;

	if (!head)
		return -ENOMEM;
	inner.base = kernel->offset;
	inner.size = kernel->size;
	inner.head = head;
	inner.head_size = read_at(&inner, 0, head, HEAD_SIZE);
	r = inner.head_size < HEAD_LEAST ? -EBADMSG : read_header(&inner, ret);
	ret->efi_stub = true;
	if (!ret->arch)
		ret->arch = pe->arch;
	if (name && name->size) {
		size = read_at(file, name->offset, text,
			       name->size < sizeof(text) ? (size_t)name->size : sizeof(text));
		ret->version = vw_image_clean(file->image, (const char *)text, size);
	}
	return r;
}

int vw_kernel_file_read(struct vw_image *image, const char *path, struct vw_kernel_file *ret)
{
	struct kernel_bytes kernel = {.image = image};
	_cleanup_(vw_file_close) struct vw_file file = {.fd = -1};
	unsigned char *head;
	struct vw_pe pe;
	int r;

	*ret = (struct vw_kernel_file){.path = path};
	r = vw_image_open_file(image, path, &file);
	if (r < 0) {
		ret->state = vw_image_state(r);
		return r == -ENOMEM ? r : 0;
	}
	kernel.size = file.size;
	ret->size = kernel.size;
	ret->state = VW_MALFORMED;
	if (kernel.size < HEAD_LEAST)
		return 0;

	head = vwb_arena_alloc(vw_image_arena(image), HEAD_SIZE);
	if (!head)
		return -ENOMEM;
	kernel.file = &file;
	kernel.head = head;
	kernel.head_size = read_at(&kernel, 0, head, HEAD_SIZE);
	if (kernel.head_size < HEAD_LEAST)
		return 0;
	if (has_magic(&kernel, 0, "MZ", 2) &&
	    vw_pe_read(image, head, kernel.head_size, kernel.size, &pe) == 0 && vw_pe_find(&pe, ".linux"))
		r = read_uki(&kernel, &pe, ret);
	else
		r = read_header(&kernel, ret);
	if (r == -ENOMEM)
		return r;
	ret->state = r < 0 ? VW_MALFORMED : VW_VALUE;
	return 0;
}
