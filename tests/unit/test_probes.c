/* SPDX-License-Identifier: MIT */
#include "guest_root.h"

#include "probes/machine/probe.h"
#include "tests/unit/left_out.h"

#include <dirent.h>

/* Probes of firmware, kernel and container, and all of them together. */

/* One file of a guest, and what follows from it is in the test. */
struct file {
	const char *path, *text;
};

static void put_files(struct guest *guest, const struct file *file, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put(guest, file[i].path, file[i].text);
}

#define PUT_FILES(guest, ...) \
	put_files(guest, (const struct file[]){__VA_ARGS__}, VW_COUNT(((const struct file[]){__VA_ARGS__})))

/* /proc/cpuinfo. */

/* What a /proc/cpuinfo must give; NULL: absent. */
static const struct cpuinfo_case {
	const char *arch, *text;
	const char *vendor, *model, *flags, *vmx_flags, *platform, *machine, *uml;
} cpuinfo_cases[] = {
	{.arch = "x86_64",
	 .text = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: "
		 "Intel(R) "
		 "Xeon(R)\nflags\t\t: fpu vmx hypervisor\nvmx flags\t: vnmi ept\nbugs\t\t:\n\nprocessor\t: "
		 "1\n"
		 "vendor_id\t: Other\nflags\t\t: fpu\n",
	 .vendor = "GenuineIntel",
	 .model = "Intel(R) Xeon(R)",
	 .flags = "fpu vmx hypervisor",
	 .vmx_flags = "vnmi ept"},
	{.arch = "x86_64",
	 .text = "processor\t: 0\nvendor_id\t: User Mode Linux\nmodel name\t: UML\nhost\t\t: Linux outer "
		 "6.1\n",
	 .vendor = "User Mode Linux",
	 .model = "UML",
	 .uml = "Linux outer 6.1"},
	{.arch = "aarch64",
	 .text = "processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\nHardware\t: Board: rev 2\n",
	 .vendor = "0x41",
	 .flags = "fp asimd",
	 .machine = "Board: rev 2"},
	{.arch = "ppc64le",
	 .text = "processor\t: 0\ncpu\t\t: POWER8E (raw), altivec supported\n\ntimebase\t: "
		 "512000000\nplatform\t: "
		 "pSeries\nmodel\t\t: IBM,8247\nmachine\t\t: CHRP IBM pSeries (emulated by qemu)\n",
	 .model = "POWER8E (raw), altivec supported",
	 .platform = "pSeries",
	 .machine = "CHRP IBM pSeries (emulated by qemu)"},
	{.arch = "s390x",
	 .text = "vendor_id       : IBM/S390\n# processors    : 3\nfeatures\t: esan3 zarch \nprocessor 0: "
		 "version = FF,"
		 "  identification = 29AA14,  machine = 2817\nprocessor 1: version = FF,  machine = 9999\n",
	 .vendor = "IBM/S390",
	 .flags = "esan3 zarch",
	 .platform = "2817"},
	{.arch = "sparc64",
	 .text = "cpu\t\t: UltraSparc T1 (Niagara)\ntype\t\t: sun4v\ncpucaps\t\t: flush,stbar\n",
	 .model = "UltraSparc T1 (Niagara)",
	 .flags = "flush,stbar",
	 .platform = "sun4v"},
	{.arch = "ia64",
	 .text = "processor  : 0\nvendor     : GenuineIntel\nfamily     : Itanium 2\nmodel      : "
		 "1\nfeatures   : branchlong"
		 "\n",
	 .vendor = "GenuineIntel",
	 .model = "Itanium 2",
	 .flags = "branchlong"},
	{.arch = "loongarch64",
	 .text = "Model Name\t\t: Loongson-3A5000\nFeatures\t\t: cpucfg lvz\n",
	 .model = "Loongson-3A5000",
	 .flags = "cpucfg lvz"},
	{.arch = "mips64",
	 .text = "system type\t: Malta\nmachine\t\t: mti,malta\ncpu model\t\t: MIPS GENERIC QEMU\n",
	 .model = "MIPS GENERIC QEMU",
	 .platform = "mti,malta"},
	{.arch = "riscv64",
	 .text = "processor\t: 0\nisa\t\t: rv64imafdc\nuarch\t\t: sifive,u74-mc\n",
	 .model = "sifive,u74-mc",
	 .flags = "rv64imafdc"},
	{.arch = "x86_64", .text = ""},
	{.arch = "x86_64", .text = ":::\n\n: flags\nflags\nflags :"},
};

static void assert_optional(const struct vw_text *fact, const char *expected)
{
	if (expected)
		assert_text(*fact, expected);
	else if (fact->state == VW_VALUE)
		assert_string_equal(fact->text, "");
	else
		assert_state(*fact, VW_ABSENT);
}

static void test_cpuinfo(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(cpuinfo_cases); i++) {
		const struct cpuinfo_case *expected = &cpuinfo_cases[i];
		const struct vw_cpuinfo_facts *cpuinfo;
		struct guest guest;

		guest_new(&guest, expected->arch);
		put(&guest, "/proc/cpuinfo", expected->text);
		cpuinfo = &guest_probe(&guest, 0)->cpuinfo;
		assert_optional(&cpuinfo->vendor, expected->vendor);
		assert_optional(&cpuinfo->model, expected->model);
		assert_optional(&cpuinfo->flags, expected->flags);
		assert_optional(&cpuinfo->vmx_flags, expected->vmx_flags);
		assert_optional(&cpuinfo->platform, expected->platform);
		assert_optional(&cpuinfo->machine, expected->machine);
		assert_optional(&cpuinfo->uml, expected->uml);
		guest_free(&guest);
	}
}

/* What each word means, where it means that. */
static void test_cpuinfo_keys(void **state)
{
	static const char *const archs[] = {"x86_64", "i686",    "aarch64", "ia64",    "loongarch64",
					    "mips64", "riscv64", "sparc64", "ppc64le", "s390x"};
#define FACT(field) offsetof(struct vw_cpuinfo_facts, field)
	static const size_t facts[] = {FACT(vendor),   FACT(model),   FACT(flags),      FACT(vmx_flags),
				       FACT(platform), FACT(machine), FACT(hypervisor), FACT(uml)};
	static const struct {
		const char *key;
		size_t fact;
		const char *arch; /* NULL: all */
	} keys[] = {
		{"vendor_id", FACT(vendor), NULL},
		{"vendor", FACT(vendor), "ia64"},
		{"CPU implementer", FACT(vendor), NULL},
		{"model name", FACT(model), NULL},
		{"Model Name", FACT(model), "loongarch64"},
		{"cpu", FACT(model), NULL},
		{"cpu model", FACT(model), "mips64"},
		{"Processor", FACT(model), NULL},
		{"family", FACT(model), "ia64"},
		{"uarch", FACT(model), "riscv64"},
		{"flags", FACT(flags), NULL},
		{"Features", FACT(flags), NULL},
		{"features", FACT(flags), NULL},
		{"isa", FACT(flags), "riscv64"},
		{"cpucaps", FACT(flags), "sparc64"},
		{"vmx flags", FACT(vmx_flags), NULL},
		{"platform", FACT(platform), NULL},
		{"type", FACT(platform), "sparc64"},
		{"machine", FACT(platform), "mips64"},
		{"machine", FACT(machine), "ppc64le"},
		{"Hardware", FACT(machine), NULL},
		{"Hypervisor", FACT(hypervisor), NULL},
		{"host", FACT(uml), NULL},
		{"bogomips", SIZE_MAX, NULL},
		{"Flags", SIZE_MAX, NULL},
	};
#undef FACT

	(void)state;
	for (size_t i = 0; i < VW_COUNT(keys); i++)
		for (size_t a = 0; a < VW_COUNT(archs); a++) {
			const char *base;
			struct guest guest;
			char text[128];

			if (vwb_text_equal(keys[i].key, "machine") &&
			    !vwb_text_equal(keys[i].arch, archs[a]) &&
			    (vwb_text_equal(archs[a], "mips64") || vwb_text_equal(archs[a], "ppc64le")))
				continue; /* the other row's */
			/* the first line counts */
			snprintf(text, sizeof(text), "%s\t: one \n%s\t: two\n", keys[i].key, keys[i].key);
			guest_new(&guest, archs[a]);
			put(&guest, "/proc/cpuinfo", text);
			base = (const char *)&guest_probe(&guest, 0)->cpuinfo;
			for (size_t k = 0; k < VW_COUNT(facts); k++) {
				const struct vw_text *fact = (const void *)(base + facts[k]);
				bool means = keys[i].fact == facts[k] &&
					     (!keys[i].arch || vwb_text_equal(keys[i].arch, archs[a]));

				if (fact->state != (means ? VW_VALUE : VW_ABSENT))
					fail_msg("%s on %s", keys[i].key, archs[a]);
				if (means)
					assert_string_equal(fact->text, "one");
			}
			guest_free(&guest);
		}
}

/* On x86 the first processor's lines tell all; what is further behind than they ever reach is not read. */
static void test_first_block(void **state)
{
	enum { BLOCK = 8192 };
	static const char line[] = "\nflags\t\t: vmx";
	static char text[BLOCK + 64];

	(void)state;
	for (int more = 0; more < 2; more++)
		for (int x86 = 0; x86 < 2; x86++) {
			const struct vw_cpuinfo_facts *cpuinfo;
			struct guest guest;

			memset(text, 'x', BLOCK + 1);
			memcpy(text + BLOCK - strlen(line) + (size_t)more, line, sizeof(line));
			guest_new(&guest, x86 ? "x86_64" : "aarch64");
			put(&guest, "/proc/cpuinfo", text);
			cpuinfo = &guest_probe(&guest, 0)->cpuinfo;
			assert_text(cpuinfo->flags, x86 && more ? "vm" : "vmx");
			guest_free(&guest);
		}
}

/* s390 tells the machine within another line, of a processor. */
static void test_s390_machines(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{"processor 0: version = FF,  machine = 2817\n", "2817"},
		{"processor 10: version = FF,  machine = 2817\n", "2817"},
		{"processor 0: machine = 2817\nprocessor 1: machine = 9999\n", "2817"},
		{"processor : machine = 2817\n", NULL},
		{"processors: machine = 2817\n", NULL},
		{"cpu number 0: machine = 2817\n", NULL},
		{"processor 0: machine 2817\n", NULL},
		{"processor 0 machine = 2817\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_cpuinfo_facts *cpuinfo;
		struct guest guest;

		guest_new(&guest, "s390x");
		put(&guest, "/proc/cpuinfo", cases[i].text);
		cpuinfo = &guest_probe(&guest, 0)->cpuinfo;
		assert_optional(&cpuinfo->platform, cases[i].expected);
		guest_free(&guest);
	}
}

/* What stands behind thousands of processors counts on POWER. */
static void test_long_cpuinfo(void **state)
{
	static const char block[] = "processor\t: 7\ncpu\t\t: POWER9\nclock\t\t: 3550.000000MHz\n\n";
	static const char end[] = "platform\t: pSeries\n";
	size_t blocks = 8000, size = blocks * strlen(block) + strlen(end);
	char *text = malloc(size + 1);
	struct guest guest;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < blocks; i++)
		put_word(text + i * strlen(block), block);
	put_word(text + blocks * strlen(block), end);
	guest_new(&guest, "ppc64le");
	put_bytes(&guest, "/proc/cpuinfo", text, size);
	assert_text(guest_probe(&guest, 0)->cpuinfo.platform, "pSeries");
	guest_free(&guest);
	free(text);
}

/* Xen. */

