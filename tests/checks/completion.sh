#!/bin/bash
# The completion of bash, asked as bash asks it.
# usage: completion.sh COMPLETION_FILE FOLDER_OF_candor
set -u
source "$1"
PATH=$2:$PATH
failed=0

# expect LINE WORD: completing the last word of LINE offers WORD.
expect() {
	read -ra COMP_WORDS <<<"$1"
	[[ $1 != *' ' ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_candor 2>/dev/null # compopt works only while bash completes
	[[ " ${COMPREPLY[*]} " == *" $2 "* ]] && return
	echo "'$1' offers '${COMPREPLY[*]}' and not '$2'"
	failed=1
}

expect 'candor sc' scan
expect 'candor help d' doctor
expect 'candor scan --accept en' encrypted
expect 'candor scan --limits de' depth=
expect 'candor scan --js' --json
cd "$2" || exit 1 # the path of the folder may hold blanks, which would be two words here
expect 'candor scan ./candor-w' ./candor-worker
exit $failed
