#include "digest/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

static const struct digest_info infos[] = {
#define DIGEST(id, name, bytes) {name, bytes},
#include "digest/digests.def"
#undef DIGEST
};

struct digester {
	unsigned wanted;
	EVP_MD *algorithms[DIGEST_COUNT];
	EVP_MD_CTX *contexts[DIGEST_COUNT];
};

const struct digest_info *digest_info(enum digest_kind kind)
{
	return &infos[kind];
}

enum status digester_new(struct digester **ret)
{
	struct digester *d = calloc(1, sizeof *d);

	if (d == NULL)
		return E_NOMEM;
	for (size_t i = 0; i < DIGEST_COUNT; i++) {
		d->algorithms[i] = EVP_MD_fetch(NULL, infos[i].name, NULL);
		d->contexts[i] = EVP_MD_CTX_new();
		/* the first use allocates and may read random bytes: do it now, unconfined */
		if (d->algorithms[i] == NULL || d->contexts[i] == NULL ||
		    EVP_DigestInit_ex2(d->contexts[i], d->algorithms[i], NULL) != 1) {
			digester_free(d);
			return E_UNSUPPORTED;
		}
	}
	*ret = d;
	return OK;
}

void digester_free(struct digester *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < DIGEST_COUNT; i++) {
		EVP_MD_CTX_free(d->contexts[i]);
		EVP_MD_free(d->algorithms[i]);
	}
	free(d);
}

enum status digester_begin(struct digester *d, unsigned wanted)
{
	d->wanted = wanted;
	for (size_t i = 0; i < DIGEST_COUNT; i++) {
		if ((wanted & 1u << i) != 0 &&
		    EVP_DigestInit_ex2(d->contexts[i], d->algorithms[i], NULL) != 1)
			return E_INTERNAL;
	}
	return OK;
}

enum status digester_add(struct digester *d, const void *data, size_t len)
{
	for (size_t i = 0; i < DIGEST_COUNT; i++) {
		if ((d->wanted & 1u << i) != 0 &&
		    EVP_DigestUpdate(d->contexts[i], data, len) != 1)
			return E_INTERNAL;
	}
	return OK;
}

enum status digester_end(struct digester *d, enum digest_kind kind, uint8_t *ret)
{
	if (EVP_DigestFinal_ex(d->contexts[kind], ret, NULL) != 1)
		return E_INTERNAL;
	return OK;
}

enum status digest_once(enum digest_kind kind, const void *data, size_t len, uint8_t *ret)
{
	struct digester *d;
	enum status status = digester_new(&d);

	if (status != OK)
		return status;
	status = digester_begin(d, 1u << kind);
	if (status == OK)
		status = digester_add(d, data, len);
	if (status == OK)
		status = digester_end(d, kind, ret);
	digester_free(d);
	return status;
}
