# rules.awk - which tests reach each rule.
# Input: slugs, tests, rules; then rules.txt to check it.  With -v update=1 print a new one.
BEGIN { FS = "\t" }
/^#/ || $0 == "" { next }
FILENAME ~ /slugs$/ { slug[$1] = 1; order[++all] = $1; next }
FILENAME ~ /tests$/ { ran[$1] = $2; next }
FILENAME ~ /rules$/ {
    if (ran[$2] != "ok" || !($1 in slug)) next
    fired[$1, $2] = reached[$1] = 1
    kind = $2 ~ /^lessons/ ? 1 : $2 ~ /^tests\/drill/ ? 2 : $2 == "sim" ? 4 : 3
    # Of each kind one, the first by name, so that the file changes little.
    if (!((kind, $1) in one) || $2 < one[kind, $1]) one[kind, $1] = $2
    next
}
{
    said[$1] = 1
    if (!($1 in slug)) { print "rules: FAIL no rule " $1; bad = 1; next }
    n = split($2, test, " ")
    for (i = 1; i <= n; i++)
        if (!(($1, test[i]) in fired)) { print "rules: FAIL " test[i] " does not reach " $1; bad = 1 }
}
function line(s,    k, t) {
    for (k = 1; k <= 4; k++)
        if ((k, s) in one && (k < 4 || t == "")) t = t (t ? " " : "") one[k, s]
    return t
}
END {
    if (update) {
        print "# rules.txt - tests that reach each rule: of lessons, scripts and units one each."
        print "# Written by `make report-update`, checked by `make report`."
        for (i = 1; i <= all; i++) if (order[i] in reached) print order[i] "\t" line(order[i])
        exit
    }
    for (i = 1; i <= all; i++) {
        if (!(order[i] in reached)) never = never " " order[i]
        else if (!(order[i] in said)) { print "rules: FAIL rules.txt lacks " order[i] ": make report-update"; bad = 1 }
        n_reached += order[i] in reached
    }
    if (ran["net_journal:every_rule_reads"] != "ok") { print "rules: FAIL not each sentence reads well"; bad = 1 }
    printf "rules: %d/%d%s\n", n_reached, all, never ? "; never reached:" never : ""
    exit bad
}
