import CCRNN
import CCRNNImage

/// How pixels lie in frames, one after another: for columns with the two axes exchanged, else as they are.
struct Layout {
  private let isColumns: Bool
  private let width: Int
  private let height: Int
  let channels: Int

  init(_ layout: crnn_image_layout, width: Int, height: Int, channels: Int) {
    isColumns = layout == CRNN_IMAGE_COLUMNS
    (self.width, self.height, self.channels) = (width, height, channels)
  }

  /// From one pixel of a row to the next, in values.
  var step: Int { isColumns ? height &* channels : channels }

  func start(x: Int, y: Int) -> Int {
    (isColumns ? x &* height &+ y : y &* width &+ x) &* channels
  }

  /// Writes `pixels` with their left upper corner at (x, y). `mask` 255 inverts.
  func write(_ pixels: Pixels, x: Int, y: Int, mask: UInt8, to output: UnsafeMutablePointer<UInt8>) {
    var row = 0
    while row < pixels.height {
      let source = pixels.row(row)
      var target = output + start(x: x, y: y &+ row)
      var column = 0
      // Columns of grey: most lines of text.
      while channels == 1, column < pixels.width {
        target.pointee = source[column] ^ mask
        target += step
        column &+= 1
      }
      while column < pixels.width {
        var channel = 0
        while channel < channels {
          target[channel] = source[column &* channels &+ channel] ^ mask
          channel &+= 1
        }
        target += step
        column &+= 1
      }
      row &+= 1
    }
  }

  /// One value for each channel, everywhere.
  func fill(_ color: (UInt8, UInt8, UInt8), mask: UInt8, _ output: UnsafeMutablePointer<UInt8>) {
    var i = 0
    while i < width &* height {
      output[i &* channels] = color.0 ^ mask
      if channels == 3 {
        output[i &* channels &+ 1] = color.1 ^ mask
        output[i &* channels &+ 2] = color.2 ^ mask
      }
      i &+= 1
    }
  }
}

/// Bytes as floats: (b * scale - mean) / deviation of each channel, each step rounded by itself. The bytes stand at the end of the
/// memory that the floats fill from its start, and none is overwritten before it has been read.
func normalise(_ memory: UnsafeMutableRawPointer, count: Int, _ recipe: crnn_image_recipe) {
  let bytes = (memory + 3 &* count).assumingMemoryBound(to: UInt8.self)
  let (mean, deviation) = (recipe.mean, recipe.deviation)
  let isGrey = recipe.channels == 1
  var channel = 0
  var i = 0
  while i < count {
    let value = Float(bytes[i]) * recipe.scale
    let result: Float
    switch channel {
    case 1: result = (value - mean.1) / deviation.1
    case 2: result = (value - mean.2) / deviation.2
    default: result = (value - mean.0) / deviation.0
    }
    memory.storeBytes(of: result, toByteOffset: 4 &* i, as: Float.self)
    channel = isGrey || channel == 2 ? 0 : channel &+ 1
    i &+= 1
  }
}
