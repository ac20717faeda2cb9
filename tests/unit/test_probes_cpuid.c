/* SPDX-License-Identifier: MIT */
#include "guest_root.h"

/* CPUID of composed processors: which interfaces are found, which leaves are asked, and how many. */

enum { MAX_LEAVES = 512, LIMIT = 30, FAR_BASES = 252 };

struct processor {
	size_t count;
	struct vw_leaf leaf[MAX_LEAVES];
};

static void set_leaf(struct processor *cpu, uint32_t leaf, uint32_t eax, uint32_t ebx, uint32_t ecx,
		     uint32_t edx)
{
	size_t at = 0;

	while (at < cpu->count && cpu->leaf[at].leaf != leaf)
		at++;
	assert_true(at < MAX_LEAVES);
	if (at == cpu->count)
		cpu->count++;
	cpu->leaf[at] = (struct vw_leaf){.leaf = leaf, .eax = eax, .ebx = ebx, .ecx = ecx, .edx = edx};
}

static void set_signature(struct processor *cpu, uint32_t base, uint32_t max, const char *signature)
{
	char bytes[12] = {0};
	uint32_t word[3];

	put_word(bytes, signature);
	memcpy(word, bytes, sizeof(word));
	set_leaf(cpu, base, max, word[0], word[1], word[2]);
	for (uint32_t leaf = base + 1; leaf <= max && leaf < base + 0x20; leaf++)
		set_leaf(cpu, leaf, leaf, 0, 0, 0);
}

/* Everything that a processor could be asked: each base of the scan, full basic and extended ranges, SVM,
 * SEV. */
static void new_processor(struct processor *cpu, bool hypervisor_bit, uint32_t beyond_eax)
{
	cpu->count = 0;
	set_leaf(cpu, 0, 0x21, 0x756e6547, 0x6c65746e, 0x49656e69);
	for (uint32_t leaf = 1; leaf <= 0x21; leaf++)
		set_leaf(cpu, leaf, 0, 0, leaf == 1 && hypervisor_bit ? 1U << 31 : 0, 0);
	for (uint32_t base = 0x40000000; base < 0x40010000; base += 0x100)
		set_leaf(cpu, base, beyond_eax, beyond_eax ? 0x340 : 0, 0, 0);
	set_leaf(cpu, 0x80000000, 0x8000001f, 0, 0, 0);
	set_leaf(cpu, 0x80000001, 0, 0, 1 << 2, 0);
	set_leaf(cpu, 0x80000002, 0x20444d41, 0x43595045, 0x6f725020, 0x73736563);
	set_leaf(cpu, 0x80000003, 0x726f, 0, 0, 0);
	set_leaf(cpu, 0x80000004, 0, 0, 0, 0);
	set_leaf(cpu, 0x8000000a, 1, 2, 3, 4);
	set_leaf(cpu, 0x8000001f, 1, 2, 3, 4);
}

static void put_processor(struct guest *guest, const char *path, const struct processor *cpu)
{
	size_t size = 64 + cpu->count * 128, at;
	char *text = malloc(size);

	assert_non_null(text);
	at = (size_t)snprintf(text, size, "CPU 0:\n");
	for (size_t i = 0; i < cpu->count; i++) {
		const struct vw_leaf *leaf = &cpu->leaf[i];

		at += (size_t)snprintf(text + at, size - at,
				       "   0x%08x 0x%02x: eax=0x%08x ebx=0x%08x ecx=0x%08x edx=0x%08x\n",
				       leaf->leaf, leaf->subleaf, leaf->eax, leaf->ebx, leaf->ecx, leaf->edx);
	}
	put_bytes(guest, path, text, at);
	free(text);
}

static const struct vw_cpuid_facts *probe_processor(struct guest *guest, const struct processor *cpu)
{
	guest_new(guest, "x86_64");
	put_processor(guest, "/cpuid.txt", cpu);
	return &guest_probe(guest, 0)->cpuid;
}

