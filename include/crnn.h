/* crnn: streaming int8 inference for convolutional-recurrent networks, in memory whose size is known beforehand.
 *
 * A whole program. It classifies one 28x28 image of a handwritten digit, given as 28 columns of 28 grey pixels:
 *
 *     #include <crnn.h>
 *     #include <stdio.h>
 *
 *     int main(void) {
 *       static unsigned char columns[28][28];               // [time][height]; 0 is paper, 255 is ink
 *       float probability[10];
 *       crnn_error error = CRNN_ERROR_INITIALIZER;
 *       crnn_model *model;
 *
 *       if (crnn_model_open("digits.crnn", NULL, &model, &error)) { puts(error.message); return 1; }
 *       crnn_array in = crnn_array_2d(columns, CRNN_U8, 28, 28);
 *       crnn_array out = crnn_array_2d(probability, CRNN_F32, 1, 10);
 *       if (crnn_run(model, &in, 1, &out, 1, &error)) { puts(error.message); return 1; }
 *       for (int digit = 0; digit < 10; digit++) printf("%d %.3f\n", digit, probability[digit]);
 *       crnn_model_destroy(model);
 *     }
 *
 * WORDS. A model is the immutable packed network; a stream is one running sequence over it. Data arrive along one axis, time
 * (image columns, audio frames, video frames); everything at one time step is a frame. Ports are the named inputs and outputs.
 *
 * ARRAYS. A port whose frames have rank r takes arrays of rank r + 1: time x frame. Pixels given as CRNN_U8 stand for
 * value / 255 and audio given as CRNN_S16 for value / 32768, unless the port says otherwise (crnn_port_info.integer_scale).
 * Float input: NaN is taken for 0, what lies outside the calibrated range (infinities too) saturates.
 *
 * ERRORS. Every fallible function returns a crnn_status, 0 on success. On error, outputs are untouched. A crnn_error, where
 * given, receives the status and a sentence; it may always be NULL. No function aborts, prints, or allocates unless it says so.
 *
 * THREADS. There are no locks, no hidden threads and no global state. No call but crnn_model_prepare and crnn_model_destroy
 * changes a model; every call on a stream changes it. Arrays, memory and errors that a call is given are its own until it
 * returns. Each function says what may run beside it:
 *     Threads: any       everything, on the same model too
 *     Threads: stream    everything but another call on the same stream; other streams of the same model too
 *     Threads: decoder   everything but another call on the same decoder (crnn_ctc)
 *     Threads: alone     nothing that uses the same model
 * crnn_model_open and crnn_model_init read CRNN_ISA, unless their options name an instruction set: no thread may then be changing
 * the environment.
 *
 * NULL pointers are refused with CRNN_ERROR_ARGUMENT wherever a pointer is needed; destroy functions take NULL.
 */
#ifndef CRNN_H
#define CRNN_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#define CRNN_API __attribute__((visibility("default")))
#define CRNN_CHECK_RESULT __attribute__((warn_unused_result))
#else
#define CRNN_API
#define CRNN_CHECK_RESULT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ------------------------------------------------------------------------------------------------------------ */

#define CRNN_VERSION_MAJOR 0
#define CRNN_VERSION_MINOR 1
#define CRNN_VERSION_PATCH 0
/* major * 1,000,000 + minor * 1,000 + patch: the version of this header. */
#define CRNN_HEADER_VERSION (CRNN_VERSION_MAJOR * 1000000u + CRNN_VERSION_MINOR * 1000u + CRNN_VERSION_PATCH)

/* The version of the library, like CRNN_HEADER_VERSION. Threads: any. Since 0.1. */
CRNN_API uint32_t crnn_version(void);

/* ---- Status ------------------------------------------------------------------------------------------------------------- */

/* 0, or one of the numbers below. A number never changes its meaning. 1xx: the caller's arguments; 2xx: the model file;
 * 3xx: the state of a stream; 4xx: capacity; 5xx: the environment; 6xx: images (crnn_image.h);
 * 7xx: conversion (crnn_convert.h). */
typedef int32_t crnn_status;

