/* Sums of products of bytes with vpdpbusd, which multiplies unsigned by signed bytes and adds four products to a lane of 32 bits, without
 * a result of 16 bits between: exact for all codes, and the weights are read as they lie in the file.
 *
 * With AVX-512 VNNI a step takes two groups of weights at once, with AVX-VNNI one; a group is 8 rows of 4 consecutive inputs,
 * [row][input]. The last group of an odd number stands in half a vector whose other half is 0.
 */
#ifndef CRNN_SIMD_VNNI_H
#define CRNN_SIMD_VNNI_H

#include "crnn_simd.h"

#if defined(__AVX512VNNI__) || defined(__AVXVNNI__)

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"
#endif

#if defined(__AVX512VNNI__)

#define CRNN_VNNI_GROUPS 2
typedef crnn_i8x64 crnn_vnni_weights;
typedef crnn_i32x16 crnn_vnni_bytes;
typedef crnn_i32x16 crnn_vnni_sums;

CRNN_INLINE crnn_vnni_weights crnn_vnni_load_weights(const int8_t *_Nonnull p) { return crnn_load_i8x64(p); }
CRNN_INLINE crnn_vnni_weights crnn_vnni_load_last_weights(const int8_t *_Nonnull p) {
  return (crnn_i8x64)_mm512_zextsi256_si512(_mm256_loadu_si256((const __m256i *)p));
}

/* Bytes first, first + step, ... of 16, four for each of two groups: those of one group in every lane of its half. */
CRNN_INLINE crnn_vnni_bytes crnn_vnni_spread(__m128i codes, int first, int step) {
  const int four = 0x01010101 * first + step * 0x03020100;
  const int next = four + 0x01010101 * 4 * step;
  const __m512i order = _mm512_set_epi32(
      next, next, next, next, next, next, next, next, four, four, four, four, four, four, four, four);
  return (crnn_i32x16)_mm512_shuffle_epi8(_mm512_broadcast_i32x4(codes), order);
}
CRNN_INLINE crnn_vnni_bytes crnn_vnni_load_u8(const uint8_t *_Nonnull p) {
  return crnn_vnni_spread(_mm_loadl_epi64((const __m128i *)p), 0, 1);
}
CRNN_INLINE crnn_vnni_bytes crnn_vnni_load_last_u8(const uint8_t *_Nonnull p) {
  int32_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return (crnn_i32x16)_mm512_set1_epi32(four);
}
/* 16-bit codes: `high` of 0 gives the low bytes, 1 the high ones. */
CRNN_INLINE crnn_vnni_bytes crnn_vnni_load_s16(const int16_t *_Nonnull p, int high) {
  return crnn_vnni_spread(_mm_loadu_si128((const __m128i *)p), high, 2);
}
CRNN_INLINE crnn_vnni_bytes crnn_vnni_load_last_s16(const int16_t *_Nonnull p, int high) {
  return crnn_vnni_spread(_mm_loadl_epi64((const __m128i *)p), high, 2);
}

/* The first operand's bytes are unsigned, the second one's signed. */
CRNN_INLINE crnn_vnni_sums crnn_vnni_multiply_add(crnn_vnni_sums sums, __m512i unsigned_bytes, __m512i signed_bytes) {
  return (crnn_i32x16)_mm512_dpbusd_epi32((__m512i)sums, unsigned_bytes, signed_bytes);
}
CRNN_INLINE crnn_vnni_sums crnn_vnni_add(crnn_vnni_sums sums, crnn_vnni_bytes x, crnn_vnni_weights w) {
  return crnn_vnni_multiply_add(sums, (__m512i)x, (__m512i)w);
}
CRNN_INLINE crnn_vnni_sums crnn_vnni_add_high(crnn_vnni_sums sums, crnn_vnni_bytes h, crnn_vnni_weights w) {
  return crnn_vnni_multiply_add(sums, _mm512_xor_si512((__m512i)w, _mm512_set1_epi8(-128)), (__m512i)h);
}
CRNN_INLINE crnn_i32x8 crnn_vnni_total(crnn_vnni_sums sums) {
  return __builtin_shufflevector(sums, sums, 0, 1, 2, 3, 4, 5, 6, 7) +
         __builtin_shufflevector(sums, sums, 8, 9, 10, 11, 12, 13, 14, 15);
}
/* accumulators[r] = initial[r] + the totals of two panels - excess, in one go: who reads them next does so 16 at a time, and would wait for
 * two stores to reach the cache. */
