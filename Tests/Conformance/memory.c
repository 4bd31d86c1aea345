/* After a stream is made: no allocation, no system call, and not a byte touched outside the memory asked for. */
#define _GNU_SOURCE
#include "allocations.h"
#include "guarded.h"
#include "sequences.h"

#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Tests ---- */

enum { PUSHES = 10000 };

static const char *const streaming_models[] = { "stream.crnn", "lstm.crnn", "strided.crnn", "last.crnn" };
enum { STREAMING_MODELS = sizeof streaming_models / sizeof *streaming_models };

/* 10,000 frames, one at a time, pulling what is ready; after a reset 10,000 more by crnn_stream_process; then the end.
 * The buffers are static. 0, or which call failed. */
static int push_many(const crnn_model *model, crnn_stream *stream) {
  static float in_data[4096], out_data[4096];
  crnn_port_info in_info = { .struct_size = sizeof in_info }, out_info = { .struct_size = sizeof out_info };
  if (crnn_model_port(model, CRNN_INPUT, 0, &in_info, NULL)) return 1;
  if (crnn_model_port(model, CRNN_OUTPUT, 0, &out_info, NULL)) return 1;
  crnn_array in = sequence_array(&in_info, in_data, 1), out = sequence_array(&out_info, out_data, 1);
  for (int i = 0; i < PUSHES; i++) {
    int64_t got = 1;
    checks_fill(in_data, (size_t)sequence_frame_size(&in_info), (unsigned)i);
    if (crnn_stream_push(model, stream, 0, &in, NULL)) return 2;
    while (got > 0)
      if (crnn_stream_pull(model, stream, 0, &out, &got, NULL)) return 3;
  }
  if (crnn_stream_finish(model, stream, 0, NULL)) return 4;
  if (crnn_stream_reset(model, stream, NULL)) return 5;
  int64_t got = 0;
  for (int i = 0; i < PUSHES; i++)
    if (crnn_stream_process(model, stream, &in, 0, &out, &got, NULL)) return 6;
  return crnn_stream_process(model, stream, NULL, 1, &out, &got, NULL) ? 7 : 0;
}

static void no_allocation_from_init_to_the_end_of_10000_pushes(void) {
  for (int m = 0; m < STREAMING_MODELS; m++) {
    crnn_model *model = checks_open(streaming_models[m], NULL);
    size_t bytes = 0;
    crnn_stream *stream = NULL;
    CHECK_STATUS(CRNN_OK, crnn_stream_size(model, NULL, &bytes, NULL));
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    unsigned long before = allocations;
    CHECK(before > 0); /* the counter counts */
    CHECK_STATUS(CRNN_OK, crnn_stream_init(model, memory, bytes, NULL, &stream, NULL));
    CHECK(push_many(model, stream) == 0);
    CHECK(allocations == before);
    free(memory);
    crnn_model_destroy(model);
  }
}

/* In a child that the kernel kills at any system call but read, write and exit: its wait status. */
static int in_strict_seccomp(int (*call)(const crnn_model *, void *, size_t), const crnn_model *model, void *memory,
                             size_t bytes) {
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT)) _exit(100);
    syscall(SYS_exit, call(model, memory, bytes));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

static int ask_for_a_process_id(const crnn_model *model, void *memory, size_t bytes) {
  (void)model, (void)memory, (void)bytes;
  return (int)syscall(SYS_getppid) == 0;
}

static int init_and_push_many(const crnn_model *model, void *memory, size_t bytes) {
  crnn_stream *stream = NULL;
  return crnn_stream_init(model, memory, bytes, NULL, &stream, NULL) ? 99 : push_many(model, stream);
}

static void no_system_call_from_init_to_the_end_of_10000_pushes(void) {
  int status = in_strict_seccomp(ask_for_a_process_id, NULL, NULL, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 100) {
    checks_skip("no_system_call_from_init_to_the_end_of_10000_pushes", "this kernel has no strict seccomp");
    return;
  }
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL); /* the kernel watches */
  for (int m = 0; m < STREAMING_MODELS; m++) {
    crnn_model *model = checks_open(streaming_models[m], NULL);
    size_t bytes = 0;
    CHECK_STATUS(CRNN_OK, crnn_stream_size(model, NULL, &bytes, NULL));
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    status = in_strict_seccomp(init_and_push_many, model, memory, bytes);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    free(memory);
    crnn_model_destroy(model);
  }
}