#define CRNN_OK ((crnn_status)0)
#define CRNN_ERROR_ARGUMENT ((crnn_status)100)      /* a NULL, or a value outside what is allowed */
#define CRNN_ERROR_SHAPE ((crnn_status)101)         /* an array's rank or shape is not the port's */
#define CRNN_ERROR_TYPE ((crnn_status)102)          /* an array's element type cannot be taken by the port */
#define CRNN_ERROR_PORT ((crnn_status)103)          /* no such port */
#define CRNN_ERROR_ALIGNMENT ((crnn_status)104)     /* memory is not aligned as needed */
#define CRNN_ERROR_VERSION ((crnn_status)105)       /* header and library do not fit together */
#define CRNN_ERROR_FILE_MAGIC ((crnn_status)200)    /* not a crnn model file */
#define CRNN_ERROR_FILE_TRUNCATED ((crnn_status)201)/* shorter than it says it is */
#define CRNN_ERROR_FILE_CHECKSUM ((crnn_status)202) /* damaged */
#define CRNN_ERROR_FILE_TOO_NEW ((crnn_status)203)  /* needs a newer library */
#define CRNN_ERROR_FILE_MALFORMED ((crnn_status)204)/* its parts contradict each other */
#define CRNN_ERROR_FILE_SELF_TEST ((crnn_status)205)/* the model does not compute what it was packed to compute */
#define CRNN_ERROR_FILE_EMPTY ((crnn_status)206)    /* has no bytes */
#define CRNN_ERROR_FILE_VERSION ((crnn_status)207)  /* names a version that was never written */
#define CRNN_ERROR_FINISHED ((crnn_status)300)      /* frames were pushed after finish */
#define CRNN_ERROR_STREAM ((crnn_status)301)        /* not a stream, a destroyed one, or one of another model */
#define CRNN_ERROR_INCOMPLETE ((crnn_status)302)    /* the sequence does not have the length the model needs */
#define CRNN_ERROR_CAPACITY ((crnn_status)400)      /* a buffer or memory block is too small */
#define CRNN_ERROR_TOO_LONG ((crnn_status)401)      /* more frames than the stream was opened for, or the model takes */
#define CRNN_ERROR_OUTPUT_PENDING ((crnn_status)402)/* pull the finished output first */
#define CRNN_ERROR_OPEN ((crnn_status)500)          /* the file cannot be opened or mapped */
#define CRNN_ERROR_MEMORY ((crnn_status)501)        /* the system has no memory left */
#define CRNN_ERROR_ISA ((crnn_status)502)           /* no such instruction set, or this processor lacks it */
#define CRNN_ERROR_NOT_LINKED ((crnn_status)503)    /* the program was linked without an operation of the model (crnn_link.h) */
#define CRNN_ERROR_IMAGE_FORMAT ((crnn_status)600)  /* neither PNG nor JPEG */
#define CRNN_ERROR_IMAGE_DAMAGED ((crnn_status)601) /* damaged, or cut short */
#define CRNN_ERROR_IMAGE_TOO_LARGE ((crnn_status)602)   /* more pixels than the limit allows */
#define CRNN_ERROR_IMAGE_UNSUPPORTED ((crnn_status)603) /* a kind of PNG or JPEG that is not read */
#define CRNN_ERROR_RECIPE ((crnn_status)610)        /* the recipe for images is not understood, or does not fit the model's port */

/* Where a function puts the detail of a failure. The caller owns it. */
typedef struct crnn_error {
  size_t struct_size; /* sizeof(crnn_error), by CRNN_ERROR_INITIALIZER */
  crnn_status status;
  char message[244]; /* a sentence, NUL-terminated UTF-8, cut where it does not fit */
} crnn_error;

#define CRNN_ERROR_INITIALIZER { sizeof(crnn_error), 0, {0} }

/* The status' name ("CRNN_ERROR_SHAPE") and what it means, as constant strings; never NULL. Threads: any. Since 0.1. */
CRNN_API const char *crnn_status_name(crnn_status status);
CRNN_API const char *crnn_status_text(crnn_status status);

/* CRNN_OK where a program compiled against a header of version `header_version` may use this library. Call it once with
 * CRNN_HEADER_VERSION. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_abi_check(uint32_t header_version) CRNN_CHECK_RESULT;

/* ---- Arrays ------------------------------------------------------------------------------------------------------------- */

typedef int32_t crnn_dtype;
#define CRNN_U8 ((crnn_dtype)1)
#define CRNN_S16 ((crnn_dtype)2)
#define CRNN_F32 ((crnn_dtype)3)
#define CRNN_S32 ((crnn_dtype)4)

#define CRNN_MAXIMUM_RANK 8

/* A typed view of the caller's memory, nothing is copied. Axis 0 is the outermost. */
typedef struct crnn_array {
  size_t struct_size; /* sizeof(crnn_array) */
  void *data;         /* aligned to its element */
  crnn_dtype dtype;
  int32_t rank;
  int64_t shape[CRNN_MAXIMUM_RANK];  /* elements along each axis */
  int64_t stride[CRNN_MAXIMUM_RANK]; /* bytes from one element to the next along each axis, may be negative; all 0: dense, C order */
} crnn_array;

/* A dense array of rank 2 (time x frame) or 3 (time x frame of rank 2). */
static inline crnn_array crnn_array_2d(void *data, crnn_dtype dtype, int64_t time, int64_t frame) {
  crnn_array array = { sizeof(crnn_array), data, dtype, 2, { time, frame, 0, 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0, 0, 0, 0 } };
  return array;
}
static inline crnn_array crnn_array_3d(void *data, crnn_dtype dtype, int64_t time, int64_t rows, int64_t columns) {
  crnn_array array = { sizeof(crnn_array), data, dtype, 3, { time, rows, columns, 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0, 0, 0, 0 } };
  return array;
}

/* ---- Simple calls: open, run, destroy (these use the heap) --------------------------------------------------------------- */

typedef struct crnn_model crnn_model;
typedef struct crnn_stream crnn_stream;

/* NULL means the defaults everywhere. Initialise with CRNN_MODEL_OPTIONS_INITIALIZER. */
typedef struct crnn_model_options {
  size_t struct_size;
  const char *isa;        /* an instruction set's name (crnn_isa_name), or NULL: CRNN_ISA of the environment, else the best */
  int32_t defer_checksum; /* 1: do not check the weights' checksum now, which touches the whole file (see crnn_model_check) */
  int32_t copy_file;      /* 1: crnn_model_open reads the file into memory, instead of mapping it */
} crnn_model_options;

