/* SPDX-License-Identifier: MIT */

/*
 * Hostile bytes for what the service reads: its configuration and the web configuration with the files that
 * it names, the report that was kept, headers and addresses. VW_FUZZ names the row of the table below that
 * runs. tests/fuzz/run.py makes the seeds.
 */

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <strings.h>
#include <syslog.h>
#include <time.h>

#include "agent/changes.h"
#include "agent/config.h"
#include "agent/listen.h"
#include "agent/negotiate.h"
#include "agent/web/tls.h"
#include "agent/web/web.h"
#include "export/export.h"
#include "probes/probes.h"
#include "tests/fuzz/fuzz.h"

/* What is kept to be printed is as it would be printed. */
static void check_clean(const char *text)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer copy = {0};

	if (!text || !*text)
		return;
	vwb_put(&copy, text);
	MUST(copy.error == 0);
	vwb_text_clean(copy.data, copy.size);
	MUST(vwb_text_equal(copy.data, text));
}

/* The file at fault comes first. */
static void check_blame(const char *problem, const char *path)
{
	check_problem(problem);
	MUST(vwb_text_starts(problem, path) && problem[strlen(path)] == ':');
}

/* The input as a string, for who takes no size; it ends at the first NUL. @text: free with vwb_buffer_free()
 */
static const char *as_text(struct vwb_buffer *text, const char *bytes, size_t size)
{
	vwb_put_bytes(text, bytes, size);
	vwb_put(text, "");
	return text->data ? text->data : "";
}

/* The configuration. */

static void check_config(const struct vwd_config *config, const char *path)
{
	const char *const texts[] = {config->web_config, config->report_file, config->state_directory,
				     config->textfile, config->snapshot};

	MUST(vwb_text_equal(config->file, path));
	MUST(!config->help && !config->version && !config->check);
	MUST(config->listen.count <= VW_LISTEN_MAX);
	for (size_t i = 0; i < config->listen.count; i++) {
		MUST(vwd_listen_is_address(config->listen.address[i]));
		check_clean(config->listen.address[i]);
	}
	for (size_t i = 0; i < VW_COUNT(texts); i++) {
		MUST(!texts[i] || *texts[i]);
		check_clean(texts[i]);
	}
	MUST(config->connections >= 1 && config->connections <= 4096);
	MUST(config->timeout >= 1000 && config->timeout <= 3600000);
	MUST(config->interval <= 365 * UINT64_C(86400000));
	MUST(config->settle <= 5000);
}

static void run_config(const struct row *row, const char *bytes, size_t size)
{
	static char name[] = "virtwhered";
	char path[PATH_SIZE + 32], option[PATH_SIZE + 48], problem[PROBLEM_SIZE] = "";
	char *argv[] = {name, option, NULL};
	struct vwd_config config;
	int fd = open_machine();

	add(fd, VW_NODE_FILE, row->of, bytes, size);
	close(fd);
	snprintf(path, sizeof(path), "%s/%s", machine, (const char *)row->of);
	snprintf(option, sizeof(option), "--config=%s", path);
	if (vwd_config_read(2, argv, &config, problem, sizeof(problem)) < 0) {
		check_blame(problem, path);
		return;
	}
	check_config(&config, path);
	vwd_config_free(&config);
}

/* The web configuration. */

#define WEB "web.yml"

/* Asks for each of the files. */
static const char web[] = "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n"
			  "  client_ca_file: ca.pem\n  client_auth_type: RequireAndVerifyClientCert\n";

/* A certificate that signs itself, and its key: those that a web configuration names unless the input brings
 * its own. */
static gnutls_datum_t certificate_pem, key_pem;

