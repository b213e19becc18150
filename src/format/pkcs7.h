/*
 * PKCS #7 SignedData (RFC 2315), as Authenticode and time stamps use it, through
 * OpenSSL. Nothing is trusted and no file is opened: a signature is right when
 * the certificate that comes with it made it.
 *
 * What is returned is borrowed from the argument that it was found in.
 */
#pragma once

#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "base/str.h"

typedef STACK_OF(X509_ATTRIBUTE) pkcs7_attributes;
typedef STACK_OF(X509) pkcs7_certificates;

/** SignedData, or NULL. Free with PKCS7_free(). */
PKCS7 *pkcs7_parse(struct str der);

/** The signed content without its tag and length; NULL data when there is none. */
struct str pkcs7_content(const PKCS7 *p7);

/** The first signer, or NULL. */
PKCS7_SIGNER_INFO *pkcs7_signer(const PKCS7 *p7);

/** The certificate of the first signer, or NULL. */
X509 *pkcs7_signer_certificate(PKCS7 *p7);

/** Value number `index` of the first attribute that has this object identifier, or NULL. */
const ASN1_TYPE *pkcs7_attribute(const pkcs7_attributes *attributes, const char *oid, int index);

/** The bytes of a value of this type (V_ASN1_SEQUENCE: with tag and length), or NULL data. */
struct str pkcs7_bytes(const ASN1_TYPE *value, int type);

/** Whether the signer signed `content` with the key of the certificate. */
bool pkcs7_verify(PKCS7 *p7, PKCS7_SIGNER_INFO *signer, X509 *certificate, struct str content);

/** Whether `digest` is the digest of `content`; false also when the algorithm is unknown. */
bool pkcs7_digest_is(const ASN1_OBJECT *algorithm, struct str content, struct str digest);

/** "sha256" and so on, as OpenSSL calls an algorithm; "undefined". */
const char *pkcs7_algorithm_name(const ASN1_OBJECT *algorithm);

/** Seconds since 1970; false when it is not a time. */
bool pkcs7_time(const ASN1_TIME *time, int64_t *ret);
