/* SPDX-License-Identifier: MIT */
#include "detect/know/tables.h"

#include "base/base.h"

#define IDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#define INTERFACE "systemd, \"The Container Interface\": container= in PID 1's environment"
#define MANAGER   "systemd, \"The Container Interface\": /run/systemd/container"

#define HOST "systemd, \"The Container Interface\": /run/host/container-manager"

#define SAYS(word)                                                    \
	K_IS(container.pid1_container, word, VW_DECISIVE, INTERFACE), \
		K_IS(container.manager, word, VW_DECISIVE, MANAGER),  \
		K_IS(container.host_manager, word, VW_DECISIVE, HOST)

/* The variable is set and not empty: flatpak, bubblewrap and whoever follows the interface next. */
#define SAYS_SOMETHING(fact, reference) \
	VW_ALL(K_THERE(fact, VW_DECISIVE, reference), VW_NONE(VW_DECISIVE, K_IS(fact, "", 0, NULL)))

/* LXD's socket is in its virtual machines too: only LXC's own marks tell a container. */
#define LXC_MARKS                                                                                 \
	SAYS("lxc"), SAYS("lxc-libvirt"), K_CGROUP_HAS("/lxc/", VW_STRONG, "LXC's cgroup names"), \
		K_CGROUP_HAS("lxc.payload", VW_STRONG, "LXC 4.0's cgroup names"),                 \
		K_THERE(container.lxc, VW_STRONG, "LXC, src/lxc/conf.c: /dev/.lxc-boot-id")

/* Names of control groups that a manager gives, to what it confines and to nothing else. */
#define OWN_CGROUP_OF(t)  K_CGROUP_OF(container.own_cgroup, t, VW_STRONG, "cgroup names of container managers")
#define OWN_CGROUP_HAS(t) K_HAS(container.own_cgroup, t, VW_STRONG, "cgroup names of container managers")

#define TRACED_BY_PROOT \
	K_STARTS(container.tracer, "proot", VW_DECISIVE, "PRoot traces what it runs; TracerPid")

#define SOME_CONTAINER .id = "container-other", .name = "container of another manager"
#define CONFINED       SOME_CONTAINER, .part = true, .hypervisor = "container"

/* What the kernel tells, whoever did it: each row is a way to be confined. */
static const struct vwk_row confinement_rows[] = {
	{CONFINED,
	 .needs = VW_RULES(K_OWN(own_pids, VW_DECISIVE,
				 "Linux, include/linux/proc_ns.h: numbers of the first namespaces"))},
	{CONFINED,
	 .needs = VW_RULES(K_OWN(no_kthreadd, VW_DECISIVE, "Linux, init/main.c: PID 2 is kthreadd"))},
	{CONFINED, .needs = VW_RULES(K_OWN(own_root, VW_STRONG,
					   "Linux, Documentation/filesystems/proc.rst: mountinfo"))},
	{CONFINED,
	 .needs = VW_RULES(
		 VW_ANY(OWN_CGROUP_OF("/docker/"), OWN_CGROUP_OF("/docker-"), OWN_CGROUP_OF("libpod-"),
			OWN_CGROUP_OF("crio-"), OWN_CGROUP_HAS("kubepods"), OWN_CGROUP_HAS("lxc.payload"),
			OWN_CGROUP_HAS("/lxc/"), OWN_CGROUP_HAS("/buildkit/"), OWN_CGROUP_HAS("/ecs/")),
		 K_OWN(own_mounts, VW_STRONG, "namespaces(7)"))},
	{CONFINED, .needs = VW_RULES(TRACED_BY_PROOT)},
};

const struct vwk_table vwk_confinement = {.row = confinement_rows, .count = VW_COUNT(confinement_rows)};

