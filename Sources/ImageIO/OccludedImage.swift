import CCRNN
import CCRNNImage

/// Hides parts of a prepared image behind its own median.
struct OccludedImage {
  private let layout: Layout
  private let isFloat: Bool
  /// Of each channel, as a key.
  private let median: (UInt32, UInt32, UInt32)

  /// For an image whose values, bytes or floats, lie at `values`.
  init(_ layout: Layout, _ values: UnsafeRawPointer, _ type: crnn_dtype, _ grid: OcclusionGrid) {
    self.layout = layout
    isFloat = type == CRNN_F32
    let image = OccludedImage(layout, isFloat: isFloat)
    let isGrey = layout.channels == 1
    median = (
      image.median(values, 0, grid), isGrey ? 0 : image.median(values, 1, grid),
      isGrey ? 0 : image.median(values, 2, grid)
    )
  }

  private init(_ layout: Layout, isFloat: Bool) {
    self.layout = layout
    self.isFloat = isFloat
    median = (0, 0, 0)
  }

  /// Gives the pixels that patch `index` covers the median. False where they had it.
  func hide(_ index: Int, of grid: OcclusionGrid, in values: UnsafeMutableRawPointer) -> Bool {
    let (columns, rows) = grid.pixels(index)
    var hasChanged = false
    var row = rows.first
    while row < rows.end {
      var place = layout.start(x: columns.first, y: row)
      var column = columns.first
      while column < columns.end {
        var channel = 0
        while channel < layout.channels {
          let value = channel == 0 ? median.0 : channel == 1 ? median.1 : median.2
          if key(values, place &+ channel) != value {
            hasChanged = true
            write(value, values, place &+ channel)
          }
          channel &+= 1
        }
        place &+= layout.step
        column &+= 1
      }
      row &+= 1
    }
    return hasChanged
  }

  /// The least value that at least half of a channel's values do not exceed, found bit by bit.
  private func median(_ values: UnsafeRawPointer, _ channel: Int, _ grid: OcclusionGrid) -> UInt32 {
    var (low, high): (UInt32, UInt32) = (0, isFloat ? UInt32.max : 255)
    while low < high {
      let middle = low &+ (high &- low) / 2
      if isHalf(values, channel, grid, upTo: middle) { high = middle } else { low = middle &+ 1 }
    }
    return low
  }

  private func isHalf(_ values: UnsafeRawPointer, _ channel: Int, _ grid: OcclusionGrid, upTo limit: UInt32) -> Bool {
    let (columns, rows) = grid.all
    var below = 0
    var row = rows.first
    while row < rows.end {
      var place = layout.start(x: columns.first, y: row) &+ channel
      var column = columns.first
      while column < columns.end {
        if key(values, place) <= limit { below &+= 1 }
        place &+= layout.step
        column &+= 1
      }
      row &+= 1
    }
    return 2 &* below >= (columns.end &- columns.first) &* (rows.end &- rows.first)
  }

  /// A value as a number that is ordered as the values are: of floats, the bits, of negative ones all turned round.
  private func key(_ values: UnsafeRawPointer, _ place: Int) -> UInt32 {
    guard isFloat else { return UInt32(values.load(fromByteOffset: place, as: UInt8.self)) }
    let bits = values.load(fromByteOffset: 4 &* place, as: UInt32.self)
    return bits >> 31 == 0 ? bits | 1 << 31 : ~bits
  }

  private func write(_ key: UInt32, _ values: UnsafeMutableRawPointer, _ place: Int) {
    if isFloat {
      values.storeBytes(of: key >> 31 == 0 ? ~key : key & ~(1 << 31), toByteOffset: 4 &* place, as: UInt32.self)
    } else {
      values.storeBytes(of: UInt8(truncatingIfNeeded: key), toByteOffset: place, as: UInt8.self)
    }
  }
}
