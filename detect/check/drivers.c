/* SPDX-License-Identifier: MIT */
#include "detect/check/check.h"

#include <stdio.h>
#include <string.h>

#include "detect/decide/kinds.h"

/* Is there a driver for disks and network: in a kernel of an image and early enough, and at the devices of
 * the running guest. */

VW_CHECKS_OF(drivers);

void vw_checked_modules(const char *ret[VW_CHECKED_MODULES])
{
	size_t count = 0;

	for (const struct vwk_driver *row = vwk_drivers; row->module && count + 1 < VW_CHECKED_MODULES; row++)
		if (row->modinfo)
			ret[count++] = row->module;
	ret[count] = NULL;
}

/* Drivers that work together. */

static void add_to_way(struct vw_way *way, const char *const *names)
{
	for (; names && *names && way->count < VW_WAY_MAX; names++)
		way->driver[way->count++] = *names;
}

static struct vw_way way_of(const char *driver)
{
	const struct vwk_driver *row = vw_driver_row(driver);
	struct vw_way way = {0};

	add_to_way(&way, row ? row->before : NULL);
	add_to_way(&way, VW_DRIVERS(driver));
	add_to_way(&way, row ? row->then : NULL);
	return way;
}

static const char *const *drivers_for(const struct vw_assessment *a, enum vwk_drives device)
{
	const struct vwk_target *target = vw_target_row(a->target);

	return device == VWK_STORAGE ? target->disk : target->network;
}

static const char *const *drivers_asked(const struct vw_assessment *a)
{
	return a->check->drivers ? a->check->drivers : drivers_for(a, a->check->device);
}

static void driver_there(struct vw_assessment *a)
{
	const char *absent = NULL, *unknown = NULL, *seen = NULL;

	for (const char *const *driver = drivers_asked(a); *driver && !seen; driver++) {
		const struct vw_way way = way_of(*driver);
		const char *lost = NULL, *unsure = NULL;

		for (size_t i = 0; i < way.count; i++) {
			enum vw_driver_state state = vw_image_driver(a->kernel, way.driver[i]);

			lost = state == VW_DRIVER_ABSENT && !lost ? way.driver[i] : lost;
			unsure = state == VW_DRIVER_UNKNOWN ? way.driver[i] : unsure;
		}
		seen = lost || unsure ? NULL : *driver;
		absent = absent ? absent : lost;
		unknown = !lost && unsure ? unsure : unknown;
	}
	if (seen)
		vw_say_passed(a, a->kernel->modules.folder, "kernel %s has the drivers for %s",
			      a->kernel->release, a->check->drives);
	else if (unknown)
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, unknown, a->kernel->modules.folder,
		       "whether kernel %s has %s, for %s, is not known: its modules %s", a->kernel->release,
		       unknown, a->check->drives, vw_state_reason(a->kernel->modules.state));
	else
		vw_say(a, VW_FAIL, a->severity, absent, a->kernel->modules.folder,
		       "kernel %s has no %s, neither built in nor as a module: it cannot drive %s",
		       a->kernel->release, absent, a->check->drives);
}

static const struct vw_module_tree *own_tree(const struct vw_image_kernel *kernel)
{
	const struct vw_initramfs *initramfs = &kernel->initramfs;

	for (size_t i = 0; i < initramfs->tree_count; i++) {
		const char *folder = initramfs->tree[i].folder, *slash = folder ? strrchr(folder, '/') : NULL;

		if (vwb_text_equal(slash ? slash + 1 : folder, kernel->release))
			return &initramfs->tree[i];
	}
	return NULL;
}

/* What a module depends on, and the initramfs does not have; the kernel's own index knows best. */
static const char *lacking(const struct vw_image_kernel *kernel, const struct vw_module_tree *tree,
			   const struct vw_module *module)
{
	const struct vw_module *own = vw_image_module(&kernel->modules, module->name);

	for (size_t i = 0; own && i < own->depend_count; i++) {
		const char *name = kernel->modules.module[own->depend[i]].name;

		if (!vw_image_module(tree, name))
			return name;
	}
	if (module->unresolved)
		return module->lacking ? module->lacking : "a module";
	return NULL;
}

