/* One model, eight threads, a thousand streams in each: what comes out is what one thread gets. The same source is
 * built a second time as threads-sanitized, library and program under ThreadSanitizer, which sees any two accesses that
 * nothing orders. */
#include "batches.h"
#include "following.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

enum { THREADS = 8, STREAMS = 1000, FRAMES = 24, CHUNK = 3, INPUTS = 16 };

typedef struct worker {
  pthread_t thread;
  const crnn_model *model;
  const expectations *expected; /* from a single thread, read by all */
  int number, wrong;
  follower followers[STREAMS];
} worker;

static void *work(void *context) {
  worker *w = context;
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  options.chunk = CHUNK;
  for (int i = 0; i < STREAMS; i++)
    if (crnn_stream_create(w->model, &options, &w->followers[i].stream, NULL)) w->wrong++;
  if (w->wrong) return NULL;
  for (int64_t frame = 0; frame < FRAMES; frame += CHUNK)
    for (int i = 0; i < STREAMS; i++)
      w->wrong += follower_push(&w->followers[i], &w->expected->all[(i + w->number) % INPUTS], CHUNK);
  for (int i = 0; i < STREAMS; i++) crnn_stream_destroy(w->followers[i].stream);
  for (int i = 0; i < INPUTS; i++) { /* and whole sequences, each on a stream that crnn_run makes */
    sequence own = sequence_begin_seeded(w->model, FRAMES, expectation_seed(i));
    sequence_run(&own);
    w->wrong += !sequence_equal(&own, &w->expected->all[i]);
    sequence_end(&own);
  }
  return NULL;
}

static void give_the_results_of_one_thread(const char *name) {
  crnn_model *model = checks_open(name, NULL);
  expectations expected = expectations_begin(model, INPUTS, FRAMES);
  worker *workers = calloc(THREADS, sizeof *workers);
  for (int t = 0; t < THREADS; t++) {
    workers[t].model = model;
    workers[t].expected = &expected;
    workers[t].number = t;
    CHECK(pthread_create(&workers[t].thread, NULL, work, &workers[t]) == 0);
  }
  for (int t = 0; t < THREADS; t++) {
    CHECK(pthread_join(workers[t].thread, NULL) == 0);
    CHECK(workers[t].wrong == 0);
  }
  free(workers);
  expectations_end(&expected);
  crnn_model_destroy(model);
}

static void eight_threads_with_1000_gru_streams_each(void) { give_the_results_of_one_thread("stream.crnn"); }
static void eight_threads_with_1000_lstm_streams_each(void) { give_the_results_of_one_thread("lstm.crnn"); }

/* A stream that goes from thread to thread, one at a time. */
static void *one_push(void *context) {
  worker *w = context;
  w->wrong += follower_push(&w->followers[0], &w->expected->all[0], 1);
  return NULL;
}

static void a_stream_may_change_its_thread(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  expectations expected = expectations_begin(model, 1, FRAMES);
  worker *w = calloc(1, sizeof *w);
  w->model = model;
  w->expected = &expected;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, NULL, &w->followers[0].stream, NULL));
  for (int64_t frame = 0; frame < FRAMES; frame++) {
    CHECK(pthread_create(&w->thread, NULL, one_push, w) == 0);
    CHECK(pthread_join(w->thread, NULL) == 0);
  }
  CHECK(w->wrong == 0 && w->followers[0].given == expected.all[0].output_frames[0]);
  crnn_stream_destroy(w->followers[0].stream);
  free(w);
  expectations_end(&expected);
  crnn_model_destroy(model);
}

/* Batches on eight threads, two of them at a time over one model. */
static void *run_batches(void *context) {
  batch *b = context;
  crnn_executor executor = executor_of(THREADS);
  crnn_batch_options options = CRNN_BATCH_OPTIONS_INITIALIZER;
  options.executor = &executor;
  for (int32_t together = 1; together <= 4; together++) {
    options.together = together;
    batch_clear(b);
    if (crnn_batch_run(b->model, &options, NULL, 0, b->items, BATCH_ITEMS, NULL)) return b;
    for (int i = 0; i < BATCH_ITEMS; i++)
      if (!batch_item_holds(b, i)) return b;
  }
  return NULL;
}

static void batches_share_a_model(void) {
  static const char *const names[] = { "stream.crnn", "bounded.crnn", "rates.crnn" };
  for (int m = 0; m < 3; m++) {
    crnn_model *model = checks_open(names[m], NULL);
    batch *first = batch_begin(model), *second = batch_begin(model);
    pthread_t thread;
    void *failed = NULL;
    CHECK(pthread_create(&thread, NULL, run_batches, first) == 0);
    CHECK(run_batches(second) == NULL);
    CHECK(pthread_join(thread, &failed) == 0 && failed == NULL);
    batch_end(first);
    batch_end(second);
    crnn_model_destroy(model);
  }
}

#if IS_SANITIZED
/* What must not be done, two threads on one stream, is seen: the library's own accesses are watched. It happens in a
 * process of its own, which this variable of the environment tells what it is for. */
static const char *const MISUSE = "CRNN_TEST_TWO_THREADS_ON_ONE_STREAM";

static void misuse(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  expectations expected = expectations_begin(model, 1, FRAMES);
  worker *w = calloc(2, sizeof *w);
  crnn_stream *stream = NULL;
  CHECK_STATUS(CRNN_OK, crnn_stream_create(model, NULL, &stream, NULL));
  for (int t = 0; t < 2; t++) {
    w[t].model = model;
    w[t].expected = &expected;
    w[t].followers[0].stream = stream;
    pthread_create(&w[t].thread, NULL, one_push, &w[t]);
  }
  for (int t = 0; t < 2; t++) pthread_join(w[t].thread, NULL);
  exit(0); /* the sanitizer makes 66 of it where it reported something */
}

static void two_threads_on_one_stream_are_noticed(void) {
  pid_t child = fork();
  if (child == 0) {
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO); /* the report */
    setenv(MISUSE, "1", 1);
    execl("/proc/self/exe", "threads-sanitized", checks_directory, NULL);
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 66);
}
#endif

int main(int count, char **arguments) {
  checks_begin(count, arguments);
#if IS_SANITIZED
  if (getenv(MISUSE)) misuse();
  TEST(two_threads_on_one_stream_are_noticed);
#endif
  TEST(eight_threads_with_1000_gru_streams_each);
  TEST(eight_threads_with_1000_lstm_streams_each);
  TEST(a_stream_may_change_its_thread);
  TEST(batches_share_a_model);
  return checks_failed_tests != 0;
}
