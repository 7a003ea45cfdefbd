# kernel.mk - the linux profile beside the kernel of this machine.  Included by the Makefile.
#
#   make kernel SEED=1 PLAYS=100      random plays (as root, with /dev/net/tun; a second or two each)

KERNEL_OBJ := $(patsubst %.c,$(B)/%.o,$(DRILL_CORE) $(DRILL_STACK) tests/drill/dgram.c $(wildcard tests/kernel/*.c))
PLAYS      ?= 100

$(B)/kernel: $(KERNEL_OBJ)
	$(call say,link)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PKG_LIBS)

.PHONY: kernel
kernel: $(B)/kernel             ## random plays, the linux profile beside this machine's kernel
	$(B)/kernel $(or $(SEED),1) $(PLAYS)

-include $(KERNEL_OBJ:.o=.d)
