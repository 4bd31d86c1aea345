/* Many sequences of mixed lengths in one call: each gives what it gives alone, on any number of threads, beside any others. */
#define _GNU_SOURCE
#include "batches.h"
#include "guarded.h"

static const char *const models[] = { "stream.crnn", "last.crnn", "bounded.crnn", "pair.crnn",
                                      "strided.crnn", "lstm.crnn", "rates.crnn" };
enum { MODELS = sizeof models / sizeof *models };

static crnn_batch_options options_of(const crnn_executor *executor, int32_t together) {
  crnn_batch_options options = CRNN_BATCH_OPTIONS_INITIALIZER;
  options.executor = executor;
  options.together = together;
  return options;
}

static void give_what_each_gives_alone(const char *name, const char *isa) {
  static const int32_t threads[] = { 0, 1, 2, 8 }, together[] = { 0, 1, 2, 8, 64 }, chunks[] = { 0, 1, 7, 200 };
  crnn_model *model = checks_open(name, isa);
  batch *b = batch_begin(model);
  int turn = 0;
  for (size_t t = 0; t < sizeof threads / sizeof *threads; t++)
    for (size_t g = 0; g < sizeof together / sizeof *together; g++) {
      crnn_executor executor = executor_of(threads[t]);
      crnn_batch_options options = options_of(threads[t] ? &executor : NULL, together[g]);
      crnn_error error = CRNN_ERROR_INITIALIZER;
      options.chunk = chunks[turn++ % 4];
      batch_clear(b);
      CHECK_STATUS(CRNN_OK, crnn_batch_run(model, &options, NULL, 0, b->items, BATCH_ITEMS, &error));
      CHECK(error.message[0] == 0);
      int wrong = 0;
      for (int i = 0; i < BATCH_ITEMS; i++) wrong += !batch_item_holds(b, i);
      if (wrong) printf("  %s, %d threads, %d together: %d items differ\n", name, threads[t], together[g], wrong);
      CHECK(wrong == 0);
    }
  batch_end(b);
  crnn_model_destroy(model);
}

static void each_item_gives_what_it_gives_alone(void) {
  for (int m = 0; m < MODELS; m++) give_what_each_gives_alone(models[m], NULL);
}

static void on_every_instruction_set(void) {
  for (int32_t isa = 0; isa < crnn_isa_count(); isa++)
    for (int m = 0; m < MODELS && crnn_isa_supported(isa); m++) give_what_each_gives_alone(models[m], crnn_isa_name(isa));
}

/* The stated memory is enough, and all that is touched. */
static void only_the_stated_memory_is_touched(void) {
  static const int32_t threads[] = { 1, 3 }, together[] = { 1, 3, 8 };
  for (int m = 0; m < MODELS; m++) {
    crnn_model *model = checks_open(models[m], NULL);
    batch *b = batch_begin(model);
    for (int c = 0; c < 6; c++) {
      crnn_executor executor = executor_of(threads[c % 2]);
      crnn_batch_options options = options_of(&executor, together[c / 2]);
      size_t bytes = 0;
      if (crnn_model_is_bounded(model)) {
        CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_batch_size(model, &options, &bytes, NULL));
        options.maximum_frames = BATCH_LONGEST;
      }
      CHECK_STATUS(CRNN_OK, crnn_batch_size(model, &options, &bytes, NULL));
      guarded memory = guarded_memory(bytes);
      batch_clear(b);
      CHECK_STATUS(CRNN_ERROR_CAPACITY, crnn_batch_run(model, &options, memory.memory, bytes - 1, b->items, BATCH_ITEMS, NULL));
      for (int i = 0; i < BATCH_ITEMS; i++) CHECK(b->items[i].status == CRNN_ERROR_CAPACITY && batch_item_untouched(b, i));
      CHECK_STATUS(CRNN_ERROR_ALIGNMENT, crnn_batch_run(model, &options, memory.memory + 8, bytes, b->items, BATCH_ITEMS, NULL));
      CHECK(memory.memory[0] == 0xA5);
      CHECK_STATUS(CRNN_OK, crnn_batch_run(model, &options, memory.memory, bytes, b->items, BATCH_ITEMS, NULL));
      for (int i = 0; i < BATCH_ITEMS; i++) CHECK(batch_item_holds(b, i));
      CHECK(guarded_filler_intact(&memory, bytes));
      guarded_free(&memory);
    }
    batch_end(b);
    crnn_model_destroy(model);
  }
}

