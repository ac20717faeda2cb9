/* SPDX-License-Identifier: MIT */
/* What is read of a root's sshd, of what is started, and of permissions. */
#include "tests/unit/image_parts.h"

static const struct vw_image_facts *read_sshd(struct image_root *root)
{
	return image_read(root, vw_image_probe_sshd, NULL);
}

static const struct vw_image_facts *read_services(struct image_root *root)
{
	image_read(root, vw_image_probe_init, NULL);
	assert_int_equal(vw_image_probe_services(root->image, &root->facts), 0);
	return &root->facts;
}

static void make_mode(struct guest *guest, const char *path, unsigned mode)
{
	char full[PATH_MAX];

	guest_path(guest, path, full);
	assert_int_equal(chmod(full, mode), 0);
}

static void test_permissions(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/usr/bin/start", "");
	put_link(&root->guest, "/sbin/init", "../usr/bin/start");
	make_mode(&root->guest, "/usr/bin/start", 0751);
	make_mode(&root->guest, "/", 0711);
	assert_int_equal(read_services(root)->init_mode.value, 0751);
	assert_string_equal(root->facts.init_mode.source, "/usr/bin/start");
	assert_int_equal(root->facts.root_mode.value, 0711);
	make_mode(&root->guest, "/", 0755);
}

static void test_without_init_there_is_no_mode(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/usr/bin/start", "");
	assert_int_equal(read_services(root)->init_mode.state, VW_NOT_PROBED);
}

/* Under systemd a unit's own file, even a masked one, holds in the place of a script. */
static void test_scripts_and_units(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/etc/init.d/ssh", "");
	put(&root->guest, "/etc/init.d/networking", "");
	put_link(&root->guest, "/etc/rc3.d/S03lost", "../init.d/lost");
	put_link(&root->guest, "/etc/rc3.d/S01ssh", "../init.d/ssh");
	put_link(&root->guest, "/etc/rc3.d/S02networking", "../init.d/networking");
	put_link(&root->guest, "/etc/rc3.d/K01cron", "../init.d/cron");
	assert_names(read_services(root)->started, "networking ssh");
	put_link(&root->guest, "/etc/systemd/system/ssh.service", "/dev/null");
	assert_names(read_services(root)->started, "networking");
	put(&root->guest, "/usr/lib/systemd/system/networking.service", "");
	assert_names(read_services(root)->started, "");
	put_link(&root->guest, "/etc/systemd/system/multi-user.target.wants/networking.service", "/x");
	assert_names(read_services(root)->started, "networking");
}

static void test_makers_of_host_keys(void **state)
{
	struct image_root *root = *state;

	put(&root->guest, "/etc/rc.local", "#!/bin/sh\necho hello\n");
	put(&root->guest, "/etc/systemd/system/a.service", "[Service]\nExecStart=/bin/true\n");
	assert_int_equal(read_sshd(root)->key_maker.state, VW_ABSENT);
	put(&root->guest, "/etc/systemd/system/b.service", "[Service]\nExecStart=/usr/bin/ssh-keygen -A\n");
	assert_string_equal(read_sshd(root)->key_maker.text, "/etc/systemd/system/b.service");
	put(&root->guest, "/etc/rc.local", "dpkg-reconfigure openssh-server\n");
	assert_string_equal(read_sshd(root)->key_maker.text, "/etc/rc.local");
	put(&root->guest, "/usr/lib/systemd/system/sshd-keygen@.service", "");
	assert_string_equal(read_sshd(root)->key_maker.text, "/usr/lib/systemd/system/sshd-keygen@.service");
}

/* Keywords are those of the image's own sshd, whatever its age. */
static void test_keywords_of_sshd(void **state)
{
	static const char sshd[] = "\0passwordauthentication\0port\0include\0usepam\0";
	struct image_root *root = *state;
	const struct vw_lines *unknown;

	put(&root->guest, "/etc/ssh/sshd_config",
	    "# Ports 1\nPort 22\n\n  UsePAM=yes\nINCLUDE /etc/ssh/sshd_config.d/*.conf\nPermitRoots no\n");
	put(&root->guest, "/etc/ssh/sshd_config.d/a.conf", "Por 1\n");
	put(&root->guest, "/etc/ssh/sshd_config.d/b", "Ports 1\n");
	assert_int_equal(read_sshd(root)->sshd_unknown.state, VW_NOT_PROBED);
	put(&root->guest, "/usr/sbin/sshd", "not what we know");
	assert_int_equal(read_sshd(root)->sshd_unknown.state, VW_NOT_PROBED);
	put_bytes(&root->guest, "/usr/sbin/sshd", sshd, sizeof(sshd));
	unknown = &read_sshd(root)->sshd_unknown;
	assert_int_equal(unknown->count, 2);
	assert_line(unknown, 0, "/etc/ssh/sshd_config:6", "PermitRoots");
	assert_line(unknown, 1, "/etc/ssh/sshd_config.d/a.conf:1", "Por");
	assert_string_equal(root->facts.sshd.text, "/usr/sbin/sshd");
}

int main(void)
{
#define TEST_OF_ROOT(test) cmocka_unit_test_setup_teardown(test, image_setup, image_teardown)
	const struct CMUnitTest tests[] = {
		TEST_OF_ROOT(test_permissions),       TEST_OF_ROOT(test_without_init_there_is_no_mode),
		TEST_OF_ROOT(test_scripts_and_units), TEST_OF_ROOT(test_makers_of_host_keys),
		TEST_OF_ROOT(test_keywords_of_sshd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