/* Whatever is started in WSL's own container is the innermost: all that may be refine "wsl". */
static const struct vwk_row container_rows[] = {
	{
		.id = "docker",
		.name = "Docker",
		.refines = IDS("oci"),
		.needs = VW_RULES(
			VW_ANY(SAYS("docker"), K_THERE(container.dockerenv, VW_STRONG, "Docker: /.dockerenv"),
			       K_THERE(container.dockerinit, VW_STRONG, "Docker before 1.11: /.dockerinit"),
			       K_HAS(container.hostname_mount, "/docker/containers/", VW_STRONG,
				     "Docker: what is mounted on /etc/hostname"),
			       K_CGROUP("/docker/", VW_STRONG, "Docker's cgroup names"),
			       K_CGROUP("/docker-", VW_STRONG, "Docker's cgroup names under systemd"))),
	},
	{
		.id = "podman",
		.name = "Podman",
		.refines = IDS("docker"),
		.needs = VW_RULES(VW_ANY(
			SAYS("podman"),
			K_THERE(container.containerenv, VW_STRONG, "podman-run(1): /run/.containerenv"),
			K_HAS(container.hostname_mount, "/overlay-containers/", VW_STRONG,
			      "Podman: what is mounted on /etc/hostname"),
			K_CGROUP("libpod-", VW_STRONG, "Podman's cgroup names"),
			K_NAME_STARTS(container.pid1_markers, "LIBPOD", VW_STRONG, "Podman's environment"))),
	},
	{
		.id = "lxc",
		.name = "LXC",
		.refines = IDS("wsl"),
		.needs = VW_RULES(VW_ANY(LXC_MARKS)),
	},
	{
		.id = "lxd",
		.name = "LXD or Incus",
		.refines = IDS("lxc"),
		.needs = VW_RULES(VW_ANY(K_THERE(container.lxd, VW_DECISIVE,
						 "LXD documentation, dev-lxd: /dev/lxd/sock"),
					 K_THERE(container.incus, VW_DECISIVE,
						 "Incus documentation, dev-incus: /dev/incus/sock")),
				  VW_ANY(LXC_MARKS)),
	},
	{
		.id = "crio",
		.name = "CRI-O",
		.refines = IDS("oci"),
		.needs = VW_RULES(VW_ANY(SAYS("crio"), K_CGROUP("crio-", VW_STRONG, "CRI-O's cgroup names"))),
	},
	{
		.id = "oci",
		.name = "OCI runtime",
		.refines = IDS("kubernetes"),
		.needs = VW_RULES(VW_ANY(SAYS("oci"))),
	},
	{
		.id = "systemd-nspawn",
		.name = "systemd-nspawn",
		.refines = IDS("wsl"),
		.needs = VW_RULES(VW_ANY(SAYS("systemd-nspawn"))),
	},
	{
		.id = "openvz",
		.name = "OpenVZ",
		.needs = VW_RULES(K_THERE(container.proc_vz, VW_DECISIVE,
					  "OpenVZ: /proc/vz in containers and on hosts"),
				  K_ABSENT(container.proc_bc, VW_DECISIVE, "OpenVZ: /proc/bc on hosts only")),
		.unless =
			VW_RULES(K_HAS(kernel.release, ".lve", 0, "CloudLinux's kernels have /proc/vz too")),
	},
	{
		.id = "linux-vserver",
		.name = "Linux-VServer",
		.traits = VWK_BY_KERNEL,
		.needs = VW_RULES(
			K_THERE(container.vxid, VW_DECISIVE, "Linux-VServer: VxID in /proc/self/status")),
		.unless = VW_RULES(K_IS(container.vxid, "0", 0, "Linux-VServer: context 0 is the host")),
	},
	{
		.id = "wsl",
		.name = "Windows Subsystem for Linux",
		.traits = VWK_BY_KERNEL,
		.needs = VW_RULES(
			VW_ANY(SAYS("wsl"),
			       K_HAS(kernel.release, "microsoft-standard-WSL", VW_DECISIVE,
				     "WSL 2's kernel release"),
			       K_HAS(kernel.release, "-Microsoft", VW_DECISIVE, "WSL 1's kernel release"),
			       K_THERE(container.wsl, VW_STRONG, "WSL: WSLInterop in binfmt_misc"))),
	},
	{
		.id = "illumos-lx",
		.name = "illumos lx zone",
		.traits = VWK_BY_KERNEL,
		.needs = VW_RULES(VW_ANY(
			K_HAS(container.proc_version, "BrandZ virtual linux", VW_DECISIVE, "illumos lx(7)"),
			K_HAS(kernel.release, "BrandZ virtual linux", VW_DECISIVE, "illumos lx(7)"))),
	},
	{
		.id = "rkt",
		.name = "rkt",
		.refines = IDS("wsl"),
		.needs = VW_RULES(VW_ANY(SAYS("rkt"))),
	},
	{
		.id = "proot",
		.name = "PRoot",
		.refines = IDS("wsl"),
		.needs = VW_RULES(VW_ANY(SAYS("proot"), TRACED_BY_PROOT)),
	},
	{
		.id = "pouch",
		.name = "PouchContainer",
		.refines = IDS("wsl"),
		.needs = VW_RULES(VW_ANY(SAYS("pouch"))),
	},
	{
		.id = "kubernetes",
		.name = "Kubernetes pod",
		.refines = IDS("wsl"),
		.needs = VW_RULES(VW_ANY(
			K_THERE(container.kubernetes, VW_STRONG, "Kubernetes, service account admission"),
			K_NAME(container.pid1_markers, "KUBERNETES_SERVICE_HOST", VW_STRONG,
			       "Kubernetes, environment of services"),
			K_CGROUP_HAS("kubepods", VW_STRONG, "kubelet's cgroup names"))),
	},
	{
		.id = "ecs",
		.name = "Amazon ECS task",
		.refines = IDS("docker"),
		.needs = VW_RULES(
			VW_ANY(K_NAME_STARTS(container.pid1_markers, "ECS_CONTAINER_METADATA_URI", VW_STRONG,
					     "Amazon ECS, task metadata endpoint"),
			       K_CGROUP_HAS("/ecs/", VW_STRONG, "Amazon ECS, cgroup names of tasks"))),
	},
	{
		.id = "buildkit",
		.name = "BuildKit",
		.refines = IDS("docker"),
		.needs = VW_RULES(VW_ANY(K_CGROUP_HAS("/buildkit/", VW_STRONG, "BuildKit's cgroup names"))),
	},
	{
		.id = "flatpak",
		.name = "Flatpak",
		.refines = IDS("wsl"),
		.needs = VW_RULES(VW_ANY(SAYS("flatpak"), K_THERE(container.flatpak, VW_STRONG,
								  "flatpak-run(1): /.flatpak-info"))),
	},
	{
		.id = "firejail",
		.name = "Firejail",
		.refines = IDS("docker"),
		.needs = VW_RULES(VW_ANY(SAYS("firejail"), K_THERE(container.firejail, VW_STRONG,
								   "Firejail, src/include/rundefs.h"))),
	},
	{
		.id = "apptainer",
		.name = "Apptainer or Singularity",
		.refines = IDS("wsl"),
		.needs = VW_RULES(VW_ANY(SAYS("apptainer"), SAYS("singularity"),
					 K_THERE(container.singularity, VW_STRONG,
						 "Apptainer, Environment and Metadata: /.singularity.d"))),
	},
	{
		.id = "charliecloud",
		.name = "Charliecloud",
		.refines = IDS("wsl"),
		.needs = VW_RULES(VW_ANY(SAYS("charliecloud"), K_THERE(container.charliecloud, VW_STRONG,
								       "ch-run(1): /ch/environment"))),
	},
	{
		.id = "gvisor",
		.name = "gVisor",
		.refines = IDS("podman"),
		.traits = VWK_BY_KERNEL,
		.needs = VW_RULES(K_HAS(container.proc_version, "#1 SMP Sun Jan 10 15:06:54 PST 2016",
					VW_DECISIVE, "gVisor, pkg/sentry/syscalls/linux: its fixed version")),
	},
	{
		.id = "kata",
		.name = "Kata Containers",
		.refines = IDS("podman", "crio"),
		.needs = VW_RULES(
			K_THERE(container.kata, VW_STRONG, "Kata Containers, agent: mounts of kataShared")),
	},
	{
		SOME_CONTAINER,
		.needs = VW_RULES(VW_ANY(SAYS_SOMETHING(container.host_manager, HOST),
					 SAYS_SOMETHING(container.pid1_container, INTERFACE),
					 SAYS_SOMETHING(container.manager, MANAGER))),
		.fallback = true,
	},
};

