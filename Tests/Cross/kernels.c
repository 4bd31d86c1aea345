/* Every kernel set of a machine against the reference kernels, on awkward shapes and extreme values: what KernelTests does where a Swift
 * test bundle can be built. Linked with the objects of tools/cross/build, whose tables of kernels are C symbols. One line for each set and
 * kernel; ends with status 1 where one differs.
 */
#ifndef __clang__ /* words of the headers that only clang knows */
#define _Nonnull
#define _Nullable
#endif
#include "../../Sources/CCRNN/include/crnn_format.h"
#include "../../Sources/CCRNN/include/crnn_processor.h"
#include "../../Sources/CKernels/include/crnn_kernels.h"

int puts(const char *);

enum { MOST = 4096 };
static const crnn_kernels *reference, *tested;
static int failed;

static uint32_t state = 1;
static uint32_t random32(void) {
  state = state * 1664525u + 1013904223u;
  return state >> 16 | (state * 69069u & 0xFFFF0000u);
}
static ptrdiff_t below(ptrdiff_t bound) { return (ptrdiff_t)(random32() % (uint32_t)bound); }

/* Extremes as often as all else. */
static int32_t code(int32_t low, int32_t high) {
  const uint32_t choice = random32() % 4;
  return choice == 0 ? low : choice == 1 ? high : low + (int32_t)(random32() % (uint32_t)(high - low + 1));
}
static float number(int wild) {
  static const uint32_t special[] = { 0, 0x80000000, 1, 0x807FFFFF, 0x00800000, 0x7F800000, 0xFF800000, 0x7FC00000, 0x3F800000,
                                      0xBF800000, 0x42B17218, 0xC2CFF1B5, 0x4B000001, 0x4EFFFFFF, 0xCF000000, 0x0D800000 };
  uint32_t bits = special[random32() % (sizeof special / sizeof *special)];
  float value;
  if (wild && random32() % 4 == 0) {
    __builtin_memcpy(&value, &bits, sizeof value);
    return value;
  }
  const float range = random32() % 8 == 0 ? 100.0f : 4.0f;
  return ((float)(random32() >> 8) / 8388608.0f - 1.0f) * range;
}

static void say(const char *kernel, int same) {
  static char line[80];
  size_t length = 0;
  const char *parts[] = { same ? "ok " : "not ok ", tested->name, " ", kernel };
  for (int i = 0; i < 4; i++) {
    for (const char *p = parts[i]; *p && length < sizeof line - 1; p++) line[length++] = *p;
  }
  line[length] = 0;
  puts(line);
  failed |= !same;
}

/* All NaNs count as one. */
static int same_floats(const float *a, const float *b, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (a[i] != a[i] && b[i] != b[i]) continue;
    if (__builtin_memcmp(&a[i], &b[i], sizeof *a)) return 0;
  }
  return 1;
}

/* ---- Sums of products ----------------------------------------------------------------------------------------------------- */

static int16_t words[MOST];
static uint8_t bytes[MOST];
static _Alignas(4) int8_t weights[4 * MOST];
static int32_t initial[256], sums[2][MOST];
static const int16_t *word_rows[128];
static const uint8_t *byte_rows[128];

/* kind 0: 16 bits; 1: 0..255; 2: 0..127. */
static int products(int kind, int depthwise) {
  for (int round = 0; round < 300; round++) {
    const ptrdiff_t taps = 1 + below(5), count = 1 + below(9), groups = 1 + below(9), panels = 1 + below(5);
    const ptrdiff_t channels = 16 * (1 + below(3)), width = depthwise ? channels : 4 * groups;
    const ptrdiff_t distance = 32 * groups * taps + 32 * below(2), panel_stride = below(2) ? -distance : distance;
    const ptrdiff_t stride = 8 * panels + 8 * below(2);
    const ptrdiff_t rows = taps * count;
    for (size_t i = 0; i < MOST; i++) {
      words[i] = (int16_t)code(-32768, 32767);
      bytes[i] = (uint8_t)code(0, kind == 2 ? 127 : 255);
    }
    for (size_t i = 0; i < sizeof weights; i++) weights[i] = (int8_t)code(-128, 127);
    for (size_t i = 0; i < 256; i++) initial[i] = (int32_t)random32();
    for (ptrdiff_t row = 0; row < rows; row++) {
      const ptrdiff_t at = below(MOST - width);
      word_rows[row] = words + at;
      byte_rows[row] = bytes + at;
    }
    for (int turn = 0; turn < 2; turn++) {
      const crnn_kernels *k = turn ? tested : reference;
      __builtin_memset(sums[turn], 0x5A, sizeof sums[turn]);
      if (depthwise && kind == 0) k->depthwise_s16(word_rows, taps, count, weights, initial, channels, sums[turn]);
      else if (depthwise) k->depthwise_u8(byte_rows, taps, count, weights, initial, channels, sums[turn]);
      else if (kind == 0) {
        k->multiply_s16(word_rows, taps, count, weights, initial, groups, panels, panel_stride, sums[turn], stride);
      } else {
        (kind == 1 ? k->multiply_u8 : k->multiply_u7)(byte_rows, taps, count, weights, initial, groups, panels, panel_stride,
                                                      sums[turn], stride);
      }
    }
    if (__builtin_memcmp(sums[0], sums[1], sizeof sums[0])) return 0;
  }
  return 1;
}

/* The sums of crnn_kernels.h written out, since the reference has none. */
static int pairs_of_codes(void) {
  static int16_t pair_weights[MOST + CRNN_PAIRS_SPARE_WEIGHTS];
  static int32_t offsets[16];
  for (int round = 0; round < 300; round++) {
    const ptrdiff_t pairs = 1 + below(16), step = 1 + below(4), count = 1 + below(9), rows = 8 * (1 + below(9));
    for (size_t i = 0; i < MOST; i++) words[i] = (int16_t)code(-32768, 32767);
    for (ptrdiff_t i = 0; i < 2 * pairs * rows; i++) pair_weights[i] = (int16_t)code(-128, 127);
    for (ptrdiff_t i = 0; i < pairs; i++) offsets[i] = (int32_t)below(2000);
    for (ptrdiff_t i = 0; i < rows; i++) initial[i] = (int32_t)random32();
    for (ptrdiff_t m = 0; m < count; m++) {
      for (ptrdiff_t r = 0; r < rows; r++) {
        uint32_t sum = (uint32_t)initial[r];
        for (ptrdiff_t i = 0; i < 2 * pairs; i++) {
          sum += (uint32_t)pair_weights[(i / 2 * rows + r) * 2 + i % 2] * (uint32_t)words[m * step + offsets[i / 2] + i % 2];
        }
        sums[0][m * rows + r] = (int32_t)sum;
      }
    }
    tested->multiply_pairs(words, offsets, pairs, step, count, pair_weights, initial, rows, sums[1]);
    if (__builtin_memcmp(sums[0], sums[1], (size_t)(count * rows) * sizeof *sums[0])) return 0;
  }
  return 1;
}

/* ---- Element by element --------------------------------------------------------------------------------------------------- */

enum { COUNT = 80 };
static float a[COUNT], b[COUNT], c[COUNT], y[2][COUNT];
static uint8_t byte_codes[2][COUNT];
static int16_t word_codes[2][COUNT];

static crnn_quantization quantization(int wide) {
  crnn_quantization q = { 0.037f, 1 / 0.037f, wide ? 0 : (int32_t)below(256), wide ? -32768 : 0, wide ? 32767 : 255 };
  return q;
}

static void fill(int wild) {
  for (int i = 0; i < COUNT; i++) {
    a[i] = number(wild);
    b[i] = number(wild);
    c[i] = number(wild);
    y[0][i] = y[1][i] = a[i];
    sums[0][i] = (int32_t)random32() >> below(31);
    byte_codes[0][i] = byte_codes[1][i] = (uint8_t)random32();
    word_codes[0][i] = word_codes[1][i] = (int16_t)random32();
  }
}

typedef void (*element_test)(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice);

static void test_rescale(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  (void)count, (void)q;
  k->rescale(sums[0], a, b, y[turn], 1 + choice % 3, 8 * (1 + choice / 3 % 3));
}
static void test_rescale_leaky(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  (void)q;
  const ptrdiff_t taken = count < 24 ? count : 24;
  k->rescale_leaky(sums[0], a, b, choice % 4 ? 0.25f : 1, y[turn], 1 + choice % 3, 24, taken, taken + choice % 2);
}
static void test_requantize_u8(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  const ptrdiff_t taken = count < 24 ? count : 24;
  k->requantize_u8(sums[0], a, b, q, byte_codes[turn], 1 + choice % 3, 24, taken, taken + choice % 2);
}
static void test_requantize_s16(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  const ptrdiff_t taken = count < 24 ? count : 24;
  k->requantize_s16(sums[0], a, b, q, word_codes[turn], 1 + choice % 3, 24, taken, taken + choice % 2);
}
static void test_convert(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  (void)q;
  (choice % 2 ? k->convert : k->convert_add)(sums[0], y[turn], count);
}
static void test_multiply_add(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  (void)q, (void)choice;
  k->multiply_add(a, b, c, y[turn], count);
}
static void test_activate(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  (void)q;
  const crnn_activation activation = { choice % CRNN_ACTIVATION_COUNT, choice % 5 == 0 ? 2.0f : 0.3f, 0.7f, b };
  k->activate(&activation, y[turn], count);
}
static void test_quantize_u8(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  (void)choice;
  k->quantize_u8(a, q, byte_codes[turn], count);
}
static void test_quantize_s16(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  (void)choice;
  k->quantize_s16(a, q, word_codes[turn], count);
}
static void test_dequantize(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  if (choice % 2) k->dequantize_u8(byte_codes[0], q, y[turn], count);
  else k->dequantize_s16(word_codes[0], q, y[turn], count);
}
static void test_copy_normal(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  (void)q, (void)choice;
  k->copy_normal(a, y[turn], count);
}
static void test_maximum(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  (void)q;
  const ptrdiff_t some = count / 2 + 1;
  if (choice % 3 == 0) k->maximum_u8(byte_codes[turn], some, byte_codes[turn] + 1, some, byte_codes[turn], some, 1, some);
  else if (choice % 3 == 1) k->maximum_s16(word_codes[turn], some, word_codes[turn] + 1, some, word_codes[turn], some, 1, some);
  else k->maximum_f32(a, 3, b, 2, y[turn], some, 2, some);
}
static void test_combine(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  (void)q;
  k->combine(1 + choice % 6, a, b, y[turn], count);
}
static void test_softmax(const crnn_kernels *k, int turn, ptrdiff_t count, const crnn_quantization *q, int32_t choice) {
  (void)q;
  k->softmax(y[turn], count, choice % 2);
}

static int elements(element_test test, int wide) {
  for (int32_t round = 0; round < 400; round++) {
    const ptrdiff_t count = 1 + below(38);
    const crnn_quantization q = quantization(wide);
    fill(1);
    test(reference, 0, count, &q, round);
    test(tested, 1, count, &q, round);
    if (!same_floats(y[0], y[1], COUNT) || __builtin_memcmp(byte_codes[0], byte_codes[1], COUNT)
        || __builtin_memcmp(word_codes[0], word_codes[1], sizeof word_codes[0])) return 0;
  }
  return 1;
}

/* ---- Steps of recurrent layers --------------------------------------------------------------------------------------------- */

static float input[4 * 40], hidden[2][4 * 40], peephole[3 * 40], candidate[40], h[2][40], cell[2][40], reset[2][40];

