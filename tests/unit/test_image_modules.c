/* SPDX-License-Identifier: MIT */
/* Folders of modules, and all that is made of each: a row is an image. */
#include "tests/unit/pack.h"

#include "tests/unit/image_dump.h"

#define T "/lib/modules/6.1"
#define A T "/kernel/a.ko"

static int read_tree(struct vw_image *image, struct vw_image_facts *facts)
{
	struct vw_image_kernel *kernel = vwb_arena_alloc(vw_image_arena(image), sizeof(*kernel));

	assert_non_null(kernel);
	kernel->release = "6.1";
	kernel->file.state = kernel->config.state = kernel->cmdline.state = kernel->initramfs.state =
		VW_ABSENT;
	facts->kernel = kernel;
	facts->kernel_count = 1;
	return vw_module_tree_read(image, T, &kernel->modules);
}

static const struct image_case trees_cases[] = {
	{"no folder", {{NULL, NULL}}, "kernel 6.1\n  tree " T " absent, index not probed, 0 files\n"},
	{"a file", {{T, ""}}, "kernel 6.1\n  tree " T " malformed, index not probed, 0 files\n"},
	{"links to modules of another kernel, and to what is none",
	 {{T "/weak-updates/e/ena.ko", "-> /lib/modules/5.10/extra/ena.ko"},
	  {"/lib/modules/5.10/extra/ena.ko", "x"},
	  {T "/weak-updates/e/lost.ko", "-> /lib/modules/5.10/extra/lost.ko"},
	  {T "/weak-updates/folder.ko", "-> /etc"},
	  {"/etc/x", ""},
	  {T "/modules.dep", "weak-updates/e/ena.ko:\n"}},
	 "kernel 6.1\n  tree " T " value, index value, 1 files\n    module ena weak-updates/e/ena.ko\n"
	 "    extra ena weak-updates/e/ena.ko info malformed\n"
	 "    builtin: absent @ " T "/modules.builtin\n    parameters: absent @ " T
	 "/modules.builtin.modinfo\n"
	 "    suffixes: ko @ " T "\n"},
	{"which of several files of a name is loaded",
	 {{T "/kernel/a.ko", ""},
	  {T "/weak-updates/a.ko", ""},
	  {T "/extra/a.ko", ""},
	  {T "/updates/a.ko", ""},
	  {T "/kernel/b.ko", ""},
	  {T "/weak-updates/b.ko", ""},
	  {T "/extra/b.ko", ""},
	  {T "/kernel/c.ko", ""},
	  {T "/weak-updates/c.ko", ""},
	  {T "/kernel/z/d.ko", ""},
	  {T "/kernel/d.ko", ""},
	  {T "/updatesx/d.ko", ""}},
	 "kernel 6.1\n  tree " T " value, index absent, 12 files\n    module a updates/a.ko\n"
	 "    module b extra/b.ko\n    module c weak-updates/c.ko\n    module d kernel/d.ko\n"
	 "    extra a extra/a.ko info malformed\n    extra b extra/b.ko info malformed\n"
	 "    extra a updates/a.ko info malformed\n    extra a weak-updates/a.ko info malformed\n"
	 "    extra b weak-updates/b.ko info malformed\n    extra c weak-updates/c.ko info "
	 "malformed\n"
	 "    unindexed 12 extra/a.ko\n"
	 "    builtin: absent @ " T "/modules.builtin\n    parameters: absent @ " T
	 "/modules.builtin.modinfo\n"
	 "    suffixes: ko @ " T "\n"},
	{"each suffix, and what is none",
	 {{T "/a.ko", ""},
	  {T "/b.ko.xz", ""},
	  {T "/c.ko.zst", ""},
	  {T "/d.ko.gz", ""},
	  {T "/e.ko.bz2", ""},
	  {T "/f.ko.lzma", ""},
	  {T "/g.ko.lz4", ""},
	  {T "/h.ko.lz", ""},
	  {T "/i.kox", ""},
	  {T "/j/.ko", ""},
	  {T "/k.o", ""},
	  {T "/build/no.ko", ""},
	  {T "/source/no.ko", ""},
	  {T "/kernel/build/l-m-n.ko", ""}},
	 "kernel 6.1\n  tree " T " value, index absent, 8 files\n    module a a.ko\n    module b b.ko.xz\n"
	 "    module c c.ko.zst\n    module d d.ko.gz\n    module e e.ko.bz2\n    module f "
	 "f.ko.lzma\n"
	 "    module g g.ko.lz4\n    module l_m_n kernel/build/l-m-n.ko\n    unindexed 8 a.ko\n"
	 "    builtin: absent @ " T "/modules.builtin\n    parameters: absent @ " T
	 "/modules.builtin.modinfo\n"
	 "    suffixes: ko ko.bz2 ko.gz ko.lz4 ko.lzma ko.xz ko.zst @ " T "\n"},
	{"modules.dep",
	 {{T "/a.ko", ""},
	  {T "/b-c.ko", ""},
	  {T "/d.ko", ""},
	  {T "/e.ko", ""},
	  {T "/modules.dep",
	   "/lib/modules/6.1/a.ko: /lib/modules/6.1/b-c.ko  d.ko\td.ko a.ko gone-x.ko lost.ko x\n"
	   "b-c.ko:d.ko\nd.ko:\ngone-x.ko:\nlost.ko: a.ko\nno colon\nx.txt: a.ko\n: a.ko\n"}},
	 "kernel 6.1\n  tree " T
	 " value, index value, 4 files\n    module a a.ko needs b_c,d lacking=gone_x\n"
	 "    module b_c b-c.ko needs d\n    module d d.ko\n    unindexed 1 e.ko\n    missing 2 "
	 "gone-x.ko\n"
	 "    builtin: absent @ " T "/modules.builtin\n    parameters: absent @ " T
	 "/modules.builtin.modinfo\n"
	 "    suffixes: ko @ " T "\n"},
	{"what is built in",
	 {{T "/modules.builtin", "kernel/fs/ext4.ko\nkernel/x/xen-blkfront.ko\nkernel/fs/"
				 "ext4.ko\nno\nkernel/y.o\n/z.ko.xz\n"},
	  {T "/modules.builtin.modinfo", "nvme_core.parmtype=io_timeout:uint"}},
	 "kernel 6.1\n  tree " T " value, index absent, 0 files\n"
	 "    builtin: ext4 xen_blkfront z @ " T "/modules.builtin\n"
	 "    parameters: nvme_core.io_timeout:uint @ " T "/modules.builtin.modinfo\n    suffixes: @ " T
	 "\n"},
};