#define CRNN_MODEL_OPTIONS_INITIALIZER { sizeof(crnn_model_options), NULL, 0, 0 }

/* Maps the file at `path` (UTF-8, NUL-terminated) and makes a model of it. Uses the heap. A mapped file must not be changed while the
 * model lives: new weights may be used unchecked, and a file that becomes shorter ends the process (SIGBUS) where the part that is gone is
 * read. To replace one, rename a new file to its name, as the converter does: the model keeps the old one. Who cannot see to
 * that sets copy_file: it costs the file's bytes of memory and the time to read them, and whatever becomes of the file afterwards
 * changes nothing. Errors: CRNN_ERROR_OPEN, CRNN_ERROR_MEMORY, 2xx, CRNN_ERROR_ISA. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_model_open(const char *path, const crnn_model_options *options, crnn_model **model,
                                     crnn_error *error) CRNN_CHECK_RESULT;

/* Ends a model from crnn_model_open and unmaps its file, or frees the copy. No stream of it may be in use. Models from crnn_model_init need no
 * end, and NULL is ignored. Threads: alone. Since 0.1. */
CRNN_API void crnn_model_destroy(crnn_model *model);

/* Runs one whole sequence: all input ports at once, then the end. `inputs` and `outputs` are in port order; an output array's
 * first axis must have exactly as many frames as the port gives (crnn_model_output_frames; 1 for one result per sequence).
 * Opens a stream on the heap for the call; to avoid that, keep a stream and use crnn_stream_process. Many sequences: crnn_batch_run.
 * CRNN_ERROR_INCOMPLETE where the lengths of two inputs do not fit each other: a node joins them frame by frame and would have
 * more frames of one than of the other; or where a port that takes a fixed number of frames (fixed_frames and per_sequence of
 * crnn_port_info) is given fewer. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_run(const crnn_model *model, const crnn_array *inputs, int32_t input_count, const crnn_array *outputs,
                              int32_t output_count, crnn_error *error) CRNN_CHECK_RESULT;

/* ---- What a model is ----------------------------------------------------------------------------------------------------- */

typedef int32_t crnn_direction;
#define CRNN_INPUT ((crnn_direction)0)
#define CRNN_OUTPUT ((crnn_direction)1)

typedef struct crnn_port_info {
  size_t struct_size;          /* set by the caller: sizeof(crnn_port_info) */
  const char *name;            /* lives as long as the model */
  crnn_dtype native_dtype;     /* what the network works with: giving this type costs no conversion. Every port of floats or codes
                                  takes and gives CRNN_F32 */
  int32_t rank;                /* of a frame; arrays have one axis more, time, in front */
  int64_t shape[4];            /* of a frame */
  float integer_scale;         /* an integer i given to this port stands for i * integer_scale; 0: u8 / 255, s16 / 32768 */
  int32_t per_sequence;        /* 1: one frame per sequence instead of a stream of frames */
  int64_t fixed_frames;        /* a sequence has exactly this many frames; 0: any number */
  int32_t rate_numerator;      /* frames per tick of the model's time base: an output with 1/4 of the input's rate gives one */
  int32_t rate_denominator;    /* frame for every four; an input at 2 beside an input at 1 takes two frames for each of its */
} crnn_port_info;

/* Number of input or output ports. 0 for a NULL model. Threads: any. Since 0.1. */
CRNN_API int32_t crnn_model_port_count(const crnn_model *model, crnn_direction direction);

/* Describes port `index`. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_model_port(const crnn_model *model, crnn_direction direction, int32_t index, crnn_port_info *info,
                                     crnn_error *error) CRNN_CHECK_RESULT;

/* The index of the port called `name`. Error: CRNN_ERROR_PORT. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_model_find_port(const crnn_model *model, crnn_direction direction, const char *name, int32_t *index,
                                          crnn_error *error) CRNN_CHECK_RESULT;

/* How many frames output port `output` gives for a whole sequence with `input_frames[i]` frames at input port i
 * (`input_count` of them). Where these lengths do not fit each other, which crnn_run refuses, the number means nothing.
 * Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_model_output_frames(const crnn_model *model, int32_t output, const int64_t *input_frames,
                                              int32_t input_count, int64_t *frames, crnn_error *error) CRNN_CHECK_RESULT;

/* How an output port follows an input port in time. */
typedef struct crnn_timing {
  size_t struct_size;       /* set by the caller: sizeof(crnn_timing) */
  int32_t depends;          /* 0: no frame of the input has a part in the output, and all that follows is 0 */
  int32_t whole_past;       /* 1: beyond its window, an output frame depends on all earlier input frames: a recurrent layer
                               remembers them, or they are reduced to one */
  int32_t whole_sequence;   /* 1: no output frame that comes from the input at all is complete before the input has ended: a
                               backward recurrent layer, or a reduction over time */
  int32_t reserved;         /* 0 */
  int64_t input_frames;     /* every input_frames input frames give output_frames output frames, in lowest terms. Both are 0 */
  int64_t output_frames;    /* where only the whole sequence gives something: one frame, or a number that the network fixes */
  int64_t lookahead;        /* L: output frame i is complete, at the latest, once input frame
                               floor(i * input_frames / output_frames) + L has come or the input has ended; exactly then, where its
                               window holds no padding. May be negative. INT64_MAX with whole_sequence */
  int64_t receptive_field;  /* input frames from the first to the last one of an output frame's window, apart from what
                               recurrent layers remember. INT64_MAX: the whole sequence */
} crnn_timing;

