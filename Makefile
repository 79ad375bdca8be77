# make            what there is to make
# make run        build, install what is missing, start the server on SQLite, print a curl line that makes a key
# make test       install what the tests need, run them all

ROOT   ?= run/tms
PORT   ?= 3000
SWIFT  ?= swift
# A part of the tests takes at most four minutes on two cores; one that hangs must not take for ever.
SWIFT_TEST = timeout --kill-after=10 1200 $(SWIFT) test
# Tests in which a time-out of seconds, or a limit of a few connections, is the thing itself.
TIMED_TESTS = TMSServerTests.(TimeoutTests|LimitTests|ShutdownTests|ConnectionTests|RequestLogTests|WatchdogTests|BlockedLoopTests)

# How many tests run at a time. Left alone Swift Testing begins them all at once: it takes no less time, and each of them waits
# until nearly all are done, past what it allows itself.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH = 16

.PHONY: help run build test bench bench-compare bench-lists recipes overload endurance soak tsan fmt lint install clean setup

help:
	@sed -n 's/^# make/make/p' Makefile

# make build      the programs, optimised, in .build/release
build: setup
	$(SWIFT) build -c release --static-swift-stdlib --product tms-server
	$(SWIFT) build -c release --static-swift-stdlib --product tms-keycmd
	$(SWIFT) build -c release --static-swift-stdlib --product tmsctl
	$(SWIFT) build -c release --static-swift-stdlib --product tms-loadtest
	@scripts/build-info | tee .build/release/tms-loadtest.build > .build/release/tms-server.build

run: build
	@scripts/run "$(ROOT)" "$(PORT)"

test: setup test-tools
	$(SWIFT) build --build-tests
	@python3 Soak/drill/test_checker.py --quiet
	$(test_parts)
	$(load_test_parts)
	TMS_ENDURANCE_REQUESTS=100000 $(SWIFT_TEST) --skip-build --filter EnduranceTests
	@scripts/check-docs
	@scripts/check-load-reports
	@scripts/check-deploy
	@scripts/check-install
	python3 Benchmarks/tests/test_scaling.py
	python3 Benchmarks/tests/test_priority.py
	python3 Benchmarks/tests/test_stolen.py
	@scripts/fuzz-api 75 500
	@TMS_TEST_BACKEND=postgreSQL scripts/fuzz-api 40 250

# All tests of the server and its clients but that of endurance, in parts, each parallel in itself: what loads the machine must not be there where
# time-outs are tested.
define test_parts
$(SWIFT_TEST) $(1) --skip-build --filter 'SSHKeysTests|TelemetryTests|TMSAPITests|TMSStoreTests|TMSServiceTests'
$(SWIFT_TEST) $(1) --skip-build --filter TMSServerTests --skip '$(TIMED_TESTS)'
TMS_TEST_BACKEND=postgreSQL $(SWIFT_TEST) $(1) --skip-build --filter TMSServerTests --skip '$(TIMED_TESTS)'
$(SWIFT_TEST) $(1) --skip-build --filter '$(TIMED_TESTS)'
TMS_TEST_BACKEND=postgreSQL $(SWIFT_TEST) $(1) --skip-build --filter '$(TIMED_TESTS)' --skip BlockedLoopTests
$(SWIFT_TEST) $(1) --skip-build --filter 'TMSKeyCmdTests|TMSCtlTests|EndToEndTests' --skip EnduranceTests
endef

# The load tester's: times are the thing itself, so each part has the machine to itself. Records and reports only compute.
define load_test_parts
$(SWIFT_TEST) $(1) --skip-build --filter LoadEngineTests
$(SWIFT_TEST) $(1) --skip-build --filter LoadWatchTests
$(SWIFT_TEST) $(1) --skip-build --filter 'LoadRecordTests|LoadReportTests'
$(SWIFT_TEST) $(1) --skip-build --filter TMSLoadTestTests
endef

.PHONY: test-tools
test-tools:
	@scripts/require python3:python3 openssh-server:/usr/sbin/sshd openssh-client:ssh-keygen strace:strace openssl:openssl curl:curl gdb:gdb \
		iproute2:/usr/sbin/tc postgresql-15:/usr/lib/postgresql/15/bin/initdb

# make fuzz-api   ten minutes of generated requests; `make test` has two minutes of them
.PHONY: fuzz-api
fuzz-api: setup
	$(SWIFT) build --product tms-server
	@scripts/fuzz-api 600 10000

# make bench      CPU and latency of the four operations beside bare NIO and SQLite (six minutes; BENCH_FLAGS=--help)
# make bench DB=postgres  the same operations on a PostgreSQL beside the server (two minutes)
DB ?= sqlite
BENCH_TOOLS = --server .build/release/tms-server --tools Benchmarks/.build/release
bench: build bench-tools
	@scripts/require wrk:wrk strace:strace
	$(if $(filter postgres,$(DB)),@scripts/require postgresql-15:/usr/lib/postgresql/15/bin/initdb)
	python3 Benchmarks/bench.py $(BENCH_TOOLS) --database $(DB) $(BENCH_FLAGS)

# make bench-compare  two results side by side: A=before.json B=after.json, or the two newest
bench-compare:
	@scripts/require python3:python3
	@python3 Benchmarks/compare.py $(A) $(B)

# make bench-lists  first and last page of a list of a million keys
bench-lists: build
	@scripts/require python3:python3
	python3 Benchmarks/lists.py --server .build/release/tms-server $(BENCH_FLAGS)

# make bench-move  a million keys from SQLite to PostgreSQL and back: exports must be equal
.PHONY: bench-move
bench-move: build
	@scripts/require python3:python3 postgresql-15:/usr/lib/postgresql/15/bin/initdb
	python3 Benchmarks/move.py --server .build/release/tms-server $(BENCH_FLAGS)

