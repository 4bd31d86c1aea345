/// Letters made of pen strokes, for pictures that are made of pixels: ASCII, and some signs that captions need.
///
/// A glyph is a list of strokes with spaces between them. A stroke is a sign for its kind and then its points, each a digit for x and one for
/// y (0 to 9, a to g: 10 to 16). y goes down: capitals stand from 0 to 12, small letters from 4, and what hangs below ends at 16.
///
///     -   straight from point to point
///     ~   smooth: a quadratic B-spline, which begins and ends at its first and last points
///     o   the same, closed
enum StrokeFont {
  typealias Point = (x: Double, y: Double)

  /// So many units are the size of a font; the height of capitals is 12.
  static let unitsPerSize = 16.5
  /// Between two letters, and the width of a space.
  private static let gap = 2.8
  private static let space = 5.0

  /// Straight pieces of the pen's way.
  struct Glyph {
    var strokes: [[Point]]
    /// To where the next one begins.
    var advance: Double
  }

  /// What a character is drawn with; nil where there is none.
  static func glyph(_ scalar: Unicode.Scalar) -> Glyph? {
    if scalar == " " { return Glyph(strokes: [], advance: space) }
    guard let text = shapes.first(where: { $0.unicodeScalars.first == scalar }) else { return nil }
    let strokes = text.split(separator: " ").dropFirst().map { stroke($0) }
    let width = strokes.joined().map(\.x).max() ?? 0
    return Glyph(strokes: strokes, advance: width + gap)
  }

  /// A character that has no glyph: a frame with its code point in hexadecimal digits, in two rows.
  static func box(_ scalar: Unicode.Scalar) -> Glyph {
    let code = String(scalar.value, radix: 16, uppercase: true)
    let digits = String(repeating: "0", count: max(0, 4 - code.count)) + code
    let perRow = (digits.count + 1) / 2
    let width = 4.0 * Double(perRow) + 1.4
    var strokes: [[Point]] = [[(0, -1), (width, -1), (width, 13), (0, 13), (0, -1)]]
    for (index, digit) in digits.unicodeScalars.enumerated() {
      let (x, y) = (1.2 + 4 * Double(index % perRow), index < perRow ? 0.6 : 7)
      for stroke in glyph(digit)?.strokes ?? [] {
        strokes.append(stroke.map { (x: x + 0.42 * $0.x, y: y + 0.42 * $0.y) })
      }
    }
    return Glyph(strokes: strokes, advance: width + gap)
  }

  /// Of a text, in units.
  static func width(_ text: String) -> Double {
    max(0, text.unicodeScalars.reduce(0) { $0 + (glyph($1) ?? box($1)).advance } - gap)
  }

  private static func stroke(_ text: Substring) -> [Point] {
    let numbers = text.utf8.dropFirst().map { Double($0 >= UInt8(ascii: "a") ? Int($0) - 87 : Int($0) - 48) }
    let points = stride(from: 0, to: numbers.count - 1, by: 2).map { (x: numbers[$0], y: numbers[$0 + 1]) }
    switch text.first {
    case "~": return smooth(points)
    case "o": return smooth(closed: points)
    default: return points
    }
  }

  private static func middle(_ a: Point, _ b: Point) -> Point { (x: (a.x + b.x) / 2, y: (a.y + b.y) / 2) }

  private static func smooth(_ points: [Point]) -> [Point] {
    guard let first = points.first, let last = points.last, points.count > 2 else { return points }
    var result = [first]
    for index in 1..<points.count - 1 {
      let start = index == 1 ? first : middle(points[index - 1], points[index])
      let end = index == points.count - 2 ? last : middle(points[index], points[index + 1])
      bend(&result, start, points[index], end)
    }
    return result
  }

