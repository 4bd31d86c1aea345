# The builds and the checks of crnn. `make help` lists them. `swift build` itself decides what must be compiled again.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PREFIX ?= /usr/local
DESTDIR ?=
CC := $(if $(filter default,$(origin CC)),cc,$(CC))

version := $(shell awk '/^\#define CRNN_VERSION_M|^\#define CRNN_VERSION_P/ { printf "%s%s", dot, $$3; dot = "." }' include/crnn.h)
library_version := 1
exports := tools/link/crnn.exports
link_exports := tools/link/crnn_link.exports
image_exports := tools/link/crnn_image.exports
convert_exports := tools/link/crnn_convert.exports
embedded := .build/embedded
regular := .build/regular
python := build/venv/bin/python

libraries := build/libcrnn.so build/libcrnn.a build/libcrnn_image.so build/libcrnn_image.a

.PHONY: all
all: $(libraries) build/crnn build/libcrnn_convert.so ## the libraries and the command line tool, in build/

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

# ---- Libraries: Embedded Swift -------------------------------------------------------------------------------------

build:
	mkdir -p build

# Always asked, and newer afterwards only where something was compiled. `swift build` does not see when a header of a target without code
# has changed: what reads it is made newer.
$(embedded)/release/libcrnn-static.a $(embedded)/release/libcrnn-image-static.a &: FORCE | build
	@tools/setup build
	@if [ -e $@ ] && [ -n "$$(find include Sources/*/include -newer $@ -print -quit)" ]; then \
	  touch Sources/*/KernelSet.swift Sources/CRNN/*/*.swift Sources/ImageIO/*.swift; fi
	CRNN_EMBEDDED=1 swift build -c release --scratch-path $(embedded)

build/libcrnn.so: $(embedded)/release/libcrnn-static.a $(exports) tools/link/shared
	tools/link/shared $@ CRNN_1 $(exports) $<

build/libcrnn.a: $(embedded)/release/libcrnn-static.a $(exports) $(link_exports) tools/link/static
	tools/link/static $@ $< $(exports) $(link_exports)

build/libcrnn_image.so: $(embedded)/release/libcrnn-image-static.a $(image_exports) tools/link/shared build/libcrnn.so
	tools/link/shared $@ CRNN_IMAGE_1 $(image_exports) $< -lpng -ljpeg -Lbuild -lcrnn -Wl,-rpath,'$$ORIGIN'

build/libcrnn_image.a: $(embedded)/release/libcrnn-image-static.a $(image_exports) tools/link/static
	tools/link/static $@ $< $(image_exports)

# ---- Command line tool: regular Swift, its standard library inside -------------------------------------------------

$(regular)/release/crnn: FORCE | build
	@tools/setup build
	swift build -c release --scratch-path $(regular) --static-swift-stdlib --product crnn

build/crnn: $(regular)/release/crnn
	strip -o $@.new $<
	mv $@.new $@

# The converter behind include/crnn_convert.h, from the tool's own objects.
$(regular)/release/libcrnn-convert-static.a: FORCE | build
	@tools/setup build
	@if [ -e $@ ] && [ -n "$$(find include Sources/*/include -newer $@ -print -quit)" ]; then touch Sources/ConvertABI/*.swift; fi
	swift build -c release --scratch-path $(regular) --static-swift-stdlib --product crnn-convert-static

build/libcrnn_convert.so: $(regular)/release/libcrnn-convert-static.a $(convert_exports) tools/link/convert
	tools/link/convert $@ CRNN_CONVERT_1 $(convert_exports) $(regular)/release/crnn-convert-static.product/Objects.LinkFileList

# ---- Checks --------------------------------------------------------------------------------------------------------

