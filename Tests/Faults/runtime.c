/* The runtime's hosted calls with each allocation, open, mmap, read, lseek and close in them failing; a model's file that changes; signals. */
#define _GNU_SOURCE
#include "../Conformance/batches.h"
#include "each_site.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

/* ---- Each call failing ---- */

typedef struct opening {
  const char *path;
  crnn_model_options options;
} opening;

static crnn_status open_and_destroy(void *context, crnn_error *error) {
  const opening *given = context;
  crnn_model *const untouched = (crnn_model *)error, *model = untouched;
  const crnn_status status = crnn_model_open(given->path, &given->options, &model, error);
  CHECK((status == CRNN_OK) == (model != untouched));
  if (status == CRNN_OK) crnn_model_destroy(model);
  return status;
}

static void opening_a_model(void) {
  opening given = { checks_path("stream.crnn"), CRNN_MODEL_OPTIONS_INITIALIZER };
  each_site("mapped", open_and_destroy, &given);
  given.options.copy_file = 1;
  each_site("copied", open_and_destroy, &given);
  given.options.defer_checksum = 1;
  each_site("copied, checksum deferred", open_and_destroy, &given);
}

typedef struct running {
  sequence expected, given;
} running;

static running running_begin(const crnn_model *model) {
  running r = { sequence_begin(model, SEQUENCE_FRAMES), sequence_begin(model, SEQUENCE_FRAMES) };
  sequence_run(&r.expected);
  return r;
}

static void running_end(running *r) {
  sequence_end(&r->expected);
  sequence_end(&r->given);
}

static void clear(sequence *s) {
  for (int i = 0; i < s->outputs; i++)
    memset(s->output[i], 0xA5, (size_t)(s->output_frames[i] * sequence_frame_size(&s->output_info[i])) * sizeof(float));
}

static int is_untouched(const sequence *s) {
  for (int i = 0; i < s->outputs; i++) {
    const unsigned char *bytes = (const unsigned char *)s->output[i];
    const size_t count = (size_t)(s->output_frames[i] * sequence_frame_size(&s->output_info[i])) * sizeof(float);
    for (size_t at = 0; at < count; at++)
      if (bytes[at] != 0xA5) return 0;
  }
  return 1;
}

static crnn_status run_whole(void *context, crnn_error *error) {
  running *r = context;
  sequence *s = &r->given;
  crnn_array in[SEQUENCE_PORTS], out[SEQUENCE_PORTS];
  for (int i = 0; i < s->inputs; i++) in[i] = sequence_array(&s->input_info[i], s->input[i], s->input_frames[i]);
  for (int i = 0; i < s->outputs; i++) out[i] = sequence_array(&s->output_info[i], s->output[i], s->output_frames[i]);
  clear(s);
  const crnn_status status = crnn_run(s->model, in, s->inputs, out, s->outputs, error);
  CHECK(status == CRNN_OK ? sequence_equal(&r->expected, s) : is_untouched(s));
  return status;
}

static crnn_status stream_in_pieces(void *context, crnn_error *error) {
  running *r = context;
  crnn_stream_options options = sequence_options(r->given.model, 3);
  crnn_stream *const untouched = (crnn_stream *)error, *stream = untouched;
  clear(&r->given);
  const crnn_status status = crnn_stream_create(r->given.model, &options, &stream, error);
  CHECK((status == CRNN_OK) == (stream != untouched));
  if (status != CRNN_OK) return status;
  sequence_stream(&r->given, stream, 3, 0);
  CHECK(sequence_equal(&r->expected, &r->given));
  crnn_stream_destroy(stream);
  return status;
}

static void running_a_model(void) {
  static const char *const names[] = { "stream.crnn", "bounded.crnn", "rates.crnn" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    crnn_model *model = checks_open(names[i], NULL);
    running r = running_begin(model);
    each_site(names[i], run_whole, &r);
    each_site(names[i], stream_in_pieces, &r);
    running_end(&r);
    crnn_model_destroy(model);
  }
}

/* Threads one after another: which call is the n-th is then the same each time. */
static void run_in_turn(void *context, void (*task)(void *, int32_t), void *argument, int32_t count) {
  (void)context;
  for (int32_t i = 0; i < count; i++) task(argument, i);
}

static crnn_status run_batch(void *context, crnn_error *error) {
  batch *b = context;
  const crnn_executor executor = { sizeof executor, NULL, run_in_turn, 3, 0 };
  crnn_batch_options options = CRNN_BATCH_OPTIONS_INITIALIZER;
  options.executor = &executor;
  batch_clear(b);
  const crnn_status status = crnn_batch_run(b->model, &options, NULL, 0, b->items, BATCH_ITEMS, error);
  for (int i = 0; i < BATCH_ITEMS; i++)
    CHECK(status == CRNN_OK ? batch_item_holds(b, i) : b->items[i].status == status && is_untouched(&b->given[i]));
  return status;
}

static void running_a_batch(void) {
  crnn_model *model = checks_open("last.crnn", NULL);
  batch *b = batch_begin(model);
  each_site("last.crnn", run_batch, b);
  batch_end(b);
  crnn_model_destroy(model);
}

