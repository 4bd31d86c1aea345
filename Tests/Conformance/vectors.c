/* Runs every vector with every instruction set of the runtime, frame by frame and all at once, in every floating-point mode, and compares the
 * checksum of each output with that of the reference kernels. Prints a line for each vector, and what a processor lacks; ends with status 1 where one differs.
 *
 * Whoever brings the runtime to another machine runs this program there. It needs crnn.h, puts, and CONFORMANCE_MEMORY bytes; no heap, no
 * files, no other part of a C library. Compile it with what `tools/cross/embed` makes of a folder of vectors, and link the runtime:
 *
 *     tools/cross/embed Tests/Conformance/vectors Tests/Golden/streaming >build/vectors-data.c
 *     cc -Iinclude -ITests/Conformance Tests/Conformance/vectors.c build/vectors-data.c -Lbuild -lcrnn
 */
#include <crnn.h>

#include "vectors.h"

#ifndef CONFORMANCE_MEMORY
#define CONFORMANCE_MEMORY (2u << 20)
#endif

int puts(const char *);

static _Alignas(64) unsigned char memory[CONFORMANCE_MEMORY];
static size_t used, most_used;
static uint64_t stream_bytes; /* of all streams together: they are as large on every machine, where a saved one may go on */

/* NULL where it is full. */
static void *take(size_t bytes) {
  size_t start = (used + 63) / 64 * 64;
  if (start > sizeof memory || bytes > sizeof memory - start) return NULL;
  used = start + bytes;
  if (used > most_used) most_used = used;
  return memory + start;
}

/* ---- Lines ---------------------------------------------------------------------------------------------------------------- */

static char line[200];
static size_t length;

static void text(const char *words) {
  while (*words && length < sizeof line - 1) line[length++] = *words++;
  line[length] = 0;
}
static void number(uint64_t value, unsigned base) {
  char digits[24];
  size_t count = sizeof digits;
  digits[--count] = 0;
  do {
    digits[--count] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value > 0);
  text(digits + count);
}
static void say(void) {
  puts(line);
  length = 0;
  line[0] = 0;
}

static uint32_t crc32c(uint32_t crc, const void *bytes, size_t count) {
  for (const unsigned char *p = bytes; count > 0; count--, p++) {
    crc ^= *p;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
  }
  return crc;
}

/* ---- What a processor may be told about numbers --------------------------------------------------------------------------- */

typedef enum mode { TO_NEAREST, FLUSHED, UPWARD, DOWNWARD, TOWARDS_ZERO } mode;

/* The processor's own number for a mode: FLUSHED rounds to the nearest and takes subnormal numbers for 0, as many programs want it. */
#if defined(__SSE2__)
#define HAS_MODES 1
static const uint32_t modes[] = { 0x1F80, 0x1F80 | 0x8040, 0x1F80 | 0x4000, 0x1F80 | 0x2000, 0x1F80 | 0x6000 };
static uint32_t mode_now(void) { return __builtin_ia32_stmxcsr() & ~0x3Fu; } /* without what happened so far */
static void enter(mode wanted) { __builtin_ia32_ldmxcsr(modes[wanted]); }
#elif defined(__aarch64__) || defined(__ARM_FP)
#define HAS_MODES 1
#define MODE_BITS (7u << 22)
static const uint32_t modes[] = { 0, 1u << 24, 1u << 22, 2u << 22, 3u << 22 };
#if defined(__aarch64__)
static uint64_t control(void) {
  uint64_t bits;
  __asm__ volatile("mrs %0, fpcr" : "=r"(bits));
  return bits;
}
static void enter(mode wanted) { __asm__ volatile("msr fpcr, %0" : : "r"((control() & ~(uint64_t)MODE_BITS) | modes[wanted])); }
#else
static uint32_t control(void) { /* whose other bits a processor with vectors needs as they are */
  uint32_t bits;
  __asm__ volatile("vmrs %0, fpscr" : "=r"(bits));
  return bits;
}
static void enter(mode wanted) { __asm__ volatile("vmsr fpscr, %0" : : "r"((control() & ~MODE_BITS) | modes[wanted])); }
#endif
static uint32_t mode_now(void) { return (uint32_t)control() & MODE_BITS; }
#else
#define HAS_MODES 0
#endif

/* ---- One vector ----------------------------------------------------------------------------------------------------------- */

typedef struct port {
  crnn_port_info info;
  int64_t size;    /* values of a frame */
  int64_t frames;  /* of the sequence */
  int64_t done;
  int finished;
  void *data;
} port;

/* NULL where all is well, else what was refused. */
static const char *refused;
static crnn_error error = CRNN_ERROR_INITIALIZER;

static int is_refused(crnn_status status, const char *what) {
  if (status == CRNN_OK) return 0;
  refused = what;
  return 1;
}

static int describe(const crnn_model *model, crnn_direction direction, int32_t index, port *p) {
  p->info.struct_size = sizeof p->info;
  if (is_refused(crnn_model_port(model, direction, index, &p->info, &error), "crnn_model_port")) return 0;
  p->size = 1;
  for (int axis = 0; axis < p->info.rank; axis++) p->size *= p->info.shape[axis];
  p->done = 0;
  p->finished = 0;
  return 1;
}