/* Says how output port `output` follows input port `input` in time. Whatever is said of one input holds as far as that input is
 * concerned: an output frame is complete when it is with respect to every input. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_model_timing(const crnn_model *model, int32_t output, int32_t input, crnn_timing *timing,
                                       crnn_error *error) CRNN_CHECK_RESULT;

/* The frames `*first` to `*last` (both included) of input port `input` that frame `frame` (0 to 2^40) of output port `output`
 * comes from: its window, apart from what recurrent layers remember, cut to the sequence. `input_frames` is the length of the
 * whole sequence, or -1 where it is not known yet, which counts as without end. The whole sequence (0 to INT64_MAX - 1 where its
 * length is not known) where only that gives something; 0 to -1, which is empty, where the output does not depend on the input.
 * It tells, for one, which columns of an image a character was read from. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_model_span(const crnn_model *model, int32_t output, int32_t input, int64_t frame, int64_t input_frames,
                                     int64_t *first, int64_t *last, crnn_error *error) CRNN_CHECK_RESULT;

/* A text that stands in the file: "labels" (one a line), "alphabet", "ctc.blank", "preprocess", "converter", "source.sha256", …
 * (docs/model-format.md lists them), or NULL where the file has none of that name. Lives as long as the model.
 * Threads: any. Since 0.1. */
CRNN_API const char *crnn_model_text(const crnn_model *model, const char *key);

/* 1 where a stream needs a maximum length because a part of the network needs the whole sequence, else 0.
 * Threads: any. Since 0.1. */
CRNN_API int32_t crnn_model_is_bounded(const crnn_model *model);

/* The name of the instruction set whose kernels this model uses. Threads: any. Since 0.1. */
CRNN_API const char *crnn_model_isa(const crnn_model *model);

/* ---- Prepared weights: more speed for more memory ------------------------------------------------------------------------- */

/* Some convolutions (3 x 3 over time and height, 32 channels and more) have weights that are transformed before they are multiplied. That is
 * done again for every chunk, or once, by crnn_model_prepare, into memory of eight times the weights' size; the answer is the same to the bit.
 * `*bytes` receives that size, 0 where this network on this instruction set gains nothing by it. Whether it pays depends on the machine's caches, and only for
 * long chunks: `crnn bench --prepare` tells. With chunks under 8 frames nothing uses it. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_model_prepare_size(const crnn_model *model, size_t *bytes, crnn_error *error) CRNN_CHECK_RESULT;

/* Transforms the weights into `memory` (crnn_model_prepare_size bytes, aligned to 64), which the model uses from then on and which must live as
 * long as it. Memory that already holds the prepared weights of a model with the same content is used as it is, and not written to, so that models,
 * or processes, can share it. Its first 64 bytes tell: they must be zeros in all other memory, for an allocator may hand out again what another
 * model has left. `memory` NULL: the model goes back to transforming as it needs them.
 *
 *     size_t bytes;
 *     if (crnn_model_prepare_size(model, &bytes, &error) == CRNN_OK && bytes > 0) {
 *       void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
 *       if (memory) crnn_model_prepare(model, memset(memory, 0, 64), bytes, &error);
 *     }
 *
 * Threads: alone. Since 0.1. */
CRNN_API crnn_status crnn_model_prepare(crnn_model *model, void *memory, size_t bytes, crnn_error *error);

/* ---- Streams ------------------------------------------------------------------------------------------------------------- */

typedef struct crnn_stream_options {
  size_t struct_size;
  int32_t chunk;         /* frames the engine takes in one step, 1 to 65,536; 0: 1. More is faster and takes more memory; the
                            answer is the same to the bit */
  int32_t reserved;      /* 0 */
  int64_t maximum_frames;/* longest sequence, per input port; needed where crnn_model_is_bounded, else 0 means without end */
} crnn_stream_options;

#define CRNN_STREAM_OPTIONS_INITIALIZER { sizeof(crnn_stream_options), 1, 0, 0 }

/* Makes a stream on the heap: crnn_stream_size bytes and nothing else, then or later. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_stream_create(const crnn_model *model, const crnn_stream_options *options, crnn_stream **stream,
                                        crnn_error *error) CRNN_CHECK_RESULT;

/* Ends a stream from crnn_stream_create. NULL is ignored. Threads: stream. Since 0.1. */
CRNN_API void crnn_stream_destroy(crnn_stream *stream);

/* Back to the state of a fresh stream. Threads: stream. Since 0.1. */
CRNN_API crnn_status crnn_stream_reset(const crnn_model *model, crnn_stream *stream, crnn_error *error);

/* One call for networks with one input and one output port: takes the frames of `input` (time x frame, any number), runs the
 * network and writes what is ready to `output` (time x frame); `*frames` receives the number of output frames written.
 * `output` must have room for them: else CRNN_ERROR_CAPACITY, `*frames` holds the number needed, and nothing was consumed. With
 * `finish` 1 the sequence ends after these frames and the rest is flushed. `input` may be NULL to only finish.
 * Threads: stream. Since 0.1. */
