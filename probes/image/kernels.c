/* SPDX-License-Identifier: MIT */
#include "probes/image/kernels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct kernels {
	struct vw_image *image;
	struct vw_image_facts *facts;
	struct vw_growing list; /* struct vw_image_kernel */
	const char *token;      /* the folder of BLS files: the machine's id, or NULL */
	struct place {
		const char *path, *real;
	} place[VW_KERNELS], *entry_place; /* of each kernel's file and each entry's kernel, once known */
};

static const char *print2(struct vw_image *image, const char *before, const char *release, const char *after)
{
	return vwb_arena_printf(vw_image_arena(image), "%s%s%s", before, release, after);
}

static bool is_file(struct vw_image *image, const char *path)
{
	enum vw_entry_type type;

	return path && vw_image_stat(image, path, &type, NULL) == 0 && type == VW_ENTRY_FILE;
}

/* A rescue or crash kernel, or what is no kernel of its own. */
static bool is_aside(const char *name)
{
	static const char *const words[] = {"kdump", "rescue", "fallback", "memtest", ".hmac",
					    ".old",  ".bak",   "ucode",    ".sig"};

	for (size_t i = 0; i < VW_COUNT(words); i++)
		if (strstr(name, words[i]))
			return true;
	return false;
}

/* Releases. */

static struct vw_image_kernel *find_release(struct kernels *kernels, const char *release)
{
	struct vw_image_kernel *kernel = kernels->list.item;

	for (size_t i = 0; i < kernels->list.count; i++)
		if (vwb_text_equal(kernel[i].release, release))
			return &kernel[i];
	return NULL;
}

static struct vw_image_kernel *add_release(struct kernels *kernels, const char *release, const char *folder)
{
	struct vw_image_kernel *kernel = vw_grow(kernels->image, &kernels->list, sizeof(*kernel), VW_KERNELS);

	if (!kernel) {
		vw_image_unread(kernels->image, folder ? folder : "/boot", -E2BIG);
		return NULL;
	}
	kernel->release = release;
	kernel->modules = (struct vw_module_tree){.state = VW_ABSENT, .index = VW_ABSENT, .folder = folder};
	kernel->file.state = kernel->initramfs.state = kernel->config.state = VW_ABSENT;
	return kernel;
}

static int list_releases(struct kernels *kernels, const char *folder)
{
	const struct vw_entry *entry;
	size_t count;
	int r = vw_image_list(kernels->image, folder, &count, &entry);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < count; i++) {
		const char *name = vw_image_clean(kernels->image, entry[i].name, strlen(entry[i].name));
		const char *path = print2(kernels->image, folder, "/", entry[i].name);

		if (!name || !path)
			return -ENOMEM;
		if (entry[i].type == VW_ENTRY_FOLDER && *name != '.' && !find_release(kernels, name))
			if (!add_release(kernels, name, path))
				break;
	}
	return 0;
}

/* Where /lib is a link to usr/lib, both names lead to one folder; where it is none, kmod reads /lib. */
static int list_folders(struct kernels *kernels)
{
	const char *place = NULL;
	int r = vw_image_resolve(kernels->image, "/lib/modules", &place);

	if (r == 0 && !vwb_text_equal(place, "/usr/lib/modules"))
		r = list_releases(kernels, "/lib/modules");
	return r == -ENOMEM ? r : list_releases(kernels, "/usr/lib/modules");
}

/* Files of a release. */

/* Names that are no release: "virt" of "6.6.14-0-virt" on Alpine; Arch's folders name theirs in a file. */
static const char *flavour_of(struct vw_image *image, const struct vw_image_kernel *kernel)
{
	const char *folder = kernel->modules.folder, *text, *dash;
	size_t size;

	if (folder) {
		const char *path = print2(image, folder, "/", "pkgbase");

		if (path && vw_image_read(image, path, VW_IMAGE_TEXT_LIMIT, &text, &size) == 0)
			return vw_image_clean(image, text, size);
	}
	dash = strrchr(kernel->release, '-');
	return dash && dash[1] && (dash[1] < '0' || dash[1] > '9') ? dash + 1 : NULL;
}

/* The first of some places where a file is; {R} is a release or flavour. */
static const char *first_of(struct vw_image *image, const char *const (*names)[2], size_t count,
			    const char *release)
{
	for (size_t i = 0; i < count; i++) {
		const char *path = print2(image, names[i][0], release, names[i][1]);

		if (is_file(image, path))
			return path;
	}
	return NULL;
}

