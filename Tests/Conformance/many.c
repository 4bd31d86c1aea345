/* One model and ten thousand streams: their memory is the model and ten thousand times the stated size, and each goes
 * on as if it were alone. */
#include "following.h"
#include "process_memory.h"

#include <malloc.h>

enum { STREAMS = 10000, FRAMES = 192, INPUTS = 16 };

static follower followers[STREAMS];

/* Every stream gets a chunk in turn, so that all of them are under way at once. Returns how many went wrong. */
static int run_all(const expectations *expected, int streams, int32_t chunk) {
  int wrong = 0;
  for (int i = 0; i < streams; i++) followers[i].pushed = followers[i].given = 0;
  for (int64_t frame = 0; frame < FRAMES; frame += chunk)
    for (int i = 0; i < streams; i++) wrong += follower_push(&followers[i], &expected->all[i % expected->count], chunk);
  return wrong;
}

/* Streams on the heap, or side by side in one block of the caller's. */
static unsigned char *make(const crnn_model *model, const crnn_stream_options *options, size_t bytes, int streams,
                           int on_heap) {
  const size_t step = (bytes + CRNN_MEMORY_ALIGNMENT - 1) / CRNN_MEMORY_ALIGNMENT * CRNN_MEMORY_ALIGNMENT;
  unsigned char *block = on_heap ? NULL : aligned_alloc(CRNN_MEMORY_ALIGNMENT, step * (size_t)streams);
  for (int i = 0; i < streams; i++) {
    crnn_stream **stream = &followers[i].stream;
    if (on_heap)
      CHECK_STATUS(CRNN_OK, crnn_stream_create(model, options, stream, NULL));
    else
      CHECK_STATUS(CRNN_OK, crnn_stream_init(model, block + (size_t)i * step, bytes, options, stream, NULL));
  }
  return block;
}

static void end(unsigned char *block, int streams, int on_heap) {
  for (int i = 0; i < streams && on_heap; i++) crnn_stream_destroy(followers[i].stream);
  free(block);
  malloc_trim(0);
}

static void take_what_is_stated(const char *name, int32_t chunk, int on_heap) {
  crnn_requirements needs = { .struct_size = sizeof needs };
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  options.chunk = chunk;
  size_t file_bytes, bytes = 0;
  unsigned char *file = checks_read(checks_path(name), &file_bytes);
  CHECK_STATUS(CRNN_OK, crnn_file_requirements(file, file_bytes, &options, &needs, NULL));
  free(file);

  /* Once with few streams, so that what runs and what is compared stands in memory before the counting starts. */
  crnn_model *model = checks_open(name, NULL);
  CHECK_STATUS(CRNN_OK, crnn_stream_size(model, &options, &bytes, NULL));
  CHECK(bytes == needs.stream_bytes);
  expectations expected = expectations_begin(model, INPUTS, FRAMES);
  memset(followers, 0, sizeof followers);
  unsigned char *few = make(model, &options, bytes, INPUTS, on_heap);
  CHECK(run_all(&expected, INPUTS, chunk) == 0);
  end(few, INPUTS, on_heap);
  crnn_model_destroy(model);

  const long long before = process_memory("Rss:");
  model = checks_open(name, NULL);
  for (int i = 0; i < INPUTS; i++) expected.all[i].model = model;
  unsigned char *block = make(model, &options, bytes, STREAMS, on_heap);
  CHECK(run_all(&expected, STREAMS, chunk) == 0);
  const long long taken = process_memory("Rss:") - before;
  const long long stated = (long long)(file_bytes + needs.model_bytes) + STREAMS * (long long)bytes;
  printf("  %s: %d streams of %zu bytes: stated %lld, taken %lld (%+.2f %%)\n", name, STREAMS, bytes, stated, taken,
         100.0 * (double)(taken - stated) / (double)stated);
  CHECK(taken < stated + stated / 100 && taken > stated - stated / 100);

  /* A second sequence takes nothing more. */
  const long long between = process_memory("Anonymous:");
  for (int i = 0; i < STREAMS; i++) CHECK_STATUS(CRNN_OK, crnn_stream_reset(model, followers[i].stream, NULL));
  CHECK(run_all(&expected, STREAMS, chunk) == 0);
  CHECK(process_memory("Anonymous:") == between);
  end(block, STREAMS, on_heap);
  expectations_end(&expected);
  crnn_model_destroy(model);
}

/* malloc puts up to 80 bytes beside each of them, which must stay under 1 % of a stream. */
static void ten_thousand_streams_on_the_heap(void) { take_what_is_stated("stream.crnn", 64, 1); }
static void ten_thousand_streams_in_one_block(void) { take_what_is_stated("strided.crnn", 16, 0); }

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  if (process_memory("Rss:") < 0) {
    checks_skip("many", "this kernel has no /proc/self/smaps_rollup");
    return 0;
  }
  TEST(ten_thousand_streams_on_the_heap);
  TEST(ten_thousand_streams_in_one_block);
  return checks_failed_tests != 0;
}