/* What is wrong with item `bad` of the batch, and the status that it must get. */
static crnn_status spoil(batch *b, int bad, int kind) {
  crnn_batch_item *item = &b->items[bad];
  switch (kind) {
  case 0: b->in[bad][0].shape[1]++; return CRNN_ERROR_SHAPE;
  case 1: b->out[bad][0].shape[0]++; return CRNN_ERROR_SHAPE;
  case 2: b->in[bad][0].data = NULL; return CRNN_ERROR_ARGUMENT;
  case 3: b->in[bad][0].dtype = 99; return CRNN_ERROR_TYPE;
  case 4: b->in[bad][0].struct_size = 0; return CRNN_ERROR_ARGUMENT;
  case 5: b->in[bad][0].rank = 0; return CRNN_ERROR_SHAPE;
  case 6: b->in[bad][0].shape[0] = -1; return CRNN_ERROR_SHAPE;
  case 7: b->in[bad][0].shape[0] = INT64_MAX; return CRNN_ERROR_SHAPE;
  case 8: item->inputs = NULL; return CRNN_ERROR_ARGUMENT;
  case 9: item->outputs = NULL; return CRNN_ERROR_ARGUMENT;
  case 10: item->input_count++; return CRNN_ERROR_ARGUMENT;
  case 11: item->output_count = -1; return CRNN_ERROR_ARGUMENT;
  case 12: item->struct_size = 0; return CRNN_ERROR_ARGUMENT;
  default: b->in[bad][0].data = (char *)b->in[bad][0].data + 1; return CRNN_ERROR_ALIGNMENT;
  }
}

static void a_bad_item_stops_no_other(void) {
  for (int m = 0; m < MODELS; m++) {
    crnn_model *model = checks_open(models[m], NULL);
    for (int kind = 0; kind < 14; kind++) {
      batch *b = batch_begin(model);
      crnn_executor executor = executor_of(2);
      crnn_batch_options options = options_of(kind % 2 ? &executor : NULL, 4);
      crnn_error error = CRNN_ERROR_INITIALIZER;
      const crnn_status expected = spoil(b, 9, kind);
      spoil(b, 15, 3); /* a second one, which is not the first */
      CHECK_STATUS(expected, crnn_batch_run(model, &options, NULL, 0, b->items, BATCH_ITEMS, &error));
      CHECK(error.status == expected && strncmp(error.message, "item 9: ", 8) == 0 && error.message[8]);
      for (int i = 0; i < BATCH_ITEMS; i++) {
        if (i == 9 || i == 15) CHECK(b->items[i].status == (i == 9 ? expected : CRNN_ERROR_TYPE) && batch_item_untouched(b, i));
        else CHECK(batch_item_holds(b, i));
      }
      batch_end(b);
    }
    crnn_model_destroy(model);
  }
}

static void a_sequence_past_the_maximum_is_refused_alone(void) {
  crnn_model *model = checks_open("bounded.crnn", NULL);
  batch *b = batch_begin(model);
  crnn_batch_options options = CRNN_BATCH_OPTIONS_INITIALIZER;
  options.maximum_frames = 40;
  CHECK_STATUS(CRNN_ERROR_TOO_LONG, crnn_batch_run(model, &options, NULL, 0, b->items, BATCH_ITEMS, NULL));
  for (int i = 0; i < BATCH_ITEMS; i++) {
    if (batch_frames(i) > 40) CHECK(b->items[i].status == CRNN_ERROR_TOO_LONG && batch_item_untouched(b, i));
    else CHECK(batch_item_holds(b, i));
  }
  batch_end(b);
  crnn_model_destroy(model);
}