/* The initramfs could not be read to its end: what is not seen in it may be there. */
const char *vw_initramfs_doubt(const struct vw_initramfs *initramfs)
{
	if (initramfs->state == VW_DENIED || initramfs->state == VW_NOT_PROBED)
		return vw_state_reason(initramfs->state);
	if (initramfs->nested)
		return "holds a file system image, which was not read";
	if (initramfs->incomplete)
		return "was not read to its end";
	return initramfs->state == VW_MALFORMED ? "is damaged" : NULL;
}

bool vw_initramfs_passed_over(const struct vw_initramfs *initramfs)
{
	bool seen = initramfs->state == VW_VALUE || initramfs->state == VW_MALFORMED;

	return seen && !initramfs->init && !initramfs->nested && !initramfs->incomplete;
}

enum vw_driver_early vw_driver_early(const struct vw_image_kernel *kernel, const char *driver,
				     const char **ret_lacking)
{
	const struct vw_module_tree *tree = own_tree(kernel);
	const struct vw_module *module = tree ? vw_image_module(tree, driver) : NULL;
	enum vw_driver_state state = vw_image_driver(kernel, driver);
	const char *why = vw_initramfs_doubt(&kernel->initramfs);
	const char *depends = module ? lacking(kernel, tree, module) : NULL;

	if (state == VW_DRIVER_BUILTIN)
		return VW_EARLY_BUILTIN;
	if (state == VW_DRIVER_MODULE && vw_initramfs_passed_over(&kernel->initramfs))
		return VW_EARLY_MISSING;
	if (module && !depends && tree->index == VW_VALUE && kernel->initramfs.state == VW_VALUE)
		return VW_EARLY_THERE;
	if (state == VW_DRIVER_ABSENT && !module)
		return VW_EARLY_ABSENT;
	if (!why && state == VW_DRIVER_UNKNOWN && !module)
		why = "was read, but the kernel's own modules were not";
	if (!why && module && !depends)
		why = "has it, and its modules.dep could not be read or is not there";
	if (why) {
		*ret_lacking = why;
		return VW_EARLY_UNKNOWN;
	}
	if (depends)
		*ret_lacking = depends;
	return depends ? VW_EARLY_PARTLY : VW_EARLY_MISSING;
}

void vw_say_early(struct vw_assessment *a, const char *driver, const char *what)
{
	const struct vw_initramfs *initramfs = &a->kernel->initramfs;
	const char *path = initramfs->path ? initramfs->path : "its initramfs", *lack = NULL;

	switch (vw_driver_early(a->kernel, driver, &lack)) {
	case VW_EARLY_ABSENT:
		vw_say(a, VW_FAIL, a->severity, driver, a->kernel->modules.folder,
		       "kernel %s has no %s, for %s", a->kernel->release, driver, what);
		break;
	case VW_EARLY_MISSING:
		if (initramfs->state == VW_ABSENT)
			vw_say(a, VW_FAIL, a->severity, driver, NULL,
			       "%s, for %s, is a module of kernel %s, and there is no initramfs to load it "
			       "from",
			       driver, what, a->kernel->release);
		else if (vw_initramfs_passed_over(initramfs))
			vw_say(a, VW_FAIL, a->severity, driver, initramfs->path,
			       "%s, for %s, is a module of kernel %s, and nothing loads it: %s has no "
			       "/init%s",
			       driver, what, a->kernel->release, path,
			       initramfs->state == VW_MALFORMED ? " that the kernel unpacks" : "");
		else
			vw_say(a, VW_FAIL, a->severity, driver, initramfs->path,
			       "%s, for %s, is a module of kernel %s and not in %s", driver, what,
			       a->kernel->release, path);
		break;
	case VW_EARLY_PARTLY:
		vw_say(a, VW_FAIL, a->severity, driver, initramfs->path,
		       "%s is in %s, but %s, which it depends on, is not", driver, path, lack);
		break;
	case VW_EARLY_UNKNOWN:
		vw_say(a, VW_STATUS_UNKNOWN, a->severity, driver, initramfs->path,
		       "whether %s can be loaded before the root file system is not known: %s %s", driver,
		       path, lack);
		break;
	case VW_EARLY_BUILTIN:
	case VW_EARLY_THERE:
		break;
	}
}

