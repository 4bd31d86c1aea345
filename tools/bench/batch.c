/* How many sequences of mixed lengths a second crnn_batch_run gets through, by threads and by how many run together:
 *
 *     batch [-n SEQUENCES] [-f FRAMES] MODEL.crnn...
 *
 * SEQUENCES (64) have from FRAMES (200) down to half as many frames at the fastest port, in no order. Beside the sequences per second of the
 * fastest of several rounds stand the ratio to crnn_run of one after the other, that to one thread, the processor's time for a sequence
 * in microseconds (of all threads, the least of the rounds), and a checksum of all outputs, which must be the same everywhere. The
 * settings take turns, so that what else the machine does meets all of them. */
#include <crnn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PORTS = 8, MOST = 4096, ROUNDS = 7, THREADS = 2, SETTINGS = 1 + THREADS * 3 };
static const int32_t TOGETHER[] = { 1, 4, 8 };

static void stop(const char *what, const char *why) {
  fprintf(stderr, "batch: %s: %s\n", what, why);
  exit(1);
}

static void check(const char *what, crnn_status status, const crnn_error *error) {
  if (status) stop(what, error->message[0] ? error->message : crnn_status_text(status));
}

static double now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* ---- Two threads ---- */

typedef struct call {
  void (*task)(void *, int32_t);
  void *argument;
  int32_t index;
} call;

static void *start(void *context) {
  call *c = context;
  c->task(c->argument, c->index);
  return NULL;
}

static void run_on_threads(void *context, void (*task)(void *, int32_t), void *argument, int32_t count) {
  pthread_t threads[THREADS];
  call calls[THREADS];
  (void)context;
  for (int32_t i = 1; i < count; i++) {
    calls[i] = (call){ task, argument, i };
    if (pthread_create(&threads[i], NULL, start, &calls[i])) stop("pthread_create", "no thread");
  }
  task(argument, 0);
  for (int32_t i = 1; i < count; i++) pthread_join(threads[i], NULL);
}

/* ---- Sequences ---- */

typedef struct work {
  crnn_model *model;
  int32_t inputs, outputs, count;
  crnn_port_info input[PORTS], output[PORTS];
  crnn_array in[MOST][PORTS], out[MOST][PORTS];
  crnn_batch_item items[MOST];
} work;

static int64_t elements(const crnn_port_info *info) {
  int64_t count = 1;
  for (int32_t axis = 0; axis < info->rank; axis++) count *= info->shape[axis];
  return count;
}

/* An array of so many frames; input is random, indices are 0. */
static crnn_array make(const crnn_port_info *info, int64_t frames, unsigned seed) {
  const size_t values = (size_t)(frames * elements(info));
  float *data = calloc(values + 1, sizeof(float));
  const crnn_dtype type = info->native_dtype == CRNN_S32 ? CRNN_S32 : CRNN_F32;
  crnn_array array = { sizeof array, data, type, info->rank + 1, { frames }, { 0 } };
  for (int32_t axis = 0; axis < info->rank; axis++) array.shape[axis + 1] = info->shape[axis];
  for (size_t i = 0; i < values && seed && type == CRNN_F32; i++) {
    seed = seed * 1664525u + 1013904223u;
    data[i] = (float)(seed >> 8) / 16777216.0f;
  }
  return array;
}

static void begin(work *w, const char *path, int32_t count, int64_t longest) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  check(path, crnn_model_open(path, NULL, &w->model, &error), &error);
  w->inputs = crnn_model_port_count(w->model, CRNN_INPUT);
  w->outputs = crnn_model_port_count(w->model, CRNN_OUTPUT);
  w->count = count;
  if (w->inputs > PORTS || w->outputs > PORTS) stop(path, "more ports than this program takes");
  double fastest = 0;
  for (int32_t i = 0; i < w->inputs; i++) {
    w->input[i].struct_size = sizeof w->input[i];
    check(path, crnn_model_port(w->model, CRNN_INPUT, i, &w->input[i], &error), &error);
    const double rate = (double)w->input[i].rate_numerator / w->input[i].rate_denominator;
    if (rate > fastest) fastest = rate;
  }
  for (int32_t i = 0; i < w->outputs; i++) {
    w->output[i].struct_size = sizeof w->output[i];
    check(path, crnn_model_port(w->model, CRNN_OUTPUT, i, &w->output[i], &error), &error);
  }
  for (int32_t k = 0; k < count; k++) {
    const int64_t ticks = longest - (int64_t)k * 7 % count * (longest / 2) / count;
    int64_t frames[PORTS];
    for (int32_t i = 0; i < w->inputs; i++) {
      const crnn_port_info *info = &w->input[i];
      const double rate = (double)info->rate_numerator / info->rate_denominator;
      frames[i] = info->per_sequence ? 1 : info->fixed_frames ? info->fixed_frames : (int64_t)((double)ticks * rate / fastest);
      w->in[k][i] = make(info, frames[i], (unsigned)(k * PORTS + i + 1));
    }
    for (int32_t i = 0; i < w->outputs; i++) {
      int64_t given = 0;
      check(path, crnn_model_output_frames(w->model, i, frames, w->inputs, &given, &error), &error);
      w->out[k][i] = make(&w->output[i], given, 0);
    }
    w->items[k] = (crnn_batch_item){ sizeof(crnn_batch_item), w->in[k], w->out[k], w->inputs, w->outputs, 0, 0 };
  }
}

