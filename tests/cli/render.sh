#!/bin/sh
# render.sh - one frame as text: any size, any pane, any moment.
. "$(dirname "$0")/lib.sh"

run 0 render 1 --at 0.2 --size 80x24
is_quiet
holds '24 lines' [ "$(wc -l < "$work/out")" -eq 24 ]
holds 'at most 80 columns' sh -c '! grep -qE "^.{81,}$" "$0"' "$work/out"
says 'client'
says 'ESTABLISHED'
cp "$work/out" "$work/first"
run 0 render 1 --at 200ms --size 80x24
holds 'the same moment differs' cmp "$work/first" "$work/out"

run 0 render 1 --at end --size 120x40
says 'TIME_WAIT'
holds '40 lines' [ "$(wc -l < "$work/out")" -eq 40 ]

run 0 render 1 --at 0.2 --size 80x24 --ascii --no-color
holds 'ASCII' sh -c '! LC_ALL=C grep -q "[^ -~]" "$0"' "$work/out"

for size in 1x1 5x3 20x6 40x10 40x12 60x18 320x120; do
    run 0 render 1 --at 0.2 --size $size
done
for pane in story why bytes tcb timers diagram ss log programs lesson branches help; do
    run 0 render 1 --at 0.2 --pane $pane
    is_quiet
    holds "$pane is empty" [ -s "$work/out" ]
done
run 0 render 2 --part 2 --at end
run 0 render 1 --at 100h
done_testing