static enum vw_driver_early worst_of(const struct vw_image_kernel *kernel, const struct vw_way *way)
{
	enum vw_driver_early worst = VW_EARLY_THERE;
	const char *lack;

	for (size_t i = 0; i < way->count; i++) {
		enum vw_driver_early now = vw_driver_early(kernel, way->driver[i], &lack);

		worst = now < worst ? now : worst;
	}
	return worst;
}

/* Of several ways to drive the disks, the one that comes furthest. */
static struct vw_way best_way(const struct vw_image_kernel *kernel, const char *const *drivers)
{
	struct vw_way best = way_of(*drivers);

	for (; *drivers; drivers++) {
		const struct vw_way way = way_of(*drivers);

		if (worst_of(kernel, &way) > worst_of(kernel, &best))
			best = way;
	}
	return best;
}

static bool is_whole(const struct vw_image_kernel *kernel, const struct vw_way *way)
{
	for (size_t i = 0; i < way->count; i++)
		if (vw_image_driver(kernel, way->driver[i]) < VW_DRIVER_MODULE)
			return false;
	return true;
}

struct vw_way vw_way_used(const struct vw_assessment *a, enum vwk_drives device)
{
	const char *const *drivers = drivers_for(a, device);

	if (device == VWK_STORAGE)
		return best_way(a->kernel, drivers);
	for (const char *const *driver = drivers; *driver; driver++) {
		const struct vw_way way = way_of(*driver);

		if (is_whole(a->kernel, &way))
			return way;
	}
	return way_of(*drivers);
}

const char *vw_needed_module(const struct vw_assessment *a)
{
	static const enum vwk_drives devices[] = {VWK_STORAGE, VWK_NETWORK};

	for (size_t d = 0; d < VW_COUNT(devices); d++) {
		for (const char *const *driver = drivers_for(a, devices[d]); *driver; driver++) {
			const struct vw_way way = way_of(*driver);

			for (size_t i = 0; i < way.count; i++)
				if (vw_image_driver(a->kernel, way.driver[i]) == VW_DRIVER_MODULE &&
				    vw_image_module(&a->kernel->modules, way.driver[i]))
					return way.driver[i];
		}
	}
	return NULL;
}

static void driver_there_and_early(struct vw_assessment *a)
{
	const struct vw_way way = best_way(a->kernel, drivers_asked(a));

	for (size_t i = 0; i < way.count; i++)
		vw_say_early(a, way.driver[i], a->check->drives);
	vw_say_passed(a, a->kernel->initramfs.path,
		      "what kernel %s needs for %s is built in or in its initramfs", a->kernel->release,
		      a->check->drives);
}

/* Whether the kernel has it at all, is another check's. */
static void driver_early(struct vw_assessment *a)
{
	const struct vw_way way = best_way(a->kernel, drivers_asked(a));

	if (worst_of(a->kernel, &way) == VW_EARLY_ABSENT)
		vw_say(a, VW_SKIP, a->severity, way.driver[0], NULL,
		       "kernel %s does not have the drivers for %s at all", a->kernel->release,
		       a->check->drives);
	else
		driver_there_and_early(a);
}

VW_CHECK(AZR001, VW_AZURE, VW_FATAL, VW_BREAKS_BOOT, "Hyper-V's disk drivers are there before root",
	 "add hv_vmbus, hv_storvsc and sd_mod to the initramfs of kernel {kernel}",
	 "https://learn.microsoft.com/en-us/azure/virtual-machines/linux/create-upload-generic",
	 VW_EACH_KERNEL, .device = VWK_STORAGE, .drives = "Hyper-V's disks", .remedies = vw_add_to_initramfs,
	 .assess = driver_there_and_early);

