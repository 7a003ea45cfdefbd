.PHONY: count
count: $(B)/count               ## count instructions of a data segment and of a life (valgrind)
	@sh tests/bench/count.sh $(B)/count

$(B)/count: $(LIB) tests/bench/pair.c tests/bench/tool.c
	$(call say,link)
	$(Q)$(CC) $(ALL_CFLAGS) -DCOUNT_MAIN -o $@ $^ $(LDFLAGS) $(PKG_LIBS)
