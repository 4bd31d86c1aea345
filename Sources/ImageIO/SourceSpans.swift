import CCRNN
import CCRNNImage

/// From frames of a prepared image back to the pixels of the picture that they show.
struct SourceSpans {
  private let layout: crnn_image_layout
  private let width: Int32
  private let height: Int32
  private let columns: SourceAxis
  private let rows: SourceAxis

  init(_ lane: ImageLane, layout: crnn_image_layout) {
    self.layout = layout
    (width, height) = (lane.fullWidth, lane.fullHeight)
    let place = lane.placement
    columns = SourceAxis(start: Int64(place.x), length: Int64(place.inner_width), source: Int64(width))
    rows = SourceAxis(start: Int64(place.y), length: Int64(place.inner_height), source: Int64(height))
  }

  /// Of the frames `first` to `last`; none where `last` is before `first`.
  func box(_ first: Int64, _ last: Int64) -> crnn_image_box {
    switch layout {
    case CRNN_IMAGE_COLUMNS:
      let (left, right) = columns.span(first, last)
      return crnn_image_box(left: left, top: 0, right: right, bottom: height)
    case CRNN_IMAGE_ROWS:
      let (top, bottom) = rows.span(first, last)
      return crnn_image_box(left: 0, top: top, right: width, bottom: bottom)
    default: return crnn_image_box(left: 0, top: 0, right: width, bottom: height)
    }
  }
}

/// Where the picture's pixels along one axis, `source` of them, lie among the frames: on `length` of them, from `start` on.
private struct SourceAxis {
  let start: Int64
  let length: Int64
  let source: Int64

  /// Pixels that the frames touch at all, as far as they lie in the picture.
  func span(_ first: Int64, _ last: Int64) -> (Int32, Int32) {
    guard first <= last, length > 0 else { return (0, 0) }
    // Within the picture's frames, products stay below 2^62: sides have 31 bits.
    let begin = min(max(first &- start, 0), length)
    let end = min(max(last &- start, -1) &+ 1, length)
    let from = begin &* source &/ length
    let to = (end &* source &+ length &- 1) &/ length
    return (Int32(truncatingIfNeeded: from), Int32(truncatingIfNeeded: max(to, from)))
  }
}