static bool asked(const struct vw_cpuid_facts *cpuid, uint32_t leaf)
{
	for (size_t i = 0; i < cpuid->count; i++)
		if (cpuid->leaf[i].leaf == leaf)
			return true;
	return false;
}

/* One row is one kind of hypervisor: what stands at which base, and which leaves must and must not be asked.
 */
static const struct kind {
	const char *name;
	struct {
		uint32_t base, max;
		const char *signature;
	} at[2];
	uint32_t beyond_eax; /* what leaves beyond the last one answer */
	size_t interfaces;
	uint32_t must[8], must_not[6]; /* 0 ends */
} kinds[] = {
	{.name = "bare metal", .must_not = {0x40000001, 0x40000400}},
	{.name = "bare metal that answers with its highest leaf",
	 .beyond_eax = 7,
	 .must_not = {0x40000001, 0x40000400}},
	{.name = "KVM",
	 .at = {{0x40000000, 0x40000001, "KVMKVMKVM"}},
	 .interfaces = 1,
	 .must = {0x40000001},
	 .must_not = {0x40000002, 0x40000400}},
	{.name = "old KVM", .at = {{0x40000000, 0, "KVMKVMKVM"}}, .interfaces = 1, .must_not = {0x40000400}},
	{.name = "QEMU's emulation",
	 .at = {{0x40000000, 0x40000001, "TCGTCGTCGTCG"}},
	 .beyond_eax = 7,
	 .interfaces = 1,
	 .must_not = {0x40000001, 0x40000400}},
	{.name = "Xen",
	 .at = {{0x40000000, 0x40000005, "XenVMMXenVMM"}},
	 .interfaces = 1,
	 .must = {0x40000001, 0x40000002, 0x40000003, 0x40000004, 0x40000005}},
	{.name = "old Xen",
	 .at = {{0x40000000, 0x40000002, "XenVMMXenVMM"}},
	 .interfaces = 1,
	 .must = {0x40000001, 0x40000002},
	 .must_not = {0x40000003, 0x40000005}},
	{.name = "Xen with viridian",
	 .at = {{0x40000000, 0x4000000c, "Microsoft Hv"}, {0x40000100, 0x40000105, "XenVMMXenVMM"}},
	 .interfaces = 2,
	 .must = {0x40000001, 0x40000003, 0x40000004, 0x40000101, 0x40000105},
	 .must_not = {0x40000002, 0x40000005, 0x4000000a, 0x4000000c}},
	{.name = "KVM with hv_*",
	 .at = {{0x40000000, 0x4000000c, "Linux KVM Hv"}, {0x40000100, 0x40000101, "KVMKVMKVM"}},
	 .interfaces = 2,
	 .must = {0x40000001, 0x40000101},
	 .must_not = {0x4000000a}},
	{.name = "Hyper-V",
	 .at = {{0x40000000, 0x4000000c, "Microsoft Hv"}},
	 .interfaces = 1,
	 .must = {0x40000001, 0x40000002, 0x40000003, 0x40000004, 0x40000005, 0x40000006, 0x4000000a,
		  0x4000000c},
	 .must_not = {0x40000007}},
	{.name = "VMware",
	 .at = {{0x40000000, 0x40000010, "VMwareVMware"}},
	 .interfaces = 1,
	 .must = {0x40000010},
	 .must_not = {0x40000001}},
	{.name = "bhyve",
	 .at = {{0x40000000, 0x40000001, "bhyve bhyve "}},
	 .interfaces = 1,
	 .must_not = {0x40000001}},
	{.name = "a base whose highest leaf is elsewhere",
	 .at = {{0x40000200, 0x40000001, "KVMKVMKVM"}},
	 .must_not = {0x40000201}},
};

static void compose(struct processor *cpu, const struct kind *kind)
{
	new_processor(cpu, false, kind->beyond_eax);
	for (size_t i = 0; i < VW_COUNT(kind->at) && kind->at[i].signature; i++)
		set_signature(cpu, kind->at[i].base, kind->at[i].max, kind->at[i].signature);
}

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < VW_COUNT(kinds); i++) {
		const struct kind *kind = &kinds[i];
		const struct vw_cpuid_facts *cpuid;
		struct processor cpu;
		struct guest guest;

		compose(&cpu, kind);
		cpuid = probe_processor(&guest, &cpu);
		if (cpuid->interfaces != kind->interfaces || cpuid->count > LIMIT)
			fail_msg("%s: %zu interfaces, %zu leaves", kind->name, cpuid->interfaces,
				 cpuid->count);
		for (size_t n = 0; n < kind->interfaces; n++) {
			assert_int_equal(cpuid->interface[n].base, kind->at[n].base);
			assert_string_equal(cpuid->interface[n].signature, kind->at[n].signature);
			assert_int_equal(cpuid->interface[n].max,
					 kind->at[n].max ? kind->at[n].max : kind->at[n].base + 1);
		}
		for (size_t n = 0; n < VW_COUNT(kind->must) && kind->must[n]; n++)
			if (!asked(cpuid, kind->must[n]))
				fail_msg("%s: 0x%x was not asked", kind->name, kind->must[n]);
		for (size_t n = 0; n < VW_COUNT(kind->must_not) && kind->must_not[n]; n++)
			if (asked(cpuid, kind->must_not[n]))
				fail_msg("%s: 0x%x was asked", kind->name, kind->must_not[n]);
		guest_free(&guest);
	}
}

/* The hypervisor bit without a signature where they usually are: the whole range is scanned, and only then.
 */
static void test_far_scan(void **state)
{
	const struct vw_cpuid_facts *cpuid;
	struct processor cpu;
	struct guest guest;

	(void)state;
	new_processor(&cpu, true, 0);
	cpuid = probe_processor(&guest, &cpu);
	assert_int_equal(cpuid->interfaces, 0);
	assert_true(asked(cpuid, 0x4000ff00));
	assert_true(cpuid->count <= LIMIT + FAR_BASES);
	guest_free(&guest);

	set_signature(&cpu, 0x40004500, 0x40004501, "KVMKVMKVM");
	cpuid = probe_processor(&guest, &cpu);
	assert_int_equal(cpuid->interfaces, 1);
	assert_int_equal(cpuid->interface[0].base, 0x40004500);
	assert_string_equal(cpuid->interface[0].source, "cpuid 0x40004500");
	assert_true(asked(cpuid, 0x40004501));
	guest_free(&guest);

	new_processor(&cpu, false, 0);
	set_signature(&cpu, 0x40004500, 0x40004501, "KVMKVMKVM");
	cpuid = probe_processor(&guest, &cpu);
	assert_int_equal(cpuid->interfaces, 0);
	assert_false(asked(cpuid, 0x40000400));
	guest_close(&guest);
	cpuid = &guest_probe(&guest, VW_PROBE_WIDE)->cpuid;
	assert_int_equal(cpuid->interfaces, 1);
	guest_free(&guest);
}

/* More signatures than there is room for. */
static void test_too_many(void **state)
{
	const struct vw_cpuid_facts *cpuid;
	struct processor cpu;
	struct guest guest;

	(void)state;
	new_processor(&cpu, true, 0);
	for (uint32_t base = 0x40000400; base < 0x40002000; base += 0x100)
		set_signature(&cpu, base, base, "KVMKVMKVM");
	cpuid = probe_processor(&guest, &cpu);
	assert_int_equal(cpuid->interfaces, VW_INTERFACES);
	guest_free(&guest);
}

/* Each base of the scan: the first four always, the rest only where a hypervisor is and has not shown itself.
 */
