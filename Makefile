# Thin on purpose: the chores are written in crates/xtask. ARGS are passed on, for example: make demo ARGS="--gateway 127.0.0.1:9000"

.PHONY: demo test check console bench fuzz package docs setup

demo:
	@cargo xtask demo $(ARGS)

test:
	@cargo xtask test $(ARGS)

check:
	@cargo xtask check $(ARGS)

console:
	@cargo xtask console $(ARGS)

bench:
	@cargo xtask bench $(ARGS)

fuzz:
	@cargo xtask fuzz $(ARGS)

package:
	@cargo xtask package $(ARGS)

docs:
	@cargo xtask docs $(ARGS)

setup:
	@cargo xtask setup $(ARGS)
