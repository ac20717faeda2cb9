/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "tests/unit/good_image.h"

/* What checks ask of an image's facts: drivers, options of a kernel's configuration, words of a command line.
 */

/* What each driver is called in a kernel's configuration. */
static const struct {
	const char *driver, *option;
} options[] = {
	{"nvme", "BLK_DEV_NVME"},
	{"nvme_core", "NVME_CORE"},
	{"ena", "ENA_ETHERNET"},
	{"ixgbevf", "IXGBEVF"},
	{"xen_blkfront", "XEN_BLKDEV_FRONTEND"},
	{"xen_netfront", "XEN_NETDEV_FRONTEND"},
	{"virtio_pci", "VIRTIO_PCI"},
	{"virtio_blk", "VIRTIO_BLK"},
	{"virtio_scsi", "SCSI_VIRTIO"},
	{"virtio_net", "VIRTIO_NET"},
	{"sd_mod", "BLK_DEV_SD"},
	{"gve", "GVE"},
	{"hv_vmbus", "HYPERV"},
	{"hv_storvsc", "HYPERV_STORAGE"},
	{"hv_netvsc", "HYPERV_NET"},
	{"mana", "MICROSOFT_MANA"},
	{"kvm", "KVM"},
	{"kvm_intel", "KVM_INTEL"},
	{"kvm_amd", "KVM_AMD"},
	{"vhost_net", "VHOST_NET"},
	{"vhost_vsock", "VHOST_VSOCK"},
	{"tun", "TUN"},
	{"ext4", "EXT4_FS"},
	{"xfs", "XFS_FS"},
	{"btrfs", "BTRFS_FS"},
	{"vfat", "VFAT_FS"},
	{"dm_mod", "BLK_DEV_DM"},
	{"dm_crypt", "DM_CRYPT"},
};

/* The kernel has no folder of modules, or it could not be read, and its configuration tells. */
static void test_drivers_by_the_configuration(void **state)
{
	char config[128];
	IMAGE;
	w.kernel.config.text = config;
	for (size_t i = 0; i < VW_COUNT(options); i++) {
		w.kernel.modules = (struct vw_module_tree){.state = VW_ABSENT};
		snprintf(config, sizeof(config), "CONFIG_X=m\nCONFIG_%s=y\nCONFIG_Y=m\n", options[i].option);
		assert_int_equal(vw_image_driver(&w.kernel, options[i].driver), VW_DRIVER_BUILTIN);
		snprintf(config, sizeof(config), "CONFIG_%s=m\n", options[i].option);
		assert_int_equal(vw_image_driver(&w.kernel, options[i].driver), VW_DRIVER_ABSENT);
		snprintf(config, sizeof(config), "# CONFIG_%s is not set\n", options[i].option);
		assert_int_equal(vw_image_driver(&w.kernel, options[i].driver), VW_DRIVER_ABSENT);
		w.kernel.modules.state = VW_DENIED;
		assert_int_equal(vw_image_driver(&w.kernel, options[i].driver), VW_DRIVER_ABSENT);
		snprintf(config, sizeof(config), "CONFIG_%s=m\n", options[i].option);
		assert_int_equal(vw_image_driver(&w.kernel, options[i].driver), VW_DRIVER_UNKNOWN);
	}
	assert_int_equal(vw_image_driver(&w.kernel, "floppy"), VW_DRIVER_UNKNOWN);
}

/* The folder of modules tells before the configuration does, where all of it could be read. */
static void test_drivers_by_the_folder_of_modules(void **state)
{
	IMAGE;
	w.kernel.config.text = "CONFIG_VFAT_FS=y\nCONFIG_BLK_DEV_NVME=n\n";
	assert_int_equal(vw_image_driver(&w.kernel, "nvme"), VW_DRIVER_MODULE);
	assert_int_equal(vw_image_driver(&w.kernel, "vfat"), VW_DRIVER_ABSENT);
	w.kernel.modules.index = VW_ABSENT;
	assert_int_equal(vw_image_driver(&w.kernel, "vfat"), VW_DRIVER_ABSENT);
	w.kernel.modules.index = VW_DENIED;
	assert_int_equal(vw_image_driver(&w.kernel, "vfat"), VW_DRIVER_UNKNOWN);
	w.kernel.modules.index = VW_MALFORMED;
	assert_int_equal(vw_image_driver(&w.kernel, "vfat"), VW_DRIVER_UNKNOWN);
	w.kernel.modules.index = VW_VALUE;
	w.kernel.modules.builtin.state = VW_ABSENT;
	assert_int_equal(vw_image_driver(&w.kernel, "vfat"), VW_DRIVER_BUILTIN);
	w.kernel.config.text = "CONFIG_VFAT_FS=m\n";
	assert_int_equal(vw_image_driver(&w.kernel, "vfat"), VW_DRIVER_ABSENT);
	w.kernel.config.state = VW_DENIED;
	assert_int_equal(vw_image_driver(&w.kernel, "vfat"), VW_DRIVER_UNKNOWN);
	w.kernel.config.state = VW_VALUE;
	w.kernel.modules.builtin.state = VW_VALUE;
	build_in(&w, "vfat");
	assert_int_equal(vw_image_driver(&w.kernel, "vfat"), VW_DRIVER_BUILTIN);
	w.kernel.modules.state = VW_DENIED;
	w.kernel.config.text = "";
	assert_int_equal(vw_image_driver(&w.kernel, "vfat"), VW_DRIVER_ABSENT);
	assert_int_equal(vw_image_driver(&w.kernel, "nvme"), VW_DRIVER_ABSENT);
}