CRNN_INLINE void crnn_vnni_store(crnn_vnni_sums first, crnn_vnni_sums second, const int32_t *_Nonnull initial,
                                 int32_t *_Nonnull accumulators, crnn_i32x8 excess) {
  const crnn_i32x16 low = __builtin_shufflevector(first, second, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  const crnn_i32x16 high = __builtin_shufflevector(first, second, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  const crnn_i32x16 both = __builtin_shufflevector(excess, excess, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
  const crnn_i32x16 result = (crnn_i32x16)_mm512_loadu_si512(initial) + low + high - both;
  _mm512_storeu_si512(accumulators, (__m512i)result);
}

#else

#define CRNN_VNNI_GROUPS 1
typedef crnn_i8x32 crnn_vnni_weights;
typedef crnn_i32x8 crnn_vnni_bytes;
typedef crnn_i32x8 crnn_vnni_sums;

CRNN_INLINE crnn_vnni_weights crnn_vnni_load_weights(const int8_t *_Nonnull p) { return crnn_load_i8x32(p); }
CRNN_INLINE crnn_vnni_weights crnn_vnni_load_last_weights(const int8_t *_Nonnull p) { return crnn_load_i8x32(p); }
CRNN_INLINE crnn_vnni_bytes crnn_vnni_load_u8(const uint8_t *_Nonnull p) { return crnn_u7_load_inputs(p); }
CRNN_INLINE crnn_vnni_bytes crnn_vnni_load_last_u8(const uint8_t *_Nonnull p) { return crnn_u7_load_inputs(p); }
/* 16-bit codes: `high` of 0 gives the low bytes, 1 the high ones. */
CRNN_INLINE crnn_vnni_bytes crnn_vnni_load_s16(const int16_t *_Nonnull p, int high) {
  int64_t four;
  __builtin_memcpy(&four, p, sizeof four);
  return (crnn_i32x8)_mm256_shuffle_epi8(_mm256_set1_epi64x(four), _mm256_set1_epi32(0x06040200 + 0x01010101 * high));
}
CRNN_INLINE crnn_vnni_bytes crnn_vnni_load_last_s16(const int16_t *_Nonnull p, int high) {
  return crnn_vnni_load_s16(p, high);
}
CRNN_INLINE crnn_vnni_sums crnn_vnni_add(crnn_vnni_sums sums, crnn_vnni_bytes x, crnn_vnni_weights w) {
  return (crnn_i32x8)_mm256_dpbusd_avx_epi32((__m256i)sums, (__m256i)x, (__m256i)w);
}
CRNN_INLINE crnn_vnni_sums crnn_vnni_add_high(crnn_vnni_sums sums, crnn_vnni_bytes h, crnn_vnni_weights w) {
  const __m256i made_unsigned = _mm256_xor_si256((__m256i)w, _mm256_set1_epi8(-128));
  return (crnn_i32x8)_mm256_dpbusd_avx_epi32((__m256i)sums, made_unsigned, (__m256i)h);
}
CRNN_INLINE crnn_i32x8 crnn_vnni_total(crnn_vnni_sums sums) { return sums; }
CRNN_INLINE void crnn_vnni_store(crnn_vnni_sums first, crnn_vnni_sums second, const int32_t *_Nonnull initial,
                                 int32_t *_Nonnull accumulators, crnn_i32x8 excess) {
  crnn_store_i32x8(accumulators, crnn_load_i32x8(initial) + first - excess);
  crnn_store_i32x8(accumulators + 8, crnn_load_i32x8(initial + 8) + second - excess);
}

#endif

/* 16-bit inputs in two bytes, x = 256 h + l with l in 0..255 and h in -128..127: the weights times l, and h times the weights made unsigned,
 * (w + 128) h, of which 128 times the sum of all h is too much. Twice the multiplications of vpdpwssd, but no weight has to be
 * widened: where each weight is used once, that is what takes the time.
 *
 * This gives 256 * 128 * the sum of h over 4 * groups inputs, in 32 bits that wrap. */
CRNN_INLINE int32_t crnn_vnni_excess(const int16_t *_Nonnull p, ptrdiff_t groups) {
  uint32_t sum = 0;
  for (ptrdiff_t i = 0; i < 4 * groups; i++) sum += (uint32_t)(p[i] >> 8);
  return (int32_t)(sum << 15);
}

#if defined(__clang__)
#pragma clang diagnostic pop
#endif

#endif
#endif