CRNN_API crnn_status crnn_stream_process(const crnn_model *model, crnn_stream *stream, const crnn_array *input, int32_t finish,
                                         const crnn_array *output, int64_t *frames, crnn_error *error) CRNN_CHECK_RESULT;

/* What crnn_stream_process is given, and what it gives back. */
typedef struct crnn_process_call {
  size_t struct_size;      /* sizeof(crnn_process_call) */
  const crnn_model *model;
  crnn_stream *stream;
  const crnn_array *input; /* may be NULL to only finish */
  const crnn_array *output;
  crnn_error *error;       /* may be NULL */
  int64_t frames;          /* set by the call */
  int32_t finish;
  int32_t reserved;        /* 0 */
} crnn_process_call;

/* crnn_stream_process for languages in which every argument of a call takes its time: a structure that is filled in once serves for all
 * calls that are alike. Threads: stream. Since 0.1. */
CRNN_API crnn_status crnn_stream_process_call(crnn_process_call *call) CRNN_CHECK_RESULT;

/* For any number of ports. Gives frames (time x frame) to input port `port` and computes as far as possible. At most the
 * stream's chunk at a time is sure to be taken (of a port slower than another, its share: chunk times its rate by the fastest
 * port's, rounded down, at least 1); CRNN_ERROR_OUTPUT_PENDING, with nothing consumed, where finished output must be pulled (or
 * another input port that is further behind be fed) first. CRNN_ERROR_TOO_LONG, with nothing consumed, also where another port has
 * ended and has no frames to go with these (docs/streaming.md, Several inputs). Threads: stream. Since 0.1. */
CRNN_API crnn_status crnn_stream_push(const crnn_model *model, crnn_stream *stream, int32_t port, const crnn_array *frames,
                                      crnn_error *error) CRNN_CHECK_RESULT;

/* No more frames will come at input port `port`, while others go on; once every input port is finished, what is left flows out.
 * CRNN_ERROR_INCOMPLETE, with nothing changed, where another port has already had frames that would find none of this port's
 * to go with, or where this one takes a fixed number and has had fewer: push the missing frames, then finish.
 * Threads: stream. Since 0.1. */
CRNN_API crnn_status crnn_stream_finish(const crnn_model *model, crnn_stream *stream, int32_t port,
                                        crnn_error *error) CRNN_CHECK_RESULT;

/* Takes up to the array's first axis of ready frames from output port `port`; `*frames` receives how many were written. Goes on
 * computing while there is room, so that 0 means: nothing more until something is pushed or finished, or another output port, which
 * may hold this one up, is pulled. Of a network with several, pull all in turn until each gives 0. Threads: stream. Since 0.1. */
CRNN_API crnn_status crnn_stream_pull(const crnn_model *model, crnn_stream *stream, int32_t port, const crnn_array *output,
                                      int64_t *frames, crnn_error *error) CRNN_CHECK_RESULT;

/* ---- Caller's memory: no heap at all -------------------------------------------------------------------------------------- */

/* Memory for models and streams must start on a multiple of this; the file image, on a multiple of it too. */
#define CRNN_MEMORY_ALIGNMENT 16

/* What a model needs, answered from the first bytes of its file. */
typedef struct crnn_requirements {
  size_t struct_size;    /* set by the caller */
  uint64_t prefix_bytes; /* leading bytes of the file that suffice for this call; set with CRNN_ERROR_FILE_TRUNCATED too, where
                            >= 128 bytes were given */
  uint64_t file_bytes;
  uint64_t model_bytes;  /* crnn_model_init */
  uint64_t stream_bytes; /* crnn_stream_init with these options; 0 where the model is bounded and no maximum was given */
} crnn_requirements;

/* Needs `prefix_bytes` bytes of the file; with fewer, but at least 128, returns CRNN_ERROR_FILE_TRUNCATED and sets
 * prefix_bytes. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_file_requirements(const void *file, size_t bytes, const crnn_stream_options *options,
                                            crnn_requirements *requirements, crnn_error *error) CRNN_CHECK_RESULT;

/* Makes a model in the caller's memory over a file image that the caller keeps in place and unchanged for the model's life.
 * Both must be aligned to CRNN_MEMORY_ALIGNMENT. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_model_init(void *memory, size_t memory_bytes, const void *file, size_t file_bytes,
                                     const crnn_model_options *options, crnn_model **model, crnn_error *error) CRNN_CHECK_RESULT;

/* Checks the weights' checksum (where it was deferred) and runs the self-test vector of the file, where there is one, in
 * `memory` (crnn_stream_size with chunk 1 and, if bounded, maximum_frames 64). Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_model_check(const crnn_model *model, void *memory, size_t memory_bytes,
                                      crnn_error *error) CRNN_CHECK_RESULT;

/* The bytes of a stream with these options. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_stream_size(const crnn_model *model, const crnn_stream_options *options, size_t *bytes,
                                      crnn_error *error) CRNN_CHECK_RESULT;

/* Makes a stream in the caller's memory. The block is flat and position-independent: it holds no pointer, may be copied with
 * memcpy, and both copies go on alike. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_stream_init(const crnn_model *model, void *memory, size_t memory_bytes,
                                      const crnn_stream_options *options, crnn_stream **stream, crnn_error *error) CRNN_CHECK_RESULT;

/* The bytes of a stream: what to save of it, from the address of its handle on. 0 for NULL and what is no stream.
 * Threads: stream. Since 0.1. */
