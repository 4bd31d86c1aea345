import Converter

/// A sequence of a network's input as something to look at: an image as it is, a frame out of the middle of a video, features in colours
/// over time, samples of sound as a curve.
struct SamplePicture {
  private static let largestExtent = 640

  let values: [Float]
  let port: PortDescription

  /// HTML; empty where there is nothing to show.
  var html: String {
    if port.isIndex { return "" }
    if port.elements == 1 { return curve }
    guard let address = image.bytes.map({ dataAddress($0, type: "image/png") }) else { return "" }
    return "<img alt=\"input\" src=\"\(address)\">"
  }

  private var frames: Int { values.count / max(1, port.elements) }

  /// Height, width and channels of a frame. What has no width is a column.
  private var frame: (height: Int, width: Int, channels: Int) {
    let shape = port.shape
    switch shape.count {
    case 3: return (shape[0], shape[1], shape[2])
    case 2 where shape[1] == 1 || shape[1] == 3: return (shape[0], 1, shape[1])
    case 2: return (shape[0], shape[1], 1)
    default: return (port.elements, 1, 1)
    }
  }

  private var image: PNGImage {
    let (height, width, channels) = frame
    if width > 1 {
      let start = frames / 2 * port.elements
      return picture(width: width, height: height, channels: channels) { x, y, c in
        values[start + (y * width + x) * channels + c]
      }
    }
    let elements = port.elements
    if isByRows {
      return picture(width: height, height: frames, channels: channels) { x, y, c in
        values[y * elements + x * channels + c]
      }
    }
    // Low frequencies and other first features stand at the bottom, the first row of an image at the top.
    return picture(width: frames, height: height, channels: channels) { x, y, c in
      values[x * elements + (isPixels ? y : height - 1 - y) * channels + c]
    }
  }

  /// Values of pixels, 0...1.
  private var isPixels: Bool { values.allSatisfy { $0 >= 0 && $0 <= 1 } }

  /// An image whose frames are its rows: as arrays lie, time comes before the frame's only axis.
  private var isByRows: Bool {
    guard isPixels, let letters = (port.statedLayout ?? port.networkLayout)?.letters.filter({ $0 != "1" && $0 != "N" })
    else { return false }
    return letters == ["T", "C"] || letters == ["T", "W"] || letters == ["T", "W", "C"]
  }

  /// Every so many pixels where it is too large.
  private func picture(
    width: Int, height: Int, channels: Int, _ value: (_ x: Int, _ y: Int, _ c: Int) -> Float
  ) -> PNGImage {
    let shown = channels == 3 ? 3 : 1
    let (across, down) = (SamplePicture.step(width), SamplePicture.step(height))
    let isPixels = isPixels
    var (low, high): (Float, Float) = (0, 1)
    if !isPixels {
      let finite = values.lazy.filter(\.isFinite)
      (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    }
    let scale = high > low ? 1 / (high - low) : 0
    var pixels: [UInt8] = []
    for y in stride(from: 0, to: height, by: down) {
      for x in stride(from: 0, to: width, by: across) {
        for c in 0..<shown {
          let part = min(max((value(x, y, c) - low) * scale, 0), 1)
          if isPixels || shown == 3 { pixels.append(UInt8(part * 255)) } else { pixels += SamplePicture.colour(part) }
        }
      }
    }
    return PNGImage(width: (width + across - 1) / across, height: (height + down - 1) / down, pixels: pixels)
  }

  private static func step(_ extent: Int) -> Int { max(1, (extent + largestExtent - 1) / largestExtent) }

  /// Dark blue over green to yellow.
  private static func colour(_ part: Float) -> [UInt8] {
    let stops: [(Float, Float, Float)] = [(40, 16, 84), (49, 104, 142), (53, 183, 121), (253, 231, 37)]
    let place = (part.isNaN ? 0 : part) * Float(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let (a, b, t) = (stops[index], stops[index + 1], place - Float(index))
    return [a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t, a.2 + (b.2 - a.2) * t].map { UInt8($0) }
  }

  /// The least and the greatest value of each of up to 300 pieces.
  private var curve: String {
    let largest = max(values.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 1, .leastNormalMagnitude)
    let count = min(300, values.count)
    let lines = (0..<count).map { piece -> String in
      let part = values[
        values.count * piece / count..<max(values.count * (piece + 1) / count, values.count * piece / count + 1)]
      let (high, low) = (Double((part.max() ?? 0) / largest), Double((part.min() ?? 0) / largest))
      return "M\(piece) \(fixed(40 - 38 * high, 1))V\(fixed(40.5 - 38 * low, 1))"
    }
    return "<svg viewBox=\"0 0 \(max(count, 1)) 80\" class=curve><path d=\"\(lines.joined())\"/></svg>"
  }
}
