/* The layout of a packed model file, format version 1, as C structures.
 *
 * The packer (Sources/Quantizer) writes these structures and the runtime (Sources/CRNN) reads them in place; this header is
 * the one description that both share. docs/model-format.md explains it in words. Everything is little-endian, every record
 * has its natural alignment, and every section starts on a 64-byte boundary of the file.
 *
 * Internal: not installed, not part of the C interface.
 */
#ifndef CRNN_FORMAT_H
#define CRNN_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "crnn_public.h"

#define CRNN_FORMAT_VERSION 1u
#define CRNN_NUMERICS_REVISION 1u
#define CRNN_SECTION_ALIGNMENT 64u
#define CRNN_FRAME_ALIGNMENT 16u /* a frame of more than 8 bytes starts on this boundary in its ring */
#define CRNN_PANEL_ROWS 8u       /* rows (output channels) of one weight panel */
#define CRNN_GROUP_DEPTH 4u      /* consecutive inputs of one row that lie together */

/* A file has at most so many of these, and its nodes so many inputs in all: the time to open it grows with the product of tensors and inputs. */
enum { CRNN_MAXIMUM_NODES = 4096, CRNN_MAXIMUM_TENSORS = 4096, CRNN_MAXIMUM_NODE_INPUTS = 65536 };

/* Bytes 0..127 of a file. */
typedef struct crnn_file_header {
  uint8_t magic[8];            /* "CRNN" 0x0D 0x0A 0x1A 0x0A */
  uint16_t format_version;     /* of the writer */
  uint16_t reader_version;     /* the smallest reader version that can run this file */
  uint32_t numerics_revision;  /* docs/numerics.md */
  uint64_t features;           /* bit n set: a node with op n occurs */
  uint64_t file_size;          /* bytes of the whole file */
  uint32_t prefix_size;        /* the first bytes that answer crnn_requirements(): every section but WEIGHTS and SELF_TEST */
  uint32_t section_count;
  uint32_t section_offset;     /* of the section table; 128 */
  uint32_t prefix_checksum;    /* CRC-32C of bytes 128..<prefix_size */
  uint32_t payload_checksum;   /* CRC-32C of bytes prefix_size..<file_size */
  uint32_t reserved0;
  uint8_t content_id[32];      /* SHA-256 of bytes 128..<file_size */
  uint8_t reserved1[36];
  uint32_t header_checksum;    /* CRC-32C of bytes 0..<124 */
} crnn_file_header;

#define CRNN_CONTENT_ID_OFFSET 56

enum { CRNN_SECTION_MUST_UNDERSTAND = 1 };

enum {
  CRNN_SECTION_STRINGS = 1,   /* NUL-terminated UTF-8; offset 0 is the empty string */
  CRNN_SECTION_TENSORS = 2,   /* crnn_tensor_record[] */
  CRNN_SECTION_NODES = 3,     /* crnn_node_record[], in topological order */
  CRNN_SECTION_INDICES = 4,   /* uint32_t[]: the input lists of the nodes */
  CRNN_SECTION_BLOBS = 5,     /* crnn_blob_record[]: where each node's constants lie in WEIGHTS */
  CRNN_SECTION_PORTS = 6,     /* crnn_port_record[]: inputs first, then outputs */
  CRNN_SECTION_METADATA = 7,  /* pairs of string offsets (key, value), uint32_t each; may be ignored */
  CRNN_SECTION_WEIGHTS = 8,   /* constants, each blob on a 64-byte boundary */
  CRNN_SECTION_SELF_TEST = 9  /* one crnn_self_test_record; may be ignored */
};

typedef struct crnn_section_record {
  uint32_t kind;
  uint32_t flags;
  uint64_t offset; /* from the start of the file; a multiple of 64 */
  uint64_t length; /* bytes that mean something; the file is zero-filled up to the next section */
} crnn_section_record;

enum { CRNN_STORE_U8 = 1, CRNN_STORE_S16 = 2, CRNN_STORE_F32 = 3, CRNN_STORE_S32 = 4 /* indices of an embedding */ };

