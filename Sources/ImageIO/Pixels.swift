import CImageCodecs

/// 8-bit pixels in memory, rows from top to bottom; a view that owns nothing.
struct Pixels {
  let bytes: UnsafeMutablePointer<UInt8>
  let width: Int
  let height: Int
  let channels: Int
  /// Bytes from one row to the next.
  let rowBytes: Int

  init(_ bytes: UnsafeMutablePointer<UInt8>, width: Int, height: Int, channels: Int, rowBytes: Int? = nil) {
    self.bytes = bytes
    self.width = width
    self.height = height
    self.channels = channels
    self.rowBytes = rowBytes ?? width &* channels
  }

  func row(_ y: Int) -> UnsafeMutablePointer<UInt8> { bytes + y &* rowBytes }

  /// A rectangle that lies inside.
  func part(x: Int, y: Int, width: Int, height: Int) -> Pixels {
    Pixels(row(y) + x &* channels, width: width, height: height, channels: channels, rowBytes: rowBytes)
  }
}

/// A block of the heap for `count` elements, or nil. The caller frees it with `release`.
func allocate<Element: BitwiseCopyable>(_ type: Element.Type, _ count: Int) -> UnsafeMutablePointer<Element>? {
  let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
  guard count >= 0, !overflow else { return nil }
  return crnn_codec_allocate(bytes)?.bindMemory(to: type, capacity: count)
}

/// The same for `width` × `height` pixels, whose number may pass what an Int of 32 bits holds.
func allocatePixels(_ width: Int, _ height: Int, _ channels: Int) -> UnsafeMutablePointer<UInt8>? {
  let (pixels, overflow1) = width.multipliedReportingOverflow(by: height)
  let (bytes, overflow2) = pixels.multipliedReportingOverflow(by: channels)
  return overflow1 || overflow2 ? nil : allocate(UInt8.self, bytes)
}

func release<Element: BitwiseCopyable>(_ memory: UnsafeMutablePointer<Element>?) { crnn_codec_free(memory) }

/// One row of `target`, each pixel from the place of `source` that `columns` names.
func copy(
  _ source: UnsafeMutablePointer<UInt8>, to row: UnsafeMutablePointer<UInt8>, _ target: Pixels,
  _ columns: UnsafeMutablePointer<Int>
) {
  let channels = target.channels
  var x = 0
  while x < target.width {
    var channel = 0
    while channel < channels {
      row[x &* channels &+ channel] = source[columns[x] &* channels &+ channel]
      channel &+= 1
    }
    x &+= 1
  }
}