static void bad_arguments_are_refused(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  batch *b = batch_begin(model);
  crnn_executor executor = executor_of(2);
  crnn_batch_options good = options_of(&executor, 2), options;
  size_t bytes = 0;
#define REFUSED(change)                                                                                      \
  do {                                                                                                       \
    options = good, executor = executor_of(2);                                                               \
    change;                                                                                                  \
    CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_batch_size(model, &options, &bytes, NULL));                       \
    batch_clear(b);                                                                                          \
    CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_batch_run(model, &options, NULL, 0, b->items, BATCH_ITEMS, NULL)); \
    CHECK(b->items[3].status == CRNN_ERROR_ARGUMENT && batch_item_untouched(b, 3));                          \
  } while (0)
  REFUSED(options.struct_size = 8);
  REFUSED(options.together = -1);
  REFUSED(options.together = 65);
  REFUSED(options.chunk = -1);
  REFUSED(options.chunk = 65537);
  REFUSED(options.maximum_frames = -1);
  REFUSED(options.maximum_frames = INT64_MAX);
  REFUSED(executor.struct_size = 0);
  REFUSED(executor.run = NULL);
  REFUSED(executor.width = 0);
  REFUSED(executor.width = -2);
  REFUSED(executor.width = 65537);
  REFUSED(executor.reserved = 1);
  executor = executor_of(2);
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_batch_size(NULL, &good, &bytes, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_batch_size(model, &good, NULL, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_batch_run(NULL, &good, NULL, 0, b->items, BATCH_ITEMS, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_batch_run(model, &good, NULL, 0, NULL, 1, NULL));
  CHECK_STATUS(CRNN_ERROR_ARGUMENT, crnn_batch_run(model, &good, NULL, 0, b->items, -1, NULL));
  CHECK_STATUS(CRNN_OK, crnn_batch_run(model, &good, NULL, 0, NULL, 0, NULL));
  CHECK_STATUS(CRNN_OK, crnn_batch_run(model, NULL, NULL, 0, b->items, BATCH_ITEMS, NULL));
  for (int i = 0; i < BATCH_ITEMS; i++) CHECK(batch_item_holds(b, i));
  batch_end(b);
  crnn_model_destroy(model);
}

/* More memory than there is, by options that are allowed each for itself. */
static void what_fits_into_no_memory_is_refused(void) {
  crnn_model *model = checks_open("bounded.crnn", NULL);
  batch *b = batch_begin(model);
  crnn_executor executor = executor_of(65536);
  crnn_batch_options options = options_of(&executor, 64);
  size_t bytes = 0;
  options.maximum_frames = INT64_C(1) << 40;
  options.chunk = 65536;
  CHECK_STATUS(CRNN_ERROR_MEMORY, crnn_batch_size(model, &options, &bytes, NULL));
  CHECK_STATUS(CRNN_ERROR_MEMORY, crnn_batch_run(model, &options, b, sizeof *b, b->items, BATCH_ITEMS, NULL));
  CHECK(b->items[0].status == CRNN_ERROR_MEMORY);
  batch_end(b);
  crnn_model_destroy(model);
}

/* Executors that do not keep to the rules, where the library can make up for it. */
static void run_first_only(void *context, void (*task)(void *, int32_t), void *argument, int32_t count) {
  (void)count;
  *(int *)context += 1;
  task(argument, 0);
}
static void run_none(void *context, void (*task)(void *, int32_t), void *argument, int32_t count) {
  (void)task, (void)argument, (void)count;
  *(int *)context += 1;
}
static void run_too_often(void *context, void (*task)(void *, int32_t), void *argument, int32_t count) {
  *(int *)context += 1;
  for (int32_t i = 0; i < 3 * count; i++) task(argument, i / 2);
}

static void an_executor_is_called_once(void) {
  void (*const runs[])(void *, void (*)(void *, int32_t), void *, int32_t) = { run_first_only, run_none, run_too_often };
  crnn_model *model = checks_open("stream.crnn", NULL);
  batch *b = batch_begin(model);
  for (int r = 0; r < 3; r++) {
    int calls = 0;
    const crnn_executor executor = { sizeof executor, &calls, runs[r], 4, 0 };
    const crnn_batch_options options = options_of(&executor, 2);
    batch_clear(b);
    CHECK_STATUS(CRNN_OK, crnn_batch_run(model, &options, NULL, 0, b->items, BATCH_ITEMS, NULL));
    CHECK(calls == 1);
    for (int i = 0; i < BATCH_ITEMS; i++) CHECK(batch_item_holds(b, i));
  }
  batch_end(b);
  crnn_model_destroy(model);
}

/* The first thread's turn comes when the others have taken all items; the sentence for one that is refused is still found. */
static void run_backwards(void *context, void (*task)(void *, int32_t), void *argument, int32_t count) {
  *(int *)context += 1;
  while (count > 0) task(argument, --count);
}

static void a_thread_may_find_nothing_left(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  batch *b = batch_begin(model);
  int calls = 0;
  const crnn_executor executor = { sizeof executor, &calls, run_backwards, 4, 0 };
  const crnn_batch_options options = options_of(&executor, BATCH_ITEMS);
  crnn_error error = CRNN_ERROR_INITIALIZER;
  size_t bytes = 0;
  for (int i = 0; i < BATCH_ITEMS; i++) spoil(b, i, 1);
  CHECK_STATUS(CRNN_OK, crnn_batch_size(model, &options, &bytes, NULL));
  void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  memset(memory, 0xA5, bytes);
  CHECK_STATUS(CRNN_ERROR_SHAPE, crnn_batch_run(model, &options, memory, bytes, b->items, BATCH_ITEMS, &error));
  CHECK(strncmp(error.message, "item 0: ", 8) == 0 && error.message[8]);
  free(memory);
  batch_end(b);
  crnn_model_destroy(model);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  TEST(each_item_gives_what_it_gives_alone);
  TEST(on_every_instruction_set);
  TEST(only_the_stated_memory_is_touched);
  TEST(a_bad_item_stops_no_other);
  TEST(a_sequence_past_the_maximum_is_refused_alone);
  TEST(bad_arguments_are_refused);
  TEST(what_fits_into_no_memory_is_refused);
  TEST(an_executor_is_called_once);
  TEST(a_thread_may_find_nothing_left);
  return checks_failed_tests != 0;
}