/* A stream of frames. value = (code - zero_point) * scale; code = clamp(round(value * inverse_scale) + zero_point). */
typedef struct crnn_tensor_record {
  uint32_t name;
  uint32_t store;           /* CRNN_STORE_* */
  uint32_t height, width, channels;
  uint32_t frame_stride;    /* crnn_frame_stride(): bytes from frame to frame in a ring */
  float scale, inverse_scale;
  int32_t zero_point, code_minimum, code_maximum; /* of U8 and S16; S16 has zero_point 0 */
  uint32_t rate_numerator, rate_denominator;      /* frames per tick of the time base; 0/1: one frame per sequence */
  uint32_t fixed_frames;    /* the exact number of frames of a sequence, where it is fixed; else 0 */
  uint32_t epoch;           /* how many whole-sequence nodes stand before it on the way from an input */
  uint32_t reserved;
  /* What the planner sizes rings by, worked out by crnn_format_analyse() when the file is packed and checked when it is read:
   * Sources/CRNN/Plan/TimeAnalysis.swift has the formulas. */
  double delay, excess;     /* frames it may lag behind, or be ahead of, its rate */
  double share;             /* frames for each frame of the fastest input port */
  double total_rate, total_offset; /* a whole sequence of n input frames has at most total_rate * n + total_offset frames */
} crnn_tensor_record;

/* Frames of up to 8 bytes lie side by side (a stream of single audio samples would otherwise take eight times its size). */
static inline uint64_t crnn_frame_stride(uint64_t bytes) {
  return bytes <= 8 ? bytes : (bytes + CRNN_FRAME_ALIGNMENT - 1) & ~(uint64_t)(CRNN_FRAME_ALIGNMENT - 1);
}

/* The kinds of node. A value is never used again for something else. */
enum {
  CRNN_OP_CONVOLUTION = 1,     /* kernel over (time, height, width), groups; CRNN_BLOB_MATRIX */
  CRNN_OP_DENSE = 2,           /* the whole frame, flattened, times a matrix; CRNN_BLOB_MATRIX */
  CRNN_OP_DEPTHWISE = 3,       /* convolution with one input and one output channel per group */
  CRNN_OP_POOL = 4,            /* parameter[0] = CRNN_POOL_*; lp: real[0] = p */
  CRNN_OP_RECURRENT = 5,       /* LSTM, GRU, simple RNN; see CRNN_RECURRENT_*; further inputs: initial h, initial c */
  CRNN_OP_ACTIVATION = 6,      /* the node's activation on every value */
  CRNN_OP_AFFINE = 7,          /* x * scale + shift with constants, then the activation; see CRNN_AFFINE_* */
  CRNN_OP_BINARY = 8,          /* parameter[0] = CRNN_BINARY_*; the second input may have 1 for any frame axis */
  CRNN_OP_CONCATENATE = 9,     /* parameter[0] = axis: 0 height, 1 width, 2 channels */
  CRNN_OP_GATHER = 10,         /* out[i] = in[table[i]], table[i] = -1: the value 0; blob 0 = int32 table */
  CRNN_OP_WINDOW = 11,         /* kernel[0] frames, stride[0] apart, one after another in one frame; pads in time */
  CRNN_OP_TIME_REDUCTION = 12, /* parameter[0] = CRNN_REDUCE_*; emitted at the end of the sequence */
  CRNN_OP_FRAME_REDUCTION = 13,/* parameter[0] = CRNN_REDUCE_*; parameter[1] = bit set of axes, 1 height 2 width 4 channels */
  CRNN_OP_SOFTMAX = 14,        /* over channels; parameter[0] = 1: its logarithm */
  CRNN_OP_REPEAT = 15,         /* one frame per sequence in; parameter[0] times out; or, with a second input, once for each of its frames */
  CRNN_OP_UNSTACK = 16,        /* one frame per sequence in; parameter[0] frames out, its equal parts in order */
  CRNN_OP_EMBEDDING = 17,      /* blob 0 = float rows [parameter[0]][channels of the output]; input S32, one index per frame */
  CRNN_OP_COUNT = 18
};

enum { CRNN_POOL_MAXIMUM = 1, CRNN_POOL_AVERAGE = 2, CRNN_POOL_LP = 3 };
enum { CRNN_BINARY_ADD = 1, CRNN_BINARY_SUBTRACT = 2, CRNN_BINARY_MULTIPLY = 3, CRNN_BINARY_DIVIDE = 4, CRNN_BINARY_MINIMUM = 5,
       CRNN_BINARY_MAXIMUM = 6 };