VW_CHECK(AZR002, VW_AZURE, VW_FATAL, VW_BREAKS_REACH, "the kernel has Hyper-V's network drivers",
	 "install a kernel that has {subject}",
	 "https://learn.microsoft.com/en-us/azure/virtual-machines/linux/create-upload-generic",
	 VW_EACH_KERNEL, .device = VWK_NETWORK, .drives = "Hyper-V's network interfaces",
	 .remedies = vw_install_driver, .assess = driver_there);

VW_CHECK(AZR003, VW_AZURE, VW_ADVICE, VW_BREAKS_BOOT,
	 "the kernel has NVMe, for the sizes whose disks are NVMe", "install a kernel that has {subject}",
	 "https://learn.microsoft.com/en-us/azure/virtual-machines/enable-nvme-interface", VW_EACH_KERNEL,
	 .drivers = VW_DRIVERS("nvme"), .drives = "NVMe disks", .remedies = vw_install_driver,
	 .assess = driver_there);

VW_CHECK(AZR004, VW_AZURE, VW_ADVICE, VW_BREAKS_REACH,
	 "the kernel has the driver of Azure's own network adapter",
	 "install kernel 6.2 or later, or one into which mana was brought",
	 "https://learn.microsoft.com/en-us/azure/virtual-network/accelerated-networking-mana-linux",
	 VW_EACH_KERNEL, .drivers = VW_DRIVERS("mana"), .drives = "Azure's own network adapter",
	 .assess = driver_there);

VW_CHECK(ENA001, VW_ON_NVME | VW_XEN_HVM, VW_FATAL, VW_BREAKS_REACH, "the kernel has the ENA network driver",
	 "install a kernel that has ena", VW_EC2_GUIDE "enhanced-networking-ena.html", VW_EACH_KERNEL,
	 .drivers = VW_DRIVERS("ena"), .drives = "the Elastic Network Adapter", .milder_on = VW_XEN_HVM,
	 .milder = VW_DEGRADED, .remedies = vw_install_driver, .assess = driver_there);

VW_CHECK(GCP001, VW_GCP, VW_FATAL, VW_BREAKS_BOOT, "Compute Engine's disk drivers are there before root",
	 "add virtio_pci, virtio_scsi and sd_mod to the initramfs of kernel {kernel}",
	 "https://cloud.google.com/compute/docs/images/building-custom-os", VW_EACH_KERNEL,
	 .device = VWK_STORAGE, .drives = "persistent disks", .remedies = vw_add_to_initramfs,
	 .assess = driver_there_and_early);

VW_CHECK(GCP002, VW_GCP, VW_FATAL, VW_BREAKS_REACH, "the kernel has Compute Engine's network drivers",
	 "install a kernel that has {subject}",
	 "https://cloud.google.com/compute/docs/images/building-custom-os", VW_EACH_KERNEL,
	 .device = VWK_NETWORK, .drives = "the network interface", .remedies = vw_install_driver,
	 .assess = driver_there);

VW_CHECK(GCP003, VW_GCP, VW_ADVICE, VW_BREAKS_BOOT,
	 "NVMe is there before root, for the machines whose disks are NVMe",
	 "add nvme to the initramfs of kernel {kernel}",
	 "https://cloud.google.com/compute/docs/disks/about-nvme", VW_EACH_KERNEL,
	 .drivers = VW_DRIVERS("nvme"), .drives = "NVMe disks", .remedies = vw_add_to_initramfs,
	 .assess = driver_there_and_early);

VW_CHECK(NVM001, VW_ON_NVME, VW_FATAL, VW_BREAKS_BOOT, "the kernel has the NVMe driver",
	 "install a kernel that has nvme", VW_EC2_GUIDE "nvme-ebs-volumes.html", VW_EACH_KERNEL,
	 .device = VWK_STORAGE, .drives = "NVMe disks", .remedies = vw_install_driver,
	 .assess = driver_there);