CRNN_API size_t crnn_stream_bytes(const crnn_stream *stream);

/* Makes a stream of bytes that were saved (crnn_stream_bytes of them, of a stream between two calls, on any machine with the same byte order)
 * and now stand in the caller's memory, aligned to CRNN_MEMORY_ALIGNMENT. It goes on with the same bits, also in another process and
 * with another instruction set. CRNN_ERROR_STREAM where they are of another model or another layout of streams, or contradict
 * themselves: a damaged block cannot make the engine leave it, but may change results. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_stream_restore(const crnn_model *model, void *memory, size_t bytes, crnn_stream **stream,
                                         crnn_error *error) CRNN_CHECK_RESULT;

/* ---- Running many --------------------------------------------------------------------------------------------------------- */

/* Threads that the caller lends. crnn_batch_run calls `run` once, from its own thread, with as many tasks as it can use, `width` at
 * most, and `run` calls task(argument, i) for every i from 0 to count - 1, on whatever threads it likes, and returns when all of them
 * have returned. A task must not be left by an exception or longjmp. The library has no threads of its own, and sets no affinity. With
 * OpenMP:
 *
 *     static void run(void *context, void (*task)(void *, int32_t), void *argument, int32_t count) {
 *       #pragma omp parallel for schedule(static, 1) num_threads(count)
 *       for (int32_t i = 0; i < count; i++) task(argument, i);
 *     }
 *     const crnn_executor executor = { sizeof executor, NULL, run, 2, 0 };
 */
typedef struct crnn_executor {
  size_t struct_size; /* sizeof(crnn_executor) */
  void *context;      /* given to `run` as it is */
  void (*run)(void *context, void (*task)(void *argument, int32_t index), void *argument, int32_t count);
  int32_t width;      /* threads that there are, 1 to 65,536 */
  int32_t reserved;   /* 0 */
} crnn_executor;

typedef struct crnn_batch_options {
  size_t struct_size;
  const crnn_executor *executor; /* NULL: the calling thread */
  int64_t maximum_frames; /* longest sequence, per input port; 0: the longest of the items, where the memory is not the caller's, else
                             without end, which a model that crnn_model_is_bounded does not take */
  int32_t chunk;          /* frames the engine takes in one step, 1 to 65,536; 0: 64 */
  int32_t together;       /* sequences that a thread runs side by side, 1 to 64; 0: 4. Their recurrent layers are one product of
                             matrices; each takes the memory of a stream. Without such layers it is 1 */
} crnn_batch_options;

#define CRNN_BATCH_OPTIONS_INITIALIZER { sizeof(crnn_batch_options), NULL, 0, 0, 0 }

/* One sequence, as crnn_run takes it, and what became of it. */
typedef struct crnn_batch_item {
  size_t struct_size;        /* sizeof(crnn_batch_item) */
  const crnn_array *inputs;  /* in port order, `input_count` of them */
  const crnn_array *outputs; /* in port order; the first axis has exactly as many frames as the port gives */
  int32_t input_count, output_count;
  crnn_status status;        /* set by the call */
  int32_t order;             /* the library's own during the call */
} crnn_batch_item;

/* The bytes that crnn_batch_run needs with these options, whatever the items. CRNN_ERROR_ARGUMENT where the model is bounded and the
 * options have no maximum_frames. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_batch_size(const crnn_model *model, const crnn_batch_options *options, size_t *bytes,
                                     crnn_error *error) CRNN_CHECK_RESULT;

/* Runs many whole sequences of any lengths, each as crnn_run does: the same bits, whatever stands beside it, in whatever order and on
 * however many threads. `memory`: crnn_batch_size bytes, aligned to CRNN_MEMORY_ALIGNMENT, used during the call and by nothing else; or
 * NULL, which takes what these items need from the heap and gives it back at the end. Longer sequences are begun first; no two items may
 * share outputs.
 *
 *     crnn_array in[100], out[100];                      // filled in; here the model has one port each way
 *     crnn_batch_item items[100];
 *     for (int i = 0; i < 100; i++) items[i] = (crnn_batch_item){ sizeof *items, &in[i], &out[i], 1, 1, 0, 0 };
 *     crnn_batch_options options = CRNN_BATCH_OPTIONS_INITIALIZER;
 *     options.executor = &executor;                      // of two threads, say
 *     if (crnn_batch_run(model, &options, NULL, 0, items, 100, &error)) puts(error.message);
 *
 * Every item gets a status of its own. One that is refused keeps its outputs untouched and stops none of the others; the call then
 * returns the status of the first such item in the array, and the sentence begins with its number, from 0: "item 3: ...". Where the call
 * itself is refused (its arguments and options, CRNN_ERROR_CAPACITY or CRNN_ERROR_ALIGNMENT for `memory`, CRNN_ERROR_MEMORY), nothing is
 * run and every item has that status. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_batch_run(const crnn_model *model, const crnn_batch_options *options, void *memory, size_t memory_bytes,
                                    crnn_batch_item *items, int32_t item_count, crnn_error *error) CRNN_CHECK_RESULT;

/* ---- Reading text: CTC ------------------------------------------------------------------------------------------------------ */