/* GnuTLS 3.7.9 does not free a certificate of a chain that it could not read
 * (gnutls_certificate_set_x509_key_mem2). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:gnutls_x509_crt_init\n";
}

static void sign(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
	time_t now = time(NULL);

	MUST(gnutls_x509_crt_set_version(certificate, 3) == 0);
	MUST(gnutls_x509_crt_set_serial(certificate, "\1", 1) == 0);
	MUST(gnutls_x509_crt_set_activation_time(certificate, now) == 0);
	MUST(gnutls_x509_crt_set_expiration_time(certificate, now + 86400) == 0);
	MUST(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, "fuzz", 4) == 0);
	MUST(gnutls_x509_crt_set_key(certificate, key) == 0);
	MUST(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0) == 0);
}

static void make_certificate(void)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t certificate;

	if (key_pem.data)
		return;
	MUST(gnutls_x509_privkey_init(&key) == 0);
	MUST(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
					  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0) == 0);
	MUST(gnutls_x509_crt_init(&certificate) == 0);
	sign(certificate, key);
	MUST(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &certificate_pem) == 0);
	MUST(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &key_pem) == 0);
	gnutls_x509_crt_deinit(certificate);
	gnutls_x509_privkey_deinit(key);
}

static int open_web(void)
{
	int fd;

	make_certificate();
	fd = open_machine();
	add(fd, VW_NODE_FILE, "cert.pem", certificate_pem.data, certificate_pem.size);
	add(fd, VW_NODE_FILE, "key.pem", key_pem.data, key_pem.size);
	add(fd, VW_NODE_FILE, "ca.pem", certificate_pem.data, certificate_pem.size);
	return fd;
}

static void check_tls(const struct vwd_web_config *config)
{
	bool verifies = config->client_auth == VW_VERIFY_CLIENT_CERT_IF_GIVEN ||
			config->client_auth == VW_REQUIRE_AND_VERIFY_CLIENT_CERT;
	gnutls_priority_t priorities;

	if (!config->tls) {
		MUST(!config->certificate && !config->key && !config->client_ca && !config->priorities);
		return;
	}
	MUST(config->certificate && config->key && config->priorities);
	MUST(config->client_auth <= VW_REQUIRE_AND_VERIFY_CLIENT_CERT);
	MUST(!verifies || config->client_ca);
	MUST(!config->allowed_name_count || verifies);
	for (size_t i = 0; i < config->allowed_name_count; i++)
		check_line(config->allowed_name[i]);
	MUST(gnutls_priority_init(&priorities, config->priorities, NULL) == 0);
	gnutls_priority_deinit(priorities);
}

static void check_web(const struct vwd_web_config *config)
{
	check_tls(config);
	for (size_t i = 0; i < config->header_count; i++) {
		check_problem(config->header[i].name);
		check_problem(config->header[i].value);
	}
	for (size_t i = 0; i < config->user_count; i++) {
		const struct vwd_web_pair *user = &config->user[i];

		check_problem(user->name);
		MUST(!strchr(user->name, ':'));
		MUST(strlen(user->value) == 60 && vwb_text_starts(user->value, "$2"));
		for (size_t k = 0; k < i; k++)
			MUST(!vwb_text_equal(config->user[k].name, user->name));
	}
	for (size_t i = 0; i < config->note_count; i++)
		check_problem(config->note[i]);
}

static void load_web(void)
{
	_cleanup_(vwd_web_config_freep) struct vwd_web_config *config = NULL, *again = NULL;
	char path[PATH_SIZE + 32], problem[PROBLEM_SIZE] = "";

	snprintf(path, sizeof(path), "%s/" WEB, machine);
	if (vwd_web_config_load(path, &config, problem, sizeof(problem)) < 0) {
		check_blame(problem, path);
		MUST(!config);
	} else {
		check_web(config);
		MUST(vwd_web_config_load(path, &again, problem, sizeof(problem)) == 0);
		MUST(vwd_web_config_same(config, again) && vwd_web_config_same_tls(config, again));
		MUST(vwd_web_config_same_tls(config, NULL) == !config->tls);
	}
}

static void run_web_config(const struct row *row, const char *bytes, size_t size)
{
	int fd = open_web();

	(void)row;
	add(fd, VW_NODE_FILE, WEB, bytes, size);
	close(fd);
	load_web();
}

/* The input's files stand in place of ours. */
static void run_web_files(const struct row *row, const char *bytes, size_t size)
{
	int fd = open_web();

	(void)row;
	add(fd, VW_NODE_FILE, WEB, web, strlen(web));
	add_parts(fd, bytes, size);
	close(fd);
	load_web();
}

/* The report that was kept. */

static void check_digest(const struct vwd_digest *digest)
{
	const struct vw_platform *platform = &digest->platform;
	const char *const texts[] = {platform->id,
				     platform->hypervisor,
				     platform->vmm,
				     platform->mode,
				     platform->row,
				     platform->container,
				     platform->confidential,
				     platform->cloud.provider,
				     platform->cloud.instance_type,
				     platform->cloud.instance_id};

	MUST(platform->id && platform->hypervisor);
	MUST(digest->level >= 0);
	MUST(digest->can_host <= VW_YES);
	MUST(digest->device_count <= VW_DIGEST_DEVICES && digest->finding_count <= VW_DIGEST_FINDINGS);
	for (size_t i = 0; i < VW_COUNT(texts); i++)
		check_clean(texts[i]);
	for (size_t i = 0; i < digest->device_count; i++) {
		const struct vw_device *device = &digest->device[i];
		const char *const words[] = {device->name,           device->ids,  device->driver,
					     device->driver_version, device->what, device->kind};

		MUST(device->kind && device->class <= VW_CLASS_H);
		for (size_t k = 0; k < VW_COUNT(words); k++)
			check_clean(words[k]);
	}
	for (size_t i = 0; i < digest->finding_count; i++) {
		const struct vwd_digest_finding *finding = &digest->finding[i];

		MUST(finding->id && finding->status >= VW_PASS && finding->status <= VW_STATUS_UNKNOWN);
		MUST(finding->severity >= VW_ADVICE && finding->severity <= VW_FATAL);
		check_clean(finding->id);
		check_clean(finding->subject);
		check_clean(finding->message);
	}
}

/* Returns how many there are. */
static size_t check_changes(const struct vwd_digest *before, const struct vwd_digest *after)
{
	struct vwd_changes changes;
	int urgent = LOG_DEBUG;
	size_t count;

	MUST(vwd_changes_between(before, after, &changes) == 0);
	for (size_t i = 0; i < changes.count; i++) {
		const struct vwd_change *change = &changes.change[i];

		MUST(*vwd_change_word(change->kind));
		MUST(change->priority >= LOG_ERR && change->priority <= LOG_INFO);
		if (change->priority < urgent)
			urgent = change->priority;
		check_problem(change->sentence);
		check_clean(change->device);
	}
	MUST(vwd_changes_priority(&changes) == urgent);
	count = changes.count;
	vwd_changes_free(&changes);
	return count;
}

/* The digest of a machine of which nothing is known. */
static void plain_digest(struct vwd_digest *ret)
{
	static const struct vw_facts nothing = {.arch = "x86_64"};
	struct vw_report *report;

	MUST(vw_detect(&nothing, &report) == 0);
	MUST(vwd_digest_of(report, ret) == 0);
	vw_report_free(report);
}

static bool parse_kept(const char *bytes, size_t size, struct vwd_digest *ret)
{
	int r = vwd_digest_parse(bytes, size, ret);

	MUST(r == 0 || r == -EBADMSG);
	if (r == 0)
		check_digest(ret);
	return r == 0;
}

/* One report and the next, which is the plain one when the input has none. */
static void run_kept(const struct row *row, const char *bytes, size_t size)
{
	_cleanup_(vwd_digest_free) struct vwd_digest before = {0}, after = {0};
	const char *mark = row->of;
	size_t first = part_size(bytes, size, mark), skip = first < size ? first + strlen(mark) : size;

	if (!parse_kept(bytes, first, &before))
		return;
	if (skip == size || !parse_kept(bytes + skip, size - skip, &after))
		plain_digest(&after);
	check_changes(&before, &after);
	check_changes(&after, &before);
	MUST(check_changes(&before, &before) == 0);
	MUST(check_changes(&after, &after) == 0);
}

/* A report and what was kept of it are the same, and the service says nothing when it starts again. */
static void check_kept(const struct vw_report *report)
{
	_cleanup_(vwd_digest_free) struct vwd_digest direct = {0}, kept = {0};

	MUST(vwd_digest_of(report, &direct) == 0);
	MUST(vwd_digest_parse(direct.text, direct.size, &kept) == 0);
	check_digest(&direct);
	check_digest(&kept);
	MUST(direct.devices_known == kept.devices_known);
	MUST(direct.device_count == kept.device_count && direct.finding_count == kept.finding_count);
	MUST(check_changes(&direct, &kept) == 0);
	MUST(check_changes(&kept, &direct) == 0);
}

static void run_keep(const struct row *row, const char *bytes, size_t size)
{
	_cleanup_(vw_source_freep) struct vw_source *source = NULL;
	_cleanup_(vw_facts_freep) struct vw_facts *facts = NULL;
	struct vw_report *report;
	char problem[PROBLEM_SIZE];
	int fd = open_machine();

	(void)row;
	add_parts(fd, bytes, size);
	close(fd);
	if (vw_source_snapshot(machine, &source, problem, sizeof(problem)) < 0)
		return;
	MUST(vw_probe(source, VW_PROBE_WIDE, &facts) == 0);
	MUST(vw_detect(facts, &report) == 0);
	check_kept(report);
	vw_report_free(report);
}

/* What clients send. */

#define OPENMETRICS "application/openmetrics-text"
#define TAG         "\"0123456789abcdef\""

static bool has_tag(const char *text)
{
	return vwd_etag_matches(text, TAG);
}

/* The words of which a value that is a yes has one, and what makes each a yes that it stands before. */
static const struct {
	bool (*holds)(const char *value);
	const char *words[2], *yes;
} headers[] = {
	{vwd_client_accepts_openmetrics, {OPENMETRICS, OPENMETRICS}, OPENMETRICS ","},
	{vwd_client_accepts_gzip, {"gzip", "*"}, "gzip,"},
	{has_tag, {TAG, "*"}, "W/" TAG ","},
};

static void run_headers(const struct row *row, const char *bytes, size_t size)
{
	(void)row;
	for (size_t i = 0; i < VW_COUNT(headers); i++) {
		_cleanup_(vwb_buffer_free) struct vwb_buffer alone = {0}, more = {0};
		const char *text = as_text(&alone, bytes, size);
		bool holds = headers[i].holds(text);

		MUST(!holds || strcasestr(text, headers[i].words[0]) ||
		     strcasestr(text, headers[i].words[1]));
		vwb_put(&more, headers[i].yes);
		vwb_put(&more, text);
		MUST(headers[i].holds(more.data));
		vwb_buffer_free(&more);
		/* Quotes that do not end take the rest with them. */
		vwb_put(&more, text);
		vwb_put(&more, ", other");
		MUST(strchr(text, '"') || headers[i].holds(more.data) == holds);
	}
}

/* Addresses. */

static void run_listen(const struct row *row, const char *bytes, size_t size)
{
	_cleanup_(vwb_buffer_free) struct vwb_buffer text = {0};
	const char *address = as_text(&text, bytes, size), *colon = strrchr(address, ':');

	(void)row;
	if (!vwd_listen_is_address(address))
		return;
	if (address[0] == '/') {
		MUST(strlen(address) < VW_LISTEN_NAME_MAX);
		return;
	}
	MUST(colon && strtoul(colon + 1, NULL, 10) <= UINT16_MAX);
	MUST(colon == address || strspn(address, "0123456789abcdefABCDEF.:[]") >= (size_t)(colon - address));
}

/* The table. */

const struct row rows[] = {
	{"config", run_config, "virtwhered.conf"},
	{"web-config", run_web_config, NULL},
	{"web-files", run_web_files, NULL},
	{"kept", run_kept, "\n@\n"},
	{"keep", run_keep, NULL},
	{"headers", run_headers, NULL},
	{"listen", run_listen, NULL},
	{NULL, NULL, NULL},
};