static void only_the_stated_memory_is_touched(void) {
  static const char *const models[] = { "stream.crnn", "last.crnn", "bounded.crnn", "pair.crnn", "rates.crnn",
                                        "wide.crnn" };
  static const int32_t chunks[] = { 1, 3, 16 };
  for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
    size_t file_bytes;
    unsigned char *content = checks_read(checks_path(models[m]), &file_bytes);
    guarded file = guarded_memory(file_bytes);
    memcpy(file.memory, content, file_bytes);
    free(content);
    crnn_requirements needs = { sizeof needs, 0, 0, 0, 0 };
    CHECK_STATUS(CRNN_OK, crnn_file_requirements(file.memory, file_bytes, NULL, &needs, NULL));
    guarded model_memory = guarded_memory((size_t)needs.model_bytes);
    crnn_model *model = NULL;
    CHECK_STATUS(CRNN_ERROR_CAPACITY, crnn_model_init(model_memory.memory, (size_t)needs.model_bytes - 1, file.memory,
                                                      file_bytes, NULL, &model, NULL));
    CHECK_STATUS(CRNN_ERROR_ALIGNMENT, crnn_model_init(model_memory.memory + 1, (size_t)needs.model_bytes, file.memory,
                                                       file_bytes, NULL, &model, NULL));
    CHECK(model == NULL);
    CHECK_STATUS(CRNN_OK, crnn_model_init(model_memory.memory, (size_t)needs.model_bytes, file.memory, file_bytes, NULL,
                                          &model, NULL));
    if (!model) return;
    sequence whole = sequence_begin(model, SEQUENCE_FRAMES), pieces = sequence_begin(model, SEQUENCE_FRAMES);
    sequence_run(&whole);
    for (size_t c = 0; c < sizeof chunks / sizeof *chunks; c++) {
      crnn_stream_options options = sequence_options(model, chunks[c]);
      size_t bytes = 0;
      crnn_stream *stream = NULL;
      CHECK_STATUS(CRNN_OK, crnn_stream_size(model, &options, &bytes, NULL));
      CHECK_STATUS(CRNN_OK, crnn_file_requirements(file.memory, file_bytes, &options, &needs, NULL));
      CHECK(needs.stream_bytes == bytes);
      guarded memory = guarded_memory(bytes);
      CHECK_STATUS(CRNN_ERROR_CAPACITY, crnn_stream_init(model, memory.memory, bytes - 1, &options, &stream, NULL));
      CHECK_STATUS(CRNN_ERROR_ALIGNMENT, crnn_stream_init(model, memory.memory + 8, bytes, &options, &stream, NULL));
      CHECK(stream == NULL && memory.memory[0] == 0xA5);
      CHECK_STATUS(CRNN_OK, crnn_stream_init(model, memory.memory, bytes, &options, &stream, NULL));
      sequence_stream(&pieces, stream, chunks[c], 0);
      CHECK(sequence_equal(&whole, &pieces));
      CHECK(guarded_filler_intact(&memory, bytes));
      guarded_free(&memory);
    }
    CHECK(guarded_filler_intact(&model_memory, (size_t)needs.model_bytes));
    sequence_end(&whole);
    sequence_end(&pieces);
    guarded_free(&model_memory);
    guarded_free(&file);
  }
}

/* Input that ends, and output that starts and ends, where memory must not be touched. */
static void only_the_arrays_themselves_are_touched(void) {
  crnn_model *model = checks_open("stream.crnn", NULL);
  sequence whole = sequence_begin(model, SEQUENCE_FRAMES), guard = sequence_begin(model, SEQUENCE_FRAMES);
  size_t in_bytes = (size_t)(SEQUENCE_FRAMES * sequence_frame_size(&whole.input_info[0])) * sizeof(float);
  size_t out_bytes = (size_t)(whole.output_frames[0] * sequence_frame_size(&whole.output_info[0])) * sizeof(float);
  guarded in = guarded_memory(in_bytes), out = guarded_memory(out_bytes);
  sequence_run(&whole);
  float *in_start = (float *)(void *)(in.end - in_bytes), *out_start = (float *)(void *)(out.end - out_bytes);
  memcpy(in_start, whole.input[0], in_bytes);
  crnn_array in_array = sequence_array(&whole.input_info[0], in_start, SEQUENCE_FRAMES);
  crnn_array out_array = sequence_array(&whole.output_info[0], out_start, whole.output_frames[0]);
  CHECK_STATUS(CRNN_OK, crnn_run(model, &in_array, 1, &out_array, 1, NULL));
  CHECK(memcmp(out_start, whole.output[0], out_bytes) == 0);
  guarded_free(&in);
  guarded_free(&out);
  sequence_end(&whole);
  sequence_end(&guard);
  crnn_model_destroy(model);
}

int main(int count, char **arguments) {
  checks_begin(count, arguments);
  TEST(no_allocation_from_init_to_the_end_of_10000_pushes);
  TEST(no_system_call_from_init_to_the_end_of_10000_pushes);
  TEST(only_the_stated_memory_is_touched);
  TEST(only_the_arrays_themselves_are_touched);
  return checks_failed_tests != 0;
}