enum { CRNN_REDUCE_LAST = 1, CRNN_REDUCE_FIRST = 2, CRNN_REDUCE_MEAN = 3, CRNN_REDUCE_MAXIMUM = 4, CRNN_REDUCE_MINIMUM = 5,
       CRNN_REDUCE_SUM = 6 };

/* f(x); alpha and beta stand in the record. docs/numerics.md gives each formula. */
enum {
  CRNN_ACTIVATION_IDENTITY = 0,
  CRNN_ACTIVATION_RELU = 1,         /* max(x, 0) */
  CRNN_ACTIVATION_LEAKY_RELU = 2,   /* x < 0 ? alpha x : x */
  CRNN_ACTIVATION_PRELU = 3,        /* x < 0 ? slope[channel] x : x; the node's last blob = float slopes [channels] */
  CRNN_ACTIVATION_ELU = 4,          /* x < 0 ? alpha (exp(x) - 1) : beta x  (beta 1; SELU: alpha = gamma alpha, beta = gamma) */
  CRNN_ACTIVATION_CLIP = 5,         /* min(max(x, alpha), beta) */
  CRNN_ACTIVATION_SIGMOID = 6,
  CRNN_ACTIVATION_TANH = 7,
  CRNN_ACTIVATION_HARD_SIGMOID = 8, /* min(max(alpha x + beta, 0), 1) */
  CRNN_ACTIVATION_HARD_SWISH = 9,   /* x min(max(alpha x + beta, 0), 1); alpha 1/6, beta 1/2 */
  CRNN_ACTIVATION_SOFTPLUS = 10,    /* log(1 + exp(x)) */
  CRNN_ACTIVATION_SOFTSIGN = 11,    /* x / (1 + |x|) */
  CRNN_ACTIVATION_ABSOLUTE = 12,
  CRNN_ACTIVATION_EXPONENTIAL = 13,
  CRNN_ACTIVATION_LOGARITHM = 14,
  CRNN_ACTIVATION_SQUARE_ROOT = 15,
  CRNN_ACTIVATION_SIGN = 16,
  CRNN_ACTIVATION_POWER = 17,       /* x ^ alpha; alpha a small integer (products) or x >= 0 */
  CRNN_ACTIVATION_AFFINE = 18,      /* alpha x + beta */
  CRNN_ACTIVATION_SCALED_TANH = 19, /* alpha tanh(beta x) */
  CRNN_ACTIVATION_THRESHOLDED_RELU = 20, /* x > alpha ? x : 0 */
  CRNN_ACTIVATION_RECIPROCAL = 21,  /* 1 / x */
  CRNN_ACTIVATION_COUNT = 22
};

/* Blobs of a matrix operand, in this order (count CRNN_BLOB_MATRIX). rows = output channels of one group rounded up to
 * CRNN_PANEL_ROWS, times groups; depth = inputs of one row rounded up to CRNN_GROUP_DEPTH. */
enum {
  CRNN_MATRIX_WEIGHTS = 0, /* int8, [group][panel][depth / 4][8 rows][4]; what pads a row or a panel is 0 */
  CRNN_MATRIX_SCALES = 1,  /* float [rows]: scale of the weights times scale of the operand */
  CRNN_MATRIX_OFFSETS = 2, /* int32 [segments][rows]: -zero_point * sum of the row's weights in that segment */
  CRNN_MATRIX_BIAS = 3,    /* float [rows] */
  CRNN_BLOB_MATRIX = 4
};
/* Depthwise: WEIGHTS is int8 [taps][channels rounded up to 16]; the other blobs have the rounded-up channels as rows. */