static void trees(void **state)
{
	(void)state;
	ASSERT_CASES(trees_cases, read_tree, NULL);
}

static void parameters(void **state)
{
	static const char bytes[] =
		"b.parmtype=x:int\0a.license=GPL\0\0a.parmtype=y:uint\0a.parm=y:text\0c.parmtype=z";
	struct image_root *root = *state;

	put_bytes(&root->guest, T "/modules.builtin.modinfo", bytes, sizeof(bytes) - 1);
	assert_facts(root, "parameters", read_tree, NULL,
		     "kernel 6.1\n  tree " T " value, index absent, 0 files\n    builtin: absent @ " T
		     "/modules.builtin\n"
		     "    parameters: a.y:uint b.x:int c.z @ " T
		     "/modules.builtin.modinfo\n    suffixes: @ " T "\n");
}

/* .modinfo of those that somebody asks for */

static void put16(struct bytes *bytes, size_t at, unsigned value)
{
	bytes->data[at] = (unsigned char)value;
	bytes->data[at + 1] = (unsigned char)(value >> 8);
}

/* A module of x86_64, whose .modinfo is @info, with ';' in the place of each NUL. */
static void make_module(struct bytes *to, const char *info)
{
	enum { NAMES = 64, SECTIONS = 96, INFO = 288 };

	add_zeros(to, INFO);
	memcpy(to->data, "\177ELF\2\1\1", 7);
	put16(to, 16, 1);
	put16(to, 18, 62);
	put16(to, 40, SECTIONS);
	put16(to, 58, 64);
	put16(to, 60, 3);
	put16(to, 62, 1);
	memcpy(to->data + NAMES + 1, ".modinfo", 8);
	put16(to, SECTIONS + 64 + 4, 3);
	put16(to, SECTIONS + 64 + 24, NAMES);
	put16(to, SECTIONS + 64 + 32, 32);
	put16(to, SECTIONS + 128, 1);
	put16(to, SECTIONS + 128 + 4, 1);
	put16(to, SECTIONS + 128 + 24, INFO);
	put16(to, SECTIONS + 128 + 32, (unsigned)strlen(info) + 1);
	add_bytes(to, info, strlen(info) + 1);
	for (size_t i = INFO; i < to->size; i++)
		if (to->data[i] == ';')
			to->data[i] = 0;
}