/* A module that the index names and whose file is gone is not there. */
static void test_a_module_whose_file_is_gone(void **state)
{
	IMAGE;
	w.module[module_at("nvme")].path = "kernel/drivers/nvme/host/nvme.ko";
	w.kernel.modules.missing = "kernel/drivers/nvme/host/nvme.ko";
	w.kernel.modules.missing_count = 1;
	assert_int_equal(vw_image_driver(&w.kernel, "nvme"), VW_DRIVER_ABSENT);
	assert_int_equal(vw_image_driver(&w.kernel, "ena"), VW_DRIVER_MODULE);
	w.module[module_at("nvme")].path = NULL;
	assert_int_equal(vw_image_driver(&w.kernel, "nvme"), VW_DRIVER_MODULE);
}

/* '-' and '_' are the same, and nothing else is. */
static void test_names_that_are_the_same(void **state)
{
	static const struct {
		const char *built_in, *asked;
		bool same;
	} rows[] = {
		{"nvme-core", "nvme_core", true}, {"nvme_core", "nvme-core", true},
		{"nvme-core", "nvme-core", true}, {"nvme", "nvme_core", false},
		{"nvme_core", "nvme", false},     {"nvme.core", "nvme_core", false},
		{"NVME", "nvme", false},          {"nvmecore", "nvme_core", false},
	};
	IMAGE;
	w.kernel.modules.count = 0;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		w.kernel.modules.builtin.count = 0;
		build_in(&w, rows[i].built_in);
		assert_int_equal(vw_image_driver(&w.kernel, rows[i].asked) == VW_DRIVER_BUILTIN,
				 rows[i].same);
	}
}

static void test_each_module_of_a_tree_is_found(void **state)
{
	IMAGE;
	for (size_t count = 0; count <= MODULES; count++) {
		w.kernel.modules.count = count;
		for (size_t i = 0; i < MODULES; i++)
			assert_ptr_equal(vw_image_module(&w.kernel.modules, module_names[i]),
					 i < count ? &w.module[i] : NULL);
		assert_null(vw_image_module(&w.kernel.modules, "a"));
		assert_null(vw_image_module(&w.kernel.modules, "zz"));
		assert_null(vw_image_module(&w.kernel.modules, "nvm"));
	}
	w.kernel.modules.state = VW_DENIED;
	assert_null(vw_image_module(&w.kernel.modules, "nvme"));
}

static void test_values_of_a_configuration(void **state)
{
	static const struct {
		const char *text;
		char value;
	} rows[] = {
		{"CONFIG_A=y\n", 'y'},
		{"CONFIG_A=m\n", 'm'},
		{"CONFIG_A=n\n", 'n'},
		{"CONFIG_A=y", 'y'},
		{"CONFIG_A=y\r\n", 'y'},
		{"CONFIG_A=m \n", 'm'},
		{"CONFIG_A=yes\n", 's'},
		{"CONFIG_A=\"y\"\n", 's'},
		{"CONFIG_A=17\n", 's'},
		{"CONFIG_A=\n", 's'},
		{"CONFIG_A=", 's'},
		{"CONFIG_A=y\nCONFIG_A=m\n", 'm'},
		{"CONFIG_X=y\nCONFIG_A=m\nCONFIG_Y=y\n", 'm'},
		{"# CONFIG_A is not set\n", 'n'},
		{"# CONFIG_A=y\n", 'n'},
		{"CONFIG_AB=y\n", 'n'},
		{"CONFIG_BA=y\n", 'n'},
		{"CONFIG_A\n", 'n'},
		{" CONFIG_A=y\n", 'n'},
		{"XONFIG_A=y\n", 'n'},
		{"", 'n'},
	};
	IMAGE;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		char value = '?';

		w.kernel.config.text = rows[i].text;
		assert_int_equal(vw_image_config(&w.kernel, "A", &value), 0);
		if (value != rows[i].value)
			fail_msg("%s: %c", rows[i].text, value);
	}
}

