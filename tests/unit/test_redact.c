/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probes/read/redact.h"
#include "tests/unit/scratch.h"

/* What a recorded file loses, source by source, and what of it stays. */

/* Texts. */

#define DMI    "/sys/devices/virtual/dmi/id/"
#define NVME   "/sys/devices/pci0000:00/0000:00:04.0/nvme/nvme0/"
#define DISK   "/sys/devices/pci0000:00/0000:00:03.0/virtio0/block/vda/"
#define UUID   "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
#define ZEROS  "00000000-0000-0000-0000-000000000000"
#define HEX31  "0123456789abcdef0123456789abcde"
#define ZERO32 "00000000000000000000000000000000"

/* One file. Where @out is NULL nothing changes. @always: with ids too; else an id that may be kept. */
struct redacted {
	const char *place, *in, *out;
	bool always;
};

static void redacts(const struct redacted *row, bool with_ids)
{
	const char *expected = row->out && (row->always || !with_ids) ? row->out : row->in;
	size_t size = strlen(row->in), left;
	char *text = malloc(size + 1);

	assert_non_null(text);
	memcpy(text, row->in, size + 1);
	left = vw_redact(row->place, text, size, with_ids);
	if (left != strlen(expected) || memcmp(text, expected, left) != 0)
		fail_msg("%s, %s ids: \"%s\" became \"%.*s\", not \"%s\"", row->place,
			 with_ids ? "with" : "without", row->in, (int)left, text, expected);
	free(text);
}

static void redact_all(const struct redacted *row, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		redacts(&row[i], false);
		redacts(&row[i], true);
	}
}