static void test_xen(void **state)
{
	const struct vw_xen_facts *xen;
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/sys/hypervisor/type", "xen\n"}, {"/sys/hypervisor/guest_type", "HVM\n"},
		  {"/sys/hypervisor/uuid", "ec2e1916-9099-7caf-fd21-012345abcdef\n"},
		  {"/sys/hypervisor/version/major", "4\n"}, {"/sys/hypervisor/version/minor", "11\n"},
		  {"/sys/hypervisor/version/extra", ".amazon\n"},
		  {"/sys/hypervisor/properties/features", "00002705\n"},
		  {"/sys/hypervisor/properties/capabilities", "xen-3.0-x86_64 hvm-3.0-x86_64 \n"},
		  {"/proc/xen/capabilities", ""}, {"/sys/bus/xen/drivers/vif/bind", ""},
		  {"/sys/bus/xen/drivers/vbd/bind", ""}, {"/sys/bus/xen/devices/vbd-768/nodename", ""},
		  {"/proc/interrupts",
		   "           CPU0       CPU1\n  0:        294          0   IO-APIC   2-edge      timer\n "
		   "48:  1729  1"
		   "  xen-percpu    -virq      timer0\n 49:  0  0  xen-percpu    -ipi       resched0\nNMI:   "
		   "0   0   "
		   "Non-maskable interrupts\nHYP:  1799  4   Hypervisor callback interrupts\nERR:   0\n"});
	put_link(&guest, "/sys/bus/xen/devices/vif-0/driver", "../../../bus/xen/drivers/vif");
	facts = guest_probe(&guest, 0);
	xen = &facts->xen;
	assert_text(xen->type, "xen");
	assert_text(xen->guest_type, "HVM");
	assert_text(xen->uuid, "ec2e1916-9099-7caf-fd21-012345abcdef");
	assert_text(xen->major, "4");
	assert_text(xen->minor, "11");
	assert_text(xen->extra, ".amazon");
	assert_number(xen->features, 0x2705);
	assert_text(xen->capabilities, "xen-3.0-x86_64 hvm-3.0-x86_64");
	assert_names(xen->proc, "capabilities");
	assert_text(xen->proc_capabilities, "");
	assert_names(xen->bus_drivers, "vbd vif");
	assert_int_equal(xen->devices_state, VW_VALUE);
	assert_int_equal(xen->devices, 2);
	assert_string_equal(xen->device[0].type, "vbd");
	assert_null(xen->device[0].driver);
	assert_string_equal(xen->device[1].name, "vif-0");
	assert_string_equal(xen->device[1].driver, "vif");
	assert_text(facts->interrupts.names, "NMI HYP ERR");
	assert_text(facts->interrupts.chips, "IO-APIC xen-percpu");
	guest_free(&guest);
}

/* Devices of the bus, up to a number. */
static void test_xen_devices(void **state)
{
	(void)state;
	for (unsigned count = VW_CLASS_LIMIT; count <= VW_CLASS_LIMIT + 1; count++) {
		const struct vw_facts *facts;
		struct guest guest;

		guest_new(&guest, "x86_64");
		put_directory(&guest, "/sys/bus/xen/drivers");
		for (unsigned i = 0; i < count; i++) {
			char path[64];

			snprintf(path, sizeof(path), "/sys/bus/xen/devices/vbd-%05u/x", i);
			put(&guest, path, "");
		}
		facts = guest_probe(&guest, 0);
		assert_int_equal(facts->xen.devices, VW_CLASS_LIMIT);
		assert_string_equal(facts->xen.device[VW_CLASS_LIMIT - 1].name, "vbd-00063");
		assert_string_equal(facts->xen.device[0].type, "vbd");
		assert_int_equal(vwb_text_equal(unread_error(facts, "/sys/bus/xen/devices"), "EFBIG"),
				 count > VW_CLASS_LIMIT);
		guest_free(&guest);
	}
}

static void test_xen_traces(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	/* a kernel that could run on Xen, and does not */
	guest_new(&guest, "x86_64");
	put_directory(&guest, "/sys/hypervisor");
	put_directory(&guest, "/proc/xen");
	put_directory(&guest, "/sys/bus/xen/devices");
	put_directory(&guest, "/sys/bus/xen/drivers");
	put(&guest, "/proc/interrupts", "HYP:  1 Hypervisor callback interrupts\n");
	facts = guest_probe(&guest, 0);
	assert_state(facts->xen.type, VW_ABSENT);
	assert_state(facts->xen.features, VW_ABSENT);
	assert_state(facts->xen.guest_type, VW_ABSENT);
	assert_names(facts->xen.proc, "");
	assert_state(facts->xen.proc_capabilities, VW_ABSENT);
	assert_names(facts->xen.bus_drivers, "");
	assert_int_equal(facts->xen.devices_state, VW_VALUE);
	assert_int_equal(facts->xen.devices, 0);
	assert_state(facts->interrupts.names, VW_NOT_PROBED);
	guest_close(&guest);
	assert_text(guest_probe(&guest, VW_PROBE_WIDE)->interrupts.names, "HYP");
	guest_free(&guest);

	/* features that are no number */
	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/sys/hypervisor/type", "xen\n"},
		  {"/sys/hypervisor/properties/features", "<denied>\n"});
	facts = guest_probe(&guest, 0);
	assert_state(facts->xen.features, VW_MALFORMED);
	assert_state(facts->xen.uuid, VW_ABSENT);
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	put(&guest, "/sys/hypervisor/type", "xen\n");
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/sys/hypervisor"), 0);
	assert_int_equal(vw_source_deny(guest.source, "/proc/xen"), 0);
	assert_int_equal(vw_source_deny(guest.source, "/sys/bus/xen"), 0);
	facts = guest_probe(&guest, 0);
	assert_state(facts->xen.type, VW_DENIED);
	assert_state(facts->xen.features, VW_DENIED);
	assert_state(facts->xen.proc, VW_DENIED);
	assert_state(facts->xen.proc_capabilities, VW_DENIED);
	assert_state(facts->xen.bus_drivers, VW_DENIED);
	assert_int_equal(facts->xen.devices_state, VW_DENIED);
	guest_free(&guest);
}

/* Which rows tell a kind, and which a controller. */
static void test_interrupt_rows(void **state)
{
	static const struct {
		const char *text, *names, *chips;
	} cases[] = {
		{"  0: 12 34 IO-APIC 2-edge timer\n", "", "IO-APIC"},
		{"  0:\t12\tIO-APIC\n 1: 0 IO-APIC\n 2: 0 xen-dyn\n", "", "IO-APIC xen-dyn"},
		{"HYP: 1 callbacks\nNMI: 0\nHYP: 2\n", "HYP NMI", ""},
		{"           CPU0       CPU1\n", "", ""},
		{"0: 1 2 3\n", "", ""},
		{"1a: 5 chip\n", "1a", ""},
		{": 1 chip\n", "", ""},
		{"0: 1 2x\n", "", "2x"},
		{"", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_interrupt_facts *interrupts;
		struct guest guest;

		guest_new(&guest, "x86_64");
		put(&guest, "/proc/interrupts", cases[i].text);
		interrupts = &guest_probe(&guest, VW_PROBE_WIDE)->interrupts;
		assert_text(interrupts->names, cases[i].names);
		assert_text(interrupts->chips, cases[i].chips);
		guest_free(&guest);
	}
}

/* A word of 39 bytes is kept, a longer one is none; 64 of each kind are kept. */
static void test_bounds_of_interrupts(void **state)
{
	enum { WORD = 39, WORDS = 64 };
	const struct vw_interrupt_facts *interrupts;
	struct guest guest;
	char text[8192], word[WORD + 2];
	size_t size;

	(void)state;
	memset(word, 'w', sizeof(word));
	word[WORD + 1] = '\0';
	snprintf(text, sizeof(text), "%s: 1\n%s: 1\n0: 1 %s\n1: 1 %s\n", word, word + 1, word, word + 1);
	guest_new(&guest, "x86_64");
	put(&guest, "/proc/interrupts", text);
	interrupts = &guest_probe(&guest, VW_PROBE_WIDE)->interrupts;
	assert_text(interrupts->names, word + 1);
	assert_text(interrupts->chips, word + 1);
	guest_free(&guest);

	size = 0;
	for (unsigned i = 0; i <= WORDS; i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size, "N%02u: 1\n%u: 1 c%02u\n", i, i,
					 i);
	guest_new(&guest, "x86_64");
	put(&guest, "/proc/interrupts", text);
	interrupts = &guest_probe(&guest, VW_PROBE_WIDE)->interrupts;
	assert_int_equal(strlen(interrupts->names.text), 4 * WORDS - 1);
	assert_true(vwb_text_ends(interrupts->names.text, " N63"));
	assert_true(vwb_text_ends(interrupts->chips.text, " c63"));
	guest_free(&guest);
}

static void test_interrupts_denied(void **state)
{
	const struct vw_interrupt_facts *interrupts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put(&guest, "/proc/interrupts", "HYP: 1\n");
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/proc/interrupts"), 0);
	interrupts = &guest_probe(&guest, VW_PROBE_WIDE)->interrupts;
	assert_state(interrupts->names, VW_DENIED);
	assert_state(interrupts->chips, VW_DENIED);
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	interrupts = &guest_probe(&guest, VW_PROBE_WIDE)->interrupts;
	assert_state(interrupts->names, VW_ABSENT);
	assert_state(interrupts->chips, VW_ABSENT);
	guest_free(&guest);
}

/* More rows, and longer words, than a fact takes. */
static void test_long_interrupts(void **state)
{
	const struct vw_interrupt_facts *interrupts;
	char *text = malloc(1 << 20);
	struct guest guest;
	size_t size = 0;

	(void)state;
	assert_non_null(text);
	for (unsigned i = 0; i < 5000; i++)
		size += (size_t)snprintf(text + size, (1 << 20) - size, "%u: 0 chip-%030u x\nN%037u: 0\n", i,
					 i, i);
	size += (size_t)snprintf(text + size, (1 << 20) - size, "7: 0 %0200d\n8:\n: 3 IO-APIC\n%0200d: 0", 1,
				 1);
	guest_new(&guest, "x86_64");
	put(&guest, "/sys/hypervisor/type", "xen\n");
	put_bytes(&guest, "/proc/interrupts", text, size);
	interrupts = &guest_probe(&guest, 0)->interrupts;
	assert_state(interrupts->names, VW_VALUE);
	assert_true(vwb_text_starts(interrupts->chips.text, "chip-000000000000000000000000000000 chip-0"));
	assert_true(strlen(interrupts->names.text) < 4096);
	guest_free(&guest);
	free(text);
}

/* DMI and SMBIOS. */

static void test_dmi(void **state)
{
	const struct vw_dmi_facts *dmi;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_link(&guest, "/sys/class/dmi/id", "../../devices/virtual/dmi/id");
	PUT_FILES(&guest, {"/sys/devices/virtual/dmi/id/sys_vendor", "Amazon EC2\n"},
		  {"/sys/devices/virtual/dmi/id/product_name", "c5.large\n"},
		  {"/sys/devices/virtual/dmi/id/product_family", " \n"},
		  {"/sys/devices/virtual/dmi/id/bios_vendor", "\xff\x01Vendor\n"});
	dmi = &guest_probe(&guest, 0)->dmi;
	assert_text(dmi->sys_vendor, "Amazon EC2");
	assert_string_equal(dmi->sys_vendor.source, "/sys/class/dmi/id/sys_vendor");
	assert_text(dmi->product_name, "c5.large");
	assert_text(dmi->bios_vendor, "??Vendor");
	assert_state(dmi->board_name, VW_ABSENT);
	assert_state(dmi->product_family, VW_NOT_PROBED);
	assert_state(dmi->vm_bit, VW_ABSENT);
	assert_state(dmi->oem_strings, VW_ABSENT);
	guest_close(&guest);
	assert_text(guest_probe(&guest, VW_PROBE_WIDE)->dmi.product_family, "");
	guest_free(&guest);

	/* a fragment without the first file, and a dump without the link */
	guest_new(&guest, "x86_64");
	put(&guest, "/sys/class/dmi/id/chassis_asset_tag", "OracleCloud.com\n");
	assert_text(guest_probe(&guest, 0)->dmi.chassis_asset_tag, "OracleCloud.com");
	guest_free(&guest);
	guest_new(&guest, "x86_64");
	put(&guest, "/sys/devices/virtual/dmi/id/sys_vendor", "QEMU\n");
	dmi = &guest_probe(&guest, 0)->dmi;
	assert_text(dmi->sys_vendor, "QEMU");
	assert_string_equal(dmi->sys_vendor.source, "/sys/devices/virtual/dmi/id/sys_vendor");
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	dmi = &guest_probe(&guest, VW_PROBE_WIDE)->dmi;
	assert_state(dmi->sys_vendor, VW_ABSENT);
	assert_state(dmi->chassis_vendor, VW_ABSENT);
	assert_string_equal(dmi->product_name.source, "/sys/class/dmi/id/product_name");
	guest_free(&guest);
}

/* Each string in its own fact, and the three that no verdict waits for only when all is read. */
static void test_each_dmi_text(void **state)
{
#define ROW(field, wide)                                           \
	{                                                          \
#field, offsetof(struct vw_dmi_facts, field), wide \
	}
	static const struct {
		const char *name;
		size_t fact;
		bool wide;
	} rows[] = {
		ROW(sys_vendor, false),      ROW(bios_vendor, false),       ROW(bios_version, false),
		ROW(product_name, false),    ROW(product_version, false),   ROW(product_serial, false),
		ROW(product_uuid, false),    ROW(board_vendor, false),      ROW(board_name, false),
		ROW(board_asset_tag, false), ROW(chassis_asset_tag, false), ROW(product_family, true),
		ROW(board_version, true),    ROW(chassis_vendor, true),
	};
#undef ROW

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		for (int wide = 0; wide < 2; wide++) {
			const char *base;
			struct guest guest;
			char path[64];

			snprintf(path, sizeof(path), "/sys/class/dmi/id/%s", rows[i].name);
			guest_new(&guest, "x86_64");
			put(&guest, path, "text\n");
			base = (const char *)&guest_probe(&guest, wide ? VW_PROBE_WIDE : 0)->dmi;
			for (size_t k = 0; k < VW_COUNT(rows); k++) {
				const struct vw_text *fact = (const void *)(base + rows[k].fact);
				enum vw_state expected = k == i ? VW_VALUE : VW_ABSENT;

				if (fact->state != (rows[k].wide && !wide ? VW_NOT_PROBED : expected))
					fail_msg("%s: %s", rows[i].name, rows[k].name);
			}
			guest_free(&guest);
		}
}

static void test_dmi_denied(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/sys/class/dmi/id/sys_vendor", "QEMU\n"},
		  {"/sys/class/dmi/id/product_serial", "1\n"}, {"/sys/firmware/dmi/tables/DMI", "x"});
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/sys/class/dmi/id/product_serial"), 0);
	assert_int_equal(vw_source_deny(guest.source, "/sys/firmware/dmi"), 0);
	facts = guest_probe(&guest, 0);
	assert_text(facts->dmi.sys_vendor, "QEMU");
	assert_state(facts->dmi.product_serial, VW_DENIED);
	assert_state(facts->dmi.vm_bit, VW_DENIED);
	assert_state(facts->dmi.oem_strings, VW_DENIED);
	assert_state(facts->passport.oem_string, VW_DENIED);
	assert_string_equal(unread_error(facts, "tables/DMI"), "EACCES");
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	put(&guest, "/sys/devices/virtual/dmi/id/sys_vendor", "QEMU\n");
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/sys/class/dmi"), 0);
	assert_state(guest_probe(&guest, 0)->dmi.sys_vendor, VW_DENIED);
	guest_free(&guest);
}