enum { CRNN_RECURRENT_LSTM = 1, CRNN_RECURRENT_GRU = 2, CRNN_RECURRENT_SIMPLE = 3 };
/* parameter[] and real[] of CRNN_OP_RECURRENT. Rows of its matrices are [gate][unit]: LSTM i, o, f, c; GRU z, r, h. */
enum {
  CRNN_RECURRENT_KIND = 0,
  CRNN_RECURRENT_UNITS = 1,
  CRNN_RECURRENT_REVERSE = 2,          /* 1: runs from the last frame to the first. With kernel[0] > 1 not of the sequence: for each
                                          block of stride[0] frames, of the kernel[0] frames from the block's first one on */
  CRNN_RECURRENT_RESET_AFTER = 3,      /* GRU: 1 = linear_before_reset */
  CRNN_RECURRENT_GATE_ACTIVATION = 4,  /* f of ONNX; CRNN_ACTIVATION_* */
  CRNN_RECURRENT_CELL_ACTIVATION = 5,  /* g of ONNX (LSTM: of the candidate; GRU: of the candidate; simple: f) */
  CRNN_RECURRENT_OUTPUT_ACTIVATION = 6,/* h of ONNX (LSTM only) */
  CRNN_RECURRENT_HIDDEN_STORE = 7,     /* CRNN_STORE_U8 or CRNN_STORE_S16: of the operand h (and r * h) */
  CRNN_RECURRENT_HIDDEN_ZERO = 8,
  CRNN_RECURRENT_HIDDEN_MINIMUM = 9,
  CRNN_RECURRENT_HIDDEN_MAXIMUM = 10,
  CRNN_RECURRENT_SEGMENTS_HIDDEN = 11  /* segment count of the recurrent matrices; segments of W are in `segments` */
};
enum {
  CRNN_RECURRENT_GATE_ALPHA = 0, CRNN_RECURRENT_GATE_BETA = 1, CRNN_RECURRENT_CELL_ALPHA = 2, CRNN_RECURRENT_CELL_BETA = 3,
  CRNN_RECURRENT_OUTPUT_ALPHA = 4, CRNN_RECURRENT_OUTPUT_BETA = 5, CRNN_RECURRENT_HIDDEN_SCALE = 6,
  CRNN_RECURRENT_HIDDEN_INVERSE_SCALE = 7, CRNN_RECURRENT_CLIP = 8 /* 0: none */
};
/* Blobs of CRNN_OP_RECURRENT. A blob of length 0 is absent. */
enum {
  CRNN_RECURRENT_BLOB_INPUT = 0,      /* 4 blobs, CRNN_MATRIX_*: all gates; bias = Wb, plus Rb where the sum is the same */
  CRNN_RECURRENT_BLOB_HIDDEN = 4,     /* 4 blobs: all gates, or for a GRU with reset before: z and r; bias: GRU reset after: Rb of h in its rows, else 0 */
  CRNN_RECURRENT_BLOB_CANDIDATE = 8,  /* 4 blobs: GRU with reset before: R of the candidate, applied to r * h */
  CRNN_RECURRENT_BLOB_PEEPHOLE = 12,  /* float [3][units]: i, o, f */
  CRNN_RECURRENT_BLOB_INITIAL_H = 13, /* float [units] */
  CRNN_RECURRENT_BLOB_INITIAL_C = 14, /* float [units] */
  CRNN_RECURRENT_BLOB_COUNT = 15
};

/* CRNN_OP_AFFINE: blob 0 = float scales, blob 1 = float shifts; parameter[0] = how the constants repeat; parameter[1] = frames. */
enum { CRNN_AFFINE_PER_CHANNEL = 1, CRNN_AFFINE_PER_ELEMENT = 2, CRNN_AFFINE_PER_TIME = 3 /* [frames] */,
       CRNN_AFFINE_PER_TIME_AND_ELEMENT = 4 /* [frames][height][width][channels] */ };

enum { CRNN_NODE_CEILING = 1 /* pooling in time: a last, partial window counts */,
       CRNN_NODE_COUNT_PADDING = 2 /* average: the padding counts in the divisor */,
       CRNN_NODE_EDGE_PADDING = 4 /* window: the padding in time repeats the first and last frame */,
       CRNN_NODE_WIDE_HIDDEN = 8 /* recurrent, h as S16, units in eights: rows of the recurrent matrices are [A | B], over h and h / 64 */ };

typedef struct crnn_node_record {
  uint32_t op;
  uint32_t name;
  uint32_t output;                  /* tensor */
  uint32_t input_first, input_count;/* in INDICES */
  uint32_t blob_first, blob_count;  /* in BLOBS */
  uint32_t flags;
  uint32_t kernel[3];               /* time, height, width; 1 where it has no meaning */
  uint32_t stride[3];
  uint32_t dilation[3];
  int32_t pad_before[3], pad_after[3];
  uint32_t groups;
  uint32_t segments;                /* into how many equal runs of depth groups the sums are split (docs/numerics.md); 1 mostly */
  uint32_t activation;
  float alpha, beta;
  int32_t parameter[12];
  float real[10];
  uint32_t winograd_parts;          /* convolution of 3 x 3: over each of so many equal runs of its channels, in groups of four, no sum of
                                       products of codes leaves -2^25..2^25 - 1 (docs/numerics.md); 0: nothing is said */
  uint32_t reserved[5];
} crnn_node_record;

