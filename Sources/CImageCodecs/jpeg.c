#include "codecs.h"

#include <setjmp.h>

#include <jpeglib.h>
#include <jerror.h>

/* A progressive file may state scan after scan over the same pixels; no encoder comes near this many. */
enum { MAXIMUM_SCANS = 500 };

/* What libjpeg's callbacks need; it outlives the jump. */
typedef struct jpeg_state {
  struct jpeg_decompress_struct decoder;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr input;
  struct jpeg_progress_mgr progress;
  jmp_buf jump;
  crnn_codec_source *source;
  crnn_codec_image *image;
  crnn_codec_result result;
  JOCTET buffer[4096];
} jpeg_state;

static crnn_codec_result result_of(int code) {
  switch (code) {
    case JERR_OUT_OF_MEMORY: return CRNN_CODEC_NO_MEMORY;
    case JERR_IMAGE_TOO_BIG: case JERR_WIDTH_OVERFLOW: return CRNN_CODEC_TOO_LARGE;
    case JERR_BAD_PRECISION: case JERR_SOF_UNSUPPORTED: case JERR_ARITH_NOTIMPL: case JERR_CONVERSION_NOTIMPL:
    case JERR_NOTIMPL: case JERR_NOT_COMPILED: case JERR_CCIR601_NOTIMPL: case JERR_FRACT_SAMPLE_NOTIMPL:
      return CRNN_CODEC_UNSUPPORTED;
    default: return CRNN_CODEC_DAMAGED;
  }
}

/* Ends the decoding with libjpeg's own message of the code that is set. */
static void on_error(j_common_ptr common) {
  jpeg_state *state = common->client_data;
  char message[JMSG_LENGTH_MAX];
  common->err->format_message(common, message);
  state->result = crnn_codec_fail(state->image, result_of(common->err->msg_code), "%s", message);
  longjmp(state->jump, 1);
}

/* libjpeg goes on after damage with what it can guess. A wrong picture is worse than none: all but the harmless warnings
 * count as errors. */
static void on_message(j_common_ptr common, int level) {
  if (level >= 0) return;
  switch (common->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA: case JWRN_JFIF_MAJOR: case JWRN_ADOBE_XFORM: case JWRN_TOO_MUCH_DATA: return;
    default: on_error(common);
  }
}

static void on_progress(j_common_ptr common) {
  jpeg_state *state = common->client_data;
  if (state->decoder.input_scan_number <= MAXIMUM_SCANS) return;
  state->result = crnn_codec_fail(state->image, CRNN_CODEC_DAMAGED, "it has more than %d scans", (int)MAXIMUM_SCANS);
  longjmp(state->jump, 1);
}

static void start_input(j_decompress_ptr decoder) { (void)decoder; }

static boolean fill_input(j_decompress_ptr decoder) {
  jpeg_state *state = decoder->client_data;
  size_t count = crnn_codec_read(state->source, state->buffer, sizeof state->buffer);
  if (count == 0) {
    state->result = crnn_codec_fail(state->image, CRNN_CODEC_DAMAGED, "it ends too early");
    longjmp(state->jump, 1);
  }
  decoder->src->next_input_byte = state->buffer;
  decoder->src->bytes_in_buffer = count;
  return TRUE;
}

static void skip_input(j_decompress_ptr decoder, long count) {
  while (count > (long)decoder->src->bytes_in_buffer) {
    count -= (long)decoder->src->bytes_in_buffer;
    fill_input(decoder);
  }
  if (count <= 0) return;
  decoder->src->next_input_byte += count;
  decoder->src->bytes_in_buffer -= (size_t)count;
}

static void end_input(j_decompress_ptr decoder) { (void)decoder; }

/* Everything in here may jump back to setjmp; it holds no local that is used after the jump. */
static void read_image(jpeg_state *state, int64_t maximum_pixels) {
  j_decompress_ptr decoder = &state->decoder;
  jpeg_create_decompress(decoder);
  state->input.init_source = start_input;
  state->input.fill_input_buffer = fill_input;
  state->input.skip_input_data = skip_input;
  state->input.resync_to_restart = jpeg_resync_to_restart;
  state->input.term_source = end_input;
  decoder->src = &state->input;
  state->progress.progress_monitor = on_progress;
  decoder->progress = &state->progress;

  jpeg_read_header(decoder, TRUE);
  if (decoder->jpeg_color_space == JCS_CMYK || decoder->jpeg_color_space == JCS_YCCK) {
    state->result = crnn_codec_fail(state->image, CRNN_CODEC_UNSUPPORTED,
                                    "it is a CMYK JPEG; save it as RGB or grey");
    return;
  }
  decoder->out_color_space = decoder->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  int32_t channels = decoder->num_components == 1 ? 1 : 3;
  state->result = crnn_codec_allocate_pixels(state->image, decoder->image_width, decoder->image_height, channels,
                                             maximum_pixels);
  if (state->result != CRNN_CODEC_OK) return;

  jpeg_start_decompress(decoder);
  size_t row_bytes = (size_t)state->image->width * (size_t)channels;
  while (decoder->output_scanline < decoder->output_height) {
    JSAMPROW row = state->image->pixels + (size_t)decoder->output_scanline * row_bytes;
    jpeg_read_scanlines(decoder, &row, 1);
  }
  jpeg_finish_decompress(decoder);
}

crnn_codec_result crnn_codec_decode_jpeg(crnn_codec_source *source, int64_t maximum_pixels, crnn_codec_image *image) {
  jpeg_state *state = calloc(1, sizeof *state);
  if (state == NULL) return crnn_codec_fail(image, CRNN_CODEC_NO_MEMORY, "no memory for the JPEG reader");
  state->source = source;
  state->image = image;
  state->decoder.err = jpeg_std_error(&state->errors);
  state->errors.error_exit = on_error;
  state->errors.emit_message = on_message;
  state->decoder.client_data = state;
  if (setjmp(state->jump) == 0) read_image(state, maximum_pixels);
  jpeg_destroy_decompress(&state->decoder);

  crnn_codec_result result = state->result;
  free(state);
  if (result != CRNN_CODEC_OK) {
    free(image->pixels);
    image->pixels = NULL;
  }
  return result;
}
