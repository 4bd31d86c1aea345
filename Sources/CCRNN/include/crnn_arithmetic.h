/* Arithmetic that Swift does not have without an end of the process. */
#ifndef CRNN_ARITHMETIC_H
#define CRNN_ARITHMETIC_H

#include <stdint.h>

/* The whole part of a number; the nearest integer there is where it has too many digits, 0 for NaN. */
static inline int64_t crnn_whole(double value) {
  if (!(value > -0x1p63)) return value < 0 ? INT64_MIN : 0;
  return value < 0x1p63 ? (int64_t)value : INT64_MAX;
}

#endif
