/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_IMAGE_DUMP_H
#define VW_TESTS_UNIT_IMAGE_DUMP_H

/*
 * All that the facts of an image hold, as text: one line is one fact. What was not probed, or is empty, has
 * no line. A test compares the whole with what it expects, so that a fact that nobody asked for is seen too.
 */

#include "tests/unit/image_parts.h"

static inline const char *dump_state(enum vw_state state)
{
	static const char *const words[] = {"not probed", "value", "absent", "denied", "malformed"};

	assert_true(state < VW_COUNT(words));
	return words[state];
}

static inline void dump_place(FILE *out, const char *source)
{
	if (source)
		fprintf(out, " @ %s", source);
	fputc('\n', out);
}

static inline void dump_text(FILE *out, const char *name, const struct vw_text *fact)
{
	if (fact->state == VW_NOT_PROBED)
		return;
	if (fact->state == VW_VALUE)
		fprintf(out, "%s: '%s'", name, fact->text);
	else
		fprintf(out, "%s: %s", name, dump_state(fact->state));
	dump_place(out, fact->source);
}

static inline void dump_number(FILE *out, const char *name, const struct vw_number *fact)
{
	if (fact->state == VW_NOT_PROBED)
		return;
	if (fact->state == VW_VALUE)
		fprintf(out, "%s: %llu", name, (unsigned long long)fact->value);
	else
		fprintf(out, "%s: %s", name, dump_state(fact->state));
	dump_place(out, fact->source);
}

static inline void dump_names(FILE *out, const char *name, const struct vw_names *fact)
{
	if (fact->state == VW_NOT_PROBED)
		return;
	fprintf(out, "%s:%s%s", name, fact->state == VW_VALUE ? "" : " ",
		fact->state == VW_VALUE ? "" : dump_state(fact->state));
	for (size_t i = 0; i < fact->count; i++)
		fprintf(out, " %s", fact->name[i]);
	dump_place(out, fact->source);
}

static inline void dump_lines(FILE *out, const char *name, const struct vw_lines *lines)
{
	if (lines->state != VW_VALUE && lines->state != VW_NOT_PROBED)
		fprintf(out, "%s: %s\n", name, dump_state(lines->state));
	for (size_t i = 0; i < lines->count; i++)
		fprintf(out, "%s: '%s' @ %s\n", name, lines->line[i].text, lines->line[i].source);
}

static inline void dump_modprobe(FILE *out, const char *name, const struct vw_modprobe *modprobe)
{
	if (modprobe->state == VW_DENIED || modprobe->state == VW_MALFORMED)
		fprintf(out, "%s: %s\n", name, dump_state(modprobe->state));
	for (size_t i = 0; i < modprobe->count; i++) {
		const struct vw_modprobe_rule *rule = &modprobe->rule[i];

		fprintf(out, "%s: %s|%s|%s @ %s\n", name, rule->kind, rule->module, rule->argument,
			rule->source);
	}
}

static inline void dump_word(FILE *out, const char *name, const char *value)
{
	if (value)
		fprintf(out, " %s=%s", name, value);
}

static inline void dump_module(FILE *out, const char *name, const struct vw_module_tree *tree,
			       const struct vw_module *module)
{
	const struct vw_modinfo *info = &module->info;

	fprintf(out, "%s %s %s", name, module->name, module->path);
	for (size_t i = 0; i < module->depend_count; i++)
		fprintf(out, "%s%s", i ? "," : " needs ", tree->module[module->depend[i]].name);
	dump_word(out, "lacking", module->lacking);
	if (module->unresolved != !!module->lacking)
		fprintf(out, " unresolved");
	if (info->state != VW_NOT_PROBED) {
		fprintf(out, " info %s%s%s", dump_state(info->state), info->intree ? " intree" : "",
			info->is_signed ? " signed" : "");
		dump_word(out, "vermagic", info->vermagic);
		dump_word(out, "version", info->version);
		dump_word(out, "srcversion", info->srcversion);
		dump_word(out, "arch", info->arch);
	}
	fputc('\n', out);
}

static inline void dump_tree(FILE *out, const struct vw_module_tree *tree)
{
	if (tree->state == VW_ABSENT && !tree->folder)
		return;
	fprintf(out, "  tree %s %s, index %s, %zu files\n", tree->folder ? tree->folder : "",
		dump_state(tree->state), dump_state(tree->index), tree->file_count);
	for (size_t i = 0; i < tree->count; i++)
		dump_module(out, "    module", tree, &tree->module[i]);
	for (size_t i = 0; i < tree->extra_count; i++)
		dump_module(out, "    extra", tree, &tree->extra[i]);
	if (tree->unindexed_count)
		fprintf(out, "    unindexed %zu %s\n", tree->unindexed_count, tree->unindexed);
	if (tree->missing_count)
		fprintf(out, "    missing %zu %s\n", tree->missing_count, tree->missing);
	dump_names(out, "    builtin", &tree->builtin);
	dump_names(out, "    parameters", &tree->parameters);
	dump_names(out, "    suffixes", &tree->suffixes);
}

