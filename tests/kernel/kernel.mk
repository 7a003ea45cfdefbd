# kernel.mk - the linux profile beside the kernel of this machine.  Included by the Makefile.
#
#   make kernel SEED=1 PLAYS=100      random plays (as root, with /dev/net/tun; eight at a time)
#   make calls                        calls on two sockets (as root; half a minute)

KERNEL_CORE  := $(patsubst %.c,$(B)/%.o,$(DRILL_CORE) $(DRILL_STACK))
KERNEL_CALLS := $(wildcard tests/kernel/calls*.c)
KERNEL_OBJ   := $(KERNEL_CORE) $(patsubst %.c,$(B)/%.o,tests/drill/dgram.c \
                $(filter-out $(KERNEL_CALLS),$(wildcard tests/kernel/*.c)))
CALLS_OBJ    := $(KERNEL_CORE) $(patsubst %.c,$(B)/%.o,$(KERNEL_CALLS) tests/kernel/diag.c)
PLAYS        ?= 100

$(B)/kernel: $(KERNEL_OBJ)
$(B)/calls: $(CALLS_OBJ)
$(B)/kernel $(B)/calls:
	$(call say,link)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PKG_LIBS)

.PHONY: kernel calls
kernel: $(B)/kernel             ## random plays, the linux profile beside this machine's kernel
	$(B)/kernel $(or $(SEED),1) $(PLAYS)

calls: $(B)/calls               ## calls on two sockets, beside those of this machine's kernel
	$(B)/calls

-include $(KERNEL_OBJ:.o=.d) $(CALLS_OBJ:.o=.d)