/* Where the two arrays lie in a node record, for readers that index them. */
#define CRNN_NODE_PARAMETER_OFFSET 112
#define CRNN_NODE_REAL_OFFSET 160

typedef struct crnn_blob_record {
  uint64_t offset; /* from the start of WEIGHTS; a multiple of 64 */
  uint64_t length;
} crnn_blob_record;

enum { CRNN_PORT_INPUT = 0, CRNN_PORT_OUTPUT = 1 };

typedef struct crnn_port_record {
  uint32_t direction;
  uint32_t name;
  uint32_t tensor;
  uint32_t rank;      /* of one frame as callers see it, 0 to 4 */
  uint32_t shape[4];  /* product = height * width * channels of the tensor, same order */
  float integer_scale;/* an integer i given to an input port stands for i * integer_scale; 0: u8 / 255, s16 / 32768 */
  uint32_t reserved[7];
} crnn_port_record;

/* Every input port receives `frames` frames (or the number that is fixed for it) of codes drawn from a 32-bit xorshift generator;
 * `checksum` is the CRC-32C of all output frames, as float, in the order in which they come (docs/model-format.md). */
typedef struct crnn_self_test_record {
  uint32_t seed;
  uint32_t frames;
  uint32_t checksum;
  uint32_t reserved;
} crnn_self_test_record;

/* Fills in epoch, delay, excess, share, total_rate and total_offset of every tensor from the nodes and ports. For the packer; not
 * exported from the shared library. Returns 0, or -1 where a node's inputs come after it. */
int32_t crnn_format_analyse(crnn_tensor_record *_Nonnull tensors, size_t tensor_count, const crnn_node_record *_Nonnull nodes,
                            size_t node_count, const uint32_t *_Nonnull indices, const crnn_port_record *_Nonnull ports,
                            size_t port_count);

/* The checksum that a self-test record of this seed and length holds. For the packer; not exported. `memory` as for
 * crnn_model_check. */
crnn_status crnn_model_self_test_checksum(const crnn_model *_Nullable model, void *_Nullable memory, size_t memory_bytes,
                                          uint32_t seed, uint32_t frames, uint32_t *_Nullable checksum,
                                          crnn_error *_Nullable error);

_Static_assert(sizeof(crnn_file_header) == 128, "header");
_Static_assert(offsetof(crnn_file_header, content_id) == CRNN_CONTENT_ID_OFFSET, "content id");
_Static_assert(sizeof(crnn_section_record) == 24, "section");
_Static_assert(sizeof(crnn_tensor_record) == 104, "tensor");
_Static_assert(sizeof(crnn_node_record) == 224, "node");
_Static_assert(offsetof(crnn_node_record, parameter) == CRNN_NODE_PARAMETER_OFFSET, "parameter");
_Static_assert(offsetof(crnn_node_record, real) == CRNN_NODE_REAL_OFFSET, "real");
_Static_assert(sizeof(crnn_blob_record) == 16, "blob");
_Static_assert(sizeof(crnn_port_record) == 64, "port");

/* A packed lexicon or n-gram model: states with arcs, after this header and in the order of docs/ctc.md. */
typedef struct crnn_automaton_header {
  uint8_t magic[8];           /* "CRNL" 0x0D 0x0A 0x1A 0x0A */
  uint32_t checksum;          /* CRC-32C of everything after it */
  uint32_t version;           /* CRNN_AUTOMATON_VERSION */
  uint32_t kind;              /* CRNN_AUTOMATON_* */
  uint32_t symbols;           /* characters of the alphabet; as a symbol, the text's end */
  uint32_t alphabet_checksum; /* CRC-32C of the alphabet's UTF-8 */
  uint32_t states, arcs;
  uint32_t start;             /* the state before the first character */
  uint32_t order;             /* of an n-gram model, its longest; for people */
  uint32_t reserved;          /* 0 */
} crnn_automaton_header;

#define CRNN_AUTOMATON_VERSION 1u
enum { CRNN_AUTOMATON_LEXICON = 1, CRNN_AUTOMATON_NGRAM = 2 };

#endif
