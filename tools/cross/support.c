/* What the compiler expects of every environment, for those without a C library (and for WebAssembly, without a compiler's library). */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
  unsigned char *t = to;
  const unsigned char *f = from;
  for (size_t i = 0; i < bytes; i++) t[i] = f[i];
  return to;
}

void *memmove(void *to, const void *from, size_t bytes) {
  unsigned char *t = to;
  const unsigned char *f = from;
  if (t <= f) return memcpy(to, from, bytes);
  for (size_t i = bytes; i > 0; i--) t[i - 1] = f[i - 1];
  return to;
}

void *memset(void *to, int byte, size_t bytes) {
  unsigned char *t = to;
  for (size_t i = 0; i < bytes; i++) t[i] = (unsigned char)byte;
  return to;
}

int memcmp(const void *a, const void *b, size_t bytes) {
  const unsigned char *x = a, *y = b;
  for (size_t i = 0; i < bytes; i++) {
    if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
  }
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}

#if defined(__arm__)
/* The same under the names of the run-time ABI for the Arm architecture, 4.3.4, which compilers call there; the digit is the alignment
 * that the caller knows of. */
#define COPIES(suffix)                                                                                        \
  void __aeabi_memcpy##suffix(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); }         \
  void __aeabi_memmove##suffix(void *to, const void *from, size_t bytes) { memmove(to, from, bytes); }       \
  void __aeabi_memset##suffix(void *to, size_t bytes, int byte) { memset(to, byte, bytes); }                 \
  void __aeabi_memclr##suffix(void *to, size_t bytes) { memset(to, 0, bytes); }
COPIES()
COPIES(4)
COPIES(8)
#endif

#if defined(__wasm__)
/* a * b in 128 bits, which is how the compiler sees that a product leaves 64: schoolbook, in halves of 32 bits. */
__int128 __multi3(__int128 a, __int128 b) {
  const uint64_t x = (uint64_t)a, y = (uint64_t)b, mask = 0xFFFFFFFFu;
  const uint64_t low = (x & mask) * (y & mask), first = (x >> 32) * (y & mask), second = (x & mask) * (y >> 32);
  const uint64_t middle = (low >> 32) + (first & mask) + (second & mask);
  const uint64_t high = (x >> 32) * (y >> 32) + (first >> 32) + (second >> 32) + (middle >> 32)
                        + x * (uint64_t)(b >> 64) + y * (uint64_t)(a >> 64);
  return (__int128)((unsigned __int128)high << 64 | middle << 32 | (low & mask));
}
#endif
