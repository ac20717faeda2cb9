/* SPDX-License-Identifier: MIT */
#include "detect/know/tables.h"

#include "base/base.h"

#define IDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#define DS_IDENTIFY  "cloud-init, doc/rtd/reference/datasources and ds-identify's documentation"
#define EC2_IDENTIFY "AWS, EC2 User Guide, \"Detect whether a host is an EC2 instance\""
#define AZURE_TAG    "Azure, chassis asset tag of every Azure virtual machine"

#define VENDOR(t)  B_IS(dmi.sys_vendor, t, VW_DECISIVE, DS_IDENTIFY)
#define PRODUCT(t) B_IS(dmi.product_name, t, VW_DECISIVE, DS_IDENTIFY)
#define TAG(t)     B_IS(dmi.chassis_asset_tag, t, VW_DECISIVE, DS_IDENTIFY)

static const struct vwk_row cloud_rows[] = {
	{
		.id = "aws",
		.name = "Amazon EC2",
		.needs = VW_RULES(
			VW_ANY(B_IS(dmi.sys_vendor, "Amazon EC2", VW_DECISIVE, EC2_IDENTIFY),
			       B_IS(dmi.bios_vendor, "Amazon EC2", VW_DECISIVE, EC2_IDENTIFY),
			       B_IS(dmi.chassis_asset_tag, "Amazon EC2", VW_DECISIVE, EC2_IDENTIFY),
			       B_IS(dmi.board_vendor, "Amazon EC2", VW_DECISIVE, EC2_IDENTIFY),
			       B_ENDS(dmi.bios_version, ".amazon", VW_DECISIVE, EC2_IDENTIFY),
			       B_ENDS(dmi.product_version, ".amazon", VW_DECISIVE, EC2_IDENTIFY),
			       VW_RULE(vw_rule_ends, VW_FROM_KERNEL, VW_FIELD(xen.extra), ".amazon", 0, 0,
				       VW_DECISIVE, "/sys/hypervisor/version/extra on EC2's Xen"),
			       VW_RULE(vw_rule_starts, VW_FROM_KERNEL, VW_FIELD(xen.uuid), "ec2", 0, 0,
				       VW_STRONG, EC2_IDENTIFY),
			       VW_ALL(B_EC2_UUID(dmi.product_uuid, VW_WEAK, EC2_IDENTIFY),
				      VW_ANY(B_ABSENT(dmi.sys_vendor, VW_WEAK, NULL),
					     B_IS(dmi.sys_vendor, "Xen", VW_WEAK, NULL))),
			       VW_ALL(B_STARTS(dmi.product_serial, "ec2", VW_STRONG, EC2_IDENTIFY),
				      B_EC2_UUID(dmi.product_uuid, VW_STRONG, EC2_IDENTIFY)),
			       B_ACPI_OEM("AMAZON", VW_STRONG, "boot logs of Nitro instances"))),
	},
	{
		.id = "gcp",
		.name = "Google Compute Engine",
		.needs = VW_RULES(
			VW_ANY(PRODUCT("Google Compute Engine"),
			       B_STARTS(dmi.product_serial, "GoogleCloud-", VW_DECISIVE, DS_IDENTIFY),
			       B_IS(dmi.board_name, "Google Compute Engine", VW_DECISIVE, DS_IDENTIFY))),
	},
	{
		.id = "azure",
		.name = "Microsoft Azure",
		.needs = VW_RULES(B_IS(dmi.chassis_asset_tag, "7783-7084-3265-9085-8269-3286-77", VW_DECISIVE,
				       AZURE_TAG)),
	},
	{
		.id = "alibaba",
		.name = "Alibaba Cloud",
		.needs = VW_RULES(VW_ANY(PRODUCT("Alibaba Cloud ECS"), VENDOR("Alibaba Cloud"))),
	},
	{
		.id = "oracle",
		.name = "Oracle Cloud Infrastructure",
		.needs = VW_RULES(TAG("OracleCloud.com")),
	},
	{
		.id = "openstack",
		.name = "OpenStack",
		.needs = VW_RULES(VW_ANY(PRODUCT("OpenStack Nova"), PRODUCT("OpenStack Compute"),
					 VENDOR("OpenStack Foundation"))),
	},
	{
		.id = "digitalocean",
		.name = "DigitalOcean",
		.needs = VW_RULES(VENDOR("DigitalOcean")),
	},
	{
		.id = "hetzner",
		.name = "Hetzner Cloud",
		.needs = VW_RULES(VENDOR("Hetzner")),
	},
	{
		.id = "upcloud",
		.name = "UpCloud",
		.needs = VW_RULES(VENDOR("UpCloud")),
	},
	{
		.id = "vultr",
		.name = "Vultr",
		.needs = VW_RULES(VENDOR("Vultr")),
	},
	{
		.id = "scaleway",
		.name = "Scaleway",
		.needs = VW_RULES(VENDOR("Scaleway")),
	},
	{
		.id = "linode",
		.name = "Akamai Linode",
		.needs = VW_RULES(VW_ANY(VENDOR("Akamai"), VENDOR("Linode"))),
	},
	{
		.id = "huaweicloud",
		.name = "Huawei Cloud",
		.refines = IDS("openstack"),
		.needs = VW_RULES(TAG("HUAWEICLOUD")),
	},
	{
		.id = "opentelekomcloud",
		.name = "Open Telekom Cloud",
		.refines = IDS("openstack"),
		.needs = VW_RULES(TAG("OpenTelekomCloud")),
	},
	{
		.id = "sapccloud",
		.name = "SAP Converged Cloud",
		.refines = IDS("openstack"),
		.needs = VW_RULES(TAG("SAP CCloud VM")),
	},
	{
		.id = "samsungcloud",
		.name = "Samsung Cloud Platform",
		.refines = IDS("openstack"),
		.needs = VW_RULES(TAG("Samsung Cloud Platform")),
	},
	{
		.id = "nwcs",
		.name = "NWCS",
		.needs = VW_RULES(VENDOR("NWCS")),
	},
	{
		.id = "cloudcix",
		.name = "CloudCIX",
		.needs = VW_RULES(PRODUCT("CloudCIX")),
	},
	{
		.id = "outscale",
		.name = "3DS Outscale",
		.needs = VW_RULES(VENDOR("3DS Outscale"),
				  B_STARTS(dmi.product_name, "3DS Outscale", VW_DECISIVE, DS_IDENTIFY)),
	},
	{
		.id = "e24cloud",
		.name = "e24cloud",
		.needs = VW_RULES(VENDOR("e24cloud")),
	},
	{
		.id = "tilaa",
		.name = "Tilaa",
		.needs = VW_RULES(VENDOR("Tilaa")),
	},
	{
		.id = "zstack",
		.name = "ZStack",
		.needs = VW_RULES(B_ENDS(dmi.chassis_asset_tag, ".zstack.io", VW_DECISIVE, DS_IDENTIFY)),
	},
	{
		.id = "brightbox",
		.name = "Brightbox",
		.needs = VW_RULES(B_ENDS(dmi.product_serial, ".brightbox.com", VW_DECISIVE, DS_IDENTIFY)),
	},
	{
		.id = "cloudstack",
		.name = "Apache CloudStack",
		.needs = VW_RULES(B_STARTS(dmi.product_name, "CloudStack", VW_DECISIVE, DS_IDENTIFY)),
	},
	{
		.id = "cloudsigma",
		.name = "CloudSigma",
		.needs = VW_RULES(PRODUCT("CloudSigma")),
	},
	{
		.id = "exoscale",
		.name = "Exoscale",
		.needs = VW_RULES(B_STARTS(dmi.product_name, "Exoscale", VW_DECISIVE, DS_IDENTIFY)),
	},
	{
		.id = "smartos",
		.name = "SmartOS (Triton)",
		.needs = VW_RULES(B_STARTS(dmi.product_name, "SmartDC", VW_DECISIVE, DS_IDENTIFY)),
	},
};

const struct vwk_table vwk_clouds = {.row = cloud_rows, .count = VW_COUNT(cloud_rows)};
