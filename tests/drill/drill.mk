# drill.mk - packetdrill scripts: our own in virtual time, and the library that packetdrill loads.
# Included by the Makefile.
#
#   make drill            run tests/drill/*.pkt
#   make packetdrill      build $(B)/finwait-packetdrill.so
#   make public PACKETDRILL=.../packetdrill SUITE=.../gtests/net/tcp [LIST=file] [FLAGS=profile=bsd]
#                         run a suite of packetdrill's language on it (as root)

DRILL_CORE    := $(foreach m,base tcp net,$(wildcard src/$(m)/*.c))
DRILL_ADAPTER := src/drill/packetdrill.c src/drill/desk.c src/drill/preload.c src/drill/command.c \
                 src/drill/state.c src/drill/extra.c
DRILL_STACK   := $(filter-out $(DRILL_ADAPTER),$(wildcard src/drill/*.c))
DRILL_READER  := $(wildcard tests/drill/*.c)
DRILL_OBJ     := $(patsubst %.c,$(B)/%.o,$(DRILL_CORE) $(DRILL_STACK) $(DRILL_READER))
DRILL_PIC     := $(patsubst %.c,$(B)/pic/%.o,$(DRILL_CORE) $(DRILL_STACK) $(DRILL_ADAPTER))

$(B)/drill: $(DRILL_OBJ)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PKG_LIBS)

.PHONY: drill
drill: $(B)/drill               ## run our packetdrill scripts in virtual time
	@$(B)/drill tests/drill/*.pkt

$(B)/pic/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fPIC -fvisibility=hidden $(WERROR) -MMD -MP -c -o $@ $<

$(B)/finwait-packetdrill.so: $(DRILL_PIC)
	$(CC) $(ALL_CFLAGS) -shared -Wl,--no-undefined -Wl,--as-needed -o $@ $^ $(LDFLAGS) $(PKG_LIBS) -lpthread -ldl

.PHONY: packetdrill
packetdrill: $(B)/finwait-packetdrill.so  ## build the library with which packetdrill tests the engine

.PHONY: public
public: $(B)/finwait-packetdrill.so
	@sh tests/drill/public.sh $(B)/finwait-packetdrill.so "$(PACKETDRILL)" "$(SUITE)" "$(LIST)" "$(FLAGS)"

-include $(DRILL_OBJ:.o=.d) $(DRILL_PIC:.o=.d)