static inline void dump_initramfs(FILE *out, const struct vw_initramfs *it)
{
	if (it->state == VW_ABSENT && !it->path)
		return;
	fprintf(out, "  initramfs %s %s, %llu bytes, %zu entries%s\n", it->path, dump_state(it->state),
		(unsigned long long)it->size, it->entries, it->incomplete ? ", incomplete" : "");
	if (it->problem)
		fprintf(out, "    problem: %s\n", it->problem);
	for (size_t i = 0; i < it->segment_count; i++)
		fprintf(out, "    segment %s at %llu, %llu bytes, %llu unpacked, %zu entries\n",
			it->segment[i].format, (unsigned long long)it->segment[i].offset,
			(unsigned long long)it->segment[i].size, (unsigned long long)it->segment[i].unpacked,
			it->segment[i].entries);
	if (it->init)
		fprintf(out, "    init %s %s\n", it->init, it->init_arch ? it->init_arch : "");
	if (it->lacking.count)
		dump_names(out, "    lacking", &it->lacking);
	if (it->firmware_early.count)
		dump_names(out, "    firmware", &it->firmware_early);
	if (it->nested)
		fprintf(out, "    nested %s\n", it->nested);
	if (it->generator)
		fprintf(out, "    generator %s\n", it->generator);
	dump_lines(out, "    load", &it->load);
	if (it->build.state != VW_ABSENT)
		dump_text(out, "    build", &it->build);
	if (it->cmdline.state != VW_ABSENT)
		dump_text(out, "    cmdline", &it->cmdline);
	dump_modprobe(out, "    modprobe", &it->modprobe);
	for (size_t i = 0; i < it->tree_count; i++)
		dump_tree(out, &it->tree[i]);
}

static inline void dump_kernel_file(FILE *out, const struct vw_kernel_file *file)
{
	fprintf(out, "%s %s", file->path, dump_state(file->state));
	dump_word(out, "format", file->format);
	dump_word(out, "arch", file->arch);
	dump_word(out, "version", file->version);
	dump_word(out, "compression", file->compression);
	fprintf(out, "%s, %llu bytes\n", file->efi_stub ? " efi" : "", (unsigned long long)file->size);
}

static inline void dump_entry(FILE *out, const struct vw_boot_entry *entry)
{
	fprintf(out, "entry%s %s '%s' @ %s\n", entry->is_default ? " *" : "", entry->loader,
		entry->title ? entry->title : "", entry->source);
	if (entry->kernel)
		fprintf(out, "  kernel %s -> %s\n", entry->kernel,
			entry->kernel_at ? entry->kernel_at : "nowhere");
	for (size_t i = 0; i < entry->initrd_count; i++)
		fprintf(out, "  initrd %s -> %s\n", entry->initrd[i],
			entry->initrd_at[i] ? entry->initrd_at[i] : "nowhere");
	if (*entry->cmdline)
		fprintf(out, "  cmdline %s\n", entry->cmdline);
	if (entry->cmdline_cut || entry->initrds_cut)
		fprintf(out, "  cut%s%s\n", entry->cmdline_cut ? " cmdline" : "",
			entry->initrds_cut ? " initrds" : "");
	if (entry->root_set)
		fprintf(out, "  root %s\n", entry->root_set);
}

static inline void dump_boot(FILE *out, const struct vw_boot *boot)
{
	for (size_t i = 0; i < boot->count; i++)
		dump_entry(out, &boot->entry[i]);
	if (boot->default_by)
		fprintf(out, "default by %s\n", boot->default_by);
	if (boot->default_lost)
		fprintf(out, "default lost %s\n", boot->default_lost);
	if (boot->grub_config.state != VW_ABSENT)
		dump_text(out, "grub", &boot->grub_config);
	if (boot->menu_lst.state != VW_ABSENT)
		dump_text(out, "menu.lst", &boot->menu_lst);
	dump_lines(out, "intent", &boot->intent);
}

