/* SPDX-License-Identifier: MIT */
#include "probes/read/redact.h"

#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "detect/passport.h"

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

static void mask(char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (is_alnum(bytes[i]))
			bytes[i] = '0';
}

/* Values: the whole file is one. */

/* What may stay of a value, since it tells the maker and not the machine; detect/know/clouds.c asks for
 * these. */
static const char *const kept_prefixes[] = {
	"ec2", "GoogleCloud-", "VMware-", "Parallels-", "i-", "vol",
};

static const char *const kept_suffixes[] = {".brightbox.com"};

static size_t kept_prefix(const char *bytes, size_t size)
{
	for (size_t i = 0; i < VW_COUNT(kept_prefixes); i++) {
		size_t length = strlen(kept_prefixes[i]);

		if (size >= length && strncasecmp(bytes, kept_prefixes[i], length) == 0)
			return length;
	}
	return 0;
}

static size_t kept_suffix(const char *bytes, size_t size)
{
	for (size_t i = 0; i < VW_COUNT(kept_suffixes); i++) {
		size_t length = strlen(kept_suffixes[i]);

		if (size >= length && memcmp(bytes + size - length, kept_suffixes[i], length) == 0)
			return length;
	}
	return 0;
}

static size_t redact_value(char *bytes, size_t size)
{
	size_t end = size, first, last;

	while (end && (bytes[end - 1] == '\n' || bytes[end - 1] == ' '))
		end--;
	first = kept_prefix(bytes, end);
	last = kept_suffix(bytes + first, end - first);
	mask(bytes + first, end - first - last);
	return size;
}

static size_t redact_all(char *bytes, size_t size)
{
	mask(bytes, size);
	return size;
}

/*
 * EC2's UUIDs begin with "ec2", or with the first group's bytes swapped: "xxxx2xec".
 * Source: AWS, EC2 User Guide, "Detect whether a host is an EC2 instance".
 */
static size_t redact_uuid(char *bytes, size_t size)
{
	bool swapped = size >= 8 && bytes[4] == '2' && strncasecmp(bytes + 6, "ec", 2) == 0;
	size_t first = kept_prefix(bytes, size);

	if (!swapped) {
		mask(bytes + first, size - first);
		return size;
	}
	mask(bytes, 4);
	mask(bytes + 5, 1);
	mask(bytes + 8, size - 8);
	return size;
}

/* Texts: ids among other words. */

enum { UUID_LENGTH = 36, MAC_LENGTH = 17 };

static bool is_separator(char c)
{
	return c == '-' || c == ':' || c == '_';
}

/* Hexadecimal digits and separators, from a digit to a digit. */
static size_t run_length(const char *bytes, size_t size)
{
	size_t length = 0;

	if (!size || !is_hex(bytes[0]))
		return 0;
	while (length < size && (is_hex(bytes[length]) || is_separator(bytes[length])))
		length++;
	while (is_separator(bytes[length - 1]))
		length--;
	return length;
}

/* 8-4-4-4-12 hexadecimal digits; RFC 9562. systemd's slices have '_' between them. */
static bool is_uuid(const char *bytes)
{
	for (size_t i = 0; i < UUID_LENGTH; i++)
		if ((i == 8 || i == 13 || i == 18 || i == 23) != is_separator(bytes[i]))
			return false;
	return true;
}

/* UUIDs anywhere in a run: "pod" ends in a hexadecimal digit too. */
static void mask_uuids(char *run, size_t length)
{
	for (size_t i = 0; i + UUID_LENGTH <= length; i++)
		if (is_uuid(run + i))
			mask(run + i, UUID_LENGTH);
}

/* Six pairs: an Ethernet address. */
static bool is_mac(const char *bytes)
{
	for (size_t i = 0; i < MAC_LENGTH; i++)
		if ((i % 3 == 2) == is_hex(bytes[i]))
			return false;
	return true;
}

/* Addresses anywhere in a run, and whole pairs beside them: pxelinux's BOOTIF has the hardware type before
 * one, dracut's ifname= and ip= the interface's name, which may end in a hexadecimal digit. */
static void mask_macs(char *run, size_t length)
{
	for (size_t i = 0; i + MAC_LENGTH <= length; i++) {
		size_t end = i + MAC_LENGTH;

		if (is_mac(run + i) && (i == 0 || is_separator(run[i - 1])) &&
		    (end == length || is_separator(run[end])))
			mask(run + i, MAC_LENGTH);
	}
}

/* Container ids, machine ids, digests. */
static bool is_long_number(const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_hex(bytes[i]))
			return false;
	return length >= 32;
}

/* Does the word before @at ask for an id? PARTUUID= of an MBR disk has no form of its own. */
static bool is_id_value(const char *bytes, size_t at)
{
	static const char key[] = "UUID=";
	size_t length = sizeof(key) - 1;

	return at >= length && strncasecmp(bytes + at - length, key, length) == 0;
}

static size_t redact_text(char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		size_t length = run_length(bytes + i, size - i);
		char *run = bytes + i;

		mask_uuids(run, length);
		mask_macs(run, length);
		if (is_long_number(run, length) || is_id_value(bytes, i))
			mask(run, length);
		i += length;
	}
	return size;
}