# make recipes    the users' own load recipes (half an hour; six minutes with BENCH_FLAGS='--scale 1')
recipes: build bench-tools
	python3 Benchmarks/recipes.py $(BENCH_TOOLS) $(BENCH_FLAGS)

# make overload   a flood of five times the creates the server can make (a minute)
overload: build bench-tools
	@scripts/require gcc:gcc
	python3 Benchmarks/overload.py $(BENCH_TOOLS) $(BENCH_FLAGS)

# make scaling    simulates login storms on several servers and one PostgreSQL (BENCH_FLAGS=--help)
.PHONY: scaling
scaling:
	@scripts/require python3:python3
	python3 Benchmarks/scaling.py $(BENCH_FLAGS)

# make bench-loadtest  the load tester's own truth and cost, beside wrk, hey, k6, locust (an hour; BENCH_FLAGS=--help)
.PHONY: bench-loadtest
bench-loadtest: build
	@scripts/require python3:python3 wrk:wrk hey:hey
	@scripts/require-python Benchmarks/loadtest/requirements.txt .build/load-tools
	$(SWIFT) build -c release --static-swift-stdlib --product misbehaving-server
	python3 Benchmarks/loadtest.py $(BENCH_FLAGS)

.PHONY: bench-tools
bench-tools:
	@scripts/require python3:python3
	$(SWIFT) build -c release --static-swift-stdlib --package-path Benchmarks

# make endurance  a million creates, then a million lookups, over 100 connections
endurance: build
	TMS_PROGRAMS=$(CURDIR)/.build/release TMS_ENDURANCE_REQUESTS=1000000 $(SWIFT_TEST) --filter EnduranceTests

# make soak       ten minutes of harm: full and slow disks, clients that vanish, clock steps, kills … (SOAK_FLAGS=--quick)
soak: build
	@scripts/require wrk:wrk python3:python3 gcc:gcc
	python3 Soak/soak.py --server .build/release/tms-server $(SOAK_FLAGS)

# make drill      kills servers and databases under load: is anything lost? (five minutes and two builds; DRILL_FLAGS=--help)
.PHONY: drill
drill: build
	@scripts/require python3:python3 postgresql-15:/usr/lib/postgresql/15/bin/initdb
	@# A server that must be caught: with it the drill shows that it would see what it looks for.
	$(SWIFT) build -c release --static-swift-stdlib --product tms-server --scratch-path .build/drill \
		-Xswiftc -DACKNOWLEDGE_BEFORE_COMMIT
	python3 Soak/drill.py --server .build/release/tms-server --broken .build/drill/release/tms-server $(DRILL_FLAGS)

# make tsan       the server's and its clients' tests under ThreadSanitizer (half an hour)
# make asan       the same under AddressSanitizer

# SecretMemoryTests search the process's memory, and that of a sanitizer is terabytes; how long a login takes while the
# server hangs says nothing where every program is ten times slower.
UNSANITIZED = --skip 'SecretMemoryTests|ordinaryKeyLogsInWhileTheServerHas'
tsan: SANITIZER = thread
asan: SANITIZER = address
.PHONY: asan
# Tests know by it that their figures do not hold.
tsan asan: export TMS_SANITIZER = $(SANITIZER)
tsan asan: setup test-tools
	@# Reports of the programs that tests start go to files too, and any is a failure.
	rm -rf .build/$@/reports && mkdir -p .build/$@/reports && chmod 777 .build/$@/reports
	@# Not the C of dependencies: BoringSSL's RSA would take minutes for a pair.
	$(SWIFT) build --build-tests --sanitize=$(SANITIZER) --scratch-path .build/$@ \
		-Xcc -fno-sanitize=$(SANITIZER) -Xcc -O2
	$(call test_parts,--sanitize=$(SANITIZER) --scratch-path .build/$@ $(UNSANITIZED))
	$(call load_test_parts,--sanitize=$(SANITIZER) --scratch-path .build/$@)
	@scripts/check-sanitizer .build/$@/reports

tsan: export TSAN_OPTIONS = suppressions=$(CURDIR)/scripts/tsan.suppressions:log_path=$(CURDIR)/.build/tsan/reports/report
asan: export ASAN_OPTIONS = detect_leaks=0:log_path=$(CURDIR)/.build/asan/reports/report

# make fmt        format the sources
fmt:
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift Benchmarks/Package.swift Benchmarks/Sources

# make lint       say what is not formatted, and what repeats another file
lint:
	@scripts/require python3:python3
	@scripts/check-repeats
	@scripts/check-dashboard
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift Benchmarks/Package.swift Benchmarks/Sources

# make install    the programs into PREFIX (default /usr/local)
PREFIX ?= /usr/local
install: build
	install -D -m 0755 .build/release/tms-server $(DESTDIR)$(PREFIX)/bin/tms-server
	install -D -m 0644 .build/release/tms-server.build $(DESTDIR)$(PREFIX)/bin/tms-server.build
	install -D -m 0755 .build/release/tms-keycmd $(DESTDIR)$(PREFIX)/bin/tms-keycmd
	install -D -m 0755 .build/release/tmsctl $(DESTDIR)$(PREFIX)/bin/tmsctl
	install -D -m 0755 .build/release/tms-loadtest $(DESTDIR)$(PREFIX)/bin/tms-loadtest
	install -D -m 0644 .build/release/tms-loadtest.build $(DESTDIR)$(PREFIX)/bin/tms-loadtest.build

# make clean      remove what was built; installations stay
clean:
	rm -rf .build Benchmarks/.build

setup:
	@scripts/require libsqlite3-dev:/usr/include/sqlite3.h libpq-dev:/usr/include/postgresql/libpq-fe.h
