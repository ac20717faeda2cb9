/* SPDX-License-Identifier: MIT */
#include "agent/web/tls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

static const struct {
	const char *word, *priority;
} versions[] = {
	[VW_TLS_1_0] = {"TLS10", "VERS-TLS1.0"},
	[VW_TLS_1_1] = {"TLS11", "VERS-TLS1.1"},
	[VW_TLS_1_2] = {"TLS12", "VERS-TLS1.2"},
	[VW_TLS_1_3] = {"TLS13", "VERS-TLS1.3"},
};

static const struct {
	const char *word, *priority;
} curves[] = {
	{"CurveP256", "SECP256R1"},
	{"CurveP384", "SECP384R1"},
	{"CurveP521", "SECP521R1"},
	{"X25519", "X25519"},
};

/* The suites that Go lets one choose, by IANA's numbers, and those of TLS 1.3, which it always offers.
 * Source: Go, crypto/tls/cipher_suites.go; IANA, TLS Cipher Suites. */
static const struct suite {
	const char *word;
	uint16_t id;
	const char *exchange, *cipher, *mac;
} suites[] = {
	{"TLS_AES_128_GCM_SHA256", 0x1301, NULL, "AES-128-GCM", "AEAD"},
	{"TLS_AES_256_GCM_SHA384", 0x1302, NULL, "AES-256-GCM", "AEAD"},
	{"TLS_CHACHA20_POLY1305_SHA256", 0x1303, NULL, "CHACHA20-POLY1305", "AEAD"},
	{"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", 0xc009, "ECDHE-ECDSA", "AES-128-CBC", "SHA1"},
	{"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", 0xc00a, "ECDHE-ECDSA", "AES-256-CBC", "SHA1"},
	{"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 0xc013, "ECDHE-RSA", "AES-128-CBC", "SHA1"},
	{"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", 0xc014, "ECDHE-RSA", "AES-256-CBC", "SHA1"},
	{"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xc02b, "ECDHE-ECDSA", "AES-128-GCM", "AEAD"},
	{"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 0xc02c, "ECDHE-ECDSA", "AES-256-GCM", "AEAD"},
	{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xc02f, "ECDHE-RSA", "AES-128-GCM", "AEAD"},
	{"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 0xc030, "ECDHE-RSA", "AES-256-GCM", "AEAD"},
	{"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", 0xcca9, "ECDHE-ECDSA", "CHACHA20-POLY1305", "AEAD"},
	{"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 0xcca8, "ECDHE-RSA", "CHACHA20-POLY1305", "AEAD"},
	{"TLS_RSA_WITH_AES_128_CBC_SHA", 0x002f, "RSA", "AES-128-CBC", "SHA1"},
	{"TLS_RSA_WITH_AES_256_CBC_SHA", 0x0035, "RSA", "AES-256-CBC", "SHA1"},
	{"TLS_RSA_WITH_AES_128_GCM_SHA256", 0x009c, "RSA", "AES-128-GCM", "AEAD"},
	{"TLS_RSA_WITH_AES_256_GCM_SHA384", 0x009d, "RSA", "AES-256-GCM", "AEAD"},
};

enum vwd_tls_version vwd_tls_version(const char *word)
{
	for (size_t i = VW_TLS_1_0; i < VW_COUNT(versions); i++)
		if (strcmp(versions[i].word, word) == 0)
			return (enum vwd_tls_version)i;
	return VW_TLS_ANY;
}

const char *vwd_tls_curve(const char *word)
{
	for (size_t i = 0; i < VW_COUNT(curves); i++)
		if (strcmp(curves[i].word, word) == 0)
			return curves[i].priority;
	return NULL;
}

static const struct suite *find_suite(const char *word)
{
	for (size_t i = 0; i < VW_COUNT(suites); i++)
		if (strcmp(suites[i].word, word) == 0)
			return &suites[i];
	return NULL;
}

bool vwd_tls_knows_suite(const char *word)
{
	return find_suite(word) != NULL;
}

static void put_suites(const struct vwd_tls_wish *wish, struct vwb_buffer *out)
{
	if (wish->suite_count == 0) {
		/* Without RSA's own key exchange, which keeps nothing secret once the key is lost. */
		vwb_put(out, "NORMAL:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-VERS-ALL");
		return;
	}
	vwb_put(out, "NONE:+CTYPE-X509:+COMP-NULL:+SIGN-ALL:+GROUP-ALL");
	for (size_t i = 0; i < wish->suite_count; i++) {
		const struct suite *suite = find_suite(wish->suite[i]);

		if (!suite)
			continue;
		if (suite->exchange)
			vwb_putf(out, ":+%s", suite->exchange);
		vwb_putf(out, ":+%s:+%s", suite->cipher, suite->mac);
	}
}

static void put_rest(const struct vwd_tls_wish *wish, struct vwb_buffer *out)
{
	enum vwd_tls_version min = wish->min ? wish->min : VW_TLS_1_2;
	enum vwd_tls_version max = wish->max ? wish->max : VW_TLS_1_3;

	for (enum vwd_tls_version i = max; i >= min; i--)
		vwb_putf(out, ":+%s", versions[i].priority);
	if (wish->curve_count)
		vwb_put(out, ":-GROUP-ALL");
	for (size_t i = 0; i < wish->curve_count; i++)
		vwb_putf(out, ":+GROUP-%s", vwd_tls_curve(wish->curve[i]));
	if (!wish->client_chooses)
		vwb_put(out, ":%SERVER_PRECEDENCE");
}

static bool is_asked_for(const struct vwd_tls_wish *wish, uint16_t id)
{
	if (id >> 8 == 0x13)
		return true;
	for (size_t i = 0; i < wish->suite_count; i++) {
		const struct suite *suite = find_suite(wish->suite[i]);

		if (suite && suite->id == id)
			return true;
	}
	return false;
}

/* The suite at @index of what priorities bring: 0 with its number, 1 for one to pass over, or a negative
 * number past the end. */
static int suite_at(gnutls_priority_t priorities, unsigned index, uint16_t *ret_id, const char **ret_name)
{
	unsigned char id[2];
	unsigned number;
	int err;

	err = gnutls_priority_get_cipher_suite_index(priorities, index, &number);
	if (err == GNUTLS_E_UNKNOWN_CIPHER_SUITE)
		return 1;
	if (err < 0)
		return err;
	*ret_name = gnutls_cipher_suite_info(number, id, NULL, NULL, NULL, NULL);
	if (!*ret_name)
		return 1;
	*ret_id = (uint16_t)(id[0] << 8 | id[1]);
	return 0;
}

/* GnuTLS lists the suites of TLS 1.3 where that version is not allowed too, and the other way round. */
static bool can_be_used(const struct vwd_tls_wish *wish, uint16_t id)
{
	if (id >> 8 == 0x13)
		return !wish->max || wish->max >= VW_TLS_1_3;
	return wish->min < VW_TLS_1_3;
}

/* What GnuTLS makes of it, against what was asked for. */
static int compare(const struct vwd_tls_wish *wish, gnutls_priority_t priorities, char *problem,
		   size_t problem_size)
{
	const char *name;
	bool some = false;
	uint16_t id;
	int err;

	for (unsigned i = 0; (err = suite_at(priorities, i, &id, &name)) >= 0; i++) {
		if (err > 0 || !can_be_used(wish, id))
			continue;
		some = true;
		if (wish->suite_count && !is_asked_for(wish, id)) {
			snprintf(problem, problem_size,
				 "these cipher_suites together would allow %s too, which is not among them",
				 name);
			return -EINVAL;
		}
	}
	if (!some) {
		snprintf(problem, problem_size,
			 "no cipher suite is left for these versions and cipher_suites");
		return -EINVAL;
	}
	return 0;
}

int vwd_tls_priorities(const struct vwd_tls_wish *wish, struct vwb_buffer *out, char *problem,
		       size_t problem_size)
{
	size_t start = out->size;
	gnutls_priority_t priorities;
	int err;

	put_suites(wish, out);
	put_rest(wish, out);
	if (out->error)
		return out->error;
	if (gnutls_priority_init(&priorities, out->data + start, NULL) != 0) {
		snprintf(problem, problem_size, "GnuTLS cannot do these versions, cipher_suites and curves");
		return -EINVAL;
	}
	err = compare(wish, priorities, problem, problem_size);
	gnutls_priority_deinit(priorities);
	return err;
}

static gnutls_datum_t datum(const char *text)
{
	return (gnutls_datum_t){(unsigned char *)(uintptr_t)text, (unsigned)strlen(text)};
}

static int try_certificates(const struct vwd_web_config *config, gnutls_certificate_credentials_t credentials,
			    char *problem, size_t problem_size)
{
	gnutls_datum_t certificate = datum(config->certificate), key = datum(config->key), authority;
	int err;

	err = gnutls_certificate_set_x509_key_mem(credentials, &certificate, &key, GNUTLS_X509_FMT_PEM);
	if (err < 0) {
		snprintf(problem, problem_size, "cert_file and key_file: %s", gnutls_strerror(err));
		return -EINVAL;
	}
	if (!config->client_ca)
		return 0;
	authority = datum(config->client_ca);
	err = gnutls_certificate_set_x509_trust_mem(credentials, &authority, GNUTLS_X509_FMT_PEM);
	if (err <= 0) {
		snprintf(problem, problem_size, "client_ca_file: %s",
			 err < 0 ? gnutls_strerror(err) : "it holds no certificate");
		return -EINVAL;
	}
	return 0;
}

int vwd_tls_check(const struct vwd_web_config *config, char *problem, size_t problem_size)
{
	gnutls_certificate_credentials_t credentials;
	int err;

	if (gnutls_certificate_allocate_credentials(&credentials) != 0) {
		snprintf(problem, problem_size, "out of memory");
		return -ENOMEM;
	}
	err = try_certificates(config, credentials, problem, problem_size);
	gnutls_certificate_free_credentials(credentials);
	return err;
}

static const struct {
	bool asks, requires, verifies;
} client_auths[] = {
	[VW_NO_CLIENT_CERT] = {false, false, false},
	[VW_REQUEST_CLIENT_CERT] = {true, false, false},
	[VW_REQUIRE_ANY_CLIENT_CERT] = {true, true, false},
	[VW_VERIFY_CLIENT_CERT_IF_GIVEN] = {true, false, true},
	[VW_REQUIRE_AND_VERIFY_CLIENT_CERT] = {true, true, true},
};

static bool is_signed(gnutls_session_t session)
{
	gnutls_typed_vdata_st purpose = {
		.type = GNUTLS_DT_KEY_PURPOSE_OID,
		.data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT,
	};
	unsigned status = ~0U;

	return gnutls_certificate_verify_peers(session, &purpose, 1, &status) == 0 && status == 0;
}

/* As text: an address in its usual form, anything else as it stands. */
static const char *name_as_text(unsigned type, const char *name, size_t size, char *buffer,
				size_t buffer_size)
{
	if (type == GNUTLS_SAN_IPADDRESS && (size == 4 || size == 16))
		return inet_ntop(size == 4 ? AF_INET : AF_INET6, name, buffer, (socklen_t)buffer_size);
	if (type != GNUTLS_SAN_DNSNAME && type != GNUTLS_SAN_RFC822NAME && type != GNUTLS_SAN_URI)
		return NULL;
	return strlen(name) == size ? name : NULL;
}

static bool is_allowed_name(const struct vwd_web_config *config, const char *name)
{
	for (size_t i = 0; i < config->allowed_name_count; i++)
		if (strcmp(config->allowed_name[i], name) == 0)
			return true;
	return false;
}

static bool has_allowed_name(const struct vwd_web_config *config, gnutls_x509_crt_t certificate)
{
	char name[512], address[INET6_ADDRSTRLEN];

	for (unsigned i = 0;; i++) {
		size_t size = sizeof(name) - 1;
		const char *text;
		int type;

		memset(name, 0, sizeof(name));
		type = gnutls_x509_crt_get_subject_alt_name(certificate, i, name, &size, NULL);
		if (type == GNUTLS_E_SHORT_MEMORY_BUFFER)
			continue;
		if (type < 0)
			return false;
		text = name_as_text((unsigned)type, name, size, address, sizeof(address));
		if (text && is_allowed_name(config, text))
			return true;
	}
}

static bool is_called_right(const struct vwd_web_config *config, const gnutls_datum_t *raw)
{
	gnutls_x509_crt_t certificate;
	bool right;

	if (gnutls_x509_crt_init(&certificate) != 0)
		return false;
	right = gnutls_x509_crt_import(certificate, raw, GNUTLS_X509_FMT_DER) == 0 &&
		has_allowed_name(config, certificate);
	gnutls_x509_crt_deinit(certificate);
	return right;
}

/* GnuTLS ends the handshake where this returns anything but 0. */
static int verify_client(gnutls_session_t session)
{
	const struct vwd_web_config *config = gnutls_db_get_ptr(session);
	const gnutls_datum_t *certificate;
	unsigned count = 0;

	certificate = gnutls_certificate_get_peers(session, &count);
	if ((!certificate || count == 0) && client_auths[config->client_auth].requires)
		return GNUTLS_E_NO_CERTIFICATE_FOUND;
	if (!certificate || count == 0)
		return 0;
	if (client_auths[config->client_auth].verifies && !is_signed(session))
		return GNUTLS_E_CERTIFICATE_ERROR;
	if (config->allowed_name_count && !is_called_right(config, certificate))
		return GNUTLS_E_CERTIFICATE_ERROR;
	return 0;
}

bool vwd_tls_prepare(const struct vwd_web_config *config, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info;
	gnutls_session_t session;

	if (!config || !config->tls || !client_auths[config->client_auth].asks)
		return true;
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (!info || !info->tls_session)
		return false;
	session = info->tls_session;
	/* The session's own pointer is libmicrohttpd's; this one is for a cache of sessions, which we do not
	 * have. */
	gnutls_db_set_ptr(session, (void *)(uintptr_t)config);
	gnutls_certificate_server_set_request(session, client_auths[config->client_auth].requires
							       ? GNUTLS_CERT_REQUIRE
							       : GNUTLS_CERT_REQUEST);
	gnutls_session_set_verify_function(session, verify_client);
	return true;
}
