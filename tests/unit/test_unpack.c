/* SPDX-License-Identifier: MIT */
/* Decompressors, ELF and PE files by themselves. */
#include "tests/unit/pack.h"
#include "tests/unit/opened_image.h"

#include "probes/image/unpack.h"

enum { TEXT_SIZE = 700000 };

/* Codecs. */

static int gather(void *context, const unsigned char *bytes, size_t size)
{
	add_bytes(context, bytes, size);
	return 0;
}

static int refuse(void *context, const unsigned char *bytes, size_t size)
{
	(void)context;
	return bytes && size ? -EXDEV : 0;
}

static unsigned char *make_text(void)
{
	unsigned char *text = malloc(TEXT_SIZE);

	assert_non_null(text);
	for (uint32_t i = 0; i < TEXT_SIZE; i++)
		text[i] = (unsigned char)(i * 2654435761u >> 27);
	return text;
}

/* What follows a stream is left alone; a shorter limit, a refusing sink and a cut are errors of their own. */
static void test_exact(void **state)
{
	struct opened *o = *state;
	unsigned char *text = make_text();

	for (size_t i = 0; i < VW_COUNT(packers); i++) {
		struct bytes packed = {0}, out = {0};
		const struct vw_codec *codec;
		size_t used, size;

		if (!can_unpack(&packers[i]))
			continue;
		packers[i].pack(&packed, text, TEXT_SIZE);
		size = packed.size;
		add_bytes(&packed, "\0\0\0\0behind", 10);
		codec = vw_codec_of(packed.data, packed.size);
		assert_non_null(codec);
		assert_string_equal(vw_codec_name(codec), packers[i].name);
		assert_int_equal(vw_codec_unpack(o->image, codec, packed.data, packed.size, TEXT_SIZE, gather,
						 &out, &used),
				 0);
		assert_int_equal(used, size);
		assert_int_equal(out.size, TEXT_SIZE);
		assert_memory_equal(out.data, text, TEXT_SIZE);
		assert_int_equal(vw_codec_unpack(o->image, codec, packed.data, packed.size, TEXT_SIZE - 1,
						 gather, &out, &used),
				 -E2BIG);
		assert_int_equal(vw_codec_unpack(o->image, codec, packed.data, packed.size, TEXT_SIZE, refuse,
						 NULL, &used),
				 -EXDEV);
		assert_int_equal(vw_codec_unpack(o->image, codec, packed.data, size / 2, TEXT_SIZE, gather,
						 &out, &used),
				 -ENODATA);
		free_bytes(&packed);
		free_bytes(&out);
	}
	free(text);
}

/* Any byte may be wrong: an error or other bytes, never a crash. */
static void test_flipped(void **state)
{
	struct opened *o = *state;
	unsigned char *text = make_text();

	for (size_t i = 0; i < VW_COUNT(packers); i++) {
		struct bytes packed = {0};
		const struct vw_codec *codec;
		size_t used;

		packers[i].pack(&packed, text, 3000);
		codec = vw_codec_of(packed.data, packed.size);
		for (size_t at = 4; at < packed.size; at += 1 + packed.size / 300) {
			struct bytes out = {0};

			packed.data[at] ^= 0x55;
			(void)!vw_codec_unpack(o->image, codec, packed.data, packed.size, 1 << 20, gather,
					       &out, &used);
			assert_true(used <= packed.size && out.size <= 1 << 20);
			packed.data[at] ^= 0x55;
			free_bytes(&out);
		}
		free_bytes(&packed);
	}
	free(text);
}