static void put_modinfo(struct image_root *root, const char *path, const char *info)
{
	struct bytes module = {0}, packed = {0};

	make_module(&module, info);
	if (vwb_text_ends(path, ".xz"))
		pack_xz(&packed, module.data, module.size);
	else if (vwb_text_ends(path, ".zst"))
		pack_zstd(&packed, module.data, module.size);
	else
		add_bytes(&packed, module.data, module.size);
	put_bytes(&root->guest, path, packed.data, packed.size);
	free_bytes(&module);
	free_bytes(&packed);
}

static void wished_modules(void **state)
{
	static const char *const names[] = {"a_b", "gone", "c", NULL};
	const struct vw_image_wish wish = {.modinfo = names};
	struct image_root *root = *state;

	put_modinfo(root, T "/a-b.ko.xz", "version=1;depends=d-e,c;intree=Y;vermagic=6.1 SMP");
	put_modinfo(root, T "/c.ko.zst", "depends=lost;srcversion=X");
	put_modinfo(root, T "/d-e.ko", "depends=f");
	put_modinfo(root, T "/f.ko", "depends=c");
	assert_facts(root, "without an index", read_tree, &wish,
		     "kernel 6.1\n  tree " T " value, index absent, 4 files\n"
		     "    module a_b a-b.ko.xz needs d_e,c,f lacking=lost info value intree vermagic=6.1 SMP "
		     "version=1 arch=x86_64\n"
		     "    module c c.ko.zst lacking=lost info value srcversion=X arch=x86_64\n"
		     "    module d_e d-e.ko\n    module f f.ko\n    unindexed 4 a-b.ko.xz\n"
		     "    builtin: absent @ " T "/modules.builtin\n    parameters: absent @ " T
		     "/modules.builtin.modinfo\n"
		     "    suffixes: ko ko.xz ko.zst @ " T "\n");
	put(&root->guest, T "/modules.dep", "a-b.ko.xz: f.ko\nc.ko.zst:\nd-e.ko:\nf.ko:\n");
	assert_facts(
		root, "with one", read_tree, &wish,
		"kernel 6.1\n  tree " T " value, index value, 4 files\n"
		"    module a_b a-b.ko.xz needs f info value intree vermagic=6.1 SMP version=1 arch=x86_64\n"
		"    module c c.ko.zst info value srcversion=X arch=x86_64\n"
		"    module d_e d-e.ko\n    module f f.ko\n"
		"    builtin: absent @ " T "/modules.builtin\n    parameters: absent @ " T
		"/modules.builtin.modinfo\n"
		"    suffixes: ko ko.xz ko.zst @ " T "\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, image_setup, image_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trees),
		TEST(parameters),
		TEST(wished_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