/* Every file of the table, at each place that its pattern means, and beside them what stays. */
static void each_source_loses_its_ids(void **state)
{
	static const struct redacted rows[] = {
		{"/proc/1/cgroup", "0::/machine.slice/" UUID "\n", "0::/machine.slice/" ZEROS "\n", false},
		{"/proc/self/cgroup", "0::/" HEX31 "f\n", "0::/" ZERO32 "\n", false},
		{"/proc/1/mountinfo",
		 "22 1 259:1 / / rw - ext4 /dev/disk/by-uuid/" UUID " rw\n23 1 0:5 /docker/" HEX31 "f / rw\n",
		 "22 1 259:1 / / rw - ext4 /dev/disk/by-uuid/" ZEROS " rw\n23 1 0:5 /docker/" ZERO32
		 " / rw\n",
		 false},
		{"/proc/self/mountinfo", "22 1 259:1 / / rw - ext4 UUID=8f3c-2a1b rw\n",
		 "22 1 259:1 / / rw - ext4 UUID=0000-0000 rw\n", false},
		{"/proc/self/mounts", "UUID=8f3c-2a1b / ext4\n", NULL, false},
		{"/run/.containerenv", "engine=\"podman-4.3.1\"\nid=\"" HEX31 "f\"\n",
		 "engine=\"podman-4.3.1\"\nid=\"" ZERO32 "\"\n", false},
		{"/proc/stat", "cpu  1 2 3\ncpu0 4\nbtime 1700000000\n", "cpu  1 2 3\n", true},
		{"/proc/stat", "cpu  1 2 3", NULL, true},
		{"/proc/stat", "\nbtime 1700000000\n", "\n", true},
		{"/proc/sys/kernel/random/boot_id", UUID "\n", ZEROS "\n", false},
		{"/proc/sys/kernel/hostname", "web-1.example\n", "000-0.0000000\n", false},
		{"/etc/hostname", "web-1.example\n", "000-0.0000000\n", false},
		{"/etc/machine-id", HEX31 "f\n", ZERO32 "\n", false},
		{"/etc/os-release", "ID=debian\n", NULL, false},
		{DMI "product_serial", "AB12\n", "0000\n", false},
		{DMI "board_serial", "AB12\n", "0000\n", false},
		{DMI "chassis_serial", "AB12\n", "0000\n", false},
		{"/sys/class/dmi/id/product_serial", "AB12\n", "0000\n", false},
		{DMI "product_sku", "AB12\n", NULL, false},
		{DMI "product_uuid", UUID "\n", ZEROS "\n", false},
		{DMI "board_asset_tag", "AB12\n", "0000\n", false},
		{DMI "sys_vendor", "Amazon EC2\n", NULL, false},
		{"/sys/hypervisor/uuid", UUID "\n", ZEROS "\n", false},
		{"/sys/hypervisor/type", "xen\n", NULL, false},
		{"/sys/class/net/eth0/address", "02:4a:d1:7e:91:3c\n", "00:00:00:00:00:00\n", false},
		{"/sys/class/net/eth0/perm_addr", "02:4a:d1:7e:91:3c\n", "00:00:00:00:00:00\n", false},
		{"/sys/class/net/eth0/broadcast", "ff:ff:ff:ff:ff:ff\n", NULL, false},
		{"/sys/class/drm/card0/address", "0000:00:02.0\n", NULL, false},
		{NVME "serial", "AWS1A2B\n", "0000000\n", false},
		{NVME "model", "Amazon Elastic Block Store\n", NULL, false},
		{"/sys/class/nvme/nvme0/subsysnqn", "nqn.2014-08.org.nvmexpress:uuid:" UUID "\n",
		 "nqn.2014-08.org.nvmexpress:uuid:" ZEROS "\n", false},
		{NVME "nvme0n1/wwid", "nvme.1d0f-766f6c-416d617a\n", "0000.0000-000000-00000000\n", false},
		{NVME "nvme0n1/eui", "00 25 38 b1 71 00 6f 1c\n", "00 00 00 00 00 00 00 00\n", false},
		{NVME "nvme0n1/nguid", UUID "\n", ZEROS "\n", false},
		{NVME "nvme0n1/uuid", UUID "\n", ZEROS "\n", false},
		{NVME "nvme0n1/nsid", "1\n", NULL, false},
		{DISK "serial", "AB12\n", "0000\n", false},
		{DISK "device/wwid", "naa.5000c500a1b2c3d4\n", "000.0000000000000000\n", false},
		{DISK "device/vpd_pg80", "S3cret\n", "000000\n", false},
		{DISK "device/vpd_pg83", "S3cret\n", "000000\n", false},
		{DISK "device/vpd_pg0", "S3cret\n", NULL, false},
		{DISK "device/model", "QEMU HARDDISK\n", NULL, false},
		{"/proc/device-tree/serial-number", "AB12", "0000", false},
		{"/proc/device-tree/system-id", "IBM,0212AB12", "000,00000000", false},
		{"/proc/device-tree/model", "IBM,8247-22L", NULL, false},
		{"/proc/ppc64/lparcfg",
		 "serial_number=IBM,0212AB12\nsystem_type=IBM,8247-22L\npartition_id=5\n",
		 "serial_number=000,00000000\nsystem_type=IBM,8247-22L\npartition_id=5\n", false},
		{"/proc/ppc64/lparcfg", "system_type=8247 serial_number=AB12", NULL, false},
		{"/proc/sysinfo", "Sequence Code:  AB12\nVM00 UUID:  " UUID,
		 "Sequence Code:  0000\nVM00 UUID:  " ZEROS, false},
	};

	(void)state;
	redact_all(rows, VW_COUNT(rows));
}

