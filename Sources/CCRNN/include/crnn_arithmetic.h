/* Arithmetic that Swift does not have without an end of the process. */
#ifndef CRNN_ARITHMETIC_H
#define CRNN_ARITHMETIC_H

#include <stdint.h>

/* The whole part of a number between -2^63 and 2^63. */
static inline int64_t crnn_whole(double value) { return (int64_t)value; }

#endif
