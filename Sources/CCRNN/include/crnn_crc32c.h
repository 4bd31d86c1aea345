/* CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), over the processor's instruction where x86-64 has it, else four bits at a time: a
 * table of 64 bytes suits a microcontroller, and a file is read once. */
#ifndef CRNN_CRC32C_H
#define CRNN_CRC32C_H

#include <stddef.h>
#include <stdint.h>

#include "crnn_processor.h"

/* Entry i is the remainder of the four-bit value i. */
static inline uint32_t crnn_crc32c_nibble(uint32_t index) {
  static const uint32_t remainders[16] = {
    0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1,
    0x417B1DBC, 0x5125DAD3, 0x61C69362, 0x7198540D,
    0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
    0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
  };
  return remainders[index & 15u];
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static inline uint32_t crnn_crc32c_words(uint32_t crc, const uint8_t *_Nonnull bytes,
                                                                           size_t words) {
  uint64_t wide = crc;
  for (size_t i = 0; i < words; i++) {
    uint64_t word;
    __builtin_memcpy(&word, bytes + 8 * i, sizeof word);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  return (uint32_t)wide;
}
#endif

/* Goes on from `crc`, the remainder so far. */
static inline uint32_t crnn_crc32c(uint32_t crc, const void *_Nonnull memory, size_t count) {
  const uint8_t *bytes = (const uint8_t *)memory;
  size_t i = 0;
#if defined(__x86_64__)
  if (crnn_processor_features() & CRNN_PROCESSOR_SSE42) {
    crc = crnn_crc32c_words(crc, bytes, count / 8);
    i = count / 8 * 8;
  }
#endif
  for (; i < count; i++) {
    crc ^= bytes[i];
    crc = crc >> 4 ^ crnn_crc32c_nibble(crc);
    crc = crc >> 4 ^ crnn_crc32c_nibble(crc);
  }
  return crc;
}

#endif
