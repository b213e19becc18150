/*
 * PE: signatures. Microsoft, "Windows Authenticode Portable Executable
 * Signature Format".
 *
 *	security directory (entry 4; a file offset, not an address):
 *	 0  length of all this (4), revision (2), type (2)
 *	 8  SignedData of PKCS #7
 *	      content: SpcIndirectDataContent, which holds a digest of the file
 *	      certificates
 *	      the first signer
 *	        signed attributes: digest of the content, name of the program
 *	        other attributes: more signatures, time stamps
 *
 * The digest of the file leaves out the header's checksum, the directory
 * entry, and what starts with the signatures.
 */
#include "format/pe-signatures.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/num.h"
#include "format/parts.h"

#define OID_INDIRECT_DATA "1.3.6.1.4.1.311.2.1.4"
#define OID_PROGRAM_INFO "1.3.6.1.4.1.311.2.1.12"
#define OID_NESTED "1.3.6.1.4.1.311.2.4.1"
#define OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"

enum { CERTIFICATE_HEADER = 8, CHECKSUM_AT = 0x58, CHECKSUM_BYTES = 4, DIRECTORY_BYTES = 8 };
enum { DIRECTORIES_32 = 24 + 96, DIRECTORIES_64 = 24 + 112 };
enum { FILE_ALIGNMENT = 8, PIECE_BYTES = 16384, OID_TEXT_MAX = 80 };

/* Signatures of files of gigabytes, with digests of all their pages, are smaller. */
#define SIGNATURE_BYTES_MAX ((uint64_t)8 << 20)

/* Signatures that are still to be stated, the next one last, in bytes of those that hold them. */
struct waiting {
	struct str der[SIGNATURES_MAX];
	PKCS7 *holders[SIGNATURES_MAX];
	unsigned len, holder_count;
};

/* Digests of the file, one for each algorithm that signatures use. */
struct file_digest {
	int nid;
	unsigned len;
	uint8_t bytes[EVP_MAX_MD_SIZE];
};

struct digests {
	struct file_digest of[SIGNATURES_MAX];
	unsigned len;
};

bool signing_begin(struct signing *s)
{
	if (s->work < SIGNATURES_MAX) {
		s->work++;
		return true;
	}
	if (s->pe.status == OK)
		s->pe.status = E_LIMIT;
	return false;
}

void state_hex(struct pe *pe, enum fact_id id, struct str bytes)
{
	char hex[2 * EVP_MAX_MD_SIZE + 1];

	if (bytes.len > EVP_MAX_MD_SIZE)
		return;
	hex_encode((const uint8_t *)bytes.data, bytes.len, hex);
	pe_state_text(pe, id, str_of(hex));
}

void state_c_text(struct pe *pe, enum fact_id id, const char *text)
{
	if (text != NULL)
		pe_state_text(pe, id, str_of(text));
}

static bool add_range(struct signing *s, EVP_MD_CTX *context, uint64_t from, uint64_t to)
{
	uint8_t piece[PIECE_BYTES];

	to = min_u64(to, s->certificates_at);
	while (from < to) {
		size_t want = (size_t)min_u64(to - from, sizeof piece);
		enum status status = input_exact(s->pe.in, from, piece, want);

		if (status != OK && s->pe.status == OK)
			s->pe.status = status;
		if (status != OK || EVP_DigestUpdate(context, piece, want) != 1)
			return false;
		from += want;
	}
	return true;
}