static const char *in_folder(struct vw_image *image, const char *folder, const char *const *names,
			     size_t count)
{
	for (size_t i = 0; i < count && folder; i++) {
		const char *path = print2(image, folder, "/", names[i]);

		if (is_file(image, path))
			return path;
	}
	return NULL;
}

/* A file below the folders that kernel-install makes: /boot/TOKEN/RELEASE/linux. */
static const char *in_token_folder(const struct kernels *kernels, const char *release, const char *name)
{
	static const char *const places[] = {"/efi", "/boot", "/boot/efi"};
	const char *const tokens[] = {kernels->token, "Default"};

	for (size_t i = 0; i < VW_COUNT(places); i++)
		for (size_t k = 0; k < VW_COUNT(tokens); k++) {
			const char *path =
				tokens[k] ? vwb_arena_printf(vw_image_arena(kernels->image), "%s/%s/%s/%s",
							     places[i], tokens[k], release, name)
					  : NULL;

			if (is_file(kernels->image, path))
				return path;
		}
	return NULL;
}

static const char *find_kernel_file(struct kernels *kernels, const struct vw_image_kernel *kernel)
{
	static const char *const boot[][2] = {
		{"/boot/vmlinuz-", ""}, {"/boot/vmlinux-", ""}, {"/boot/Image-", ""},  {"/boot/image-", ""},
		{"/boot/kernel-", ""},  {"/boot/bzImage-", ""}, {"/boot/zImage-", ""},
	};
	static const char *const names[] = {"vmlinuz", "Image", "image", "vmlinux"};
	struct vw_image *image = kernels->image;
	const char *found = first_of(image, boot, VW_COUNT(boot), kernel->release);

	if (!found)
		found = in_folder(image, kernel->modules.folder, names, VW_COUNT(names));
	return found ? found : in_token_folder(kernels, kernel->release, "linux");
}

/* /boot/initr*RELEASE*, for names that no table has. */
static const char *find_in_boot(struct vw_image *image, const char *release)
{
	const struct vw_entry *entry;
	size_t count;

	if (vw_image_list(image, "/boot", &count, &entry) < 0)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (vwb_text_starts(entry[i].name, "initr") && strstr(entry[i].name, release) &&
		    !is_aside(entry[i].name)) {
			const char *path = print2(image, "/boot/", entry[i].name, "");

			if (is_file(image, path))
				return path;
		}
	return NULL;
}

/* Source: dracut, lsinitrd(1), for the order. */
static const char *find_initramfs(struct kernels *kernels, const struct vw_image_kernel *kernel)
{
	static const char *const boot[][2] = {
		{"/boot/initramfs-", ".img"}, {"/boot/initrd.img-", ""}, {"/boot/initrd-", ""},
		{"/boot/initrd-", ".img"},    {"/boot/initramfs-", ""},
	};
	static const char *const names[] = {"initrd", "initramfs.img"};
	struct vw_image *image = kernels->image;
	const char *found = in_token_folder(kernels, kernel->release, "initrd"), *flavour;

	if (!found)
		found = in_folder(image, kernel->modules.folder, names, VW_COUNT(names));
	if (!found)
		found = first_of(image, boot, VW_COUNT(boot), kernel->release);
	if (!found)
		found = find_in_boot(image, kernel->release);
	flavour = found ? NULL : flavour_of(image, kernel);
	return flavour ? first_of(image, boot, VW_COUNT(boot), flavour) : found;
}

static int read_config(struct vw_image *image, struct vw_image_kernel *kernel)
{
	static const char *const boot[][2] = {{"/boot/config-", ""}, {"/usr/lib/kernel/config-", ""}};
	static const char *const names[] = {"config"};
	const char *path = first_of(image, boot, VW_COUNT(boot), kernel->release), *text, *flavour;
	size_t size;
	int r;

	if (!path)
		path = in_folder(image, kernel->modules.folder, names, VW_COUNT(names));
	flavour = path ? NULL : flavour_of(image, kernel);
	if (flavour)
		path = first_of(image, boot, VW_COUNT(boot), flavour);
	kernel->config = (struct vw_text){.state = VW_ABSENT, .source = path};
	if (!path)
		return 0;
	r = vw_image_read(image, path, VW_IMAGE_INDEX_LIMIT, &text, &size);
	kernel->config.state = vw_image_state(r);
	if (r == 0)
		kernel->config.text = text;
	return r == -ENOMEM ? r : 0;
}

/* Kernel files and their releases. */

/* Where a path leads; each is followed once, however many it is compared with. */
static const char *real_of(struct kernels *kernels, struct place *place, const char *path)
{
	if (place->path == path)
		return place->real;
	place->path = path;
	if (!path || vw_image_resolve(kernels->image, path, &place->real) < 0)
		place->real = path;
	return place->real;
}

