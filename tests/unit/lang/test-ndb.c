#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "source-cases.h"

static const struct source_case patterns_cases[] = {
	{"anywhere", "a.ndb",
	 STR("N:0:*:616263\n"),
	 "(rule \"N\" detect raw (pattern \"abc\" rising) (matched 0))\n"},
	{"target of any", "a.ndb",
	 STR("N:*:*:616263\n"),
	 "(rule \"N\" detect raw (pattern \"abc\" rising) (matched 0))\n"},
	{"target PE", "a.ndb",
	 STR("N:1:*:616263\n"),
	 "(rule \"N\" detect raw pe (pattern \"abc\" rising) (matched 0))\n"},
	{"target ELF, unwanted", "a.ndu",
	 STR("N:6:*:616263\n"),
	 "(rule \"N\" suspect raw elf (pattern \"abc\" rising) (matched 0))\n"},
	{"offsets", "a.ndb",
	 STR("A:0:0:6162\n"
	 "B:0:16,4:6162\n"
	 "C:0:EOF-16:6162\n"
	 "D:0:EOF-16,4:6162\n"),
	 "(rule \"A\" detect raw (pattern \"ab\" (start +0 +0) rising) (matched 0))\n"
	 "(rule \"B\" detect raw (pattern \"ab\" (start +16 +4) rising) (matched 0))\n"
	 "(rule \"C\" detect raw (pattern \"ab\" (end -16 +0) rising) (matched 0))\n"
	 "(rule \"D\" detect raw (pattern \"ab\" (end -16 +4) rising) (matched 0))\n"},
	{"offsets of executables", "a.ndb",
	 STR("A:1:EP+0:6162\n"
	 "B:6:EP-16,4:6162\n"
	 "C:1:S2+16,1:6162\n"
	 "D:1:SE3:6162\n"
	 "E:6:SL+4,2:6162\n"),
	 "(rule \"A\" detect raw pe (pattern \"ab\" (entry +0 +0) rising) (matched "
	 "0))\n"
	 "(rule \"B\" detect raw elf (pattern \"ab\" (entry -16 +4) rising) (matched "
	 "0))\n"
	 "(rule \"C\" detect raw pe (pattern \"ab\" (section 2 +16 +1) rising) "
	 "(matched 0))\n"
	 "(rule \"D\" detect raw pe (pattern \"ab\" (in-section 3 +0 +0) rising) "
	 "(matched 0))\n"
	 "(rule \"E\" detect raw elf (pattern \"ab\" (last-section +4 +2) rising) "
	 "(matched 0))\n"},
	{"skipped offsets", "a.ndb",
	 STR("A:1:VI:6162\n"
	 "B:0:$3$:6162\n"),
	 "skip ndb at 1 x1 A: offsets inside the version information (VI)\n"
	 "skip ndb at 2 x1 B: macro groups\n"},
	{"skipped targets", "a.ndb",
	 STR("A:2:*:6162\n"
	 "B:3:*:6162\n"
	 "C:4:*:6162\n"
	 "D:5:*:6162\n"
	 "E:7:*:6162\n"
	 "F:8:*:6162\n"
	 "G:9:EP+0:6162\n"
	 "H:10:*:6162\n"
	 "I:11:*:6162\n"
	 "J:12:*:6162\n"
	 "K:13:*:6162\n"
	 "L:14:*:6162\n"
	 "M:15:*:6162\n"
	 "N:99999999999:*:6162\n"),
	 "(rule \"G\" detect raw macho (pattern \"ab\" (entry +0 +0) rising) (matched 0))\n"
	 "skip ndb at 1 x1 A: target 2: this version does not identify the type ole2\n"
	 "skip ndb at 2 x1 B: target 3: this version does not identify the type html\n"
	 "skip ndb at 3 x1 C: target 4: this version does not identify the type mail\n"
	 "skip ndb at 4 x1 D: target 5: this version does not identify the type "
	 "graphics\n"
	 "skip ndb at 5 x1 E: target 7: this version does not identify the type text\n"
	 "skip ndb at 6 x1 F: target 8 is not used\n"
	 "skip ndb at 8 x1 H: target 10: this version does not identify the type pdf\n"
	 "skip ndb at 9 x1 I: target 11: this version does not identify the type swf\n"
	 "skip ndb at 10 x1 J: target 12: this version does not identify the type "
	 "java\n"
	 "skip ndb at 11 x1 K: target 13 looks at ClamAV's own metadata\n"
	 "skip ndb at 12 x1 L: target 14 (other files) has no counterpart\n"
	 "skip ndb at 13 x2 M: targets above 14 are not known\n"},
	{"levels", "a.ndb",
	 STR("A:0:*:6162:51:255\n"
	 "B:0:*:what ever:300\n"
	 "C:0:*:6162:1:2\n"),
	 "(rule \"A\" detect raw (pattern \"ab\" rising) (matched 0))\n"
	 "skip ndb at 2 x1 B: for functionality levels above 216\n"
	 "skip ndb at 3 x1 C: for functionality levels below 216\n"},
	{"fields", "a.ndb",
	 STR("N:0:*\n"
	 "N:0:*:6162:1:2:3\n"
	 ":0:*:6162\n"),
	 "1:6+1 the line ends before all fields are there "
	 "(name:target:offset:pattern[:min level[:max level]])\n"
	 "2:15+2 there are more fields than this kind of file has "
	 "(name:target:offset:pattern[:min level[:max level]])\n"
	 "3:1+1 the name is missing\n"},
	{"bad targets", "a.ndb",
	 STR("N:x:*:6162\n"
	 "N::*:6162\n"
	 "N:-1:*:6162\n"),
	 "1:3+1 a target is a number from 0 to 14\n"
	 "2:3+1 a target is a number from 0 to 14\n"
	 "3:3+2 a target is a number from 0 to 14\n"},
	{"bad offsets", "a.ndb",
	 STR("N:0::6162\n"
	 "N:0:x:6162\n"
	 "N:0:1,:6162\n"
	 "N:0:,1:6162\n"
	 "N:0:1,x:6162\n"
	 "N:0:-1:6162\n"
	 "N:0:4294967296:6162\n"
	 "N:0:EOF+1:6162\n"
	 "N:0:EOF-:6162\n"
	 "N:0:1,2,3:6162\n"
	 "N:0:$32$:6162\n"
	 "N:0:$:6162\n"
	 "N:0:**:6162\n"),
	 "1:5+1 this is no offset (forms: * n EOF-n EP+n EP-n Sx+n SEx SL+n, each but "
	 "* with ,m)\n"
	 "2:5+1 this is no offset (forms: * n EOF-n EP+n EP-n Sx+n SEx SL+n, each but "
	 "* with ,m)\n"
	 "3:7+1 expected a decimal number\n"
	 "4:5+1 this is no offset (forms: * n EOF-n EP+n EP-n Sx+n SEx SL+n, each but "
	 "* with ,m)\n"
	 "5:7+1 expected a decimal number\n"
	 "6:5+2 this is no offset (forms: * n EOF-n EP+n EP-n Sx+n SEx SL+n, each but "
	 "* with ,m)\n"
	 "7:5+10 an offset is at most 4294967295\n"
	 "8:5+5 this is no offset (forms: * n EOF-n EP+n EP-n Sx+n SEx SL+n, each but "
	 "* with ,m)\n"
	 "9:9+1 expected a decimal number\n"
	 "10:7+3 expected a decimal number\n"
	 "11:5+4 a macro group is $0$ to $31$\n"
	 "12:5+1 a macro group is $0$ to $31$\n"
	 "13:5+2 this is no offset (forms: * n EOF-n EP+n EP-n Sx+n SEx SL+n, each "
	 "but * with ,m)\n"},
	{"bad offsets of executables", "a.ndb",
	 STR("N:0:EP+0:6162\n"
	 "N:0:SE1:6162\n"
	 "N:0:VI:6162\n"
	 "N:1:EP+:6162\n"
	 "N:1:EP:6162\n"
	 "N:1:S1:6162\n"
	 "N:1:Sx+1:6162\n"
	 "N:1:SE:6162\n"
	 "N:1:SE65536:6162\n"
	 "N:1:SL-1:6162\n"
	 "N:1:VIx:6162\n"),
	 "1:5+4 this offset needs a target that is an executable "
	 "(targets of executables are 1 (PE), 6 (ELF) and 9 (Mach-O))\n"
	 "2:5+3 this offset needs a target that is an executable "
	 "(targets of executables are 1 (PE), 6 (ELF) and 9 (Mach-O))\n"
	 "3:5+2 this offset needs a target that is an executable "
	 "(targets of executables are 1 (PE), 6 (ELF) and 9 (Mach-O))\n"
	 "4:8+1 expected a decimal number\n"
	 "5:5+2 this is no offset (forms: * n EOF-n EP+n EP-n Sx+n SEx SL+n, each but "
	 "* with ,m)\n"
	 "6:5+2 expected Sx+n, SEx or SL+n\n"
	 "7:6+1 a section is a number from 0 to 65535\n"
	 "8:7+1 a section is a number from 0 to 65535\n"
	 "9:7+5 a section is a number from 0 to 65535\n"
	 "10:5+4 expected Sx+n, SEx or SL+n\n"
	 "11:7+1 VI stands alone\n"},
	{"bad pattern", "a.ndb",
	 STR("N:0:*:61z2\n"
	 "N:0:*:\n"),
	 "1:9+1 expected a hex digit or ?\n"
	 "2:7+1 the pattern is empty\n"},
	{"bad pattern of a skipped target", "a.ndb",
	 STR("N:2:*:61z2\n"),
	 "1:9+1 expected a hex digit or ?\n"},
	{"comments are first in the line", "a.ndb",
	 STR(" #N:0:*:6162\n"),
	 "(rule \" #N\" detect raw (pattern \"ab\" rising) (matched 0))\n"},
};