fault_programs := $(addprefix build/tests/conformance/faults-,runtime images convert)
conformance := $(patsubst Tests/Conformance/%.c,build/tests/conformance/%,$(wildcard Tests/Conformance/*.c)) build/tests/conformance/threads-sanitized \
  $(fault_programs)
checks := $(wildcard Tests/Conformance/*.h Tests/Conformance/older/*.h) include/crnn.h
check_flags := -std=gnu11 -O1 -g -Wall -Wextra -Werror -pthread -Iinclude

.PHONY: test
test: all ## every test that can run on this machine; names what it leaves out
	@tools/setup test
	$(MAKE) --no-print-directory test-programs
	$(python) tools/test

.PHONY: test-programs
test-programs: build/tests/models/.made $(conformance)

.PHONY: soak-frames
soak-frames: all build/tests/models/.made build/tests/conformance/soak ## FRAMES (100 million) through one GRU, one LSTM, and through mixed streams, these for MINUTES (60) at most
	CRNN_SOAK_FRAMES=$(or $(FRAMES),100000000) CRNN_SOAK_MINUTES=$(MINUTES) build/tests/conformance/soak build/tests/models

build/tests/models/.made: Tests/Build/models.py build/crnn
	$(python) Tests/Build/models.py build/crnn $(@D)
	touch $@

build/tests/vectors-data.c: tools/cross/embed $(wildcard Tests/Conformance/vectors/* Tests/Golden/streaming/*)
	mkdir -p $(@D)
	tools/cross/embed Tests/Conformance/vectors Tests/Golden/streaming >$@.new
	mv $@.new $@

build/tests/conformance/vectors: Tests/Conformance/vectors.c build/tests/vectors-data.c $(checks) build/libcrnn.so
	mkdir -p $(@D)
	$(CC) $(check_flags) $< build/tests/vectors-data.c -ITests/Conformance -o $@ -Lbuild -lcrnn -Wl,-rpath,'$$ORIGIN/../..'

build/tests/conformance/bad_files: check_flags += -DGOLDEN='"$(CURDIR)/Tests/Golden/bad"'

# Linked with the static library: it names what it takes of it.
build/tests/conformance/families: Tests/Conformance/families.c build/tests/vectors-data.c $(checks) include/crnn_link.h build/libcrnn.a
	mkdir -p $(@D)
	$(CC) $(check_flags) $< build/tests/vectors-data.c -ITests/Conformance -Wl,--gc-sections build/libcrnn.a -o $@

build/tests/conformance/%: Tests/Conformance/%.c $(checks) build/libcrnn.so
	mkdir -p $(@D)
	$(CC) $(check_flags) $< -o $@ -Lbuild -lcrnn -Wl,-rpath,'$$ORIGIN/../..'

# What makes calls of the system fail, and the programs that go through all of them.
build/tests/libfaults.so: Tests/Faults/faults.c Tests/Faults/faults.h
	mkdir -p $(@D)
	$(CC) $(check_flags) -shared -fPIC $< -o $@

build/tests/conformance/faults-%: Tests/Faults/%.c Tests/Faults/each_site.h $(checks) $(wildcard include/*.h) build/tests/libfaults.so \
  build/libcrnn.so build/libcrnn_image.so build/libcrnn_convert.so
	mkdir -p $(@D)
	$(CC) $(check_flags) -DSEEDS='"$(CURDIR)/Tests/Fuzz/seeds"' -ITests/Conformance $< -o $@ -Lbuild/tests -lfaults \
	  -Lbuild -Wl,--as-needed -lcrnn_image -lcrnn_convert -lcrnn -Wl,-rpath,'$$ORIGIN/../..:$$ORIGIN/..'

.PHONY: test-faults
test-faults: all build/tests/models/.made $(fault_programs) ## every allocation and call of a file failing once; full disks, read-only folders, signals
	@tools/setup test
	$(foreach program,$(fault_programs),$(program) build/tests/models &&) true
	$(python) -m pytest -q -rs -p no:cacheprovider Tests/Faults

# The sources of the library once more, as Embedded Swift: with each access to memory checked, and with each that two threads
# make without an order between them.
.build/address/release/libcrnn-static.a .build/thread/release/libcrnn-static.a: .build/%/release/libcrnn-static.a: FORCE
	CRNN_EMBEDDED=1 swift build -c release --scratch-path .build/$* --sanitize=$* --product crnn-static

.build/address/release/libcrnn-static.a: export CRNN_CHECKED = 1

.build/address/release/libcrnn-image-static.a: .build/address/release/libcrnn-static.a FORCE
	CRNN_EMBEDDED=1 swift build -c release --scratch-path .build/address --sanitize=address --product crnn-image-static

.build/address/release/libcrnn-image-static.a: export CRNN_CHECKED = 1

build/tests/conformance/damaged_images: Tests/Conformance/damaged_images.c $(checks) include/crnn_image.h \
  .build/address/release/libcrnn-image-static.a .build/address/release/libcrnn-static.a
	mkdir -p $(@D)
	clang $(check_flags) -DSEEDS='"$(CURDIR)/Tests/Fuzz/seeds"' -fsanitize=address -fuse-ld=lld $< \
	  .build/address/release/libcrnn-image-static.a .build/address/release/libcrnn-static.a -lpng -ljpeg -o $@

build/tests/conformance/damaged build/tests/conformance/saved: build/tests/conformance/%: Tests/Conformance/%.c $(checks) \
  .build/address/release/libcrnn-static.a
	mkdir -p $(@D)
	clang $(check_flags) -fsanitize=address -fuse-ld=lld $< .build/address/release/libcrnn-static.a -o $@

# Where Swift's own libraries lie. The toolchain's ThreadSanitizer calls libdispatch.
swift_libraries = $(shell swift -print-target-info | \
  sed -n '/"runtimeLibraryPaths"/{n;s/.*"\(.*\)".*/\1/p}')
build/tests/conformance/threads-sanitized: Tests/Conformance/threads.c $(checks) .build/thread/release/libcrnn-static.a
	mkdir -p $(@D)
	clang $(check_flags) -fsanitize=thread -fuse-ld=lld $< .build/thread/release/libcrnn-static.a -o $@ \
	  -L$(swift_libraries) -ldispatch -lBlocksRuntime -Wl,-rpath,$(swift_libraries)

# ---- The C programs under sanitizers and valgrind -------------------------------------------------------------

# Left out: those that are built with a sanitizer anyway or in another way of their own, replace the allocator, forbid system calls, or measure
# the process's memory.
undisturbed := $(filter-out damaged damaged_images saved bad_files families older memory decoding many soak,$(patsubst Tests/Conformance/%.c,%,$(wildcard Tests/Conformance/*.c)))

build/tests/address/%: Tests/Conformance/%.c build/tests/vectors-data.c $(checks) .build/address/release/libcrnn-static.a
	mkdir -p $(@D)
	clang $(check_flags) -ITests/Conformance -fsanitize=address -fuse-ld=lld $< $(if $(filter vectors,$*),build/tests/vectors-data.c) \
	  .build/address/release/libcrnn-static.a -o $@

build/tests/thread/%: Tests/Conformance/%.c build/tests/vectors-data.c $(checks) .build/thread/release/libcrnn-static.a
	mkdir -p $(@D)
	clang $(check_flags) -ITests/Conformance -fsanitize=thread -fuse-ld=lld $< $(if $(filter vectors,$*),build/tests/vectors-data.c) \
	  .build/thread/release/libcrnn-static.a -o $@ -L$(swift_libraries) -ldispatch -lBlocksRuntime -Wl,-rpath,$(swift_libraries)

# Then the Swift tests, which hold the sources of the converter and what fuzzers found, and the tool itself. What regular Swift's
# runtime keeps to the end of a process is no leak. Left out is what measures memory, and with ThreadSanitizer what limits time, and the
# size of files, of which it writes one when a program starts.
with_sanitizer = $(addprefix --deselect Tests/Tool/,test_images.py::test_memory_does_not_grow_with_the_files \
  $(if $(filter thread,$1),test_bounds.py::test_constants_that_multiply test_images.py::test_a_file_that_may_not_grow))

.PHONY: test-address test-thread
test-address test-thread: test-%: build/tests/models/.made $(addprefix build/tests/%/,$(undisturbed))
	@tools/setup test
	for program in $(undisturbed); do echo "-- $$program"; build/tests/$*/$$program build/tests/models; done
	export ASAN_OPTIONS=detect_leaks=0; \
	swift test -c release -Xswiftc -enable-testing --sanitize=$* --scratch-path .build/tests-$* --disable-xctest; \
	CRNN_TOOL=$(CURDIR)/.build/tests-$*/release/crnn $(python) -m pytest -q -rs -p no:cacheprovider Tests/Tool $(call with_sanitizer,$*)

test-address: ## the C programs, the Swift tests and the tool with AddressSanitizer
test-thread: ## the C programs, the Swift tests and the tool with ThreadSanitizer

# valgrind knows AVX2, and nothing later.
.PHONY: test-valgrind
test-valgrind: all build/tests/models/.made $(addprefix build/tests/conformance/,$(undisturbed)) ## the C programs on the shipped library under valgrind
	@tools/setup valgrind
	for program in $(undisturbed); do \
	  echo "-- $$program"; \
	  CRNN_ISA=avx2 valgrind -q --leak-check=full --errors-for-leak-kinds=definite --error-exitcode=9 \
	    build/tests/conformance/$$program build/tests/models; \
	done

# ---- What the tests reach ----------------------------------------------------------------------------------------------

counted := .build/coverage
counted_embedded := .build/coverage-embedded

# Everything once more, counting how often each line runs.
.PHONY: counted-programs
counted-programs: test-programs
	swift build -c release -Xswiftc -enable-testing --enable-code-coverage --build-tests --scratch-path $(counted)
	CRNN_EMBEDDED=1 swift build -c release -Xswiftc -profile-generate -Xswiftc -profile-coverage-mapping --scratch-path $(counted_embedded)
	mkdir -p build/coverage
	export LINK_FLAGS=-fprofile-instr-generate; \
	tools/link/shared build/coverage/libcrnn.so CRNN_1 $(exports) $(counted_embedded)/release/libcrnn-static.a; \
	tools/link/shared build/coverage/libcrnn_image.so CRNN_IMAGE_1 $(image_exports) $(counted_embedded)/release/libcrnn-image-static.a \
	  -lpng -ljpeg -Lbuild/coverage -lcrnn -Wl,-rpath,'$$ORIGIN'
	LINK_FLAGS='-profile-generate -Xlinker -rpath -Xlinker $(swift_libraries)' tools/link/convert build/coverage/libcrnn_convert.so \
	  CRNN_CONVERT_1 $(convert_exports) $(counted)/release/crnn-convert-static.product/Objects.LinkFileList

.PHONY: coverage
coverage: all counted-programs ## lines that the tests reach, by folder; below 90 % of what reads files, it fails
	@tools/setup test
	$(python) tools/coverage

# How long, and from which seed; a seed of the clock where none is given.
MINUTES ?= 60
SEED ?=

.PHONY: soak
soak: ## random networks for MINUTES (60), from SEED on; a difference is shrunk and left in build/soak
	@tools/setup build
	swift build -c release --scratch-path $(regular) --product soak
	$(regular)/release/soak --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) --directory build/soak

.PHONY: fuzz
fuzz: ## fuzzers for MINUTES (60) of processor time each, JOBS (2) at a time; findings are left in build/fuzz. PARTS='onnx png' for some of them
	@tools/setup python
	CRNN_FUZZER=1 swift build -c release --scratch-path .build/fuzz --sanitize fuzzer -Xswiftc -sanitize=address,fuzzer \
	  -Xcc -fsanitize=address,fuzzer-no-link --product fuzz
	$(if $(filter-out front_ends,$(or $(PARTS),all)),Tests/Fuzz/run .build/fuzz/release/fuzz $(MINUTES) $(filter-out front_ends,$(PARTS)))
	$(if $(filter front_ends,$(or $(PARTS),front_ends)),$(python) Tests/Fuzz/front_ends.py $(MINUTES))

# PyTorch is large: it is installed only here.
build/torch/.made: tools/convert/requirements-torch.txt
	@tools/setup python
	rm -rf $(@D)
	python3 -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

.PHONY: test-torch
test-torch: build/torch/.made build/crnn ## the tests that need PyTorch, which `make test` leaves out
	build/torch/bin/python -m pytest -q -p no:cacheprovider Tests/Convert/test_torch.py Tests/Convert/test_torch_exports.py Tests/Train

.PHONY: test-mistakes
test-mistakes: ## makes mistakes in a copy of the runtime, each of which the random networks must find
	@tools/setup build
	tools/mistakes/mistakes

.PHONY: lint
lint: ## style of the Swift and Python sources
	@tools/setup test
	git ls-files --cached --others --exclude-standard '*.swift' ':!*.pb.swift' | \
	  xargs swift format lint --strict --parallel
	build/venv/bin/ruff check --no-cache --quiet tools bindings Tests

# swift-protobuf's own generator, built from the package's checkout.
.PHONY: proto
proto: ## writes the Swift code of Sources/ONNX/Proto/onnx.proto anew
	@tools/setup proto
	swift package --scratch-path $(regular) resolve
	swift build -c release --package-path $(regular)/checkouts/swift-protobuf --scratch-path .build/protoc \
	  --product protoc-gen-swift
	protoc --plugin=protoc-gen-swift=.build/protoc/release/protoc-gen-swift --swift_opt=Visibility=Internal \
	  --swift_out=Sources/ONNX/Proto -I Sources/ONNX/Proto onnx.proto

# ---- Other machines ------------------------------------------------------------------------------------------------

cross_targets := aarch64-linux cortex-m0plus cortex-m4f cortex-m7 cortex-m55 riscv32 wasm32 wasm32-simd128

.PHONY: cross
cross: ## the runtime for AArch64 Linux, Cortex-M, RISC-V and WebAssembly, into build/cross (docs/targets.md)
	@tools/setup cross
	printf '%s\n' $(cross_targets) | xargs -n 1 -P 2 tools/cross/build

# What fits a Cortex-M0 of 256 KB and 16 KB, of which qemu has one: each operation whose streams are small enough.
small_vectors := affine affine-over-time convolution-grouped dense-s16 dense-u8 embedding gru-after gru-before gru-blocks lstm \
  lstm-peephole lstm-unusual pools random-2 random-3 random-10 simple-relu smallest softmax time-reductions ceiling-pools dilated-depthwise \
  edge-windows two-rates

build/tests/vectors-small.c: build/tests/vectors-data.c Makefile
	tools/cross/embed Tests/Conformance/vectors Tests/Golden/streaming $(small_vectors:%=--only %) >$@.new
	mv $@.new $@

.PHONY: cross-programs
cross-programs: cross build/tests/vectors-data.c build/tests/vectors-small.c
	for target in $(cross_targets); do \
	  tools/cross/program $$target build/cross/$$target/vectors Tests/Conformance/vectors.c build/tests/vectors-data.c -- \
	    -DCONFORMANCE_MEMORY=300000; \
	done
	FLASH=0x40000 RAM=0x4000 STACK=0x1000 tools/cross/program cortex-m0plus build/cross/cortex-m0plus/vectors-small \
	  Tests/Conformance/vectors.c build/tests/vectors-small.c -- -DCONFORMANCE_MEMORY=9216 -DVECTOR_PORTS=8
	tools/cross/program cortex-m4f build/cross/cortex-m4f/hostile Tests/Cross/hostile.c build/tests/vectors-data.c
	for target in $(cross_targets); do \
	  OBJECTS=1 tools/cross/program $$target build/cross/$$target/kernels Tests/Cross/kernels.c; \
	done

.PHONY: test-cross
test-cross: all cross-programs ## conformance vectors, kernels and firmware on all of them, under emulators
	@tools/setup python
	$(python) tools/test cross

# ---- Demonstration and measurements --------------------------------------------------------------------------------

.PHONY: demo
demo: all ## converts the bundled network and classifies the bundled images, from C and from Python
	@tools/setup python
	tools/demo/demo.sh

.PHONY: zoo
zoo: build/crnn ## converts and evaluates the networks of ../shared/zoo, into build/zoo.json
	tools/zoo/zoo

# Options for `make bench`, which then leaves docs/performance.md as it is: BENCH='--runs 1 --seconds 1 --only captcha_crnn'
BENCH ?=
with_peers := PYTHONPATH=tools/bench:bindings/python PYTHONDONTWRITEBYTECODE=1 build/peers/bin/python -m

.PHONY: bench
bench: all build/peers/.made build/bench-own ## this library beside its peers, into build/bench.json; BENCH='--runs 1 --seconds 1' to try
	$(with_peers) beside $(or $(BENCH),--document docs/performance.md)

# The peers' files with the instruction that asks the processor replaced, and what answers in its place.
build/peers-avx2/.made: build/peers/.made tools/processor/copy.py
	python3 tools/processor/copy.py $(<D) $(@D)
	touch $@

build/processor.so: tools/processor/processor.c tools/processor/avx_vnni.h
	$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -shared -fPIC $< -o $@

.PHONY: bench-avx2
bench-avx2: all build/peers-avx2/.made build/bench-own build/processor.so ## make bench as on a processor with AVX2 and nothing later, for all of them
	CRNN_ISA=avx2 CRNN_PROCESSOR=avx2 LD_PRELOAD=$(CURDIR)/build/processor.so $(subst build/peers/,build/peers-avx2/,$(with_peers)) beside \
	  $(or $(BENCH),--document docs/performance.md --command 'make bench-avx2') --output build/bench-avx2.json

.PHONY: bench-isas
bench-isas: all build/bench-isas ## frames per second for each instruction set: the demo's network, and the zoo's where make zoo was run
	@tools/setup python
	[ -e build/demo/digits.crnn ] || tools/demo/demo.sh
	build/bench-isas build/demo/digits.crnn $$(ls build/zoo/*/model.crnn 2>/dev/null)

build/bench-isas build/bench-calls build/bench-own: build/bench-%: tools/bench/%.c include/crnn.h build/libcrnn.so
	$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -Iinclude $< -o $@ -Lbuild -lcrnn -Wl,-rpath,'$$ORIGIN'

.PHONY: bench-batch
bench-batch: all build/tests/models/.made ## sequences per second of batches of mixed lengths, by threads and by how many run together
	$(CC) -std=gnu11 -O2 -Wall -Wextra -Werror -pthread -Iinclude tools/bench/batch.c -o build/batch -Lbuild -lcrnn \
	  -Wl,-rpath,'$$ORIGIN'
	build/batch build/tests/models/*.crnn $$(ls build/{zoo,bench}/*/model.crnn 2>/dev/null)

.PHONY: bench-images
bench-images: build/crnn build/peers/.made ## a folder of 2,000 captcha PNGs to text, beside Pillow, NumPy and ONNX Runtime
	$(with_peers) images $(BENCH)

# What is run, for `make soak-images`: SOAK='--command read --model LINES.crnn --pictures FOLDER'
FILES ?= 100000
SOAK ?=

.PHONY: soak-images
soak-images: build/crnn ## the memory of crnn on a folder of FILES (100,000) pictures, after 100, 1,000, ... of them
	@[ -e build/demo/digits.crnn ] || { tools/setup python && tools/demo/demo.sh; }
	python3 tools/bench/images/soak.py --files $(FILES) $(SOAK)

RUNS ?= 3

.PHONY: bench-convert
bench-convert: build/crnn ## how long a conversion of captcha_crnn with 60 images takes, and its memory; the least of RUNS (3)
	@tools/setup python
	$(python) tools/bench/conversion.py --runs $(RUNS)

.PHONY: bench-calls
bench-calls: all build/tests/models/.made build/bench-calls ## a push that nothing comes of and a reset, in nanoseconds
	build/bench-calls build/tests/models/*.crnn $$(ls build/{zoo,bench}/*/model.crnn 2>/dev/null)

build/peers/.made: tools/bench/requirements.txt
	@tools/setup python
	rm -rf $(@D)
	python3 -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

.PHONY: bench-steps
bench-steps: all build/peers/.made ## one streaming step of three of the zoo's networks, beside ONNX Runtime and LiteRT
	$(with_peers) steps --document docs/performance.md

# ---- Installation --------------------------------------------------------------------------------------------------

fill := sed -e "s|@PREFIX@|$(abspath $(PREFIX))|" -e "s|@VERSION@|$(version)|"

.PHONY: install
install: all ## headers, libraries, pkg-config and CMake files and the tool, into PREFIX
	install -d $(DESTDIR)$(PREFIX)/{bin,include,lib/pkgconfig,lib/cmake/crnn}
	install -m 644 include/crnn.h include/crnn_link.h include/crnn_image.h include/crnn_convert.h bindings/cpp/crnn.hpp $(DESTDIR)$(PREFIX)/include
	install -m 644 build/libcrnn.a build/libcrnn_image.a $(DESTDIR)$(PREFIX)/lib
	for name in crnn crnn_image crnn_convert; do \
	  install -m 755 build/lib$$name.so $(DESTDIR)$(PREFIX)/lib/lib$$name.so.$(library_version); \
	  ln -sf lib$$name.so.$(library_version) $(DESTDIR)$(PREFIX)/lib/lib$$name.so; \
	  $(fill) bindings/c/$$name.pc.in >$(DESTDIR)$(PREFIX)/lib/pkgconfig/$$name.pc; \
	done
	install -m 644 bindings/c/crnn-config.cmake $(DESTDIR)$(PREFIX)/lib/cmake/crnn
	$(fill) bindings/c/crnn-config-version.cmake.in >$(DESTDIR)$(PREFIX)/lib/cmake/crnn/crnn-config-version.cmake
	install -m 755 build/crnn $(DESTDIR)$(PREFIX)/bin/crnn

.PHONY: clean
clean: ## removes build/ and .build/
	rm -rf build .build

.PHONY: FORCE
FORCE:
