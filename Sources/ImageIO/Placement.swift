import CCRNN
import CCRNNImage

/// The size that a recipe gives an image, and where in it the image lies.
struct Placement {
  private(set) var width: Int
  private(set) var height: Int
  private(set) var x = 0
  private(set) var y = 0
  private(set) var innerWidth: Int
  private(set) var innerHeight: Int

  /// For an image of `width` × `height` pixels, below 2^31 each, and a recipe that has no `problem`.
  init(_ recipe: crnn_image_recipe, width: Int, height: Int) {
    let (wantedWidth, wantedHeight) = (Int(recipe.width), Int(recipe.height))
    switch (wantedWidth, wantedHeight) {
    case (0, 0): (self.width, self.height) = (width, height)
    case (0, _): (self.width, self.height) = (Placement.scaled(width, wantedHeight, height), wantedHeight)
    case (_, 0): (self.width, self.height) = (wantedWidth, Placement.scaled(height, wantedWidth, width))
    default: (self.width, self.height) = (wantedWidth, wantedHeight)
    }
    (innerWidth, innerHeight) = (self.width, self.height)
    guard recipe.fit != CRNN_IMAGE_STRETCH else { return }
    // The side that has less room is filled.
    if Int64(wantedWidth) &* Int64(height) <= Int64(wantedHeight) &* Int64(width) {
      innerHeight = min(Placement.scaled(height, wantedWidth, width), wantedHeight)
    } else {
      innerWidth = min(Placement.scaled(width, wantedHeight, height), wantedWidth)
    }
    let (restX, restY) = (self.width &- innerWidth, self.height &- innerHeight)
    switch recipe.fit {
    case CRNN_IMAGE_PAD_CENTRE: (x, y) = (restX / 2, restY / 2)
    case CRNN_IMAGE_PAD_END: (x, y) = (restX, restY)
    default: break
    }
  }

  /// `side * new / old`, rounded to the nearest, halves up; at least 1, and at most what an Int holds.
  private static func scaled(_ side: Int, _ new: Int, _ old: Int) -> Int {
    let (side, new, old) = (Int64(side), Int64(new), Int64(old))
    return Int(truncatingIfNeeded: min(max(1, (2 &* side &* new &+ old) &/ (2 &* old)), Int64(Int.max)))
  }

  /// As the C interface has it.
  var described: crnn_image_placement {
    func short(_ value: Int) -> Int32 { Int32(truncatingIfNeeded: value) }
    return crnn_image_placement(
      struct_size: MemoryLayout<crnn_image_placement>.size, width: short(width), height: short(height), x: short(x),
      y: short(y), inner_width: short(innerWidth), inner_height: short(innerHeight))
  }

  var isPadded: Bool { innerWidth != width || innerHeight != height }

  /// Whether it is a size that recipes may ask for, or the image's own.
  func isAllowed(_ recipe: crnn_image_recipe) -> Bool {
    (recipe.width == 0 && recipe.height == 0) || (width <= Int(maximumSide) && height <= Int(maximumSide))
  }

  func refusal(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    Message(error, CRNN_ERROR_IMAGE_TOO_LARGE).text("the recipe would make it ").size(width, height)
      .text(" pixels; a side may have ").number(Int(maximumSide)).status
  }
}

@_cdecl("crnn_image_measure") @implementation
public func crnn_image_measure(
  _ recipe: UnsafePointer<crnn_image_recipe>?, _ width: Int32, _ height: Int32,
  _ placement: UnsafeMutablePointer<crnn_image_placement>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let recipe, recipe.pointee.struct_size >= MemoryLayout<crnn_image_recipe>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT)
      .text("recipe is NULL, or not initialised with CRNN_IMAGE_RECIPE_INITIALIZER").status
  }
  guard let placement, placement.pointee.struct_size >= MemoryLayout<crnn_image_placement>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("placement is NULL, or its struct_size is not set").status
  }
  if let problem = problem(in: recipe.pointee) { return Message(error, CRNN_ERROR_ARGUMENT).text(problem).status }
  guard width >= 1, height >= 1 else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("width or height is below 1").status
  }
  let placed = Placement(recipe.pointee, width: Int(width), height: Int(height))
  guard placed.isAllowed(recipe.pointee) else { return placed.refusal(error) }
  // A later header's structure may be larger: its size stays as the caller has set it.
  let size = placement.pointee.struct_size
  placement.pointee = placed.described
  placement.pointee.struct_size = size
  return CRNN_OK
}
