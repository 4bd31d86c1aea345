/* crnn_convert: from an ONNX network and calibration data to the bytes of a .crnn file, inside your own program.
 *
 * It converts a network whose input is 40 features a frame:
 *
 *     #include <crnn_convert.h>
 *     #include <stdio.h>
 *
 *     int convert(const void *onnx, size_t bytes, float *features, int64_t frames, FILE *output) {
 *       crnn_convert_array data[] = { { "features", crnn_array_2d(features, CRNN_F32, frames, 40) } };
 *       crnn_convert_option options[] = { { "labels", "yes,no,stop" }, { "min-snr", "30" } };
 *       crnn_convert_request request = CRNN_CONVERT_REQUEST_INITIALIZER;
 *       crnn_convert_result result = CRNN_CONVERT_RESULT_INITIALIZER;
 *       request.network = onnx;
 *       request.network_bytes = bytes;
 *       request.calibration = data;
 *       request.calibration_count = 1;
 *       request.options = options;
 *       request.option_count = 2;
 *       crnn_status status = crnn_convert(&request, &result, NULL);
 *       if (status) fprintf(stderr, "%s\n", result.message ? result.message : "no memory");
 *       else fwrite(result.model, 1, result.model_bytes, output);
 *       crnn_convert_result_free(&result);
 *       return status;
 *     }
 *
 * A program with this function is linked with -lcrnn_convert.
 *
 * What a program needs to run the model is crnn.h alone; this library stands where networks are prepared. It holds the whole
 * converter and needs neither the tool nor libcrnn.so.
 *
 * OPTIONS are those of `crnn convert --help`, without the dashes: "time-axis", "state", "input-shape", "rate", "window",
 * "input-scale", "input-layout", "array", "input-kind", "calibration", "tensor", "hidden", "labels", "alphabet", "blank",
 * "preprocess", "right-context", "min-snr" (dB), "max-drop" (points; needs labels), "no-search" (1), "keep-qdq" (1). What the command
 * line takes several times may stand here several times.
 * "preprocess" is stored, and says what a grey level of the calibration data is worth; the data are arrays all the same.
 *
 * CALIBRATION DATA are arrays by the names of the network's inputs ("x" will do where there is one): time x frame, or
 * sequences x time x frame, or as "input-layout" says. CRNN_U8 stands for pixels (value / 255) and CRNN_S16 for samples
 * (value / 32768) unless "input-scale" says otherwise. Where sequences lie one after another in one array, a CRNN_S32 array
 * "lengths" (or "lengths_INPUT") says how many frames each has. LABELS, which the report counts right answers by and "max-drop" needs,
 * are the array "y": a class number for each sequence or for each output frame (CRNN_S32, CRNN_U8), or for a network with an alphabet
 * texts, one row of Unicode code points for each sequence, zeros behind the end (CRNN_S32, sequences x longest).
 *
 * ERRORS are as in crnn.h; 7xx are those of conversion, which crnn_status_name and crnn_status_text do not know. THREADS: any
 * function may be called from any number of threads at once, on different results; there is no global state. A call works on
 * the caller's thread, which needs a stack of 1 MiB.
 */
#ifndef CRNN_CONVERT_H
#define CRNN_CONVERT_H

#include "crnn.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CRNN_CONVERT_ERROR_NETWORK ((crnn_status)700) /* the network cannot be read, or holds what cannot be run */
#define CRNN_CONVERT_ERROR_DATA ((crnn_status)701)    /* the calibration data do not fit the network */
#define CRNN_CONVERT_ERROR_OPTION ((crnn_status)702)  /* no such option, or not with this value */
#define CRNN_CONVERT_ERROR_LIMIT ((crnn_status)703)   /* the result is past a limit that an option set */

/* The version of the library, as crnn_version() counts, and whether a program compiled against a header of version
 * `header_version` (CRNN_HEADER_VERSION) may use it. Threads: any. Since 0.1. */
CRNN_API uint32_t crnn_convert_version(void);
CRNN_API crnn_status crnn_convert_abi_check(uint32_t header_version) CRNN_CHECK_RESULT;

typedef struct crnn_convert_array {
  const char *name;  /* an input of the network, or a companion ("lengths") */
  crnn_array values; /* only read */
} crnn_convert_array;

typedef struct crnn_convert_option {
  const char *name;
  const char *value;
} crnn_convert_option;

/* Told after each calibration sequence how many are done, and of how many; on the caller's thread. */
typedef void (*crnn_convert_progress)(void *context, size_t done, size_t all);