/* Turns the frames that a network trained with connectionist temporal classification gives, one value for each character of its alphabet
 * and one for the blank, into text: as frames come, in memory whose size is known beforehand. The model's texts say what the values stand
 * for: "alphabet", whose characters are Unicode code points, and "ctc.blank". docs/ctc.md has the formulas.
 *
 *     crnn_ctc_options options = CRNN_CTC_OPTIONS_INITIALIZER;
 *     crnn_ctc *decoder = NULL;
 *     crnn_ctc_result line = CRNN_CTC_RESULT_INITIALIZER;
 *
 *     options.width = 16;                                 // a beam; without it the best class of each frame
 *     if (crnn_ctc_create(model, &options, &decoder, &error)
 *         || crnn_ctc_push(decoder, &out, &error)         // as often as there are frames; `out` is what crnn_run gave
 *         || crnn_ctc_finish(decoder, -1, &error)
 *         || crnn_ctc_result_at(decoder, 0, &line, &error)) puts(error.message);
 *     else printf("%s %.3f\n", line.text, line.confidence);
 *     crnn_ctc_destroy(decoder);
 */
typedef struct crnn_ctc crnn_ctc;

/* What the values of a frame are. */
typedef int32_t crnn_ctc_values;
#define CRNN_CTC_AUTOMATIC ((crnn_ctc_values)0)         /* by the node that the output port comes from: a softmax gives probabilities or, if
                                                            it says so, logarithms; anything else scores. Without a model: probabilities */
#define CRNN_CTC_PROBABILITIES ((crnn_ctc_values)1)     /* 0 to 1 */
#define CRNN_CTC_LOG_PROBABILITIES ((crnn_ctc_values)2) /* their natural logarithms */
#define CRNN_CTC_SCORES ((crnn_ctc_values)3)            /* what a softmax makes probabilities of */

typedef struct crnn_ctc_options {
  size_t struct_size;
  int32_t width;           /* 0: greedy, the best class of each frame; 1 to 1,024: prefix beam search that keeps so many texts */
  int32_t maximum_symbols; /* longest text, 1 to 65,536; 0: 256. A text ends there: crnn_ctc_result.is_truncated */
  int32_t output, input;   /* the ports that frames come from, and that spans are told in */
  crnn_ctc_values values;
  int32_t blank;           /* the blank's class, from 0, where `alphabet` is given; else the model says it */
  const char *alphabet;    /* UTF-8, NUL-terminated: the classes' characters in order, without the blank; NULL: the model's */
  const void *lexicon;     /* a packed lexicon, or NULL: the text consists of its words. Needs width >= 1 */
  size_t lexicon_bytes;
  const void *ngram;       /* a packed n-gram model of characters, or NULL. Needs width >= 1 */
  size_t ngram_bytes;
  float ngram_weight;      /* 0 to 100: what its logarithms of probabilities count beside the network's */
  float insertion_bonus;   /* -50 to 50: added to a text's score for each of its characters. Needs width >= 1 */
} crnn_ctc_options;

#define CRNN_CTC_OPTIONS_INITIALIZER { sizeof(crnn_ctc_options), 0, 0, 0, 0, 0, 0, NULL, NULL, 0, NULL, 0, 0.5f, 0.0f }

/* One character of a text. Its frames are those of the most probable way to say the text. */
typedef struct crnn_ctc_symbol {
  int32_t character;        /* its place in the alphabet, from 0 */
  float confidence;         /* its highest probability in any of its frames, 0 to 1 */
  int32_t text_offset;      /* where its UTF-8 bytes stand in the text, and how many */
  int32_t text_bytes;
  int64_t first_frame;      /* frames of the output port, both included */
  int64_t last_frame;
  int64_t first_input;      /* frames of the input port that they come from, as crnn_model_span tells; 0 and -1 without a model */
  int64_t last_input;
} crnn_ctc_symbol;

/* A text, in the decoder's memory: until the next call with that decoder. */
typedef struct crnn_ctc_result {
  size_t struct_size;       /* set by the caller: sizeof(crnn_ctc_result) */
  const char *text;         /* UTF-8, NUL-terminated */
  size_t text_bytes;        /* without the NUL */
  const crnn_ctc_symbol *symbols;
  int32_t symbol_count;
  int32_t stable_count;     /* so many characters, the first, stand in every text that is still possible; after the end, all */
  int32_t count;            /* how many results there are: at least 1, at most the width; greedy 1 */
  int32_t is_complete;      /* 0: a lexicon was given, and the text does not end with a whole word of it */
  int32_t is_truncated;     /* 1: the text has maximum_symbols characters; more may have followed */
  float confidence;         /* exp(log_probability), at most 1 */
  double log_probability;   /* natural logarithm of the text's probability by the network, summed over all ways to say it that the beam kept;
                               greedy: of the one way */
  double score;             /* what results are ordered by: log_probability + ngram_weight * (that of the n-gram model, after the end with that of
                               the text's end) + insertion_bonus * symbol_count */
} crnn_ctc_result;

#define CRNN_CTC_RESULT_INITIALIZER { sizeof(crnn_ctc_result), NULL, 0, NULL, 0, 0, 0, 0, 0, 0.0f, 0.0, 0.0 }