static void patterns(void **state)
{
	(void)state;
	check(patterns_cases, LEN(patterns_cases));
}

static const struct source_case unread_kinds_cases[] = {
	{"counted by line", "a.cdb",
	 STR("N:CL_TYPE_ZIP:*:x:*:*:*:*:*:*\n"
	 "# c\n"
	 "\n"
	 "M\n"),
	 "skip cdb at 1 x2 N: cdb files are not read by this version\n"},
	{"name elsewhere", "a.ftm",
	 STR("0:0:4d5a:MS-EXE:CL_TYPE_ANY:CL_TYPE_MSEXE\n"),
	 "skip ftm at 1 x1 MS-EXE: ftm files are not read by this version\n"},
	{"name elsewhere, too short", "a.ftm",
	 STR("0:0\n"),
	 "skip ftm at 1 x1 : ftm files are not read by this version\n"},
	{"legacy", "a.db",
	 STR("Old=616263\n"),
	 "skip db at 1 x1 Old: db files are not read by this version\n"},
	{"counted by file", "a.cbc",
	 STR("ClamBCaf\n"
	 "x\n"
	 "y\n"),
	 "skip cbc at 0 x1 : cbc files are not read by this version\n"},
	{"empty", "a.crb",
	 STR(""),
	 ""},
};

