#include "codecs.h"

#include <setjmp.h>
#include <string.h>

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
  const crnn_codec_options *options;
  crnn_codec_result result;
  int orientation;
  uint8_t *inks; /* a row of a CMYK image, or NULL */
  JOCTET buffer[4096];
} jpeg_state;

static crnn_codec_result result_of(int code) {
  switch (code) {
    case JERR_OUT_OF_MEMORY: return CRNN_CODEC_NO_MEMORY;
    case JERR_IMAGE_TOO_BIG: case JERR_WIDTH_OVERFLOW: case JERR_NO_BACKING_STORE: return CRNN_CODEC_TOO_LARGE;
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
    state->result = crnn_codec_end_early(state->source, state->image);
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

/* What the EXIF block among the saved markers states, 1 where there is none. */
static int stated_orientation(j_decompress_ptr decoder) {
  for (jpeg_saved_marker_ptr marker = decoder->marker_list; marker != NULL; marker = marker->next) {
    if (marker->marker == JPEG_APP0 + 1 && marker->data_length > 6 && memcmp(marker->data, "Exif\0\0", 6) == 0) {
      return crnn_codec_orientation(marker->data + 6, marker->data_length - 6);
    }
  }
  return 1;
}

/* Has libjpeg decode at 1/8, 1/4 or 1/2 of the size, the least that is still large enough. */
static void reduce(jpeg_state *state) {
  j_decompress_ptr decoder = &state->decoder;
  const crnn_codec_options *options = state->options;
  int64_t width = decoder->image_width, height = decoder->image_height;
  if (state->orientation >= 5) {
    width = decoder->image_height;
    height = decoder->image_width;
  }
  decoder->scale_num = 1;
  decoder->scale_denom = 1;
  for (unsigned divisor = 8; divisor > 1; divisor /= 2) {
    int is_wide = (width + divisor - 1) / divisor >= options->least_width;
    int is_high = (height + divisor - 1) / divisor >= options->least_height;
    if (options->fits_either ? is_wide || is_high : is_wide && is_high) {
      decoder->scale_denom = divisor;
      return;
    }
  }
}

/* RGB of one row of CMYK: what the black and each ink leave of white. Adobe writes the inks inverted. */
static void write_inks(const jpeg_state *state, uint8_t *target) {
  unsigned inverted = state->decoder.saw_Adobe_marker ? 0 : 255;
  for (JDIMENSION x = 0; x < state->decoder.output_width; x++) {
    const uint8_t *ink = state->inks + 4 * (size_t)x;
    unsigned white = ink[3] ^ inverted;
    for (int channel = 0; channel < 3; channel++) target[3 * (size_t)x + channel] = (uint8_t)(((ink[channel] ^ inverted) * white + 127) / 255);
  }
}

/* Everything in here may jump back to setjmp; it holds no local that is used after the jump. */
static void read_image(jpeg_state *state) {
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
  if (!state->options->is_stored) jpeg_save_markers(decoder, JPEG_APP0 + 1, 0xFFFF);

  jpeg_read_header(decoder, TRUE);
  state->orientation = stated_orientation(decoder);
  if (state->options->is_reduced) reduce(state);
  int is_ink = decoder->jpeg_color_space == JCS_CMYK || decoder->jpeg_color_space == JCS_YCCK;
  int32_t channels = decoder->num_components == 1 ? 1 : 3;
  decoder->out_color_space = is_ink ? JCS_CMYK : channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_calc_output_dimensions(decoder);
  /* The limit of pixels is one of the file, whatever is made of it. Of a progressive file, libjpeg keeps 2 bytes for each value. */
  uint64_t stored = (uint64_t)decoder->image_width * decoder->image_height;
  if (stored > (uint64_t)state->options->maximum_pixels) {
    state->result = crnn_codec_fail(state->image, CRNN_CODEC_TOO_LARGE, "%u x %u pixels; the limit is %lld in all (maximum_pixels)",
                                    decoder->image_width, decoder->image_height, (long long)state->options->maximum_pixels);
    return;
  }
  uint64_t output = (uint64_t)decoder->output_width * decoder->output_height * (uint64_t)channels;
  uint64_t more = (state->orientation > 1 ? output : 0)
                  + (jpeg_has_multiple_scans(decoder) ? 2 * stored * (uint64_t)decoder->num_components : 0);
  state->result = crnn_codec_allocate_pixels(state->image, decoder->output_width, decoder->output_height, channels, more,
                                             state->options);
  if (state->result != CRNN_CODEC_OK) return;
  state->image->full_width = (int32_t)decoder->image_width;
  state->image->full_height = (int32_t)decoder->image_height;
  if (is_ink && (state->inks = malloc(4 * (size_t)decoder->output_width)) == NULL) {
    state->result = crnn_codec_fail(state->image, CRNN_CODEC_NO_MEMORY, "no memory for a row of inks");
    return;
  }

  jpeg_start_decompress(decoder);
  size_t row_bytes = (size_t)state->image->width * (size_t)channels;
  while (decoder->output_scanline < decoder->output_height) {
    JSAMPROW pixels = state->image->pixels + (size_t)decoder->output_scanline * row_bytes;
    JSAMPROW row = is_ink ? state->inks : pixels;
    jpeg_read_scanlines(decoder, &row, 1);
    if (is_ink) write_inks(state, pixels);
  }
  jpeg_finish_decompress(decoder);
}

crnn_codec_result crnn_codec_decode_jpeg(crnn_codec_source *source, const crnn_codec_options *options, crnn_codec_image *image) {
  jpeg_state *state = calloc(1, sizeof *state);
  if (state == NULL) return crnn_codec_fail(image, CRNN_CODEC_NO_MEMORY, "no memory for the JPEG reader");
  state->source = source;
  state->image = image;
  state->options = options;
  state->decoder.err = jpeg_std_error(&state->errors);
  state->errors.error_exit = on_error;
  state->errors.emit_message = on_message;
  state->decoder.client_data = state;
  if (setjmp(state->jump) == 0) read_image(state);
  jpeg_destroy_decompress(&state->decoder);

  crnn_codec_result result = state->result;
  if (result == CRNN_CODEC_OK) result = crnn_codec_orient(image, state->orientation);
  free(state->inks);
  free(state);
  if (result != CRNN_CODEC_OK) {
    free(image->pixels);
    image->pixels = NULL;
  }
  return result;
}
