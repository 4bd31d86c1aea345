/* A Cortex-M55 that listens for keywords: frames of a spectrum come one by one and never end, here from the file keywords.frames of the
 * machine that emulates this one, 20 floats for each frame; whenever the network has a result, it is there at once. Prints for each its
 * number, the class and the checksum of its values, then how many instructions a frame took. The model and the memory lie as in digits.c.
 */
#include <crnn_link.h>

#include "firmware.h"

const crnn_linked crnn_linked_families = {
  .struct_size = sizeof(crnn_linked),
  .convolution = crnn_family_convolution,
  .dense = crnn_family_dense,
  .recurrent = crnn_family_recurrent,
  .pointwise = crnn_family_pointwise,
};

extern const unsigned char keywords_model[];
extern const size_t keywords_model_bytes;

/* CLOCK: MHz of the board mps3-an547. */
enum { CLOCK = 32, MODEL_BYTES = 4096, STREAM_BYTES = 13312, FEATURES = 20, CLASSES = 7 };

static _Alignas(CRNN_MEMORY_ALIGNMENT) unsigned char model_memory[MODEL_BYTES], stream_memory[STREAM_BYTES];
static float frame[FEATURES], score[CLASSES];

int main(void) {
  crnn_model *model;
  crnn_stream *stream;
  if (crnn_model_init(model_memory, MODEL_BYTES, keywords_model, keywords_model_bytes, NULL, &model, &error)
      || crnn_stream_init(model, stream_memory, STREAM_BYTES, NULL, &stream, &error)) return fail(error.message);
  static const char name[] = "keywords.frames";
  const int file = open_file(name, sizeof name - 1);
  if (file < 0) return fail("keywords.frames cannot be opened");

  start_timer();
  uint32_t frames = 0, results = 0, spent = 0;
  const crnn_array in = crnn_array_2d(frame, CRNN_F32, 1, FEATURES), out = crnn_array_2d(score, CRNN_F32, 1, CLASSES);
  for (; read_file(file, frame, sizeof frame); frames++) {
    int64_t ready = 0;
    const uint32_t before = ticks();
    if (crnn_stream_push(model, stream, 0, &in, &error) || crnn_stream_pull(model, stream, 0, &out, &ready, &error)) {
      return fail(error.message);
    }
    spent += ticks_since(before);
    if (ready == 0) continue;
    write_number(results++, 10, 3);
    write_count(" ", (uint32_t)largest(score, CLASSES), " ");
    write_number(checksum(score, sizeof score), 16, 8);
    puts("");
  }
  write_count("# hundred instructions a frame: ", frames ? spent / frames * 10 / CLOCK : 0, "\n");
  return results == 0;
}
