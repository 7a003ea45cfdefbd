# finwait - build, test, measure.          `make help` lists the targets.
#
#   make              build/release/finwait
#   make MODE=asan    the same sources, instrumented, in build/asan
#
# No list of sources: a module is a folder, and what lies in it is built.

CC     ?= cc
MODE   ?= release
PREFIX ?= /usr/local
B      := build/$(MODE)

PKGS      := libcmark libutf8proc jansson
PKGS_TERM := ncursesw

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wconversion \
        -Wno-sign-conversion -Wimplicit-fallthrough
FLAGS_release := -O2 -g
FLAGS_debug   := -O0 -g3
FLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ALL_CFLAGS = -std=c11 -D_XOPEN_SOURCE=700 $(WARN) $(FLAGS_$(MODE)) -Isrc \
             -DFINWAIT_SHARE='"$(PREFIX)/share/finwait"' $(PKG_CFLAGS) $(CFLAGS)
PKG_CFLAGS  := $(shell pkg-config --cflags $(PKGS) $(PKGS_TERM) 2>/dev/null)
PKG_LIBS    := $(shell pkg-config --libs $(PKGS) $(PKGS_TERM) 2>/dev/null)
CHECK_LIBS  := $(shell pkg-config --libs check 2>/dev/null)

# The order is the architecture: tests/layers.sh holds each module to what it may include.
MODULES := base tcp net scenario ui export cli
SRC     := $(foreach m,$(MODULES),$(wildcard src/$(m)/*.c))
OBJ     := $(SRC:%.c=$(B)/%.o)
LIB     := $(filter-out $(B)/src/cli/main.o,$(OBJ))
UNIT    := $(wildcard tests/unit/*.c)

.PHONY: all
all: $(B)/finwait

$(B)/finwait: $(OBJ)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PKG_LIBS)

$(B)/unit: $(LIB) $(UNIT:%.c=$(B)/%.o)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(CHECK_LIBS) $(PKG_LIBS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJ:.o=.d) $(UNIT:%.c=$(B)/%.d)