/* Keys of the kernel's command line whose value may open something. */
static const char *const secret_keys[] = {"passw", "secret", "token", "credential", "key="};

static bool is_secret(const char *word, size_t length)
{
	for (size_t i = 0; i < VW_COUNT(secret_keys); i++) {
		const char *found = strcasestr(word, secret_keys[i]);

		if (found && (size_t)(found - word) < length)
			return true;
	}
	return false;
}

/* In quotes a word holds blanks too (Linux, lib/cmdline.c, next_arg()). */
static size_t word_length(const char *text)
{
	bool quoted = false;
	size_t length = 0;

	while (text[length] && (quoted || !strchr(" \t\n", text[length])))
		quoted ^= text[length++] == '"';
	return length;
}

static size_t redact_secrets(char *bytes, size_t size)
{
	for (size_t i = 0; i < size;) {
		size_t length = word_length(bytes + i);
		char *value = memchr(bytes + i, '=', length);

		if (value && is_secret(bytes + i, length))
			mask(value, (size_t)(bytes + i + length - value));
		i += length + 1;
	}
	return size;
}

/* Keys of lines whose value names the machine: POWER's lparcfg, s390's sysinfo. */
static const char *const line_keys[] = {"serial_number=", "Sequence Code:"};

static size_t redact_lines(char *bytes, size_t size)
{
	redact_text(bytes, size);
	for (size_t i = 0; i < size;) {
		size_t length = strcspn(bytes + i, "\n");

		for (size_t k = 0; k < VW_COUNT(line_keys); k++)
			if (vwb_text_starts(bytes + i, line_keys[k]))
				mask(bytes + i + strlen(line_keys[k]), length - strlen(line_keys[k]));
		i += length + 1;
	}
	return size;
}

/* What follows the first line of /proc/stat tells when the machine was started, and how busy each part of it
 * is. */
static size_t keep_first_line(char *bytes, size_t size)
{
	const char *end = memchr(bytes, '\n', size);

	return end ? (size_t)(end - bytes) + 1 : size;
}

/* Environments: NAME=VALUE strings, each ended by a NUL. */

static size_t redact_environment(char *bytes, size_t size)
{
	size_t kept = 0;

	for (size_t i = 0; i < size;) {
		size_t length = strnlen(bytes + i, size - i), name = strcspn(bytes + i, "=");

		/* what has no '=' may be anything, the end of a cut value even */
		if (name < length) {
			size_t keep = vwb_text_starts(bytes + i, "container=") ? length : name + 1;

			memmove(bytes + kept, bytes + i, keep);
			bytes[kept + keep] = '\0';
			kept += keep + 1;
		}
		i += length + 1;
	}
	return kept < size ? kept : size;
}

/* Firmware tables. */

/* Fields of SMBIOS structures that hold the number of a string; DMTF DSP0134,
 * sections 7.2, 7.3, 7.4, 7.5, 7.18, 7.23 and 7.40. The chassis' asset tag stays: clouds write their name
 * into it. */
static const struct smbios_field {
	unsigned char type, offset;
} smbios_fields[] = {
	{1, 0x07},  {2, 0x07},  {2, 0x08},  {3, 0x07},  {4, 0x20},  {4, 0x21},
	{17, 0x18}, {17, 0x19}, {22, 0x07}, {39, 0x08}, {39, 0x09},
};

enum { SMBIOS_HEADER = 4, SMBIOS_SYSTEM = 1, SMBIOS_UUID = 8, SMBIOS_UUID_END = 24, SMBIOS_OEM_STRINGS = 11 };

/* EC2's first bytes stay, in either order; see redact_uuid(). */
static void redact_raw_uuid(unsigned char *uuid)
{
	unsigned char kept[4] = {0};

	if (uuid[0] == 0xec && uuid[1] >> 4 == 2) {
		kept[0] = 0xec;
		kept[1] = 0x20;
	} else if (uuid[3] == 0xec && uuid[2] >> 4 == 2) {
		kept[3] = 0xec;
		kept[2] = 0x20;
	}
	memset(uuid, 0, SMBIOS_UUID_END - SMBIOS_UUID);
	memcpy(uuid, kept, sizeof(kept));
}

static void redact_string(char *strings, size_t size, unsigned char number)
{
	for (size_t i = 0; number && i < size && strings[i];) {
		size_t length = strnlen(strings + i, size - i);

		if (--number == 0)
			redact_value(strings + i, length);
		i += length + 1;
	}
}

/* Two NULs end a structure's strings. Returns their size with both, or 0 when they are not there. */
static size_t strings_size(const char *strings, size_t size)
{
	for (size_t i = 0; i + 1 < size; i++)
		if (!strings[i] && !strings[i + 1])
			return i + 2;
	return 0;
}

struct smbios {
	unsigned char *structure;
	size_t length; /* of its formatted area, behind which stand the strings */
	char *strings;
	size_t size;
};

