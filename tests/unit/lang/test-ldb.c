#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "source-cases.h"

static const struct source_case signatures_cases[] = {
	{"simple", "a.ldb",
	 STR("N;Engine:51-255,Target:0;0&1;616263;646566\n"),
	 "(rule \"N\" detect raw (pattern \"abc\" rising) (pattern \"def\" rising) "
	 "(and (matched 0) (matched 1)))\n"},
	{"unwanted", "a.ldu",
	 STR("N;Engine:51-255,Target:0;0;616263\n"),
	 "(rule \"N\" suspect raw (pattern \"abc\" rising) (matched 0))\n"},
	{"modifiers and offsets", "a.ldb",
	 STR("N;Engine:51-255,Target:0;0;616263::i\n"
	 "N;Engine:51-255,Target:0;0;8:616263::w\n"
	 "N;Engine:51-255,Target:0;0;EOF-8,4:616263::\n"
	 "N;Engine:51-255,Target:0;0;*:616263::fi\n"
	 "N;Target:1;0;SE0:616263\n"),
	 "(rule \"N\" detect raw (pattern 41&df.42&df.43&df rising) (matched 0))\n"
	 "(rule \"N\" detect raw (pattern 61.00.62.00.63.00 (start +8 +0) rising) "
	 "(matched 0))\n"
	 "(rule \"N\" detect raw (pattern \"abc\" (end -8 +4) rising) (matched 0))\n"
	 "(rule \"N\" detect raw (pattern (concat (look not-behind [30-39 41-5a "
	 "61-7a]) 41&df.42&df.43&df (look not-ahead [30-39 41-5a 61-7a])) rising) "
	 "(matched 0))\n"
	 "(rule \"N\" detect raw pe (pattern \"abc\" (in-section 0 +0 +0) rising) "
	 "(matched 0))\n"},
	{"keys", "a.ldb",
	 STR("A;Engine:51-255,FileSize:10-20,Target:0;0;6162\n"
	 "B;Engine:51-255,Target:1,EntryPoint:0-20,NumberOfSections:3-3;0;6162\n"
	 "C;Engine:51-255,Target:0,Container:CL_TYPE_ANY;0;6162\n"
	 "D;Target:6;0;6162\n"),
	 "(rule \"A\" detect raw (pattern \"ab\" rising) (and (ge (size) (int 10)) "
	 "(le (size) (int 20)) (matched 0)))\n"
	 "(rule \"B\" detect raw pe (pattern \"ab\" rising) (and (le (fact "
	 "exe.entry_point) (int 20)) (ge (rows exe.sections[]) (int 3)) "
	 "(le (rows exe.sections[]) (int 3)) (matched 0)))\n"
	 "(rule \"C\" detect raw (pattern \"ab\" rising) (matched 0))\n"
	 "(rule \"D\" detect raw elf (pattern \"ab\" rising) (matched 0))\n"},
	{"skipped keys", "a.ldb",
	 STR("A;Engine:51-255,Target:0,Container:CL_TYPE_ZIP;0;6162\n"
	 "B;Engine:51-255,Target:0,Intermediates:CL_TYPE_ZIP>CL_TYPE_PDF;0;6162\n"
	 "C;Engine:51-255,Target:1,IconGroup1:X;0;6162\n"
	 "D;Engine:51-255,Target:0,HandlerType:CL_TYPE_PDF;0;6162\n"
	 "E;Engine:51-255,Target:0,New:1;what;ever\n"
	 "F;Engine:217-255,New;what;ever\n"
	 "G;Engine:51-100,Target:0;0;6162\n"
	 "H;Engine:51-255,Target:2;0;6162\n"),
	 "skip ldb at 1 x1 A: conditions on the type of the container\n"
	 "skip ldb at 2 x1 B: conditions on the types of containers further out\n"
	 "skip ldb at 3 x1 C: conditions on icons\n"
	 "skip ldb at 4 x1 D: signatures that choose a handler\n"
	 "skip ldb at 5 x1 E: unknown keys in the target description block\n"
	 "skip ldb at 6 x1 F: for functionality levels above 216\n"
	 "skip ldb at 7 x1 G: for functionality levels below 216\n"
	 "skip ldb at 8 x1 H: target 2: this version does not identify the type ole2\n"},
	{"Perl expressions", "a.ldb",
	 STR("A;Engine:51-255,Target:0;0&1;6162;0/a;b:c\\/d/ig\n"
	 "B;Engine:51-255,Target:0;0&1;6162;4,2:0=0/ab/\n"),
	 "(rule \"A\" detect raw (pattern \"ab\" rising) (pattern (perl \"a;b:c\\\\/d\" \"gi\" "
	 "(matched 0)) rising) (and (matched 0) (matched 1)))\n"
	 "(rule \"B\" detect raw (pattern \"ab\" rising) (pattern (perl \"ab\" \"\" "
	 "(not (matched 0))) (start +4 +2) rising) (and (matched 0) (matched 1)))\n"},
	{"bad Perl expressions", "a.ldb",
	 STR("A;Engine:51-255,Target:0;0&1;6162;0/a(b/\n"
	 "B;Engine:51-255,Target:0;0&1;6162;1/ab/\n"
	 "C;Engine:51-255,Target:0;0&1;6162;0/ab/Q\n"
	 "D;Engine:51-255,Target:0;0&1;6162;0//\n"),
	 "1:40+1 missing closing parenthesis\n"
	 "2:35+1 a trigger names only sub-signatures before its own\n"
	 "3:40+1 this is no flag of an expression (flags: g r e i s m x A E U)\n"
	 "4:37+1 this expression is empty\n"},
	{"skipped sub-signatures", "a.ldb",
	 STR("C;Engine:51-255,Target:0;0&1;6162;0(>>4#hb2#=16)\n"
	 "D;Engine:51-255,Target:0;0&1;6162;${1-4}3$\n"
	 "E;Engine:51-255,Target:0;0;fuzzy_img#0123456789abcdef\n"
	 "F;Engine:51-255,Target:0;0;$3$:6162\n"),
	 "skip ldb at 1 x1 C: byte comparisons\n"
	 "skip ldb at 2 x1 D: macros\n"
	 "skip ldb at 3 x1 E: perceptual hashes of images (fuzzy_img)\n"
	 "skip ldb at 4 x1 F: macro groups\n"},
	{"not a byte comparison", "a.ldb",
	 STR("N;Engine:51-255,Target:0;0;6162(63|64)\n"),
	 "(rule \"N\" detect raw (pattern (concat \"ab\" [63-64]) rising) (matched "
	 "0))\n"},
	{"fields", "a.ldb",
	 STR("N\n"
	 "N;Engine:51-255,Target:0;0\n"
	 ";Engine:51-255,Target:0;0;6162\n"),
	 "1:2+1 the line ends before all fields are there (name;target description "
	 "block;expression;sub-signatures)\n"
	 "2:27+1 the line ends before all fields are there (name;target description "
	 "block;expression;sub-signatures)\n"
	 "3:1+1 the name is missing\n"},
	{"bad keys", "a.ldb",
	 STR("N;Engine:51-255;0;6162\n"
	 "N;;0;6162\n"
	 "N;Target;0;6162\n"
	 "N;Target:0,Engine:51-255;0;6162\n"
	 "N;Target:0,FileSize:1-2;0;6162\n"
	 "N;Engine:50-255,Target:0,FileSize:1-2;0;6162\n"
	 "N;Engine:51-255,Target:0,FileSize:7;0;6162\n"
	 "N;Engine:51-255,Target:0,FileSize:2-1;0;6162\n"
	 "N;Engine:51,Target:0;0;6162\n"
	 "N;Engine:51-255,Target:0,EntryPoint:1-2;0;6162\n"
	 "N;Engine:51-255,Target:x;0;6162\n"
	 "N;Engine:51-255,Target:0,;0;6162\n"),
	 "1:3+13 the key Target is missing\n"
	 "2:3+1 expected key:value\n"
	 "3:3+6 expected key:value\n"
	 "4:12+13 Engine comes first\n"
	 "5:12+12 this key needs Engine with at least level 51 (begin the block with "
	 "Engine:51-255)\n"
	 "6:26+12 this key needs Engine with at least level 51 (begin the block with "
	 "Engine:51-255)\n"
	 "7:35+1 expected a range such as 0-1000\n"
	 "8:35+3 this range ends before it begins\n"
	 "9:10+2 expected a range such as 0-1000\n"
	 "10:26+14 this key needs a target that is an executable: 1, 6 or 9\n"
	 "11:24+1 a target is a number from 0 to 14\n"
	 "12:26+1 expected key:value\n"},
	{"bad sub-signatures", "a.ldb",
	 STR("N;Engine:51-255,Target:0;0&1;6162;\n"
	 "N;Engine:51-255,Target:0;0;6162::x\n"
	 "N;Engine:51-255,Target:0;0;6162:i\n"
	 "N;Engine:51-255,Target:0;0;6162::i:w\n"
	 "N;Engine:51-255,Target:0;0;EP+0:6162\n"
	 "N;Engine:51-255,Target:0;0;1:2:6162\n"
	 "N;Engine:51-255,Target:0;0;61\n"
	 "N;Engine:51-255,Target:0;0&1;6162;0/abc\n"
	 "N;Engine:51-255,Target:0;0&1;6162;x/abc/\n"
	 "N;Engine:51-255,Target:0;0&1;6162;/abc/\n"),
	 "1:35+1 this sub-signature is empty\n"
	 "2:34+1 a modifier is i, w, a or f\n"
	 "3:33+1 expected a hex digit or ?\n"
	 "4:35+1 a modifier is i, w, a or f\n"
	 "5:28+4 this offset needs a target that is an executable "
	 "(targets of executables are 1 (PE), 6 (ELF) and 9 (Mach-O))\n"
	 "6:31+1 modifiers stand behind ::\n"
	 "7:28+2 each part needs two fixed bytes in a row\n"
	 "8:36+1 this expression has no closing /\n"
	 "9:35+1 expected the number of a sub-signature or (\n"
	 "10:35+1 expected the number of a sub-signature or (\n"},
	{"bad expression", "a.ldb",
	 STR("N;Engine:51-255,Target:0;0&;6162\n"),
	 "1:28+1 expected the number of a sub-signature or (\n"},
	{"malformed beats skipped", "a.ldb",
	 STR("N;Engine:51-255,Target:2;0&1;${1-4}3$;61z2\n"),
	 "1:41+1 expected a hex digit or ?\n"},
};

