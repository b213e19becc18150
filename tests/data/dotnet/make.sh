#!/bin/sh
# Make the assemblies of this folder again: needs mcs (Debian: mono-mcs). Each run gives
# another GUID, so that the expectations of test-dotnet.c change in one line.
set -eu
cd "$(dirname "$0")"
printf 'bytes of a resource' >resource.txt
mcs -nologo -unsafe -target:library -resource:resource.txt,a.resource -out:everything.dll everything.cs
rm resource.txt