/* Type 0 with the VM bit, type 11 with three strings, the end. */
#define BIOS_STRUCTURE(extension)                                                                \
	"\x00\x18\x00\x00\x01\x02\x00\xe8\x03\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00" extension \
	"\x00\x00\xff\xffSeaBIOS\0"                                                              \
	"1.16\0"
#define OEM_STRUCTURE "\x0b\x05\x00\x01\x03zebra\0virtwhere:1;stack=kvm\0apple\0"
#define END_STRUCTURE "\x7f\x04\x00\x02\0"

static const char good_table[] = BIOS_STRUCTURE("\x1c") "\0" OEM_STRUCTURE "\0" END_STRUCTURE;

static void test_smbios(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_bytes(&guest, "/sys/firmware/dmi/tables/DMI", good_table, sizeof(good_table));
	facts = guest_probe(&guest, 0);
	assert_number(facts->dmi.vm_bit, 1);
	assert_names(facts->dmi.oem_strings, "zebra virtwhere:1;stack=kvm apple");
	assert_text(facts->passport.oem_string, "virtwhere:1;stack=kvm");
	assert_int_equal(facts->unread_count, 0);
	guest_free(&guest);

	/* one file for each structure */
	guest_new(&guest, "x86_64");
	put_bytes(&guest, "/sys/firmware/dmi/entries/0-0/raw", BIOS_STRUCTURE("\x0c"),
		  sizeof(BIOS_STRUCTURE("\x0c")));
	put_bytes(&guest, "/sys/firmware/dmi/entries/11-0/raw", OEM_STRUCTURE, sizeof(OEM_STRUCTURE));
	put_bytes(&guest, "/sys/firmware/dmi/entries/11-1/raw", "\x0b\x05\x00\x01\x01more\0", 11);
	facts = guest_probe(&guest, 0);
	assert_number(facts->dmi.vm_bit, 0);
	assert_string_equal(facts->dmi.vm_bit.source, "/sys/firmware/dmi/entries/0-0/raw");
	assert_names(facts->dmi.oem_strings, "zebra virtwhere:1;stack=kvm apple more");
	guest_free(&guest);
}

/* Feed the walker bytes of which each end is watched by the sanitizer. Returns what it returned. */
static int walk(struct vw_run *run, const void *bytes, size_t size, struct vw_number *vm_bit,
		struct vw_name_list *strings)
{
	char *copy = malloc(size ? size : 1);
	int r;

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	*vm_bit = (struct vw_number){0};
	assert_true(vw_name_list_init(run, strings, 4));
	r = vw_smbios_walk(run, copy, size, "table", vm_bit, strings);
	free(copy);
	return r;
}

static void test_smbios_malformed(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} cases[] = {
		{"\x00", 1},                                  /* no header */
		{"\x00\x00\x00\x00\0\0", 6},                  /* a length that leads nowhere */
		{"\x00\x03\x00\x00\0\0", 6},                  /* shorter than its header */
		{"\x00\xff\x00\x00\0\0", 6},                  /* longer than the table */
		{"\x0b\x05\x00\x00\x02one", 8},               /* strings without an end */
		{"\x0b\x05\x00\x00\x02one\0", 9},             /* strings without their second end */
		{"\x0b\x05\x00\x00\xff\0\0\x00\x04\x00", 10}, /* half a header behind a good one */
		{"\x7f\x05\x00\x00", 4},                      /* an end that is longer than the rest */
		{"\x7f\xff\x00\x00\0\0", 6},
		{"\x7f\x03\x00\x00\0\0", 6},
		{"\x0b\x05\x00\x00\xff\0\0\x7f\x08\x00\x00", 11},
		{"\x7f\x04\x00", 3},
	};
	struct vw_name_list strings;
	struct vw_facts facts = {0};
	struct vw_number vm_bit;
	struct vwb_arena *arena;
	struct vw_run run = {.facts = &facts};

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	run.arena = arena;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		assert_int_equal(walk(&run, cases[i].bytes, cases[i].size, &vm_bit, &strings), -EBADMSG);

	/* every shorter part of a good table, and every byte of it turned over */
	for (size_t size = 0; size < sizeof(good_table); size++)
		(void)walk(&run, good_table, size, &vm_bit, &strings);
	for (size_t i = 0; i < sizeof(good_table); i++) {
		char bytes[sizeof(good_table)];

		memcpy(bytes, good_table, sizeof(bytes));
		bytes[i] = (char)~bytes[i];
		(void)walk(&run, bytes, sizeof(bytes), &vm_bit, &strings);
	}

	/* more strings than it says, fewer, and more than there is room for; an empty table */
	assert_int_equal(walk(&run, "\x0b\x05\0\0\x01one\0two\0", 14, &vm_bit, &strings), 0);
	guest_assert_names(strings.count, strings.name, "one");
	assert_int_equal(walk(&run, "\x0b\x05\0\0\xffone\0", 10, &vm_bit, &strings), 0);
	guest_assert_names(strings.count, strings.name, "one");
	assert_int_equal(walk(&run,
			      "\x0b\x05\0\0\x09"
			      "a\0b\0c\0d\0e\0f\0",
			      18, &vm_bit, &strings),
			 0);
	guest_assert_names(strings.count, strings.name, "a b c d");
	assert_int_equal(walk(&run, "\x0b\x04\0\0\0", 6, &vm_bit, &strings), 0);
	assert_int_equal(walk(&run, "", 0, &vm_bit, &strings), 0);
	assert_int_equal(vm_bit.state, VW_NOT_PROBED);

	/* an old BIOS structure, too short for the bit */
	assert_int_equal(walk(&run, "\x00\x05\0\0\0\0", 7, &vm_bit, &strings), 0);
	assert_int_equal(vm_bit.state, VW_NOT_PROBED);
	vwb_arena_free(arena);
}

/* Append a structure whose byte 0x13 is @byte, be it of its formatted area or of its string. */
static size_t add_structure(char *table, size_t at, unsigned char type, unsigned char length,
			    unsigned char byte)
{
	size_t size = length > 0x13 ? length : 0x14;

	memset(table + at, 0x11, size);
	table[at] = (char)type;
	table[at + 1] = (char)length;
	table[at + 0x13] = (char)byte;
	memset(table + at + size, 0, 2);
	return at + size + 2;
}

/* The bit is the fifth of one byte, of a structure that reaches so far, and of the first that tells it. */
static void test_vm_bit(void **state)
{
	static const struct {
		unsigned char type, length, byte;
		bool told;
		uint64_t value;
	} cases[] = {
		{0, 0x14, 0x10, true, 1},  {0, 0x14, 0xef, true, 0},   {0, 0x14, 0xff, true, 1},
		{0, 0x15, 0x10, true, 1},  {0, 0x18, 0x10, true, 1},   {0, 0x13, 0x10, false, 0},
		{1, 0x14, 0x10, false, 0}, {17, 0x14, 0x10, false, 0},
	};
	struct vw_name_list strings;
	struct vw_facts facts = {0};
	struct vw_number vm_bit;
	struct vwb_arena *arena;
	struct vw_run run = {.facts = &facts};

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	run.arena = arena;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char table[0x60];
		size_t size = add_structure(table, 0, cases[i].type, cases[i].length, cases[i].byte);

		assert_int_equal(walk(&run, table, size, &vm_bit, &strings), 0);
		assert_int_equal(vm_bit.state, cases[i].told ? VW_VALUE : VW_NOT_PROBED);
		assert_int_equal(vm_bit.value, cases[i].value);

		/* a second one, that says otherwise */
		size = add_structure(table, size, 0, 0x14, (unsigned char)~cases[i].byte);
		assert_int_equal(walk(&run, table, size, &vm_bit, &strings), 0);
		assert_number(vm_bit, cases[i].told ? cases[i].value : !(cases[i].byte >> 4 & 1));
		assert_string_equal(vm_bit.source, "table");
	}
	vwb_arena_free(arena);
}

/* Behind the table's end nothing is a structure. */
static void test_end_of_table(void **state)
{
	static const char table[] = "\x7f\x04\0\0\0\0" OEM_STRUCTURE;
	struct vw_name_list strings;
	struct vw_facts facts = {0};
	struct vw_number vm_bit;
	struct vwb_arena *arena;
	struct vw_run run = {.facts = &facts};

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	run.arena = arena;
	assert_int_equal(walk(&run, table, sizeof(table), &vm_bit, &strings), 0);
	assert_int_equal(strings.count, 0);
	assert_int_equal(walk(&run, table, 4, &vm_bit, &strings), 0); /* without the NULs of its strings */
	assert_int_equal(walk(&run, table + 6, sizeof(table) - 6, &vm_bit, &strings), 0);
	assert_int_equal(strings.count, 3);
	vwb_arena_free(arena);
}

