# finwait - build, test, measure.          `make help` lists the targets.
#
#   make              build/release/finwait
#   make MODE=asan    the same sources, instrumented, in build/asan
#
#   make V=1          say every command in full
#
# No list of sources: a module is a folder, and what lies in it is built.  Everything can be
# overridden on the command line: CC, MODE, B, CFLAGS, LDFLAGS, MODULES, UNIT, PREFIX, DESTDIR.

CC     ?= cc
MODE   ?= release
PREFIX ?= /usr/local
B      := build/$(MODE)

PKGCONF   := pkg-config
PKGS      := libcmark libutf8proc jansson
PKGS_TERM := $(shell $(PKGCONF) --exists ncursesw 2>/dev/null && echo ncursesw || echo ncurses)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wconversion \
        -Wno-sign-conversion -Wimplicit-fallthrough
SANITIZE      := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all
FLAGS_release := -O2 -g
FLAGS_debug   := -O0 -g3
FLAGS_asan    := $(SANITIZE) -fsanitize=address,undefined
FLAGS_fuzz    := $(SANITIZE) -fsanitize=address,undefined,fuzzer-no-link

# ncurses asks for an older _XOPEN_SOURCE than ours, and a macro can be defined only once.
PKG_CFLAGS := $(filter-out -D_XOPEN_SOURCE=%,$(shell $(PKGCONF) --cflags $(PKGS) $(PKGS_TERM) 2>/dev/null))
PKG_LIBS   := $(shell $(PKGCONF) --libs $(PKGS) $(PKGS_TERM) 2>/dev/null)
CHECK_LIBS := $(shell $(PKGCONF) --libs check 2>/dev/null)
ALL_CFLAGS  = -std=c11 -D_XOPEN_SOURCE=700 $(WARN) $(FLAGS_$(MODE)) -Isrc \
              $(PKG_CFLAGS) $(CFLAGS)

