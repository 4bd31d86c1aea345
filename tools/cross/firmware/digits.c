/* A Cortex-M4F that reads handwritten digits: the model lies in flash and is used where it lies, model and stream lie in static memory, and
 * there is no heap. Columns of pixels come one by one, as from a line camera; here from the file digits.images of the machine that emulates
 * this one (tools/cross/firmware/run), 28 columns of 28 bytes for each image.
 *
 * Prints for each image its number, the digit and the checksum of the probabilities, then what an image took: qemu counts instructions
 * in the processor's timer (-icount shift=0: an instruction is a nanosecond; the timer counts at 25 MHz).
 */
#include <crnn.h>

#include "semihosting.h"

extern const unsigned char digits_model[];
extern const size_t digits_model_bytes;

/* As `crnn inspect digits.crnn` and crnn_file_requirements state them; a model that needs more is refused below. */
enum { MODEL_BYTES = 4096, STREAM_BYTES = 14336, COLUMNS = 28, ROWS = 28, DIGITS = 10 };

static _Alignas(CRNN_MEMORY_ALIGNMENT) unsigned char model_memory[MODEL_BYTES], stream_memory[STREAM_BYTES];
static unsigned char column[ROWS];
static float probability[DIGITS];
static crnn_error error = CRNN_ERROR_INITIALIZER;

static int fail(const char *message) {
  semihosting_write("not ok: ");
  puts(message);
  return 1;
}

static void write_number(uint32_t value, unsigned base, int width) {
  char digits[12], *p = digits + sizeof digits - 1;
  *p = 0;
  for (; value > 0 || width > 0; width--, value /= base) *--p = "0123456789abcdef"[value % base];
  semihosting_write(p);
}

static uint32_t checksum(const void *bytes, size_t count) {
  uint32_t crc = ~0u;
  for (const unsigned char *p = bytes; count > 0; count--, p++) {
    crc ^= *p;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
  }
  return ~crc;
}

/* SysTick counts down from 2^24 - 1. */
#define SYSTICK ((volatile uint32_t *)0xE000E010)
static uint32_t ticks(void) { return SYSTICK[2]; }

int main(void) {
  crnn_requirements needs = { .struct_size = sizeof needs };
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  crnn_model *model;
  crnn_stream *stream;
  if (crnn_file_requirements(digits_model, digits_model_bytes, &options, &needs, &error)) return fail(error.message);
  semihosting_write("# model ");
  write_number((uint32_t)needs.model_bytes, 10, 1);
  semihosting_write(" bytes, stream ");
  write_number((uint32_t)needs.stream_bytes, 10, 1);
  puts(" bytes");
  if (needs.model_bytes > MODEL_BYTES || needs.stream_bytes > STREAM_BYTES) return fail("too little memory for this model");
  if (crnn_model_init(model_memory, MODEL_BYTES, digits_model, digits_model_bytes, NULL, &model, &error)
      || crnn_stream_init(model, stream_memory, STREAM_BYTES, &options, &stream, &error)) return fail(error.message);

  static const char name[] = "digits.images";
  const uintptr_t open[3] = { (uintptr_t)name, 1 /* rb */, sizeof name - 1 };
  const int file = semihosting(SEMIHOSTING_OPEN, open);
  if (file < 0) return fail("digits.images cannot be opened");

  SYSTICK[1] = 0xFFFFFF;
  SYSTICK[0] = 5; /* on, at the processor's clock */
  uint32_t images = 0, spent = 0;
  const crnn_array in = crnn_array_2d(column, CRNN_U8, 1, ROWS), out = crnn_array_2d(probability, CRNN_F32, 1, DIGITS);
  const uintptr_t read[3] = { (uintptr_t)file, (uintptr_t)column, sizeof column };
  for (;; images++) {
    int64_t frames = 0;
    int left = 0;
    uint32_t before;
    if (crnn_stream_reset(model, stream, &error)) return fail(error.message);
    for (int i = 0; i < COLUMNS && !left; i++) {
      left = semihosting(SEMIHOSTING_READ, read);
      if (left) break;
      before = ticks();
      if (crnn_stream_push(model, stream, 0, &in, &error)) return fail(error.message);
      spent += (before - ticks()) & 0xFFFFFF;
    }
    if (left) break;
    before = ticks();
    if (crnn_stream_finish(model, stream, 0, &error) || crnn_stream_pull(model, stream, 0, &out, &frames, &error)) {
      return fail(error.message);
    }
    spent += (before - ticks()) & 0xFFFFFF;
    int best = 0;
    for (int i = 1; i < DIGITS; i++) {
      if (probability[i] > probability[best]) best = i;
    }
    write_number(images, 10, 3);
    semihosting_write(" ");
    write_number((uint32_t)best, 10, 1);
    semihosting_write(" ");
    write_number(checksum(probability, sizeof probability), 16, 8);
    puts("");
  }
  semihosting_write("# thousand instructions an image: ");
  write_number(images ? spent / images / 25 : 0, 10, 1);
  puts("");
  return images == 0;
}