/* Strings are kept up to a number, from one table or from many files. */
static void test_many_oem_strings(void **state)
{
	enum { EACH = 200 };
	char structure[5 + 4 * EACH + 1] = "\x0b\x05";
	size_t size = 5;
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	structure[4] = (char)EACH;
	for (unsigned i = 0; i < EACH; i++, size += 4)
		snprintf(structure + size, 4, "%03u", i);
	size++;
	guest_new(&guest, "x86_64");
	put_bytes(&guest, "/sys/firmware/dmi/entries/0-0/raw", BIOS_STRUCTURE("\x0c"),
		  sizeof(BIOS_STRUCTURE("\x0c")));
	put_bytes(&guest, "/sys/firmware/dmi/entries/11-0/raw", structure, size);
	put_bytes(&guest, "/sys/firmware/dmi/entries/11-1/raw", structure, size);
	put_bytes(&guest, "/sys/firmware/dmi/entries/11-2/raw", "x", 1);
	facts = guest_probe(&guest, 0);
	assert_state(facts->dmi.oem_strings, VW_VALUE);
	assert_int_equal(facts->dmi.oem_strings.count, VW_SMBIOS_LIMIT);
	assert_int_equal(facts->unread_count, 0); /* the third is not looked at */
	guest_free(&guest);

	/* one file is missing: those behind it are not asked for */
	guest_new(&guest, "x86_64");
	put_bytes(&guest, "/sys/firmware/dmi/entries/0-0/raw", BIOS_STRUCTURE("\x0c"),
		  sizeof(BIOS_STRUCTURE("\x0c")));
	put_bytes(&guest, "/sys/firmware/dmi/entries/11-1/raw", structure, size);
	facts = guest_probe(&guest, 0);
	assert_state(facts->dmi.oem_strings, VW_ABSENT);
	guest_free(&guest);

	/* one that makes no sense costs itself */
	guest_new(&guest, "x86_64");
	put_bytes(&guest, "/sys/firmware/dmi/entries/0-0/raw", "\x00\xff\x00\x00", 4);
	put_bytes(&guest, "/sys/firmware/dmi/entries/11-0/raw", OEM_STRUCTURE, sizeof(OEM_STRUCTURE));
	facts = guest_probe(&guest, 0);
	assert_state(facts->dmi.vm_bit, VW_MALFORMED);
	assert_names(facts->dmi.oem_strings, "zebra virtwhere:1;stack=kvm apple");
	assert_string_equal(unread_error(facts, "0-0/raw"), "EBADMSG");
	guest_free(&guest);
}

static void test_smbios_facts_of_bad_tables(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_bytes(&guest, "/sys/firmware/dmi/tables/DMI", "\x00\xff\x00\x00", 4);
	facts = guest_probe(&guest, 0);
	assert_state(facts->dmi.vm_bit, VW_MALFORMED);
	assert_state(facts->dmi.oem_strings, VW_MALFORMED);
	assert_string_equal(unread_error(facts, "tables/DMI"), "EBADMSG");
	guest_free(&guest);

	/* what came before the damage counts */
	guest_new(&guest, "x86_64");
	put_bytes(&guest, "/sys/firmware/dmi/tables/DMI", good_table, sizeof(good_table) - 20);
	facts = guest_probe(&guest, 0);
	assert_number(facts->dmi.vm_bit, 1);
	assert_string_equal(unread_error(facts, "tables/DMI"), "EBADMSG");
	guest_free(&guest);
}

/* ACPI. */

/* A table of @size bytes, with @identity at the FADT's place for it where it is long enough. */
static void put_acpi(struct guest *guest, const char *name, size_t size, uint32_t length,
		     const char *identity)
{
	char bytes[512] = {0}, path[128];

	put_word(bytes, name);
	memcpy(bytes + 4, &length, sizeof(length));
	put_word(bytes + 10, "FIRECK");
	put_word(bytes + 16, "FCVMFADT");
	put_word(bytes + 28, "FCAT");
	if (identity)
		put_word(bytes + 268, identity);
	snprintf(path, sizeof(path), "/sys/firmware/acpi/tables/%s", name);
	put_bytes(guest, path, bytes, size);
}

static void test_acpi(void **state)
{
	const struct vw_acpi_facts *acpi;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_acpi(&guest, "FACP", 276, 276, "FIRECKVM");
	put_acpi(&guest, "DSDT", 400, 400, NULL);
	put_acpi(&guest, "SSDT", 100, 100, NULL);
	put_acpi(&guest, "FACS", 64, 64, NULL);
	put_directory(&guest, "/sys/firmware/acpi/tables/data");
	PUT_FILES(&guest, {"/sys/bus/acpi/devices/QEMU0002:00/hid", ""},
		  {"/sys/bus/acpi/devices/PNP0A03:01/hid", ""}, {"/sys/bus/acpi/devices/PNP0A03:00/hid", ""},
		  {"/sys/bus/acpi/devices/device:1f/path", ""},
		  {"/sys/bus/acpi/devices/PNP0A031:00/hid", ""});
	acpi = &guest_probe(&guest, 0)->acpi;
	assert_state(*acpi, VW_VALUE);
	assert_int_equal(acpi->count, 2);
	assert_string_equal(acpi->table[1].name, "FACP");
	assert_string_equal(acpi->table[1].oem_id, "FIRECK");
	assert_string_equal(acpi->table[1].oem_table_id, "FCVMFADT");
	assert_string_equal(acpi->table[1].creator, "FCAT");
	assert_text(acpi->hypervisor_vendor, "FIRECKVM");
	assert_names(acpi->hids, "PNP0A03 PNP0A031 QEMU0002");
	guest_close(&guest);
	acpi = &guest_probe(&guest, VW_PROBE_WIDE)->acpi;
	assert_int_equal(acpi->count, 3);
	assert_string_equal(acpi->table[2].name, "SSDT");
	guest_free(&guest);
}

static void test_acpi_identity(void **state)
{
	static const struct {
		size_t size;
		uint32_t length;
		const char *identity;
		enum vw_state expected;
	} cases[] = {
		{244, 244, NULL, VW_ABSENT},   /* before revision 6 */
		{268, 268, NULL, VW_ABSENT},   /* revision 5.1 */
		{275, 276, "QEMU", VW_ABSENT}, /* cut short */
		{276, 244, "QEMU", VW_ABSENT}, /* what is behind its length is not its */
		{276, 276, NULL, VW_ABSENT},   /* real hardware leaves it empty */
		{276, 276, "QEMU", VW_VALUE},  {276, 0xffffffff, "QEMU", VW_VALUE},
		{35, 276, NULL, VW_MALFORMED}, {276, 0, "QEMU", VW_MALFORMED},
		{0, 0, NULL, VW_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_facts *facts;
		struct guest guest;

		guest_new(&guest, "x86_64");
		put_acpi(&guest, "FACP", cases[i].size, cases[i].length, cases[i].identity);
		facts = guest_probe(&guest, 0);
		assert_state(facts->acpi.hypervisor_vendor, cases[i].expected);
		if (cases[i].expected == VW_MALFORMED) {
			assert_state(facts->acpi, VW_MALFORMED);
			assert_string_equal(unread_error(facts, "FACP"), "EBADMSG");
		}
		guest_free(&guest);
	}
}

/* Which tables are read: two always, of the others those that have a header. */
static void test_acpi_tables(void **state)
{
	static const struct {
		const char *name;
		bool wide;
	} cases[] = {{"APIC", true},  {"ZZZZ", true},  {"SSDT10", true}, {"FACS", false},
		     {"data", false}, {"0ABC", false}, {"@ABC", false},  {"[ABC", false}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int wide = 0; wide < 2; wide++) {
			const struct vw_acpi_facts *acpi;
			struct guest guest;

			guest_new(&guest, "x86_64");
			put_acpi(&guest, cases[i].name, 100, 100, NULL);
			acpi = &guest_probe(&guest, wide ? VW_PROBE_WIDE : 0)->acpi;
			assert_state(*acpi, VW_VALUE);
			if (acpi->count != (wide && cases[i].wide))
				fail_msg("%s: %zu", cases[i].name, acpi->count);
			guest_free(&guest);
		}
}

/* A header has 36 bytes, of the file and by its own word. */
static void test_acpi_header(void **state)
{
	static const struct {
		size_t size;
		uint32_t length;
		bool good;
	} cases[] = {
		{36, 36, true}, {35, 36, false}, {36, 35, false}, {36, 0xffffffff, true}, {36, 0x2400, true}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_facts *facts;
		struct guest guest;

		guest_new(&guest, "x86_64");
		put_acpi(&guest, "DSDT", cases[i].size, cases[i].length, NULL);
		facts = guest_probe(&guest, 0);
		assert_int_equal(facts->acpi.count, cases[i].good);
		assert_state(facts->acpi, cases[i].good ? VW_VALUE : VW_MALFORMED);
		assert_int_equal(unread_error(facts, "DSDT") != NULL, !cases[i].good);
		if (cases[i].good) {
			assert_string_equal(facts->acpi.table[0].oem_id, "FIRECK");
			assert_string_equal(facts->acpi.table[0].oem_table_id, "FCVMFADT");
			assert_string_equal(facts->acpi.table[0].creator, "FCAT");
		}
		guest_free(&guest);
	}
}

static void test_many_acpi_tables(void **state)
{
	enum { LIMIT = 128 };

	(void)state;
	for (unsigned count = LIMIT; count <= LIMIT + 1; count++) {
		const struct vw_facts *facts;
		struct guest guest;

		guest_new(&guest, "x86_64");
		for (unsigned i = 0; i < count; i++) {
			char name[16];

			snprintf(name, sizeof(name), "SSDT%03u", i);
			put_acpi(&guest, name, 36, 36, NULL);
		}
		facts = guest_probe(&guest, VW_PROBE_WIDE);
		assert_int_equal(facts->acpi.count, LIMIT);
		assert_int_equal(vwb_text_equal(unread_error(facts, "/acpi/tables"), "EFBIG"), count > LIMIT);
		guest_free(&guest);
	}
}

static void test_hids(void **state)
{
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/sys/bus/acpi/devices/device:00/x", ""},
		  {"/sys/bus/acpi/devices/devices:00/x", ""}, {"/sys/bus/acpi/devices/devic:00/x", ""},
		  {"/sys/bus/acpi/devices/Device:00/x", ""}, {"/sys/bus/acpi/devices/XEN0000/x", ""});
	assert_names(guest_probe(&guest, 0)->acpi.hids, "Device XEN0000 devic devices");
	guest_free(&guest);
}

static void test_acpi_denied(void **state)
{
	const struct vw_acpi_facts *acpi;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_acpi(&guest, "FACP", 276, 276, "QEMU");
	put_acpi(&guest, "DSDT", 100, 100, NULL);
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/sys/firmware/acpi/tables/FACP"), 0);
	acpi = &guest_probe(&guest, 0)->acpi;
	assert_state(*acpi, VW_VALUE);
	assert_int_equal(acpi->count, 1);
	assert_state(acpi->hypervisor_vendor, VW_DENIED);
	guest_close(&guest);

	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/sys/firmware/acpi/tables/FACP"), 0);
	assert_int_equal(vw_source_deny(guest.source, "/sys/firmware/acpi/tables/DSDT"), 0);
	acpi = &guest_probe(&guest, 0)->acpi;
	assert_state(*acpi, VW_DENIED);
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	acpi = &guest_probe(&guest, 0)->acpi;
	assert_state(*acpi, VW_ABSENT);
	assert_state(acpi->hypervisor_vendor, VW_ABSENT);
	assert_state(acpi->hids, VW_ABSENT);
	guest_free(&guest);
}

/* Device tree, and machines that are not x86. */

