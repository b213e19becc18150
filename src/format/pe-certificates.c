/*
 * PE: certificates of signatures. X.509: RFC 5280.
 */
#include "format/pe-signatures.h"

/* Columns of a certificate, in the order of the rows of pe-signatures.def. */
enum column {
	THUMBPRINT,
	ISSUER,
	SUBJECT,
	VERSION,
	ALGORITHM,
	ALGORITHM_OID,
	SERIAL,
	NOT_BEFORE,
	NOT_AFTER
};

#define COLUMNS_OF(prefix) \
	_Static_assert(FACT_##prefix##_NOT_AFTER == FACT_##prefix##_THUMBPRINT + NOT_AFTER, "")
COLUMNS_OF(PE_SIGNATURE);
COLUMNS_OF(PE_CERTIFICATE);
COLUMNS_OF(PE_SIGNER_CERTIFICATE);
COLUMNS_OF(PE_STAMPER_CERTIFICATE);

/* YARA's rows are as many as there are, but a file is not made of them. */
enum { CERTIFICATES_MAX = 512 };
/* With its NUL: longer names are cut at the end of a part. */
enum { NAME_BYTES = 256, OID_BYTES = 256 };
/* Serial numbers that are longer are undefined. */
enum { SERIAL_MAX = 20 };

static void state_name(struct pe *pe, enum fact_id id, const X509_NAME *name)
{
	char text[NAME_BYTES];

	state_c_text(pe, id, X509_NAME_oneline(name, text, sizeof text));
}

/* "00:ff:01": the bytes as they are encoded, with the zero in front of a high bit. */
static void state_serial(struct pe *pe, enum fact_id id, const ASN1_INTEGER *serial)
{
	uint8_t *der = NULL;
	int len = i2d_ASN1_INTEGER(serial, &der);
	char text[3 * SERIAL_MAX + 1], *to = text;

	/* tag and length are one byte each in numbers of this size */
	if (len > 2 && len <= SERIAL_MAX + 2) {
		for (int i = 2; i < len; i++, to += 3) {
			hex_encode(&der[i], 1, to);
			to[2] = ':';
		}
		pe_state_text(pe, id, (struct str){text, (size_t)(to - text) - 1});
	}
	OPENSSL_free(der);
}

static void state_time(struct pe *pe, enum fact_id id, const ASN1_TIME *time)
{
	int64_t seconds;

	if (pkcs7_time(time, &seconds))
		pe_state(pe, id, seconds);
}

static void state_algorithm(struct pe *pe, enum fact_id first, int nid)
{
	char oid[OID_BYTES];

	state_c_text(pe, first + ALGORITHM, OBJ_nid2ln(nid));
	if (OBJ_obj2txt(oid, sizeof oid, OBJ_nid2obj(nid), 1) > 0)
		state_c_text(pe, first + ALGORITHM_OID, oid);
}

void state_certificate(struct pe *pe, enum fact_id first, X509 *certificate)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (X509_digest(certificate, EVP_sha1(), digest, &len) == 1)
		state_hex(pe, first + THUMBPRINT, (struct str){(const char *)digest, len});
	state_name(pe, first + ISSUER, X509_get_issuer_name(certificate));
	state_name(pe, first + SUBJECT, X509_get_subject_name(certificate));
	pe_state(pe, first + VERSION, X509_get_version(certificate) + 1);
	state_algorithm(pe, first, X509_get_signature_nid(certificate));
	state_serial(pe, first + SERIAL, X509_get0_serialNumber(certificate));
	state_time(pe, first + NOT_BEFORE, X509_get0_notBefore(certificate));
	state_time(pe, first + NOT_AFTER, X509_get0_notAfter(certificate));
}

void state_certificates(struct pe *pe, enum fact_id count, enum fact_group group,
			enum fact_id first, const pkcs7_certificates *all)
{
	int len = all != NULL ? sk_X509_num(all) : 0;

	pe_state(pe, count, len);
	for (int i = 0; i < len && i < CERTIFICATES_MAX; i++) {
		pe_row(pe, group);
		state_certificate(pe, first, sk_X509_value(all, i));
	}
}

void state_chain(struct pe *pe, enum fact_id count, enum fact_group group, enum fact_id first,
		 X509 *signer, pkcs7_certificates *all)
{
	STACK_OF(X509) *chain = signer != NULL ?
		X509_build_chain(signer, all, NULL, 1, NULL, NULL) : NULL;

	state_certificates(pe, count, group, first, chain);
	sk_X509_pop_free(chain, X509_free);
}
