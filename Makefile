# Makefile - builds, runs and tests aidledger. `make help` lists the targets, `V=1` shows every command.
# SPDX-License-Identifier: Apache-2.0

# Where everything made goes; nothing made is ever in git. A variant has its own folder below it.
BUILD ?= build
# One spelling for one folder: dependency files name what they were made for.
override BUILD := $(patsubst $(CURDIR)/%,%,$(abspath $(BUILD)))
# Warnings are errors; WERROR=0 is for people who build a release with a compiler we have not seen.
WERROR ?= 1
# Missing Debian packages are installed before a build; PACKAGES=no leaves the machine alone.
PACKAGES ?= yes

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(V),)
Q := @
say = @printf '  %-8s %s\n' '$(1)' '$(patsubst $(BUILD)/%,%,$(2))'
else
Q :=
say = @:
endif

.DEFAULT_GOAL := build
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
SUBMAKE := $(MAKE) --no-print-directory
# All cores, unless the caller has already said how many.
PARALLEL = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

# ---------------------------------------------------------------- compiler

IS_CLANG := $(findstring clang,$(shell $(CC) --version 2>/dev/null | head -n 1))
LIBRARIES := libmicrohttpd libpq jansson libxml-2.0 libsodium libcurl zlib xlsxwriter pangocairo cairo-pdf libqrencode
# Asked once, and only when something is compiled: before the packages are there it would fail.
# Headers of libraries are system headers: our warnings are for our code.
pkg = $(eval pkg_$(1) := $$(shell pkg-config --$(1) $(LIBRARIES)))$(pkg_$(1))
LIBRARY_CFLAGS = $(patsubst -I%,-isystem %,$(call pkg,cflags))
# libcsv comes without a file for pkg-config.
LIBRARY_LIBS = $(call pkg,libs) -lcsv

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
  -Wmissing-prototypes -Wold-style-definition -Wwrite-strings -Wcast-qual -Wpointer-arith \
  -Wformat=2 -Wundef -Wvla -Wswitch-enum -Wimplicit-fallthrough -Wdouble-promotion
ifeq ($(IS_CLANG),)
WARNINGS += -Wlogical-op -Wduplicated-cond -Wduplicated-branches
endif
ifneq ($(WERROR),0)
WARNINGS += -Werror
endif

ifneq ($(SANITIZE),)
MODE := -O1 -g -fno-omit-frame-pointer -fsanitize=$(SANITIZE) -fno-sanitize-recover=all
LDMODE := -fsanitize=$(SANITIZE)
else ifneq ($(DEBUG),)
MODE := -O0 -g3
LDMODE :=
else
MODE := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong
LDMODE := -Wl,-z,relro,-z,now
endif
COMPILE = $(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) $(MODE) -fPIE -pthread -Iservice \
  $(LIBRARY_CFLAGS) $(CFLAGS)
LINK = $(CC) $(MODE) $(LDMODE) -pie -pthread $(LDFLAGS)

# ---------------------------------------------------------------- files

SOURCES := $(sort $(shell find service -name '*.c'))
LIBRARY_SOURCES := $(filter-out service/main.c service/catalogue/embed.c,$(SOURCES))
CATALOGUE_FOLDERS := $(wildcard service/sql service/web reports migrations api)
CATALOGUE_FILES := $(sort $(shell find $(CATALOGUE_FOLDERS) -type f 2>/dev/null))
UNIT_SOURCES := $(sort $(shell find tests/service -name '*_test.c' 2>/dev/null))
UNIT_HELPERS := $(sort $(shell find tests/service -name '*.c' ! -name '*_test.c' 2>/dev/null))
FUZZ_SOURCES := $(sort $(shell find tests/fuzz -name '*_fuzz.c' 2>/dev/null))
C_FILES := $(sort $(shell find service tests -name '*.[ch]' 2>/dev/null))

BINARY := $(BUILD)/aidledger
ARCHIVE := $(BUILD)/libaidledger.a
CATALOGUE := $(BUILD)/catalogue_data.c
object = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
ARCHIVE_OBJECTS := $(call object,$(LIBRARY_SOURCES)) $(BUILD)/obj/catalogue_data.o
FUZZ_BINARIES := $(patsubst %.c,$(BUILD)/%,$(FUZZ_SOURCES))
UNIT_BINARIES := $(patsubst %.c,$(BUILD)/%,$(UNIT_SOURCES))

# A file that changes only when what it records changes: removing a source, adding a statement or
# switching a flag is then a change like any other. $(call record,TEXT) in a recipe.
record = @mkdir -p $(@D); printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' >$@

# First line of a recipe: the Debian packages of these parts of the work.
packages = $(if $(filter no,$(PACKAGES)),,@service/host/packages.sh $(1))
# A script that outlives a killed make would hold its lock and its port: it ends when make does.
WITH_ME := setpriv --pdeathsig TERM
FUZZ := BUILD=$(BUILD)/fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined
ASAN := BUILD=$(BUILD)/asan CC=clang SANITIZE=address,undefined

# ---------------------------------------------------------------- targets

