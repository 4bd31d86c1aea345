/* CTC decoders: what they take, what they refuse, and that they use the stated memory and nothing else. */
#define _GNU_SOURCE
#include "allocations.h"
#include "guarded.h"
#include "checks.h"

enum { CLASSES = 5, FRAMES = 64, FRAMES_OF_COLUMNS = 2 * FRAMES, HEIGHT = 6, SEQUENCES = 50 };

static crnn_model *model;
static void *lexicon, *ngram; /* end where their memory ends */
static size_t lexicon_bytes, ngram_bytes;

/* A file at the very end of memory. */
static void *at_the_end(const char *name, size_t *bytes) {
  unsigned char *content = checks_read(checks_path(name), bytes);
  guarded g = guarded_memory(*bytes);
  unsigned char *start = g.end - *bytes;
  memcpy(start, content, *bytes);
  free(content);
  return start;
}

static crnn_ctc_options options_of(int kind) {
  crnn_ctc_options options = CRNN_CTC_OPTIONS_INITIALIZER;
  options.maximum_symbols = 9;
  if (kind > 0) options.width = 7;
  if (kind > 1) options.lexicon = lexicon, options.lexicon_bytes = lexicon_bytes;
  if (kind > 2) options.ngram = ngram, options.ngram_bytes = ngram_bytes;
  return options;
}
enum { KINDS = 4 };

static float frames[FRAMES][CLASSES];

static void fill_frames(unsigned seed) {
  checks_fill(&frames[0][0], FRAMES * CLASSES, seed);
  for (int i = 0; i < FRAMES; i++)
    for (int c = 0; c < CLASSES; c++) frames[i][c] = frames[i][c] * frames[i][c] * frames[i][c] * frames[i][c];
}

/* Many sequences, each as one piece or as many. 0, or which call failed. */
static int decode_many(crnn_ctc *decoder) {
  crnn_ctc_result result = CRNN_CTC_RESULT_INITIALIZER;
  for (unsigned i = 0; i < SEQUENCES; i++) {
    fill_frames(i);
    int64_t step = i % 2 ? FRAMES : 1 + (int64_t)i % 5;
    for (int64_t at = 0; at < FRAMES; at += step) {
      crnn_array piece = crnn_array_2d(&frames[at], CRNN_F32, at + step < FRAMES ? step : FRAMES - at, CLASSES);
      if (crnn_ctc_push(decoder, &piece, NULL)) return 1;
      if (crnn_ctc_result_at(decoder, 0, &result, NULL)) return 2;
    }
    if (crnn_ctc_finish(decoder, FRAMES_OF_COLUMNS, NULL)) return 3;
    if (crnn_ctc_result_at(decoder, 0, &result, NULL)) return 4;
    for (int32_t rank = 0; rank < result.count; rank++) {
      if (crnn_ctc_result_at(decoder, rank, &result, NULL)) return 5;
      if (strlen(result.text) != result.text_bytes || result.symbol_count > 9) return 6;
    }
    if (crnn_ctc_reset(decoder, NULL)) return 7;
  }
  return 0;
}

static void only_the_stated_memory_is_touched_and_nothing_allocated(void) {
  for (int kind = 0; kind < KINDS; kind++) {
    crnn_ctc_options options = options_of(kind);
    crnn_ctc *decoder = NULL;
    size_t bytes = 0;
    CHECK_STATUS(CRNN_OK, crnn_ctc_size(model, &options, &bytes, NULL));
    guarded memory = guarded_memory(bytes);
    CHECK_STATUS(CRNN_ERROR_CAPACITY, crnn_ctc_init(model, memory.memory, bytes - 1, &options, &decoder, NULL));
    CHECK_STATUS(CRNN_ERROR_ALIGNMENT, crnn_ctc_init(model, memory.memory + 4, bytes, &options, &decoder, NULL));
    CHECK(decoder == NULL && memory.memory[0] == 0xA5);
    unsigned long before = allocations;
    CHECK(before > 0); /* the counter counts */
    CHECK_STATUS(CRNN_OK, crnn_ctc_init(model, memory.memory, bytes, &options, &decoder, NULL));
    CHECK(decode_many(decoder) == 0);
    CHECK(allocations == before);
    CHECK(guarded_filler_intact(&memory, bytes));
    guarded_free(&memory);
  }
}