static void test_read_unpacked(void **state)
{
	struct opened *o = *state;
	struct bytes packed = {0};
	unsigned char *bytes = NULL;
	size_t size = 0;

	pack_xz(&packed, "a module", 8);
	put(o->scratch, "nvme.ko.xz", VW_NODE_FILE, packed.data, packed.size);
	put_file(o->scratch, "nvme.ko", "a module");
	assert_int_equal(vw_file_read_unpacked(o->image, "/nvme.ko.xz", 100, &bytes, &size), 0);
	assert_int_equal(size, 8);
	assert_memory_equal(bytes, "a module", 8);
	free(bytes);
	assert_int_equal(vw_file_read_unpacked(o->image, "/nvme.ko", 100, &bytes, &size), 0);
	assert_memory_equal(bytes, "a module", 8);
	free(bytes);
	assert_int_equal(vw_file_read_unpacked(o->image, "/nvme.ko", 7, &bytes, &size), -E2BIG);
	assert_int_equal(vw_file_read_unpacked(o->image, "/nvme.ko.xz", 7, &bytes, &size), -E2BIG);
	assert_int_equal(vw_file_read_unpacked(o->image, "/none", 7, &bytes, &size), -ENOENT);
	free_bytes(&packed);
}

/* Of a large file what is beyond 48 MiB counts in the image's memory, as long as it is held. */
static void test_large_files_are_counted(void **state)
{
	enum { MIB = 1024 * 1024 };
	struct opened *o = *state;
	struct vwb_budget *budget = &o->image->memory;
	unsigned char *bytes = NULL, *more = NULL;
	size_t size = 0;

	put_file(o->scratch, "large", "");
	assert_int_equal(truncate(beside(o->scratch, "snap/large"), 50 * MIB), 0);
	budget->limit = 3 * MIB;
	assert_int_equal(vw_file_read_large(o->image, "/large", 0, UINT64_MAX, &bytes, &size), 0);
	assert_int_equal(budget->used, 2 * MIB);
	assert_int_equal(vw_file_read_large(o->image, "/large", 0, UINT64_MAX, &more, &size), -EFBIG);
	assert_string_equal(((struct vw_unread *)o->image->unread.item)[0].error, "EFBIG");
	assert_false(budget->spent);
	vw_file_free_large(o->image, bytes, size);
	assert_int_equal(budget->used, 0);
	assert_int_equal(vw_file_read_large(o->image, "/large", 3 * MIB, UINT64_MAX, &bytes, &size), 0);
	assert_int_equal(size, 47 * MIB);
	assert_int_equal(budget->used, 0);
	vw_file_free_large(o->image, bytes, size);
}

/* ELF. */

static void store(struct bytes *bytes, size_t at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes->data[at + i] = (unsigned char)(value >> 8 * i);
}

/* An object file with two sections: names, and .modinfo. */
static void make_module(struct bytes *to, const char *modinfo, size_t size)
{
	enum { NAMES = 64, SECTIONS = 96, INFO = 288 };

	add_zeros(to, INFO);
	memcpy(to->data, "\177ELF\2\1\1", 7);
	store(to, 16, 1, 2);
	store(to, 18, 62, 2);
	store(to, 40, SECTIONS, 8);
	store(to, 58, 64, 2);
	store(to, 60, 3, 2);
	store(to, 62, 1, 2);
	memcpy(to->data + NAMES + 1, ".modinfo", 8);
	store(to, SECTIONS + 64 + 4, 3, 4);
	store(to, SECTIONS + 64 + 24, NAMES, 8);
	store(to, SECTIONS + 64 + 32, 32, 8);
	store(to, SECTIONS + 128, 1, 4);
	store(to, SECTIONS + 128 + 4, 1, 4);
	store(to, SECTIONS + 128 + 24, INFO, 8);
	store(to, SECTIONS + 128 + 32, size, 8);
	add_bytes(to, modinfo, size);
}

static void test_modinfo(void **state)
{
	static const char text[] =
		"version=2.13.0g\0intree=Y\0depends=nvme-core,t10-pi\0\0vermagic=6.1.0 SMP ";
	struct opened *o = *state;
	struct bytes module = {0};
	struct vw_modinfo info = {0};
	struct vw_names depends = {0};
	struct vw_elf elf;

	make_module(&module, text, sizeof(text));
	assert_int_equal(vw_modinfo_read(o->image, module.data, module.size, &info, &depends), 0);
	assert_string_equal(info.version, "2.13.0g");
	assert_string_equal(info.vermagic, "6.1.0 SMP");
	assert_string_equal(info.arch, "x86_64");
	assert_true(info.intree);
	assert_false(info.is_signed);
	assert_int_equal(depends.count, 2);
	assert_string_equal(depends.name[1], "t10-pi");
	assert_int_equal(vw_elf_read(o->image, module.data, module.size, &elf), 0);
	assert_true(elf.is_module && elf.is64);
	for (size_t size = 0; size < module.size; size++)
		assert_int_equal(vw_modinfo_read(o->image, module.data, size, &info, NULL), -EBADMSG);
	assert_int_equal(info.state, VW_MALFORMED);

	add_bytes(&module, "~Module signature appended~\n", 28);
	assert_int_equal(vw_modinfo_read(o->image, module.data, module.size, &info, NULL), 0);
	assert_true(info.is_signed);
	free_bytes(&module);
}

