/// Pixels that shapes are painted on, with smooth edges.
struct Canvas {
  let width: Int
  let height: Int
  /// RGB, 0 to 255.
  private var values: [Float]

  /// White.
  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    values = Array(repeating: 255, count: 3 * width * height)
  }

  var image: PixelImage {
    PixelImage(width: width, height: height, bytes: values.map { UInt8(min(max($0.rounded(), 0), 255)) })
  }

  /// Lays a colour over a pixel; `cover` 0 to 1.
  private mutating func blend(_ x: Int, _ y: Int, _ color: UInt32, _ cover: Double) {
    guard cover > 0 else { return }
    let place = 3 * (y * width + x)
    for channel in 0..<3 {
      let value = Float(color >> UInt32(16 - 8 * channel) & 255)
      values[place + channel] += Float(min(cover, 1)) * (value - values[place + channel])
    }
  }

  /// How much of pixel `index` lies between two edges.
  private func share(_ index: Int, _ start: Double, _ end: Double) -> Double {
    max(0, min(end, Double(index) + 1) - max(start, Double(index)))
  }

  /// The pixels that a stretch touches.
  private func touched(_ start: Double, _ end: Double, _ side: Int) -> Range<Int> {
    let first = Int(min(max(start.rounded(.down), 0), Double(side)))
    return first..<max(first, Int(min(max(end.rounded(.up), 0), Double(side))))
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ color: UInt32, opacity: Double
  ) {
    for row in touched(y, y + height, self.height) {
      for column in touched(x, x + width, self.width) {
        blend(column, row, color, opacity * share(column, x, x + width) * share(row, y, y + height))
      }
    }
  }

  /// A pen's way, `thickness` wide, with round ends; what it covers twice is painted once.
  mutating func strokes(_ strokes: [[StrokeFont.Point]], thickness: Double, _ color: UInt32) {
    var (left, right, top, bottom) = (Double.infinity, -Double.infinity, Double.infinity, -Double.infinity)
    for stroke in strokes {
      for point in stroke {
        (left, right) = (min(left, point.x), max(right, point.x))
        (top, bottom) = (min(top, point.y), max(bottom, point.y))
      }
    }
    guard left <= right else { return }
    let reach = thickness / 2 + 1
    for row in touched(top - reach, bottom + reach, height) {
      for column in touched(left - reach, right + reach, width) {
        let center = (x: Double(column) + 0.5, y: Double(row) + 0.5)
        var nearest = Double.infinity
        for stroke in strokes {
          for index in stroke.indices {
            let next = stroke[min(index + 1, stroke.count - 1)]
            nearest = min(nearest, Canvas.distance(center, stroke[index], next))
          }
        }
        blend(column, row, color, thickness / 2 + 0.5 - nearest.squareRoot())
      }
    }
  }

  /// The square of the distance of a point from a straight piece.
  private static func distance(_ p: StrokeFont.Point, _ a: StrokeFont.Point, _ b: StrokeFont.Point) -> Double {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let length = dx * dx + dy * dy
    let t = length > 0 ? min(max(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0), 1) : 0
    let (x, y) = (p.x - a.x - t * dx, p.y - a.y - t * dy)
    return x * x + y * y
  }

  /// An image over a rectangle: of each pixel the nearest where it grows, the mean of those that it covers where it shrinks.
  mutating func pixels(_ image: PixelImage, _ x: Double, _ y: Double, _ width: Double, _ height: Double) {
    for row in touched(y, y + height, self.height) {
      let rows = Canvas.source(Double(row) - y, height, image.height)
      for column in touched(x, x + width, self.width) {
        let columns = Canvas.source(Double(column) - x, width, image.width)
        var sums = (0, 0, 0)
        for sourceRow in rows {
          for sourceColumn in columns {
            let place = 3 * (sourceRow * image.width + sourceColumn)
            sums.0 += Int(image.bytes[place])
            sums.1 += Int(image.bytes[place + 1])
            sums.2 += Int(image.bytes[place + 2])
          }
        }
        let count = rows.count * columns.count
        let color = UInt32(sums.0 / count) << 16 | UInt32(sums.1 / count) << 8 | UInt32(sums.2 / count)
        blend(column, row, color, share(column, x, x + width) * share(row, y, y + height))
      }
    }
  }

  /// The pixels of an image `side` long that one pixel shows, from `offset` on in `length`.
  private static func source(_ offset: Double, _ length: Double, _ side: Int) -> Range<Int> {
    let factor = Double(side) / length
    func place(_ position: Double) -> Int { min(max(Int((position * factor).rounded(.down)), 0), side - 1) }
    guard factor > 1 else {
      let nearest = place(offset + 0.5)
      return nearest..<nearest + 1
    }
    let first = place(offset)
    return first..<max(first + 1, place(offset + 1))
  }
}
