# SPDX-License-Identifier: Apache-2.0
# The two commands that do everything, `make demo` and `make test`, and a few for those who work on
# Weft. Meson builds; this is its front.
BUILD ?= build
SANITIZED ?= build-sanitized
FUZZ ?= build-fuzz
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60

.PHONY: all demo test bench fuzz check install clean

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD) --quiet

demo: all
	@demo/run --build $(BUILD)

test: all $(SANITIZED)/build.ninja
	@ninja -C $(SANITIZED) --quiet
	@tools/run-tests --build $(BUILD) --sanitized $(SANITIZED)

bench: all
	@/usr/bin/python3 bench/run.py --build $(BUILD) $(BENCH_ARGS)

fuzz: $(FUZZ)/build.ninja
	@ninja -C $(FUZZ) --quiet
	@tools/run-fuzzers $(FUZZ) $(FUZZ_SECONDS)

check:
	@tools/check-layers
	@tools/check-format

install: all
	@meson configure $(BUILD) -Dprefix=$(PREFIX)
	@meson install -C $(BUILD) --quiet

clean:
	@rm -rf $(BUILD) $(SANITIZED) $(FUZZ)

$(BUILD)/build.ninja:
	@tools/install-packages
	@meson setup $(BUILD) >/dev/null || { cat $(BUILD)/meson-logs/meson-log.txt; exit 1; }

$(SANITIZED)/build.ninja:
	@tools/install-packages
	@CC=clang meson setup $(SANITIZED) -Db_sanitize=address,undefined -Db_lundef=false \
		-Dbuildtype=debug -Dc_args=-fno-sanitize-recover=all >/dev/null

$(FUZZ)/build.ninja:
	@tools/install-packages
	@CC=clang meson setup $(FUZZ) -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