static inline void dump_kernel(FILE *out, const struct vw_image_kernel *kernel, const struct vw_boot *boot)
{
	fprintf(out, "kernel%s %s", kernel->is_default ? " *" : "", kernel->release);
	if (kernel->entry)
		fprintf(out, " entry %zu", (size_t)(kernel->entry - boot->entry));
	fputc('\n', out);
	if (kernel->file.state != VW_ABSENT) {
		fputs("  file ", out);
		dump_kernel_file(out, &kernel->file);
	}
	if (kernel->config.state != VW_ABSENT)
		dump_text(out, "  config", &kernel->config);
	if (kernel->cmdline.state != VW_ABSENT)
		dump_text(out, "  cmdline", &kernel->cmdline);
	dump_tree(out, &kernel->modules);
	dump_initramfs(out, &kernel->initramfs);
}

static inline void dump_mounts(FILE *out, const struct vw_mounts *mounts)
{
	if (mounts->state == VW_DENIED || mounts->state == VW_MALFORMED)
		fprintf(out, "mounts: %s\n", dump_state(mounts->state));
	for (size_t i = 0; i < mounts->count; i++) {
		const struct vw_mount *mount = &mounts->mount[i];

		fprintf(out, "mount %s: %s|%s|%s|%s @ %s\n", mount->kind, mount->what, mount->where,
			mount->type, mount->options, mount->source);
	}
}

static inline void dump_network(FILE *out, const struct vw_netconfs *network)
{
	if (network->state == VW_DENIED || network->state == VW_MALFORMED || network->incomplete)
		fprintf(out, "network: %s%s\n", dump_state(network->state),
			network->incomplete ? ", incomplete" : "");
	for (size_t i = 0; i < network->count; i++) {
		const struct vw_netconf *conf = &network->conf[i];

		fprintf(out, "net %s", conf->kind);
		dump_word(out, "interface", conf->interface);
		dump_word(out, "mac", conf->mac);
		dump_word(out, "driver", conf->driver);
		dump_word(out, "address", conf->address);
		fprintf(out, "%s%s%s @ %s\n", conf->renames ? " renames" : "", conf->dhcp ? " dhcp" : "",
			conf->by_hand ? " by hand" : "", conf->source);
	}
}

static inline void dump_os(FILE *out, const struct vw_image_facts *facts)
{
	dump_text(out, "os.id", &facts->os.id);
	dump_text(out, "os.id_like", &facts->os.id_like);
	dump_text(out, "os.version_id", &facts->os.version_id);
	dump_text(out, "os.name", &facts->os.name);
	dump_text(out, "os.arch", &facts->os.arch);
	dump_text(out, "os.init", &facts->os.init);
	dump_text(out, "kmod", &facts->kmod);
	dump_names(out, "units", &facts->units);
	dump_names(out, "groups", &facts->groups);
}

static inline void dump_rest(FILE *out, const struct vw_image_facts *facts)
{
	const struct vw_image_cloud_init *cloud = &facts->cloud_init;

	dump_lines(out, "persistent_net", &facts->persistent_net);
	dump_lines(out, "io_timeout", &facts->io_timeout);
	dump_lines(out, "initramfs_conf", &facts->initramfs_conf);
	dump_number(out, "cloud.installed", &cloud->installed);
	dump_text(out, "cloud.disabled", &cloud->disabled);
	dump_number(out, "cloud.enabled", &cloud->enabled);
	dump_text(out, "cloud.datasource_list", &cloud->datasource_list);
	dump_text(out, "cloud.ds_identify", &cloud->ds_identify);
	dump_number(out, "cloud.instance", &cloud->instance);
	dump_text(out, "esp.folder", &facts->esp.folder);
	dump_names(out, "esp.loaders", &facts->esp.loaders);
	dump_names(out, "esp.archs", &facts->esp.archs);
	dump_names(out, "dkms", &facts->dkms);
	dump_text(out, "selinux", &facts->selinux);
	dump_number(out, "autorelabel", &facts->autorelabel);
	dump_names(out, "gettys", &facts->gettys);
	dump_names(out, "host_keys", &facts->host_keys);
	dump_text(out, "machine_id", &facts->machine_id);
	dump_lines(out, "chrony", &facts->chrony);
}

static inline void dump_facts(FILE *out, const struct vw_image_facts *facts, const struct vw_image *image)
{
	const struct vw_unread *unread = image->unread.item;

	dump_os(out, facts);
	dump_boot(out, &facts->boot);
	for (size_t i = 0; i < facts->kernel_count; i++)
		dump_kernel(out, &facts->kernel[i], &facts->boot);
	dump_modprobe(out, "modprobe", &facts->modprobe);
	dump_lines(out, "modules_load", &facts->modules_load);
	dump_mounts(out, &facts->mounts);
	dump_network(out, &facts->network);
	dump_rest(out, facts);
	for (size_t i = 0; i < image->unread.count; i++)
		fprintf(out, "unread %s %s\n", unread[i].source, unread[i].error);
}