# The order is the architecture: tests/layers.sh holds each module to what it may include.
MODULES := base tcp net scenario ui export cli
SRC     := $(foreach m,$(MODULES),$(wildcard src/$(m)/*.c))
OBJ     := $(SRC:%.c=$(B)/%.o)
LIB     := $(filter-out $(B)/src/cli/main.o,$(OBJ))
UNIT    := $(wildcard tests/unit/*.c)
BENCH   := $(wildcard tests/bench/*.c)
FUZZ    := $(notdir $(basename $(wildcard tests/fuzz/fuzz_*.c)))

# Short lines unless V=1 asks for whole commands; nothing with -s.
Q    := $(if $(V),,@)
say   = $(if $(V)$(findstring s,$(firstword -$(MAKEFLAGS))),,@echo "  $(1)  $@")
JOBS := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

.PHONY: all
all: $(B)/finwait               ## build the program: build/release/finwait

.PHONY: run
run:                            ## install what is missing (as root), build, open the menu
	@sh .ci/need build
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(B)/finwait

$(B)/finwait: $(OBJ)
	$(call say,link)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PKG_LIBS)

$(B)/unit: $(LIB) $(UNIT:%.c=$(B)/%.o)
	$(call say,link)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(CHECK_LIBS) $(PKG_LIBS)

$(B)/bench: $(LIB) $(BENCH:%.c=$(B)/%.o)
	$(call say,link)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PKG_LIBS)

# libFuzzer's main() comes with -fsanitize=fuzzer: `make MODE=fuzz CC=clang build/fuzz/fuzz_NAME`.
$(B)/fuzz_%: $(LIB) $(B)/tests/fuzz/fuzz_%.o
	$(call say,link)
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDFLAGS) $(PKG_LIBS)

# WERROR is not among the flags that force a rebuild: tests set it, and it changes no object.
$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,cc  )
	$(Q)$(CC) $(ALL_CFLAGS) $(EXTRA) $(WERROR) -MMD -MP -c -o $@ $<

# The engine is entered for every segment, and most of its functions are short.
ifeq ($(MODE),release)
$(B)/src/tcp/%.o: EXTRA = -O3
endif

# Where the installed lessons are, for the one file that looks for them.
$(B)/src/cli/find.o: EXTRA = -DFINWAIT_SHARE='"$(PREFIX)/share/finwait"'

# Which tests reach which rule, for `finwait list rules`: from the report that is kept up to date.
RULE_TESTS := $(B)/gen/cli/rule_tests.def
$(B)/src/cli/cmd_list.o: EXTRA = -I$(B)/gen
$(B)/src/cli/cmd_list.o: $(RULE_TESTS)
$(RULE_TESTS): tests/report/rules.txt
	@mkdir -p $(@D)
	$(Q)awk -F'\t' '!/^#/ && NF > 1 { printf "TESTS(\"%s\", \"%s\")\n", $$1, $$2 }' $< > $@

# Objects made with other flags are stale; and this is where a missing library is noticed.
FLAGS_NOW = $(CC) $(ALL_CFLAGS) $(PREFIX)
.PHONY: always
$(B)/flags: always
	@sh .ci/need build --check
	@mkdir -p $(@D)
	@printf '%s\n' "$$FLAGS_NOW" | cmp -s - $@ || printf '%s\n' "$$FLAGS_NOW" > $@
$(B)/flags: export FLAGS_NOW := $(FLAGS_NOW)

.PHONY: test check
test check:                     ## run every check, in minutes; `make test STAGES="unit cli"` runs some
	@sh .ci/need test
	@sh tests/run.sh $(STAGES)

.PHONY: unit
unit: $(B)/unit                 ## unit tests alone; `make unit SUITE=net_sock` runs one suite
	$(B)/unit $(SUITE)

.PHONY: golden
golden: $(B)/unit               ## rewrite the golden files; then read the diff
	GOLDEN=update $(B)/unit
	git diff --stat -- tests/golden tests/matrix || true

.PHONY: lessons
lessons: $(B)/finwait           ## check every claim of every lesson
	$(B)/finwait check lessons

.PHONY: fuzz
fuzz:                           ## FUZZ_SECONDS=10 of libFuzzer for every target
	@sh tests/fuzz.sh $(FUZZ)

.PHONY: bench
bench: $(B)/bench $(B)/finwait  ## measure: frames, bytes, start, seek, segments
	$(B)/bench $(B)/finwait

.PHONY: layers purity tidy analyse
layers:                         ## no module includes one above it
	@sh tests/layers.sh

purity: $(filter $(B)/src/tcp/%,$(OBJ)) ## the engine calls out to nothing
	@sh tests/purity.sh $^

tidy:                           ## what the source may look like
	@sh tests/tidy.sh

analyse:                        ## static analysis (cppcheck)
	cppcheck -q --std=c11 --enable=warning,portability,performance --error-exitcode=1 \
	    --inline-suppr -Isrc src

.PHONY: assets
assets: $(B)/finwait            ## rewrite the manual, completions, README's tables and the map from their sources
	$(B)/finwait generate man > assets/finwait.1
	$(B)/finwait generate bash > assets/finwait.bash
	$(B)/finwait generate zsh > assets/_finwait
	$(B)/finwait generate fish > assets/finwait.fish
	FINWAIT=$(B)/finwait sh tests/readme.sh --update
	sh tests/map.sh --update

BIN   = $(DESTDIR)$(PREFIX)/bin
SHARE = $(DESTDIR)$(PREFIX)/share

.PHONY: install uninstall
install: $(B)/finwait           ## install under PREFIX (/usr/local), honouring DESTDIR
	install -d "$(BIN)" "$(SHARE)/finwait/lessons" "$(SHARE)/man/man1" \
	    "$(SHARE)/bash-completion/completions" "$(SHARE)/zsh/site-functions" \
	    "$(SHARE)/fish/vendor_completions.d"
	install -m 755 $(B)/finwait "$(BIN)/finwait"
	install -m 644 lessons/[0-9]*.md "$(SHARE)/finwait/lessons/"
	install -m 644 assets/finwait.1 "$(SHARE)/man/man1/finwait.1"
	install -m 644 assets/finwait.bash "$(SHARE)/bash-completion/completions/finwait"
	install -m 644 assets/_finwait "$(SHARE)/zsh/site-functions/_finwait"
	install -m 644 assets/finwait.fish "$(SHARE)/fish/vendor_completions.d/finwait.fish"

uninstall:                      ## remove what install put there
	rm -rf "$(SHARE)/finwait"
	rm -f "$(BIN)/finwait" "$(SHARE)/man/man1/finwait.1" \
	    "$(SHARE)/bash-completion/completions/finwait" "$(SHARE)/zsh/site-functions/_finwait" \
	    "$(SHARE)/fish/vendor_completions.d/finwait.fish"

include $(wildcard tests/*/*.mk)

.PHONY: clean
clean:                          ## remove build/
	rm -rf build

.PHONY: help
help:                           ## this list
	@awk -F'## ' '/^[a-z][a-z ]*:.*## / { split($$1, t, ":"); printf "  %-12s %s\n", t[1], $$2 }' $(filter %Makefile %.mk,$(MAKEFILE_LIST))

-include $(OBJ:.o=.d) $(UNIT:%.c=$(B)/%.d) $(BENCH:%.c=$(B)/%.d) \
         $(wildcard $(B)/tests/fuzz/*.d)