static void test_devicetree(void **state)
{
	const struct vw_devicetree_facts *tree;
	struct guest guest;

	(void)state;
	guest_new(&guest, "aarch64");
	put_link(&guest, "/proc/device-tree", "/sys/firmware/devicetree/base");
	put_bytes(&guest, "/sys/firmware/devicetree/base/model", "Board", 6);
	put_bytes(&guest, "/sys/firmware/devicetree/base/compatible", "zeta,board\0alpha,soc", 21);
	put_bytes(&guest, "/sys/firmware/devicetree/base/hypervisor/compatible", "xen,xen-4.17\0xen,xen", 20);
	tree = &guest_probe(&guest, 0)->devicetree;
	assert_names(tree->root, "compatible hypervisor model");
	assert_text(tree->model, "Board");
	assert_names(tree->compatible, "zeta,board alpha,soc");
	assert_names(tree->hypervisor, "xen,xen-4.17 xen,xen");
	guest_free(&guest);

	guest_new(&guest, "aarch64");
	put(&guest, "/sys/firmware/devicetree/base/compatible", "");
	tree = &guest_probe(&guest, 0)->devicetree;
	assert_names(tree->compatible, "");
	assert_state(tree->hypervisor, VW_ABSENT);
	assert_state(tree->model, VW_ABSENT);
	guest_free(&guest);

	guest_new(&guest, "aarch64");
	put(&guest, "/sys/firmware/devicetree/base/compatible", "x");
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/proc/device-tree"), 0);
	tree = &guest_probe(&guest, 0)->devicetree;
	assert_state(tree->root, VW_DENIED);
	assert_state(tree->hypervisor, VW_DENIED);
	guest_free(&guest);
}

/* A property holds up to so many strings, whose last need not end. */
static void test_many_compatibles(void **state)
{
	enum { STRINGS = 64 };
	char text[4 * STRINGS + 8];
	const struct vw_devicetree_facts *tree;
	struct guest guest;

	(void)state;
	for (unsigned count = STRINGS - 1; count <= STRINGS + 1; count++) {
		for (unsigned i = 0; i < count; i++)
			snprintf(text + (size_t)4 * i, 4, "%03u", i);
		guest_new(&guest, "aarch64");
		put_bytes(&guest, "/proc/device-tree/compatible", text, 4 * (size_t)count - 1);
		tree = &guest_probe(&guest, 0)->devicetree;
		assert_state(tree->compatible, VW_VALUE);
		assert_int_equal(tree->compatible.count, count > STRINGS ? STRINGS : count);
		assert_string_equal(tree->compatible.name[STRINGS - 2], "062");
		guest_free(&guest);
	}
}

/* The kernel's own place comes first; the other serves where that is missing. */
static void test_places_of_the_tree(void **state)
{
	const struct vw_devicetree_facts *tree;
	struct guest guest;

	(void)state;
	guest_new(&guest, "aarch64");
	put(&guest, "/proc/device-tree/model", "proc");
	put(&guest, "/sys/firmware/devicetree/base/model", "sys");
	tree = &guest_probe(&guest, 0)->devicetree;
	assert_text(tree->model, "proc");
	assert_string_equal(tree->root.source, "/proc/device-tree");
	assert_state(tree->compatible, VW_ABSENT);
	guest_free(&guest);

	guest_new(&guest, "aarch64");
	put(&guest, "/sys/firmware/devicetree/base/model", "sys");
	tree = &guest_probe(&guest, 0)->devicetree;
	assert_text(tree->model, "sys");
	assert_string_equal(tree->root.source, "/sys/firmware/devicetree/base");
	guest_free(&guest);

	/* no x86 kernel has one */
	guest_new(&guest, "x86_64");
	put(&guest, "/proc/device-tree/model", "proc");
	assert_state(guest_probe(&guest, 0)->devicetree.root, VW_NOT_PROBED);
	guest_free(&guest);
}

/* At most eight levels, innermost first, each by its first line. */
static void test_levels_of_s390(void **state)
{
	static const struct {
		const char *text, *vm; /* NULL: none */
	} cases[] = {
		{"VM00 Control Program: a\n", "a"},
		{"VM07 Control Program: h\nVM00 Control Program: a\n", "a h"},
		{"VM08 Control Program: i\n", NULL},
		{"VM0 Control Program: a\n", NULL},
		{"VM00 Control Program: a\nVM00 Control Program: b\n", "a"},
		{"VM00 Control Program: a   b  c \n", "a b c"},
		{"VM00 Control Program: "
		 "1234567890123456789012345678901234567890123456789012345678901234567890\n",
		 "1234567890123456789012345678901234567890123456789012345678901234"},
		{"VM00 Control program: a\n", NULL},
		{"VM00 Name: a\n", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_s390_facts *s390;
		struct guest guest;

		guest_new(&guest, "s390x");
		put(&guest, "/proc/sysinfo", cases[i].text);
		s390 = &guest_probe(&guest, 0)->s390;
		if (cases[i].vm)
			assert_names(s390->vm, cases[i].vm);
		else
			assert_state(s390->vm, VW_ABSENT);
		assert_state(s390->type, VW_ABSENT);
		assert_state(s390->lpar_name, VW_ABSENT);
		guest_free(&guest);
	}
}

static void test_first_lines_of_s390(void **state)
{
	const struct vw_s390_facts *s390;
	struct guest guest;

	(void)state;
	guest_new(&guest, "s390x");
	put(&guest, "/proc/sysinfo", "Type: 2964\nType: 8561\nLPAR Name: A\nLPAR Name: B\n");
	s390 = &guest_probe(&guest, 0)->s390;
	assert_text(s390->type, "2964");
	assert_text(s390->lpar_name, "A");
	guest_close(&guest);
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/proc/sysinfo"), 0);
	s390 = &guest_probe(&guest, 0)->s390;
	assert_state(s390->type, VW_DENIED);
	assert_state(s390->lpar_name, VW_DENIED);
	assert_state(s390->vm, VW_DENIED);
	guest_free(&guest);
}

static void test_s390(void **state)
{
	const struct vw_s390_facts *s390;
	struct guest guest;

	(void)state;
	guest_new(&guest, "s390x");
	put(&guest, "/proc/sysinfo",
	    "Manufacturer:         IBM\nType:                 2964\n\nLPAR Name:            R17LP39 \n\nVM01 "
	    "Control "
	    "Program: z/VM    6.1.0   \nVM00 Name:            guest\nVM00 Control Program: KVM/Linux       "
	    "\nVM08 Control "
	    "Program: none\n");
	s390 = &guest_probe(&guest, 0)->s390;
	assert_names(s390->vm, "KVM/Linux z/VM 6.1.0");
	assert_text(s390->lpar_name, "R17LP39");
	assert_text(s390->type, "2964");
	guest_free(&guest);

	guest_new(&guest, "s390x");
	put(&guest, "/proc/sysinfo", "LPAR Name: A\nVM00 Control Program:\n");
	s390 = &guest_probe(&guest, 0)->s390;
	assert_state(s390->vm, VW_ABSENT);
	assert_text(s390->lpar_name, "A");
	guest_free(&guest);
}

static void test_power_and_sparc(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "ppc64");
	put(&guest, "/proc/ppc64/lparcfg",
	    "lparcfg 1.9\npartition_id=5\n\nshared_processor_mode=1\nslb_size=32\n");
	facts = guest_probe(&guest, 0);
	assert_number(facts->power.lparcfg, 1);
	assert_text(facts->power.shared_processor, "1");
	assert_text(facts->power.partition, "5");
	assert_state(facts->power.hmc_managed, VW_ABSENT);
	assert_state(facts->sparc.mdesc, VW_ABSENT);
	guest_free(&guest);

	guest_new(&guest, "ppc64");
	put(&guest, "/proc/device-tree/hmc-managed?", "");
	put_bytes(&guest, "/proc/device-tree/ibm,partition-name", "prod", 5);
	facts = guest_probe(&guest, 0);
	assert_state(facts->power.lparcfg, VW_ABSENT);
	assert_text(facts->power.partition, "prod");
	assert_number(facts->power.hmc_managed, 1);
	guest_free(&guest);

	guest_new(&guest, "sparc64");
	put(&guest, "/dev/mdesc", "");
	assert_number(guest_probe(&guest, 0)->sparc.mdesc, 1);
	guest_free(&guest);
}

/* Kernel, KVM, clock, passport, timing. */

static void test_kernel(void **state)
{
	const struct vw_kernel_facts *kernel;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/proc/version", "Linux version 6.1.0-1-amd64 (builder) #1 SMP\n"},
		  {"/proc/sys/kernel/osrelease", "other\n"}, {"/proc/cmdline", "root=/dev/vda quiet\n"});
	kernel = &guest_probe(&guest, 0)->kernel;
	assert_text(kernel->release, "6.1.0-1-amd64");
	assert_string_equal(kernel->release.source, "/proc/version");
	assert_state(kernel->cmdline, VW_NOT_PROBED);
	guest_close(&guest);
	assert_text(guest_probe(&guest, VW_PROBE_WIDE)->kernel.cmdline, "root=/dev/vda quiet");
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/proc/version", "Something else\n"}, {"/proc/sys/kernel/osrelease", "5.10\n"});
	assert_text(guest_probe(&guest, 0)->kernel.release, "5.10");
	guest_free(&guest);
}

static void test_kvm(void **state)
{
	const struct vw_kvm_facts *kvm;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/sys/module/kvm/parameters/x", "1\n"},
		  {"/sys/module/kvm_intel/parameters/nested", "Y\n"}, {"/dev/kvm", ""});
	kvm = &guest_probe(&guest, 0)->kvm;
	assert_number(kvm->module, 1);
	assert_number(kvm->intel, 1);
	assert_state(kvm->amd, VW_ABSENT);
	assert_text(kvm->nested, "Y");
	assert_string_equal(kvm->nested.source, "/sys/module/kvm_intel/parameters/nested");
	assert_number(kvm->device, 1);
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/sys/module/kvm/x", ""}, {"/sys/module/kvm_amd/parameters/nested", "0\n"},
		  {"/sys/module/kvm_pvm/x", ""});
	kvm = &guest_probe(&guest, 0)->kvm;
	assert_number(kvm->amd, 1);
	assert_number(kvm->pvm, 1);
	assert_text(kvm->nested, "0");
	assert_state(kvm->device, VW_ABSENT);
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/sys/module"), 0);
	assert_int_equal(vw_source_deny(guest.source, "/dev/kvm"), 0);
	kvm = &guest_probe(&guest, 0)->kvm;
	assert_state(kvm->module, VW_DENIED);
	assert_state(kvm->intel, VW_DENIED);
	assert_state(kvm->nested, VW_DENIED);
	assert_state(kvm->device, VW_DENIED);
	guest_free(&guest);
}

/* Of two vendors' modules the first is asked; without the common one neither counts. */
static void test_kvm_modules(void **state)
{
	const struct vw_kvm_facts *kvm;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/sys/module/kvm/x", ""}, {"/sys/module/kvm_intel/parameters/nested", "N\n"},
		  {"/sys/module/kvm_amd/parameters/nested", "1\n"});
	kvm = &guest_probe(&guest, 0)->kvm;
	assert_number(kvm->intel, 1);
	assert_number(kvm->amd, 1);
	assert_state(kvm->pvm, VW_ABSENT);
	assert_text(kvm->nested, "N");
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/sys/module/kvm_intel/parameters/nested", "N\n"}, {"/sys/module/kvm_pvm/x", ""});
	kvm = &guest_probe(&guest, 0)->kvm;
	assert_state(kvm->module, VW_ABSENT);
	assert_state(kvm->intel, VW_ABSENT);
	assert_state(kvm->amd, VW_ABSENT);
	assert_state(kvm->pvm, VW_ABSENT);
	assert_state(kvm->nested, VW_ABSENT);
	guest_free(&guest);

	/* pvm has no such parameter */
	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/sys/module/kvm/x", ""}, {"/sys/module/kvm_pvm/parameters/nested", "1\n"});
	kvm = &guest_probe(&guest, 0)->kvm;
	assert_number(kvm->pvm, 1);
	assert_state(kvm->nested, VW_ABSENT);
	guest_close(&guest);
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/sys/module/kvm_pvm"), 0);
	kvm = &guest_probe(&guest, 0)->kvm;
	assert_state(kvm->pvm, VW_DENIED);
	assert_number(kvm->module, 1);
	guest_free(&guest);
}