static void unread_kinds(void **state)
{
	(void)state;
	check(unread_kinds_cases, LEN(unread_kinds_cases));
}

/* Ignore lists apply to the sources that are read behind them. */
static void ignored_names(void **state)
{
	static const struct {
		const char *name, *list, *source, *text;
		unsigned ignored, malformed;
	} cases[] = {
		{"by name", "A.B\n", "a.ndb", "A.B:0:*:6162\n", 1, 0},
		{"in .ldb", "A.B\n", "a.ldb", "A.B;Target:0;0;6162\n", 1, 0},
		{"in a list", "A.B\n", "a.md5", "0123456789abcdef0123456789abcdef A.B\n", 1, 0},
		{"other name", "A.BC\nA\n", "a.ndb", "A.B:0:*:6162\n", 0, 0},
		{"old form", "repo:7:A.B\n", "a.ndb", "A.B:0:*:6162\n", 1, 0},
		{"by line", "A.B:9d2f5fcf4eb4ceabdb99ce7a3dd7a5a9\n", "a.ndb",
		 "A.B:0:*:6162\n", 0, 0},
		{"by line", "A.B:3843472053A157E29B061E02B1B29E7D\n", "a.ndb",
		 "A.B:0:*:6162\r\n", 1, 0},
		{"name as reported", "A.B.UNOFFICIAL\n", "a.ndb", "A.B:0:*:6162\n", 1, 0},
		{"without a last part in braces", "A.B\n", "a.ndb", "A.B.{c}:0:*:6162\n", 1, 0},
		{"with the part in braces", "A.B.{c}\n", "a.ndb", "A.B.{c}:0:*:6162\n", 0, 0},
		{"malformed and ignored", "A.B\n", "a.ndb", "A.B:0:*:zz\n", 1, 0},
		{"bad MD5", "A.B:zz\n", "a.ndb", "A.B:0:*:6162\n", 0, 1},
		{"empty MD5", "A.B:\n", "a.ndb", "A.B:0:*:6162\n", 0, 1},
		{"no name", ":0123456789abcdef0123456789abcdef\nr:1:\n.UNOFFICIAL\n", "a.ndb",
		 "A.B:0:*:6162\n", 0, 3},
		{"too many fields", "r:1:A.B:x\n", "a.ndb", "A.B:0:*:6162\n", 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct told told;

		told_init(&told);
		told_compile(&told, i % 2 ? "x.ign" : "x.IGN2", str_of(cases[i].list));
		told_compile(&told, cases[i].source, str_of(cases[i].text));
		const struct ir_source *list = &told.rs->sources.items[0];
		const struct ir_source *rules = &told.rs->sources.items[1];
		if (rules->ignored != cases[i].ignored || rules->accepted != !cases[i].ignored ||
		    list->malformed != cases[i].malformed)
			fail_msg("%s: ignored %u, accepted %u, malformed %u", cases[i].name,
				 rules->ignored, rules->accepted, list->malformed);
		told_done(&told);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns),
		cmocka_unit_test(unread_kinds),
		cmocka_unit_test(ignored_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
