/*
 * PE: time stamps of signatures. There are two kinds, both unsigned attributes
 * of the signer that hold signatures over the signer's own:
 *
 *	1.2.840.113549.1.9.6    PKCS #9: a SignerInfo; its certificates are those
 *	                        of the signature around it
 *	1.3.6.1.4.1.311.3.3.1   Microsoft: a token of RFC 3161, a SignedData
 */
#include <openssl/evp.h>
#include <openssl/ts.h>

#include "format/pe-signatures.h"

#define OID_COUNTERSIGNATURE "1.2.840.113549.1.9.6"
#define OID_TOKEN "1.3.6.1.4.1.311.3.3.1"
#define OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define OID_SIGNING_TIME "1.2.840.113549.1.9.5"

static struct str bytes_of(const ASN1_STRING *s)
{
	return (struct str){(const char *)ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)};
}

/* The time, or false: the rest is undefined then. */
static bool state_sign_time(struct pe *pe, const ASN1_TIME *time)
{
	int64_t seconds;

	if (!pkcs7_time(time, &seconds))
		return false;
	pe_state(pe, FACT_PE_COUNTERSIGNATURE_TIME, seconds);
	return true;
}

static void state_algorithm(struct pe *pe, const ASN1_OBJECT *algorithm)
{
	state_c_text(pe, FACT_PE_COUNTERSIGNATURE_DIGEST_ALGORITHM,
		     pkcs7_algorithm_name(algorithm));
}

static void state_stamper(struct pe *pe, X509 *signer, pkcs7_certificates *all)
{
	state_chain(pe, FACT_PE_COUNTERSIGNATURE_CHAIN_LENGTH, GROUP_PE_STAMPER_CERTIFICATE,
		    FACT_PE_STAMPER_CERTIFICATE_THUMBPRINT, signer, all);
}

/*
 * Early time stamps of VeriSign hold the bare digest of the attributes, where
 * PKCS #1 says that its algorithm is named.
 */
static bool verify_bare(const PKCS7_SIGNER_INFO *signer, X509 *certificate)
{
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	EVP_PKEY_CTX *context = key != NULL ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	uint8_t *attributes = NULL, digest[EVP_MAX_MD_SIZE];
	int len = ASN1_item_i2d((ASN1_VALUE *)signer->auth_attr, &attributes,
				ASN1_ITEM_rptr(PKCS7_ATTR_VERIFY));
	size_t digest_len = sizeof digest, needed = 0;
	struct str sealed = bytes_of(signer->enc_digest);
	bool is_right =
		context != NULL && len > 0 && EVP_PKEY_is_a(key, "RSA") &&
		EVP_PKEY_verify_recover_init(context) == 1 &&
		EVP_PKEY_verify_recover(context, NULL, &needed, (const uint8_t *)sealed.data,
					sealed.len) == 1;

	if (is_right) {
		uint8_t *recovered = OPENSSL_malloc(needed);

		is_right = recovered != NULL &&
			   EVP_PKEY_verify_recover(context, recovered, &needed,
						   (const uint8_t *)sealed.data,
						   sealed.len) == 1 &&
			   needed <= digest_len;
		if (is_right)
			memcpy(digest, recovered, needed);
		OPENSSL_free(recovered);
	}
	is_right = is_right &&
		   pkcs7_digest_is(signer->digest_alg->algorithm,
				   (struct str){(const char *)attributes, (size_t)len},
				   (struct str){(const char *)digest, needed});
	OPENSSL_free(attributes);
	EVP_PKEY_CTX_free(context);
	return is_right;
}