static bool make_file_digest(struct signing *s, const EVP_MD *md, struct file_digest *ret)
{
	static const uint8_t zeros[FILE_ALIGNMENT] = {0};
	uint64_t checksum = s->pe.header_at + CHECKSUM_AT;
	uint64_t entry = s->pe.header_at + (s->pe.is_64 ? DIRECTORIES_64 : DIRECTORIES_32) +
			 PE_DIRECTORY_SECURITY * DIRECTORY_BYTES;
	size_t over = (size_t)(s->certificates_at % FILE_ALIGNMENT);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_made = context != NULL && EVP_DigestInit_ex(context, md, NULL) == 1 &&
		       add_range(s, context, 0, checksum) &&
		       add_range(s, context, checksum + CHECKSUM_BYTES, entry) &&
		       add_range(s, context, entry + DIRECTORY_BYTES, s->certificates_at) &&
		       (over == 0 || EVP_DigestUpdate(context, zeros, sizeof zeros - over) == 1) &&
		       EVP_DigestFinal_ex(context, ret->bytes, &ret->len) == 1;

	EVP_MD_CTX_free(context);
	return is_made;
}

/* The digest of the file by an algorithm; NULL when that is unknown. */
static const struct file_digest *find_file_digest(struct signing *s, struct digests *all,
						  const ASN1_OBJECT *algorithm)
{
	const EVP_MD *md = EVP_get_digestbyobj(algorithm);
	int nid = OBJ_obj2nid(algorithm);

	for (unsigned i = 0; i < all->len; i++) {
		if (all->of[i].nid == nid)
			return &all->of[i];
	}
	if (md == NULL || all->len == LEN(all->of) ||
	    !make_file_digest(s, md, &all->of[all->len]))
		return NULL;
	all->of[all->len].nid = nid;
	return &all->of[all->len++];
}

/* SpcIndirectDataContent: a SEQUENCE of anything and a DigestInfo. NULL: it is none. */
static X509_SIG *parse_indirect_data(const PKCS7 *p7)
{
	struct str content = pkcs7_content(p7);
	const uint8_t *p = (const uint8_t *)content.data;
	char oid[OID_TEXT_MAX];
	long len;
	int tag, class;

	if (p == NULL || OBJ_obj2txt(oid, sizeof oid, p7->d.sign->contents->type, 1) <= 0 ||
	    strcmp(oid, OID_INDIRECT_DATA) != 0)
		return NULL;
	/* bit 7: malformed or longer than there is room, bit 0: of unknown length */
	if ((ASN1_get_object(&p, &len, &tag, &class, (long)content.len) & 0x81) != 0)
		return NULL;
	p += len;
	size_t before = (size_t)(p - (const uint8_t *)content.data);

	return d2i_X509_SIG(NULL, &p, (long)(content.len - before));
}

/* SpcSpOpusInfo: SEQUENCE { [0] { [0] UTF-16 or [1] ASCII name } OPTIONAL, … } */
static void state_program(struct pe *pe, const ASN1_TYPE *attribute)
{
	struct str info = pkcs7_bytes(attribute, V_ASN1_SEQUENCE);
	const uint8_t *p = (const uint8_t *)info.data, *end = p + info.len;
	int tags[3];
	long len = 0;

	if (info.data == NULL)
		return;
	for (unsigned i = 0; i < LEN(tags); i++) {
		int class;

		if ((ASN1_get_object(&p, &len, &tags[i], &class, (long)(end - p)) & 0x81) != 0)
			return;
		if (class != (i == 0 ? V_ASN1_UNIVERSAL : V_ASN1_CONTEXT_SPECIFIC))
			return;
	}
	if (tags[0] != V_ASN1_SEQUENCE || tags[1] != 0 || tags[2] > 1)
		return;
	ASN1_STRING *name = ASN1_STRING_type_new(tags[2] == 0 ? V_ASN1_BMPSTRING :
								V_ASN1_IA5STRING);
	unsigned char *text = NULL;

	if (name != NULL && ASN1_STRING_set(name, p, (int)len) == 1) {
		int text_len = ASN1_STRING_to_UTF8(&text, name);

		if (text_len >= 0)
			pe_state_text(pe, FACT_PE_SIGNER_PROGRAM,
				      str_first((struct str){(const char *)text, (size_t)text_len},
						strnlen((const char *)text, (size_t)text_len)));
	}
	OPENSSL_free(text);
	ASN1_STRING_free(name);
}

