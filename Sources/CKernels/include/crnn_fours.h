/* Four inputs or weights as processors without vectors multiply them, added to a sum of 32 bits that wraps: with smlad of Cortex-M4 and later two
 * products of 16 bits at a time, elsewhere one by one.
 *
 * sxtb16 takes bytes 0 and 2 of a word apart, so that inputs are paired as 0 and 2, 1 and 3. Armv7-M Architecture Reference Manual,
 * A7.7: SMLAD, SXTB16, UXTB16, PKHBT.
 */
#ifndef CRNN_FOURS_H
#define CRNN_FOURS_H

#include <stdint.h>

#if defined(__ARM_FEATURE_DSP) && !defined(__aarch64__)

#include <arm_acle.h>

/* Four inputs, or weights of one row. */
typedef struct crnn_four {
  int32_t even, odd; /* inputs 0 and 2, inputs 1 and 3 */
} crnn_four;

static inline __attribute__((always_inline)) crnn_four crnn_four_load_s8(const int8_t *_Nonnull p) {
  uint32_t bytes;
  __builtin_memcpy(&bytes, p, sizeof bytes);
  return (crnn_four){__sxtb16((int32_t)bytes), __sxtb16((int32_t)(bytes >> 8 | bytes << 24))};
}
static inline __attribute__((always_inline)) crnn_four crnn_four_load_u8(const uint8_t *_Nonnull p) {
  uint32_t bytes;
  __builtin_memcpy(&bytes, p, sizeof bytes);
  return (crnn_four){(int32_t)__uxtb16((int32_t)bytes), (int32_t)__uxtb16((int32_t)(bytes >> 8 | bytes << 24))};
}
static inline __attribute__((always_inline)) crnn_four crnn_four_load_s16(const int16_t *_Nonnull p) {
  uint32_t first, second;
  __builtin_memcpy(&first, p, sizeof first);
  __builtin_memcpy(&second, p + 2, sizeof second);
  return (crnn_four){(int32_t)((first & 0xFFFF) | second << 16), (int32_t)(first >> 16 | (second & 0xFFFF0000))};
}
static inline __attribute__((always_inline)) int32_t crnn_four_add(int32_t sum, crnn_four x, crnn_four w) {
  return __smlad(x.odd, w.odd, __smlad(x.even, w.even, sum));
}

#else

/* Four inputs, or weights of one row. */
typedef struct crnn_four {
  int32_t first, second, third, fourth;
} crnn_four;

static inline __attribute__((always_inline)) crnn_four crnn_four_load_s8(const int8_t *_Nonnull p) {
  return (crnn_four){p[0], p[1], p[2], p[3]};
}
static inline __attribute__((always_inline)) crnn_four crnn_four_load_u8(const uint8_t *_Nonnull p) {
  return (crnn_four){p[0], p[1], p[2], p[3]};
}
static inline __attribute__((always_inline)) crnn_four crnn_four_load_s16(const int16_t *_Nonnull p) {
  return (crnn_four){p[0], p[1], p[2], p[3]};
}
static inline __attribute__((always_inline)) int32_t crnn_four_add(int32_t sum, crnn_four x, crnn_four w) {
  /* No product leaves 2^23, no sum of four 2^25. */
  const uint32_t products = (uint32_t)(x.first * w.first + x.second * w.second + x.third * w.third + x.fourth * w.fourth);
  return (int32_t)((uint32_t)sum + products);
}

#endif
#endif