/* "vol", "i-" and their like tell the maker in a serial number; an id that begins so by chance goes whole. */
static void prefixes_stay_in_values_only(void **state)
{
	static const char *const whole[] = {"/proc/sys/kernel/random/boot_id",
					    "/proc/sys/kernel/hostname",
					    "/etc/machine-id",
					    "/etc/hostname",
					    "/sys/class/net/eth0/address",
					    "/sys/class/net/eth0/perm_addr",
					    NVME "nvme0n1/wwid",
					    NVME "nvme0n1/nguid",
					    NVME "nvme0n1/eui",
					    DISK "device/vpd_pg80",
					    "/proc/device-tree/serial-number",
					    "/proc/device-tree/system-id"};
	static const struct {
		const char *in, *out, *whole;
	} texts[] = {
		{"ec2AB1", "ec2000", "000000"},
		{"EC2AB1", "EC2000", "000000"},
		{"GoogleCloud-AB1", "GoogleCloud-000", "00000000000-000"},
		{"VMware-AB1", "VMware-000", "000000-000"},
		{"Parallels-AB1", "Parallels-000", "000000000-000"},
		{"i-AB1", "i-000", "0-000"},
		{"volAB1", "vol000", "000000"},
		{"AB1.brightbox.com", "000.brightbox.com", "000.000000000.000"},
		{"AB1.brightbox.com \n", "000.brightbox.com \n", "000.000000000.000 \n"},
		{"AB1.Brightbox.com", "000.000000000.000", "000.000000000.000"},
		{"vo", "00", "00"},
		{"Xi-AB1", "00-000", "00-000"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(texts); i++) {
		redacts(&(struct redacted){DMI "product_serial", texts[i].in, texts[i].out, false}, false);
		redacts(&(struct redacted){NVME "serial", texts[i].in, texts[i].out, false}, false);
		for (size_t k = 0; k < VW_COUNT(whole); k++)
			redacts(&(struct redacted){whole[k], texts[i].in, texts[i].whole, false}, false);
	}
}

/* EC2's mark stays in either order of the bytes, and nowhere else. */
static void uuids_keep_their_maker(void **state)
{
	static const struct {
		const char *in, *out;
	} uuids[] = {
		{"EC2AE145-D1DC-13B2-94ED-012345ABCDEF", "EC200000-0000-0000-0000-000000000000"},
		{"ec2ae145-d1dc-13b2-94ed-012345abcdef\n", "ec200000-0000-0000-0000-000000000000\n"},
		{"45E12AEC-DCD1-B213-94ED-01234567ABCD", "000020EC-0000-0000-0000-000000000000"},
		{"45e12aec-dcd1-b213-94ed-01234567abcd", "000020ec-0000-0000-0000-000000000000"},
		{"45E13AEC-DCD1-B213-94ED-01234567ABCD", ZEROS},
		{"45E12AED-DCD1-B213-94ED-01234567ABCD", ZEROS},
		{"ECE1452A-DCD1-B213-94ED-01234567ABCD", ZEROS},
		{"45E12AEC", "000020EC"},
		{"45E12AE", "0000000"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(uuids); i++) {
		redacts(&(struct redacted){DMI "product_uuid", uuids[i].in, uuids[i].out, false}, false);
		redacts(&(struct redacted){"/sys/hypervisor/uuid", uuids[i].in, uuids[i].out, false}, false);
	}
}

/* Ids among other words, each form at its bound and beside it. */
static void forms_of_ids(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: nothing changes */
	} texts[] = {
		/* UUIDs */
		{UUID, ZEROS},
		{"/" UUID "/" UUID, "/" ZEROS "/" ZEROS},
		{"1B4E28BA-2FA1-11D2-883F-0016D3CCA427", ZEROS},
		{"1b4e28ba_2fa1_11d2_883f_0016d3cca427", "00000000_0000_0000_0000_000000000000"},
		{"pod" UUID, "pod" ZEROS},
		{UUID "-" UUID, ZEROS "-" ZEROS},
		{"1b4e28ba-2fa1-11d2-883f-0016d3cca42", NULL},
		{"1b4e28ba-2fa1-11d2-883f-0016d3cca42g", NULL},
		{"1b4e28b-a2fa1-11d2-883f-0016d3cca427", NULL},
		/* numbers of 32 digits */
		{HEX31, NULL},
		{HEX31 "F", ZERO32},
		{HEX31 "f9", ZERO32 "0"},
		{HEX31 "g", NULL},
		{"x" HEX31 "f.scope", "x" ZERO32 ".scope"},
		{"-" HEX31 "f-", "-" ZERO32 "-"},
		/* addresses */
		{"02:4a:d1:7e:91:3c", "00:00:00:00:00:00"},
		{"02-4A-D1-7E-91-3C", "00-00-00-00-00-00"},
		{"01-02-4a-d1-7e-91-3c", "00-00-00-00-00-00-00"},
		{"80:02:4a:d1:7e:91:3c:11", "00:00:00:00:00:00:00:00"},
		{"02:4a:d1:7e:91", NULL},
		{"02:4a:d1:7e:91:3", NULL},
		{"024a:d1:7e:91:3c:1", NULL},
		{"ifname=eth0:02:4a:d1:7e:91:3c", "ifname=eth0:00:00:00:00:00:00"},
		{"ifname=ab0:02:4a:d1:7e:91:3c x", "ifname=ab0:00:00:00:00:00:00 x"},
		{"ip=fe80:db8:1:2:3:4:5:6", NULL},
		{"10:20", NULL},
		{"5-4-3", NULL},
		/* asked for by their key */
		{"root=PARTUUID=8f3c2a1b-02 ro", "root=PARTUUID=00000000-00 ro"},
		{"uuid=AB-12", "uuid=00-00"},
		{"UUID=", NULL},
		{"UUID =AB-12", NULL},
		{"LABEL=AB-12", NULL},
		{"UUI=AB-12", NULL},
		/* what is none */
		{"rw,relatime shared:1 - ext4 /dev/nvme0n1p1", NULL},
		{"", NULL},
		{"a", NULL},
		{"-:_", NULL},
	};
	static const char *const places[] = {"/proc/1/cgroup",
					     "/proc/self/mountinfo",
					     "/run/.containerenv",
					     "/proc/cmdline",
					     "/sys/class/nvme/nvme0/subsysnqn",
					     "/proc/sysinfo"};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(texts); i++)
		for (size_t k = 0; k < VW_COUNT(places); k++)
			redacts(&(struct redacted){places[k], texts[i].in,
						   texts[i].out ? texts[i].out : texts[i].in, false},
				false);
}

