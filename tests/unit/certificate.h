/* SPDX-License-Identifier: MIT */
#ifndef VW_TESTS_UNIT_CERTIFICATE_H
#define VW_TESTS_UNIT_CERTIFICATE_H

/* Certificates for a test. Include after <cmocka.h>. */

#include <time.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "tests/unit/scratch.h"

/* A key and a certificate that it signs itself, as NAME.key and NAME.pem. */
static inline void write_certificate(const struct scratch *scratch, const char *name)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t certificate;
	gnutls_datum_t pem;
	char path[128];

	assert_int_equal(gnutls_x509_privkey_init(&key), 0);
	assert_int_equal(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
						      GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
			 0);
	assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
	assert_int_equal(gnutls_x509_crt_set_version(certificate, 3), 0);
	assert_int_equal(gnutls_x509_crt_set_serial(certificate, "\1", 1), 0);
	assert_int_equal(gnutls_x509_crt_set_activation_time(certificate, time(NULL) - 60), 0);
	assert_int_equal(gnutls_x509_crt_set_expiration_time(certificate, time(NULL) + 3600), 0);
	assert_int_equal(gnutls_x509_crt_set_key(certificate, key), 0);
	assert_int_equal(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0), 0);

	assert_int_equal(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &pem), 0);
	snprintf(path, sizeof(path), "%s/%s.key", scratch->directory, name);
	write_text(path, (const char *)pem.data);
	gnutls_free(pem.data);
	assert_int_equal(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem), 0);
	snprintf(path, sizeof(path), "%s/%s.pem", scratch->directory, name);
	write_text(path, (const char *)pem.data);
	gnutls_free(pem.data);
	gnutls_x509_crt_deinit(certificate);
	gnutls_x509_privkey_deinit(key);
}

#endif