VW_CHECK(NVM002, VW_ON_NVME, VW_FATAL, VW_BREAKS_BOOT, "the NVMe driver is there before root",
	 "add nvme to the initramfs of kernel {kernel}", VW_EC2_GUIDE "nvme-ebs-volumes.html", VW_EACH_KERNEL,
	 .device = VWK_STORAGE, .drives = "NVMe disks", .remedies = vw_add_to_initramfs,
	 .assess = driver_early);

VW_CHECK(VF001, VW_XEN_HVM, VW_DEGRADED, VW_BREAKS_NOTHING,
	 "the kernel has the driver of Intel's virtual functions", "install a kernel that has ixgbevf",
	 VW_EC2_GUIDE "sriov-networking.html", VW_EACH_KERNEL, .drivers = VW_DRIVERS("ixgbevf"),
	 .drives = "Intel 82599 virtual functions", .remedies = vw_install_driver, .assess = driver_there);

VW_CHECK(VIO001, VW_KVM, VW_FATAL, VW_BREAKS_BOOT, "virtio's disk drivers are there before root",
	 "add virtio_pci and virtio_blk to the initramfs of kernel {kernel}",
	 "https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html", VW_EACH_KERNEL,
	 .device = VWK_STORAGE, .drives = "virtio disks", .remedies = vw_add_to_initramfs,
	 .assess = driver_there_and_early);

VW_CHECK(VIO002, VW_KVM, VW_FATAL, VW_BREAKS_REACH, "the kernel has virtio's network driver",
	 "install a kernel that has {subject}",
	 "https://docs.oasis-open.org/virtio/virtio/v1.2/virtio-v1.2.html", VW_EACH_KERNEL,
	 .device = VWK_NETWORK, .drives = "virtio network interfaces", .remedies = vw_install_driver,
	 .assess = driver_there);

VW_CHECK(XEN001, VW_ON_XEN, VW_FATAL, VW_BREAKS_BOOT, "Xen's disk driver is there before root",
	 "add xen-blkfront to the initramfs of kernel {kernel}", VW_EC2_GUIDE "instance-types.html",
	 VW_EACH_KERNEL, .device = VWK_STORAGE, .drives = "Xen's disks", .remedies = vw_add_to_initramfs,
	 .assess = driver_there_and_early);

VW_CHECK(XEN002, VW_ON_XEN, VW_FATAL, VW_BREAKS_REACH, "the kernel has Xen's network driver",
	 "install a kernel that has xen-netfront", VW_EC2_GUIDE "instance-types.html", VW_EACH_KERNEL,
	 .device = VWK_NETWORK, .drives = "Xen's network interfaces", .milder_on = VW_XEN_HVM,
	 .milder = VW_DEGRADED, .remedies = vw_install_driver, .assess = driver_there);

/* The running guest: is each device driven, by the driver that it needs. */

/* A device that wants a driver. */
struct wanting {
	const char *subject;  /* "eth0 (1d0f:ec20)" */
	const char *evidence; /* its "driver" link */
	const char *driver;   /* NULL: none */
	const char *needs;    /* names of drivers that do, parted by spaces; NULL: any */
	const char *module;   /* to load */
	bool optional;        /* without a driver it is merely not used */
};

struct wanted {
	enum vwk_drives kind;
	size_t count;
	struct wanting *device;
	bool unread;        /* no function of the bus shows a driver: that was not read */
	const char *source; /* of what could not be read, or NULL */
};

/* PCI class codes: PCI Code and ID Assignment, section 1. */
enum { CLASS_STORAGE = 0x01, CLASS_NETWORK = 0x02, CLASS_IDE = 0x0101, CLASS_SATA = 0x0106 };

