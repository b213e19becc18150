#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "module/module.h"

enum { GLOBAL = 1, WEAK = 2, OBJECT = 1, FUNC = 2, HIDDEN = 2 };

struct symbol {
	const char *name; /* NULL: without one */
	int64_t type, bind, shndx, visibility;
};

static bool charge(struct module_host *host, uint64_t bytes)
{
	(void)host;
	return bytes < 10000;
}

/* One object: symbols in one of the two tables, and a byte order. */
struct object {
	struct arena *arena;
	struct fact_set facts;
	struct memory_input in;
	struct module_host host;
};

static enum status nothing(struct fact_source *source, struct fact_set *set, enum fact_part part)
{
	(void)source, (void)set, (void)part;
	return OK;
}

static void begin(struct object *o, bool is_big)
{
	static struct fact_source source = {nothing};
	static const char little[] = "\177ELF\2\1", big[] = "\177ELF\2\2";

	o->arena = arena_new(1 << 20);
	o->host = (struct module_host){.charge = charge};
	fact_set_init(&o->facts, o->arena, &source);
	memory_input_init(&o->in, is_big ? big : little, 6);
}

static void add_dynsym(struct object *o, const struct symbol *s)
{
	struct fact_set *set = &o->facts;

	assert_int_equal(fact_row(set, GROUP_ELF_DYNSYM), OK);
	if (s->name != NULL)
		assert_int_equal(fact_set_text(set, FACT_ELF_DYNSYM_NAME, str_of(s->name)), OK);
	assert_int_equal(fact_set_int(set, FACT_ELF_DYNSYM_TYPE, s->type), OK);
	assert_int_equal(fact_set_int(set, FACT_ELF_DYNSYM_BIND, s->bind), OK);
	assert_int_equal(fact_set_int(set, FACT_ELF_DYNSYM_SHNDX, s->shndx), OK);
	assert_int_equal(fact_set_int(set, FACT_ELF_DYNSYM_VISIBILITY, s->visibility), OK);
	assert_int_equal(
		fact_set_int(set, FACT_ELF_DYNSYM_COUNT, set->groups[GROUP_ELF_DYNSYM].len), OK);
}

static void add_symtab(struct object *o, const char *name)
{
	struct fact_set *set = &o->facts;

	assert_int_equal(fact_row(set, GROUP_ELF_SYMTAB), OK);
	assert_int_equal(fact_set_text(set, FACT_ELF_SYMTAB_NAME, str_of(name)), OK);
	assert_int_equal(fact_set_int(set, FACT_ELF_SYMTAB_SHNDX, 0), OK);
	assert_int_equal(
		fact_set_int(set, FACT_ELF_SYMTAB_COUNT, set->groups[GROUP_ELF_SYMTAB].len), OK);
}

static void check(struct object *o, enum function_id id, const char *want)
{
	struct module_call call = {&o->host, &o->facts, &o->in.in, o->arena, NULL, 0};
	struct value got = module_call(id, &call);

	if (want == NULL) {
		assert_int_equal(got.kind, VALUE_UNDEFINED);
		return;
	}
	assert_int_equal(got.kind, VALUE_TEXT);
	assert_string_equal(got.text.data, want);
}

static void end(struct object *o)
{
	arena_free(o->arena);
}

static void add_calls(struct object *o)
{
	for (int i = 0; i < 30; i++) {
		char name[64];

		snprintf(name, sizeof name, "fn_%c%d_Call", 'a' + i % 26, i * 7919 % 1000);
		add_dynsym(o, &(struct symbol){name, FUNC, GLOBAL, 0, 0});
	}
}

/* The digest is one of tlsh_unittest over the names joined by hand. */
static const char calls[] =
	"T1B7E05B75B5EAE39C55FE7799002328C15CCFE88115476ED7D044CC10CD712814DC2192";

static void telfhash(void **state)
{
	static const struct symbol left_out[] = {
		{NULL, FUNC, GLOBAL, 0, 0},	     {"weak", FUNC, WEAK, 0, 0},
		{"data", OBJECT, GLOBAL, 0, 0},	     {"hidden", FUNC, GLOBAL, 0, HIDDEN},
		{"main", FUNC, GLOBAL, 1, 0},	     {"_start", FUNC, GLOBAL, 1, 0},
		{".dot", FUNC, GLOBAL, 1, 0},	     {"strlen", FUNC, GLOBAL, 0, 0},
		{"memory", FUNC, GLOBAL, 0, 0},	     {"open64", FUNC, GLOBAL, 0, 0},
		{"malloc_trim", FUNC, GLOBAL, 0, 0},
	};
	struct object o;

	(void)state;
	begin(&o, false);
	check(&o, FUNCTION_elf_telfhash, NULL);
	for (size_t i = 0; i < LEN(left_out); i++)
		add_dynsym(&o, &left_out[i]);
	check(&o, FUNCTION_elf_telfhash, NULL);
	add_dynsym(&o, &(struct symbol){"few", FUNC, GLOBAL, 0, 0});
	check(&o, FUNCTION_elf_telfhash, "");
	end(&o);

	begin(&o, false);
	for (size_t i = 0; i < LEN(left_out); i++)
		add_dynsym(&o, &left_out[i]);
	add_symtab(&o, "ignored");
	add_calls(&o);
	check(&o, FUNCTION_elf_telfhash, calls);
	end(&o);
}

/* In big-endian files the visibility of a symbol does not count. */
static void big_endian(void **state)
{
	struct object o;

	(void)state;
	begin(&o, true);
	add_calls(&o);
	check(&o, FUNCTION_elf_telfhash, calls);
	add_dynsym(&o, &(struct symbol){"hidden_one", FUNC, GLOBAL, 0, HIDDEN});
	struct module_call call = {&o.host, &o.facts, &o.in.in, o.arena, NULL, 0};
	struct value got = module_call(FUNCTION_elf_telfhash, &call);
	assert_int_equal(got.kind, VALUE_TEXT);
	assert_string_not_equal(got.text.data, calls);
	end(&o);
}

static void import_md5(void **state)
{
	struct object o;

	(void)state;
	begin(&o, false);
	check(&o, FUNCTION_elf_import_md5, NULL);
	add_symtab(&o, "printf");
	add_symtab(&o, "Exit");
	add_symtab(&o, "");
	add_symtab(&o, "getenv");
	/* MD5 of "exit,getenv,printf" */
	check(&o, FUNCTION_elf_import_md5, "de53af499a548b3852ffa6b234529ef1");
	add_dynsym(&o, &(struct symbol){"defined", FUNC, GLOBAL, 7, 0});
	check(&o, FUNCTION_elf_import_md5, NULL);
	end(&o);
}

static void too_much_work(void **state)
{
	struct object o;

	(void)state;
	begin(&o, false);
	for (int i = 0; i < 40; i++)
		add_calls(&o);
	struct module_call call = {&o.host, &o.facts, &o.in.in, o.arena, NULL, 0};
	assert_int_equal(module_call(FUNCTION_elf_telfhash, &call).kind, VALUE_UNKNOWN);
	end(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(telfhash),
		cmocka_unit_test(big_endian),
		cmocka_unit_test(import_md5),
		cmocka_unit_test(too_much_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