/* States what there is up to what is missing; whether the signer signed the content. */
static bool state_signer(struct pe *pe, PKCS7 *p7, PKCS7_SIGNER_INFO *signer)
{
	X509 *certificate = pkcs7_signer_certificate(p7);

	state_chain(pe, FACT_PE_SIGNER_CHAIN_LENGTH, GROUP_PE_SIGNER_CERTIFICATE,
		    FACT_PE_SIGNER_CERTIFICATE_THUMBPRINT, certificate, p7->d.sign->cert);
	if (certificate == NULL)
		return false;
	state_certificate(pe, FACT_PE_SIGNATURE_THUMBPRINT, certificate);
	struct str digest = pkcs7_bytes(pkcs7_attribute(signer->auth_attr, OID_MESSAGE_DIGEST, 0),
					V_ASN1_OCTET_STRING);
	if (digest.data == NULL)
		return false;
	state_c_text(pe, FACT_PE_SIGNER_DIGEST_ALGORITHM,
		     pkcs7_algorithm_name(signer->digest_alg->algorithm));
	state_hex(pe, FACT_PE_SIGNER_DIGEST, digest);
	state_program(pe, pkcs7_attribute(signer->auth_attr, OID_PROGRAM_INFO, 0));
	return pkcs7_verify(p7, signer, certificate, pkcs7_content(p7));
}

/* Put nested signatures in front of those that wait, the first one last. */
static void wait_for_nested(struct signing *s, const PKCS7_SIGNER_INFO *signer, struct waiting *w)
{
	int count = 0;

	while (count < ATTRIBUTE_VALUES_MAX &&
	       pkcs7_attribute(signer->unauth_attr, OID_NESTED, count) != NULL)
		count++;
	while (count-- > 0) {
		struct str der = pkcs7_bytes(
			pkcs7_attribute(signer->unauth_attr, OID_NESTED, count), V_ASN1_SEQUENCE);

		if (der.data == NULL)
			continue;
		if (w->len == LEN(w->der)) {
			s->pe.status = s->pe.status == OK ? E_LIMIT : s->pe.status;
			return;
		}
		w->der[w->len++] = der;
	}
}

/* The digest that is signed, and that of the file; whether they are the same. */
static bool state_digests(struct signing *s, struct digests *digests, const X509_SIG *signed_digest)
{
	const X509_ALGOR *algorithm;
	const ASN1_OCTET_STRING *octets;

	X509_SIG_get0(signed_digest, &algorithm, &octets);
	struct str digest = {(const char *)ASN1_STRING_get0_data(octets),
			     (size_t)ASN1_STRING_length(octets)};
	const struct file_digest *made = find_file_digest(s, digests, algorithm->algorithm);

	state_c_text(&s->pe, FACT_PE_SIGNATURE_DIGEST_ALGORITHM,
		     pkcs7_algorithm_name(algorithm->algorithm));
	state_hex(&s->pe, FACT_PE_SIGNATURE_DIGEST, digest);
	if (made == NULL || digest.len == 0)
		return false;
	struct str file = {(const char *)made->bytes, made->len};

	state_hex(&s->pe, FACT_PE_SIGNATURE_FILE_DIGEST, file);
	return str_eq(file, digest);
}

static bool state_signed_data(struct signing *s, struct digests *digests, PKCS7 *p7,
			      struct waiting *w)
{
	PKCS7_SIGNER_INFO *signer = pkcs7_signer(p7);
	X509_SIG *signed_digest = parse_indirect_data(p7);

	if (signed_digest == NULL)
		return false;
	bool is_file = state_digests(s, digests, signed_digest);

	X509_SIG_free(signed_digest);
	if (signer == NULL)
		return false;
	wait_for_nested(s, signer, w);
	state_countersignatures(s, p7, signer);
	return state_signer(&s->pe, p7, signer) && is_file;
}

static void state_signature(struct signing *s, struct digests *digests, struct str der,
			    struct waiting *w)
{
	PKCS7 *p7 = pkcs7_parse(der);
	bool is_verified = false;