/* The driver that fits a function; @of_kind: its class says that it is of this kind. */
static const struct vwk_driver *driver_of(const struct vw_pci_device *pci, enum vwk_drives kind, bool of_kind)
{
	const struct vwk_driver *row = vw_driver_row(vw_pci_driver(pci->vendor, pci->device));

	if (row && row->drives & kind)
		return row;
	for (row = vwk_drivers; of_kind && row->module; row++)
		if (row->drives & kind && row->pci_vendor && row->pci_vendor == pci->vendor)
			return row;
	for (row = vwk_drivers; of_kind && row->module; row++)
		if (row->drives & kind && row->pci_class && row->pci_class == pci->class)
			return row;
	return NULL;
}

static const char *interface_of(const struct vw_facts *facts, const char *slot)
{
	for (size_t i = 0; i < facts->devices.net.count; i++)
		if (vwb_text_equal(facts->devices.net.item[i].pci, slot))
			return facts->devices.net.item[i].name;
	return NULL;
}

/* Take a function that is of the kind, and that somebody should drive. */
static void want_pci(struct vw_assessment *a, const struct vw_pci_device *pci, struct wanted *wanted)
{
	bool network = wanted->kind == VWK_NETWORK;
	bool of_kind = pci->class >> 8 == (network ? CLASS_NETWORK : CLASS_STORAGE);
	const struct vwk_driver *row = driver_of(pci, wanted->kind, of_kind);
	const char *name = network ? interface_of(a->facts, pci->slot) : NULL;

	if (!row && !of_kind)
		return;
	wanted->device[wanted->count++] = (struct wanting){
		.subject = vwb_arena_printf(a->arena, "%s (%04x:%04x)", name ? name : pci->slot, pci->vendor,
					    pci->device),
		.evidence = vwb_arena_printf(a->arena, "/sys/bus/pci/devices/%s/driver", pci->slot),
		.driver = pci->driver,
		.needs = !row         ? NULL
			 : row->bound ? row->bound
				      : row->module,
		.module = row ? row->module : NULL,
		/* The boards that VMMs build have such controllers with nothing behind them. */
		.optional = !row && (pci->class == CLASS_IDE || pci->class == CLASS_SATA),
	};
}

static void gather_pci(struct vw_assessment *a, struct wanted *wanted)
{
	const struct vw_device_facts *devices = &a->facts->devices;
	bool driven = false;

	for (size_t i = 0; i < devices->pci_count; i++) {
		driven |= devices->pci[i].driver != NULL;
		want_pci(a, &devices->pci[i], wanted);
	}
	if (devices->pci_state == VW_DENIED || devices->pci_state == VW_MALFORMED || devices->pci_incomplete)
		wanted->source = "/sys/bus/pci/devices";
	if (driven || !wanted->count)
		return;
	wanted->count = 0;
	wanted->unread = true;
	wanted->source = "/sys/bus/pci/devices";
}

/* Take a device of a paravirtual bus, where one of the drivers of this kind drives it. */
static void want_on_bus(struct vw_assessment *a, struct wanted *wanted, const struct vwk_bus_device *device,
			const char *name, const char *driver)
{
	for (const struct vwk_driver *row = vwk_drivers; row->module; row++) {
		for (const struct vwk_bus_device *known = row->bus; known && known->bus; known++) {
			if (!(row->drives & wanted->kind) || !vwb_text_equal(known->bus, device->bus) ||
			    !vwb_text_equal(known->id, device->id))
				continue;
			wanted->device[wanted->count++] = (struct wanting){
				.subject = known->what
						   ? vwb_arena_printf(a->arena, "%s (%s)", name, known->what)
						   : name,
				.evidence = vwb_arena_printf(a->arena, "/sys/bus/%s/devices/%s/driver",
							     known->bus, name),
				.driver = driver,
				.module = row->module,
			};
			return;
		}
	}
}