/* Secrets of the command line go even where ids are kept. */
/* What stands behind the end belongs to nobody: it makes no id of what is a digit short of one. */
static void ids_end_with_their_text(void **state)
{
	static const struct {
		const char *text;
		size_t size;
	} cases[] = {{"02:4a:d1:7e:91:3c", 16}, {UUID, 35}, {HEX31 "f", 31}};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char bytes[64];

		snprintf(bytes, sizeof(bytes), "%s", cases[i].text);
		assert_int_equal(vw_redact("/proc/1/cgroup", bytes, cases[i].size, false), cases[i].size);
		assert_string_equal(bytes, cases[i].text);
	}
}

static void command_lines_lose_secrets(void **state)
{
	static const struct redacted rows[] = {
		{"/proc/cmdline", "quiet rd.iscsi.password=Hunter2 ro", "quiet rd.iscsi.password=0000000 ro",
		 true},
		{"/proc/cmdline", "PASSWD=ab1\tquiet\n", "PASSWD=000\tquiet\n", true},
		{"/proc/cmdline", "client_secret=ab1", "client_secret=000", true},
		{"/proc/cmdline", "a.TOKEN=ab1\nb=c1", "a.TOKEN=000\nb=c1", true},
		{"/proc/cmdline", "systemd.set_credential=a:b", "systemd.set_credential=0:0", true},
		{"/proc/cmdline", "rd.luks.key=/k1:dev", "rd.luks.key=/00:000", true},
		{"/proc/cmdline", "x=a1 token=b1", "x=a1 token=00", true},
		{"/proc/cmdline", "token=a1 x=b1", "token=00 x=b1", true},
		/* a value in quotes holds spaces (Linux, lib/cmdline.c, next_arg()) */
		{"/proc/cmdline", "password=\"my dear word\" ro", "password=\"00 0000 0000\" ro", true},
		{"/proc/cmdline", "\"password=my dear\" ro", "\"password=00 0000\" ro", true},
		{"/proc/cmdline", "password=\"never ended", "password=\"00000 00000", true},
		{"/proc/cmdline", "a=\"b c\" password=x1 d=\"e\"", "a=\"b c\" password=00 d=\"e\"", true},
		{"/proc/cmdline", "token secret password", NULL, true},
		{"/proc/cmdline", "keymap=us monkey=no", "keymap=us monkey=00", true},
		{"/proc/cmdline", "keymap=us root=/dev/vda", NULL, true},
		{"/proc/cmdline", "", NULL, true},
	};

	(void)state;
	redact_all(rows, VW_COUNT(rows));
}

