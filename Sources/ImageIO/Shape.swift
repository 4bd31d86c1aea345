import CCRNN
import CCRNNImage

/// How many frames an image becomes, and how one frame lies.
struct FrameShape {
  var frames: Int64
  let rank: Int32
  let shape: (Int64, Int64, Int64, Int64)

  /// As the layout has it: columns and rows of grey pixels have rank 1, of RGB pixels rank 2; a whole image has rank 3.
  init(width: Int64, height: Int64, channels: Int64, layout: crnn_image_layout) {
    switch layout {
    case CRNN_IMAGE_WHOLE: (frames, rank, shape) = (1, 3, (height, width, channels, 0))
    case CRNN_IMAGE_ROWS: (frames, rank, shape) = (height, channels == 1 ? 1 : 2, (width, channels, 0, 0))
    default: (frames, rank, shape) = (width, channels == 1 ? 1 : 2, (height, channels, 0, 0))
    }
  }

  private init(frames: Int64, rank: Int32, shape: (Int64, Int64, Int64, Int64)) {
    (self.frames, self.rank, self.shape) = (frames, rank, shape)
  }

  private var values: Int64 {
    let (a, b, c, _) = shape
    return rank == 1 ? a : rank == 2 ? a &* b : a &* b &* c
  }

  /// The same frames in the port's own frame shape; nil where they do not hold the same number of values.
  private func reshaped(to port: crnn_port_info) -> FrameShape? {
    guard port.rank >= 0, port.rank <= 4 else { return nil }
    let (a, b, c, d) = port.shape
    let full = (
      port.rank > 0 ? a : 1, port.rank > 1 ? b : 1, port.rank > 2 ? c : 1, port.rank > 3 ? d : 1
    )
    let (ab, overflow1) = full.0.multipliedReportingOverflow(by: full.1)
    let (abc, overflow2) = ab.multipliedReportingOverflow(by: full.2)
    let (product, overflow3) = abc.multipliedReportingOverflow(by: full.3)
    guard !overflow1, !overflow2, !overflow3, product == values else { return nil }
    return FrameShape(frames: frames, rank: port.rank, shape: port.shape)
  }

  /// What the port takes of this, or the reason why it does not, written to `error`.
  func fitted(
    to port: crnn_port_info, _ recipe: crnn_image_recipe, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> (shape: FrameShape?, status: crnn_status) {
    guard let result = reshaped(to: port) else {
      let message = Message(error, CRNN_ERROR_SHAPE).text("the recipe makes frames of ").number(values)
        .text(" values; the model's port takes frames of rank ").number(Int64(port.rank)).text(", first axis ")
        .number(port.shape.0).text("; resize or layout must differ")
      return (nil, message.status)
    }
    guard port.fixed_frames == 0 || port.fixed_frames == frames else {
      let message = Message(error, CRNN_ERROR_SHAPE).text("the recipe makes ").number(frames)
        .text(" frames of this image; the model takes exactly ").number(port.fixed_frames)
      return (nil, message.status)
    }
    // 0: what bytes usually stand for.
    let difference = (port.integer_scale == 0 ? 1 / 255 : port.integer_scale) - recipe.scale
    guard recipe.normalised == 1 || (difference < 0 ? -difference : difference) <= recipe.scale * 1e-5 else {
      return (
        nil,
        Message(error, CRNN_ERROR_RECIPE)
          .text("the recipe's scale is not the one that the model takes bytes at; convert the model again").status
      )
    }
    return (result, CRNN_OK)
  }

  /// A dense array in this shape.
  func array(over buffer: UnsafeMutableRawPointer, _ type: crnn_dtype) -> crnn_array {
    var array = crnn_array()
    array.struct_size = MemoryLayout<crnn_array>.size
    array.data = buffer
    array.dtype = type
    array.rank = rank &+ 1
    array.shape = (frames, shape.0, shape.1, shape.2, shape.3, 0, 0, 0)
    return array
  }
}