/* As crnn_model_span tells, cut to the sequence once it has ended. */
static void spans_are_those_of_the_model(void) {
  static float columns[FRAMES_OF_COLUMNS][HEIGHT], probabilities[FRAMES][CLASSES];
  checks_fill(&columns[0][0], FRAMES_OF_COLUMNS * HEIGHT, 3);
  crnn_array in = crnn_array_3d(columns, CRNN_F32, FRAMES_OF_COLUMNS, HEIGHT, 1);
  crnn_array out = crnn_array_2d(probabilities, CRNN_F32, FRAMES, CLASSES);
  in.rank = 2;
  CHECK_STATUS(CRNN_OK, crnn_run(model, &in, 1, &out, 1, NULL));
  for (int kind = 0; kind < 2; kind++) {
    crnn_ctc_options options = options_of(kind);
    options.maximum_symbols = 0;
    crnn_ctc *decoder = NULL;
    crnn_ctc_result result = CRNN_CTC_RESULT_INITIALIZER;
    CHECK_STATUS(CRNN_OK, crnn_ctc_create(model, &options, &decoder, NULL));
    CHECK_STATUS(CRNN_OK, crnn_ctc_push(decoder, &out, NULL));
    for (int64_t length = -1; length <= FRAMES_OF_COLUMNS; length += FRAMES_OF_COLUMNS + 1) {
      if (length > 0) CHECK_STATUS(CRNN_OK, crnn_ctc_finish(decoder, length, NULL));
      CHECK_STATUS(CRNN_OK, crnn_ctc_result_at(decoder, 0, &result, NULL));
      CHECK(result.symbol_count > 3);
      for (int32_t i = 0; i < result.symbol_count; i++) {
        const crnn_ctc_symbol *symbol = &result.symbols[i];
        int64_t first, last, other;
        CHECK_STATUS(CRNN_OK, crnn_model_span(model, 0, 0, symbol->first_frame, length, &first, &other, NULL));
        CHECK_STATUS(CRNN_OK, crnn_model_span(model, 0, 0, symbol->last_frame, length, &other, &last, NULL));
        CHECK(symbol->first_input == first && symbol->last_input == last);
      }
    }
    crnn_ctc_destroy(decoder);
  }
}

static void bad_arguments(void) {
  crnn_ctc_options options = options_of(3);
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_ctc *decoder = NULL;
  size_t bytes = 7;
  crnn_ctc_result result = CRNN_CTC_RESULT_INITIALIZER;
  crnn_model *other = checks_open("stream.crnn", NULL);
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_ctc_size(other, &options, &bytes, &error));
  CHECK(strstr(error.message, "--alphabet") != NULL && bytes == 7);
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_ctc_size(NULL, &options, &bytes, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_ctc_size(model, &options, NULL, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_ctc_create(model, &options, NULL, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_ctc_init(model, NULL, 0, &options, &decoder, NULL));
  options.output = 1;
  CHECK_STATUS(CRNN_ERROR_PORT, crnn_ctc_create(model, &options, &decoder, NULL));
  options.output = 0, options.input = -1;
  CHECK_STATUS(CRNN_ERROR_PORT, crnn_ctc_create(model, &options, &decoder, NULL));
  options.input = 0, options.struct_size = 8;
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_ctc_create(model, &options, &decoder, NULL));
  options = options_of(3), options.alphabet = "abc";
  CHECK_STATUS(CRNN_ERROR_SHAPE, crnn_ctc_create(model, &options, &decoder, NULL));
  options.alphabet = "abcd"; /* fits the output, not the lexicon */
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_ctc_create(model, &options, &decoder, NULL));
  options = options_of(3), options.lexicon = (char *)lexicon + 1;
  CHECK_STATUS(CRNN_ERROR_ALIGNMENT, crnn_ctc_create(model, &options, &decoder, NULL));
  options.lexicon = lexicon, options.lexicon_bytes = 0;
  CHECK_STATUS(CRNN_ERROR_FILE_TRUNCATED, crnn_ctc_create(model, &options, &decoder, NULL));
  CHECK(decoder == NULL);
  crnn_model_destroy(other);

  options = options_of(3);
  CHECK_STATUS(CRNN_OK, crnn_ctc_create(model, &options, &decoder, NULL));
  crnn_array array = crnn_array_2d(frames, CRNN_S32, 1, CLASSES);
  CHECK_STATUS(CRNN_ERROR_TYPE, crnn_ctc_push(decoder, &array, NULL));
  array.dtype = CRNN_F32, array.shape[1] = CLASSES + 1;
  CHECK_STATUS(CRNN_ERROR_SHAPE, crnn_ctc_push(decoder, &array, NULL));
  array.shape[1] = CLASSES, array.shape[0] = (int64_t)1 << 33;
  CHECK_STATUS(CRNN_ERROR_TOO_LONG, crnn_ctc_push(decoder, &array, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_ctc_result_at(decoder, 1, &result, NULL));
  result.struct_size = 8;
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_ctc_result_at(decoder, 0, &result, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_ctc_push(NULL, &array, NULL));
  CHECK_STATUS(CRNN_OK, crnn_ctc_finish(decoder, -1, NULL));
  array.shape[0] = 1;
  CHECK_STATUS(CRNN_ERROR_FINISHED, crnn_ctc_push(decoder, &array, NULL));
  crnn_ctc_destroy(decoder);
  crnn_ctc_destroy(NULL);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  model = checks_open("text.crnn", NULL);
  lexicon = at_the_end("text.lexicon", &lexicon_bytes);
  ngram = at_the_end("text.ngram", &ngram_bytes);
  TEST(only_the_stated_memory_is_touched_and_nothing_allocated);
  TEST(spans_are_those_of_the_model);
  TEST(bad_arguments);
  crnn_model_destroy(model);
  return checks_failed_tests != 0;
}
