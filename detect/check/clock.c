/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <string.h>

/* Where the time comes from. */

VW_CHECKS_OF(clock);

static void time_is_near(struct vw_assessment *a)
{
	static const char *const near[] = {"169.254.169.123", "fd00:ec2::123", "PHC", "time.aws.com",
					   "/dev/ptp"};
	const struct vw_lines *lines = &a->image->chrony;

	for (size_t i = 0; lines->state == VW_VALUE && i < lines->count; i++)
		for (size_t k = 0; k < VW_COUNT(near); k++)
			if (strstr(lines->line[i].text, near[k]))
				vw_say_passed(a, lines->line[i].source, "the time comes from %s", near[k]);
	if (a->count)
		return;
	if (vw_state_unreadable(lines->state))
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, "chrony", NULL,
		       "from where the time comes is not known");
	else
		vw_say(a, VW_FAIL, a->severity, "chrony", NULL,
		       "no time service asks 169.254.169.123, Amazon's, which is the nearest");
}

VW_CHECK(TIM001, VW_ON_EC2, VW_ADVICE, VW_BREAKS_NOTHING, "the time comes from the platform",
	 "add to chrony's configuration: server 169.254.169.123 prefer iburst minpoll 4 maxpoll 4",
	 VW_EC2_GUIDE "set-time.html", .assess = time_is_near);

static const char *const clocks_slow[] = {"hpet", "acpi_pm", "pit", "jiffies", "refined-jiffies"};
/* The best first. Sources: Linux Documentation/virt/kvm/x86/timekeeping.rst, arch/x86/kernel/kvmclock.c,
 * drivers/clocksource/hyperv_timer.c; AWS knowledge centre, "manage Linux clock source". */
static const char *const clocks_good[] = {"tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "xen"};

static bool is_slow(const char *clock)
{
	for (size_t i = 0; i < VW_COUNT(clocks_slow); i++)
		if (vwb_text_equal(clocks_slow[i], clock))
			return true;
	return false;
}

static const char *better_clock(const struct vw_clock_facts *clock)
{
	for (size_t i = 0; clock->available.state == VW_VALUE && i < VW_COUNT(clocks_good); i++)
		if (vwb_text_has_word(clock->available.text, clocks_good[i]))
			return clocks_good[i];
	return NULL;
}

static const char *clock_remedy(const struct vw_assessment *a, const char *better)
{
	return vwb_arena_printf(
		a->arena,
		"echo %s >/sys/devices/system/clocksource/clocksource0/current_clocksource, and "
		"clocksource=%s on the kernel's command line",
		better, better);
}

/* In a PV guest the instruction may be emulated, so that Xen's clock is the right one there. */
static bool xen_with_tsc(const struct vw_assessment *a, const struct vw_clock_facts *clock)
{
	return vwb_text_equal(clock->current.text, "xen") && !vwb_text_equal(a->row->mode, "pv") &&
	       !vwb_text_equal(a->row->mode, "dom0") && clock->available.state == VW_VALUE &&
	       vwb_text_has_word(clock->available.text, "tsc");
}

static void clock_is_fast(struct vw_assessment *a)
{
	const struct vw_clock_facts *clock = &a->facts->clock;
	const char *source = clock->current.source;
	/* Under full emulation each clock is slow, and a counter that runs evenly is not to be had. */
	enum vw_severity severity = vwb_text_has_word("qemu-tcg bochs", a->row->id) ? VW_ADVICE : VW_DEGRADED;
	const char *better = better_clock(clock);

	if (clock->current.state == VW_NOT_PROBED || clock->current.state == VW_ABSENT)
		return;
	if (clock->current.state != VW_VALUE) {
		vw_say(a, VW_STATUS_UNKNOWN, VW_DEGRADED, "clocksource", source, "it could not be read");
	} else if (is_slow(clock->current.text)) {
		a->remedy = better ? clock_remedy(a, better) : NULL;
		vw_say(a, VW_FAIL, severity, "clocksource", source,
		       "%s: each reading of the time is slow%s%s", clock->current.text,
		       better ? ", and there is " : "", better ? better : "");
	} else if (xen_with_tsc(a, clock)) {
		a->remedy = clock_remedy(a, "tsc");
		vw_say(a, VW_FAIL, VW_ADVICE, "clocksource", source,
		       "xen: slower to read than tsc, which is there");
	} else {
		vw_say(a, VW_PASS, severity, "clocksource", source, "%s", clock->current.text);
	}
}

VW_CHECK(DRV007, 0, VW_DEGRADED, VW_BREAKS_NOTHING, "The clocksource is a fast one",
	 "let the host offer a clock: kvm-clock, Hyper-V's, or an invariant TSC",
	 "Linux Documentation/virt/kvm/x86/timekeeping.rst", .assess = clock_is_fast);
