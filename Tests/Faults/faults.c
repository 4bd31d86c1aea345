/* Makes one call of the system fail: in programs linked with it, by faults.h; in any other, preloaded, by the environment:
 *
 *   CRNN_FAULT_KINDS       as faults_begin takes them, or "interrupts"
 *   CRNN_FAULT_AT          which call fails, from 1; 0: none
 *   CRNN_FAULT_UNDER       only files at and below this path count; without it, all
 *   CRNN_FAULT_REPORT      the file that is told, as the program ends, how many calls there were and which one failed
 *   CRNN_FAULT_ALARM       SIGALRM every so many microseconds, whose handler does nothing and restarts no call
 *
 * Memory is taken by glibc's own names of its allocator, everything else by the next definition behind this one. */
#define _GNU_SOURCE
#include "faults.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

/* ---- What is to fail ---- */

enum { MEMORY = 1, MAP = 2, OPEN = 4, READ = 8, WRITE = 16, FILE_CALL = 32, THREAD = 64, END = 128, MOST_DESCRIPTORS = 4096, SHORT = 7 };

static atomic_uint kinds;
static atomic_ulong at, sites, exact_size, transfers;
static _Atomic(const char *) failed;
static atomic_long blocks, mappings, descriptors;
static atomic_int interrupts;
static const char *under, *report;
static atomic_uchar counted[MOST_DESCRIPTORS]; /* open under the path */

static unsigned kinds_of(const char *words) {
  static const struct { const char *word; unsigned kind; } all[] = {
    { "memory", MEMORY }, { "map", MAP }, { "open", OPEN }, { "read", READ },
    { "write", WRITE }, { "file", FILE_CALL }, { "thread", THREAD }, { "end", END },
  };
  unsigned result = 0;
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    if (strstr(words, all[i].word)) result |= all[i].kind;
  return result;
}

void faults_begin(const char *words, unsigned long position) {
  sites = blocks = mappings = descriptors = 0;
  failed = NULL;
  at = position;
  kinds = kinds_of(words);
}

void faults_begin_size(size_t bytes) {
  faults_begin("", 0);
  exact_size = bytes;
}

void faults_begin_interrupts(void) {
  faults_begin("", 0);
  interrupts = 1;
}

faults faults_end(void) {
  kinds = 0;
  exact_size = 0;
  interrupts = 0;
  return (faults){ sites, failed, blocks, mappings, descriptors };
}

/* Whether this call is the one; then errno is set. */
static int fails(unsigned kind, const char *name, int code) {
  if (!(kinds & kind) || ++sites != at) return 0;
  failed = name;
  errno = code;
  return 1;
}

static int is_under(const char *path) { return !under || strncmp(path, under, strlen(under)) == 0; }
static int is_counted(int descriptor) { return !under || (descriptor >= 0 && descriptor < MOST_DESCRIPTORS && counted[descriptor]); }
static int opened(int descriptor, const char *path) {
  if (descriptor < 0) return descriptor;
  descriptors++;
  if (descriptor < MOST_DESCRIPTORS) counted[descriptor] = (unsigned char)is_under(path);
  return descriptor;
}

/* ---- Memory ---- */

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);
void __libc_free(void *memory);

static int memory_fails(const char *name, size_t bytes) {
  if (exact_size && bytes == exact_size) {
    failed = name;
    errno = ENOMEM;
    return 1;
  }
  return fails(MEMORY, name, ENOMEM);
}
static void *taken(void *memory) {
  if (memory) blocks++;
  return memory;
}

void *malloc(size_t bytes) { return memory_fails("malloc", bytes) ? NULL : taken(__libc_malloc(bytes)); }
void *calloc(size_t count, size_t bytes) { return memory_fails("calloc", count * bytes) ? NULL : taken(__libc_calloc(count, bytes)); }
void *realloc(void *memory, size_t bytes) {
  if (memory_fails("realloc", bytes)) return NULL;
  void *moved = __libc_realloc(memory, bytes);
  if (!memory) return taken(moved);
  if (bytes == 0) blocks--;
  return moved;
}
void *memalign(size_t alignment, size_t bytes) {
  return memory_fails("memalign", bytes) ? NULL : taken(__libc_memalign(alignment, bytes));
}
void *aligned_alloc(size_t alignment, size_t bytes) {
  return memory_fails("aligned_alloc", bytes) ? NULL : taken(__libc_memalign(alignment, bytes));
}
int posix_memalign(void **memory, size_t alignment, size_t bytes) {
  if (memory_fails("posix_memalign", bytes)) return ENOMEM;
  *memory = taken(__libc_memalign(alignment, bytes));
  return *memory ? 0 : ENOMEM;
}
void free(void *memory) {
  if (memory) blocks--;
  __libc_free(memory);
}