/* SMBIOS. */

static const char *const tables[] = {"/sys/firmware/dmi/tables/DMI", "/sys/firmware/dmi/entries/4-0/raw"};

enum { AREA = 0x30 };

/* A structure of @type whose only string is named at @offset; then the table's end. Returns its size. */
static size_t one_string(char *bytes, unsigned char type, unsigned char length, unsigned char offset,
			 unsigned char number)
{
	static const char rest[] = "Stays 1\0S3cret\0\0\x7f\x04\x02\x00\0";

	memset(bytes, 0, AREA);
	bytes[0] = (char)type;
	bytes[1] = (char)length;
	if (offset < AREA)
		bytes[offset] = (char)number;
	memcpy(bytes + length, rest, sizeof(rest));
	return length + sizeof(rest);
}

static bool loses_string(const char *place, unsigned char type, unsigned char length, unsigned char offset,
			 unsigned char number)
{
	char before[AREA + 64], after[AREA + 64];
	size_t size = one_string(before, type, length, offset, number);
	bool lost;

	memcpy(after, before, size);
	assert_int_equal(vw_redact(place, after, size, false), size);
	lost = !memmem(after, size, "S3cret", 6);
	if (lost)
		memcpy(after + length + 8, "S3cret", 6);
	if (type != 1) /* whose UUID goes too */
		assert_memory_equal(after, before, size);
	assert_non_null(memmem(after, size, "Stays 1", 7));

	/* with ids nothing goes */
	memcpy(after, before, size);
	assert_int_equal(vw_redact(place, after, size, true), size);
	assert_memory_equal(after, before, size);
	return lost;
}

/* Which byte of which structure names a serial number or an asset tag: DMTF DSP0134, chapter 7. */
static bool names_id(unsigned char type, unsigned char offset)
{
	static const unsigned char ids[][2] = {
		{1, 0x07},  {2, 0x07},  {2, 0x08},  {3, 0x07},  {4, 0x20},  {4, 0x21},
		{17, 0x18}, {17, 0x19}, {22, 0x07}, {39, 0x08}, {39, 0x09},
	};

	for (size_t i = 0; i < VW_COUNT(ids); i++)
		if (ids[i][0] == type && ids[i][1] == offset)
			return true;
	return false;
}

/* Every field of every structure: the string that it names goes when it is a serial number's, else stays. */
static void serials_of_each_structure(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 60; type++) {
		if (type == 11) /* OEM strings are no ids */
			continue;
		for (unsigned offset = 4; offset < AREA; offset++) {
			bool lost = loses_string(tables[offset & 1], (unsigned char)type, AREA,
						 (unsigned char)offset, 2);

			if (lost != names_id((unsigned char)type, (unsigned char)offset))
				fail_msg("type %u, offset 0x%x: %s", type, offset, lost ? "went" : "stays");
		}
	}
}

static void fields_end_with_their_structure(void **state)
{
	(void)state;
	assert_true(loses_string(tables[0], 17, 0x19, 0x18, 2));
	assert_false(loses_string(tables[0], 17, 0x18, 0x18, 2)); /* the first byte behind it */
	assert_false(loses_string(tables[0], 17, AREA, 0x18, 0)); /* no string */
	assert_false(loses_string(tables[0], 17, AREA, 0x18, 3)); /* more than there are */
	assert_false(loses_string(tables[0], 17, AREA, 0x18, 255));
}

