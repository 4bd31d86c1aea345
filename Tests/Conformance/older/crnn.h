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
 * THREADS. A model may be used by any number of threads at once. A stream may be used by one thread at a time. There are no
 * locks, no hidden threads and no global state.
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

/* The version of the library, like CRNN_HEADER_VERSION. Since 0.1. */
CRNN_API uint32_t crnn_version(void);

/* ---- Status ------------------------------------------------------------------------------------------------------------- */

/* 0, or one of the numbers below. A number never changes its meaning. 1xx: the caller's arguments; 2xx: the model file;
 * 3xx: the state of a stream; 4xx: capacity; 5xx: the environment. */
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
#define CRNN_ERROR_FINISHED ((crnn_status)300)      /* frames were pushed after finish */
#define CRNN_ERROR_STREAM ((crnn_status)301)        /* not a stream, a destroyed one, or one of another model */
#define CRNN_ERROR_INCOMPLETE ((crnn_status)302)    /* the sequence does not have the length the model needs */
#define CRNN_ERROR_CAPACITY ((crnn_status)400)      /* a buffer or memory block is too small */
#define CRNN_ERROR_TOO_LONG ((crnn_status)401)      /* more frames than the stream was opened for, or the model takes */
#define CRNN_ERROR_OUTPUT_PENDING ((crnn_status)402)/* pull the finished output first */
#define CRNN_ERROR_OPEN ((crnn_status)500)          /* the file cannot be opened or mapped */
#define CRNN_ERROR_MEMORY ((crnn_status)501)        /* the system has no memory left */
#define CRNN_ERROR_ISA ((crnn_status)502)           /* no such instruction set, or this processor lacks it */

/* Where a function puts the detail of a failure. The caller owns it. */
typedef struct crnn_error {
  size_t struct_size; /* sizeof(crnn_error), by CRNN_ERROR_INITIALIZER */
  crnn_status status;
  char message[244]; /* a sentence, NUL-terminated UTF-8, cut where it does not fit */
} crnn_error;

#define CRNN_ERROR_INITIALIZER { sizeof(crnn_error), 0, {0} }

/* The status' name ("CRNN_ERROR_SHAPE") and what it means, as constant strings; never NULL. Since 0.1. */
CRNN_API const char *crnn_status_name(crnn_status status);
CRNN_API const char *crnn_status_text(crnn_status status);

/* CRNN_OK where a program compiled against a header of version `header_version` may use this library. Call it once with
 * CRNN_HEADER_VERSION. Since 0.1. */
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
  int32_t reserved;       /* 0 */
} crnn_model_options;

#define CRNN_MODEL_OPTIONS_INITIALIZER { sizeof(crnn_model_options), NULL, 0, 0 }

/* Maps the file at `path` (UTF-8, NUL-terminated) and makes a model of it. Uses the heap. The file must not be changed while
 * the model lives. Errors: CRNN_ERROR_OPEN, CRNN_ERROR_MEMORY, 2xx, CRNN_ERROR_ISA. Since 0.1. */
CRNN_API crnn_status crnn_model_open(const char *path, const crnn_model_options *options, crnn_model **model,
                                     crnn_error *error) CRNN_CHECK_RESULT;

/* Ends a model from crnn_model_open and unmaps its file. No stream of it may be in use. Models from crnn_model_init need no
 * end, and NULL is ignored. Since 0.1. */
CRNN_API void crnn_model_destroy(crnn_model *model);

/* Runs one whole sequence: all input ports at once, then the end. `inputs` and `outputs` are in port order; an output array's
 * first axis must have exactly as many frames as the port gives (crnn_model_output_frames; 1 for one result per sequence).
 * Opens a stream on the heap for the call; to avoid that, keep a stream and use crnn_stream_process. Since 0.1. */
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
  float integer_scale;         /* an integer i given to this port stands for i * integer_scale */
  int32_t per_sequence;        /* 1: one frame per sequence instead of a stream of frames */
  int64_t fixed_frames;        /* a sequence has exactly this many frames; 0: any number */
  int32_t rate_numerator;      /* frames per tick of the model's time base: an output with 1/4 of the input's rate gives one */
  int32_t rate_denominator;    /* frame for every four */
} crnn_port_info;