static size_t walk_smbios(char *bytes, size_t size, void (*clean)(const struct smbios *smbios))
{
	size_t at = 0;

	while (at + SMBIOS_HEADER <= size) {
		struct smbios smbios = {.structure = (unsigned char *)bytes + at};

		smbios.length = smbios.structure[1];
		if (smbios.length < SMBIOS_HEADER || at + smbios.length > size)
			break;
		smbios.strings = bytes + at + smbios.length;
		smbios.size = strings_size(smbios.strings, size - at - smbios.length);
		if (!smbios.size)
			break;
		clean(&smbios);
		at += smbios.length + smbios.size;
	}
	mask(bytes + at, size - at); /* what makes no sense may be anything */
	return size;
}

static void clean_ids(const struct smbios *smbios)
{
	unsigned char type = smbios->structure[0];

	if (type == SMBIOS_SYSTEM && smbios->length >= SMBIOS_UUID_END)
		redact_raw_uuid(smbios->structure + SMBIOS_UUID);
	for (size_t i = 0; i < VW_COUNT(smbios_fields); i++)
		if (smbios_fields[i].type == type && smbios_fields[i].offset < smbios->length)
			redact_string(smbios->strings, smbios->size,
				      smbios->structure[smbios_fields[i].offset]);
}

static size_t redact_smbios(char *bytes, size_t size)
{
	return walk_smbios(bytes, size, clean_ids);
}

/* OEM strings hand credentials to a guest: "io.systemd.credential:NAME=VALUE"
 * (systemd.system-credentials(7)).
 */
static void clean_credentials(const struct smbios *smbios)
{
	if (smbios->structure[0] != SMBIOS_OEM_STRINGS)
		return;
	for (size_t i = 0; i < smbios->size && smbios->strings[i];) {
		char *text = smbios->strings + i;
		size_t length = strlen(text), name = strcspn(text, "=");

		if (!vwb_text_starts(text, VW_PASSPORT_PREFIX))
			mask(text + name, length - name);
		i += length + 1;
	}
}

static size_t redact_credentials(char *bytes, size_t size)
{
	return walk_smbios(bytes, size, clean_credentials);
}

/* MSDM and SLIC carry a licence key behind the header; ACPI 6.5, section 5.2.6. */
static size_t redact_acpi_body(char *bytes, size_t size)
{
	enum { HEADER = 36 };

	if (size > HEADER)
		memset(bytes + HEADER, 0, size - HEADER);
	return size;
}

/* The table. */

static const struct redaction {
	const char *pattern; /* of fnmatch(3), where '*' stands for slashes too */
	size_t (*clean)(char *bytes, size_t size);
	bool always; /* no id but a secret */
} redactions[] = {
	{"/proc/*/environ", redact_environment, true},
	{"/proc/cmdline", redact_secrets, true},
	{"/proc/cmdline", redact_text, false},
	{"/proc/*/cgroup", redact_text, false},
	{"/proc/*/mountinfo", redact_text, false},
	{"/run/.containerenv", redact_text, false},
	{"/proc/stat", keep_first_line, true},
	{"/proc/sys/kernel/random/boot_id", redact_all, false},
	{"/proc/sys/kernel/hostname", redact_all, false},
	{"/etc/machine-id", redact_all, false},
	{"/etc/hostname", redact_all, false},
	{"*/dmi/id/*_serial", redact_value, false},
	{"*/dmi/id/product_uuid", redact_uuid, false},
	{"*/dmi/id/board_asset_tag", redact_value, false},
	{"*/hypervisor/uuid", redact_uuid, false},
	{"/sys/firmware/dmi/tables/DMI", redact_credentials, true},
	{"/sys/firmware/dmi/entries/*/raw", redact_credentials, true},
	{"/sys/firmware/dmi/tables/DMI", redact_smbios, false},
	{"/sys/firmware/dmi/entries/*/raw", redact_smbios, false},
	{"/sys/firmware/acpi/tables/MSDM*", redact_acpi_body, false},
	{"/sys/firmware/acpi/tables/SLIC*", redact_acpi_body, false},
	{"*/net/*/address", redact_all, false},
	{"*/net/*/perm_addr", redact_all, false},
	{"*/nvme*/serial", redact_value, false},
	{"*/nvme*/subsysnqn", redact_text, false},
	{"*/block/*/serial", redact_value, false},
	{"*/wwid", redact_all, false},
	{"*/nvme*/eui", redact_all, false},
	{"*/nvme*/[un]*uid", redact_all, false},
	{"*/vpd_pg8?", redact_all, false},
	{"*/serial-number", redact_all, false}, /* device tree */
	{"*/system-id", redact_all, false},     /* POWER's device tree */
	{"/proc/ppc64/lparcfg", redact_lines, false},
	{"/proc/sysinfo", redact_lines, false},
};

size_t vw_redact(const char *place, char *bytes, size_t size, bool with_ids)
{
	for (size_t i = 0; i < VW_COUNT(redactions); i++) {
		const struct redaction *row = &redactions[i];

		if ((row->always || !with_ids) && fnmatch(row->pattern, place, 0) == 0)
			size = row->clean(bytes, size);
	}
	return size;
}
