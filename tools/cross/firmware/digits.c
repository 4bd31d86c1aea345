/* A Cortex-M4F that reads handwritten digits: the model lies in flash and is used where it lies, model and stream lie in static memory, and
 * there is no heap. Columns of pixels come one by one, as from a line camera; here from the file digits.images of the machine that emulates
 * this one (tools/cross/firmware/run), 28 columns of 28 bytes for each image.
 *
 * Prints for each image its number, the digit and the checksum of the probabilities, then how many instructions an image took.
 */
#include <crnn_link.h>

#include "firmware.h"

/* As `crnn inspect digits.crnn --ops` prints it. */
const crnn_linked crnn_linked_families = {
  .struct_size = sizeof(crnn_linked),
  .convolution = crnn_family_convolution,
  .dense = crnn_family_dense,
  .pool = crnn_family_pool,
  .recurrent = crnn_family_recurrent,
  .pointwise = crnn_family_pointwise,
  .movement = crnn_family_movement,
  .time_reduction = crnn_family_time_reduction,
};

extern const unsigned char digits_model[];
extern const size_t digits_model_bytes;

/* As `crnn inspect digits.crnn` and crnn_file_requirements state them; a model that needs more is refused below. */
/* CLOCK: MHz of the board mps2-an386. */
enum { CLOCK = 25, MODEL_BYTES = 4096, STREAM_BYTES = 14336, COLUMNS = 28, ROWS = 28, DIGITS = 10 };

static _Alignas(CRNN_MEMORY_ALIGNMENT) unsigned char model_memory[MODEL_BYTES], stream_memory[STREAM_BYTES];
static unsigned char column[ROWS];
static float probability[DIGITS];
int main(void) {
  crnn_requirements needs = { .struct_size = sizeof needs };
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  crnn_model *model;
  crnn_stream *stream;
  if (crnn_file_requirements(digits_model, digits_model_bytes, &options, &needs, &error)) return fail(error.message);
  write_count("# model ", (uint32_t)needs.model_bytes, " bytes, ");
  write_count("stream ", (uint32_t)needs.stream_bytes, " bytes\n");
  if (needs.model_bytes > MODEL_BYTES || needs.stream_bytes > STREAM_BYTES) return fail("too little memory for this model");
  if (crnn_model_init(model_memory, MODEL_BYTES, digits_model, digits_model_bytes, NULL, &model, &error)
      || crnn_stream_init(model, stream_memory, STREAM_BYTES, &options, &stream, &error)) return fail(error.message);

  static const char name[] = "digits.images";
  const int file = open_file(name, sizeof name - 1);
  if (file < 0) return fail("digits.images cannot be opened");

  start_timer();
  uint32_t images = 0, spent = 0;
  const crnn_array in = crnn_array_2d(column, CRNN_U8, 1, ROWS), out = crnn_array_2d(probability, CRNN_F32, 1, DIGITS);
  for (;; images++) {
    int64_t frames = 0;
    int columns = 0;
    if (crnn_stream_reset(model, stream, &error)) return fail(error.message);
    for (; columns < COLUMNS && read_file(file, column, sizeof column); columns++) {
      const uint32_t before = ticks();
      if (crnn_stream_push(model, stream, 0, &in, &error)) return fail(error.message);
      spent += ticks_since(before);
    }
    if (columns < COLUMNS) break;
    const uint32_t before = ticks();
    if (crnn_stream_finish(model, stream, 0, &error) || crnn_stream_pull(model, stream, 0, &out, &frames, &error)) {
      return fail(error.message);
    }
    spent += ticks_since(before);
    write_number(images, 10, 3);
    write_count(" ", (uint32_t)largest(probability, DIGITS), " ");
    write_number(checksum(probability, sizeof probability), 16, 8);
    puts("");
  }
  write_count("# thousand instructions an image: ", images ? spent / images / CLOCK : 0, "\n");
  return images == 0;
}