static void test_bases(void **state)
{
	static const struct {
		uint32_t base;
		bool near, far;
	} cases[] = {
		{0x40000000, true, true},   {0x40000100, true, true},   {0x40000200, true, true},
		{0x40000300, true, true},   {0x40000400, false, true},  {0x40000500, false, true},
		{0x4000fe00, false, true},  {0x4000ff00, false, true},  {0x40010000, false, false},
		{0x40000080, false, false}, {0x3fffff00, false, false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (int bit = 0; bit < 2; bit++) {
			const struct vw_cpuid_facts *cpuid;
			struct processor cpu;
			struct guest guest;
			bool found = bit ? cases[i].far : cases[i].near;

			new_processor(&cpu, bit, 0);
			set_signature(&cpu, cases[i].base, cases[i].base + 1, "KVMKVMKVM");
			cpuid = probe_processor(&guest, &cpu);
			if (cpuid->interfaces != found)
				fail_msg("0x%x, bit %d: %zu", cases[i].base, bit, cpuid->interfaces);
			if (found)
				assert_int_equal(cpuid->interface[0].base, cases[i].base);
			guest_free(&guest);
		}
}

/* One that has shown itself is not looked for any more, one of no known name is. */
static void test_far_scan_needs_a_reason(void **state)
{
	const struct vw_cpuid_facts *cpuid;
	struct processor cpu;
	struct guest guest;

	(void)state;
	new_processor(&cpu, true, 0);
	set_signature(&cpu, 0x40000300, 0x40000301, "KVMKVMKVM");
	set_signature(&cpu, 0x40000400, 0x40000401, "XenVMMXenVMM");
	cpuid = probe_processor(&guest, &cpu);
	assert_int_equal(cpuid->interfaces, 1);
	assert_false(asked(cpuid, 0x40000400));
	guest_free(&guest);

	new_processor(&cpu, true, 0);
	set_signature(&cpu, 0x40000000, 0x40000001, "Some VMM 1.0");
	set_signature(&cpu, 0x40000400, 0x40000401, "XenVMMXenVMM");
	cpuid = probe_processor(&guest, &cpu);
	assert_int_equal(cpuid->interfaces, 1);
	assert_text(cpuid->unknown_signature, "Some VMM 1.0");
	guest_free(&guest);

	/* a name that stands at another base is none */
	new_processor(&cpu, false, 0);
	set_signature(&cpu, 0x40000100, 0x40000101, "Some VMM 1.0");
	cpuid = probe_processor(&guest, &cpu);
	assert_state(cpuid->unknown_signature, VW_ABSENT);
	guest_free(&guest);
}

/* A base names the highest of its own leaves, or with old KVM none. */
static void test_highest_leaves(void **state)
{
	static const struct {
		uint32_t eax, max; /* 0: no base */
	} cases[] = {
		{0, 0x40000101},
		{0x40000100, 0x40000100},
		{0x40000101, 0x40000101},
		{0x400001ff, 0x400001ff},
		{0x40000200, 0},
		{0x400000ff, 0},
		{7, 0},
		{0xffffffff, 0},
		{1, 0},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_cpuid_facts *cpuid;
		struct processor cpu;
		struct guest guest;

		new_processor(&cpu, false, 0);
		set_signature(&cpu, 0x40000100, 0x40000101, "KVMKVMKVM");
		set_leaf(&cpu, 0x40000100, cases[i].eax, 0x4b4d564b, 0x564b4d56, 0x4d);
		cpuid = probe_processor(&guest, &cpu);
		assert_int_equal(cpuid->interfaces, cases[i].max != 0);
		if (cases[i].max) {
			assert_int_equal(cpuid->interface[0].max, cases[i].max);
			assert_int_equal(asked(cpuid, 0x40000101), cases[i].max >= 0x40000101);
		}
		guest_free(&guest);
	}
}

/* Each leaf is asked where the processor says that it has it, at its number and not one below. */
static void test_basic_leaves(void **state)
{
	static const uint32_t leaves[] = {0x7, 0xa, 0x15, 0x16, 0x21};
	static const uint32_t never[] = {2, 4, 0xb, 0xd, 0x14, 0x17, 0x20};

	(void)state;
	for (uint32_t max = 0; max <= 0x22; max++) {
		const struct vw_cpuid_facts *cpuid;
		struct processor cpu;
		struct guest guest;

		new_processor(&cpu, false, 0);
		set_leaf(&cpu, 0, max, 0, 0, 0);
		cpuid = probe_processor(&guest, &cpu);
		assert_true(asked(cpuid, 1));
		for (size_t i = 0; i < VW_COUNT(leaves); i++)
			if (asked(cpuid, leaves[i]) != (leaves[i] <= max))
				fail_msg("0x%x of 0x%x", leaves[i], max);
		for (size_t i = 0; i < VW_COUNT(never); i++)
			assert_false(asked(cpuid, never[i]));
		guest_free(&guest);
	}
}

static void test_extended_leaves(void **state)
{
	static const struct {
		uint32_t max;
		bool features, brand, svm, encryption;
	} cases[] = {
		{0x7fffffff, false, false, false, false}, {0x80000000, false, false, false, false},
		{0x80000001, true, false, false, false},  {0x80000002, true, false, false, false},
		{0x80000003, true, false, false, false},  {0x80000004, true, true, false, false},
		{0x80000005, true, true, false, false},   {0x80000009, true, true, false, false},
		{0x8000000a, true, true, true, false},    {0x8000001e, true, true, true, false},
		{0x8000001f, true, true, true, true},     {0x80000020, true, true, true, true},
		{0x8000ffff, true, true, true, true},     {0x80010000, false, false, false, false},
		{0, false, false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_cpuid_facts *cpuid;
		struct processor cpu;
		struct guest guest;

		new_processor(&cpu, false, 0);
		set_leaf(&cpu, 0x80000000, cases[i].max, 0, 0, 0);
		cpuid = probe_processor(&guest, &cpu);
		assert_int_equal(asked(cpuid, 0x80000001), cases[i].features);
		for (uint32_t leaf = 0x80000002; leaf <= 0x80000004; leaf++)
			assert_int_equal(asked(cpuid, leaf), cases[i].brand);
		assert_state(cpuid->brand, cases[i].brand ? VW_VALUE : VW_ABSENT);
		if (cases[i].brand)
			assert_text(cpuid->brand, "AMD EPYC Processor");
		assert_int_equal(asked(cpuid, 0x8000000a), cases[i].svm);
		assert_int_equal(asked(cpuid, 0x8000001f), cases[i].encryption);
		guest_free(&guest);
	}
}

/* SVM's leaf is asked of a processor that has SVM. */
static void test_svm(void **state)
{
	static const uint32_t features[] = {0, 1 << 2, ~(1U << 2), 1 << 1, 1 << 3};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(features); i++) {
		const struct vw_cpuid_facts *cpuid;
		struct processor cpu;
		struct guest guest;

		new_processor(&cpu, false, 0);
		set_leaf(&cpu, 0x80000001, 0, 0, features[i], 0);
		cpuid = probe_processor(&guest, &cpu);
		assert_int_equal(asked(cpuid, 0x8000000a), i == 1);
		assert_true(asked(cpuid, 0x8000001f));
		guest_free(&guest);
	}
}

/* The hypervisor's bit is the highest of one register. */
static void test_bit(void **state)
{
	static const uint32_t registers[][5] = {/* eax, ebx, ecx, edx, the bit */
						{0, 0, 1U << 31, 0, 1},
						{0, 0, ~(1U << 31), 0, 0},
						{~0U, ~0U, 0, ~0U, 0},
						{0, 0, ~0U, 0, 1}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(registers); i++)
		for (int xen = 0; xen < 2; xen++) {
			const uint32_t *word = registers[i];
			const struct vw_facts *facts;
			struct processor cpu;
			struct guest guest;

			new_processor(&cpu, false, 0);
			set_leaf(&cpu, 1, word[0], word[1], word[2], word[3]);
			guest_new(&guest, "x86_64");
			put_processor(&guest, xen ? "/cpuid-xenpv.txt" : "/cpuid.txt", &cpu);
			facts = guest_probe(&guest, 0);
			assert_number((xen ? &facts->cpuid_xen : &facts->cpuid)->hypervisor_bit, word[4]);
			assert_string_equal((xen ? &facts->cpuid_xen : &facts->cpuid)->hypervisor_bit.source,
					    xen ? "cpuid xen 0x1" : "cpuid 0x1");
			guest_free(&guest);
		}
}

/* What each interface is asked beyond its base: these and no others, as far as it goes. */
static void test_own_leaves(void **state)
{
	static const struct {
		const char *signature;
		uint32_t alone, shared; /* bit N: the leaf N above the base */
	} rows[] = {
		{"KVMKVMKVM", 1 << 1, 1 << 1},
		{"XenVMMXenVMM", 0x3e, 0x3e},
		{"Microsoft Hv", 0x7e | 1 << 0xa | 1 << 0xc, 1 << 1 | 1 << 3 | 1 << 4},
		{"Linux KVM Hv", 1 << 1 | 1 << 3 | 1 << 4, 1 << 1 | 1 << 3 | 1 << 4},
		{"VMwareVMware", 1 << 0x10, 1 << 0x10},
		{"VBoxVBoxVBox", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++)
		for (int shared = 0; shared < 2; shared++)
			for (uint32_t last = 1; last < 0x20; last++) {
				const struct vw_cpuid_facts *cpuid;
				struct processor cpu;
				struct guest guest;

				new_processor(&cpu, false, 0);
				for (uint32_t leaf = 1; leaf < 0x20; leaf++)
					set_leaf(&cpu, 0x40000000 + leaf, 1, 0, 0, 0);
				set_signature(&cpu, 0x40000000, 0x40000000 + last, rows[i].signature);
				if (shared)
					set_signature(&cpu, 0x40000300, 0x40000301, "bhyve bhyve ");
				cpuid = probe_processor(&guest, &cpu);
				assert_int_equal(cpuid->interfaces, 1 + shared);
				for (uint32_t leaf = 1; leaf < 0x20; leaf++) {
					uint32_t set = shared ? rows[i].shared : rows[i].alone;
					bool wanted = leaf <= last && set >> leaf & 1;

					if (asked(cpuid, 0x40000000 + leaf) != wanted)
						fail_msg("%s: 0x%x of 0x%x", rows[i].signature, leaf, last);
				}
				guest_free(&guest);
			}
}

static void test_unknown_signature(void **state)
{
	static const struct {
		uint32_t eax;
		const char *text;
		const char *expected; /* NULL: none */
	} cases[] = {
		{0x4000000b, "vwlab", "vwlab"},
		{0x40000001, "Some VMM 1.0", "Some VMM 1.0"},
		{0x00000007, "vwlab", NULL},
		{0, "vwlab", NULL},
		{0x40000001, "\x01\x02garbage", NULL},
		{0x40000001, "\xff\xfe", NULL},
		{0x40000001, "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		const struct vw_cpuid_facts *cpuid;
		struct processor cpu;
		struct guest guest;

		new_processor(&cpu, false, 0);
		set_signature(&cpu, 0x40000000, cases[i].eax, cases[i].text);
		set_leaf(&cpu, 0x40000001, 0x31237648, 0, 0, 0);
		cpuid = probe_processor(&guest, &cpu);
		assert_int_equal(cpuid->interfaces, 0);
		if (cases[i].expected)
			assert_text(cpuid->unknown_signature, cases[i].expected);
		else
			assert_state(cpuid->unknown_signature, VW_ABSENT);
		/* whether it speaks Hyper-V's tongue */
		assert_int_equal(asked(cpuid, 0x40000001), cases[i].expected != NULL);
		guest_free(&guest);
	}
}

static void test_texts(void **state)
{
	const struct vw_cpuid_facts *cpuid;
	struct processor cpu;
	struct guest guest;

	(void)state;
	new_processor(&cpu, true, 0);
	set_signature(&cpu, 0x40000000, 0x40000001, "KVMKVMKVM");
	cpuid = probe_processor(&guest, &cpu);
	assert_state(*cpuid, VW_VALUE);
	assert_text(cpuid->vendor, "GenuineIntel");
	assert_text(cpuid->brand, "AMD EPYC Processor");
	assert_number(cpuid->hypervisor_bit, 1);
	assert_string_equal(cpuid->hypervisor_bit.source, "cpuid 0x1");
	assert_true(asked(cpuid, 0x21));
	assert_true(asked(cpuid, 0x8000000a));
	assert_true(asked(cpuid, 0x8000001f));
	guest_free(&guest);
}

/* A processor is not asked beyond what it says that it has. */
static void test_limits(void **state)
{
	const struct vw_cpuid_facts *cpuid;
	struct processor cpu;
	struct guest guest;

	(void)state;
	new_processor(&cpu, false, 0);
	set_leaf(&cpu, 0, 0xd, 0, 0, 0);
	set_leaf(&cpu, 0x80000000, 0x80000008, 0, 0, 0);
	cpuid = probe_processor(&guest, &cpu);
	assert_true(asked(cpuid, 0xa));
	assert_false(asked(cpuid, 0x15));
	assert_false(asked(cpuid, 0x21));
	assert_false(asked(cpuid, 0x8000000a));
	assert_false(asked(cpuid, 0x8000001f));
	guest_free(&guest);

	/* an extended maximum that is none */
	set_leaf(&cpu, 0x80000000, 0x12345678, 0, 0, 0);
	cpuid = probe_processor(&guest, &cpu);
	assert_false(asked(cpuid, 0x80000001));
	assert_state(cpuid->brand, VW_ABSENT);
	guest_free(&guest);
}

/* Dumps hold what somebody found worth recording. */
static void test_parts(void **state)
{
	const struct vw_cpuid_facts *cpuid;
	struct processor cpu = {0};
	struct guest guest;

	(void)state;
	set_leaf(&cpu, 0x40000000, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d);
	cpuid = probe_processor(&guest, &cpu);
	assert_state(*cpuid, VW_VALUE);
	assert_int_equal(cpuid->interfaces, 1);
	assert_state(cpuid->hypervisor_bit, VW_ABSENT);
	assert_state(cpuid->vendor, VW_ABSENT);
	assert_state(cpuid->brand, VW_ABSENT);
	guest_free(&guest);

	guest_new(&guest, "x86_64");
	cpuid = &guest_probe(&guest, 0)->cpuid;
	assert_state(*cpuid, VW_ABSENT);
	assert_state(cpuid->hypervisor_bit, VW_ABSENT);
	assert_int_equal(cpuid->count, 0);
	guest_free(&guest);
}

/* The brand string of a dump that lacks one of its leaves is not put together from the rest. */
static void test_part_of_brand(void **state)
{
	const struct vw_cpuid_facts *cpuid;
	struct processor cpu = {0};
	struct guest guest;

	(void)state;
	set_leaf(&cpu, 0x80000002, 0x20444d41, 0, 0, 0);
	set_leaf(&cpu, 0x80000004, 0, 0, 0, 0);
	cpuid = probe_processor(&guest, &cpu);
	assert_state(*cpuid, VW_VALUE);
	assert_state(cpuid->brand, VW_ABSENT);
	guest_free(&guest);
}

static void test_denied_and_other_architectures(void **state)
{
	const struct vw_facts *facts;
	struct processor cpu;
	struct guest guest;

	(void)state;
	new_processor(&cpu, true, 0);
	guest_new(&guest, "x86_64");
	put_processor(&guest, "/cpuid.txt", &cpu);
	put_processor(&guest, "/cpuid-xenpv.txt", &cpu);
	guest_open(&guest);
	assert_int_equal(vw_source_deny(guest.source, "cpuid"), 0);
	assert_int_equal(vw_source_deny(guest.source, "cpuid xen"), 0);
	facts = guest_probe(&guest, 0);
	assert_state(facts->cpuid, VW_DENIED);
	assert_state(facts->cpuid.hypervisor_bit, VW_DENIED);
	assert_state(facts->cpuid_xen, VW_DENIED);
	assert_string_equal(unread_error(facts, "cpuid"), "EACCES");
	guest_free(&guest);

	guest_new(&guest, "aarch64");
	facts = guest_probe(&guest, 0);
	assert_state(facts->cpuid, VW_NOT_PROBED);
	assert_state(facts->cpuid.hypervisor_bit, VW_NOT_PROBED);
	assert_state(facts->cpuid_xen, VW_NOT_PROBED);
	guest_free(&guest);
}

/* A PV guest's own leaves stand apart from those of the machine below. */
static void test_xen_prefix(void **state)
{
	const struct vw_facts *facts;
	struct processor below, xen;
	struct guest guest;

	(void)state;
	new_processor(&below, true, 0);
	set_signature(&below, 0x40000000, 0x40000001, "KVMKVMKVM");
	new_processor(&xen, false, 0);
	set_signature(&xen, 0x40000000, 0x40000005, "XenVMMXenVMM");
	guest_new(&guest, "x86_64");
	put_processor(&guest, "/cpuid.txt", &below);
	put_processor(&guest, "/cpuid-xenpv.txt", &xen);
	facts = guest_probe(&guest, 0);
	assert_string_equal(facts->cpuid.interface[0].signature, "KVMKVMKVM");
	assert_int_equal(facts->cpuid_xen.interfaces, 1);
	assert_string_equal(facts->cpuid_xen.interface[0].signature, "XenVMMXenVMM");
	assert_string_equal(facts->cpuid_xen.interface[0].source, "cpuid xen 0x40000000");
	assert_true(asked(&facts->cpuid_xen, 0x40000005));
	assert_true(facts->cpuid.count + facts->cpuid_xen.count <= LIMIT);
	guest_free(&guest);
}

static void test_no_leaf_in_the_file(void **state)
{
	const struct vw_facts *facts;
	struct guest guest;

	(void)state;
	guest_new(&guest, "x86_64");
	put(&guest, "/cpuid.txt", "no leaves here\n");
	facts = guest_probe(&guest, 0);
	assert_int_not_equal(facts->cpuid.state, VW_VALUE);
	assert_int_equal(facts->cpuid.count, 0);
	guest_free(&guest);
}

/* This machine, whatever it is. */
static void test_live(void **state)
{
	struct vw_source *source;
	struct vw_facts *facts;
	size_t far;

	(void)state;
	assert_int_equal(vw_source_live(&source), 0);
	assert_int_equal(vw_probe(source, 0, &facts), 0);
	far = facts->cpuid.interfaces ? 0 : FAR_BASES;
	assert_true(vw_source_cpuid_executions(source) <= LIMIT + far);
	assert_int_equal(facts->snapshot, false);
	assert_int_equal(facts->kernel.release.state, VW_VALUE);
	vw_facts_free(facts);
	vw_source_free(source);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_far_scan),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_bases),
		cmocka_unit_test(test_far_scan_needs_a_reason),
		cmocka_unit_test(test_highest_leaves),
		cmocka_unit_test(test_basic_leaves),
		cmocka_unit_test(test_extended_leaves),
		cmocka_unit_test(test_svm),
		cmocka_unit_test(test_bit),
		cmocka_unit_test(test_own_leaves),
		cmocka_unit_test(test_unknown_signature),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_part_of_brand),
		cmocka_unit_test(test_denied_and_other_architectures),
		cmocka_unit_test(test_xen_prefix),
		cmocka_unit_test(test_no_leaf_in_the_file),
		cmocka_unit_test(test_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