/* The UUID of type 1: EC2's first bytes stay, in either order. */
static void raw_uuids(void **state)
{
	static const struct {
		const char in[5], out[5];
	} uuids[] = {
		{"\xec\x2a\xe1\x45", "\xec\x20\0\0"}, {"\x45\xe1\x2a\xec", "\0\0\x20\xec"},
		{"\xec\x3a\xe1\x45", "\0\0\0\0"},     {"\x45\xe1\x3a\xec", "\0\0\0\0"},
		{"\xed\x2a\xe1\x45", "\0\0\0\0"},     {"\x45\xe1\x2a\xed", "\0\0\0\0"},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(uuids); i++) {
		char bytes[AREA + 64];
		size_t size = one_string(bytes, 1, 0x1b, 4, 1);

		memset(bytes + 8, 'u', 16);
		memcpy(bytes + 8, uuids[i].in, 4);
		bytes[0x18] = 'w';
		assert_int_equal(vw_redact(tables[0], bytes, size, false), size);
		assert_memory_equal(bytes + 8, uuids[i].out, 4);
		for (size_t k = 12; k < 24; k++)
			assert_int_equal(bytes[k], 0);
		assert_int_equal(bytes[0x18], 'w');
	}
}

/* A structure that ends with its UUID has one; a shorter one has none. */
static void short_system_structures(void **state)
{
	char bytes[AREA + 64];
	size_t size = one_string(bytes, 1, 24, 4, 1);

	(void)state;
	memset(bytes + 8, 'u', 16);
	assert_int_equal(vw_redact(tables[0], bytes, size, false), size);
	assert_int_equal(bytes[8], 0);
	assert_int_equal(bytes[23], 0);

	size = one_string(bytes, 1, 23, 4, 1);
	memset(bytes + 8, 'u', 15);
	assert_int_equal(vw_redact(tables[0], bytes, size, false), size);
	assert_int_equal(bytes[8], 'u');
}

/* What does not hang together any more may be anything, and loses letters and digits. */
static void broken_tables(void **state)
{
	static const struct {
		const char *in, *out;
		size_t size;
	} cases[] = {
#define CASE(in, out) {in, out, sizeof(in)}
		CASE("\x7f\x03S3cret\0\0", "\x7f\x03"
					   "000000\0\0"),      /* shorter than its header */
		CASE("\x7f\x40S3cret\0\0", "\x7f@000000\0\0"), /* longer than the table */
		CASE("\x7f\x04\x01\x01S3cret", "\x7f\x04\x01\x01"
					       "000000"), /* without the second NUL */
		CASE("\x7f\x04\x01\x01\0\0S3c", "\x7f\x04\x01\x01\0\0"
						"000"), /* less than a header behind */
		CASE("\x7f\x04\x01\x01\0\0\x7f\x04\x01\x01\0\0S3cret\0",
		     "\x7f\x04\x01\x01\0\0\x7f\x04\x01\x01\0\0"
		     "000000\0"),
		/* whole, to the very last byte */
		CASE("\x0c\x04\x01\x01Stays\0", "\x0c\x04\x01\x01Stays\0"),
		CASE("\x0c\x04\x01\x01\0", "\x0c\x04\x01\x01\0"),
#undef CASE
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++) {
		char bytes[64];

		memcpy(bytes, cases[i].in, cases[i].size);
		assert_int_equal(vw_redact(tables[0], bytes, cases[i].size, false), cases[i].size);
		assert_memory_equal(bytes, cases[i].out, cases[i].size);
	}
}

