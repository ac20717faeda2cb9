/* SPDX-License-Identifier: MIT */
#include "detect/know/targets.h"

#include <stddef.h>

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Sources: EC2 User Guide, "Amazon EBS and NVMe" and "Enhanced networking"; Compute Engine, "Requirements for
 * building custom images" and "Using gVNIC"; Azure, "Create and upload a generic Linux VHD". */
const struct vwk_target vwk_targets[] = {
	{VW_XEN_PV, "xen-pv", "x86_64", "a Xen PV guest", NAMES("xen_blkfront"), NAMES("xen_netfront")},
	{VW_XEN_HVM, "xen-hvm", "x86_64", "a Xen HVM guest", NAMES("xen_blkfront"), NAMES("xen_netfront")},
	{VW_NITRO, "nitro", "x86_64", "a Nitro instance", NAMES("nvme"), NAMES("ena")},
	{VW_NITRO_ARM64, "nitro-arm64", "aarch64", "a Graviton instance", NAMES("nvme"), NAMES("ena")},
	{VW_EC2_METAL, "ec2-metal", "x86_64", "a bare metal instance", NAMES("nvme"), NAMES("ena")},
	{VW_EC2_METAL_ARM64, "ec2-metal-arm64", "aarch64", "a Graviton bare metal instance", NAMES("nvme"),
	 NAMES("ena")},
	{VW_NESTED_HOST, "nested-host", "x86_64", "an instance that hosts guests", NAMES("nvme"),
	 NAMES("ena")},
	{VW_KVM, "kvm", NULL, "a KVM guest", NAMES("virtio_blk", "virtio_scsi"), NAMES("virtio_net")},
	{VW_GCP, "gcp", NULL, "a Compute Engine instance", NAMES("virtio_scsi", "nvme"),
	 NAMES("virtio_net", "gve")},
	{VW_AZURE, "azure", NULL, "an Azure virtual machine", NAMES("hv_storvsc"), NAMES("hv_netvsc")},
	{VW_NITRO | VW_EC2_METAL, "ec2", "x86_64", "an EC2 instance", NULL, NULL},
	{0, NULL, NULL, NULL, NULL, NULL},
};
