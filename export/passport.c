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

	if (vwb_text_equal(report->platform.id, "xen-dom0") ||
	    vwb_text_equal(report->platform.id, "hyperv-root"))
		return NULL;
	return vwb_text_equal(kvm, "usable") || vwb_text_equal(kvm, "denied") ? "kvm" : "qemu";
}

/* The kinds of all layers below this kernel, then its own hypervisor. Returns how many there are, which may
 * be more than the @limit that were stored. */
static size_t kinds_of(const struct vw_report *report, const char **kind, size_t limit)
{
	const char *own = own_hypervisor(report);
	size_t count = 0;

	if (vwb_text_equal(report->platform.id, "unknown"))
		kind[count++] = "unknown";
	for (size_t i = 0; i < report->layer_count; i++) {
		const char *layer = report->layer[i].kind;

		if (vwb_text_equal(layer, "linux"))
			break;
		/* The hardware stands at the level of the kernel that runs on it. */
		if (report->layer[i].level >= report->level || (vwb_text_equal(layer, "unknown") && count))
			continue;
		if (count < limit)
			kind[count] = layer;
		count++;
	}
	if (own && count < limit)
		kind[count] = own;
	return own ? count + 1 : count;
}

static void put_field(struct vwb_buffer *line, const char *key, const char *value)
{
	if (!is_word(value, VALUE_CHARS, VW_PASSPORT_VALUE_SIZE))
		return;
	if (line->size + strlen(key) + strlen(value) + 2 <= VW_PASSPORT_MAX)
		vwb_putf(line, ";%s=%s", key, value);
}

int vwx_passport_format(const struct vw_report *report, char *ret)
{
	const char *kind[VW_PASSPORT_LAYERS];
	size_t count = kinds_of(report, kind, VW_COUNT(kind));
	_cleanup_(vwb_buffer_free) struct vwb_buffer line = {0};

	if (count > VW_COUNT(kind))
		return -EOVERFLOW;
	if (!count)
		kind[count++] = "unknown";
	vwb_put(&line, VW_PASSPORT_PREFIX "1;stack=");
	for (size_t i = 0; i < count; i++) {
		vwb_put(&line, i ? "/" : "");
		vwb_put(&line, is_word(kind[i], KIND_CHARS, VW_PASSPORT_KIND_SIZE) ? kind[i] : "unknown");
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

static void put_qemu(struct vwb_buffer *out, const char *passport)
{
	vwb_putf(out, "-smbios 'type=11,value=%s'\n", passport);
	vwb_putf(out, "-fw_cfg 'name=" FW_CFG_NAME ",string=%s'\n", passport);
}

static void put_libvirt(struct vwb_buffer *out, const char *passport)
{
	vwb_putf(out,
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

static void put_comment(struct vwx_canvas *canvas, const char *text)
{
	vwx_draw(canvas, VW_INK_DIM, text);
	vwx_draw_end(canvas);
}

static void put_text(struct vwb_buffer *out, const char *passport, const struct vwx_view *view)
{
	struct vwx_canvas canvas = vwx_canvas(view, out);

	put_comment(&canvas, "# What a guest of this machine has under it, from the hardware up:");
	vwx_draw(&canvas, VW_INK_BOLD, passport);
	vwx_draw_end(&canvas);
	vwx_draw_end(&canvas);
	put_comment(&canvas, "# QEMU, one of the two is enough:");
	put_qemu(out, passport);
	vwx_draw_end(&canvas);
	put_comment(&canvas, "# libvirt, one of the two; the first needs <smbios mode='sysinfo'/> in <os>:");
	put_libvirt(out, passport);
}

int vwx_passport_render(const char *passport, enum vwx_passport_as as, const struct vwx_view *view,
			struct vwb_buffer *out)
{
	switch (as) {
	case VW_PASSPORT_TEXT:
		put_text(out, passport, view);
		break;
	case VW_PASSPORT_RAW:
		vwb_putf(out, "%s\n", passport);
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
static int form(const char *passport, enum vwx_passport_as as, struct vwb_buffer *out)
{
	const struct vwx_view plain = {0};

	return vwx_passport_render(passport, as, &plain, out);
}

int vwx_passport_json_render(const char *passport, const struct vwx_view *view, struct vwb_buffer *out)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer qemu = {0}, libvirt = {0};
	const struct vwb_json *j = vwb_json();
	int r;

	if (!j)
		return -EOPNOTSUPP;
	r = form(passport, VW_PASSPORT_QEMU, &qemu);
	if (r == 0)
		r = form(passport, VW_PASSPORT_LIBVIRT, &libvirt);
	if (r < 0)
		return r;
	return vwx_jansson_finish(j,
				  j->json_pack("{s:s, s:s, s:s}", "passport", passport, "qemu", qemu.data,
					       "libvirt", libvirt.data),
				  view, out);
}
