/* SPDX-License-Identifier: MIT */
#include "tests/unit/good_image.h"

/* What the checks on permissions, sshd and networkd's files say, word for word. */

static void test_init_may_be_executed(void **state)
{
	static const struct {
		unsigned mode;
		bool passes;
	} rows[] = {{0644, false}, {0600, false}, {0100, true}, {0755, true}, {0001, true}};
	IMAGE;
	for (size_t i = 0; i < VW_COUNT(rows); i++) {
		char failed[256];

		w.facts.init_mode.value = rows[i].mode;
		snprintf(failed, sizeof(failed),
			 "fail fatal /place | /place has mode %04o and may not be executed | chmod 0755 "
			 "/place, in the "
			 "image | /place",
			 rows[i].mode);
		SAYS(&w, VW_KVM, "INI005",
		     rows[i].passes ? "pass fatal image | /place may be executed | - | /place" : failed);
	}
	w.facts.init_mode.value = 0644;
	w.facts.init.libraries = false;
	SAYS(&w, VW_KVM, "INI005",
	     "skip fatal /sbin/init | not looked at: no permissions of init are in this image | - | -");
	w.facts.init.libraries = true;
	w.facts.init_mode = (struct vw_number){.state = VW_NOT_PROBED};
	SAYS(&w, VW_KVM, "INI005",
	     "skip fatal /sbin/init | not looked at: no permissions of init are in this image | - | -");
}

static void test_all_may_enter_the_root(void **state)
{
	static const unsigned closed[] = {0700, 0750, 0754, 0711, 0744}, open[] = {0755, 0555, 0777, 01777};
	char expected[256];
	IMAGE;
	for (size_t i = 0; i < VW_COUNT(closed); i++) {
		w.facts.root_mode.value = closed[i];
		snprintf(expected, sizeof(expected),
			 "fail fatal / | the root folder has mode %04o: what does not run as root cannot "
			 "enter it | "
			 "chmod 0755 the image's root folder | /",
			 closed[i]);
		SAYS(&w, VW_KVM, "SSH003", expected);
	}
	for (size_t i = 0; i < VW_COUNT(open); i++) {
		w.facts.root_mode.value = open[i];
		SAYS(&w, VW_KVM, "SSH003", "pass fatal image | all may enter the root folder | - | /");
	}
	w.facts.root_mode.state = VW_NOT_PROBED;
	SAYS(&w, VW_KVM, "SSH003",
	     "skip fatal / | not looked at: no permissions of the root folder are in this image | - | -");
}

#define STARTED \
	"pass fatal image | /usr/sbin/sshd is started, and has its keys and its words | - | /usr/sbin/sshd"
#define NO_KEYS                                                                                         \
	"fail fatal /etc/ssh | sshd has no host keys, and nothing makes them: it does not start | let " \
	"cloud-init, "                                                                                  \
	"or a unit with ssh-keygen -A, make the keys at the first boot | /etc/ssh"

static void test_host_keys(void **state)
{
	static const char *const keys[] = {"ssh_host_rsa_key"};
	IMAGE;
	SAYS(&w, VW_KVM, "SSH002", STARTED); /* cloud-init makes them */
	w.facts.cloud_init.enabled.value = 0;
	SAYS(&w, VW_KVM, "SSH002", NO_KEYS);
	w.facts.cloud_init.enabled.value = 1;
	w.facts.cloud_init.disabled = (struct vw_text)TEXT("/etc/cloud/cloud-init.disabled");
	SAYS(&w, VW_KVM, "SSH002", NO_KEYS);
	w.facts.key_maker = (struct vw_text)TEXT("/usr/lib/systemd/system/sshd-keygen@.service");
	SAYS(&w, VW_KVM, "SSH002", STARTED);
	w.facts.key_maker = (struct vw_text){.state = VW_ABSENT};
	w.facts.host_keys = (struct vw_names){VW_VALUE, keys, "/etc/ssh", 1};
	SAYS(&w, VW_KVM, "SSH002", STARTED);
	w.facts.host_keys.state = VW_DENIED;
	SAYS(&w, VW_KVM, "SSH002",
	     "unknown degraded /etc/ssh | whether sshd has host keys is not known: /etc/ssh may not be read "
	     "| let "
	     "cloud-init, or a unit with ssh-keygen -A, make the keys at the first boot | /etc/ssh");
}

static void test_words_that_sshd_does_not_know(void **state)
{
	IMAGE;
	w.line[1] = (struct vw_line){"PermitRootLogins", "/etc/ssh/sshd_config:3"};
	w.facts.sshd_unknown = (struct vw_lines){VW_VALUE, 1, w.line + 1};
	SAYS(&w, VW_KVM, "SSH002",
	     "fail fatal /etc/ssh/sshd_config:3 | /etc/ssh/sshd_config:3: sshd does not know "
	     "'PermitRootLogins', and does "
	     "not start | correct /etc/ssh/sshd_config:3; sshd -t, in the image, tells when it is right | "
	     "/etc/ssh/sshd_config:3");
}