static crnn_status create_decoder(void *context, crnn_error *error) {
  crnn_ctc_options options = CRNN_CTC_OPTIONS_INITIALIZER;
  crnn_ctc *const untouched = (crnn_ctc *)error, *decoder = untouched;
  options.width = 8;
  const crnn_status status = crnn_ctc_create(context, &options, &decoder, error);
  CHECK((status == CRNN_OK) == (decoder != untouched));
  if (status == CRNN_OK) crnn_ctc_destroy(decoder);
  return status;
}

static void creating_a_decoder(void) {
  crnn_model *model = checks_open("text.crnn", NULL);
  each_site("text.crnn", create_decoder, model);
  crnn_model_destroy(model);
}

/* ---- A file that changes ---- */

static char path[4096];

/* A file of the test's own, with what `name` holds. */
static void write_own(const char *name) {
  size_t bytes;
  unsigned char *content = checks_read(checks_path(name), &bytes);
  snprintf(path, sizeof path, "%s", checks_path("faults.own"));
  FILE *file = fopen(path, "wb");
  CHECK(file && fwrite(content, 1, bytes, file) == bytes);
  if (file) fclose(file);
  free(content);
}

/* Opened from the test's own file, `change` made to it, and run. */
static void changing(int copy_file, void (*change)(void)) {
  crnn_model_options options = CRNN_MODEL_OPTIONS_INITIALIZER;
  crnn_model *model = NULL, *whole = checks_open("stream.crnn", NULL);
  options.copy_file = copy_file;
  write_own("stream.crnn");
  CHECK_STATUS(CRNN_OK, crnn_model_open(path, &options, &model, NULL));
  if (!model) return;
  sequence expected = sequence_begin(whole, SEQUENCE_FRAMES), given = sequence_begin(model, SEQUENCE_FRAMES);
  change();
  sequence_run(&expected);
  sequence_run(&given);
  CHECK(sequence_equal(&expected, &given));
  sequence_end(&expected);
  sequence_end(&given);
  crnn_model_destroy(model);
  crnn_model_destroy(whole);
  remove(path);
}

static void overwrite(void) {
  static const char zeros[1 << 12];
  const int descriptor = open(path, O_WRONLY);
  CHECK(descriptor >= 0 && pwrite(descriptor, zeros, sizeof zeros, 0) == sizeof zeros);
  close(descriptor);
}
static void empty(void) { CHECK(truncate(path, 0) == 0); }
static void take_away(void) { CHECK(remove(path) == 0); }
static void replace(void) {
  char other[4100];
  snprintf(other, sizeof other, "%s.new", path);
  FILE *file = fopen(other, "wb");
  CHECK(file && fputs("another file", file) >= 0);
  if (file) fclose(file);
  CHECK(rename(other, path) == 0);
}

static void a_copied_file_may_change_in_any_way(void) {
  changing(1, overwrite);
  changing(1, empty);
  changing(1, take_away);
  changing(1, replace);
}

/* As crnn.h asks of the host. */
static void a_mapped_file_may_be_replaced(void) {
  changing(0, replace);
  changing(0, take_away);
}

static void options_out_of_range(void) {
  opening given = { checks_path("stream.crnn"), CRNN_MODEL_OPTIONS_INITIALIZER };
  for (int value = -1; value <= 2; value += 3) {
    given.options.copy_file = value;
    CHECK_STATUS(CRNN_ERROR_ARGUMENT, open_and_destroy(&given, &(crnn_error)CRNN_ERROR_INITIALIZER));
  }
}

/* ---- Signals ---- */

static void ignore(int number) { (void)number; }

/* SIGALRM every 100 microseconds, which restarts no call. */
static void signals_begin(long period) {
  struct sigaction action = { .sa_handler = ignore };
  struct itimerval timer = { { 0, period }, { 0, period } };
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &timer, NULL);
}

static void signals_while_a_batch_runs(void) {
  crnn_model *model = checks_open("last.crnn", NULL);
  const crnn_executor executor = executor_of(3);
  crnn_batch_options options = CRNN_BATCH_OPTIONS_INITIALIZER;
  batch *b = batch_begin(model);
  options.executor = &executor;
  signals_begin(100);
  for (int round = 0; round < 50; round++) {
    batch_clear(b);
    CHECK_STATUS(CRNN_OK, crnn_batch_run(model, &options, NULL, 0, b->items, BATCH_ITEMS, NULL));
    for (int i = 0; i < BATCH_ITEMS; i++) CHECK(batch_item_holds(b, i));
  }
  signals_begin(0);
  batch_end(b);
  crnn_model_destroy(model);
}

/* Reads of seven bytes, every other one interrupted. */
static void interrupted_reads(void) {
  opening given = { checks_path("stream.crnn"), CRNN_MODEL_OPTIONS_INITIALIZER };
  given.options.copy_file = 1;
  faults_begin_interrupts();
  const crnn_status status = open_and_destroy(&given, NULL);
  faults_end();
  CHECK(status == CRNN_OK);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  TEST(opening_a_model);
  TEST(running_a_model);
  TEST(running_a_batch);
  TEST(creating_a_decoder);
  TEST(a_copied_file_may_change_in_any_way);
  TEST(a_mapped_file_may_be_replaced);
  TEST(options_out_of_range);
  TEST(signals_while_a_batch_runs);
  TEST(interrupted_reads);
  return checks_failed_tests != 0;
}