	pe_row(&s->pe, GROUP_PE_SIGNATURE);
	state_certificates(&s->pe, FACT_PE_SIGNATURE_CERTIFICATE_COUNT, GROUP_PE_CERTIFICATE,
			   FACT_PE_CERTIFICATE_THUMBPRINT, p7 != NULL ? p7->d.sign->cert : NULL);
	if (p7 != NULL) {
		w->holders[w->holder_count++] = p7;
		is_verified = state_signed_data(s, digests, p7, w);
	}
	pe_state(&s->pe, FACT_PE_SIGNATURE_VERIFIED, is_verified);
	s->is_signed |= is_verified;
}

static unsigned state_signatures(struct signing *s, struct str first)
{
	struct waiting w = {.der = {first}, .len = 1};
	struct digests digests = {0};
	unsigned count = 0;

	while (w.len > 0 && s->pe.status == OK && signing_begin(s)) {
		w.len--;
		state_signature(s, &digests, w.der[w.len], &w);
		count++;
	}
	for (unsigned i = 0; i < w.holder_count; i++)
		PKCS7_free(w.holders[i]);
	return count;
}

/* How long the element is that starts with these bytes: more may follow that is none of it. */
static uint64_t der_length(const uint8_t *head, size_t len)
{
	struct reader r = reader_of(head, len);

	reader_skip(&r, 1);
	uint8_t first = reader_u8(&r);
	uint64_t length = 0;

	if (first < 0x80)
		return r.pos + first;
	if (first == 0x80 || first > 0x84)
		return UINT64_MAX; /* it says where it ends, or that does not matter any more */
	for (unsigned i = 0; i < (first & 0x7fu); i++)
		length = length << 8 | reader_u8(&r);
	return r.pos + length;
}

/* The bytes of the signature in the arena; false: there is none, or a failure is set. */
static bool load(struct signing *s, struct str *ret)
{
	struct pe_range range;
	uint8_t head[CERTIFICATE_HEADER + 6] = {0};
	size_t got;

	if (!pe_directory(&s->pe, PE_DIRECTORY_SECURITY, &range) || range.rva == 0 ||
	    range.size < CERTIFICATE_HEADER || !pe_fits(&s->pe, range.rva, range.size))
		return false;
	s->certificates_at = range.rva;
	if (s->pe.in->read(s->pe.in, range.rva, head, sizeof head, &got) != OK) {
		s->pe.status = E_IO;
		return false;
	}
	uint64_t len = get_u32le(head);
	if (got <= CERTIFICATE_HEADER || len <= CERTIFICATE_HEADER ||
	    !pe_fits(&s->pe, range.rva, len))
		return false;
	len = min_u64(len - CERTIFICATE_HEADER,
		      der_length(head + CERTIFICATE_HEADER, got - CERTIFICATE_HEADER));
	if (len > SIGNATURE_BYTES_MAX) {
		s->pe.status = E_LIMIT;
		return false;
	}
	return pe_bytes(&s->pe, s->certificates_at + CERTIFICATE_HEADER, (size_t)len, ret);
}

/* What failed for lack of memory looks like damage, but for the reason. */
static void end_openssl(struct pe *pe)
{
	for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error()) {
		if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE && pe->status == OK)
			pe->status = E_NOMEM;
	}
}

enum status facts_pe_signatures(struct input *in, struct fact_set *set, struct error *e)
{
	struct signing *s = arena_new_object(set->arena, struct signing);
	struct str der;
	unsigned count = 0;

	if (s == NULL)
		return error_at(e, E_LIMIT, 0, "no room for signatures");
	enum status status = pe_open(&s->pe, in, set, e);
	if (status != OK)
		return status;
	if (load(s, &der))
		count = state_signatures(s, der);
	pe_state(&s->pe, FACT_PE_SIGNATURE_COUNT, count);
	pe_state(&s->pe, FACT_PE_IS_SIGNED, s->is_signed);
	end_openssl(&s->pe);
	return pe_close(&s->pe);
}