/* The bytes of a decoder with these options. `model` may be NULL where the options have an alphabet. Checks nothing of the lexicon and the
 * n-gram model. Errors: CRNN_ERROR_ARGUMENT (also where the model has no alphabet), CRNN_ERROR_PORT, CRNN_ERROR_SHAPE where the alphabet
 * does not fit the output port. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_ctc_size(const crnn_model *model, const crnn_ctc_options *options, size_t *bytes,
                                   crnn_error *error) CRNN_CHECK_RESULT;

/* Makes a decoder in the caller's memory, aligned to CRNN_MEMORY_ALIGNMENT, ready for a first sequence. The model and what the options
 * point to must outlive it and not change; the lexicon and the n-gram model, aligned to 4 bytes, are read in place after every byte of
 * them was checked. It must not be moved, and needs no end. Errors: also 2xx for what was packed, CRNN_ERROR_ARGUMENT where that is for
 * another alphabet. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_ctc_init(const crnn_model *model, void *memory, size_t memory_bytes, const crnn_ctc_options *options,
                                   crnn_ctc **decoder, crnn_error *error) CRNN_CHECK_RESULT;

/* Makes a decoder on the heap: crnn_ctc_size bytes and nothing else, then or later. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_ctc_create(const crnn_model *model, const crnn_ctc_options *options, crnn_ctc **decoder,
                                     crnn_error *error) CRNN_CHECK_RESULT;

/* Ends a decoder from crnn_ctc_create. NULL is ignored. Threads: decoder. Since 0.1. */
CRNN_API void crnn_ctc_destroy(crnn_ctc *decoder);

/* Begins a new sequence. Threads: decoder. Since 0.1. */
CRNN_API crnn_status crnn_ctc_reset(crnn_ctc *decoder, crnn_error *error);

/* Takes frames of the output port (time x frame, CRNN_F32; without a model time x classes), any number. However they are cut into pieces,
 * the results are the same to the bit. Each probability counts as at least 2^-40 and at most 1, NaN as the least.
 * CRNN_ERROR_FINISHED after the end, CRNN_ERROR_TOO_LONG after 2^32 - 1 frames. Threads: decoder. Since 0.1. */
CRNN_API crnn_status crnn_ctc_push(crnn_ctc *decoder, const crnn_array *frames, crnn_error *error) CRNN_CHECK_RESULT;

/* The sequence has ended: of the texts, those stay that may end here. `input_frames`: its length at the input port, to which spans are
 * then cut, or -1 where it is not known. Threads: decoder. Since 0.1. */
CRNN_API crnn_status crnn_ctc_finish(crnn_ctc *decoder, int64_t input_frames, crnn_error *error) CRNN_CHECK_RESULT;

/* The text so far, and after crnn_ctc_finish the text. `rank`: 0 is the best, up to result.count - 1. Changes nothing but what the
 * result before it pointed to. Threads: decoder. Since 0.1. */
CRNN_API crnn_status crnn_ctc_result_at(crnn_ctc *decoder, int32_t rank, crnn_ctc_result *result,
                                        crnn_error *error) CRNN_CHECK_RESULT;

/* ---- Instruction sets ------------------------------------------------------------------------------------------------------ */

/* The kernels in this library, best last: index 0 is "reference", the scalar definition of the numerics. All give the same
 * bits. crnn_isa_name returns NULL past the end; crnn_isa_supported tells whether this processor can run it.
 * Threads: any. Since 0.1. */
CRNN_API int32_t crnn_isa_count(void);
CRNN_API const char *crnn_isa_name(int32_t index);
CRNN_API int32_t crnn_isa_supported(int32_t index);

/* ---- Unstable: may change in any version ----------------------------------------------------------------------------------- */
#ifdef CRNN_UNSTABLE

/* One node of the network, for tools that print it. */
typedef struct crnn_node_info {
  size_t struct_size;        /* set by the caller */
  const char *name;
  const char *operation;     /* "convolution", "recurrent", … */
  const char *output_store;  /* "u8", "s16", "f32" */
  int32_t height, width, channels; /* of an output frame */
  int32_t rate_numerator, rate_denominator;
  int32_t kernel[3], stride[3], dilation[3]; /* time, height, width; 1 where the operation has none */
  int32_t whole_sequence;    /* 1: it holds a whole sequence before it begins, which makes the model bounded */
  int32_t reserved;          /* 0 */
  uint64_t weight_bytes;
  uint64_t macs;             /* multiplications by weights for one output frame */
  uint64_t ring_bytes;       /* of its output in a stream with the given options; 0 where it is bounded and they give no maximum */
  uint64_t state_bytes;      /* what it keeps in a stream from frame to frame, beside the rings */
  uint64_t scratch_bytes;    /* what it needs while it runs; all nodes and ports share the largest of these */
  int64_t lookahead;         /* as in crnn_timing, of its output over the first input port that it depends on */
  int64_t receptive_field;
} crnn_node_info;

/* Number of nodes; 0 for a NULL model. Threads: any. */
CRNN_API int32_t crnn_model_node_count(const crnn_model *model);

/* Describes node `index`, and what it takes in a stream with these options. Threads: any. */
CRNN_API crnn_status crnn_model_node(const crnn_model *model, const crnn_stream_options *options, int32_t index,
                                     crnn_node_info *info, crnn_error *error) CRNN_CHECK_RESULT;
#endif

#ifdef __cplusplus
}
#endif
#endif
