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
	_cleanup_(vw_buffer_free) struct vw_buffer out = {0};
	struct vw_preflight_request request = {.fail_on = VW_ADVICE};
	const struct vw_view view = {.ascii = true, .columns = 80};
	const struct vw_preflight_format *format;
	size_t formats = 1;

	while (vw_preflight_format_at(formats))
		formats++;
	request.targets = 1u << choice % VW_TARGETS;
	MUST(vw_preflight(facts, &request, &preflight) == 0);
	format = vw_preflight_format_at(choice / VW_TARGETS % (4 * formats));
	if (!format)
		return;
	MUST(format->render(preflight, &view, &out) == 0);
	check_text(&out, false);
}

static void examine(const char *path, size_t choice)
{
	const struct vw_image_wish wish = {vw_checked_modules, vw_checked_units, vw_checked_groups};
	_cleanup_(vw_image_freep) struct vw_image *image = NULL;
	const struct vw_image_facts *facts;
	char problem[PROBLEM_SIZE] = "";

	MUST(vw_image_open(path, &image, problem, sizeof(problem)) == 0);
	if (vw_image_unpack(image, problem, sizeof(problem)) < 0) {
		check_problem(problem);
		return;
	}
	MUST(vw_image_probe(image, &wish, &facts) == 0);
	check_preflight(facts, choice);
}

struct target {
	const char *name;
	const char *path; /* the file that the input becomes; NULL: the input is something else */
	void (*run)(const struct target *target, const char *bytes, size_t size);
};

static void run_file(const struct target *target, const char *bytes, size_t size)
{
	int fd;

	build_around();
	fd = open(machine, O_PATH | O_DIRECTORY | O_CLOEXEC);
	add(fd, VW_NODE_FILE, target->path, bytes, size);
	close(fd);
	examine(machine, size);
}

static void run_archive(const struct target *target, const char *bytes, size_t size)
{
	(void)target;
	examine(write_archive(bytes, size), size);
}

static void run_ami(const struct target *target, const char *bytes, size_t size)
{
	_cleanup_(vw_arena_freep) struct vw_arena *arena = NULL;
	char problem[PROBLEM_SIZE] = "";
	struct vw_ami ami;

	(void)target;
	MUST(vw_arena_new(&arena) == 0);
	if (vw_ami_parse(bytes, size, arena, &ami, problem, sizeof(problem)) < 0)
		check_problem(problem);
}

/* --- the table --------------------------------------------------------------------------------------- */

static const struct target targets[] = {
	{"initramfs", "boot/initrd.img-" RELEASE, run_file},
	{"kernel", "boot/vmlinuz-" RELEASE, run_file},
	{"uki", "boot/efi/EFI/Linux/a.efi", run_file},
	{"module", MODULES "/kernel/drivers/nvme.ko", run_file},
	{"modules-dep", MODULES "/modules.dep", run_file},
	{"builtin-modinfo", MODULES "/modules.builtin.modinfo", run_file},
	{"kconfig", "boot/config-" RELEASE, run_file},
	{"grub", "boot/grub/grub.cfg", run_file},
	{"grubenv", "boot/grub/grubenv", run_file},
	{"menu-lst", "boot/grub/menu.lst", run_file},
	{"extlinux", "boot/extlinux/extlinux.conf", run_file},
	{"bls", "boot/loader/entries/a.conf", run_file},
	{"fstab", "etc/fstab", run_file},
	{"modprobe", "etc/modprobe.d/a.conf", run_file},
	{"netplan", "etc/netplan/50-cloud-init.yaml", run_file},
	{"interfaces", "etc/network/interfaces", run_file},
	{"ifcfg", "etc/sysconfig/network-scripts/ifcfg-eth0", run_file},
	{"cloud-init", "etc/cloud/cloud.cfg.d/90.cfg", run_file},
	{"udev", "etc/udev/rules.d/70-ec2-nvme-devices.rules", run_file},
	{"image-archive", NULL, run_archive},
	{"ami", NULL, run_ami},
};

static const struct target *chosen;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("VW_FUZZ");

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < VW_COUNT(targets); i++)
		if (vw_equal(targets[i].name, name))
			chosen = &targets[i];
	for (size_t i = 0; i < VW_COUNT(targets) && !chosen; i++)
		printf("%s\n", targets[i].name);
	begin(chosen, name);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	chosen->run(chosen, (const char *)bytes, size);
	return 0;
}
