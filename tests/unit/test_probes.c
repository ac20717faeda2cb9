/* SPDX-License-Identifier: MIT */
#include "guest_root.h"

#include "probes/probe.h"

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

/* --- /proc/cpuinfo ------------------------------------------------------------------------------------- */

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

/* --- Xen -------------------------------------------------------------------------------------------------
 */

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
	assert_true(vw_starts_with(interrupts->chips.text, "chip-000000000000000000000000000000 chip-0"));
	assert_true(strlen(interrupts->names.text) < 4096);
	guest_free(&guest);
	free(text);
}

/* --- DMI and SMBIOS --------------------------------------------------------------------------------------
 */

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
	};
	struct vw_name_list strings;
	struct vw_facts facts = {0};
	struct vw_number vm_bit;
	struct vw_arena *arena;
	struct vw_run run = {.facts = &facts};

	(void)state;
	assert_int_equal(vw_arena_new(&arena), 0);
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
	vw_arena_free(arena);
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

/* --- ACPI --------------------------------------------------------------------------------------------------
 */

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

/* --- device tree, and machines that are not x86 -----------------------------------------------------------
 */

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

/* --- kernel, KVM, clock, passport, timing ------------------------------------------------------------------
 */

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

/* --- containers, confidential guests ---------------------------------------------------------------------
 */

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

/* --- all of them -------------------------------------------------------------------------------------------
 */

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
		assert_true(vw_starts_with(facts->unread[i].error, "E"));
		assert_false(vw_equal(facts->unread[i].error, "ENOENT"));
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
		skip();
		return;
	}
	while ((entry = readdir(list))) {
		char path[PATH_MAX];

		if (!vw_ends_with(entry->d_name, ".tar.gz"))
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
		cmocka_unit_test(test_long_cpuinfo),
		cmocka_unit_test(test_xen),
		cmocka_unit_test(test_xen_traces),
		cmocka_unit_test(test_long_interrupts),
		cmocka_unit_test(test_dmi),
		cmocka_unit_test(test_dmi_denied),
		cmocka_unit_test(test_smbios),
		cmocka_unit_test(test_smbios_malformed),
		cmocka_unit_test(test_smbios_facts_of_bad_tables),
		cmocka_unit_test(test_acpi),
		cmocka_unit_test(test_acpi_identity),
		cmocka_unit_test(test_acpi_denied),
		cmocka_unit_test(test_devicetree),
		cmocka_unit_test(test_s390),
		cmocka_unit_test(test_power_and_sparc),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_kvm),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_passport),
		cmocka_unit_test(test_timing),
		cmocka_unit_test(test_container_environment),
		cmocka_unit_test(test_container_marks),
		cmocka_unit_test(test_confidential),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_all_denied),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