static void signatures(void **state)
{
	(void)state;
	check(signatures_cases, LEN(signatures_cases));
}

/* "N;Engine:51-255,Target:0;" and a piece repeated. */
static void compile_repeated(struct told *told, const char *keys, const char *head,
			     const char *piece, unsigned times, const char *tail)
{
	struct buf text;

	buf_init(&text, 1 << 20);
	buf_addf(&text, "N;Engine:51-255,Target:0%s;%s", keys, head);
	for (unsigned i = 0; i < times; i++)
		buf_addf(&text, "%s", piece);
	buf_addf(&text, "%s\n", tail);
	told_init(told);
	told_compile(told, "a.ldb", buf_str(&text));
	buf_done(&text);
}

static void limits(void **state)
{
	static const struct {
		const char *name, *keys, *head, *piece;
		unsigned times;
		const char *tail;
		unsigned accepted, malformed;
	} cases[] = {
		{"64 sub-signatures", "", "63", ";6162", 64, "", 1, 0},
		{"65 sub-signatures", "", "63", ";6162", 65, "", 0, 1},
		{"512 terms", "", "0", "|0", 511, ";6162", 1, 0},
		{"513 terms", "", "0", "|0", 512, ";6162", 0, 0},
		{"32 alternations", "", "0", "|0&0", 16, ";6162", 1, 0},
		{"34 alternations", "", "0", "|0&0", 17, ";6162", 0, 0},
		{"counters in counters", "", "((((((((((((0", "&1|0)>1,2&0|1)>1,2", 6,
		 ";6162;6162", 0, 0},
		{"deep brackets", "", "", "(", 100, "0;6162", 0, 0},
		{"long line", "", "0;6162", "61", 100000, "", 1, 0},
		{"keys again and again", ",FileSize:1-2,FileSize:1-2,FileSize:1-2,FileSize:1-2,"
		 "FileSize:1-2,FileSize:1-2,FileSize:1-2,FileSize:1-2,FileSize:1-2",
		 "0;6162", "", 0, "", 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct told told;

		compile_repeated(&told, cases[i].keys, cases[i].head, cases[i].piece,
				 cases[i].times, cases[i].tail);
		const struct ir_source *s = &told.rs->sources.items[0];
		if (s->accepted != cases[i].accepted || s->malformed != cases[i].malformed ||
		    s->accepted + s->malformed + s->skipped != 1)
			fail_msg("%s: accepted %u, malformed %u, skipped %u", cases[i].name,
				 s->accepted, s->malformed, s->skipped);
		told_done(&told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
