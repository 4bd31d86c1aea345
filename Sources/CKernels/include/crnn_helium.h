/* Sums of products with the vectors of Armv8.1-M (MVE, Helium): vmladava adds sixteen products of bytes, or eight of 16 bits, to one sum of
 * 32 bits that wraps, without a narrower result between: exact for all codes.
 *
 * A vector of weights is one row of four groups: four inputs from each of four places 32 bytes apart, gathered as words, so that weights lie
 * on a multiple of four bytes. Bytes of 0..255 need weights of the same sign: (w + 128) x, of which 128 times the sum of all x is too much.
 * Words are paired as inputs 0 and 2, 1 and 3, as vmovlb and vmovlt take bytes apart.
 *
 * Armv8-M Architecture Reference Manual, C2.4: VLDRB, VLDRH, VLDRW (vector plus immediate), VMLADAV, VMOVL, VADDV, VCTP.
 */
#ifndef CRNN_HELIUM_H
#define CRNN_HELIUM_H

#if defined(__ARM_FEATURE_MVE)

#include <arm_mve.h>
#include <stddef.h>
#include <stdint.h>

#define CRNN_HELIUM_INLINE static inline __attribute__((always_inline))

typedef uint32x4_t crnn_helium_places; /* addresses of four groups */

/* Sixteen inputs of four rows. */
typedef struct crnn_helium_weights {
  int8x16_t row0, row1, row2, row3;
} crnn_helium_weights;
typedef struct crnn_helium_sums {
  int32_t row0, row1, row2, row3;
} crnn_helium_sums;
typedef uint8x16_t crnn_helium_bytes;
typedef struct crnn_helium_words {
  int16x8_t even, odd;
} crnn_helium_words;

CRNN_HELIUM_INLINE crnn_helium_places crnn_helium_places_of(const int8_t *_Nonnull p) {
  return vaddq_n_u32(vmulq_n_u32(vidupq_n_u32(0, 1), 32), (uint32_t)(uintptr_t)p);
}

CRNN_HELIUM_INLINE crnn_helium_places crnn_helium_skip(crnn_helium_places p, ptrdiff_t groups) {
  return vaddq_n_u32(p, 32 * (uint32_t)groups);
}

/* Rows 0 to 3 of the four groups, and of fewer, the others' weights being 0. */
CRNN_HELIUM_INLINE crnn_helium_weights crnn_helium_load_weights(crnn_helium_places p) {
  return (crnn_helium_weights){
      vreinterpretq_s8_s32(vldrwq_gather_base_s32(p, 0)), vreinterpretq_s8_s32(vldrwq_gather_base_s32(p, 4)),
      vreinterpretq_s8_s32(vldrwq_gather_base_s32(p, 8)), vreinterpretq_s8_s32(vldrwq_gather_base_s32(p, 12))};
}
CRNN_HELIUM_INLINE crnn_helium_weights crnn_helium_load_last_weights(crnn_helium_places p, ptrdiff_t groups) {
  const mve_pred16_t there = vctp32q((uint32_t)groups);
  return (crnn_helium_weights){
      vreinterpretq_s8_s32(vldrwq_gather_base_z_s32(p, 0, there)), vreinterpretq_s8_s32(vldrwq_gather_base_z_s32(p, 4, there)),
      vreinterpretq_s8_s32(vldrwq_gather_base_z_s32(p, 8, there)), vreinterpretq_s8_s32(vldrwq_gather_base_z_s32(p, 12, there))};
}

CRNN_HELIUM_INLINE crnn_helium_bytes crnn_helium_load_u8(const uint8_t *_Nonnull p) { return vldrbq_u8(p); }
CRNN_HELIUM_INLINE crnn_helium_bytes crnn_helium_load_last_u8(const uint8_t *_Nonnull p, ptrdiff_t groups) {
  return vldrbq_z_u8(p, vctp8q(4 * (uint32_t)groups));
}
CRNN_HELIUM_INLINE crnn_helium_words crnn_helium_load_s16(const int16_t *_Nonnull p) {
  const uint16x8_t apart = vidupq_n_u16(0, 2);
  return (crnn_helium_words){vldrhq_gather_shifted_offset_s16(p, apart), vldrhq_gather_shifted_offset_s16(p + 1, apart)};
}
CRNN_HELIUM_INLINE crnn_helium_words crnn_helium_load_last_s16(const int16_t *_Nonnull p, ptrdiff_t groups) {
  const uint16x8_t apart = vidupq_n_u16(0, 2);
  const mve_pred16_t there = vctp16q(2 * (uint32_t)groups);
  return (crnn_helium_words){vldrhq_gather_shifted_offset_z_s16(p, apart, there),
                             vldrhq_gather_shifted_offset_z_s16(p + 1, apart, there)};
}

/* Bytes of 0..127, and of 0..255. */
CRNN_HELIUM_INLINE crnn_helium_sums crnn_helium_add_u7(crnn_helium_sums s, crnn_helium_bytes x, crnn_helium_weights w) {
  const int8x16_t codes = vreinterpretq_s8_u8(x);
  return (crnn_helium_sums){vmladavaq_s8(s.row0, w.row0, codes), vmladavaq_s8(s.row1, w.row1, codes),
                            vmladavaq_s8(s.row2, w.row2, codes), vmladavaq_s8(s.row3, w.row3, codes)};
}
CRNN_HELIUM_INLINE int32_t crnn_helium_add_row_u8(int32_t sum, crnn_helium_bytes x, int8x16_t w) {
  return (int32_t)vmladavaq_u8((uint32_t)sum, veorq_u8(vreinterpretq_u8_s8(w), vdupq_n_u8(128)), x);
}
CRNN_HELIUM_INLINE crnn_helium_sums crnn_helium_add_u8(crnn_helium_sums s, crnn_helium_bytes x, crnn_helium_weights w) {
  return (crnn_helium_sums){crnn_helium_add_row_u8(s.row0, x, w.row0), crnn_helium_add_row_u8(s.row1, x, w.row1),
                            crnn_helium_add_row_u8(s.row2, x, w.row2), crnn_helium_add_row_u8(s.row3, x, w.row3)};
}
CRNN_HELIUM_INLINE int32_t crnn_helium_add_row_s16(int32_t sum, crnn_helium_words x, int8x16_t w) {
  return vmladavaq_s16(vmladavaq_s16(sum, vmovlbq_s8(w), x.even), vmovltq_s8(w), x.odd);
}
CRNN_HELIUM_INLINE crnn_helium_sums crnn_helium_add_s16(crnn_helium_sums s, crnn_helium_words x, crnn_helium_weights w) {
  return (crnn_helium_sums){crnn_helium_add_row_s16(s.row0, x, w.row0), crnn_helium_add_row_s16(s.row1, x, w.row1),
                            crnn_helium_add_row_s16(s.row2, x, w.row2), crnn_helium_add_row_s16(s.row3, x, w.row3)};
}

/* The sum of 4 * groups bytes, times 128. */
CRNN_HELIUM_INLINE int32_t crnn_helium_excess_u8(const uint8_t *_Nonnull p, ptrdiff_t groups) {
  uint32_t sum = 0;
  for (ptrdiff_t left = 4 * groups; left > 0; left -= 16, p += 16) sum = vaddvaq_u8(sum, vldrbq_z_u8(p, vctp8q((uint32_t)left)));
  return (int32_t)(sum << 7);
}

#endif
#endif
