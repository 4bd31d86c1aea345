/* A hostile file gives a status, never a crash: every length a small model can be cut to, and every byte of it changed in
 * every bit, once as it is (checksums catch it) and once with checksums that fit again (only the loader's checks catch it).
 * Where the file still opens, it is queried and run. Built with AddressSanitizer, which sees each byte touched outside. */
#include "checksum.h"
#include "sequences.h"

#include <sanitizer/asan_interface.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

/* What is tried right now, for the report of a crash. */
static struct {
  const char *what;
  size_t position;
  unsigned change;
} trial;

static void report_trial(void) {
  fprintf(stderr, "  while trying: %s, byte %zu, change %#x\n", trial.what, trial.position, trial.change);
}

static void report_signal(int signal_number) {
  report_trial();
  fprintf(stderr, "not ok damaged: %s\n", signal_number == SIGPROF ? "it takes longer than 20 seconds" : "it traps");
  _exit(1);
}

enum { STREAM_LIMIT = 1 << 22, FRAME_LIMIT = 1 << 16 };

static float in_data[FRAME_LIMIT * 2], out_data[FRAME_LIMIT * 4];
static unsigned long opened, ran;

/* Two frames into each input port, everything out of each output port. */
static void run_stream(const crnn_model *model, crnn_stream *stream) {
  for (int32_t i = 0; i < crnn_model_port_count(model, CRNN_INPUT); i++) {
    crnn_port_info info = { .struct_size = sizeof info };
    if (crnn_model_port(model, CRNN_INPUT, i, &info, NULL)) return;
    int64_t size = sequence_frame_size(&info);
    if (size <= 0 || size > FRAME_LIMIT) return;
    crnn_array in = sequence_array(&info, in_data, 1);
    for (int push = 0; push < 2; push++)
      if (crnn_stream_push(model, stream, i, &in, NULL)) break;
    if (crnn_stream_finish(model, stream, i, NULL)) return;
  }
  for (int32_t i = 0; i < crnn_model_port_count(model, CRNN_OUTPUT); i++) {
    crnn_port_info info = { .struct_size = sizeof info };
    if (crnn_model_port(model, CRNN_OUTPUT, i, &info, NULL)) return;
    int64_t size = sequence_frame_size(&info), got = 1;
    if (size <= 0 || size > FRAME_LIMIT) return;
    crnn_array out = sequence_array(&info, out_data, 4);
    for (int pull = 0; pull < 4 && got > 0; pull++)
      if (crnn_stream_pull(model, stream, i, &out, &got, NULL)) return;
  }
  ran++;
}

/* What comes out of a file that makes no sense may be anything, but it comes. */
static void ask_of_time(const crnn_model *model) {
  for (int32_t output = 0; output < crnn_model_port_count(model, CRNN_OUTPUT); output++)
    for (int32_t input = 0; input < crnn_model_port_count(model, CRNN_INPUT); input++) {
      crnn_timing timing = { .struct_size = sizeof timing };
      int64_t first = 0, last = 0;
      CHECK_STATUS(CRNN_OK, crnn_model_timing(model, output, input, &timing, NULL));
      CHECK_STATUS(CRNN_OK, crnn_model_span(model, output, input, (int64_t)1 << 40, 9, &first, &last, NULL));
      CHECK(first >= 0 && last >= -1);
    }
}

/* For each file: of the processor's time, of which a busy machine takes none away. The library never waits. */
static const struct itimerval limit = { .it_value = { .tv_sec = 20 } };

/* `file` lies on the heap and has exactly `bytes` bytes. */
static void try_file(const unsigned char *file, size_t bytes) {
  crnn_error error = CRNN_ERROR_INITIALIZER;
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  crnn_requirements needs = { sizeof needs, 0, 0, 0, 0 };
  crnn_model *model = NULL;
  setitimer(ITIMER_PROF, &limit, NULL);
  options.maximum_frames = 4;
  crnn_status status = crnn_file_requirements(file, bytes, &options, &needs, &error);
  CHECK(status == CRNN_OK || (error.status == status && error.message[0]));
  if (status || needs.model_bytes > STREAM_LIMIT) return;
  void *model_memory = malloc((size_t)needs.model_bytes);
  status = crnn_model_init(model_memory, (size_t)needs.model_bytes, file, bytes, NULL, &model, &error);
  CHECK(status == CRNN_OK || (error.status == status && error.message[0]));
  if (status == CRNN_OK) {
    opened++;
    crnn_model_text(model, "labels");
    ask_of_time(model);
    size_t stream_bytes = 0;
    if (crnn_stream_size(model, &options, &stream_bytes, NULL) == CRNN_OK && stream_bytes <= STREAM_LIMIT) {
      void *memory = malloc(stream_bytes);
      crnn_stream *stream = NULL;
      if (crnn_stream_init(model, memory, stream_bytes, &options, &stream, NULL) == CRNN_OK) run_stream(model, stream);
      (void)!crnn_model_check(model, memory, stream_bytes, NULL);
      free(memory);
    }
  }
  free(model_memory);
}

static unsigned char *model_file;
static size_t model_bytes;

static void every_length(void) {
  for (size_t length = 0; length < model_bytes; length++) {
    trial.what = "cut", trial.position = length, trial.change = 0;
    unsigned char *cut = malloc(length ? length : 1);
    memcpy(cut, model_file, length);
    try_file(cut, length);
    free(cut);
  }
}

/* The whole file with one byte changed, in each bit and in all bits; `repaired`: with checksums that fit again. */
static void every_byte(const char *what, int repaired) {
  unsigned char *changed = malloc(model_bytes);
  for (size_t position = 0; position < model_bytes; position++) {
    for (unsigned bit = 0; bit <= 8; bit++) {
      const unsigned change = bit < 8 ? 1u << bit : 0xFFu;
      trial.what = what, trial.position = position, trial.change = change;
      memcpy(changed, model_file, model_bytes);
      changed[position] ^= (unsigned char)change;
      if (repaired) checksum_repair(changed, model_bytes);
      try_file(changed, model_bytes);
    }
  }
  free(changed);
}

static void every_byte_as_it_is(void) {
  opened = 0;
  every_byte("flip", 0);
  CHECK(opened == 0); /* no damage goes unnoticed */
}

static void every_byte_with_checksums_that_fit(void) {
  opened = ran = 0;
  every_byte("flip with repaired checksums", 1);
  CHECK(opened > 0 && ran > 0);
  printf("  %lu of %zu changed files opened, %lu ran\n", opened, model_bytes * 9, ran);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  __asan_set_death_callback(report_trial);
  signal(SIGILL, report_signal);
  signal(SIGTRAP, report_signal);
  signal(SIGFPE, report_signal);
  signal(SIGPROF, report_signal);
  model_file = checks_read(checks_path("tiny.crnn"), &model_bytes);
  TEST(every_length);
  TEST(every_byte_as_it_is);
  TEST(every_byte_with_checksums_that_fit);
  free(model_file);
  return checks_failed_tests != 0;
}