static void test_power_states(void **state)
{
	const struct vw_power_facts *power;
	struct guest guest;

	(void)state;
	guest_new(&guest, "ppc64");
	PUT_FILES(&guest, {"/proc/ppc64/lparcfg", "lparcfg 1.9\nshared_processor_mode=0\npartition_id=5\n"},
		  {"/proc/device-tree/ibm,partition-name", "prod"});
	power = &guest_probe(&guest, 0)->power;
	assert_text(power->shared_processor, "0");
	assert_text(power->partition, "prod"); /* the name says more than the number */
	assert_state(power->hmc_managed, VW_ABSENT);
	assert_string_equal(power->hmc_managed.source, "/proc/device-tree/hmc-managed?");
	guest_close(&guest);

	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/proc/ppc64"), 0);
	assert_int_equal(vw_source_deny(guest.source, "/proc/device-tree"), 0);
	power = &guest_probe(&guest, 0)->power;
	assert_state(power->lparcfg, VW_DENIED);
	assert_state(power->shared_processor, VW_DENIED);
	assert_state(power->partition, VW_DENIED);
	assert_state(power->hmc_managed, VW_DENIED);
	guest_free(&guest);

	guest_new(&guest, "ppc64");
	PUT_FILES(&guest, {"/proc/ppc64/lparcfg", "lparcfg 1.9\npartition_id 5\nxpartition_id=6\n"},
		  {"/sys/firmware/devicetree/base/hmc-managed?", ""});
	power = &guest_probe(&guest, 0)->power;
	assert_number(power->lparcfg, 1);
	assert_state(power->shared_processor, VW_ABSENT);
	assert_state(power->partition, VW_ABSENT);
	assert_number(power->hmc_managed, 1);
	guest_free(&guest);
}

/* The first string that is a passport; what is denied may hold one. */
static void test_passports_of_smbios(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *passport; /* NULL: none */
	} cases[] = {
#define CASE(strings, passport) \
	{"\x0b\x05\0\0\x09" strings "\0", sizeof("\x0b\x05\0\0\x09" strings "\0"), passport}
		CASE("a\0virtwhere:1;stack=kvm\0virtwhere:1;stack=xen\0", "virtwhere:1;stack=kvm"),
		CASE("virtwhere:1\0", "virtwhere:1"),
		CASE("a virtwhere:1\0", NULL),
		CASE("Virtwhere:1\0", NULL),
		CASE("virtwher\0", NULL),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_passport_facts *passport;
		struct guest guest;

		guest_new(&guest, "x86_64");
		put_bytes(&guest, "/sys/firmware/dmi/tables/DMI", cases[i].bytes, cases[i].size);
		passport = &guest_probe(&guest, 0)->passport;
		if (cases[i].passport)
			assert_text(passport->oem_string, cases[i].passport);
		else
			assert_state(passport->oem_string, VW_ABSENT);
		assert_state(passport->fw_cfg_present, VW_ABSENT);
		assert_state(passport->fw_cfg, VW_ABSENT);
		guest_close(&guest);

		guest_open(&guest);
		assert_int_equal(vw_source_deny(guest.source, "/sys/firmware"), 0);
		passport = &guest_probe(&guest, 0)->passport;
		assert_state(passport->oem_string, VW_DENIED);
		assert_state(passport->fw_cfg_present, VW_DENIED);
		assert_state(passport->fw_cfg, VW_DENIED);
		guest_free(&guest);
	}
}

/* Each file of Xen's by itself: its own fact, absent, denied and there. */
static void test_each_file_of_xen(void **state)
{
#define FACT(field) offsetof(struct vw_xen_facts, field)
	static const struct {
		const char *path;
		size_t fact;
	} cases[] = {
		{"/sys/hypervisor/guest_type", FACT(guest_type)},
		{"/sys/hypervisor/uuid", FACT(uuid)},
		{"/sys/hypervisor/version/major", FACT(major)},
		{"/sys/hypervisor/version/minor", FACT(minor)},
		{"/sys/hypervisor/version/extra", FACT(extra)},
		{"/sys/hypervisor/properties/capabilities", FACT(capabilities)},
	};
#undef FACT

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int with = 0; with < 3; with++) { /* without the type, with it, denied */
			const char *base;
			struct guest guest;

			guest_new(&guest, "x86_64");
			put(&guest, cases[i].path, "4\n");
			if (with)
				put(&guest, "/sys/hypervisor/type", "xen\n");
			guest_open(&guest);
			if (with == 2)
				assert_int_equal(vw_source_deny(guest.source, cases[i].path), 0);
			base = (const char *)&guest_probe(&guest, 0)->xen;
			for (size_t k = 0; k < VW_COUNT(cases); k++) {
				const struct vw_text *fact = (const void *)(base + cases[k].fact);

				assert_string_equal(fact->source, cases[k].path);
				if (k == i && with == 1)
					assert_text(*fact, "4");
				else
					assert_state(*fact, k == i && with == 2 ? VW_DENIED : VW_ABSENT);
			}
			guest_free(&guest);
		}
}

static void test_clock(void **state)
{
	const struct vw_clock_facts *clock;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n"},
		  {"/sys/devices/system/clocksource/clocksource0/available_clocksource",
		   "xen tsc hpet acpi_pm \n"});
	clock = &guest_probe(&guest, VW_PROBE_WIDE)->clock;
	assert_text(clock->current, "tsc");
	assert_text(clock->available, "xen tsc hpet acpi_pm");
	guest_close(&guest);
	clock = &guest_probe(&guest, 0)->clock;
	assert_state(clock->current, VW_NOT_PROBED);
	assert_text(clock->available, "xen tsc hpet acpi_pm");
	guest_close(&guest);
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/sys/devices/system/clocksource"), 0);
	clock = &guest_probe(&guest, VW_PROBE_WIDE)->clock;
	assert_state(clock->current, VW_DENIED);
	assert_state(clock->available, VW_DENIED);
	guest_free(&guest);
}

static void test_passport(void **state)
{
	const struct vw_passport_facts *passport;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put(&guest, "/sys/firmware/qemu_fw_cfg/by_name/opt/virtwhere/passport/raw",
	    "virtwhere:1;stack=nitro/kvm");
	passport = &guest_probe(&guest, 0)->passport;
	assert_number(passport->fw_cfg_present, 1);
	assert_text(passport->fw_cfg, "virtwhere:1;stack=nitro/kvm");
	assert_state(passport->oem_string, VW_ABSENT);
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	put_directory(&guest, "/sys/firmware/qemu_fw_cfg/by_name");
	passport = &guest_probe(&guest, 0)->passport;
	assert_number(passport->fw_cfg_present, 1);
	assert_state(passport->fw_cfg, VW_ABSENT);
	guest_free(&guest);

	/* what the driver makes where there is no device */
	guest_new(&guest, "x86_64");
	put_directory(&guest, "/sys/firmware/qemu_fw_cfg");
	assert_state(guest_probe(&guest, 0)->passport.fw_cfg_present, VW_ABSENT);
	guest_free(&guest);
}

static void test_timing(void **state)
{
	const struct vw_exit_facts *exits;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put(&guest, "/timing.json", "{\"cpuid_exit_ns\": {\"min\": 1100, \"median\": 1250}}");
	exits = &guest_probe(&guest, 0)->exits;
	assert_number(exits->min_ns, 1100);
	assert_number(exits->median_ns, 1250);
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	assert_state(guest_probe(&guest, VW_PROBE_TIMING)->exits.min_ns, VW_NOT_PROBED);
	guest_free(&guest);
}

/* Containers, confidential guests. */

static void test_container_environment(void **state)
{
	static const char environment[] = "PATH=/bin\0container=podman\0KUBERNETES_SERVICE_HOST=10.0.0.1\0"
					  "LIBPOD_ID=secret\0containerx=no\0KUBERNETES_SERVICE_HOST\0=\0";
	const struct vw_container_facts *container;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put_bytes(&guest, "/proc/1/environ", environment, sizeof(environment));
	container = &guest_probe(&guest, 0)->container;
	assert_text(container->pid1_container, "podman");
	assert_names(container->pid1_markers, "KUBERNETES_SERVICE_HOST LIBPOD_ID");
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	put_bytes(&guest, "/proc/1/environ", "HOME=/\0TERM=linux", 17);
	container = &guest_probe(&guest, 0)->container;
	assert_text(container->pid1_container, "");
	assert_names(container->pid1_markers, "");
	guest_close(&guest);

	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "/proc/1/environ"), 0);
	container = &guest_probe(&guest, 0)->container;
	assert_state(container->pid1_container, VW_DENIED);
	assert_state(container->pid1_markers, VW_DENIED);
	guest_free(&guest);
}

/* Names of PID 1's variables that tell something, by their beginnings; each once, and no value. */
static void test_telling_names(void **state)
{
	static const struct {
		const char *variable, *told; /* NULL: nothing */
	} cases[] = {
		{"LIBPOD_X=S3cret", "LIBPOD_X"},
		{"KUBERNETES_SERVICE_HOST=S3cret", "KUBERNETES_SERVICE_HOST"},
		{"ECS_CONTAINER_METADATA_URI_V4=S3cret", "ECS_CONTAINER_METADATA_URI_V4"},
		{"WSL_DISTRO_NAME=S3cret", "WSL_DISTRO_NAME"},
		{"container_uuid=S3cret", "container_uuid"},
		{"container_ttys=S3cret", "container_ttys"},
		{"LIBPOD=x", NULL},
		{"XLIBPOD_X=x", NULL},
		{"KUBERNETES_SERVICE_PORT=x", NULL},
		{"WSLENV=x", NULL},
		{"container_x=x", NULL},
		{"LIBPOD_WITHOUT", NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_container_facts *container;
		struct guest guest;

		guest_new(&guest, "x86_64");
		put(&guest, "/proc/1/environ", cases[i].variable);
		container = &guest_probe(&guest, 0)->container;
		assert_names(container->pid1_markers, cases[i].told ? cases[i].told : "");
		assert_text(container->pid1_container, "");
		guest_free(&guest);
	}
}

static void test_many_telling_names(void **state)
{
	enum { MARKERS = 32 };
	char text[16 * MARKERS + 16];
	struct guest guest;

	(void)state;
	for (unsigned count = MARKERS - 1; count <= MARKERS + 1; count++) {
		size_t size = 0;

		for (unsigned i = 0; i < count; i++)
			size += (size_t)snprintf(text + size, sizeof(text) - size, "WSL_%02u=x", i) + 1;
		guest_new(&guest, "x86_64");
		put_bytes(&guest, "/proc/1/environ", text, size);
		assert_int_equal(guest_probe(&guest, 0)->container.pid1_markers.count,
				 count > MARKERS ? MARKERS : count);
		guest_free(&guest);
	}
}

/* Each mark by itself, in its own fact and no other. */
static void test_each_container_mark(void **state)
{
#define FACT(field) offsetof(struct vw_container_facts, field)
	static const struct {
		const char *path;
		size_t fact;
	} cases[] = {
		{"/.dockerenv", FACT(dockerenv)},
		{"/.dockerinit", FACT(dockerinit)},
		{"/proc/vz", FACT(proc_vz)},
		{"/proc/bc", FACT(proc_bc)},
		{"/dev/lxd/sock", FACT(lxd)},
		{"/run/systemd/system", FACT(systemd)},
		{"/run/secrets/kubernetes.io", FACT(kubernetes)},
		{"/var/run/secrets/kubernetes.io", FACT(kubernetes)},
		{"/run/WSL", FACT(wsl)},
		{"/proc/sys/fs/binfmt_misc/WSLInterop", FACT(wsl)},
		{"/run/lxd", SIZE_MAX},
	};
	static const size_t facts[] = {FACT(dockerenv), FACT(dockerinit), FACT(proc_vz),    FACT(proc_bc),
				       FACT(lxd),       FACT(systemd),    FACT(kubernetes), FACT(wsl)};
#undef FACT

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int denied = 0; denied < 2; denied++) {
			const char *base;
			struct guest guest;

			guest_new(&guest, "x86_64");
			put(&guest, cases[i].path, "");
			guest_open(&guest);
			if (denied)
				assert_int_equal(vw_source_deny(guest.source, cases[i].path), 0);
			base = (const char *)&guest_probe(&guest, 0)->container;
			for (size_t k = 0; k < VW_COUNT(facts); k++) {
				const struct vw_number *fact = (const void *)(base + facts[k]);
				enum vw_state expected = denied ? VW_DENIED : VW_VALUE;

				if (fact->state != (facts[k] == cases[i].fact ? expected : VW_ABSENT))
					fail_msg("%s: %zu is %d", cases[i].path, k, fact->state);
			}
			guest_free(&guest);
		}
}

