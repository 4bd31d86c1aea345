/* CRC-32C, and a model file whose checksums fit again after it was changed. */
#ifndef CHECKSUM_H
#define CHECKSUM_H

#ifndef __clang__ /* words of the format's header that only clang knows */
#define _Nonnull
#define _Nullable
#endif
#include "../../Sources/CCRNN/include/crnn_format.h"

static inline uint32_t checksum_crc32c(const unsigned char *bytes, size_t count) {
  static uint32_t table[256];
  if (!table[1]) {
    for (uint32_t i = 0; i < 256; i++) {
      table[i] = i;
      for (int bit = 0; bit < 8; bit++) table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0x82F63B78u : 0);
    }
  }
  uint32_t value = ~0u;
  for (size_t i = 0; i < count; i++) value = value >> 8 ^ table[(value ^ bytes[i]) & 255];
  return ~value;
}

static inline void checksum_repair(unsigned char *file, size_t bytes) {
  crnn_file_header *header = (crnn_file_header *)file;
  size_t prefix = header->prefix_size, size = header->file_size < bytes ? (size_t)header->file_size : bytes;
  if (prefix >= sizeof *header && prefix <= size) {
    header->prefix_checksum = checksum_crc32c(file + sizeof *header, prefix - sizeof *header);
    header->payload_checksum = checksum_crc32c(file + prefix, size - prefix);
  }
  header->header_checksum = checksum_crc32c(file, sizeof *header - sizeof header->header_checksum);
}

#endif
