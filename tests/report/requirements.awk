# requirements.awk - each row of requirements.tsv against what ran.
# Input: slugs, tests, rules, then requirements.tsv.
BEGIN { FS = "\t" }
function wrong(what) { print "requirements: FAIL " $1 " (" $4 "): " what; bad = 1; ill = 1 }
/^#/ || $0 == "" { next }
FILENAME ~ /slugs$/ { slug[$1] = 1; next }
FILENAME ~ /tests$/ { ran[$1] = $2; next }
FILENAME ~ /rules$/ { fired[$1, $2] = 1; next }
$1 == "id" { next }
NF != 7 { print "requirements: FAIL line " FNR " has " NF " columns"; bad = 1; next }
$5 == "n/a" { none++; if (length($7) < 9) wrong("does not apply, and nobody says why"); next }
{ all++ }
$5 == "open" { open = open " " $1; next }
$5 != "met" { wrong("no state " $5); next }
{
    ill = 0
    n = split($7, test, " ")
    m = split($6 == "-" ? "" : $6, rule, " ")
    if (n == 0 || $7 == "-") wrong("no test shows it")
    for (i = 1; i <= n; i++) {
        if (!(test[i] in ran)) wrong("no test " test[i])
        else if (ran[test[i]] != "ok") wrong(test[i] " has failed")
    }
    for (k = 1; k <= m; k++) {
        reached = 0
        for (i = 1; i <= n; i++) reached += (rule[k], test[i]) in fired
        if (!(rule[k] in slug)) wrong("no rule " rule[k])
        else if (!reached) wrong("none of its tests reaches " rule[k])
    }
    met += !ill
}
END {
    printf "requirements: %d/%d%s%s\n", met, all, open ? "; open:" open : "",
        none && open ? "; do not apply: " none : ""
    if (!open) print "(requirements that do not apply: " none ")"
    exit bad
}