static bool gather(struct vw_assessment *a, struct wanted *wanted)
{
	const struct vw_device_facts *devices = &a->facts->devices;
	const struct vw_xen_facts *xen = &a->facts->xen;
	size_t most = devices->pci_count + devices->virtio_count + devices->vmbus_count + xen->devices + 1;
	char type[16];

	wanted->device = vwb_arena_array(a->arena, most, sizeof(*wanted->device));
	if (!wanted->device)
		return false;
	gather_pci(a, wanted);
	for (size_t i = 0; i < devices->virtio_count; i++) {
		snprintf(type, sizeof(type), "%u", (unsigned)devices->virtio[i].type);
		want_on_bus(a, wanted, &(struct vwk_bus_device){.bus = "virtio", .id = type},
			    devices->virtio[i].name, devices->virtio[i].driver);
	}
	for (size_t i = 0; i < xen->devices; i++)
		want_on_bus(a, wanted, &(struct vwk_bus_device){.bus = "xen", .id = xen->device[i].type},
			    xen->device[i].name, xen->device[i].driver);
	for (size_t i = 0; i < devices->vmbus_count; i++)
		want_on_bus(a, wanted,
			    &(struct vwk_bus_device){.bus = "vmbus", .id = devices->vmbus_device[i].class},
			    devices->vmbus_device[i].name, devices->vmbus_device[i].driver);
	return true;
}

/* A guest without any network or disk is broken; one device of several is a loss; on a machine of metal, and
 * where nobody knows what it is, idle devices are nobody's concern. */
static enum vw_severity severity_of(const struct vw_assessment *a, const struct wanted *wanted)
{
	const struct vwk_row *board = vw_live_board(a);

	if (!board || board->traits & (VWK_BARE | VWK_UNDETERMINED))
		return VW_ADVICE;
	for (size_t i = 0; i < wanted->count; i++)
		if (wanted->device[i].driver)
			return VW_DEGRADED;
	return VW_FATAL;
}

static void judge(struct vw_assessment *a, const struct wanting *device, enum vw_severity severity)
{

	if (!device->driver && device->optional)
		return;
	if (vw_live_given_away(device->driver)) {
		vw_say(a, VW_PASS, severity, device->subject, device->evidence, "given away, to %s",
		       device->driver);
	} else if (device->driver && (!device->needs || vwb_text_has_word(device->needs, device->driver))) {
		vw_say(a, VW_PASS, severity, device->subject, device->evidence, "driven by %s",
		       device->driver);
	} else {
		a->remedy =
			device->module
				? vwb_arena_printf(a->arena,
						   "modprobe %s; where there is no such module, install the "
						   "kernel's full set of them",
						   device->module)
				: NULL;
		if (device->driver)
			vw_say(a, VW_FAIL, VW_DEGRADED, device->subject, device->evidence,
			       "driven by %s, it needs %s", device->driver, device->needs);
		else
			vw_say(a, VW_FAIL, severity, device->subject, device->evidence,
			       "no driver is bound to it");
	}
}

static void check_bound(struct vw_assessment *a, enum vwk_drives kind)
{
	struct wanted wanted = {.kind = kind};
	enum vw_severity severity;

	if (!gather(a, &wanted))
		return;
	severity = severity_of(a, &wanted);
	for (size_t i = 0; i < wanted.count; i++)
		judge(a, &wanted.device[i], severity);
	a->remedy = NULL;
	if (wanted.source) {
		vw_say(a, VW_STATUS_UNKNOWN, severity, vw_drives_word(kind), wanted.source, "%s",
		       wanted.unread ? "which drivers PCI devices are bound to was not recorded"
				     : "not all PCI devices could be read");
	}
}

static void network_is_driven(struct vw_assessment *a)
{
	check_bound(a, VWK_NETWORK);
}

VW_CHECK(DRV001, 0, VW_FATAL, VW_BREAKS_REACH, "Each network device has the driver that it needs",
	 "load the driver's module, or install the package that has it",
	 "Linux Documentation/ABI/testing/sysfs-bus-pci", .assess = network_is_driven);

static void storage_is_driven(struct vw_assessment *a)
{
	check_bound(a, VWK_STORAGE);
}

VW_CHECK(DRV002, 0, VW_FATAL, VW_BREAKS_BOOT, "Each storage device has the driver that it needs",
	 "load the driver's module, or install the package that has it",
	 "Linux Documentation/ABI/testing/sysfs-bus-pci", .assess = storage_is_driven);
