# report.mk - what is met, reached and run, from what ran.  Included by the Makefile.
#
#   make report           one line each: requirements, branches, rules, drill, lessons, sim, packetdrill
#                         (PACKETDRILL=... SUITE=... [LIST=...]: the public scripts too)
#   make report-update    write tests/report/rules.txt anew from what ran; then read the diff
#
# The programs are those of the other stages, linked with tests/report/rule_seen.c in place of the
# engine's rule.c.

REPORT_SEEN  := $(B)/tests/report/rule_seen.o
REPORT_RULE  := $(B)/src/tcp/rule.o
REPORT_UNIT  := $(filter-out $(REPORT_RULE),$(LIB)) $(UNIT:%.c=$(B)/%.o) $(REPORT_SEEN)
REPORT_SHOW  := $(filter-out $(REPORT_RULE),$(OBJ)) $(REPORT_SEEN)
REPORT_CORE  := $(filter-out src/tcp/rule.c,$(foreach m,base tcp net,$(wildcard src/$(m)/*.c)))
REPORT_DRILL := $(patsubst %.c,$(B)/%.o,$(REPORT_CORE) $(DRILL_STACK) $(DRILL_READER)) $(REPORT_SEEN)
REPORT_SIM   := $(patsubst %.c,$(B)/%.o,$(REPORT_CORE) $(wildcard tests/sim/*.c)) $(REPORT_SEEN)
REPORT_PROGRAMS := $(addprefix $(B)/report/,unit finwait drill sim)

$(B)/report/unit: $(REPORT_UNIT)
$(B)/report/finwait: $(REPORT_SHOW)
$(B)/report/drill: $(REPORT_DRILL)
$(B)/report/sim: $(REPORT_SIM)
$(REPORT_PROGRAMS):
	@mkdir -p $(@D)
	$(call say,link)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(if $(filter %/unit,$@),$(CHECK_LIBS)) $(PKG_LIBS)

.PHONY: report report-update
report: $(REPORT_PROGRAMS)      ## what is met, reached and run, one line each
	@PACKETDRILL="$(PACKETDRILL)" SUITE="$(SUITE)" LIST="$(LIST)" sh tests/report/report.sh $(B)/report

report-update: $(REPORT_PROGRAMS)
	@sh tests/report/report.sh --update $(B)/report

-include $(REPORT_SEEN:.o=.d)
