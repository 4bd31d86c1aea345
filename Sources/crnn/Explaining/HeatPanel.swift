/// The map over the image: its colours lie behind what is dark in the image, so that both are seen.
struct HeatPanel {
  private let explanation: ImageExplanation
  private let image: PixelImage

  init(_ explanation: ImageExplanation, _ image: PixelImage) {
    (self.explanation, self.image) = (explanation, image)
  }

  /// As large as the image.
  var pixels: PixelImage {
    let greys = stride(from: 0, to: image.bytes.count, by: 3).map { place -> Double in
      let (red, green, blue) = (image.bytes[place], image.bytes[place + 1], image.bytes[place + 2])
      // ITU-R BT.601.
      return Double(299 * Int(red) + 587 * Int(green) + 114 * Int(blue)) / 1000
    }
    // Where most is dark, light and dark change places.
    let isDark = greys.sorted()[greys.count / 2] < 128
    let strongest = Double(explanation.strongest?.fall ?? 1)
    var result = PixelImage(width: image.width, height: image.height, bytes: [])
    result.bytes.reserveCapacity(image.bytes.count)
    for y in 0..<image.height {
      for x in 0..<image.width {
        let grey = greys[y * image.width + x] / 255
        let ink = 0.42 + 0.58 * (isDark ? 1 - grey : grey)
        let (red, green, blue) = HeatScale.color(fall(x, y) / strongest)
        result.bytes += [red, green, blue].map { UInt8((Double($0) * ink).rounded()) }
      }
    }
    return result
  }

  /// At the middle of a pixel, between the middles of the cells around it.
  private func fall(_ x: Int, _ y: Int) -> Double {
    func place(_ index: Int, _ pixels: Int, _ side: Int, _ cell: Float) -> (first: Int, share: Double) {
      let position = (Double(index) + 0.5) * Double(side) / Double(pixels) / Double(cell) - 0.5
      return (Int(position.rounded(.down)), position - position.rounded(.down))
    }
    let (column, right) = place(x, image.width, explanation.width, explanation.cellWidth)
    let (row, below) = place(y, image.height, explanation.height, explanation.cellHeight)
    let upper = (1 - right) * cell(column, row) + right * cell(column + 1, row)
    let lower = (1 - right) * cell(column, row + 1) + right * cell(column + 1, row + 1)
    return (1 - below) * upper + below * lower
  }

  /// The nearest cell; what is no number counts as nothing.
  private func cell(_ column: Int, _ row: Int) -> Double {
    let column = min(max(column, 0), explanation.columns - 1)
    let row = min(max(row, 0), explanation.rows - 1)
    let value = Double(explanation.falls[row * explanation.columns + column])
    return value.isNaN ? 0 : value
  }
}
