/*
 * Scan a file with rules of YARA: scan-rules RULES FILE [WORKER].
 * RULES is a file, or "-" for rules on standard input. Exit status: 0 when no
 * rule matches, 1 when one does, 9 when something went wrong.
 */
#include <candor/candor.h>
#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RULES_MAX = 1 << 20, FAILED = 9 };

/* Bytes from outside, so that a terminal can show them. */
static void print_bytes(FILE *to, const void *bytes, size_t length)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < length; i++)
		fprintf(to, isprint(p[i]) ? "%c" : "\\x%02x", p[i]);
}

static void on_message(void *context, const struct candor_message *m)
{
	(void)context;
	print_bytes(stderr, m->source, strlen(m->source));
	fprintf(stderr, ":%u:%u: %s: ", m->line, m->column,
		m->severity == CANDOR_WARNING ? "warning" : "error");
	print_bytes(stderr, m->text, strlen(m->text));
	fprintf(stderr, "\n  ");
	print_bytes(stderr, m->source_line, strlen(m->source_line));
	if (m->hint != NULL) {
		fprintf(stderr, "\n  hint: ");
		print_bytes(stderr, m->hint, strlen(m->hint));
	}
	fprintf(stderr, "\n");
}

static void print_meta(const struct candor_meta *meta)
{
	printf("  %s = ", meta->key);
	switch (meta->type) {
	case CANDOR_META_INT:
		printf("%" PRId64, meta->integer);
		break;
	case CANDOR_META_BOOL:
		printf("%s", meta->integer != 0 ? "true" : "false");
		break;
	case CANDOR_META_STRING:
		print_bytes(stdout, meta->text, meta->length);
		break;
	}
	printf("\n");
}

static void print_match(const struct candor_match *match)
{
	printf("  0x%" PRIx64 ":%" PRIu64 ":%s: ", match->offset, match->length, match->string);
	print_bytes(stdout, match->data, match->data_length);
	if (match->xor_key != 0)
		printf(" xor 0x%02x", match->xor_key);
	printf("\n");
}

static bool on_rule(void *context, const struct candor_rule *rule)
{
	unsigned *matching = context;

	printf("%s%s:%s", rule->state == CANDOR_UNDECIDED ? "undecided: " : "", rule->space,
	       rule->name);
	for (size_t i = 0; i < rule->tag_count; i++)
		printf(" [%s]", candor_rule_tag(rule, i));
	printf("\n");
	for (size_t i = 0; i < rule->meta_count; i++)
		print_meta(candor_rule_meta(rule, i));
	for (size_t i = 0; i < rule->match_count; i++)
		print_match(candor_rule_match(rule, i));
	*matching += rule->state == CANDOR_MATCHES;
	return true;
}

static void on_log(void *context, const char *line, size_t length)
{
	(void)context;
	printf("log: ");
	print_bytes(stdout, line, length);
	printf("\n");
}

static enum candor_status add_rules(struct candor_options *options, const char *name,
				    struct candor_error *e)
{
	static char text[RULES_MAX];

	if (strcmp(name, "-") != 0)
		return candor_options_add_rules_file(options, name, NULL, e);
	size_t length = fread(text, 1, sizeof text, stdin);
	return candor_options_add_rules(options, text, length, "stdin.yar", NULL, e);
}

static enum candor_status scan(struct candor_engine *engine, const char *path,
			       struct candor_result **result, struct candor_error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum candor_status status = candor_engine_set_subject(engine, path, NULL, e);

	if (status == CANDOR_OK)
		status = candor_scan_fd(engine, fd, result, e);
	if (fd >= 0)
		close(fd);
	return status;
}

int main(int argc, char **argv)
{
	struct candor_error e = {CANDOR_USAGE, "usage: scan-rules RULES FILE [WORKER]"};
	struct candor_options *options = candor_options_new();
	struct candor_engine *engine = NULL;
	struct candor_result *result = NULL;
	unsigned matching = 0;
	int status = FAILED;

	if (options != NULL) {
		candor_options_set_members(options, false); /* the file itself, as yara does */
		candor_options_set_context(options, &matching);
		candor_options_on_message(options, on_message);
		candor_options_on_rule(options, on_rule, CANDOR_RULE_MATCHES);
		candor_options_on_log(options, on_log);
	}
	if (options == NULL || argc < 3 || add_rules(options, argv[1], &e) != CANDOR_OK ||
	    candor_options_define_bool(options, "is_example", true, &e) != CANDOR_OK ||
	    (argc > 3 && candor_options_set_worker(options, argv[3], &e) != CANDOR_OK) ||
	    candor_engine_open(options, &engine, &e) != CANDOR_OK ||
	    scan(engine, argv[2], &result, &e) != CANDOR_OK) {
		fprintf(stderr, "scan-rules: %s\n", e.text);
	} else if (candor_result_reason(result) != NULL) {
		fprintf(stderr, "scan-rules: %s\n", candor_result_reason_text(result));
	} else {
		status = matching > 0 ? 1 : 0;
	}
	candor_result_free(result);
	candor_engine_close(engine);
	candor_options_free(options);
	return status;
}
