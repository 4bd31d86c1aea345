/* Sums of products with smlad of Cortex-M4 and later: two products of 16 bits at a time, added to a sum of 32 bits that wraps.
 *
 * sxtb16 takes bytes 0 and 2 of a word apart, so that inputs are paired as 0 and 2, 1 and 3. Armv7-M Architecture Reference Manual,
 * A7.7: SMLAD, SXTB16, UXTB16, PKHBT.
 */
#ifndef CRNN_DSP_H
#define CRNN_DSP_H

#if defined(__ARM_FEATURE_DSP) && !defined(__aarch64__)

#include <arm_acle.h>
#include <stddef.h>
#include <stdint.h>

/* Four inputs, or weights of one row. */
typedef struct crnn_dsp_four {
  int32_t even, odd; /* inputs 0 and 2, inputs 1 and 3 */
} crnn_dsp_four;

static inline __attribute__((always_inline)) crnn_dsp_four crnn_dsp_load_s8(const int8_t *_Nonnull p) {
  uint32_t bytes;
  __builtin_memcpy(&bytes, p, sizeof bytes);
  return (crnn_dsp_four){__sxtb16((int32_t)bytes), __sxtb16((int32_t)(bytes >> 8 | bytes << 24))};
}
static inline __attribute__((always_inline)) crnn_dsp_four crnn_dsp_load_u8(const uint8_t *_Nonnull p) {
  uint32_t bytes;
  __builtin_memcpy(&bytes, p, sizeof bytes);
  return (crnn_dsp_four){(int32_t)__uxtb16((int32_t)bytes), (int32_t)__uxtb16((int32_t)(bytes >> 8 | bytes << 24))};
}
static inline __attribute__((always_inline)) crnn_dsp_four crnn_dsp_load_s16(const int16_t *_Nonnull p) {
  uint32_t first, second;
  __builtin_memcpy(&first, p, sizeof first);
  __builtin_memcpy(&second, p + 2, sizeof second);
  return (crnn_dsp_four){(int32_t)((first & 0xFFFF) | second << 16), (int32_t)(first >> 16 | (second & 0xFFFF0000))};
}
static inline __attribute__((always_inline)) int32_t crnn_dsp_add(int32_t sum, crnn_dsp_four x, crnn_dsp_four w) {
  return __smlad(x.odd, w.odd, __smlad(x.even, w.even, sum));
}

#endif
#endif