static crnn_array frames_of(const port *p, int64_t first, int64_t count, crnn_dtype dtype) {
  crnn_array array = { sizeof(crnn_array), (char *)p->data + 4 * first * p->size, dtype, p->info.rank + 1, { count }, { 0 } };
  for (int axis = 0; axis < p->info.rank; axis++) array.shape[axis + 1] = p->info.shape[axis];
  return array;
}

static port in[VECTOR_PORTS], out[VECTOR_PORTS];

static int has_gone_on(const crnn_model *model, crnn_stream *stream, const vector *v, int64_t chunk) {
  int progress = 0;
  for (int32_t i = 0; i < v->inputs; i++) {
    port *p = &in[i];
    if (p->finished) continue;
    if (p->done == p->frames) {
      if (crnn_stream_finish(model, stream, i, &error) == CRNN_OK) p->finished = progress = 1;
      continue;
    }
    const crnn_dtype dtype = p->info.native_dtype == CRNN_S32 ? CRNN_S32 : CRNN_F32;
    int64_t count = p->frames - p->done < chunk ? p->frames - p->done : chunk;
    for (; count > 0; count /= 2) { /* of a slower port, less is sure to be taken */
      const crnn_array some = frames_of(p, p->done, count, dtype);
      const crnn_status status = crnn_stream_push(model, stream, i, &some, &error);
      if (status == CRNN_OK) {
        p->done += count;
        progress = 1;
        break;
      }
      if (status != CRNN_ERROR_OUTPUT_PENDING && is_refused(status, "crnn_stream_push")) return 0;
    }
  }
  for (int32_t i = 0; i < v->outputs; i++) {
    port *p = &out[i];
    int64_t got = 0;
    const crnn_array room = frames_of(p, p->done, p->frames + 1 - p->done, CRNN_F32); /* and one more, which must not come */
    if (is_refused(crnn_stream_pull(model, stream, i, &room, &got, &error), "crnn_stream_pull")) return 0;
    p->done += got;
    progress |= got > 0;
    if (p->done > p->frames) {
      refused = "too many frames";
      return 0;
    }
  }
  return progress;
}

/* A whole sequence in pieces of `chunk` frames. 1 where every output has the length that it must have and, where `bits`, the values. */
static int runs(const crnn_model *model, const vector *v, int64_t chunk, int bits) {
  crnn_stream_options options = CRNN_STREAM_OPTIONS_INITIALIZER;
  crnn_stream *stream = NULL;
  size_t bytes = 0;
  const size_t before = used;
  options.chunk = (int32_t)chunk;
  for (int32_t i = 0; i < v->inputs; i++) {
    if (in[i].frames > options.maximum_frames) options.maximum_frames = in[i].frames;
    in[i].done = in[i].finished = 0;
  }
  if (!crnn_model_is_bounded(model)) options.maximum_frames = 0;
  else if (options.maximum_frames == 0) options.maximum_frames = 1;
  for (int32_t i = 0; i < v->outputs; i++) out[i].done = 0;
  int same = !is_refused(crnn_stream_size(model, &options, &bytes, &error), "crnn_stream_size");
  stream_bytes += bytes;
  void *block = same ? take(bytes) : NULL;
  if (same && !block) {
    refused = "CONFORMANCE_MEMORY is too small";
    same = 0;
  }
  same = same && !is_refused(crnn_stream_init(model, block, bytes, &options, &stream, &error), "crnn_stream_init");
  while (same && has_gone_on(model, stream, v, chunk)) {}
  used = before;
  for (int32_t i = 0; same && !refused && i < v->inputs; i++) {
    if (!in[i].finished) refused = "the stream stands still";
  }
  for (int32_t i = 0; same && !refused && i < v->outputs; i++) {
    if (out[i].done != out[i].frames) refused = "too few frames";
    else if (bits && (crc32c(~0u, out[i].data, (size_t)(4 * out[i].frames * out[i].size)) ^ ~0u) != v->output[i].checksum) refused = "other bits";
  }
  return !refused;
}

static int is_the_same(const crnn_model *model, const vector *v, int64_t chunk) { return runs(model, v, chunk, 1); }

/* In every mode of the processor: it runs to its end and leaves the mode as it was; where rounding is to the nearest, the bits are the same. */
static int holds_in_modes(const crnn_model *model, const vector *v, int64_t chunk, const char **what) {
#if HAS_MODES
  static const char *const names[] = { "", "all at once, subnormal numbers flushed to zero", "all at once, rounding upward",
                                       "all at once, rounding downward", "all at once, rounding towards zero" };
  for (mode m = FLUSHED; m <= TOWARDS_ZERO; m++) {
    *what = names[m];
    enter(m);
    const uint32_t entered = mode_now(); /* an emulator, as valgrind, may not know how to flush */
    const int holds = runs(model, v, chunk, m == FLUSHED), is_kept = mode_now() == entered;
    enter(TO_NEAREST);
    if (!is_kept) refused = "the mode was changed";
    if (!holds || !is_kept) return 0;
  }
  *what = "all at once, after other modes";
  return is_the_same(model, v, chunk);
#else
  return (void)model, (void)v, (void)chunk, (void)what, 1;
#endif
}

