/* The few services of a hosted system that crnn_model_open, crnn_stream_create and CRNN_ISA need. A build without an operating
 * system defines CRNN_FREESTANDING and has none of them: those functions then answer CRNN_ERROR_OPEN or CRNN_ERROR_MEMORY. */
#ifndef CRNN_HOST_H
#define CRNN_HOST_H

#include <stddef.h>

#if !defined(CRNN_FREESTANDING) && (defined(__unix__) || defined(__APPLE__))
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The file mapped read-only, or NULL. An empty file is mapped as nothing: NULL with *bytes 0 and *opened 1. Its length is asked with lseek:
 * fstat is a function of glibc 2.33 and later, and a library linked on a new system then runs on no older one. A directory has a
 * length but cannot be mapped, a pipe has none. */
static inline void *_Nullable crnn_host_map(const char *_Nonnull path, size_t *_Nonnull bytes, int *_Nonnull opened) {
  *bytes = 0;
  *opened = 0;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return NULL;
  off_t length = lseek(descriptor, 0, SEEK_END);
  void *memory = NULL;
  if (length >= 0) {
    *opened = 1;
    if (length > 0) {
      memory = mmap(NULL, (size_t)length, PROT_READ, MAP_PRIVATE, descriptor, 0);
      if (memory == MAP_FAILED) {
        memory = NULL;
        *opened = 0;
      } else {
        *bytes = (size_t)length;
      }
    }
  }
  close(descriptor);
  return memory;
}
static inline void crnn_host_unmap(const void *_Nonnull memory, size_t bytes) { munmap((void *)memory, bytes); }
static inline void *_Nullable crnn_host_allocate(size_t bytes) {
  void *memory = NULL;
  return posix_memalign(&memory, 64, bytes ? bytes : 64) == 0 ? memory : NULL;
}
static inline void crnn_host_free(void *_Nullable memory) { free(memory); }
static inline const char *_Nullable crnn_host_environment(const char *_Nonnull name) { return getenv(name); }
#else
static inline void *_Nullable crnn_host_map(const char *_Nonnull path, size_t *_Nonnull bytes, int *_Nonnull opened) {
  (void)path;
  *bytes = 0;
  *opened = 0;
  return NULL;
}
static inline void crnn_host_unmap(const void *_Nonnull memory, size_t bytes) { (void)memory, (void)bytes; }
static inline void *_Nullable crnn_host_allocate(size_t bytes) { return (void)bytes, NULL; }
static inline void crnn_host_free(void *_Nullable memory) { (void)memory; }
static inline const char *_Nullable crnn_host_environment(const char *_Nonnull name) { return (void)name, NULL; }
#endif

#endif
