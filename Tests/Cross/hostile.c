/* Model files that lie, where size_t has 32 bits: each word of the description of each small conformance vector gets numbers that sums and
 * products of sizes overflow with, checksums made right. What still opens is run. Nothing may trap, and nothing may be written but the memory
 * that was given: the bytes behind it, and the file itself, stay as they are. One line for each vector.
 */
#include <crnn.h>

#include "checksum.h"
#include "vectors.h"

int puts(const char *);
void *memcpy(void *, const void *, size_t);
void *memset(void *, int, size_t);
int memcmp(const void *, const void *, size_t);

enum { MOST_BYTES = 4096, MOST_MODEL = 16384, MOST_STREAM = 65536, MOST_VALUES = 4096, GUARD = 256, FILLER = 0xA5 };

static _Alignas(64) unsigned char file[MOST_BYTES + GUARD], kept[MOST_BYTES];
static _Alignas(64) unsigned char model_memory[MOST_MODEL + GUARD], stream_memory[MOST_STREAM + GUARD];
static float values[MOST_VALUES + GUARD];
static unsigned long opened, ran;

static int is_filler(const unsigned char *bytes, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (bytes[i] != FILLER) return 0;
  return 1;
}

/* `frames` frames of a port in `values`; rank 0 where they do not fit. */
static crnn_array array_of(const crnn_model *model, crnn_direction direction, int32_t port, int64_t frames) {
  crnn_port_info info = { .struct_size = sizeof info };
  crnn_array array = { sizeof array, values, CRNN_F32, 0, { frames }, { 0 } };
  if (crnn_model_port(model, direction, port, &info, NULL)) return array;
  int64_t size = frames;
  for (int axis = 0; axis < info.rank; axis++) {
    array.shape[axis + 1] = info.shape[axis];
    if (info.shape[axis] > MOST_VALUES) return array;
    size *= info.shape[axis];
    if (size > MOST_VALUES) return array;
  }
  array.rank = info.rank + 1;
  if (info.native_dtype == CRNN_S32) array.dtype = CRNN_S32;
  return array;
}

static void run(const crnn_model *model, crnn_stream *stream) {
  for (int32_t port = 0; port < crnn_model_port_count(model, CRNN_INPUT); port++) {
    const crnn_array two = array_of(model, CRNN_INPUT, port, 2);
    if (two.rank > 0)
      for (int push = 0; push < 2 && crnn_stream_push(model, stream, port, &two, NULL) == CRNN_OK; push++) {}
    (void)!crnn_stream_finish(model, stream, port, NULL);
  }
  for (int32_t port = 0; port < crnn_model_port_count(model, CRNN_OUTPUT); port++) {
    const crnn_array out = array_of(model, CRNN_OUTPUT, port, 1);
    int64_t got = 1;
    for (int pull = 0; pull < 4 && got > 0 && out.rank > 0; pull++)
      if (crnn_stream_pull(model, stream, port, &out, &got, NULL)) break;
  }
  ran++;
}

/* 0 where something was written that must not be. */
static int try_file(size_t bytes) {
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  crnn_requirements needs = { sizeof needs, 0, 0, 0, 0 };
  crnn_model *model;
  crnn_stream *stream;
  size_t stream_bytes = 0;
  options.chunk = 2;
  options.maximum_frames = 4;
  if (crnn_file_requirements(file, bytes, &options, &needs, NULL) || needs.model_bytes > MOST_MODEL) return 1;
  memset(model_memory + needs.model_bytes, FILLER, GUARD);
  if (crnn_model_init(model_memory, (size_t)needs.model_bytes, file, bytes, NULL, &model, NULL)) return 1;
  opened++;
  if (crnn_stream_size(model, &options, &stream_bytes, NULL) == CRNN_OK && stream_bytes <= MOST_STREAM) {
    memset(stream_memory + stream_bytes, FILLER, GUARD);
    memset((unsigned char *)(values + MOST_VALUES), FILLER, GUARD);
    if (crnn_stream_init(model, stream_memory, stream_bytes, &options, &stream, NULL) == CRNN_OK) run(model, stream);
    if (!is_filler(stream_memory + stream_bytes, GUARD) || !is_filler((unsigned char *)(values + MOST_VALUES), GUARD)) return 0;
  }
  return is_filler(model_memory + needs.model_bytes, GUARD) && memcmp(file, kept, bytes) == 0;
}

static int lies(const vector *v, unsigned turn) {
  static const uint32_t extremes[] = { 0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x01000001, 0xFFFFFFC0, 0x40000000, 0x00010000 };
  enum { EXTREMES = sizeof extremes / sizeof *extremes };
  const size_t prefix = ((const crnn_file_header *)v->model)->prefix_size;
  int good = 1;
  for (size_t word = 8; word + 4 <= prefix && good; word += 4) {
    /* Two of the numbers: the next word and the next vector get others. */
    for (unsigned i = 0; i < 2 && good; i++) {
      memcpy(kept, v->model, v->bytes);
      memcpy(kept + word, &extremes[turn++ % EXTREMES], 4);
      checksum_repair(kept, v->bytes);
      memcpy(file, kept, v->bytes);
      good = try_file(v->bytes);
    }
  }
  return good;
}

int main(void) {
  int failed = 0;
  for (size_t i = 0; i < vector_count; i++) {
    static char line[200];
    size_t length = 0;
    if (vectors[i].bytes > MOST_BYTES) continue;
    const int good = lies(&vectors[i], (unsigned)i);
    const char *words[] = { good ? "ok hostile " : "not ok hostile ", vectors[i].name };
    for (int w = 0; w < 2; w++)
      for (const char *p = words[w]; *p && length < sizeof line - 1; p++) line[length++] = *p;
    line[length] = 0;
    puts(line);
    failed |= !good;
  }
  /* Some lies must get as far as the engine, or nothing was tried. */
  puts(opened > 1000 && ran > 1000 ? "ok hostile files were run" : "not ok hostile files were run");
  return failed || opened <= 1000 || ran <= 1000;
}