/* Number of input or output ports. 0 for a NULL model. Since 0.1. */
CRNN_API int32_t crnn_model_port_count(const crnn_model *model, crnn_direction direction);

/* Describes port `index`. Since 0.1. */
CRNN_API crnn_status crnn_model_port(const crnn_model *model, crnn_direction direction, int32_t index, crnn_port_info *info,
                                     crnn_error *error) CRNN_CHECK_RESULT;

/* The index of the port called `name`. Error: CRNN_ERROR_PORT. Since 0.1. */
CRNN_API crnn_status crnn_model_find_port(const crnn_model *model, crnn_direction direction, const char *name, int32_t *index,
                                          crnn_error *error) CRNN_CHECK_RESULT;

/* How many frames output port `output` gives for a whole sequence with `input_frames[i]` frames at input port i
 * (`input_count` of them). Since 0.1. */
CRNN_API crnn_status crnn_model_output_frames(const crnn_model *model, int32_t output, const int64_t *input_frames,
                                              int32_t input_count, int64_t *frames, crnn_error *error) CRNN_CHECK_RESULT;

/* A text that stands in the file: "labels" (one a line), "alphabet", "ctc.blank", "preprocess", "converter", "source.sha256", …
 * (docs/model-format.md lists them), or NULL where the file has none of that name. Lives as long as the model. Since 0.1. */
CRNN_API const char *crnn_model_text(const crnn_model *model, const char *key);

/* 1 where a stream needs a maximum length because a part of the network needs the whole sequence, else 0. Since 0.1. */
CRNN_API int32_t crnn_model_is_bounded(const crnn_model *model);

/* The name of the instruction set whose kernels this model uses. Since 0.1. */
CRNN_API const char *crnn_model_isa(const crnn_model *model);

/* ---- Streams ------------------------------------------------------------------------------------------------------------- */

typedef struct crnn_stream_options {
  size_t struct_size;
  int32_t chunk;         /* frames the engine takes in one step, 1 to 65,536; 0: 1. More is faster and takes more memory; the
                            answer is the same to the bit */
  int32_t reserved;      /* 0 */
  int64_t maximum_frames;/* longest sequence, per input port; needed where crnn_model_is_bounded, else 0 means without end */
} crnn_stream_options;

#define CRNN_STREAM_OPTIONS_INITIALIZER { sizeof(crnn_stream_options), 1, 0, 0 }

/* Makes a stream on the heap: crnn_stream_size bytes and nothing else, then or later. Since 0.1. */
CRNN_API crnn_status crnn_stream_create(const crnn_model *model, const crnn_stream_options *options, crnn_stream **stream,
                                        crnn_error *error) CRNN_CHECK_RESULT;

/* Ends a stream from crnn_stream_create. NULL is ignored. Since 0.1. */
CRNN_API void crnn_stream_destroy(crnn_stream *stream);

/* Back to the state of a fresh stream. Since 0.1. */
CRNN_API crnn_status crnn_stream_reset(const crnn_model *model, crnn_stream *stream, crnn_error *error);

/* One call for networks with one input and one output port: takes the frames of `input` (time x frame, any number), runs the
 * network and writes what is ready to `output` (time x frame); `*frames` receives the number of output frames written.
 * `output` must have room for them: else CRNN_ERROR_CAPACITY, `*frames` holds the number needed, and nothing was consumed. With
 * `finish` 1 the sequence ends after these frames and the rest is flushed. `input` may be NULL to only finish. Since 0.1. */
CRNN_API crnn_status crnn_stream_process(const crnn_model *model, crnn_stream *stream, const crnn_array *input, int32_t finish,
                                         const crnn_array *output, int64_t *frames, crnn_error *error) CRNN_CHECK_RESULT;

/* For any number of ports. Gives frames (time x frame) to input port `port` and computes as far as possible. At most the
 * stream's chunk at a time is sure to be taken; CRNN_ERROR_OUTPUT_PENDING, with nothing consumed, where finished output must
 * be pulled (or another input port be fed) first. Since 0.1. */
CRNN_API crnn_status crnn_stream_push(const crnn_model *model, crnn_stream *stream, int32_t port, const crnn_array *frames,
                                      crnn_error *error) CRNN_CHECK_RESULT;