/* Say where two texts part, line by line. */
static inline void dump_compare(const char *name, const char *found, const char *expected)
{
	const char *a = found, *b = expected;

	if (strcmp(found, expected) == 0)
		return;
	while (*a && *b && *a == *b) {
		a++;
		b++;
	}
	while (a > found && a[-1] != '\n') {
		a--;
		b--;
	}
	print_error("%s: found\n%sfrom there on, where this was expected:\n%s", name, a, b);
	fail();
}

/* Are the facts that one part of @root gives these, and no others? */
static inline void assert_facts(struct image_root *root, const char *name, image_part part,
				const struct vw_image_wish *wish, const char *expected)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	image_read(root, part, wish);
	dump_facts(out, &root->facts, root->image);
	assert_int_equal(fclose(out), 0);
	dump_compare(name, text, expected);
	free(text);
}

/* A file of a case: the path begins with '/'. A text that begins with "-> " is a link's, and those of binary
 * files are "bzImage RELEASE", "ELF CLASS DATA MACHINE", "PE MACHINE .section=text;.section=text". */
struct laid {
	const char *path, *text;
};

static inline void put_bzimage(struct guest *guest, const char *path, const char *release)
{
	unsigned char bytes[2048] = {0};

	put_word(bytes + 0x202, "HdrS\7\2");
	bytes[0x20f] = 2;
	assert_true(strlen(release) < 256);
	put_word(bytes + 0x400, release);
	put_bytes(guest, path, bytes, sizeof(bytes));
}

static inline void put_elf_head(struct guest *guest, const char *path, const char *words)
{
	unsigned class = 0, data = 0, machine = 0;
	unsigned char bytes[64] = {0x7f, 'E', 'L', 'F'};

	assert_int_equal(sscanf(words, "%u %u %u", &class, &data, &machine), 3);
	bytes[4] = (unsigned char)class;
	bytes[5] = (unsigned char)data;
	bytes[18] = (unsigned char)(data == 2 ? machine >> 8 : machine);
	bytes[19] = (unsigned char)(data == 2 ? machine : machine >> 8);
	put_bytes(guest, path, bytes, sizeof(bytes));
}

static inline void put_pe_file(struct guest *guest, const char *path, const char *words)
{
	unsigned char bytes[4096] = {'M', 'Z'};
	unsigned machine = 0, at = 1024, count = 0;
	const char *section = strchr(words, '.');

	assert_int_equal(sscanf(words, "%x", &machine), 1);
	bytes[0x3c] = 0x40;
	put_word(bytes + 0x40, "PE");
	bytes[0x44] = (unsigned char)machine;
	bytes[0x45] = (unsigned char)(machine >> 8);
	for (; section; section = strchr(section + 1, '.'), count++) {
		unsigned char *row = bytes + 0x58 + count * 40;
		size_t name = strcspn(section, "="), size = strcspn(section + name + 1, ";");

		memcpy(row, section, name);
		row[8] = row[16] = (unsigned char)size;
		row[20] = (unsigned char)at;
		row[21] = (unsigned char)(at >> 8);
		memcpy(bytes + at, section + name + 1, size);
		at += 256;
		section += name + size;
	}
	bytes[0x46] = (unsigned char)count;
	put_bytes(guest, path, bytes, sizeof(bytes));
}

static inline void lay(struct image_root *root, const struct laid *laid, size_t count)
{
	for (size_t i = 0; i < count && laid[i].path; i++)
		if (vwb_text_starts(laid[i].text, "-> "))
			put_link(&root->guest, laid[i].path, laid[i].text + 3);
		else if (vwb_text_starts(laid[i].text, "bzImage "))
			put_bzimage(&root->guest, laid[i].path, laid[i].text + 8);
		else if (vwb_text_starts(laid[i].text, "ELF "))
			put_elf_head(&root->guest, laid[i].path, laid[i].text + 4);
		else if (vwb_text_starts(laid[i].text, "PE "))
			put_pe_file(&root->guest, laid[i].path, laid[i].text + 3);
		else
			put(&root->guest, laid[i].path, laid[i].text);
}

/* A row of a table: what lies in the image, and the facts that come of it. */
struct image_case {
	const char *name;
	struct laid laid[16];
	const char *expected;
};

static inline void assert_cases(const struct image_case *cases, size_t count, image_part part,
				const struct vw_image_wish *wish)
{
	for (size_t i = 0; i < count; i++) {
		void *state = NULL;

		image_setup(&state);
		lay(state, cases[i].laid, VW_COUNT(cases[i].laid));
		assert_facts(state, cases[i].name, part, wish, cases[i].expected);
		image_teardown(&state);
	}
}

#define ASSERT_CASES(cases, part, wish) assert_cases(cases, VW_COUNT(cases), part, wish)

#endif
