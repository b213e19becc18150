#!/bin/sh
# Make the assemblies among the seeds of the fuzz target "dotnet" again, of which
# test-dotnet.c reads good-everything: needs mcs (Debian: mono-mcs).
set -eu
cd "$(dirname "$0")"
to=../fuzz/dotnet
work=$(mktemp -d)
printf 'bytes of a resource' >"$work/resource.txt"
mcs -nologo -unsafe -target:library "-resource:$work/resource.txt,a.resource" \
	"-out:$work/everything.dll" everything.cs
mcs -nologo -target:library "-out:$work/generic.dll" generic.cs
mcs -nologo "-out:$work/program.exe" program.cs
cp "$work/everything.dll" $to/good-everything
cp "$work/generic.dll" $to/good-generic
cp "$work/program.exe" $to/good-program
head -c 1500 $to/good-program >$to/bad-cut
chmod 644 $to/*
rm -r "$work"
