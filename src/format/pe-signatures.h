/*
 * What the parts of facts about signatures share: see pe-signatures.c.
 */
#pragma once

#include "format/pe.h"
#include "format/pkcs7.h"

/* Signatures and time stamps of a file, which cost the time of cryptography. */
enum { SIGNATURES_MAX = 64 };
/* Values of an attribute that are looked at. */
enum { ATTRIBUTE_VALUES_MAX = 16 };

struct signing {
	struct pe pe;
	uint64_t certificates_at; /* file offset */
	unsigned work;            /* signatures and time stamps so far, up to SIGNATURES_MAX */
	bool is_signed;
};

/** Count one more signature or time stamp; false, and a failure is set, when that is too many. */
bool signing_begin(struct signing *s);

/** A digest in hex. */
void state_hex(struct pe *pe, enum fact_id id, struct str bytes);

/** A text that ends at its first NUL; without data it stays undefined. */
void state_c_text(struct pe *pe, enum fact_id id, const char *text);

/*
 * The facts of a certificate in the last row of a group, whose columns from `first`
 * (…_THUMBPRINT) on are those of one.
 */
void state_certificate(struct pe *pe, enum fact_id first, X509 *certificate);

/** Rows of all certificates that come along; how many is stated as `count`. */
void state_certificates(struct pe *pe, enum fact_id count, enum fact_group group,
			enum fact_id first, const pkcs7_certificates *all);

/** Rows of the signer's certificate, its issuer's, and so on as far as they come along. */
void state_chain(struct pe *pe, enum fact_id count, enum fact_group group, enum fact_id first,
		 X509 *signer, pkcs7_certificates *all);

/** Rows of the time stamps of a signature. */
void state_countersignatures(struct signing *s, PKCS7 *p7, const PKCS7_SIGNER_INFO *signer);
