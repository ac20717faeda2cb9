/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "export/draw.h"
#include "export/jansson.h"

#define FW_CFG_NAME "opt/virtwhere/passport" /* QEMU docs/specs/fw_cfg: opt/ is for the user's own */

#define LOWER       "abcdefghijklmnopqrstuvwxyz"
#define DIGITS      "0123456789"
#define KIND_CHARS  LOWER DIGITS "-"
#define VALUE_CHARS LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "._-"

/* Is it a word of the grammar? @size: of the reader's field, with the NUL */
static bool is_word(const char *text, const char *characters, size_t size)
{
	size_t length = text ? strlen(text) : 0;

	return length && length < size && strspn(text, characters) == length;
}

/* The hypervisor that this kernel would run a guest with; NULL when that is a layer below it already. */
static const char *own_hypervisor(const struct vw_report *report)
{
	const char *kvm = report->nested.kvm;

	if (vw_equal(report->platform.id, "xen-dom0") || vw_equal(report->platform.id, "hyperv-root"))
		return NULL;
	return vw_equal(kvm, "usable") || vw_equal(kvm, "denied") ? "kvm" : "qemu";
}

/* The kinds of all layers below this kernel, then its own hypervisor. Returns how many there are, which may
 * be more than the @limit that were stored. */
static size_t kinds_of(const struct vw_report *report, const char **kind, size_t limit)
{
	const char *own = own_hypervisor(report);
	size_t count = 0;

	if (vw_equal(report->platform.id, "unknown"))
		kind[count++] = "unknown";
	for (size_t i = 0; i < report->layer_count; i++) {
		const char *layer = report->layer[i].kind;

		if (vw_equal(layer, "linux"))
			break;
		/* The hardware stands at the level of the kernel that runs on it. */
		if (report->layer[i].level >= report->level || (vw_equal(layer, "unknown") && count))
			continue;
		if (count < limit)
			kind[count] = layer;
		count++;
	}
	if (own && count < limit)
		kind[count] = own;
	return own ? count + 1 : count;
}

static void put_field(struct vw_buffer *line, const char *key, const char *value)
{
	if (!is_word(value, VALUE_CHARS, VW_PASSPORT_VALUE_SIZE))
		return;
	if (line->size + strlen(key) + strlen(value) + 2 <= VW_PASSPORT_MAX)
		vw_putf(line, ";%s=%s", key, value);
}

int vw_passport_format(const struct vw_report *report, char *ret)
{
	const char *kind[VW_PASSPORT_LAYERS];
	size_t count = kinds_of(report, kind, VW_COUNT(kind));
	_cleanup_(vw_buffer_free) struct vw_buffer line = {0};

	if (count > VW_COUNT(kind))
		return -EOVERFLOW;
	if (!count)
		kind[count++] = "unknown";
	vw_put(&line, VW_PASSPORT_PREFIX "1;stack=");
	for (size_t i = 0; i < count; i++) {
		vw_put(&line, i ? "/" : "");
		vw_put(&line, is_word(kind[i], KIND_CHARS, VW_PASSPORT_KIND_SIZE) ? kind[i] : "unknown");
	}
	put_field(&line, "cloud", report->platform.cloud.provider);
	put_field(&line, "type", report->platform.cloud.instance_type);
	if (line.error)
		return line.error;
	if (line.size > VW_PASSPORT_MAX)
		return -EOVERFLOW;
	memcpy(ret, line.data, line.size + 1);
	return 0;
}

static void put_qemu(struct vw_buffer *out, const char *passport)
{
	vw_putf(out, "-smbios 'type=11,value=%s'\n", passport);
	vw_putf(out, "-fw_cfg 'name=" FW_CFG_NAME ",string=%s'\n", passport);
}

static void put_libvirt(struct vw_buffer *out, const char *passport)
{
	vw_putf(out,
		"<sysinfo type='smbios'>\n"
		"  <oemStrings>\n"
		"    <entry>%s</entry>\n"
		"  </oemStrings>\n"
		"</sysinfo>\n"
		"<sysinfo type='fwcfg'>\n"
		"  <entry name='" FW_CFG_NAME "'>%s</entry>\n"
		"</sysinfo>\n",
		passport, passport);
}

static void put_comment(struct vw_canvas *canvas, const char *text)
{
	vw_draw(canvas, VW_INK_DIM, text);
	vw_draw_end(canvas);
}

static void put_text(struct vw_buffer *out, const char *passport, const struct vw_view *view)
{
	struct vw_canvas canvas = vw_canvas(view, out);

	put_comment(&canvas, "# What a guest of this machine has under it, from the hardware up:");
	vw_draw(&canvas, VW_INK_BOLD, passport);
	vw_draw_end(&canvas);
	vw_draw_end(&canvas);
	put_comment(&canvas, "# QEMU, one of the two is enough:");
	put_qemu(out, passport);
	vw_draw_end(&canvas);
	put_comment(&canvas, "# libvirt, one of the two; the first needs <smbios mode='sysinfo'/> in <os>:");
	put_libvirt(out, passport);
}

int vw_render_passport(const char *passport, enum vw_passport_as as, const struct vw_view *view,
		       struct vw_buffer *out)
{
	switch (as) {
	case VW_PASSPORT_TEXT:
		put_text(out, passport, view);
		break;
	case VW_PASSPORT_RAW:
		vw_putf(out, "%s\n", passport);
		break;
	case VW_PASSPORT_QEMU:
		put_qemu(out, passport);
		break;
	case VW_PASSPORT_LIBVIRT:
		put_libvirt(out, passport);
		break;
	}
	return out->error;
}

/* Render one of the forms apart, for a JSON string. */
static int form(const char *passport, enum vw_passport_as as, struct vw_buffer *out)
{
	const struct vw_view plain = {0};

	return vw_render_passport(passport, as, &plain, out);
}

int vw_render_passport_json(const char *passport, const struct vw_view *view, struct vw_buffer *out)
{
	_cleanup_(vw_buffer_free) struct vw_buffer qemu = {0}, libvirt = {0};
	const struct vw_jansson *j = vw_jansson();
	int r;

	if (!j)
		return -EOPNOTSUPP;
	r = form(passport, VW_PASSPORT_QEMU, &qemu);
	if (r == 0)
		r = form(passport, VW_PASSPORT_LIBVIRT, &libvirt);
	if (r < 0)
		return r;
	return vw_jansson_finish(j,
				 j->json_pack("{s:s, s:s, s:s}", "passport", passport, "qemu", qemu.data,
					      "libvirt", libvirt.data),
				 view, out);
}