/* States what there is up to what is missing; whether the time stamp is right. */
static bool state_pkcs9(struct pe *pe, PKCS7 *p7, PKCS7_SIGNER_INFO *stamp, struct str sealed)
{
	const ASN1_TYPE *time = pkcs7_attribute(stamp->auth_attr, OID_SIGNING_TIME, 0);
	const PKCS7_ISSUER_AND_SERIAL *who = stamp->issuer_and_serial;

	state_algorithm(pe, stamp->digest_alg->algorithm);
	if (time == NULL || (time->type != V_ASN1_UTCTIME && time->type != V_ASN1_GENERALIZEDTIME))
		return false;
	if (!state_sign_time(pe, time->value.asn1_string))
		return false;
	X509 *signer = X509_find_by_issuer_and_serial(p7->d.sign->cert, who->issuer, who->serial);
	if (signer == NULL)
		return false;
	state_stamper(pe, signer, p7->d.sign->cert);
	struct str digest = pkcs7_bytes(pkcs7_attribute(stamp->auth_attr, OID_MESSAGE_DIGEST, 0),
					V_ASN1_OCTET_STRING);
	if (digest.len == 0)
		return false;
	state_hex(pe, FACT_PE_COUNTERSIGNATURE_DIGEST, digest);
	return pkcs7_digest_is(stamp->digest_alg->algorithm, sealed, digest) &&
	       (pkcs7_verify(p7, stamp, signer, sealed) || verify_bare(stamp, signer));
}

static bool pkcs9(struct pe *pe, PKCS7 *p7, struct str der, struct str sealed)
{
	const uint8_t *p = (const uint8_t *)der.data;
	PKCS7_SIGNER_INFO *stamp = d2i_PKCS7_SIGNER_INFO(NULL, &p, (long)der.len);
	bool is_right = stamp != NULL && state_pkcs9(pe, p7, stamp, sealed);

	PKCS7_SIGNER_INFO_free(stamp);
	return is_right;
}

/* The same of a token. */
static bool state_token(struct pe *pe, PKCS7 *token, TS_TST_INFO *info, struct str sealed)
{
	X509 *signer = pkcs7_signer_certificate(token);
	TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(info);

	if (!state_sign_time(pe, TS_TST_INFO_get_time(info)) || signer == NULL)
		return false;
	state_stamper(pe, signer, token->d.sign->cert);
	const ASN1_OBJECT *algorithm = TS_MSG_IMPRINT_get_algo(imprint)->algorithm;
	struct str digest = bytes_of(TS_MSG_IMPRINT_get_msg(imprint));

	state_algorithm(pe, algorithm);
	if (digest.len == 0)
		return false;
	state_hex(pe, FACT_PE_COUNTERSIGNATURE_DIGEST, digest);
	return pkcs7_digest_is(algorithm, sealed, digest) &&
	       pkcs7_verify(token, pkcs7_signer(token), signer, pkcs7_content(token));
}

static bool microsoft(struct pe *pe, struct str der, struct str sealed)
{
	PKCS7 *token = pkcs7_parse(der);
	TS_TST_INFO *info = token != NULL ? PKCS7_to_TS_TST_INFO(token) : NULL;
	bool is_right = info != NULL && state_token(pe, token, info, sealed);

	TS_TST_INFO_free(info);
	PKCS7_free(token);
	return is_right;
}

static unsigned state_attribute(struct signing *s, PKCS7 *p7, const PKCS7_SIGNER_INFO *signer,
				const char *oid)
{
	struct str sealed = bytes_of(signer->enc_digest);
	bool is_pkcs9 = strcmp(oid, OID_COUNTERSIGNATURE) == 0;
	int count = 0;

	for (; count < ATTRIBUTE_VALUES_MAX; count++) {
		struct str der = pkcs7_bytes(pkcs7_attribute(signer->unauth_attr, oid, count),
					     V_ASN1_SEQUENCE);

		if (der.data == NULL || !signing_begin(s))
			break;
		pe_row(&s->pe, GROUP_PE_COUNTERSIGNATURE);
		pe_state(&s->pe, FACT_PE_COUNTERSIGNATURE_VERIFIED,
			 is_pkcs9 ? pkcs9(&s->pe, p7, der, sealed) :
				    microsoft(&s->pe, der, sealed));
	}
	return (unsigned)count;
}

void state_countersignatures(struct signing *s, PKCS7 *p7, const PKCS7_SIGNER_INFO *signer)
{
	unsigned count = state_attribute(s, p7, signer, OID_COUNTERSIGNATURE);

	count += state_attribute(s, p7, signer, OID_TOKEN);
	pe_state(&s->pe, FACT_PE_SIGNATURE_COUNTERSIGNATURE_COUNT, count);
}
