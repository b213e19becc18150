/*
 * The rules that ship, read from the folder in CANDOR_RULES and applied to
 * every form that they must and must not find.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/num.h"
#include "compile.h"
#include "naive.h"

/* In pieces, so that this file is not found itself. */
#define EICAR "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
#define GTUBE "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-" "STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

static struct str read_rules(const char *file, char *to, size_t size)
{
	char path[4096];
	size_t len = 0;

	snprintf(path, sizeof path, "%s/%s", getenv("CANDOR_RULES"), file);
	FILE *f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("%s: not there", path);
	len = fread(to, 1, size, f);
	fclose(f);
	return (struct str){to, len};
}

/* The one rule of a file. */
static const struct ir_rule *only_rule(struct told *told, const char *file)
{
	static char text[65536];

	told_init(told);
	told_compile(told, file, read_rules(file, text, sizeof text));
	const struct ir_source *s = &told->rs->sources.items[0];
	if (s->accepted != 1 || s->malformed + s->skipped + s->ignored != 0)
		fail_msg("%s: %s", file, told_text(told));
	return told->rs->rules.len == 1 ? &told->rs->rules.items[0] : NULL;
}

struct form {
	const char *name;
	struct str head;
	char fill; /* repeated up to `size` bytes with the tail */
	size_t size;
	struct str tail;
	bool want;
};

static void check_forms(const char *file, const struct form *forms, size_t count)
{
	static char data[NAIVE_MOST];
	struct told told;
	const struct ir_rule *rule = only_rule(&told, file);

	assert_non_null(rule);
	for (size_t i = 0; i < count; i++) {
		const struct form *f = &forms[i];
		size_t size = max_u64(f->size, f->head.len + f->tail.len);

		memset(data, f->fill, size);
		memcpy(data, f->head.data, f->head.len);
		memcpy(data + size - f->tail.len, f->tail.data, f->tail.len);
		if (naive_holds(rule, (struct str){data, size}) != f->want)
			fail_msg("%s: %s: got %d", file, f->name, !f->want);
	}
	told_done(&told);
}

static void eicar(void **state)
{
	static const struct form forms[] = {
		{"alone", STR(EICAR), 0, 0, STR(""), true},
		{"with a newline", STR(EICAR), 0, 0, STR("\n"), true},
		{"with CR LF", STR(EICAR), 0, 0, STR("\r\n"), true},
		{"with Ctrl-Z", STR(EICAR), 0, 0, STR("\x1a"), true},
		{"all that may follow", STR(EICAR), 0, 0, STR(" \t\r\n\x1a \t\r\n\x1a"), true},
		{"127 bytes", STR(EICAR), ' ', 127, STR(""), true},
		{"128 bytes", STR(EICAR), '\t', 128, STR("\x1a"), true},
		{"129 bytes", STR(EICAR), ' ', 129, STR(""), false},
		{"many bytes", STR(EICAR), ' ', 4000, STR(""), false},
		{"cut short", STR("X5O!P%@AP"), 0, 0, STR(""), false},
		{"without its last byte", STR(EICAR), 0, 0, STR("\n\0"), false},
		{"a letter behind it", STR(EICAR), 0, 0, STR("x"), false},
		{"a NUL behind it", STR(EICAR), 0, 0, STR("\0"), false},
		{"a vertical tab behind it", STR(EICAR), 0, 0, STR("\v"), false},
		{"a letter far behind it", STR(EICAR), ' ', 100, STR("x"), false},
		{"a letter at the last place", STR(EICAR), ' ', 128, STR("x"), false},
		{"a letter between blanks", STR(EICAR " x"), ' ', 120, STR(""), false},
		{"not at the start", STR(" " EICAR), 0, 0, STR(""), false},
		{"twice", STR(EICAR), 0, 0, STR(EICAR), false},
		{"inside a text", STR("The string is " EICAR), 'x', 1000, STR(""), false},
		{"zero for the letter O", STR("X50!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-"
					      "STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"),
		 0, 0, STR(""), false},
	};

	(void)state;
	check_forms("eicar.ldb", forms, LEN(forms));
}

static void gtube(void **state)
{
	static const struct form forms[] = {
		{"alone", STR(GTUBE), 0, 0, STR(""), true},
		{"a line of a mail", STR("Subject: x\r\n\r\n" GTUBE), 0, 0, STR("\r\nbye\r\n"),
		 true},
		{"last line", STR("x\n" GTUBE), 0, 0, STR(""), true},
		{"with a newline", STR(GTUBE), 0, 0, STR("\n"), true},
		{"far in a mail", STR("x\n"), 'a', 4000, STR("\n" GTUBE "\n"), true},
		{"in a sentence", STR("like " GTUBE), 0, 0, STR(""), false},
		{"quoted", STR("> " GTUBE "\n"), 0, 0, STR(""), false},
		{"followed by text", STR(GTUBE), 0, 0, STR(" x"), false},
		{"lower case", STR("xjs*c4jdbqadn1.nsbn3*2idnen*gtube-"
				   "standard-anti-ube-test-email*c.34x"), 0, 0, STR(""), false},
	};

	(void)state;
	check_forms("gtube.ldu", forms, LEN(forms));
}

/* What a finding means is as much part of a rule as its pattern. */
static void effects(void **state)
{
	struct told told;

	(void)state;
	assert_int_equal(only_rule(&told, "eicar.ldb")->effect, EFFECT_DETECT);
	told_done(&told);
	assert_int_equal(only_rule(&told, "gtube.ldu")->effect, EFFECT_SUSPECT);
	told_done(&told);
	assert_null(only_rule(&told, "amtso.hsu"));
	assert_string_equal(told_text(&told),
			    "sha256 "
			    "d6f6c6b9fde37694e12b12009ad11ab9ec8dd0f193e7319c523933bdad8a50ad"
			    " * suspect Test.AMTSO.PotentiallyUnwanted\n");
	told_done(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eicar),
		cmocka_unit_test(gtube),
		cmocka_unit_test(effects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
