/* The few services of a hosted system that crnn_model_open, crnn_stream_create and CRNN_ISA need. A build without an operating
 * system defines CRNN_FREESTANDING and has none of them: those functions then answer CRNN_ERROR_OPEN or CRNN_ERROR_MEMORY. */
#ifndef CRNN_HOST_H
#define CRNN_HOST_H

#include <stddef.h>

#if !defined(CRNN_FREESTANDING) && (defined(__unix__) || defined(__APPLE__))
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static inline void *_Nullable crnn_host_allocate(size_t bytes) {
  void *memory = NULL;
  return posix_memalign(&memory, 64, bytes ? bytes : 64) == 0 ? memory : NULL;
}
static inline void crnn_host_free(void *_Nullable memory) { free(memory); }

/* The first *bytes bytes of an open file on the heap, fewer where it has become shorter since; or NULL. */
static inline void *_Nullable crnn_host_copy(int descriptor, size_t *_Nonnull bytes) {
  char *memory = (char *)crnn_host_allocate(*bytes);
  size_t count = 0;
  if (!memory) errno = ENOMEM;
  while (memory && count < *bytes) {
    ssize_t taken = pread(descriptor, memory + count, *bytes - count, (off_t)count);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) {
      free(memory);
      return NULL;
    }
    if (taken == 0) break;
    count += (size_t)taken;
  }
  *bytes = count;
  return memory;
}

/* The file mapped read-only, or copied; or NULL, with *reason 1 where it is empty, 2 where memory lacks, else 0. Its length is asked with
 * lseek: fstat is a function of glibc 2.33 and later, and a library linked on a new system then runs on no older one. A directory has a
 * length but cannot be mapped or read, a pipe has none. */
static inline void *_Nullable crnn_host_read(const char *_Nonnull path, int copies, size_t *_Nonnull bytes, int *_Nonnull reason) {
  *bytes = 0;
  *reason = 0;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return NULL;
  off_t length = lseek(descriptor, 0, SEEK_END);
  void *memory = NULL;
  if (length > 0) {
    *bytes = (size_t)length;
    memory = copies ? crnn_host_copy(descriptor, bytes) : mmap(NULL, *bytes, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (memory == MAP_FAILED) memory = NULL;
    /* Some systems tell of a directory that it is as long as can be. */
    if (!memory && errno == ENOMEM && (long long)length >> 46 == 0) *reason = 2;
  }
  if (length == 0) *reason = 1;
  close(descriptor);
  return memory;
}
static inline void crnn_host_release(void *_Nonnull memory, int is_copy, size_t bytes) {
  if (is_copy) free(memory);
  else munmap(memory, bytes);
}
static inline const char *_Nullable crnn_host_environment(const char *_Nonnull name) { return getenv(name); }
#else
static inline void *_Nullable crnn_host_read(const char *_Nonnull path, int copies, size_t *_Nonnull bytes, int *_Nonnull reason) {
  (void)path, (void)copies;
  *bytes = 0;
  *reason = 0;
  return NULL;
}
static inline void crnn_host_release(void *_Nonnull memory, int is_copy, size_t bytes) { (void)memory, (void)is_copy, (void)bytes; }
static inline void *_Nullable crnn_host_allocate(size_t bytes) { return (void)bytes, NULL; }
static inline void crnn_host_free(void *_Nullable memory) { (void)memory; }
static inline const char *_Nullable crnn_host_environment(const char *_Nonnull name) { return (void)name, NULL; }
#endif

#endif