static void test_container_marks(void **state)
{
	const struct vw_container_facts *container;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/.dockerenv", ""}, {"/.dockerinit", ""}, {"/run/systemd/container", "lxc\n"},
		  {"/run/systemd/system/x", ""}, {"/run/.containerenv", ""},
		  {"/proc/1/cgroup", "0::/kubepods\n"}, {"/proc/self/cgroup", "0::/other\n"},
		  {"/proc/vz/veinfo", ""}, {"/proc/bc/0", ""},
		  {"/proc/self/status", "Name:\tcat\nVxID:\t49\n"}, {"/var/run/secrets/kubernetes.io/x", ""},
		  {"/dev/lxd/sock", ""}, {"/proc/sys/fs/binfmt_misc/WSLInterop", "enabled\n"},
		  {"/proc/version", "BrandZ virtual linux\n"}, {"/proc/self/uid_map", "0 100000 65536\n"});
	container = &guest_probe(&guest, VW_PROBE_WIDE)->container;
	assert_number(container->dockerenv, 1);
	assert_number(container->dockerinit, 1);
	assert_text(container->manager, "lxc");
	assert_number(container->systemd, 1);
	assert_text(container->containerenv, "");
	assert_text(container->cgroup, "0::/kubepods");
	assert_number(container->proc_vz, 1);
	assert_number(container->proc_bc, 1);
	assert_text(container->vxid, "49");
	assert_number(container->kubernetes, 1);
	assert_number(container->wsl, 1);
	assert_number(container->lxd, 1);
	assert_text(container->proc_version, "BrandZ virtual linux");
	assert_text(container->uid_map, "0 100000 65536");
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/proc/self/cgroup", "0::/other\n"},
		  {"/proc/self/status", "Name:\tcat\ns_context: 7\n"}, {"/run/secrets/kubernetes.io/x", ""},
		  {"/run/WSL/1", ""});
	container = &guest_probe(&guest, 0)->container;
	assert_text(container->cgroup, "0::/other");
	assert_text(container->vxid, "7");
	assert_number(container->kubernetes, 1);
	assert_number(container->wsl, 1);
	assert_state(container->dockerenv, VW_ABSENT);
	assert_state(container->containerenv, VW_ABSENT);
	assert_state(container->uid_map, VW_NOT_PROBED);
	guest_free(&guest);
}

/* Each mark of a confidential guest in its own fact; two are of machines that are not x86. */
static void test_each_confidential_mark(void **state)
{
#define ROW(path, field, foreign)                                            \
	{                                                                    \
		path, offsetof(struct vw_confidential_facts, field), foreign \
	}
	static const struct {
		const char *path;
		size_t fact;
		bool foreign;
	} rows[] = {
		ROW("/dev/sev-guest", sev_guest, false),
		ROW("/dev/tdx_guest", tdx_guest, false),
		ROW("/dev/nsm", nsm, false),
		ROW("/dev/nitro_enclaves", nitro_enclaves, false),
		ROW("/sys/devices/platform/arm-cca-dev", arm_cca, true),
	};
#undef ROW

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		for (int x86 = 0; x86 < 2; x86++)
			for (int denied = 0; denied < 2; denied++) {
				const struct vw_confidential_facts *facts;
				struct guest guest;

				guest_new(&guest, x86 ? "x86_64" : "aarch64");
				put(&guest, rows[i].path, "");
				put(&guest, "/sys/firmware/uv/prot_virt_guest", "0\n");
				guest_open(&guest);
				if (denied)
					assert_int_equal(vw_source_deny(guest.source, rows[i].path), 0);
				facts = &guest_probe(&guest, 0)->confidential;
				for (size_t k = 0; k < VW_COUNT(rows); k++) {
					const struct vw_number *fact =
						(const void *)((const char *)facts + rows[k].fact);
					enum vw_state expected = k != i   ? VW_ABSENT
								 : denied ? VW_DENIED
									  : VW_VALUE;

					if (fact->state !=
					    (rows[k].foreign && x86 ? VW_NOT_PROBED : expected))
						fail_msg("%s: %s", rows[i].path, rows[k].path);
				}
				assert_state(facts->s390_guest, x86 ? VW_NOT_PROBED : VW_VALUE);
				guest_free(&guest);
			}
}

static void test_confidential(void **state)
{
	const struct vw_confidential_facts *confidential;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	PUT_FILES(&guest, {"/dev/sev-guest", ""}, {"/dev/nsm", ""},
		  {"/cpuid.txt", "CPU:\n   0x8000001f 0x00: eax=0x00000002 ebx=0x0 ecx=0x0 edx=0x0\n"});
	confidential = &guest_probe(&guest, 0)->confidential;
	assert_number(confidential->sev_guest, 1);
	assert_number(confidential->nsm, 1);
	assert_state(confidential->tdx_guest, VW_ABSENT);
	assert_state(confidential->nitro_enclaves, VW_ABSENT);
	assert_state(confidential->sev_status, VW_ABSENT); /* no snapshot holds a register */
	guest_free(&guest);

	guest_new(&guest, "s390x");
	put(&guest, "/sys/firmware/uv/prot_virt_guest", "1\n");
	assert_text(guest_probe(&guest, 0)->confidential.s390_guest, "1");
	guest_free(&guest);

	guest_new(&guest, "aarch64");
	PUT_FILES(&guest, {"/sys/devices/platform/arm-cca-dev/uevent", ""}, {"/dev/tdx_guest", ""},
		  {"/dev/nitro_enclaves", ""});
	confidential = &guest_probe(&guest, 0)->confidential;
	assert_number(confidential->arm_cca, 1);
	assert_number(confidential->tdx_guest, 1);
	assert_number(confidential->nitro_enclaves, 1);
	guest_free(&guest);
}

/* All of them. */

/* Every probe has its turn, but for those of machines that are not x86. */
static void test_order(void **state)
{
	static const char *const names[] = {
		"kernel",       "cpuid", "cpuinfo", "clock",  "xen",      "cpuid_xen",  "dmi", "acpi",
		"devicetree!",  "pci",   "bus",     "net",    "block",    "interrupts", "kvm", "container",
		"confidential", "s390!", "power!",  "sparc!", "passport", "exits",
	};

	(void)state;
	for (int x86 = 0; x86 < 2; x86++) {
		const struct vw_facts *facts;
		struct guest guest;
		size_t at = 0;

		guest_new(&guest, x86 ? "x86_64" : "aarch64");
		facts = guest_probe(&guest, VW_PROBE_OUTCOMES);
		for (size_t i = 0; i < VW_COUNT(names); i++) {
			size_t length = strcspn(names[i], "!");

			if (names[i][length] && x86)
				continue;
			assert_true(at < facts->outcome_count);
			assert_int_equal(strlen(facts->outcome[at].name), length);
			assert_memory_equal(facts->outcome[at].name, names[i], length);
			at++;
		}
		assert_int_equal(at, facts->outcome_count);
		guest_free(&guest);
	}
}

/* What looks like x86 and what does not. */
static void test_x86(void **state)
{
	static const char *const x86[] = {"x86_64", "i386", "i486", "i586", "i686", "i86"};
	static const char *const other[] = {"aarch64", "ia64",  "i386x",   "x86",
					    "s390x",   "xi686", "unknown", ""};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(x86); i++)
		assert_true(vw_arch_is_x86(x86[i]));
	for (size_t i = 0; i < VW_COUNT(other); i++)
		assert_false(vw_arch_is_x86(other[i]));
}

/* Helpers of probes. */

