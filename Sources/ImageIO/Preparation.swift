import CCRNN
import CCRNNImage

/// A rectangle of pixels.
struct Region {
  var x: Int
  var y: Int
  var width: Int
  var height: Int

  /// What both have, moved by (-dx, -dy).
  func intersection(_ other: Region, movedBy dx: Int, _ dy: Int) -> Region {
    let (left, top) = (max(x, other.x), max(y, other.y))
    return Region(
      x: left &- dx, y: top &- dy, width: min(x &+ width, other.x &+ other.width) &- left,
      height: min(y &+ height, other.y &+ other.height) &- top)
  }
}

/// Carries a recipe out on some of the pixels that it makes: colours, size, padding, layout.
struct Preparation {
  /// Bytes beside the image and its result: a larger part of it is done in smaller ones.
  private static let mostBytes: Int64 = 1 << 22
  /// Rows and columns of a part that is not divided any more: what neighbours are both made of would be too large a share.
  private static let leastSide = 16

  private let recipe: crnn_image_recipe
  private let source: Pixels
  private let placement: Placement
  /// Of the prepared image.
  private let wanted: Region
  private let output: UnsafeMutablePointer<UInt8>
  private let layout: Layout
  private let channels: Int
  private let mask: UInt8
  private let colors: Colors

  /// - Parameter wanted: pixels of the prepared image, whole columns or rows as the layout has them, which `output` has room for.
  init(
    _ recipe: crnn_image_recipe, _ source: Pixels, _ placement: Placement, _ wanted: Region,
    to output: UnsafeMutablePointer<UInt8>
  ) {
    (self.recipe, self.source, self.placement, self.wanted, self.output) = (recipe, source, placement, wanted, output)
    channels = Int(recipe.channels)
    mask = recipe.invert == 1 ? 255 : 0
    colors = Colors(background: recipe.background)
    layout = Layout(recipe.layout, width: wanted.width, height: wanted.height, channels: channels)
  }

  /// False where memory is missing.
  func run() -> Bool {
    if placement.isPadded { layout.fill(colors.values(of: recipe.padding, channels: channels), mask: mask, output) }
    let image = Region(x: placement.x, y: placement.y, width: placement.innerWidth, height: placement.innerHeight)
    return make(image.intersection(wanted, movedBy: placement.x, placement.y))
  }

  /// The pixels of a region of the resized image.
  private func make(_ region: Region) -> Bool {
    guard region.width > 0, region.height > 0 else { return true }
    let keepsSize = source.width == placement.innerWidth && source.height == placement.innerHeight
    let filter = keepsSize ? nil : recipe.filter
    let resizing = Resizing(
      filter: filter,
      columns: Axis(old: source.width, new: placement.innerWidth, first: region.x, count: region.width, filter: filter),
      rows: Axis(old: source.height, new: placement.innerHeight, first: region.y, count: region.height, filter: filter))
    // Rows first: those of the image lie behind one another.
    if bytes(resizing) > Preparation.mostBytes {
      var (first, second) = (region, region)
      if region.height > Preparation.leastSide {
        first.height = region.height / 2
        second.y = region.y &+ first.height
        second.height = region.height &- first.height
        return make(first) && make(second)
      }
      if region.width > Preparation.leastSide {
        first.width = region.width / 2
        second.x = region.x &+ first.width
        second.width = region.width &- first.width
        return make(first) && make(second)
      }
    }
    return make(region, resizing)
  }

  /// What `make` takes from the heap, which may pass what an Int of 32 bits holds.
  private func bytes(_ resizing: Resizing) -> Int64 {
    let (viewedColumns, viewedRows) = (Int64(resizing.columns.viewed), Int64(resizing.rows.viewed))
    let (columns, rows) = (Int64(resizing.columns.count), Int64(resizing.rows.count))
    let between = max(columns &* viewedRows, viewedColumns &* rows)
    return Int64(channels)
      &* ((source.channels == channels ? 0 : viewedColumns &* viewedRows)
        &+ (resizing.filter == nil ? 0 : between &+ columns &* rows))
  }

  private func make(_ region: Region, _ resizing: Resizing) -> Bool {
    let viewed = source.part(
      x: resizing.columns.origin, y: resizing.rows.origin, width: resizing.columns.viewed, height: resizing.rows.viewed)
    var colored = viewed
    var coloredMemory: UnsafeMutablePointer<UInt8>?
    if source.channels != channels {
      guard let memory = allocatePixels(viewed.width, viewed.height, channels) else { return false }
      coloredMemory = memory
      colored = Pixels(memory, width: viewed.width, height: viewed.height, channels: channels)
      colors.convert(viewed, to: colored)
    }
    defer { release(coloredMemory) }
    var resized = colored
    var resizedMemory: UnsafeMutablePointer<UInt8>?
    defer { release(resizedMemory) }
    if let filter = resizing.filter {
      guard let memory = allocatePixels(region.width, region.height, channels) else { return false }
      resizedMemory = memory
      resized = Pixels(memory, width: region.width, height: region.height, channels: channels)
      guard resizing.run(filter, colored, to: resized) else { return false }
    }
    let (x, y) = (region.x &+ placement.x &- wanted.x, region.y &+ placement.y &- wanted.y)
    layout.write(resized, x: x, y: y, mask: mask, to: output)
    return true
  }
}
