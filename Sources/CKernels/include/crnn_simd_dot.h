/* Sums of products of bytes with AArch64's dot products: sdot and udot (dotprod) multiply bytes of one sign, usdot (i8mm) unsigned by signed
 * ones, and add four products to a lane of 32 bits, without a result of 16 bits between: exact for all codes. A group of weights, 8 rows of
 * 4 consecutive inputs, is two registers as it lies in the file.
 *
 * Arm Architecture Reference Manual for A-profile, C7.2: SDOT (vector), UDOT (vector), USDOT (vector).
 */
#ifndef CRNN_SIMD_DOT_H
#define CRNN_SIMD_DOT_H

#include "crnn_simd.h"

#if defined(__aarch64__) && defined(__ARM_FEATURE_DOTPROD)

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"
#endif

typedef crnn_i8x32 crnn_dot_weights; /* rows 0 to 3, rows 4 to 7 */
typedef crnn_i8x16 crnn_dot_bytes;   /* four bytes, repeated for four rows */
typedef crnn_i32x8 crnn_dot_sums;

CRNN_INLINE crnn_dot_weights crnn_dot_load_weights(const int8_t *_Nonnull p) { return crnn_load_i8x32(p); }
CRNN_INLINE crnn_dot_bytes crnn_dot_load_u8(const uint8_t *_Nonnull p) {
  int32_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return (crnn_dot_bytes)vdupq_n_s32(four);
}
/* The low bytes of 16-bit codes, and the high ones. */
CRNN_INLINE crnn_dot_bytes crnn_dot_load_low(const int16_t *_Nonnull p) {
  uint64_t four;
  __builtin_memcpy(&four, p, sizeof four);
  const int8x8_t bytes = vcreate_s8(four);
  return (crnn_dot_bytes)vdupq_lane_s32(vreinterpret_s32_s8(vuzp1_s8(bytes, bytes)), 0);
}
CRNN_INLINE crnn_dot_bytes crnn_dot_load_high(const int16_t *_Nonnull p) {
  uint64_t four;
  __builtin_memcpy(&four, p, sizeof four);
  const int8x8_t bytes = vcreate_s8(four);
  return (crnn_dot_bytes)vdupq_lane_s32(vreinterpret_s32_s8(vuzp2_s8(bytes, bytes)), 0);
}

#define CRNN_SIXTEEN(v, at)                                                                                                \
  __builtin_shufflevector(v, v, 16 * (at), 16 * (at) + 1, 16 * (at) + 2, 16 * (at) + 3, 16 * (at) + 4, 16 * (at) + 5,      \
                          16 * (at) + 6, 16 * (at) + 7, 16 * (at) + 8, 16 * (at) + 9, 16 * (at) + 10, 16 * (at) + 11,      \
                          16 * (at) + 12, 16 * (at) + 13, 16 * (at) + 14, 16 * (at) + 15)

/* Bytes of -128..127. */
CRNN_INLINE crnn_dot_sums crnn_dot_add_signed(crnn_dot_sums sums, crnn_dot_bytes x, crnn_dot_weights w) {
  const int32x4_t s0 = vdotq_s32(CRNN_FOUR(sums, 0), CRNN_SIXTEEN(w, 0), x);
  const int32x4_t s1 = vdotq_s32(CRNN_FOUR(sums, 1), CRNN_SIXTEEN(w, 1), x);
  return __builtin_shufflevector(s0, s1, 0, 1, 2, 3, 4, 5, 6, 7);
}

/* Bytes of 0..255. Without usdot, the weights are made unsigned, (w + 128) x, of which 128 times the sum of all x is too much. */
#if defined(__ARM_FEATURE_MATMUL_INT8)
#define CRNN_DOT_EXCESS 0 /* nothing */
CRNN_INLINE crnn_dot_sums crnn_dot_add_unsigned(crnn_dot_sums sums, crnn_dot_bytes x, crnn_dot_weights w) {
  const int32x4_t s0 = vusdotq_s32(CRNN_FOUR(sums, 0), (uint8x16_t)x, CRNN_SIXTEEN(w, 0));
  const int32x4_t s1 = vusdotq_s32(CRNN_FOUR(sums, 1), (uint8x16_t)x, CRNN_SIXTEEN(w, 1));
  return __builtin_shufflevector(s0, s1, 0, 1, 2, 3, 4, 5, 6, 7);
}
#else
#define CRNN_DOT_EXCESS 128
CRNN_INLINE crnn_dot_sums crnn_dot_add_unsigned(crnn_dot_sums sums, crnn_dot_bytes x, crnn_dot_weights w) {
  const uint8x16_t sign = vdupq_n_u8(128);
  const uint32x4_t s0 = vdotq_u32((uint32x4_t)CRNN_FOUR(sums, 0), veorq_u8((uint8x16_t)CRNN_SIXTEEN(w, 0), sign), (uint8x16_t)x);
  const uint32x4_t s1 = vdotq_u32((uint32x4_t)CRNN_FOUR(sums, 1), veorq_u8((uint8x16_t)CRNN_SIXTEEN(w, 1), sign), (uint8x16_t)x);
  return (crnn_dot_sums)__builtin_shufflevector(s0, s1, 0, 1, 2, 3, 4, 5, 6, 7);
}
#endif

/* The sum of 4 * groups bytes, or low bytes, times CRNN_DOT_EXCESS, in 32 bits that wrap. */
CRNN_INLINE int32_t crnn_dot_excess_u8(const uint8_t *_Nonnull p, ptrdiff_t groups) {
  uint32_t sum = 0;
  for (ptrdiff_t i = 0; i < 4 * groups; i++) sum += p[i];
  return (int32_t)(sum * CRNN_DOT_EXCESS);
}
CRNN_INLINE int32_t crnn_dot_excess_s16(const int16_t *_Nonnull p, ptrdiff_t groups) {
  uint32_t sum = 0;
  for (ptrdiff_t i = 0; i < 4 * groups; i++) sum += (uint8_t)p[i];
  return (int32_t)(sum * CRNN_DOT_EXCESS);
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
#endif
