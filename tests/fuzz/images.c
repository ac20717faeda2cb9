/* SPDX-License-Identifier: MIT */

/*
 * Hostile bytes for every file of an image that pre-flight reads, and the whole way from there to each
 * format, under libFuzzer. One program; VW_FUZZ names the row of the table below that it runs.
 * tests/fuzz/run.py makes the seeds.
 */

#include "export/preflight.h"
#include "probes/image/image.h"
#include "tests/fuzz/fuzz.h"

#define RELEASE "6.1.0-9-cloud-amd64"
#define MODULES "lib/modules/" RELEASE

/* What is around the file that the input becomes: enough that all of it is read. */
static const struct {
	const char *name, *text;
} around[] = {
	{"etc/os-release", "ID=debian\nVERSION_ID=12\n"},
	{"etc/fstab", "UUID=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 / ext4 rw 0 1\n"},
	{"boot/vmlinuz-" RELEASE, "MZ"},
	{"boot/config-" RELEASE, "CONFIG_BLK_DEV_NVME=m\nCONFIG_RD_ZSTD=y\n"},
	{"boot/initrd.img-" RELEASE, ""},
	{"boot/grub/grub.cfg", "menuentry 'a' {\nlinux /boot/vmlinuz-" RELEASE
			       " root=UUID=1 ro\ninitrd /boot/initrd.img-" RELEASE "\n}\n"},
	{MODULES "/modules.dep",
	 "kernel/drivers/nvme.ko: kernel/drivers/nvme-core.ko\nkernel/drivers/nvme-core.ko:\n"},
	{MODULES "/kernel/drivers/nvme.ko", ""},
	{MODULES "/kernel/drivers/nvme-core.ko", ""},
	{"usr/bin/kmod", "\177ELF liblzma libzstd"},
};

static void build_around(void)
{
	static bool built;
	int fd;

	if (built)
		return;
	built = true;
	fd = open_machine();
	for (size_t i = 0; i < VW_COUNT(around); i++)
		add(fd, VW_NODE_FILE, around[i].name, around[i].text, strlen(around[i].text));
	close(fd);
}

/* For one target and in one format, or none, which @choice names: to tell takes longer than to read. */
static void check_preflight(const struct vw_image_facts *facts, size_t choice)
{
	_cleanup_(vw_preflight_freep) struct vw_preflight *preflight = NULL;
	_cleanup_(vwb_buffer_free) struct vwb_buffer out = {0};
	struct vw_preflight_request request = {.fail_on = VW_ADVICE};
	const struct vwx_view view = {.ascii = true, .columns = 80};
	const struct vwx_preflight_format *format;
	size_t formats = 1;

	while (vwx_preflight_format_at(formats))
		formats++;
	request.targets = 1u << choice % VW_TARGETS;
	MUST(vw_preflight(facts, &request, &preflight) == 0);
	format = vwx_preflight_format_at(choice / VW_TARGETS % (4 * formats));
	if (!format)
		return;
	MUST(format->render(preflight, &view, &out) == 0);
	check_text(&out, false);
}

static void examine(const char *path, size_t choice)
{
	const char *modules[VW_CHECKED_MODULES];
	const struct vw_image_wish wish = {modules, vw_checked_units, vw_checked_groups};
	_cleanup_(vw_image_freep) struct vw_image *image = NULL;
	const struct vw_image_facts *facts;
	char problem[PROBLEM_SIZE] = "";

	vw_checked_modules(modules);
	MUST(vw_image_open(path, &image, problem, sizeof(problem)) == 0);
	if (vw_image_unpack(image, problem, sizeof(problem)) < 0) {
		check_problem(problem);
		return;
	}
	MUST(vw_image_probe(image, &wish, &facts) == 0);
	check_preflight(facts, choice);
}

/* The input is the file at the row's path. */
static void run_file(const struct row *row, const char *bytes, size_t size)
{
	int fd;

	build_around();
	fd = open(machine, O_PATH | O_DIRECTORY | O_CLOEXEC);
	add(fd, VW_NODE_FILE, row->of, bytes, size);
	close(fd);
	examine(machine, size);
}

static void run_archive(const struct row *row, const char *bytes, size_t size)
{
	(void)row;
	examine(write_archive(bytes, size), size);
}

static void run_ami(const struct row *row, const char *bytes, size_t size)
{
	_cleanup_(vwb_arena_freep) struct vwb_arena *arena = NULL;
	char problem[PROBLEM_SIZE] = "";
	struct vw_ami ami;

	(void)row;
	MUST(vwb_arena_new(&arena) == 0);
	if (vwx_ami_parse(bytes, size, arena, &ami, problem, sizeof(problem)) < 0)
		check_problem(problem);
}

/* The table. */

const struct row rows[] = {
	{"initramfs", run_file, "boot/initrd.img-" RELEASE},
	{"kernel", run_file, "boot/vmlinuz-" RELEASE},
	{"uki", run_file, "boot/efi/EFI/Linux/a.efi"},
	{"module", run_file, MODULES "/kernel/drivers/nvme.ko"},
	{"modules-dep", run_file, MODULES "/modules.dep"},
	{"builtin-modinfo", run_file, MODULES "/modules.builtin.modinfo"},
	{"kconfig", run_file, "boot/config-" RELEASE},
	{"grub", run_file, "boot/grub/grub.cfg"},
	{"grubenv", run_file, "boot/grub/grubenv"},
	{"menu-lst", run_file, "boot/grub/menu.lst"},
	{"extlinux", run_file, "boot/extlinux/extlinux.conf"},
	{"bls", run_file, "boot/loader/entries/a.conf"},
	{"fstab", run_file, "etc/fstab"},
	{"modprobe", run_file, "etc/modprobe.d/a.conf"},
	{"netplan", run_file, "etc/netplan/50-cloud-init.yaml"},
	{"interfaces", run_file, "etc/network/interfaces"},
	{"ifcfg", run_file, "etc/sysconfig/network-scripts/ifcfg-eth0"},
	{"cloud-init", run_file, "etc/cloud/cloud.cfg.d/90.cfg"},
	{"udev", run_file, "etc/udev/rules.d/70-ec2-nvme-devices.rules"},
	{"image-archive", run_archive, NULL},
	{"ami", run_ami, NULL},
	{NULL, NULL, NULL},
};