.PHONY: build
build: ## compile build/aidledger (the default)
	$(call packages,build)
	@$(SUBMAKE) $(PARALLEL) program

.PHONY: run
run: ## install what is missing, build, serve on http://127.0.0.1:8080 (PORT=)
	$(call packages,build run)
	@$(SUBMAKE) $(PARALLEL) program
	@exec $(WITH_ME) service/host/run.sh $(BINARY)

.PHONY: test
test: ## every test, on a throwaway PostgreSQL (T=pattern for some)
	$(call packages,build run test browser lint)
	@exec $(WITH_ME) tests/run $(BUILD)

.PHONY: dev
dev: ## like run, and rebuild and restart whenever a file is saved
	$(call packages,build run)
	@exec $(WITH_ME) service/host/dev.sh $(BINARY)

.PHONY: psql
psql: ## a psql session on the private cluster
	@service/host/cluster.sh psql

.PHONY: db-stop
db-stop: ## stop the private cluster, and the `make run` that keeps it
	@service/host/run.sh --stop

.PHONY: walkthrough
walkthrough: ## the main job over HTTP against the running service (IATI=DIR)
	$(call packages,build run walkthrough)
	@$(SUBMAKE) $(PARALLEL) program
	@service/host/walkthrough.sh $(BINARY) $(if $(IATI),'$(IATI)')

.PHONY: replay
replay: ## does the log of the running service lead to what its database holds, row by row?
	$(call packages,walkthrough)
	@exec node tests/fold/replay.mjs

.PHONY: bench
bench: ## how fast, as ratios to yardsticks run in the same minute (SECONDS=, ROUNDS=, WORLD=)
	$(call packages,build run test bench)
	@$(SUBMAKE) $(PARALLEL) program $(BUILD)/tests/bench/constant
	@mkdir -p $(BUILD)/bench && cp tests/bench/package.json tests/bench/package-lock.json $(BUILD)/bench
	@npm ci --prefix $(BUILD)/bench --ignore-scripts --no-audit --no-fund --silent
	@$(WITH_ME) node tests/bench/bench.mjs $(BUILD) $(SECONDS) $(ROUNDS)
	@exec $(WITH_ME) node tests/bench/world.mjs $(BUILD) $(or $(WORLD),1000000) $(SECONDS)

.PHONY: world
world: ## a generated world of N transactions in a cluster below build (N=, SEED=, EACH=, BYTES=, DIR=)
	$(call packages,build run test)
	@$(SUBMAKE) $(PARALLEL) program
	@exec $(WITH_ME) tests/seed/world.sh $(BINARY) $(or $(DIR),$(BUILD)/world) $(or $(N),100000) $(or $(SEED),1) \
		$(or $(EACH),12) $(or $(BYTES),yes)

.PHONY: unit
unit: ## only the unit tests, plain and under the sanitizers
	$(call packages,build test)
	@exec $(WITH_ME) tests/run $(BUILD) unit

.PHONY: fuzz
fuzz: ## every fuzz target for SECONDS (600) each, from and into build/fuzz/corpus (T=pattern)
	$(call packages,build test)
	@exec $(WITH_ME) env FUZZ_SECONDS=$(or $(SECONDS),600) tests/run $(BUILD) fuzz

.PHONY: tsan
tsan: ## the suites over HTTP with the service under ThreadSanitizer (T=pattern)
	$(call packages,build run test)
	@exec $(WITH_ME) env VARIANT=tsan tests/run $(BUILD) service

.PHONY: valgrind
valgrind: ## the suites over HTTP with the service under valgrind: slow (T=pattern)
	$(call packages,build run test valgrind)
	@exec $(WITH_ME) env VARIANT=valgrind tests/run $(BUILD) service

.PHONY: asan
asan: ## build/asan/aidledger, with address and undefined-behaviour checks
	$(call packages,build test)
	@$(SUBMAKE) $(PARALLEL) $(ASAN) programs

.PHONY: clang
clang: ## compile everything with clang as well
	$(call packages,build test)
	@$(SUBMAKE) $(PARALLEL) BUILD=$(BUILD)/clang CC=clang programs

.PHONY: fmt
fmt: ## format the C sources
	$(call packages,test)
	$(Q)clang-format -i $(C_FILES)

.PHONY: fmt-check
fmt-check: ## fail when a C source is not formatted
	$(call packages,test)
	$(if $(C_FILES),$(Q)clang-format --dry-run -Werror $(C_FILES))

.PHONY: lint
lint: ## layers, exact money, clang-tidy, cppcheck, shellcheck
	$(call packages,build test lint)
	@$(SUBMAKE) $(PARALLEL) $(ARCHIVE)
	service/host/layers.sh
	service/host/exact.sh $(BUILD)
	shellcheck $$(git grep -lE '^#!.*(sh|bash)$$' -- service tests docker .ci .githooks)
	cppcheck --quiet --error-exitcode=1 --enable=warning,portability --inline-suppr \
	  --suppress=missingIncludeSystem -Iservice -D_GNU_SOURCE $(SOURCES)
	printf '%s\n' $(LIBRARY_SOURCES) service/main.c | xargs -P $$(nproc) -n 8 sh -c \
	  'clang-tidy --quiet --warnings-as-errors="*" "$$@" -- -std=c11 -D_GNU_SOURCE -Iservice '"$$(pkg-config --cflags $(LIBRARIES))" sh

