# branches.awk - each line of branches.txt against what ran.
# Input: tests, rounds, tests/matrix/branch.def, then branches.txt.
# Row k of branch.def is round k of tcp_branch:branch.
function wrong(what) { print "branches: FAIL " $1 ": " what; bad = 1 }
FILENAME ~ /tests$/ { ran[$1] = $2; next }
FILENAME ~ /rounds$/ { if ($1 == "tcp_branch:branch") round[$2] = $3; next }
FILENAME ~ /branch\.def$/ {
    if (sub(/^BRANCH\("/, "")) { sub(/".*/, ""); row[$0] = rows++ }
    next
}
/^#/ || $0 == "" { next }
{ known[$1] = 1 }
$2 == "n/a" { none++; if (NF < 3) wrong("does not apply, and nobody says why"); next }
{
    all++
    if (NF == 1 && !($1 in row)) wrong("no row of branch.def asserts it")
    else if (NF == 1 && round[row[$1]] != "ok") wrong("its row has failed")
    else if (NF > 1 && ran[$2] != "ok") wrong("no test " $2 " has passed")
    else met++
}
END {
    for (id in row) if (!(id in known)) { print "branches: FAIL branch.def has " id ", branches.txt has not"; bad = 1 }
    printf "branches: %d/%d\n(branches that do not apply: %d)\n", met, all, none
    exit bad
}