const struct vwk_table vwk_containers = {.row = container_rows, .count = VW_COUNT(container_rows)};

#define HYPERV_ISOLATION(type, ref)                                                  \
	VW_ALL(VW_RULE(vw_rule_leaf, VW_FROM_CPUID, 0x40000003, "cpuid 0x40000003",  \
		       ((uint64_t)VW_EBX << 32) | (1u << 22), 1u << 22, VW_DECISIVE, \
		       "Hyper-V TLFS: Isolation"),                                   \
	       VW_RULE(vw_rule_leaf, VW_FROM_CPUID, 0x4000000c, "cpuid 0x4000000c",  \
		       ((uint64_t)VW_EBX << 32) | (type), 0xf, VW_DECISIVE, ref))

#define AMD_SEV_STATUS "AMD APM volume 2, section 15.34.10: SEV_STATUS MSR"

static const struct vwk_row confidential_rows[] = {
	{
		.id = "sev",
		.name = "AMD SEV",
		.needs = VW_RULES(K_BIT(confidential.sev_status, 0, VW_DECISIVE, AMD_SEV_STATUS)),
	},
	{
		.id = "sev-es",
		.name = "AMD SEV-ES",
		.refines = IDS("sev"),
		.needs = VW_RULES(K_BIT(confidential.sev_status, 1, VW_DECISIVE, AMD_SEV_STATUS)),
	},
	{
		.id = "sev-snp",
		.name = "AMD SEV-SNP",
		.refines = IDS("sev-es"),
		.needs = VW_RULES(VW_ANY(
			K_BIT(confidential.sev_status, 2, VW_DECISIVE, AMD_SEV_STATUS),
			K_THERE(confidential.sev_guest, VW_STRONG, "Linux drivers/virt/coco/sev-guest"),
			HYPERV_ISOLATION(2,
					 "Linux arch/x86/include/asm/hyperv-tlfs.h: HV_ISOLATION_TYPE_SNP"))),
	},
	{
		.id = "tdx",
		.name = "Intel TDX",
		.needs = VW_RULES(VW_ANY(
			VW_ALL(VW_RULE(vw_rule_leaf, VW_FROM_CPUID, 0x21, "cpuid 0x00000021",
				       ((uint64_t)VW_EBX << 32) | 0x65746e49, 0xffffffff, VW_DECISIVE,
				       "Intel TDX module specification: leaf 0x21, EBX"),
			       VW_RULE(vw_rule_leaf, VW_FROM_CPUID, 0x21, "cpuid 0x00000021",
				       ((uint64_t)VW_EDX << 32) | 0x5844546c, 0xffffffff, VW_DECISIVE,
				       "Intel TDX module specification: leaf 0x21, EDX")),
			K_WORD(cpuinfo.flags, "tdx_guest", VW_DECISIVE, "Linux arch/x86/coco/tdx"),
			K_THERE(confidential.tdx_guest, VW_STRONG, "Linux drivers/virt/coco/tdx-guest"),
			HYPERV_ISOLATION(3,
					 "Linux arch/x86/include/asm/hyperv-tlfs.h: HV_ISOLATION_TYPE_TDX"))),
	},
	{
		.id = "vbs",
		.name = "Hyper-V VBS isolation",
		.needs = VW_RULES(HYPERV_ISOLATION(
			1, "Linux arch/x86/include/asm/hyperv-tlfs.h: HV_ISOLATION_TYPE_VBS")),
	},
	{
		.id = "protvirt",
		.name = "IBM Secure Execution",
		.needs = VW_RULES(K_IS(confidential.s390_guest, "1", VW_DECISIVE,
				       "Linux Documentation/arch/s390/s390-pv.rst")),
	},
	{
		.id = "cca",
		.name = "Arm CCA realm",
		.needs =
			VW_RULES(K_THERE(confidential.arm_cca, VW_DECISIVE, "Linux arch/arm64/kernel/rsi.c")),
	},
	{
		.id = "nitro-enclave",
		.name = "AWS Nitro enclave",
		.needs = VW_RULES(K_THERE(confidential.nsm, VW_DECISIVE, "Linux drivers/misc/nsm.c")),
	},
};

const struct vwk_table vwk_confidentials = {.row = confidential_rows, .count = VW_COUNT(confidential_rows)};