static void test_sshd_that_nothing_starts(void **state)
{
	static const char *const other[] = {"amazon-ssm-agent"};
	IMAGE;
	w.facts.started.count = 0;
	SAYS(&w, VW_KVM, "SSH002",
	     "fail fatal sshd | /usr/sbin/sshd is installed, and nothing starts it | systemctl enable ssh, "
	     "in the image | "
	     "/usr/sbin/sshd");
	w.facts.machine_id.text = "uninitialized";
	SAYS(&w, VW_KVM, "SSH002",
	     "skip fatal sshd | not looked at: the first boot enables services by their presets | - | -");
	w.facts.machine_id.text = "";
	w.facts.started = (struct vw_names){VW_VALUE, other, "/place", 1};
	SAYS(&w, VW_KVM, "SSH002", "skip fatal sshd | something else lets somebody in | - | -");
	w.facts.started.state = VW_DENIED;
	SAYS(&w, VW_KVM, "SSH002", "skip fatal sshd | not looked at: what is started is not known | - | -");
	w.facts.init.libraries = false;
	SAYS(&w, VW_KVM, "SSH002",
	     "skip fatal sshd | not looked at: this root holds no whole system | - | -");
	w.facts.sshd = (struct vw_text){.state = VW_ABSENT};
	SAYS(&w, VW_KVM, "SSH002", "skip fatal sshd | sshd is not installed | - | -");
}

static void test_targets_for_repairs(void **state)
{
	static const char *const repairs[] = {"rescue", "emergency", "poweroff",
					      "reboot", "halt",      "shutdown"};
	char path[64], expected[256];
	IMAGE;
	for (size_t i = 0; i < VW_COUNT(repairs); i++) {
		snprintf(path, sizeof(path), "/lib/systemd/system/%s.target", repairs[i]);
		snprintf(expected, sizeof(expected),
			 "fail fatal default.target | /place starts %s.target | take default.target off the "
			 "kernel's "
			 "command line; systemctl set-default multi-user.target, in the image | /place",
			 repairs[i]);
		w.facts.default_target = (struct vw_text){VW_VALUE, path, "/place"};
		SAYS(&w, VW_KVM, "INI004", expected);
	}
}

/* Files of systemd's own for containers' interfaces configure nothing here; what is brought up by hand
 * neither. */
static void test_what_configures_no_interface(void **state)
{
	static const char *const services[][1] = {{"systemd-networkd"}, {"networking"}};
	IMAGE;
	w.facts.cloud_init.enabled.value = 0;
	w.facts.started = (struct vw_names){VW_VALUE, services[0], "/place", 1};
	SAYS(&w, VW_KVM, "NET004", "pass fatal image | systemd-networkd brings the network up | - | /place");
	w.conf[0].source = "/usr/lib/systemd/network/80-container-host0.network";
	SAYS(&w, VW_KVM, "NET004",
	     "fail fatal systemd-networkd | systemd-networkd is started, and no .network file tells it what "
	     "to do | "
	     "systemctl enable systemd-networkd, or networking, or NetworkManager, in the image | /place");
	w.conf[0].source = "/usr/lib/systemd/network/10-en.network";
	SAYS(&w, VW_KVM, "NET004", "pass fatal image | systemd-networkd brings the network up | - | /place");
	w.facts.started.name = services[1];
	w.facts.dhcp_client = (struct vw_text)TEXT("/sbin/dhclient");
	w.conf[0].kind = "ifupdown";
	SAYS(&w, VW_KVM, "NET004", "pass fatal image | networking brings the network up | - | /place");
	w.conf[0].by_hand = true;
	SAYS(&w, VW_KVM, "NET004",
	     "fail fatal network | nothing that brings the network up is started: neither systemd-networkd, "
	     "NetworkManager, ifupdown, nor another | systemctl enable systemd-networkd, or networking, or "
	     "NetworkManager, in the image | /place");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_OF_FINDINGS(test_init_may_be_executed),
		TEST_OF_FINDINGS(test_all_may_enter_the_root),
		TEST_OF_FINDINGS(test_host_keys),
		TEST_OF_FINDINGS(test_words_that_sshd_does_not_know),
		TEST_OF_FINDINGS(test_sshd_that_nothing_starts),
		TEST_OF_FINDINGS(test_targets_for_repairs),
		TEST_OF_FINDINGS(test_what_configures_no_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