static void test_lines(void **state)
{
	static const struct {
		const char *text, *key, *value; /* NULL: no value */
	} cases[] = {
		{"key: value\n", "key", "value"},
		{"key:value", "key", "value"},
		{" \tkey \t: \r value \r\n", "key", "value"},
		{"key:\n", "key", ""},
		{"key\n", "key", NULL},
		{": value\n", "", "value"},
		{"key: a: b\n", "key", "a: b"},
		{"\n", "", NULL},
		{"two words: and two\n", "two words", "and two"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const char *text = cases[i].text;
		size_t size = strlen(text);
		struct vw_text_line line;

		assert_true(vw_line_next(&text, &size, ':', &line));
		assert_int_equal(line.key_size, strlen(cases[i].key));
		assert_memory_equal(line.key, cases[i].key, line.key_size);
		assert_int_equal(line.value != NULL, cases[i].value != NULL);
		if (cases[i].value) {
			assert_int_equal(line.value_size, strlen(cases[i].value));
			assert_memory_equal(line.value, cases[i].value, line.value_size);
		}
		assert_int_equal(vw_line_is(&line, cases[i].key), cases[i].value != NULL);
		assert_false(vw_line_is(&line, "other"));
		assert_false(vw_line_is(&line, "keys"));
		assert_false(vw_line_is(&line, "ke"));
		assert_int_equal(size, 0);
		assert_false(vw_line_next(&text, &size, ':', &line));
	}
}

static void test_small_helpers(void **state)
{
	static const uint8_t bytes[] = {0x78, 0x56, 0x34, 0x12, 0xff};
	static const char *const names[] = {"b", "a", "b", NULL, "c", "a", "z"};
	struct vw_name_list list;
	struct vwb_arena *arena;
	struct vw_facts facts = {0};
	struct vw_run run = {.facts = &facts};
	char path[1100];

	(void)state;
	assert_int_equal(vw_le16(bytes), 0x5678);
	assert_int_equal(vw_le32(bytes), 0x12345678);
	assert_int_equal(vw_le32(bytes + 1), 0xff123456);
	assert_string_equal(vw_last_part("/a/b/c"), "c");
	assert_string_equal(vw_last_part("c"), "c");
	assert_string_equal(vw_last_part("a/"), "");

	assert_int_equal(vwb_arena_new(&arena), 0);
	run.arena = arena;
	/* names in order, each once, up to the room */
	assert_true(vw_name_list_init(&run, &list, 5));
	vw_name_list_sort(&list);
	assert_int_equal(list.count, 0);
	for (size_t i = 0; i < VW_COUNT(names); i++)
		vw_name_list_add(&list, names[i]);
	assert_int_equal(list.count, 5);
	vw_name_list_sort(&list);
	guest_assert_names(list.count, list.name, "a b c");

	/* a path of 1023 bytes, and one more */
	memset(path, 'p', sizeof(path));
	path[1023] = '\0';
	assert_int_equal(strlen(vw_path(&run, "%s", path)), 1023);
	path[1023] = 'p';
	path[1024] = '\0';
	assert_string_equal(vw_path(&run, "%s", path), "");
	vwb_arena_free(arena);
}

/* What a run notes itself, up to a number. */
static void test_many_notes(void **state)
{
	struct vwb_arena *arena;
	struct vw_facts facts = {0};
	struct vw_run run = {.facts = &facts};

	(void)state;
	assert_int_equal(vwb_arena_new(&arena), 0);
	run.arena = arena;
	for (unsigned i = 0; i < VW_NOTES + 2; i++)
		vw_note(&run, i ? "/a\x1b" : "", "EFBIG");
	assert_int_equal(run.notes, VW_NOTES);
	assert_string_equal(run.note[0].source, "?");
	assert_string_equal(run.note[VW_NOTES - 1].source, "/a?");
	assert_string_equal(run.note[VW_NOTES - 1].error, "EFBIG");
	vwb_arena_free(arena);
}

/* States of the facts that stand in rows of one kind, whose sum tells how many have one. */
struct census {
	size_t states[VW_MALFORMED + 1];
};

static void count_text(struct census *census, const struct vw_text *fact)
{
	assert_true(fact->state <= VW_MALFORMED);
	assert_int_equal(fact->text != NULL, fact->state == VW_VALUE);
	if (fact->state != VW_NOT_PROBED)
		assert_non_null(fact->source);
	census->states[fact->state]++;
}

static void count_number(struct census *census, const struct vw_number *fact)
{
	assert_true(fact->state <= VW_MALFORMED);
	if (fact->state != VW_NOT_PROBED)
		assert_non_null(fact->source);
	census->states[fact->state]++;
}

static void count_names(struct census *census, const struct vw_names *fact)
{
	assert_true(fact->state <= VW_MALFORMED);
	if (fact->state != VW_VALUE)
		assert_int_equal(fact->count, 0);
	for (size_t i = 0; i < fact->count; i++)
		assert_non_null(fact->name[i]);
	if (fact->state != VW_NOT_PROBED)
		assert_non_null(fact->source);
	census->states[fact->state]++;
}

static void count_devices(const struct vw_device_list *list)
{
	if (list->state != VW_VALUE)
		assert_int_equal(list->count, 0);
	for (size_t i = 0; i < list->count; i++)
		assert_non_null(list->item[i].name);
}

/* What holds for the facts of every machine. */
static struct census check_facts(const struct vw_facts *facts)
{
	const struct vw_text *texts[] = {
		&facts->cpuid.vendor,
		&facts->cpuid.brand,
		&facts->cpuinfo.vendor,
		&facts->cpuinfo.flags,
		&facts->xen.type,
		&facts->xen.guest_type,
		&facts->xen.uuid,
		&facts->xen.capabilities,
		&facts->xen.proc_capabilities,
		&facts->dmi.sys_vendor,
		&facts->dmi.product_name,
		&facts->dmi.product_uuid,
		&facts->dmi.board_asset_tag,
		&facts->dmi.chassis_asset_tag,
		&facts->acpi.hypervisor_vendor,
		&facts->devicetree.model,
		&facts->clock.current,
		&facts->clock.available,
		&facts->interrupts.names,
		&facts->interrupts.chips,
		&facts->kvm.nested,
		&facts->container.manager,
		&facts->container.cgroup,
		&facts->container.vxid,
		&facts->container.pid1_container,
		&facts->container.containerenv,
		&facts->container.proc_version,
		&facts->confidential.s390_guest,
		&facts->s390.type,
		&facts->s390.lpar_name,
		&facts->power.partition,
		&facts->kernel.release,
		&facts->passport.fw_cfg,
		&facts->passport.oem_string,
	};
	const struct vw_number *numbers[] = {
		&facts->cpuid.hypervisor_bit, &facts->xen.features,
		&facts->dmi.vm_bit,           &facts->kvm.module,
		&facts->kvm.device,           &facts->container.dockerenv,
		&facts->container.proc_vz,    &facts->container.wsl,
		&facts->container.kubernetes, &facts->confidential.sev_guest,
		&facts->confidential.nsm,     &facts->confidential.arm_cca,
		&facts->power.lparcfg,        &facts->power.hmc_managed,
		&facts->sparc.mdesc,          &facts->passport.fw_cfg_present,
	};
	const struct vw_names *names[] = {
		&facts->xen.proc,      &facts->xen.bus_drivers,        &facts->dmi.oem_strings,
		&facts->acpi.hids,     &facts->devicetree.root,        &facts->devicetree.compatible,
		&facts->devices.vmbus, &facts->container.pid1_markers, &facts->devices.pmu,
		&facts->s390.vm,       &facts->devicetree.hypervisor,
	};
	struct census census = {{0}};

	for (size_t i = 0; i < VW_COUNT(texts); i++)
		count_text(&census, texts[i]);
	for (size_t i = 0; i < VW_COUNT(numbers); i++)
		count_number(&census, numbers[i]);
	for (size_t i = 0; i < VW_COUNT(names); i++)
		count_names(&census, names[i]);
	count_devices(&facts->devices.net);
	count_devices(&facts->devices.block);
	assert_true(facts->cpuid.interfaces <= VW_INTERFACES);
	for (size_t i = 0; i < facts->devices.pci_count; i++)
		assert_non_null(facts->devices.pci[i].slot);
	for (size_t i = 0; i < facts->unread_count; i++) {
		assert_non_null(facts->unread[i].source);
		assert_true(vwb_text_starts(facts->unread[i].error, "E"));
		assert_false(vwb_text_equal(facts->unread[i].error, "ENOENT"));
	}
	return census;
}

static void test_empty(void **state)
{
	const struct vw_facts *facts;
	struct census census;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	facts = guest_probe(&guest, 0);
	census = check_facts(facts);
	assert_int_equal(census.states[VW_VALUE], 0);
	assert_int_equal(census.states[VW_DENIED], 0);
	assert_int_equal(census.states[VW_MALFORMED], 0);
	assert_int_equal(facts->unread_count, 0);
	assert_true(facts->snapshot);
	assert_string_equal(facts->arch, "x86_64");
	guest_free(&guest);
}

/* Where nothing may be read, nothing is taken for absent. */
static void test_all_denied(void **state)
{
	static const char *const all[] = {"/", "cpuid", "cpuid xen"};
	const struct vw_facts *facts;
	struct census census;
	struct guest guest;

	(void)state;
	guest_new(&guest, "unknown"); /* every probe runs */
	PUT_FILES(&guest, {"/sys/hypervisor/type", "xen\n"}, {"/proc/cpuinfo", "flags: fpu\n"},
		  {"/.dockerenv", ""}, {"/dev/kvm", ""});
	guest_open(&guest);
	for (size_t i = 0; i < VW_COUNT(all); i++)
		assert_int_equal(vw_source_deny(guest.source, all[i]), 0);
	facts = guest_probe(&guest, VW_PROBE_WIDE);
	census = check_facts(facts);
	assert_int_equal(census.states[VW_VALUE], 0);
	assert_int_equal(census.states[VW_ABSENT], 0);
	assert_int_equal(census.states[VW_NOT_PROBED], 0);
	assert_int_equal(facts->devices.pci_state, VW_DENIED);
	assert_int_equal(facts->devices.virtio_state, VW_DENIED);
	assert_state(facts->devices.net, VW_DENIED);
	assert_state(facts->devices.block, VW_DENIED);
	assert_state(facts->acpi, VW_DENIED);
	guest_free(&guest);
}

/* Directories where files should be, FIFOs, and links out: each fact says so, and none holds the host's
 * bytes. */
static void test_hostile(void **state)
{
	static const char *const fifos[] = {"/proc/cpuinfo",
					    "/sys/hypervisor/type",
					    "/proc/1/environ",
					    "/sys/firmware/acpi/tables/FACP",
					    "/sys/firmware/dmi/tables/DMI",
					    "/proc/sysinfo"};
	static const char *const directories[] = {"/sys/class/dmi/id/sys_vendor", "/proc/version",
						  "/proc/1/cgroup"};
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	for (size_t i = 0; i < VW_COUNT(fifos); i++)
		put_fifo(&guest, fifos[i]);
	for (size_t i = 0; i < VW_COUNT(directories); i++)
		put_directory(&guest, directories[i]);
	put_link(&guest, "/sys/class/dmi/id/product_name", "/etc/passwd");
	put_link(&guest, "/proc/self", "/proc/self");
	put_link(&guest, "/sys/class/net", "../../../../../../../../sys/class/net");
	facts = guest_probe(&guest, VW_PROBE_WIDE);
	check_facts(facts);
	assert_state(facts->cpuinfo.flags, VW_MALFORMED);
	assert_state(facts->xen.type, VW_MALFORMED);
	assert_state(facts->container.pid1_container, VW_MALFORMED);
	assert_state(facts->acpi.hypervisor_vendor, VW_MALFORMED);
	assert_state(facts->dmi.vm_bit, VW_MALFORMED);
	assert_state(facts->dmi.sys_vendor, VW_MALFORMED);
	assert_state(facts->dmi.product_name, VW_ABSENT);
	assert_int_not_equal(facts->devices.net.state, VW_VALUE);
	assert_int_equal(facts->devices.net.count, 0);
	guest_free(&guest);
}

/* The project's recorded guests; deny one source after the other. */
static void check_recorded(const char *path)
{
	static const char *const denied[] = {"cpuid", "/proc", "/sys/class/dmi", "/sys/bus/pci",
					     "/sys/firmware"};
	char problem[256] = "";

	for (size_t i = 0; i <= VW_COUNT(denied); i++) {
		struct vw_source *source;
		struct vw_facts *facts;

		if (vw_source_snapshot(path, &source, problem, sizeof(problem)) < 0)
			fail_msg("%s", problem);
		if (i > 0)
			assert_int_equal(vw_source_deny(source, denied[i - 1]), 0);
		assert_int_equal(vw_probe(source, i & 1 ? VW_PROBE_WIDE : 0, &facts), 0);
		check_facts(facts);
		if (i == 0)
			assert_int_equal(facts->kernel.release.state, VW_VALUE);
		vw_facts_free(facts);
		vw_source_free(source);
	}
}

static void test_recorded(void **state)
{
	static const char directory[] = "tests/corpus/lab";
	struct dirent *entry;
	size_t checked = 0;
	DIR *list = opendir(directory);

	(void)state;
	if (!list) {
		LEAVE_OUT_ALL("tests/corpus/lab is not there: not started in the top folder");
		return;
	}
	while ((entry = readdir(list))) {
		char path[PATH_MAX];

		if (!vwb_text_ends(entry->d_name, ".tar.gz"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		check_recorded(path);
		checked++;
	}
	closedir(list);
	assert_true(checked > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpuinfo),
		cmocka_unit_test(test_cpuinfo_keys),
		cmocka_unit_test(test_first_block),
		cmocka_unit_test(test_s390_machines),
		cmocka_unit_test(test_long_cpuinfo),
		cmocka_unit_test(test_xen),
		cmocka_unit_test(test_xen_traces),
		cmocka_unit_test(test_interrupt_rows),
		cmocka_unit_test(test_bounds_of_interrupts),
		cmocka_unit_test(test_interrupts_denied),
		cmocka_unit_test(test_long_interrupts),
		cmocka_unit_test(test_xen_devices),
		cmocka_unit_test(test_dmi),
		cmocka_unit_test(test_each_dmi_text),
		cmocka_unit_test(test_dmi_denied),
		cmocka_unit_test(test_smbios),
		cmocka_unit_test(test_smbios_malformed),
		cmocka_unit_test(test_vm_bit),
		cmocka_unit_test(test_end_of_table),
		cmocka_unit_test(test_many_oem_strings),
		cmocka_unit_test(test_smbios_facts_of_bad_tables),
		cmocka_unit_test(test_acpi),
		cmocka_unit_test(test_acpi_identity),
		cmocka_unit_test(test_acpi_tables),
		cmocka_unit_test(test_acpi_header),
		cmocka_unit_test(test_many_acpi_tables),
		cmocka_unit_test(test_hids),
		cmocka_unit_test(test_acpi_denied),
		cmocka_unit_test(test_devicetree),
		cmocka_unit_test(test_s390),
		cmocka_unit_test(test_many_compatibles),
		cmocka_unit_test(test_places_of_the_tree),
		cmocka_unit_test(test_levels_of_s390),
		cmocka_unit_test(test_first_lines_of_s390),
		cmocka_unit_test(test_power_and_sparc),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_kvm),
		cmocka_unit_test(test_kvm_modules),
		cmocka_unit_test(test_power_states),
		cmocka_unit_test(test_passports_of_smbios),
		cmocka_unit_test(test_each_file_of_xen),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_passport),
		cmocka_unit_test(test_timing),
		cmocka_unit_test(test_container_environment),
		cmocka_unit_test(test_container_marks),
		cmocka_unit_test(test_telling_names),
		cmocka_unit_test(test_many_telling_names),
		cmocka_unit_test(test_each_container_mark),
		cmocka_unit_test(test_each_confidential_mark),
		cmocka_unit_test(test_confidential),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_x86),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_small_helpers),
		cmocka_unit_test(test_many_notes),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_all_denied),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