static struct vw_image_kernel *find_file(struct kernels *kernels, const char *path)
{
	struct vw_image_kernel *kernel = kernels->list.item;
	struct place place = {NULL, NULL};
	const char *real = real_of(kernels, &place, path);

	for (size_t i = 0; i < kernels->list.count; i++)
		if (vwb_text_equal(real_of(kernels, &kernels->place[i], kernel[i].file.path), real))
			return &kernel[i];
	return NULL;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The release whose flavour a file's name has: "/boot/vmlinuz-virt". */
static struct vw_image_kernel *find_flavour(struct kernels *kernels, const char *path)
{
	struct vw_image_kernel *kernel = kernels->list.item;
	const char *dash = strchr(base_of(path), '-');

	for (size_t i = 0; dash && i < kernels->list.count; i++)
		if (kernel[i].file.state == VW_ABSENT &&
		    vwb_text_equal(flavour_of(kernels->image, &kernel[i]), dash + 1))
			return &kernel[i];
	return NULL;
}

static bool is_booted(struct kernels *kernels, const struct vw_image_kernel *kernel)
{
	const struct vw_boot *boot = &kernels->facts->boot;
	struct place place = {NULL, NULL};
	const char *real = real_of(kernels, &place, kernel->file.path);

	for (size_t i = 0; real && i < boot->count; i++)
		if (vwb_text_equal(real_of(kernels, &kernels->entry_place[i], boot->entry[i].kernel_at),
				   real))
			return true;
	return false;
}

/*
 * A kernel's file that no release has yet: it belongs to the release that its header names, or is one of its
 * own. What a package has beside its modules is only the origin of what an entry boots: a copy, or a UKI.
 *
 * @booted: an entry names it
 */
static int take_stray(struct kernels *kernels, const char *path, bool booted)
{
	struct vw_image_kernel *kernel;
	struct vw_kernel_file file;
	const char *dash;
	int r;

	if (is_aside(base_of(path)) || find_file(kernels, path))
		return 0;
	r = vw_kernel_file_read(kernels->image, path, &file);
	if (r < 0)
		return r;
	kernel = file.version ? find_release(kernels, file.version) : find_flavour(kernels, path);
	if (kernel) {
		if (kernel->file.state == VW_ABSENT || (booted && !is_booted(kernels, kernel)))
			kernel->file = file;
		return 0;
	}
	if (!file.format && file.state == VW_VALUE)
		return 0;
	dash = strchr(base_of(path), '-');
	kernel = add_release(kernels, file.version ? file.version : (dash ? dash + 1 : base_of(path)), NULL);
	if (kernel)
		kernel->file = file;
	return 0;
}

static bool is_kernel_name(const char *name)
{
	static const char *const starts[] = {"vmlinuz", "vmlinux", "Image", "image-",
					     "kernel-", "bzImage", "zImage"};

	for (size_t i = 0; i < VW_COUNT(starts); i++)
		if (vwb_text_starts(name, starts[i]))
			return true;
	return false;
}

static int take_strays(struct kernels *kernels)
{
	const struct vw_boot *boot = &kernels->facts->boot;
	const struct vw_entry *entry;
	size_t count;
	int r = vw_image_list(kernels->image, "/boot", &count, &entry);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		count = 0;
	r = 0;
	for (size_t i = 0; i < count && r == 0; i++) {
		const char *path = print2(kernels->image, "/boot/", entry[i].name, "");

		if (is_kernel_name(entry[i].name) && is_file(kernels->image, path))
			r = take_stray(kernels, path, false);
	}
	for (size_t i = 0; i < boot->count && i < VW_KERNELS && r == 0; i++)
		if (boot->entry[i].kernel_at)
			r = take_stray(kernels, boot->entry[i].kernel_at, true);
	return r;
}

/* Each kernel. */

/* The entry that boots a kernel: the default one, or the first. */
static void find_entry(struct kernels *kernels, struct vw_image_kernel *kernel)
{
	const struct vw_boot *boot = &kernels->facts->boot;
	struct place place = {NULL, NULL};
	const char *real = real_of(kernels, &place, kernel->file.path);

	for (size_t i = 0; real && i < boot->count; i++) {
		const struct vw_boot_entry *entry = &boot->entry[i];

		if ((kernel->entry && !entry->is_default) ||
		    !vwb_text_equal(real_of(kernels, &kernels->entry_place[i], entry->kernel_at), real))
			continue;
		kernel->entry = entry;
		kernel->is_default |= entry->is_default;
	}
}

static int read_initramfs(struct kernels *kernels, struct vw_image_kernel *kernel)
{
	const struct vw_boot_entry *entry = kernel->entry;
	const char *path = NULL, *lost = NULL;

	for (size_t i = 0; entry && i < entry->initrd_count; i++) {
		if (is_aside(base_of(entry->initrd[i])))
			continue;
		path = entry->initrd_at[i];
		lost = entry->initrd[i];
	}
	if (!entry)
		path = find_initramfs(kernels, kernel);
	if (entry && entry->initrds_cut) { /* which is the last of them is not known */
		kernel->initramfs = (struct vw_initramfs){.state = VW_NOT_PROBED, .path = path ? path : lost};
		return 0;
	}
	if (path)
		return vw_initramfs_read(kernels->image, path, &kernel->initramfs);
	kernel->initramfs = (struct vw_initramfs){.state = VW_ABSENT, .path = lost};
	return 0;
}

/* The value of a shell's assignment, without its quotes. */
static const char *intended(struct vw_image *image, const struct vw_lines *intent, const char *name)
{
	size_t length = strlen(name);
	const char *value = "";

	for (size_t i = 0; i < intent->count; i++) {
		const char *text = intent->line[i].text;
		size_t size;

		if (!vwb_text_starts(text, name) || text[length] != '=')
			continue;
		text += length + 1;
		size = strlen(text);
		if (size > 1 && (*text == '"' || *text == '\'') && text[size - 1] == *text)
			value = vwb_arena_copy(vw_image_arena(image), text + 1, size - 2);
		else
			value = text;
	}
	return value ? value : "";
}

static void set_cmdline(struct kernels *kernels, struct vw_image_kernel *kernel)
{
	const struct vw_lines *intent = &kernels->facts->boot.intent;
	struct vwb_arena *arena = vw_image_arena(kernels->image);
	const char *always, *usual;

	kernel->cmdline = (struct vw_text){.state = VW_ABSENT};
	if (kernel->entry && kernel->entry->cmdline_cut) {
		kernel->cmdline = (struct vw_text){.state = VW_MALFORMED, .source = kernel->entry->source};
		return;
	}
	if (kernel->entry) {
		kernel->cmdline = (struct vw_text){
			.state = VW_VALUE, .text = kernel->entry->cmdline, .source = kernel->entry->source};
		return;
	}
	for (size_t i = 0; i < intent->count; i++)
		if (strstr(intent->line[i].source, "/kernel/cmdline")) {
			kernel->cmdline = (struct vw_text){.state = VW_VALUE,
							   .text = intent->line[i].text,
							   .source = intent->line[i].source};
			return;
		}
	always = intended(kernels->image, intent, "GRUB_CMDLINE_LINUX");
	usual = intended(kernels->image, intent, "GRUB_CMDLINE_LINUX_DEFAULT");
	if (*always || *usual) {
		const char *text =
			vwb_arena_printf(arena, "%s%s%s", always, *always && *usual ? " " : "", usual);

		kernel->cmdline = (struct vw_text){
			.state = VW_VALUE, .text = text ? text : "", .source = "/etc/default/grub"};
	}
}

static int read_kernel_file(struct kernels *kernels, struct vw_image_kernel *kernel)
{
	const char *path = find_kernel_file(kernels, kernel);

	return path ? vw_kernel_file_read(kernels->image, path, &kernel->file) : 0;
}

/* Alpine's diskless systems have their modules in a squashfs beside the kernel, which is not read. Source:
 * Alpine's modloop service. */
static void find_modloop(struct vw_image *image, struct vw_image_kernel *kernel)
{
	static const char *const boot[][2] = {{"/boot/modloop-", ""}};
	const char *flavour = flavour_of(image, kernel);
	const char *path = flavour ? first_of(image, boot, VW_COUNT(boot), flavour) : NULL;

	if (!path)
		return;
	kernel->modules.state = kernel->modules.index = VW_NOT_PROBED;
	kernel->modules.folder = path;
	vw_image_unread(image, path, -EOPNOTSUPP);
}

static int read_modules(struct kernels *kernels, struct vw_image_kernel *kernel)
{
	const char *folder = kernel->modules.folder;

	if (folder)
		return vw_module_tree_read(kernels->image, folder, &kernel->modules);
	find_modloop(kernels->image, kernel);
	return 0;
}

static int read_rest(struct kernels *kernels, struct vw_image_kernel *kernel)
{
	int r;

	find_entry(kernels, kernel);
	set_cmdline(kernels, kernel);
	r = read_config(kernels->image, kernel);
	return r == 0 ? read_initramfs(kernels, kernel) : r;
}

static int compare_kernels(const void *a, const void *b)
{
	const struct vw_image_kernel *x = a, *y = b;
	int order = vwb_version_compare(y->release, x->release);

	return order ? order : strcmp(x->release, y->release);
}

static int for_each(struct kernels *kernels, int (*run)(struct kernels *, struct vw_image_kernel *))
{
	struct vw_image_kernel *kernel = kernels->list.item;
	int r = 0;

	for (size_t i = 0; i < kernels->list.count && r == 0; i++)
		r = run(kernels, &kernel[i]);
	return r;
}

/* A removed package leaves its folder behind, with nothing in it but indexes: that is no kernel. */
static void drop_leftovers(struct kernels *kernels)
{
	struct vw_image_kernel *kernel = kernels->list.item;
	size_t kept = 0;

	for (size_t i = 0; i < kernels->list.count; i++) {
		const struct vw_module_tree *tree = &kernel[i].modules;

		if (kernel[i].file.state != VW_ABSENT || tree->file_count || tree->builtin.count ||
		    tree->state != VW_VALUE)
			kernel[kept++] = kernel[i];
	}
	kernels->list.count = kept;
}

static void read_token(struct kernels *kernels)
{
	static const char *const paths[] = {"/etc/kernel/entry-token", "/etc/machine-id"};
	const char *text;
	size_t size;

	for (size_t i = 0; i < VW_COUNT(paths) && !kernels->token; i++)
		if (vw_image_read(kernels->image, paths[i], VW_IMAGE_TEXT_LIMIT, &text, &size) == 0 &&
		    size > 1 && size < 128)
			kernels->token = vw_image_clean(kernels->image, text, size);
}

/* Names that are fit to print. */

/* Until all is read, paths are those of the image, whatever bytes they have. */
static void clean(struct vw_image *image, const char **text)
{
	if (*text)
		*text = vw_image_clean(image, *text, strlen(*text));
}

static void clean_boot(struct vw_image *image, struct vw_boot *boot)
{
	struct vw_boot_entry *entry = (struct vw_boot_entry *)boot->entry;

	for (size_t i = 0; i < boot->count; i++) {
		const char **initrd_at = (const char **)entry[i].initrd_at;

		clean(image, &entry[i].kernel_at);
		for (size_t j = 0; j < entry[i].initrd_count; j++)
			clean(image, &initrd_at[j]);
	}
	clean(image, &boot->default_by);
	clean(image, &boot->grub_config.text);
	clean(image, &boot->grub_config.source);
	clean(image, &boot->menu_lst.text);
	clean(image, &boot->menu_lst.source);
}

static void clean_kernel(struct vw_image *image, struct vw_image_kernel *kernel)
{
	struct vw_module *extra = (struct vw_module *)kernel->modules.extra;

	clean(image, &kernel->release);
	clean(image, &kernel->file.path);
	clean(image, &kernel->config.source);
	clean(image, &kernel->modules.folder);
	clean(image, &kernel->initramfs.path);
	for (size_t i = 0; i < kernel->modules.extra_count; i++)
		clean(image, &extra[i].path);
}

int vw_image_probe_kernels(struct vw_image *image, struct vw_image_facts *facts)
{
	struct kernels kernels = {.image = image, .facts = facts};
	struct vw_image_kernel *kernel;
	int r;

	kernels.entry_place =
		vwb_arena_array(vw_image_arena(image), facts->boot.count + 1, sizeof(*kernels.entry_place));
	if (!kernels.entry_place)
		return -ENOMEM;
	read_token(&kernels);
	r = list_folders(&kernels);
	if (r == 0)
		r = for_each(&kernels, read_kernel_file);
	if (r == 0)
		r = take_strays(&kernels);
	if (r == 0)
		r = for_each(&kernels, read_modules);
	drop_leftovers(&kernels);
	if (r == 0)
		r = for_each(&kernels, read_rest);
	if (kernels.list.count)
		qsort(kernels.list.item, kernels.list.count, sizeof(*kernel), compare_kernels);
	kernel = kernels.list.item;
	clean_boot(image, &facts->boot);
	for (size_t i = 0; i < kernels.list.count; i++)
		clean_kernel(image, &kernel[i]);
	if (!facts->boot.count && kernels.list.count)
		kernel[0].is_default = true;
	facts->kernel = kernel;
	facts->kernel_count = kernels.list.count;
	return r;
}