.PHONY: image
image: ## the container images, with docker or podman (ENGINE=)
	@docker/image.sh

.PHONY: check-docker
check-docker: ## docker/compose.yaml from empty to restarted; SKIP without an engine (ENGINE=)
	@exec $(WITH_ME) docker/check.sh

.PHONY: clean
clean: ## remove what was built (never the data in var/)
	rm -rf $(BUILD)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---------------------------------------------------------------- rules

# Every file is made under another name and moved into place whole, so that a kill half-way leaves
# nothing that the next build takes for finished.
make_object = $(Q)mkdir -p $(@D) && $(COMPILE) $(1) -MMD -MP -MF $(@:.o=.d) -MT $@ -c -o $@.new $< && \
  mv $@.new $@
make_program = $(Q)mkdir -p $(@D) && $(LINK) -o $@.new $^ $(LIBRARY_LIBS) $(1) $(LDLIBS) && mv $@.new $@

# Under the address sanitizer, what its leak checker need not tell of.
SANITIZER := $(if $(findstring address,$(SANITIZE)),$(BUILD)/obj/tests/sanitizer.o)

$(BINARY): $(BUILD)/obj/service/main.o $(SANITIZER) $(ARCHIVE)
	$(call say,LINK,$@)
	$(call make_program)

$(ARCHIVE): $(ARCHIVE_OBJECTS) $(BUILD)/objects.list
	$(call say,AR,$@)
	$(Q)rm -f $@.new && $(AR) qcs $@.new $(ARCHIVE_OBJECTS) && mv $@.new $@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags.list
	$(call say,CC,$<)
	$(call make_object)

# Statements are longer than the 4095 characters ISO C promises for a literal; compilers take them.
$(BUILD)/obj/catalogue_data.o: $(CATALOGUE) $(BUILD)/flags.list
	$(call say,CC,$<)
	$(call make_object,-Wno-overlength-strings)

$(CATALOGUE): $(BUILD)/embed $(CATALOGUE_FILES) $(BUILD)/catalogue.list
	$(call say,EMBED,$@)
	$(Q)$(BUILD)/embed $@.new $(CATALOGUE_FOLDERS) && mv $@.new $@

# Runs on the machine that builds, so it is never sanitized.
$(BUILD)/embed: service/catalogue/embed.c $(BUILD)/flags.list
	$(call say,CC,$@)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O1 -g -Iservice -MMD -MP -MF $@.d -MT $@ \
	  -o $@.new $< && mv $@.new $@

$(BUILD)/tests/%_test: $(BUILD)/obj/tests/%_test.o $(SANITIZER) $(call object,$(UNIT_HELPERS)) $(ARCHIVE)
	$(call say,LINK,$@)
	$(call make_program,$$(pkg-config --libs check))

$(BUILD)/tests/fuzz/%_fuzz: $(BUILD)/obj/tests/fuzz/%_fuzz.o $(ARCHIVE)
	$(call say,LINK,$@)
	$(call make_program,-fsanitize=fuzzer)

$(BUILD)/tests/bench/constant: $(BUILD)/obj/tests/bench/constant.o $(ARCHIVE)
	$(call say,LINK,$@)
	$(call make_program)

$(BUILD)/obj/tests/%.o: COMPILE += -Itests

# The service with calls that can be made to fail: tests/torture/torture.c says which.
TORTURE_WRAPS = $(shell sed -n 's/^TORTURE.[^,]*, \([A-Za-z0-9_]*\),.*/-Wl,--wrap=\1/p' \
  tests/torture/torture.c) -Wl,--wrap=epoll_ctl
$(BUILD)/tests/torture/aidledger: $(BUILD)/obj/service/main.o $(SANITIZER) $(ARCHIVE) $(BUILD)/obj/tests/torture/torture.o
	$(call say,LINK,$@)
	$(call make_program,$(TORTURE_WRAPS))

.PHONY: program programs fuzzers tortured
tortured: $(BUILD)/tests/torture/aidledger
fuzzers: $(FUZZ_BINARIES)
program: $(BINARY)
	@:
programs: $(BINARY) $(UNIT_BINARIES)
	@:

.PHONY: always
$(BUILD)/flags.list: always
	$(call record,$(CC) $(WARNINGS) $(MODE) $(CFLAGS))
$(BUILD)/objects.list: always
	$(call record,$(LIBRARY_SOURCES))
$(BUILD)/catalogue.list: always
	$(call record,$(CATALOGUE_FILES))

.PRECIOUS: $(BUILD)/obj/%.o
-include $(patsubst %.o,%.d,$(ARCHIVE_OBJECTS) $(call object,service/main.c tests/bench/constant.c $(FUZZ_SOURCES) $(UNIT_SOURCES) $(UNIT_HELPERS)))
-include $(BUILD)/embed.d
