/* Constant tables of the runtime. In Swift a table would be a global that is initialised when first used. */
#ifndef CRNN_TABLES_H
#define CRNN_TABLES_H

#include <stdint.h>

/* Entry i is the CRC-32C remainder of the four-bit value i (reflected polynomial 0x82F63B78). */
static inline uint32_t crnn_crc32c_nibble(uint32_t index) {
  static const uint32_t remainders[16] = {
    0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1,
    0x417B1DBC, 0x5125DAD3, 0x61C69362, 0x7198540D,
    0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
    0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
  };
  return remainders[index & 15u];
}

#endif