/* Every byte of an object at its largest, one after the other: offsets, counts and sizes. */
static void test_elf_hostile(void **state)
{
	struct opened *o = *state;
	struct bytes module = {0};
	struct vw_modinfo info;
	struct vw_elf elf;

	make_module(&module, "version=1", 10);
	for (size_t at = 0; at < module.size; at++) {
		unsigned char before = module.data[at];

		module.data[at] = 0xff;
		(void)!vw_modinfo_read(o->image, module.data, module.size, &info, NULL);
		store(&module, 16, 3, 2);
		(void)!vw_elf_read(o->image, module.data, module.size, &elf);
		store(&module, 16, 1, 2);
		if (at != 16 && at != 17)
			module.data[at] = before;
	}
	assert_int_equal(vw_modinfo_read(o->image, module.data, module.size, &info, NULL), 0);
	assert_int_equal(vw_elf_read(o->image, (const unsigned char *)"#!/bin/sh", 9, &elf), -EBADMSG);
	free_bytes(&module);
}

/* PE. */

static void test_pe(void **state)
{
	struct opened *o = *state;
	struct bytes head = {0};
	struct vw_pe pe = {0};

	add_zeros(&head, 168);
	memcpy(head.data, "MZ", 2);
	store(&head, 0x3c, 64, 4);
	memcpy(head.data + 64, "PE", 2);
	store(&head, 68, 0xaa64, 2);
	store(&head, 70, 2, 2);
	memcpy(head.data + 88, ".initrd", 7);
	store(&head, 88 + 8, 90, 4);
	store(&head, 88 + 16, 100, 4);
	store(&head, 88 + 20, 900, 4);
	memcpy(head.data + 128, ".longest", 8);
	assert_int_equal(vw_pe_read(o->image, head.data, head.size, 1000, &pe), 0);
	assert_string_equal(pe.arch, "aarch64");
	assert_int_equal(pe.count, 2);
	assert_int_equal(vw_pe_find(&pe, ".initrd")->offset, 900);
	assert_int_equal(vw_pe_find(&pe, ".initrd")->size, 90);
	assert_int_equal(vw_pe_find(&pe, ".longest")->size, 0);
	assert_null(vw_pe_find(&pe, ".linux"));
	assert_int_equal(vw_pe_read(o->image, head.data, head.size, 989, &pe), -EBADMSG);
	for (size_t size = 0; size < head.size; size++)
		assert_int_equal(vw_pe_read(o->image, head.data, size, 1000, &pe), -EBADMSG);
	store(&head, 0x3c, 0xffffffff, 4);
	assert_int_equal(vw_pe_read(o->image, head.data, head.size, 1000, &pe), -EBADMSG);
	free_bytes(&head);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_exact, opened_setup, opened_teardown),
		cmocka_unit_test_setup_teardown(test_flipped, opened_setup, opened_teardown),
		cmocka_unit_test_setup_teardown(test_read_unpacked, opened_setup, opened_teardown),
		cmocka_unit_test_setup_teardown(test_large_files_are_counted, opened_setup, opened_teardown),
		cmocka_unit_test_setup_teardown(test_modinfo, opened_setup, opened_teardown),
		cmocka_unit_test_setup_teardown(test_elf_hostile, opened_setup, opened_teardown),
		cmocka_unit_test_setup_teardown(test_pe, opened_setup, opened_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