/* The ports, their data and room for outputs. */
static int has_ports(const crnn_model *model, const vector *v) {
  if (crnn_model_port_count(model, CRNN_INPUT) != v->inputs || crnn_model_port_count(model, CRNN_OUTPUT) != v->outputs) {
    refused = "other ports";
    return 0;
  }
  for (int32_t i = 0; i < v->inputs; i++) {
    port *p = &in[i];
    if (!describe(model, CRNN_INPUT, i, p)) return 0;
    p->frames = (int64_t)v->input[i].count / p->size;
    p->data = (void *)v->input[i].values;
    if (p->info.native_dtype != CRNN_S32) continue;
    int32_t *indices = take(4 * v->input[i].count + 4);
    for (size_t k = 0; indices && k < v->input[i].count; k++) {
      float value;
      __builtin_memcpy(&value, &v->input[i].values[k], sizeof value);
      indices[k] = (int32_t)value;
    }
    p->data = indices;
    if (!indices) refused = "CONFORMANCE_MEMORY is too small";
  }
  for (int32_t i = 0; i < v->outputs; i++) {
    port *p = &out[i];
    if (!describe(model, CRNN_OUTPUT, i, p)) return 0;
    p->frames = v->output[i].frames;
    p->data = take((size_t)(4 * (p->frames + 1) * p->size));
    if (!p->data) refused = "CONFORMANCE_MEMORY is too small";
  }
  return !refused;
}

/* With one instruction set. `what` is what was done last. */
static int holds(const vector *v, const char *isa, const char **what) {
  crnn_requirements requirements = { sizeof(crnn_requirements), 0, 0, 0, 0 };
  crnn_model_options options = CRNN_MODEL_OPTIONS_INITIALIZER;
  crnn_model *model = NULL;
  used = 0;
  refused = NULL;
  *what = "opening";
  options.isa = isa;
  if (is_refused(crnn_file_requirements(v->model, v->bytes, NULL, &requirements, &error), "crnn_file_requirements")) return 0;
  void *block = take((size_t)requirements.model_bytes);
  if (!block) {
    refused = "CONFORMANCE_MEMORY is too small";
    return 0;
  }
  if (is_refused(crnn_model_init(block, (size_t)requirements.model_bytes, v->model, v->bytes, &options, &model, &error),
                 "crnn_model_init") || !has_ports(model, v)) return 0;
  int64_t longest = 1;
  for (int32_t i = 0; i < v->inputs; i++) {
    if (in[i].frames > longest) longest = in[i].frames;
  }
  *what = "frame by frame";
  if (!is_the_same(model, v, 1)) return 0;
  *what = "all at once";
  if (!is_the_same(model, v, longest)) return 0;
  const uint64_t counted = stream_bytes;
  if (!holds_in_modes(model, v, longest, what)) return 0;
  *what = "all at once, with prepared weights";
  stream_bytes = counted;
  size_t bytes = 0;
  if (is_refused(crnn_model_prepare_size(model, &bytes, &error), "crnn_model_prepare_size")) return 0;
  if (bytes == 0) return 1;
  block = take(bytes);
  if (!block) {
    refused = "CONFORMANCE_MEMORY is too small";
    return 0;
  }
  for (int i = 0; i < 64; i++) ((char *)block)[i] = 0; /* not those of another model */
  return !is_refused(crnn_model_prepare(model, block, bytes, &error), "crnn_model_prepare") && is_the_same(model, v, longest);
}

int main(void) {
  int failed = 0;
  for (int32_t i = 0; i < crnn_isa_count(); i++) {
    text(crnn_isa_supported(i) ? "# " : "skip ");
    text(crnn_isa_name(i));
    if (!crnn_isa_supported(i)) text(": this processor does not have this instruction set");
    say();
  }
  for (const vector *v = vectors; v < vectors + vector_count; v++) {
    const char *what = "", *isa = "";
    int same = 1;
    for (int32_t i = 0; same && i < crnn_isa_count(); i++) {
      isa = crnn_isa_name(i);
      const uint64_t before = stream_bytes;
      if (crnn_isa_supported(i)) same = holds(v, isa, &what);
      if (i > 0) stream_bytes = before;
    }
    text(same ? "ok " : "not ok ");
    text(v->name);
    if (!same) {
      failed = 1;
      text(": ");
      text(isa);
      text(", ");
      text(what);
      text(": ");
      text(refused ? refused : "?");
      if (error.status) {
        text(": ");
        text(error.message);
      }
    }
    say();
  }
  text("# bytes of all streams: ");
  number(stream_bytes, 10);
  say();
  text("# bytes of memory used at most: ");
  number(most_used, 10);
  say();
  return failed;
}
