#!/bin/sh
# The checks that are too slow for every change.
#
# usage: long.sh ROOT_OF_REPOSITORY SECONDS_A_FUZZ_TARGET
set -eu

root=$1
seconds=$2
failed=''

step() {
	name=$1
	shift
	echo "== $name"
	if "$@"; then
		echo "== $name: good"
	else
		failed="$failed
  $name"
	fi
}

# warnings COMPILER: everything, tests included, without a warning.
warnings() {
	folder=$root/build-$1
	[ -e "$folder/build.ninja" ] ||
		CC=$1 meson setup "$folder" "$root" -Dbuildtype=release -Dwerror=true -Dtests=enabled >/dev/null
	ninja -C "$folder" all meson-test-prereq >"$folder/build.log" 2>&1 || {
		tail -n 40 "$folder/build.log"
		return 1
	}
}

# A confined process cannot be watched: the filter kills the calls that valgrind itself makes.
CONFINED='^(cell-(compile|jail|pool)|cli-db|db-database)$'

under_valgrind() {
	names=$(meson test -C "$root/build" --suite unit --suite prop --list 2>/dev/null |
		sed -n 's|.* / ||p' | grep -Ev "$CONFINED")
	# unquoted: a list
	meson test -C "$root/build" --timeout-multiplier 20 \
		--wrap 'valgrind --quiet --error-exitcode=9 --leak-check=full' $names
}

scan_under_valgrind() {
	valgrind --quiet --error-exitcode=9 --leak-check=full --trace-children=no \
		"$root/build/candor" scan /usr/bin/true
}

step 'gcc without warnings' warnings gcc
step 'clang without warnings' warnings clang-14
step 'unit tests under valgrind' under_valgrind
step 'a scan under valgrind' scan_under_valgrind
step "fuzzing, $seconds s each" python3 "$root/tests/fuzz/campaign.py" "$root" "$seconds"

if [ -n "$failed" ]; then
	echo "failed:$failed"
	exit 1
fi
echo 'all good'