static void end(work *w) {
  for (int32_t k = 0; k < w->count; k++) {
    for (int32_t i = 0; i < w->inputs; i++) free(w->in[k][i].data);
    for (int32_t i = 0; i < w->outputs; i++) free(w->out[k][i].data);
  }
  crnn_model_destroy(w->model);
}

/* FNV-1a over the bits of all outputs, which are then overwritten. */
static uint32_t take_checksum(work *w) {
  uint32_t sum = 2166136261u;
  for (int32_t k = 0; k < w->count; k++)
    for (int32_t i = 0; i < w->outputs; i++) {
      const size_t bytes = (size_t)(w->out[k][i].shape[0] * elements(&w->output[i])) * sizeof(float);
      unsigned char *data = w->out[k][i].data;
      for (size_t b = 0; b < bytes; b++) sum = (sum ^ data[b]) * 16777619u;
      memset(data, 0xA5, bytes);
    }
  return sum;
}

typedef struct seconds {
  double wall, processor;
} seconds;

/* Setting 0: one after the other by crnn_run. Then threads 1 and 2, each with every `together`. */
static seconds run(work *w, const char *path, int setting) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_batch_options options = CRNN_BATCH_OPTIONS_INITIALIZER;
  const crnn_executor executor = { sizeof executor, NULL, run_on_threads, THREADS, 0 };
  const seconds start = { now(CLOCK_MONOTONIC), now(CLOCK_PROCESS_CPUTIME_ID) };
  if (setting == 0) {
    for (int32_t k = 0; k < w->count; k++)
      check(path, crnn_run(w->model, w->in[k], w->inputs, w->out[k], w->outputs, &error), &error);
  } else {
    options.together = TOGETHER[(setting - 1) % 3];
    options.executor = setting > 3 ? &executor : NULL;
    check(path, crnn_batch_run(w->model, &options, NULL, 0, w->items, w->count, &error), &error);
  }
  return (seconds){ now(CLOCK_MONOTONIC) - start.wall, now(CLOCK_PROCESS_CPUTIME_ID) - start.processor };
}

static void measure(work *w, const char *path) {
  double fastest[SETTINGS] = { 0 }, processor[SETTINGS] = { 0 };
  uint32_t sums[SETTINGS];
  for (int round = 0; round < ROUNDS; round++)
    for (int setting = 0; setting < SETTINGS; setting++) {
      const seconds taken = run(w, path, setting);
      const double rate = w->count / taken.wall, own = 1e6 * taken.processor / w->count;
      if (rate > fastest[setting]) fastest[setting] = rate;
      if (round == 0 || own < processor[setting]) processor[setting] = own;
      sums[setting] = take_checksum(w);
    }
  printf("%s: %d sequences\n%8s %9s %14s %10s %12s %10s %9s\n", path, w->count, "threads", "together", "sequences/s", "over run",
         "over thread", "CPU us", "checksum");
  for (int setting = 0; setting < SETTINGS; setting++) {
    printf("%8d ", setting > 3 ? 2 : 1);
    if (setting) printf("%9d", TOGETHER[(setting - 1) % 3]);
    else printf("%9s", "crnn_run");
    printf(" %14.1f %10.2f", fastest[setting], fastest[setting] / fastest[0]);
    if (setting > 3) printf(" %12.2f", fastest[setting] / fastest[setting - 3]);
    else printf(" %12s", "");
    printf(" %10.1f  %08x\n", processor[setting], sums[setting]);
    if (sums[setting] != sums[0]) stop(path, "another result");
  }
}

int main(int count, char **arguments) {
  static work w;
  int32_t sequences = 64;
  int64_t longest = 200;
  int first = 1;
  while (first + 1 < count && arguments[first][0] == '-') {
    if (arguments[first][1] == 'n') sequences = atoi(arguments[first + 1]);
    else longest = atoi(arguments[first + 1]);
    first += 2;
  }
  if (first >= count || sequences < 1 || sequences > MOST || longest < 2) stop("usage", "batch [-n SEQUENCES] [-f FRAMES] MODEL.crnn...");
  for (int m = first; m < count; m++) {
    memset(&w, 0, sizeof w);
    begin(&w, arguments[m], sequences, longest);
    measure(&w, arguments[m]);
    end(&w);
  }
}
