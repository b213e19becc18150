#!/bin/sh
# Does what the README promises in a Debian 12 root that has nothing but git and
# certificates: `./run scan`, again within a second, and `./run test`.
#
# usage: clean-root.sh ROOT_OF_REPOSITORY [MIRROR]
#
# Needs root, mmdebstrap and a Debian mirror: MIRROR, else what this machine's apt
# uses for Debian. CANDOR_KEEP_ROOT=1 keeps the root for a look.
set -eu

repository=$1
mirror=${2-}
work=$(mktemp -d /var/tmp/candor-root.XXXXXX)
target=$work/root
checkout='home/a checkout' # a space, since there will be one somewhere

done_with() {
	[ "${CANDOR_KEEP_ROOT:-0}" = 1 ] && echo "kept: $work" || rm -rf -- "$work"
}
trap done_with EXIT

[ "$(id -u)" = 0 ] || {
	echo 'clean-root: needs root to make a Debian root and to enter it' >&2
	exit 2
}

# What apt needs here to reach a mirror: proxies, and whether dates are checked.
apt_options() {
	for name in Acquire::http::Proxy Acquire::https::Proxy Acquire::Check-Valid-Until \
		Acquire::Check-Date; do
		apt-config dump --format '%f "%v";%n' "$name" | grep -v '""' || true
	done
}

sources() {
	if [ -n "$mirror" ]; then
		printf 'deb %s bookworm main\n' "$mirror"
	elif [ -e /etc/apt/sources.list.d/debian.sources ]; then
		cat /etc/apt/sources.list.d/debian.sources
	else
		grep -h 'bookworm' /etc/apt/sources.list
	fi
}

make_root() {
	apt_options >"$work/apt.conf"
	sources >"$work/sources"
	mmdebstrap --quiet --variant=minbase --include=git,ca-certificates \
		--aptopt="$work/apt.conf" bookworm "$target" "$work/sources"
	cp /etc/resolv.conf /etc/hosts "$target/etc/"
	git clone -q --no-hardlinks -- "$repository" "$target/$checkout"
}

# A root of its own by pivot_root and not by chroot: the kernel gives no user
# namespaces to a process in a chroot, and the workers want theirs.
in_root() {
	unshare --mount --pid --fork --propagation private sh -eu -c '
		mount --bind "$1" "$1"
		mount -t proc proc "$1/proc"
		mount --rbind /sys "$1/sys"
		mount --rbind /dev "$1/dev"
		cd "$1"
		mkdir -p mnt/old
		pivot_root . mnt/old
		umount -l /mnt/old
		cd "/$2"
		shift 2
		exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			HOME=/root LC_ALL=C.UTF-8 ${CI:+CI=$CI} "$@" </dev/null
	' sh "$target" "$checkout" "$@"
}

seconds() {
	start=$(date +%s%N)
	"$@"
	end=$(date +%s%N)
	echo "clean-root: $(((end - start) / 1000000)) ms: $3 $4" >&2
}

echo 'clean-root: making the root'
make_root
echo 'clean-root: first ./run scan'
seconds in_root sh ./run scan /usr/bin
echo 'clean-root: second ./run scan'
seconds in_root sh ./run scan /usr/bin/true
started=$(date +%s%N)
in_root ./run scan /usr/bin/true >/dev/null
took=$((($(date +%s%N) - started) / 1000000))
echo 'clean-root: ./run test'
in_root ./run test >"$work/test.log" 2>&1 || true
tail -n 2 "$work/test.log"
grep -Eq '^[1-9][0-9]* passed, 0 failed(, [0-9]+ skipped)?$' "$work/test.log" || {
	grep -E 'FAIL|TIMEOUT' "$work/test.log" | sort -u >&2
	sed -n '/^=* FAILURES =*$/,/^== /p' "$work/test.log" >&2
	exit 1
}
[ "$took" -lt 1000 ] || {
	echo "clean-root: the second scan took $took ms" >&2
	exit 1
}
echo "clean-root: good; the second scan of one file took $took ms, entering the root included"
