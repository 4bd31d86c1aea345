/* Many elements at once, also where code is optimised for size. The compiler knows memset everywhere; a build without an operating system
 * brings it itself, which Swift needs anyway. */
#ifndef CRNN_MEMORY_H
#define CRNN_MEMORY_H

#include <stddef.h>
#include <stdint.h>

static inline void crnn_fill(void *_Nonnull memory, unsigned char byte, size_t bytes) { __builtin_memset(memory, byte, bytes); }

/* Nothing where there are no bytes to copy, or fewer. Both may overlap. */
static inline void crnn_copy(void *_Nonnull target, const void *_Nonnull source, ptrdiff_t bytes) {
  if (bytes > 0) __builtin_memmove(target, source, (size_t)bytes);
}

/* Bytes become words; sixteen at a time. */
static inline void crnn_widen(const uint8_t *_Nonnull bytes, int16_t *_Nonnull words, ptrdiff_t count) {
  typedef uint8_t narrow __attribute__((vector_size(16)));
  typedef int16_t wide __attribute__((vector_size(32)));
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) {
    narrow v;
    __builtin_memcpy(&v, bytes + i, sizeof v);
    const wide w = __builtin_convertvector(v, wide);
    __builtin_memcpy(words + i, &w, sizeof w);
  }
  for (; i < count; i++) words[i] = bytes[i];
}

/* Whether the eight numbers at `table` are first, first + 1, ... */
static inline int crnn_are_consecutive(const int32_t *_Nonnull table, int32_t first) {
  typedef uint32_t four __attribute__((vector_size(16)));
  const four steps = {0, 1, 2, 3};
  four low, high;
  uint64_t different[2];
  __builtin_memcpy(&low, table, sizeof low);
  __builtin_memcpy(&high, table + 4, sizeof high);
  low ^= steps + (uint32_t)first;
  high ^= steps + ((uint32_t)first + 4);
  low |= high;
  __builtin_memcpy(different, &low, sizeof different);
  return !(different[0] | different[1]);
}

/* Every NaN among `count` floats becomes the float of these bits. */
static inline void crnn_replace_nan(float *_Nonnull values, int32_t bits, ptrdiff_t count) {
  typedef int32_t four __attribute__((vector_size(16)));
  ptrdiff_t i = 0;
  for (; i + 4 <= count; i += 4) {
    four v;
    __builtin_memcpy(&v, values + i, sizeof v);
    const four is_nan = (v & 0x7FFFFFFF) > 0x7F800000;
    v = (is_nan & bits) | (~is_nan & v);
    __builtin_memcpy(values + i, &v, sizeof v);
  }
  for (; i < count; i++)
    if (values[i] != values[i]) __builtin_memcpy(values + i, &bits, sizeof bits);
}

#endif