/* ---- Files ---- */

/* The function behind this one. */
#define NEXT(name) static __typeof__(name) *next; if (!next) next = (__typeof__(name) *)(uintptr_t)dlsym(RTLD_NEXT, #name)
/* The same function under the name that it has where files may be longer than 2 GiB. */
#define ALSO(name, other) extern __typeof__(name) other __attribute__((alias(#name)))

int open(const char *path, int flags, ...) {
  NEXT(open);
  va_list more;
  va_start(more, flags);
  mode_t mode = (flags & O_CREAT) ? va_arg(more, mode_t) : 0;
  va_end(more);
  if (is_under(path) && fails(OPEN, "open", EMFILE)) return -1;
  return opened(next(path, flags, mode), path);
}
extern int open64(const char *path, int flags, ...) __attribute__((alias("open")));

int mkstemp(char *path) {
  NEXT(mkstemp);
  if (is_under(path) && fails(OPEN, "mkstemp", ENOSPC)) return -1;
  return opened(next(path), path);
}
ALSO(mkstemp, mkstemp64);

int close(int descriptor) {
  NEXT(close);
  const int is_one = is_counted(descriptor);
  if (descriptor >= 0) descriptors--;
  const int result = next(descriptor);
  /* The descriptor is gone all the same. */
  return is_one && fails(FILE_CALL, "close", EIO) ? -1 : result;
}

/* How much of a transfer is made; -1: it is interrupted. */
static ssize_t part(size_t bytes) {
  if (!interrupts) return (ssize_t)bytes;
  if (transfers++ % 2 == 0) {
    errno = EINTR;
    return -1;
  }
  return bytes < SHORT ? (ssize_t)bytes : SHORT;
}
ssize_t read(int descriptor, void *target, size_t bytes) {
  NEXT(read);
  if (is_counted(descriptor)) {
    if (fails(READ, "read", EIO)) return -1;
    if (fails(END, "end of the file", 0)) return 0;
    const ssize_t count = part(bytes);
    return count < 0 ? -1 : next(descriptor, target, (size_t)count);
  }
  return next(descriptor, target, bytes);
}
ssize_t pread(int descriptor, void *target, size_t bytes, off_t offset) {
  NEXT(pread);
  if (is_counted(descriptor)) {
    if (fails(READ, "pread", EIO)) return -1;
    if (fails(END, "end of the file", 0)) return 0;
    const ssize_t count = part(bytes);
    return count < 0 ? -1 : next(descriptor, target, (size_t)count, offset);
  }
  return next(descriptor, target, bytes, offset);
}
ALSO(pread, pread64);
ssize_t write(int descriptor, const void *source, size_t bytes) {
  NEXT(write);
  if (is_counted(descriptor)) {
    if (fails(WRITE, "write", ENOSPC)) return -1;
    const ssize_t count = part(bytes);
    return count < 0 ? -1 : next(descriptor, source, (size_t)count);
  }
  return next(descriptor, source, bytes);
}

/* glibc reads a file from fopen by a read of its own: a stream of our own reads by the one above. */
static ssize_t cookie_read(void *cookie, char *target, size_t bytes) { return read((int)(intptr_t)cookie, target, bytes); }
static int cookie_close(void *cookie) { return close((int)(intptr_t)cookie); }

FILE *fopen(const char *path, const char *mode) {
  NEXT(fopen);
  /* No signal interrupts what the kernel makes up. */
  const int is_disturbed = kinds || (interrupts && strncmp(path, "/proc/", 6) != 0);
  if (mode[0] != 'r' || strchr(mode, '+') || !is_under(path) || !is_disturbed) return next(path, mode);
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return NULL;
  const cookie_io_functions_t functions = { .read = cookie_read, .close = cookie_close };
  FILE *file = fopencookie((void *)(intptr_t)descriptor, "r", functions);
  if (!file) close(descriptor);
  return file;
}
ALSO(fopen, fopen64);

