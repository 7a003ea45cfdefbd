.PHONY: scale
scale: $(B)/scale               ## measure connections: time and bytes each, at 10, 1 000 and 100 000
	$(B)/scale

$(B)/scale: $(LIB) tests/bench/scale.c
	$(call say,link)
	$(Q)$(CC) $(ALL_CFLAGS) -DSCALE_MAIN -o $@ $^ $(LDFLAGS) $(PKG_LIBS)