  private static func smooth(closed points: [Point]) -> [Point] {
    var result: [Point] = []
    for index in points.indices {
      let (before, after) = (points[(index + points.count - 1) % points.count], points[(index + 1) % points.count])
      let start = middle(before, points[index])
      if index == 0 { result.append(start) }
      bend(&result, start, points[index], middle(points[index], after))
    }
    return result
  }

  /// A quadratic Bézier curve in eight pieces.
  private static func bend(_ result: inout [Point], _ start: Point, _ control: Point, _ end: Point) {
    for step in 1...8 {
      let t = Double(step) / 8
      let (a, b, c) = ((1 - t) * (1 - t), 2 * t * (1 - t), t * t)
      result.append(
        (x: a * start.x + b * control.x + c * end.x, y: a * start.y + b * control.y + c * end.y))
    }
  }

  /// A character and its strokes on each line.
  private static let shapes = #"""
    0 o00606c0c
    1 -03303c -0c6c
    2 ~030060650c -0c6c
    3 ~0200606626 ~26666c0c0a
    4 -500878 -505c
    5 -601005 ~0514646c0c0a
    6 ~500008 o05656c0c
    7 -00602c
    8 o10505616 o06666c0c
    9 o00606707 ~646c1c
    A -0c408c -1878
    B -000c ~00507073765606 ~065686898c5c0c
    C ~7270000c7c7a
    D -000c ~004080868c4c0c
    E -70000c7c -0656
    F -70000c -0656
    G ~7270000c7c77 -7747
    H -000c -707c -0676
    I -202c -0040 -0c4c
    J -5059 ~595c0c09
    K -000c -7007 -347c
    L -000c6c
    M -0c0047808c
    N -0c007c70
    O o00808c0c
    P -000c ~00507073775707
    Q o00808c0c -588d
    R -000c ~00507073775707 -477c
    S ~72700006767c0c0a
    T -0080 -404c
    U ~00080c7c7870
    V -004c80
    W -002c446c80
    X -007c -700c
    Y -004680 -464c
    Z -00700c7c
    a o04646c0c -646c
    b -000c o04646c0c
    c ~6664040c6c6a
    d -606c o04646c0c
    e -0868 ~6864040c5c6a
    f ~5020242c -0444
    g o04646c0c ~646c6g0g
    h -000c ~080464686c
    i -141c -1010
    j ~343c3g0g -3030
    k -000c -5409 -276c
    l ~10191c3c
    m -040c ~080444484c ~484484888c
    n -040c ~080464686c
    o o04646c0c
    p -040g o04646c0c
    q -646g o04646c0c
    r -040c ~080444
    s ~65640408686c0c0b
    t ~20292c5c -0454
    u ~04080c6c68 -646c
    v -043c64
    w -042c466c84
    x -046c -640c
    y -043c -641g
    z -04640c6c
    . -0c0c
    , -1c0e
    : -0505 -0c0c
    ; -1515 -1c0e
    ! -0008 -0c0c
    ? ~020060663639 -3c3c
    ' -0003
    " -0003 -3033
    ( ~40074e
    ) ~00470e
    [ -30000e3e
    ] -00303e0e
    { ~40202707 ~07272e4e
    } ~00202747 ~47272e0e
    - -0848
    + -0868 -353b
    = -0666 -0a6a
    _ -0d7d
    / -600d
    \ -006d
    | -000e
    * -3137 -0266 -6206
    # -201c -605c -0474 -0878
    $ ~72700006767c0c0a -404c
    % o00303505 o57878c5c -801c
    & ~8c14105054070c5c87
    @ ~646a8a80000c7c o34656939
    ^ -033063
    ~ ~08254b68
    ` -0022
    < -63086d
    > -03680d
    × -1559 -5519
    – -0868
    − -0868
    · -1818
    … -0c0c -4c4c -8c8c
    “ -2013 -5043
    ” -1003 -4033
    ’ -1003
    → -0898 -65986b
    ␣ -0a0d8d8a
    ° o00303303
    """#.split(separator: "\n")
}