off_t lseek(int descriptor, off_t offset, int whence) {
  NEXT(lseek);
  return is_counted(descriptor) && fails(FILE_CALL, "lseek", EIO) ? -1 : next(descriptor, offset, whence);
}
ALSO(lseek, lseek64);
int stat(const char *restrict path, struct stat *restrict status) {
  NEXT(stat);
  return is_under(path) && fails(FILE_CALL, "stat", EIO) ? -1 : next(path, status);
}
int lstat(const char *restrict path, struct stat *restrict status) {
  NEXT(lstat);
  return is_under(path) && fails(FILE_CALL, "lstat", EIO) ? -1 : next(path, status);
}
int fstat(int descriptor, struct stat *status) {
  NEXT(fstat);
  return is_counted(descriptor) && fails(FILE_CALL, "fstat", EIO) ? -1 : next(descriptor, status);
}
char *realpath(const char *restrict path, char *restrict resolved) {
  NEXT(realpath);
  return is_under(path) && fails(FILE_CALL, "realpath", EACCES) ? NULL : next(path, resolved);
}
int rename(const char *from, const char *to) {
  NEXT(rename);
  return is_under(to) && fails(FILE_CALL, "rename", EIO) ? -1 : next(from, to);
}
int ftruncate(int descriptor, off_t length) {
  NEXT(ftruncate);
  return is_counted(descriptor) && fails(FILE_CALL, "ftruncate", EIO) ? -1 : next(descriptor, length);
}
ALSO(ftruncate, ftruncate64);
int fchmod(int descriptor, mode_t mode) {
  NEXT(fchmod);
  return is_counted(descriptor) && fails(FILE_CALL, "fchmod", EPERM) ? -1 : next(descriptor, mode);
}
int fsync(int descriptor) {
  NEXT(fsync);
  return is_counted(descriptor) && fails(FILE_CALL, "fsync", EIO) ? -1 : next(descriptor);
}
DIR *opendir(const char *path) {
  NEXT(opendir);
  return is_under(path) && fails(OPEN, "opendir", EMFILE) ? NULL : next(path);
}
struct dirent *readdir(DIR *folder) {
  NEXT(readdir);
  return !under && fails(READ, "readdir", EIO) ? NULL : next(folder);
}

/* ---- Mappings and threads ---- */

void *mmap(void *place, size_t bytes, int protection, int flags, int descriptor, off_t offset) {
  NEXT(mmap);
  if (is_counted(descriptor) && fails(MAP, "mmap", ENOMEM)) return MAP_FAILED;
  void *memory = next(place, bytes, protection, flags, descriptor, offset);
  if (memory != MAP_FAILED) mappings++;
  return memory;
}
ALSO(mmap, mmap64);
int munmap(void *memory, size_t bytes) {
  NEXT(munmap);
  mappings--;
  return next(memory, bytes);
}
int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes, void *(*start)(void *),
                   void *restrict argument) {
  NEXT(pthread_create);
  return fails(THREAD, "pthread_create", EAGAIN) ? EAGAIN : next(thread, attributes, start, argument);
}

/* ---- Preloaded ---- */

static void ignore(int number) { (void)number; }

__attribute__((constructor)) static void begin(void) {
  const char *words = getenv("CRNN_FAULT_KINDS"), *position = getenv("CRNN_FAULT_AT"), *period = getenv("CRNN_FAULT_ALARM");
  under = getenv("CRNN_FAULT_UNDER");
  report = getenv("CRNN_FAULT_REPORT");
  if (period) {
    struct sigaction action = { .sa_handler = ignore };
    struct itimerval timer = { { 0, atol(period) }, { 0, atol(period) } };
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
  }
  if (!words) return;
  if (strcmp(words, "interrupts") == 0) faults_begin_interrupts();
  else faults_begin(words, position ? strtoul(position, NULL, 10) : 0);
}

__attribute__((destructor)) static void end(void) {
  const faults seen = faults_end();
  if (!report) return;
  FILE *file = fopen(report, "w");
  if (!file) return;
  fprintf(file, "%lu %s\n", seen.sites, seen.failed ? seen.failed : "none");
  fclose(file);
}