/* Only OEM strings hand over credentials; a passport is not one. */
static void credentials(void **state)
{
	static const char in[] = "\x0b\x05\x01\x00\x03"
				 "a=S3cret\0virtwhere:1;stack=kvm\0no value 1\0\0"
				 "\x0c\x05\x02\x00\x01"
				 "b=S3cret\0\0"
				 "\x7f\x04\x03\x00\0";
	static const char out[] = "\x0b\x05\x01\x00\x03"
				  "a=000000\0virtwhere:1;stack=kvm\0no value 1\0\0"
				  "\x0c\x05\x02\x00\x01"
				  "b=S3cret\0\0"
				  "\x7f\x04\x03\x00\0";

	(void)state;
	for (size_t i = 0; i < VW_COUNT(tables); i++)
		for (int with_ids = 0; with_ids < 2; with_ids++) {
			char bytes[sizeof(in)];

			memcpy(bytes, in, sizeof(in));
			assert_int_equal(vw_redact(tables[i], bytes, sizeof(in), with_ids), sizeof(in));
			assert_memory_equal(bytes, out, sizeof(out));
		}
}

/* Licence keys stand behind the header; other tables hold none. */
static void licence_keys(void **state)
{
	static const struct {
		const char *place;
		bool key;
	} cases[] = {
		{"/sys/firmware/acpi/tables/MSDM", true},  {"/sys/firmware/acpi/tables/SLIC", true},
		{"/sys/firmware/acpi/tables/SLIC1", true}, {"/sys/firmware/acpi/tables/FACP", false},
		{"/sys/firmware/acpi/tables/DSDT", false},
	};

	(void)state;
	for (size_t i = 0; i < VW_COUNT(cases); i++)
		for (size_t size = 35; size < 39; size++) {
			char bytes[40];

			memset(bytes, 'K', sizeof(bytes));
			assert_int_equal(vw_redact(cases[i].place, bytes, size, false), size);
			for (size_t k = 0; k < sizeof(bytes); k++)
				assert_int_equal(bytes[k], cases[i].key && k >= 36 && k < size ? 0 : 'K');
			memset(bytes, 'K', sizeof(bytes));
			vw_redact(cases[i].place, bytes, size, true);
			assert_int_equal(bytes[size - 1], 'K');
		}
}

/* The archive. */

/* Each secret has a word of its own, which no byte of an archive may hold. */
static const struct planted {
	const char *name, *text, *secret;
	bool always; /* gone with ids kept, too */
} planted[] = {
	{"proc/cmdline", "ro rd.password=Secr3tA root=UUID=" UUID "\n", "Secr3tA", true},
	{"proc/1/cgroup", "0::/docker/5ec7e7b0123456789abcdef012345678\n", "5ec7e7b0123456789", false},
	{"run/.containerenv", "id=\"5ec7e7d0123456789abcdef012345678\"\n", "5ec7e7d0", false},
	{"proc/sysinfo", "Sequence Code: Secr3tB\n", "Secr3tB", false},
	{"proc/ppc64/lparcfg", "serial_number=Secr3tC\n", "Secr3tC", false},
	{"proc/stat", "cpu  1 2 3 4 5 6 7 8\nbtime 1700000123\n", "1700000123", true},
	{"sys/devices/virtual/dmi/id/product_serial", "Secr3tD\n", "Secr3tD", false},
	{"sys/devices/virtual/dmi/id/product_uuid", "5ec7e7e0-2fa1-11d2-883f-0016d3cca427\n", "5ec7e7e0",
	 false},
	{"sys/devices/virtual/dmi/id/board_asset_tag", "Secr3tE\n", "Secr3tE", false},
	{"sys/hypervisor/uuid", "5ec7e7f0-2fa1-11d2-883f-0016d3cca427\n", "5ec7e7f0", false},
};

/* What must be there still. */
static const char *const kept[] = {"ro rd.password=", "0::/docker/", "cpu  1 2 3 4", "Maker & Son",
				   "xen-word"};

