/* Products of matrices of bytes with AArch64's smmla and usmmla (i8mm): two rows of eight inputs times two rows of eight weights, added to four
 * sums of 32 bits, without a narrower result between. Twice the products of a dot product, where two rows of inputs run together.
 *
 * Arm Architecture Reference Manual for A-profile, C7.2: SMMLA (vector), USMMLA (vector).
 */
#ifndef CRNN_SIMD_PAIRS_H
#define CRNN_SIMD_PAIRS_H

#include "crnn_simd.h"

#if defined(__aarch64__) && defined(__ARM_FEATURE_MATMUL_INT8)

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"
#endif

/* Eight inputs of each row of a panel: two groups. */
typedef struct crnn_pair_weights {
  int8x16_t rows01, rows23, rows45, rows67;
} crnn_pair_weights;
/* Eight bytes of each of two rows of inputs. */
typedef uint8x16_t crnn_pair_bytes;
/* Of 16-bit codes x = 256 h + l. */
typedef struct crnn_pair_words {
  crnn_pair_bytes low, high;
} crnn_pair_words;
/* Of two rows of inputs with rows 0 and 1 of the panel, then the others. */
typedef struct crnn_pair_sums {
  int32x4_t rows01, rows23, rows45, rows67;
} crnn_pair_sums;

CRNN_INLINE crnn_pair_weights crnn_pair_interleave(int8x16_t a0, int8x16_t a1, int8x16_t b0, int8x16_t b1) {
  const int32x4_t a03 = vreinterpretq_s32_s8(a0), a47 = vreinterpretq_s32_s8(a1);
  const int32x4_t b03 = vreinterpretq_s32_s8(b0), b47 = vreinterpretq_s32_s8(b1);
  return (crnn_pair_weights){vreinterpretq_s8_s32(vzip1q_s32(a03, b03)), vreinterpretq_s8_s32(vzip2q_s32(a03, b03)),
                             vreinterpretq_s8_s32(vzip1q_s32(a47, b47)), vreinterpretq_s8_s32(vzip2q_s32(a47, b47))};
}
CRNN_INLINE crnn_pair_weights crnn_pair_load_weights(const int8_t *_Nonnull p) {
  return crnn_pair_interleave(vld1q_s8(p), vld1q_s8(p + 16), vld1q_s8(p + 32), vld1q_s8(p + 48));
}
/* Of one group; the other inputs' weights are 0. */
CRNN_INLINE crnn_pair_weights crnn_pair_load_last_weights(const int8_t *_Nonnull p) {
  return crnn_pair_interleave(vld1q_s8(p), vld1q_s8(p + 16), vdupq_n_s8(0), vdupq_n_s8(0));
}

CRNN_INLINE crnn_pair_bytes crnn_pair_load_u8(const uint8_t *_Nonnull x, const uint8_t *_Nonnull y) {
  return vcombine_u8(vld1_u8(x), vld1_u8(y));
}
CRNN_INLINE crnn_pair_bytes crnn_pair_load_last_u8(const uint8_t *_Nonnull x, const uint8_t *_Nonnull y) {
  uint32_t four, other;
  __builtin_memcpy(&four, x, sizeof four);
  __builtin_memcpy(&other, y, sizeof other);
  return vcombine_u8(vcreate_u8(four), vcreate_u8(other));
}
CRNN_INLINE crnn_pair_words crnn_pair_apart(int16x8_t x, int16x8_t y) {
  const uint8x16_t a = vreinterpretq_u8_s16(x), b = vreinterpretq_u8_s16(y);
  return (crnn_pair_words){vuzp1q_u8(a, b), vuzp2q_u8(a, b)};
}
CRNN_INLINE crnn_pair_words crnn_pair_load_s16(const int16_t *_Nonnull x, const int16_t *_Nonnull y) {
  return crnn_pair_apart(vld1q_s16(x), vld1q_s16(y));
}
CRNN_INLINE crnn_pair_words crnn_pair_load_last_s16(const int16_t *_Nonnull x, const int16_t *_Nonnull y) {
  const int16x4_t none = vdup_n_s16(0);
  return crnn_pair_apart(vcombine_s16(vld1_s16(x), none), vcombine_s16(vld1_s16(y), none));
}

CRNN_INLINE crnn_pair_sums crnn_pair_zero(void) {
  const int32x4_t zero = vdupq_n_s32(0);
  return (crnn_pair_sums){zero, zero, zero, zero};
}
/* Bytes of 0..255. */
CRNN_INLINE crnn_pair_sums crnn_pair_add_unsigned(crnn_pair_sums s, crnn_pair_bytes x, crnn_pair_weights w) {
  return (crnn_pair_sums){vusmmlaq_s32(s.rows01, x, w.rows01), vusmmlaq_s32(s.rows23, x, w.rows23),
                          vusmmlaq_s32(s.rows45, x, w.rows45), vusmmlaq_s32(s.rows67, x, w.rows67)};
}
/* Bytes of -128..127. */
CRNN_INLINE crnn_pair_sums crnn_pair_add_signed(crnn_pair_sums s, crnn_pair_bytes bytes, crnn_pair_weights w) {
  const int8x16_t x = vreinterpretq_s8_u8(bytes);
  return (crnn_pair_sums){vmmlaq_s32(s.rows01, x, w.rows01), vmmlaq_s32(s.rows23, x, w.rows23),
                          vmmlaq_s32(s.rows45, x, w.rows45), vmmlaq_s32(s.rows67, x, w.rows67)};
}
CRNN_INLINE crnn_i32x8 crnn_pair_join(int32x4_t low, int32x4_t high) {
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}
/* All eight rows with the first row of inputs, and with the second. */
CRNN_INLINE crnn_i32x8 crnn_pair_first(crnn_pair_sums s) {
  return crnn_pair_join(vcombine_s32(vget_low_s32(s.rows01), vget_low_s32(s.rows23)),
                          vcombine_s32(vget_low_s32(s.rows45), vget_low_s32(s.rows67)));
}
CRNN_INLINE crnn_i32x8 crnn_pair_second(crnn_pair_sums s) {
  return crnn_pair_join(vcombine_s32(vget_high_s32(s.rows01), vget_high_s32(s.rows23)),
                          vcombine_s32(vget_high_s32(s.rows45), vget_high_s32(s.rows67)));
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
#endif