/* No more frames will come at input port `port`; once every input port is finished, what is left flows out. Since 0.1. */
CRNN_API crnn_status crnn_stream_finish(const crnn_model *model, crnn_stream *stream, int32_t port,
                                        crnn_error *error) CRNN_CHECK_RESULT;

/* Takes up to the array's first axis of ready frames from output port `port`; `*frames` receives how many were written. Goes on
 * computing while there is room, so that 0 means: nothing more until something is pushed or finished. Since 0.1. */
CRNN_API crnn_status crnn_stream_pull(const crnn_model *model, crnn_stream *stream, int32_t port, const crnn_array *output,
                                      int64_t *frames, crnn_error *error) CRNN_CHECK_RESULT;

/* ---- Caller's memory: no heap at all -------------------------------------------------------------------------------------- */

/* Memory for models and streams must start on a multiple of this; the file image, on a multiple of it too. */
#define CRNN_MEMORY_ALIGNMENT 16

/* What a model needs, answered from the first bytes of its file. */
typedef struct crnn_requirements {
  size_t struct_size;    /* set by the caller */
  uint64_t prefix_bytes; /* leading bytes of the file that suffice for this call; always set, where >= 128 bytes were given */
  uint64_t file_bytes;
  uint64_t model_bytes;  /* crnn_model_init */
  uint64_t stream_bytes; /* crnn_stream_init with these options; 0 where the model is bounded and no maximum was given */
} crnn_requirements;

/* Needs `prefix_bytes` bytes of the file; with fewer, but at least 128, returns CRNN_ERROR_FILE_TRUNCATED and sets
 * prefix_bytes. Since 0.1. */
CRNN_API crnn_status crnn_file_requirements(const void *file, size_t bytes, const crnn_stream_options *options,
                                            crnn_requirements *requirements, crnn_error *error) CRNN_CHECK_RESULT;

/* Makes a model in the caller's memory over a file image that the caller keeps in place and unchanged for the model's life.
 * Both must be aligned to CRNN_MEMORY_ALIGNMENT. Since 0.1. */
CRNN_API crnn_status crnn_model_init(void *memory, size_t memory_bytes, const void *file, size_t file_bytes,
                                     const crnn_model_options *options, crnn_model **model, crnn_error *error) CRNN_CHECK_RESULT;

/* Checks the weights' checksum (where it was deferred) and runs the self-test vector of the file, where there is one, in
 * `memory` (crnn_stream_size with chunk 1 and, if bounded, maximum_frames 64). Since 0.1. */
CRNN_API crnn_status crnn_model_check(const crnn_model *model, void *memory, size_t memory_bytes,
                                      crnn_error *error) CRNN_CHECK_RESULT;

/* The bytes of a stream with these options. Since 0.1. */
CRNN_API crnn_status crnn_stream_size(const crnn_model *model, const crnn_stream_options *options, size_t *bytes,
                                      crnn_error *error) CRNN_CHECK_RESULT;

/* Makes a stream in the caller's memory. The block is flat and position-independent: it holds no pointer, may be copied with
 * memcpy, and both copies go on alike. Since 0.1. */
CRNN_API crnn_status crnn_stream_init(const crnn_model *model, void *memory, size_t memory_bytes,
                                      const crnn_stream_options *options, crnn_stream **stream, crnn_error *error) CRNN_CHECK_RESULT;

/* ---- Instruction sets ------------------------------------------------------------------------------------------------------ */

/* The kernels in this library, best last: index 0 is "reference", the scalar definition of the numerics. All give the same
 * bits. crnn_isa_name returns NULL past the end; crnn_isa_supported tells whether this processor can run it. Since 0.1. */
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
  uint64_t weight_bytes;
  uint64_t ring_bytes;       /* of its output in a stream with the given options */
  int32_t whole_sequence;    /* 1: it needs the whole sequence, which makes the model bounded */
} crnn_node_info;

CRNN_API int32_t crnn_model_node_count(const crnn_model *model);
CRNN_API crnn_status crnn_model_node(const crnn_model *model, const crnn_stream_options *options, int32_t index,
                                     crnn_node_info *info, crnn_error *error) CRNN_CHECK_RESULT;
#endif

#ifdef __cplusplus
}
#endif
#endif