static void put_planted(const struct scratch *scratch)
{
	/* type 1 with a serial number, type 11 with a credential */
	static const char table[] = "\x01\x1b\x01\x00\x01\x00\x00\x02"
				    "uuuuuuuuuuuuuuuu\x06\x00\x00"
				    "Maker & Son\0Secr3tF\0\0"
				    "\x0b\x05\x02\x00\x01key=Secr3tG\0\0"
				    "\x7f\x04\x03\x00\0";
	static const char licence[] = "MSDM\x2c\0\0\0..OEMID.OEMTABLE....CREA....Secr3tI";

	/* every probe runs */
	put_file(scratch, "meta.json", "{\"format\": \"virtwhere.snapshot/1\", \"arch\": \"unknown\"}");
	for (size_t i = 0; i < VW_COUNT(planted); i++)
		put_file(scratch, planted[i].name, planted[i].text);
	put(scratch, "proc/1/environ", VW_NODE_FILE, "container=xen-word\0A=Secr3tH", 28);
	put(scratch, "sys/firmware/dmi/tables/DMI", VW_NODE_FILE, table, sizeof(table));
	put_link(scratch, "sys/class/dmi/id", "../../devices/virtual/dmi/id");
	put_file(scratch, "sys/devices/virtual/dmi/id/sys_vendor", "Maker & Son\n");
	put_file(scratch, "sys/hypervisor/type", "xen-word\n");
	put(scratch, "sys/firmware/acpi/tables/MSDM", VW_NODE_FILE, licence, sizeof(licence));
}

static bool holds(const char *bytes, size_t size, const char *word)
{
	return memmem(bytes, size, word, strlen(word));
}

static void no_archive_holds_a_secret(void **state)
{
	static const char *const always[] = {"Secr3tG", "Secr3tH"}, *const ids[] = {"Secr3tF", "Secr3tI"};
	struct scratch *scratch = *state;

	put_planted(scratch);
	for (int with_ids = 0; with_ids < 2; with_ids++) {
		struct vw_source *source = begin_source(scratch, false);
		static char bytes[256 * 1024];
		char path[128];
		size_t size;
		FILE *file;

		snprintf(path, sizeof(path), "%s/%d.tar", scratch->directory, with_ids);
		assert_int_equal(vw_snapshot_record(source, path, with_ids ? VW_SNAPSHOT_WITH_IDS : 0,
						    scratch->problem, sizeof(scratch->problem)),
				 0);
		file = fopen(path, "re");
		assert_non_null(file);
		size = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		assert_in_range(size, 1, sizeof(bytes) - 1);
		for (size_t i = 0; i < VW_COUNT(planted); i++) {
			assert_true(holds(bytes, size, planted[i].name)); /* it was recorded at all */
			if (holds(bytes, size, planted[i].secret) != (with_ids && !planted[i].always))
				fail_msg("%s, %s ids", planted[i].name, with_ids ? "with" : "without");
		}
		for (size_t i = 0; i < VW_COUNT(always); i++)
			assert_false(holds(bytes, size, always[i]));
		for (size_t i = 0; i < VW_COUNT(ids); i++)
			assert_int_equal(holds(bytes, size, ids[i]), with_ids);
		for (size_t i = 0; i < VW_COUNT(kept); i++)
			if (!holds(bytes, size, kept[i]))
				fail_msg("\"%s\" has gone, %s ids", kept[i], with_ids ? "with" : "without");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_source_loses_its_ids),
		cmocka_unit_test(prefixes_stay_in_values_only),
		cmocka_unit_test(uuids_keep_their_maker),
		cmocka_unit_test(forms_of_ids),
		cmocka_unit_test(ids_end_with_their_text),
		cmocka_unit_test(command_lines_lose_secrets),
		cmocka_unit_test(serials_of_each_structure),
		cmocka_unit_test(fields_end_with_their_structure),
		cmocka_unit_test(raw_uuids),
		cmocka_unit_test(short_system_structures),
		cmocka_unit_test(broken_tables),
		cmocka_unit_test(credentials),
		cmocka_unit_test(licence_keys),
		cmocka_unit_test_setup_teardown(no_archive_holds_a_secret, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
