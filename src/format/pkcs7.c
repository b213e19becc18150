#include "format/pkcs7.h"

#include <limits.h>
#include <openssl/evp.h>
#include <time.h>

#include "base/num.h"

enum { OID_TEXT_MAX = 80 };

PKCS7 *pkcs7_parse(struct str der)
{
	const uint8_t *p = (const uint8_t *)der.data;
	PKCS7 *p7 = der.len <= INT_MAX ? d2i_PKCS7(NULL, &p, (long)der.len) : NULL;

	if (p7 != NULL && PKCS7_type_is_signed(p7) && p7->d.sign != NULL &&
	    p7->d.sign->contents != NULL)
		return p7;
	PKCS7_free(p7);
	return NULL;
}

static struct str of_string(const ASN1_STRING *s)
{
	return (struct str){(const char *)ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)};
}

struct str pkcs7_bytes(const ASN1_TYPE *value, int type)
{
	if (value == NULL || value->type != type || value->value.asn1_string == NULL)
		return (struct str){0};
	return of_string(value->value.asn1_string);
}

struct str pkcs7_content(const PKCS7 *p7)
{
	PKCS7 *contents = p7->d.sign->contents;
	const ASN1_TYPE *value = PKCS7_type_is_other(contents) ? contents->d.other : NULL;
	struct str octets = pkcs7_bytes(value, V_ASN1_OCTET_STRING);
	struct str sequence = pkcs7_bytes(value, V_ASN1_SEQUENCE);
	const uint8_t *p = (const uint8_t *)sequence.data;
	int tag, class;
	long len;

	if (sequence.data == NULL)
		return octets;
	if ((ASN1_get_object(&p, &len, &tag, &class, (long)sequence.len) & 0x81) != 0)
		return (struct str){0};
	return (struct str){(const char *)p, (size_t)len};
}

PKCS7_SIGNER_INFO *pkcs7_signer(const PKCS7 *p7)
{
	/* -1 elements of no list at all; NULL behind its end */
	return sk_PKCS7_SIGNER_INFO_value(p7->d.sign->signer_info, 0);
}

X509 *pkcs7_signer_certificate(PKCS7 *p7)
{
	STACK_OF(X509) *signers = PKCS7_get0_signers(p7, p7->d.sign->cert, 0);
	X509 *first = sk_X509_value(signers, 0);

	sk_X509_free(signers);
	return first;
}

const ASN1_TYPE *pkcs7_attribute(const pkcs7_attributes *attributes, const char *oid, int index)
{
	for (int i = 0; i < sk_X509_ATTRIBUTE_num(attributes); i++) {
		X509_ATTRIBUTE *a = sk_X509_ATTRIBUTE_value(attributes, i);
		char text[OID_TEXT_MAX];

		if (OBJ_obj2txt(text, sizeof text, X509_ATTRIBUTE_get0_object(a), 1) > 0 &&
		    strcmp(text, oid) == 0)
			return X509_ATTRIBUTE_get0_type(a, index);
	}
	return NULL;
}

bool pkcs7_verify(PKCS7 *p7, PKCS7_SIGNER_INFO *signer, X509 *certificate, struct str content)
{
	const EVP_MD *md = EVP_get_digestbyobj(signer->digest_alg->algorithm);
	BIO *digest = BIO_new(BIO_f_md()), *sink = BIO_new(BIO_s_null());
	bool is_right = false;

	/* PKCS7_signatureVerify() takes the digest out of a chain that the content went through */
	if (md != NULL && digest != NULL && sink != NULL && BIO_set_md(digest, md) == 1) {
		BIO_push(digest, sink);
		is_right = (content.len == 0 ||
			    BIO_write(digest, content.data, (int)content.len) ==
				    (int)content.len) &&
			   PKCS7_signatureVerify(digest, p7, signer, certificate) == 1;
	}
	BIO_free(digest);
	BIO_free(sink);
	return is_right;
}

bool pkcs7_digest_is(const ASN1_OBJECT *algorithm, struct str content, struct str digest)
{
	const EVP_MD *md = EVP_get_digestbyobj(algorithm);
	uint8_t made[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	return md != NULL && EVP_Digest(content.data, content.len, made, &len, md, NULL) == 1 &&
	       str_eq((struct str){(const char *)made, len}, digest);
}

const char *pkcs7_algorithm_name(const ASN1_OBJECT *algorithm)
{
	const char *name = OBJ_nid2ln(OBJ_obj2nid(algorithm));

	return name != NULL ? name : "undefined";
}

bool pkcs7_time(const ASN1_TIME *time, int64_t *ret)
{
	struct tm parts;

	if (time == NULL || ASN1_TIME_to_tm(time, &parts) != 1)
		return false;
	*ret = (int64_t)timegm(&parts);
	return true;
}