static void test_a_configuration_that_was_not_read(void **state)
{
	static const enum vw_state states[] = {VW_NOT_PROBED, VW_ABSENT, VW_DENIED, VW_MALFORMED};
	char value = '?';
	IMAGE;
	for (size_t i = 0; i < VW_COUNT(states); i++) {
		w.kernel.config.state = states[i];
		assert_int_equal(vw_image_config(&w.kernel, "ACPI", &value), -ENODATA);
	}
	w.kernel.config = (struct vw_text){.state = VW_VALUE};
	assert_int_equal(vw_image_config(&w.kernel, "ACPI", &value), -ENODATA);
	assert_int_equal(value, '?');
}

/* Words of a command line, each as "name" or "name=value". */
static void test_words_of_a_command_line(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"", ""},
		{" \t\n", ""},
		{"quiet", "[quiet]"},
		{"  quiet\tro\nroot=/dev/a  ", "[quiet][ro][root=/dev/a]"},
		{"a= b", "[a=][b]"},
		{"=b", "[=b]"},
		{"a=b=c", "[a=b=c]"},
		{"a=\"b c\" d", "[a=b c][d]"},
		{"\"a=b c\" d", "[a=b c][d]"},
		{"a=\"b\"c", "[a=b\"c]"},
		{"a=\"b c", "[a=b c]"},
		{"a=\"", "[a=]"},
		{"a=\"\"", "[a=]"},
		{"a=\"b\tc\nd\"", "[a=b\tc\nd]"},
		{"a -- b", "[a]"},
		{"a --b c", "[a][--b][c]"},
		{"a - b", "[a][-][b]"},
		{"a=-- b", "[a=--][b]"},
		{"-- a", ""},
	};
	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const char *at = rows[i].text;
		struct vw_cmdline_word word;
		char told[256] = "";
		size_t size = 0;

		while (vw_cmdline_next(&at, &word))
			size += (size_t)snprintf(told + size, sizeof(told) - size, "[%.*s%s%.*s]",
						 (int)word.name_length, word.name, word.value ? "=" : "",
						 (int)word.value_length, word.value ? word.value : "");
		assert_string_equal(told, rows[i].words);
	}
}

static void test_the_last_value_of_a_parameter_holds(void **state)
{
	static const struct {
		const char *cmdline, *name, *value; /* "-": a bare word; NULL: it is not there */
	} rows[] = {
		{"a=1 a=2 b=3", "a", "2"}, {"a=1 a b=3", "a", "-"},
		{"a a=1", "a", "1"},       {"ab=1 a=2", "ab", "1"},
		{"ab=1", "a", NULL},       {"a=1", "ab", NULL},
		{"a-b=1", "a_b", "1"},     {"a_b=1 a-b=2", "a-b", "2"},
		{"a=1 -- a=2", "a", "1"},  {"x=\"a=1 b\" c", "a", NULL},
		{"a=", "a", ""},           {NULL, "a", NULL},
	};
	(void)state;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		const char *value = "untouched";
		size_t length = 9;
		bool found = vw_cmdline_find(rows[i].cmdline, rows[i].name, &value, &length);

		assert_int_equal(found, rows[i].value != NULL);
		if (!found)
			assert_string_equal(value, "untouched");
		else if (vwb_text_equal(rows[i].value, "-"))
			assert_null(value);
		else
			assert_true(length == strlen(rows[i].value) &&
				    !strncmp(value, rows[i].value, length));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drivers_by_the_configuration),
		cmocka_unit_test(test_drivers_by_the_folder_of_modules),
		cmocka_unit_test(test_a_module_whose_file_is_gone),
		cmocka_unit_test(test_names_that_are_the_same),
		cmocka_unit_test(test_each_module_of_a_tree_is_found),
		cmocka_unit_test(test_values_of_a_configuration),
		cmocka_unit_test(test_a_configuration_that_was_not_read),
		cmocka_unit_test(test_words_of_a_command_line),
		cmocka_unit_test(test_the_last_value_of_a_parameter_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
