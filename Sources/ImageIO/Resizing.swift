import CCRNN
import CCRNNImage

/// One side of an image that `old` pixels have and `new` are to have. Of the new ones, `count` from `first` on are made, out of a view of the
/// old ones that begins at `origin` and holds all that they need.
struct Axis {
  let old: Int
  let new: Int
  let first: Int
  let count: Int
  let origin: Int
  /// Pixels of the view.
  let viewed: Int

  /// What is looked at of the old pixels: by no filter more than it reaches, which is more than the same pixels along a side that keeps its
  /// length too. `filter` is nil where the image keeps its size.
  init(old: Int, new: Int, first: Int, count: Int, filter: crnn_image_filter?) {
    (self.old, self.new, self.first, self.count) = (old, new, first, count)
    guard let filter else {
      (origin, viewed) = (first, count)
      return
    }
    let scale = Double(old) / Double(new)
    // Rounding in a filter's own arithmetic is far below a pixel.
    let reach = Axis.reach(filter, shrinks: max(scale, 1)) + 2
    let begin = Double(first) * scale - reach
    let end = Double(first &+ count) * scale + reach
    // Below 2^32 in magnitude.
    origin = max(0, Int(begin))
    viewed = min(old, Int(end) &+ 1) &- origin
  }

  /// How far from a new pixel's place the old ones lie that it is made of, in old pixels.
  private static func reach(_ filter: crnn_image_filter, shrinks scale: Double) -> Double {
    switch filter {
    case CRNN_IMAGE_PILLOW_BICUBIC: 2 * scale
    case CRNN_IMAGE_PILLOW_LANCZOS: 3 * scale
    case CRNN_IMAGE_OPENCV_NEAREST, CRNN_IMAGE_OPENCV_BILINEAR: 1
    case CRNN_IMAGE_OPENCV_BICUBIC: 2
    case CRNN_IMAGE_OPENCV_LANCZOS: 4
    default: scale
    }
  }
}

/// A resize, or a part of it.
struct Resizing {
  /// Nil where the image keeps its size.
  let filter: crnn_image_filter?
  let columns: Axis
  let rows: Axis

  /// By the filter's own library, from the view to the wanted pixels. False where memory is missing.
  func run(_ filter: crnn_image_filter, _ source: Pixels, to target: Pixels) -> Bool {
    switch filter {
    case CRNN_IMAGE_PILLOW_NEAREST: return PillowResize.nearest(source, to: target, self)
    case CRNN_IMAGE_PILLOW_BOX: return PillowResize.weighted(source, to: target, self, .box)
    case CRNN_IMAGE_PILLOW_HAMMING: return PillowResize.weighted(source, to: target, self, .hamming)
    case CRNN_IMAGE_PILLOW_BICUBIC: return PillowResize.weighted(source, to: target, self, .bicubic)
    case CRNN_IMAGE_PILLOW_LANCZOS: return PillowResize.weighted(source, to: target, self, .lanczos)
    case CRNN_IMAGE_OPENCV_NEAREST: return OpenCVResize.nearest(source, to: target, self)
    case CRNN_IMAGE_OPENCV_BILINEAR: return OpenCVResize.bilinear(source, to: target, self)
    case CRNN_IMAGE_OPENCV_AREA: return OpenCVResize.area(source, to: target, self)
    case CRNN_IMAGE_OPENCV_BICUBIC: return OpenCVResize.neighbours(source, to: target, self, .bicubic)
    case CRNN_IMAGE_OPENCV_LANCZOS: return OpenCVResize.neighbours(source, to: target, self, .lanczos)
    default: return PillowResize.weighted(source, to: target, self, .bilinear)
    }
  }
}
