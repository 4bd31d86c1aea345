#include "codecs.h"

#include <png.h>
#include <setjmp.h>

/* What libpng's callbacks need; it outlives the jump. */
typedef struct png_state {
  crnn_codec_source *source;
  crnn_codec_image *image;
  crnn_codec_result result;
  int lacks_memory;
} png_state;

/* libpng's message of a lack is one of many, and some of them only warnings. */
static png_voidp on_allocate(png_structp png, png_alloc_size_t bytes) {
  void *memory = malloc(bytes);
  if (memory == NULL) ((png_state *)png_get_mem_ptr(png))->lacks_memory = 1;
  return memory;
}

static void on_free(png_structp png, png_voidp memory) {
  (void)png;
  free(memory);
}

static void on_error(png_structp png, png_const_charp message) {
  png_state *state = png_get_error_ptr(png);
  /* A result that is set already tells more than libpng does. */
  if (state->result == CRNN_CODEC_OK) state->result = crnn_codec_fail(state->image, CRNN_CODEC_DAMAGED, "%s", message);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message; /* A library does not print, and what libpng warns of does not change the pixels. */
}

static void on_read(png_structp png, png_bytep target, size_t wanted) {
  png_state *state = png_get_io_ptr(png);
  if (crnn_codec_read(state->source, target, wanted) == wanted) return;
  state->result = crnn_codec_end_early(state->source, state->image);
  png_longjmp(png, 1);
}

/* Everything between here and the return may jump back to setjmp; it holds no local that is used after the jump. */
static void read_image(png_structp png, png_infop info, png_state *state, const crnn_codec_options *options) {
  png_read_info(png, info);
  int color = png_get_color_type(png, info);
  int depth = png_get_bit_depth(png, info);
  int has_transparency = png_get_valid(png, info, PNG_INFO_tRNS) != 0;

  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (has_transparency) png_set_tRNS_to_alpha(png);
  if (depth == 16) png_set_scale_16(png);
  int passes = png_set_interlace_handling(png);

  /* The limit is checked, and memory taken, before libpng allocates its rows. */
  int32_t channels = (color & PNG_COLOR_MASK_COLOR ? 3 : 1) + (has_transparency || (color & PNG_COLOR_MASK_ALPHA) ? 1 : 0);
  int64_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
  state->result = crnn_codec_allocate_pixels(state->image, width, height, channels, 0, options);
  if (state->result != CRNN_CODEC_OK) return;

  png_read_update_info(png, info);
  size_t row_bytes = (size_t)width * (size_t)channels;
  if (png_get_rowbytes(png, info) != row_bytes) png_error(png, "its rows do not have the length that its header states");
  for (int pass = 0; pass < passes; pass++) {
    for (int64_t row = 0; row < height; row++) {
      png_read_row(png, state->image->pixels + (size_t)row * row_bytes, NULL);
    }
  }
  png_read_end(png, NULL);
}

crnn_codec_result crnn_codec_decode_png(crnn_codec_source *source, const crnn_codec_options *options, crnn_codec_image *image) {
  png_state state = { source, image, CRNN_CODEC_OK, 0 };
  png_structp png =
      png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &state, on_error, on_warning, &state, on_allocate, on_free);
  png_infop info = png != NULL ? png_create_info_struct(png) : NULL;

  if (info == NULL) {
    png_destroy_read_struct(&png, NULL, NULL);
    return crnn_codec_fail(image, CRNN_CODEC_NO_MEMORY, "no memory for the PNG reader");
  }
  if (setjmp(png_jmpbuf(png)) == 0) {
    /* Width and height of a PNG have 31 bits; the product is what is limited. Text and profiles are skipped unread. */
    png_set_user_limits(png, 0x7FFFFFFF, 0x7FFFFFFF);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_read_fn(png, &state, on_read);
    read_image(png, info, &state, options);
  }
  png_destroy_read_struct(&png, &info, NULL);
  if (state.lacks_memory) state.result = crnn_codec_fail(image, CRNN_CODEC_NO_MEMORY, "no memory for the PNG reader");
  if (state.result != CRNN_CODEC_OK) {
    free(image->pixels);
    image->pixels = NULL;
  }
  return state.result;
}