static int steps(int kind) {
  for (int round = 0; round < 200; round++) {
    const ptrdiff_t units = 1 + below(37);
    const int usual = round % 2;
    for (int i = 0; i < 4 * 40; i++) {
      input[i] = number(0);
      hidden[0][i] = hidden[1][i] = number(0);
      if (i < 3 * 40) peephole[i] = number(0);
      if (i >= 40) continue;
      candidate[i] = number(0);
      h[0][i] = h[1][i] = number(0) / 100;
      cell[0][i] = cell[1][i] = number(0);
      reset[0][i] = reset[1][i] = 0;
    }
    for (int turn = 0; turn < 2; turn++) {
      const crnn_kernels *k = turn ? tested : reference;
      const crnn_activation gate = { usual ? CRNN_ACTIVATION_SIGMOID : CRNN_ACTIVATION_HARD_SIGMOID, 0.2f, 0.5f, 0 };
      const crnn_activation tanh = { usual ? CRNN_ACTIVATION_TANH : CRNN_ACTIVATION_RELU, 0, 0, 0 };
      const crnn_recurrent_step step = {
        units, gate, tanh, tanh, round % 3 == 0 ? 1.5f : 0, input, hidden[turn], candidate, round % 5 == 0 ? peephole : 0,
        h[turn], cell[turn],
      };
      if (kind == 0) k->lstm(&step);
      else if (kind == 1) k->gru_after(&step);
      else if (kind == 2) k->gru_gates(&step, reset[turn]);
      else if (kind == 3) k->gru_candidate(&step);
      else k->simple(&step);
    }
    if (!same_floats(h[0], h[1], 40) || !same_floats(cell[0], cell[1], 40) || !same_floats(reset[0], reset[1], 40)) return 0;
  }
  return 1;
}

__attribute__((unused)) static void test_set(const crnn_kernels *set) {
  tested = set;
  say("multiply_s16", products(0, 0));
  say("multiply_u8", products(1, 0));
  say("multiply_u7", products(2, 0));
  if (set->multiply_pairs) say("multiply_pairs", pairs_of_codes());
  if (!set->depthwise_s16 || set->depthwise_s16 == reference->depthwise_s16) return; /* the others are the reference's own */
  say("depthwise_s16", products(0, 1));
  say("depthwise_u8", products(1, 1));
  say("rescale", elements(test_rescale, 0));
  say("rescale_leaky", elements(test_rescale_leaky, 0));
  say("requantize_u8", elements(test_requantize_u8, 0));
  say("requantize_s16", elements(test_requantize_s16, 1));
  say("convert", elements(test_convert, 0));
  say("multiply_add", elements(test_multiply_add, 0));
  say("activate", elements(test_activate, 0));
  say("quantize_u8", elements(test_quantize_u8, 0));
  say("quantize_s16", elements(test_quantize_s16, 1));
  say("dequantize", elements(test_dequantize, 1));
  say("copy_normal", elements(test_copy_normal, 0));
  say("maximum", elements(test_maximum, 0));
  say("combine", elements(test_combine, 0));
  say("softmax", elements(test_softmax, 0));
  say("lstm", steps(0));
  say("gru_after", steps(1));
  say("gru_gates", steps(2));
  say("gru_candidate", steps(3));
  say("simple", steps(4));
}

int main(void) {
  reference = crnn_kernels_reference();
#if defined(__x86_64__)
  if (crnn_processor_features() & CRNN_PROCESSOR_SSE41) test_set(crnn_kernels_baseline());
  if (crnn_processor_features() & CRNN_PROCESSOR_AVX2) test_set(crnn_kernels_avx2());
#elif defined(__aarch64__)
  const unsigned features = crnn_processor_features();
  test_set(crnn_kernels_neon());
  if (features & CRNN_PROCESSOR_DOTPROD) test_set(crnn_kernels_dotprod());
  else puts("skip dotprod: this processor does not have this instruction set");
  if (features & CRNN_PROCESSOR_I8MM) test_set(crnn_kernels_i8mm());
  else puts("skip i8mm: this processor does not have this instruction set");
#elif defined(__wasm_simd128__)
  test_set(crnn_kernels_simd128());
#elif defined(__ARM_FEATURE_MVE)
  test_set(crnn_kernels_helium());
#elif defined(__ARM_FEATURE_DSP)
  test_set(crnn_kernels_dsp());
#else
  test_set(crnn_kernels_scalar());
#endif
  return failed;
}