/* What to convert. Everything is only read, and only during the call. */
typedef struct crnn_convert_request {
  size_t struct_size;    /* by CRNN_CONVERT_REQUEST_INITIALIZER */
  const void *network;   /* an ONNX file's bytes */
  size_t network_bytes;
  const char *name;      /* what the network's file is called, for the model's texts; NULL: "network" */
  const char *directory; /* where data that ONNX keeps outside of its file are looked for; NULL: such a file is refused */
  const crnn_convert_array *calibration;
  size_t calibration_count;
  const crnn_convert_option *options;
  size_t option_count;
  crnn_convert_progress progress; /* may be NULL */
  void *context;                  /* handed to progress */
} crnn_convert_request;

#define CRNN_CONVERT_REQUEST_INITIALIZER { sizeof(crnn_convert_request), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/* What came of it, in memory of the library's: crnn_convert_result_free gives it back. Texts are UTF-8 and end with a NUL. */
typedef struct crnn_convert_result {
  size_t struct_size;   /* by CRNN_CONVERT_RESULT_INITIALIZER */
  unsigned char *model; /* the bytes of a .crnn file; NULL where there is none */
  size_t model_bytes;
  char *report;         /* JSON: what was done to each tensor and what it cost, as `crnn convert --json` writes it */
  char *notes;          /* what was assumed or left out, one sentence a line; "" where nothing was */
  char *message;        /* of a failure, the whole sentence, which may be longer than a crnn_error holds; else NULL */
} crnn_convert_result;

#define CRNN_CONVERT_RESULT_INITIALIZER { sizeof(crnn_convert_result), 0, 0, 0, 0, 0 }

/* Reads, simplifies, calibrates, quantises, proves and packs. The same request gives the same bytes.
 *
 * `result` is written whole: what it pointed to before is not given back. On error only its message is set, which with
 * CRNN_CONVERT_ERROR_LIMIT says the best that was reached, and its notes. Errors: 7xx, CRNN_ERROR_ARGUMENT, CRNN_ERROR_TYPE, CRNN_ERROR_MEMORY.
 * Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_convert(const crnn_convert_request *request, crnn_convert_result *result, crnn_error *error);

/* Only reads the network, without calibration data: whether it can be converted, and its ports. The report is JSON:
 * {"inputs": [{"name", "shape", "layout", "per_sequence", "fixed_frames", "is_index"}, …], "outputs": […], "producer", "opset"};
 * "layout" and "fixed_frames" only where they are known.
 * Errors, threads: as crnn_convert. Since 0.1. */
CRNN_API crnn_status crnn_convert_inspect(const crnn_convert_request *request, crnn_convert_result *result, crnn_error *error);

/* What a decoder of texts (crnn_ctc_init of crnn.h) knows of the language, to be packed. Everything is only read, and only during the
 * call. */
typedef struct crnn_convert_language {
  size_t struct_size;    /* by CRNN_CONVERT_LANGUAGE_INITIALIZER */
  const char *text;      /* UTF-8: words, one on each line, or an n-gram model of characters in ARPA format, <space> for a space */
  size_t text_bytes;
  const char *alphabet;  /* UTF-8: the characters in the order of the network's classes, without the blank */
  const char *separator; /* of words: the character between the words of a text, or "none" where each line is a whole text; NULL: the
                            space, where the alphabet has one */
  double unknown;        /* of an n-gram model: base-10 logarithm, -99 to 0, of the probability of a character that it does not name;
                            1: that of its <unk> */
} crnn_convert_language;

#define CRNN_CONVERT_LANGUAGE_INITIALIZER { sizeof(crnn_convert_language), 0, 0, 0, 0, 1 }

/* Packs a word list, or an n-gram model, into `result->model`, whose bytes crnn_ctc_options takes as they are; the report is that of
 * `crnn language --json`, the notes name what was left out.
 * Errors: CRNN_CONVERT_ERROR_DATA, CRNN_CONVERT_ERROR_OPTION, CRNN_ERROR_ARGUMENT, CRNN_ERROR_MEMORY. Threads: any. Since 0.1. */
CRNN_API crnn_status crnn_convert_lexicon(const crnn_convert_language *language, crnn_convert_result *result, crnn_error *error);
CRNN_API crnn_status crnn_convert_ngram(const crnn_convert_language *language, crnn_convert_result *result, crnn_error *error);

/* Gives back what a result holds, and empties it; a NULL or an empty one is left alone. Threads: any. Since 0.1. */
CRNN_API void crnn_convert_result_free(crnn_convert_result *result);

#ifdef __cplusplus
}
#endif

#endif
