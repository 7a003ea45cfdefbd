# sim.mk - random worlds against what must hold in every one of them.  Included by the Makefile.
#
#   make sim-short                    a million segments, and planted bugs are noticed
#   make sim SEGMENTS=1000000000 SEED=1 JOBS=2
#   build/release/finwait-sim --seed 0x...      one of them again

SIM_OBJ  := $(patsubst %.c,$(B)/%.o,$(foreach m,base tcp net,$(wildcard src/$(m)/*.c)) \
              $(wildcard tests/sim/*.c))
SEGMENTS ?= 1000000000
SEED     ?= 1

$(B)/finwait-sim: $(SIM_OBJ)
	$(call say,link)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PKG_LIBS)

.PHONY: sim sim-short
sim-short: $(B)/finwait-sim     ## random worlds: a million segments
	@$(B)/finwait-sim --selftest
	@$(B)/finwait-sim --segments 1000000 --from $(SEED)

sim: $(B)/finwait-sim           ## random worlds: SEGMENTS=1000000000 SEED=1
	@$(B)/finwait-sim --segments $(SEGMENTS) --from $(SEED) --jobs $(JOBS)

-include $(SIM_OBJ:.o=.d)
